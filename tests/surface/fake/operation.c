/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations: done at once, or later, with a callback or an event at their end. */

#include <stdlib.h>

#include "internal.h"

static struct operation *operations; /* oldest first */

struct thread {
    struct thread *next;
    pthread_t id;
};

static struct thread *threads;

static void report_progress(struct operation *operation)
{
    void *event;

    if (!operation->has_progress)
        return;
    event = fake_event(LIBXL_EVENT_TYPE_DOMAIN_CREATE_CONSOLE_AVAILABLE, operation->domid,
                       operation->progress.for_event);
    if (operation->progress.callback)
        operation->progress.callback(operation->ctx, event, operation->progress.for_callback);
    else
        fake_occurs(operation->ctx, event);
}

/* Frees it. */
static int end(struct operation *operation, int rc)
{
    libxl_asyncop_how how = operation->how;
    libxl_ctx *ctx = operation->ctx;
    void *event;

    if (operation->aborted)
        rc = ERROR_ABORTED;
    pthread_mutex_lock(&fake_lock);
    rc = operation->finish(operation, rc);
    pthread_mutex_unlock(&fake_lock);
    if (!rc)
        report_progress(operation);
    if (operation->asynchronous && how.callback) {
        how.callback(ctx, rc, how.u.for_callback);
    } else if (operation->asynchronous) {
        event = fake_event(LIBXL_EVENT_TYPE_OPERATION_COMPLETE, operation->domid, how.u.for_event);
        sim_set_number(TYPE(event), event, "u.operation_complete.rc", rc);
        fake_occurs(ctx, event);
    }
    free(operation);
    return rc;
}

static void *end_in_thread(void *operation)
{
    end(operation, ((struct operation *)operation)->result);
    return NULL;
}

static void start_thread(struct operation *operation)
{
    struct thread *thread = calloc(1, sizeof(*thread));

    pthread_mutex_lock(&fake_lock);
    thread->next = threads;
    threads = thread;
    if (pthread_create(&thread->id, NULL, end_in_thread, operation))
        abort();
    pthread_mutex_unlock(&fake_lock);
}

static void append(struct operation *operation)
{
    struct operation **place;

    pthread_mutex_lock(&fake_lock);
    for (place = &operations; *place; place = &(*place)->next)
        ;
    *place = operation;
    pthread_mutex_unlock(&fake_lock);
}

int fake_operate(const struct operation *given, const libxl_asyncop_how *how)
{
    struct operation *operation;

    if (fake_control.start_result)
        return fake_control.start_result;
    operation = malloc(sizeof(*operation));
    *operation = *given;
    operation->result = fake_control.result;
    if (!how)
        return end(operation, operation->result);
    operation->asynchronous = true;
    operation->how = *how;
    switch (fake_control.when) {
    case FAKE_LATER:
        append(operation);
        break;
    case FAKE_NOW:
        end(operation, operation->result);
        break;
    case FAKE_THREAD:
        start_thread(operation);
        break;
    }
    return 0;
}

bool fake_end_one(int rc)
{
    struct operation *first;

    pthread_mutex_lock(&fake_lock);
    first = operations;
    if (first)
        operations = first->next;
    pthread_mutex_unlock(&fake_lock);
    if (first)
        end(first, rc);
    return first;
}

static unsigned count(bool aborted_only)
{
    unsigned found = 0;

    pthread_mutex_lock(&fake_lock);
    for (struct operation *operation = operations; operation; operation = operation->next)
        found += operation->aborted || !aborted_only;
    pthread_mutex_unlock(&fake_lock);
    return found;
}

unsigned fake_under_way(void)
{
    return count(false);
}

unsigned fake_aborted(void)
{
    return count(true);
}

void fake_join(void)
{
    struct thread *thread;

    for (;;) {
        pthread_mutex_lock(&fake_lock);
        thread = threads;
        if (thread)
            threads = thread->next;
        pthread_mutex_unlock(&fake_lock);
        if (!thread)
            return;
        pthread_join(thread->id, NULL);
        free(thread);
    }
}

void fake_forget_operations(libxl_ctx *ctx)
{
    struct operation **place = &operations, *gone;

    pthread_mutex_lock(&fake_lock);
    while (*place) {
        gone = *place;
        if (ctx && gone->ctx != ctx) {
            place = &gone->next;
            continue;
        }
        *place = gone->next;
        free(gone);
    }
    pthread_mutex_unlock(&fake_lock);
}

static bool equal(const libxl_asyncop_how *a, const libxl_asyncop_how *b)
{
    if (a->callback != b->callback)
        return false;
    return a->callback ? a->u.for_callback == b->u.for_callback : a->u.for_event == b->u.for_event;
}

int libxl_ao_abort(libxl_ctx *ctx, const libxl_asyncop_how *how)
{
    struct operation *operation;
    int rc = ERROR_NOTFOUND;

    fake_called("libxl_ao_abort");
    pthread_mutex_lock(&fake_lock);
    for (operation = operations; operation; operation = operation->next) {
        if (operation->ctx == ctx && equal(&operation->how, how))
            break;
    }
    if (operation) {
        rc = operation->aborted ? ERROR_ABORTED : 0;
        operation->aborted = true;
    }
    pthread_mutex_unlock(&fake_lock);
    return rc;
}
