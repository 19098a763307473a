/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asynchronous operations. What libxl hands back is a number, never a pointer that may be stale. */

#include <stdlib.h>

#include "opaque.h"

struct pending {
    struct pending *next;
    xls_ctx *ctx;
    uint64_t id;
    enum xls_function function;
    struct xls_async async;
    libxl_asyncop_how how;
};

/* libxl hands back a pointer's worth of user data, and the ctx is found by its own. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pending *pending;
static uint64_t last_id;

static struct pending **find(uint64_t id)
{
    struct pending **place = &pending;

    while (*place && (*place)->id != id)
        place = &(*place)->next;
    return place;
}

static struct pending *take(uint64_t id)
{
    struct pending **place, *taken;

    pthread_mutex_lock(&lock);
    place = find(id);
    taken = *place;
    if (taken)
        *place = taken->next;
    pthread_mutex_unlock(&lock);
    return taken;
}

static void on_done(libxl_ctx *libxl, int rc, void *id)
{
    struct pending *ended = take((uintptr_t)id);

    if (!ended)
        return;
    xls_error_begin();
    if (rc < 0)
        rc = xls_error_libxl(xls_functions[ended->function].name, rc);
    ended->async.done(ended->ctx, rc, ended->async.user);
    free(ended);
}

/* All progress is reported before the end, so that what is found stays. */
static void on_progress(libxl_ctx *libxl, libxl_event *event, void *id)
{
    struct pending *found;

    pthread_mutex_lock(&lock);
    found = *find((uintptr_t)id);
    pthread_mutex_unlock(&lock);
    if (found)
        found->async.progress(found->ctx, (const xls_event *)event, found->async.user);
    libxl_event_free(libxl, event);
}

/* 0 or an error. */
static int read_async(const struct xls_async *given, struct xls_async *known)
{
    int rc = given ? xls_options("xls_async", given, given->sz, known, sizeof(*known))
                   : xls_error_set(XLS_ERROR_INVAL, "async is NULL");

    if (!rc && !known->done && known->progress)
        rc = xls_error_set(XLS_ERROR_BAD_OPTION,
                           "struct xls_async: progress is set, and done is not");
    return rc;
}

static bool equal(const struct xls_async *a, const struct xls_async *b)
{
    if (a->done != b->done)
        return false;
    return a->done ? a->user == b->user : a->for_event == b->for_event;
}

void xls_async_begin(struct xls_op *op, const struct xls_async *given)
{
    struct xls_async async;
    struct pending *started;

    op->rc = read_async(given, &async);
    if (op->rc) {
        xls_error_logged(xls_error_text());
        return;
    }
    op->how = &op->real_how;
    if (!async.done) {
        op->real_how.u.for_event = async.for_event;
        return;
    }
    started = calloc(1, sizeof(*started));
    if (!started) {
        op->rc = XLS_ERROR_NOMEM;
        return;
    }
    started->ctx = op->ctx;
    started->function = op->function;
    started->async = async;
    pthread_mutex_lock(&lock);
    op->id = started->id = ++last_id;
    started->how.callback = on_done;
    started->how.u.for_callback = (void *)(uintptr_t)started->id;
    op->real_how = started->how;
    started->next = pending;
    pending = started;
    pthread_mutex_unlock(&lock);
    if (async.progress) {
        op->real_progress.callback = on_progress;
        op->real_progress.for_callback = (void *)(uintptr_t)op->id;
        op->progress = &op->real_progress;
    }
}

void xls_async_forget(struct xls_op *op)
{
    if (op->id)
        free(take(op->id));
}

void xls_async_free_all(xls_ctx *ctx)
{
    struct pending **place = &pending;

    pthread_mutex_lock(&lock);
    while (*place) {
        struct pending *one = *place;

        if (one->ctx == ctx) {
            *place = one->next;
            free(one);
        } else {
            place = &one->next;
        }
    }
    pthread_mutex_unlock(&lock);
}

int xls_cancel(xls_ctx *ctx, const struct xls_async *given)
{
    libxl_asyncop_how how = { 0 };
    struct xls_async async;
    struct pending *one;
    int rc;

    xls_error_begin();
    if (!ctx)
        return xls_error_set(XLS_ERROR_INVAL, "xls_cancel: ctx is NULL");
    rc = read_async(given, &async);
    if (rc)
        return rc;
    how.u.for_event = async.for_event;
    if (async.done) {
        pthread_mutex_lock(&lock);
        for (one = pending; one && !(one->ctx == ctx && equal(&one->async, &async));)
            one = one->next;
        if (one)
            how = one->how;
        pthread_mutex_unlock(&lock);
        if (!one)
            return xls_error_set(XLS_ERROR_NOTFOUND, "xls_cancel: no such operation is under way");
    }
    rc = libxl_ao_abort(ctx->libxl, &how);
    return rc ? xls_error_libxl("cancel", rc) : 0;
}
