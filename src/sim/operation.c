/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Operations that libxl may do later: with a how they are queued, and done when somebody gives the
 * ctx time (its hooks, libxl_osevent_afterpoll, libxl_event_wait); without one, at once.
 */

#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

uint64_t sim_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * UINT64_C(1000) + now.tv_nsec / 1000000;
}

static void wait_ms(unsigned milliseconds)
{
    struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000L };

    nanosleep(&time, NULL);
}

/* For the next operation that is due; 1 ns for one that is due already. Under the lock. */
static void arm(libxl_ctx *ctx)
{
    struct itimerspec when = { 0 };
    uint64_t now = sim_now(), next = UINT64_MAX;

    for (struct sim_operation *o = ctx->operations; o; o = o->next)
        next = o->due < next ? o->due : next;
    if (next != UINT64_MAX && next > now) {
        when.it_value.tv_sec = (next - now) / 1000;
        when.it_value.tv_nsec = (next - now) % 1000 * 1000000;
    } else if (next != UINT64_MAX) {
        when.it_value.tv_nsec = 1;
    }
    timerfd_settime(ctx->timer, 0, &when, NULL);
}

/* The work, and what is said of its progress. */
static int perform(struct sim_operation *operation)
{
    struct sim_domain *domain;
    void *event = NULL;
    int rc;

    sim_lock();
    rc = operation->aborted ? ERROR_ABORTED : operation->late;
    if (!rc)
        rc = operation->work(operation);
    domain = sim_find(operation->domid);
    if (!rc && operation->console && operation->has_progress && domain)
        event = sim_event(LIBXL_EVENT_TYPE_DOMAIN_CREATE_CONSOLE_AVAILABLE, domain,
                          operation->progress_how.for_event);
    sim_unlock();
    sim_ring();
    if (!event)
        return rc;
    if (operation->progress_how.callback)
        operation->progress_how.callback(operation->ctx, event,
                                         operation->progress_how.for_callback);
    else
        sim_deliver(operation->ctx, event);
    return rc;
}

static void forget(struct sim_operation *operation)
{
    free((char *)operation->text); /* a copy, in an operation that was queued */
    free(operation);
}

/* Tells the caller; frees it. */
static void complete(struct sim_operation *operation, int rc)
{
    libxl_ctx *ctx = operation->ctx;
    void *event;

    if (operation->how.callback) {
        operation->how.callback(ctx, rc, operation->how.u.for_callback);
    } else {
        event = sim_event(LIBXL_EVENT_TYPE_OPERATION_COMPLETE, NULL, operation->how.u.for_event);
        sim_set_number(TYPE(event), event, "domid", operation->domid);
        sim_set_number(TYPE(event), event, "u.operation_complete.rc", rc);
        sim_deliver(ctx, event);
    }
    forget(operation);
}

int sim_operate(const struct sim_operation *wanted, const libxl_asyncop_how *how)
{
    unsigned delay = sim_delay_ms(wanted->function);
    struct sim_operation *operation, **place, now = *wanted;

    now.late = sim_late_error();
    if (now.progress) {
        now.has_progress = true;
        now.progress_how = *now.progress;
    }
    if (!how) {
        wait_ms(delay);
        return perform(&now);
    }
    operation = malloc(sizeof(*operation));
    if (now.text)
        now.text = strdup(now.text);
    if (!operation || (wanted->text && !now.text)) {
        free((char *)now.text);
        free(operation);
        return ERROR_NOMEM;
    }
    *operation = now;
    operation->how = *how;
    operation->due = sim_now() + delay;
    sim_lock();
    for (place = &operation->ctx->operations; *place; place = &(*place)->next)
        ;
    *place = operation;
    arm(operation->ctx);
    sim_unlock();
    return 0;
}

bool sim_end_due(libxl_ctx *ctx)
{
    struct sim_operation **place, *found;

    sim_lock();
    for (place = &ctx->operations; *place && (*place)->due > sim_now(); place = &(*place)->next)
        ;
    found = *place;
    if (found)
        *place = found->next;
    arm(ctx);
    sim_unlock();
    if (found)
        complete(found, perform(found));
    return found;
}

void sim_forget_operations(libxl_ctx *ctx)
{
    while (ctx->operations) {
        struct sim_operation *first = ctx->operations;

        ctx->operations = first->next;
        forget(first);
    }
}

static bool equal(const libxl_asyncop_how *a, const libxl_asyncop_how *b)
{
    if (a->callback != b->callback)
        return false;
    return a->callback ? a->u.for_callback == b->u.for_callback : a->u.for_event == b->u.for_event;
}

int sim_libxl_ao_abort(libxl_ctx *ctx, const libxl_asyncop_how *how)
{
    struct sim_operation *operation;
    int rc = ERROR_NOTFOUND;

    sim_lock();
    for (operation = ctx->operations; operation; operation = operation->next) {
        if (equal(&operation->how, how))
            break;
    }
    if (operation) {
        rc = operation->aborted ? ERROR_ABORTED : 0;
        operation->aborted = true;
        operation->due = 0;
        arm(ctx);
    }
    sim_unlock();
    return rc;
}
