/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events: translated, and tied to the calls that they complete. An asynchronous call that was
 * translated has our number in its event, where the caller's own belongs.
 */

#include <stdlib.h>

#include "../core/object.h"
#include "call.h"
#include "calls.h"
#include "ctx.h"
#include "event.h"
#include "runtime.h"

#define EVENT XLS_TYPE_libxl_event

libxl_event *xls_event_up(libxl_ctx *ctx, libxl_event *event)
{
    if (xls_same(EVENT))
        return event;
    return xls_call_list(ctx, "libxl_event", EVENT, event, 1);
}

/* Completes the call that a delivered event is about: results are there before the caller knows. */
static void finish_call(libxl_ctx *ctx, libxl_event *event)
{
    struct xls_call *call;

    if (event->type != LIBXL_EVENT_TYPE_OPERATION_COMPLETE)
        return;
    call = xls_ctx_take_call(ctx, event->for_user);
    if (!call)
        return;
    event->for_user = call->how.u.for_event;
    event->u.operation_complete.rc = xls_call_complete(call, event->u.operation_complete.rc);
}

static libxl_event *deliver(libxl_ctx *ctx, libxl_event *real)
{
    libxl_event *event = xls_event_up(ctx, real);

    if (event)
        finish_call(ctx, event);
    return event;
}

/* Event hooks */

/* Type 0 in a disaster: events of any type may be missing. */
static void on_event(void *user, libxl_event *real)
{
    struct xls_hooks *hooks = user;
    libxl_event *event = deliver(hooks->ctx, real);

    if (event)
        hooks->caller->event_occurs(hooks->user, event);
    else if (hooks->caller->disaster)
        hooks->caller->disaster(hooks->user, 0, "out of memory for an event", ENOMEM);
}

static void on_disaster(void *user, libxl_event_type type, const char *msg, int errnoval)
{
    struct xls_hooks *hooks = user;

    hooks->caller->disaster(hooks->user, type, msg, errnoval);
}

void libxl_event_register_callbacks(libxl_ctx *ctx, const libxl_event_hooks *caller, void *user)
{
    struct xls_hooks *hooks = xls_ctx_hooks(ctx);

    if (!hooks || !caller) {
        XLS_REAL(libxl_event_register_callbacks)(ctx, caller, user);
        return;
    }
    hooks->caller = caller;
    hooks->user = user;
    hooks->ours.event_occurs_mask = caller->event_occurs_mask;
    hooks->ours.event_occurs = caller->event_occurs ? on_event : NULL;
    hooks->ours.disaster = caller->disaster ? on_disaster : NULL;
    XLS_REAL(libxl_event_register_callbacks)(ctx, &hooks->ours, hooks);
}

/* Queued events */

struct query {
    libxl_ctx *ctx;
    libxl_event_predicate *predicate;
    void *user;
};

/* Shows the predicate the event as the caller would get it. libxl may keep it queued, so nothing
 * moves: the copy shares what the event owns, and is forgotten. */
static int on_predicate(const libxl_event *real, void *user)
{
    struct query *query = user;
    const struct xls_call *call;
    libxl_event shown;

    if (xls_translate(&xls_runtime()->up, EVENT, (void *)real, &shown, XLS_LEND))
        return 0; /* never: an event has no arrays, and nothing is allocated */
    if (shown.type == LIBXL_EVENT_TYPE_OPERATION_COMPLETE) {
        call = xls_ctx_find_call(query->ctx, shown.for_user);
        if (call)
            shown.for_user = call->how.u.for_event;
    }
    return query->predicate(&shown, query->user);
}

typedef int event_getter(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
                         libxl_event_predicate *predicate, void *user);

static int get_event(event_getter *getter, libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
                     libxl_event_predicate *predicate, void *user)
{
    struct query query = { .ctx = ctx, .predicate = predicate, .user = user };
    libxl_event *real;
    int rc = getter(ctx, &real, typemask, predicate ? on_predicate : NULL, &query);

    if (rc)
        return rc;
    *event_r = deliver(ctx, real);
    return *event_r ? 0 : ERROR_NOMEM;
}

int libxl_event_check(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
                      libxl_event_predicate *predicate, void *predicate_user)
{
    return get_event(XLS_REAL(libxl_event_check), ctx, event_r, typemask, predicate,
                     predicate_user);
}

int libxl_event_wait(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
                     libxl_event_predicate *predicate, void *predicate_user)
{
    return get_event(XLS_REAL(libxl_event_wait), ctx, event_r, typemask, predicate, predicate_user);
}

/* What libxl does, on the caller's layout: both sides have one heap. */
void libxl_event_free(libxl_ctx *ctx, libxl_event *event)
{
    (void)ctx;
    if (!event)
        return;
    libxl_event_dispose(event);
    free(event);
}
