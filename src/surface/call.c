/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Translated calls, synchronous and asynchronous. */

#include <stdio.h>
#include <stdlib.h>

#include "../core/object.h"
#include "call.h"
#include "ctx.h"
#include "event.h"
#include "quirks.h"
#include "runtime.h"

static void on_complete(libxl_ctx *ctx, int rc, void *id)
{
    struct xls_call *call = xls_ctx_take_call(ctx, (uintptr_t)id);
    libxl_asyncop_how how;

    if (!call) {
        xls_log(ctx, XTL_ERROR, "an operation completed that was never started");
        return;
    }
    how = call->how;
    rc = xls_call_complete(call, rc);
    how.callback(ctx, rc, how.u.for_callback);
}

/* libxl completes an operation only after all its progress has been reported. */
static void on_progress(libxl_ctx *ctx, libxl_event *event, void *id)
{
    struct xls_call *call = xls_ctx_find_call(ctx, (uintptr_t)id);

    event = xls_event_up(ctx, event);
    if (!event)
        return;
    if (call)
        call->progress.callback(ctx, event, call->progress.for_callback);
    else
        libxl_event_free(ctx, event);
}

struct xls_call *xls_call_begin(libxl_ctx *ctx, const char *function, const libxl_asyncop_how *how,
                                const libxl_asyncprogress_how *progress)
{
    struct xls_call *call = calloc(1, sizeof(*call));

    if (!call) {
        xls_log(ctx, XTL_ERROR, "%s: out of memory", function);
        return NULL;
    }
    call->ctx = ctx;
    call->function = function;
    if (how) {
        call->asynchronous = true;
        call->how = *how;
    }
    if (progress) {
        call->has_progress = true;
        call->progress = call->real_progress = *progress;
    }
    call->listed = how || (progress && progress->callback);
    if (call->listed)
        xls_ctx_add_call(ctx, call);
    if (how && how->callback) {
        call->real_how.callback = on_complete;
        call->real_how.u.for_callback = (void *)(uintptr_t)call->id;
    } else {
        call->real_how.u.for_event = call->id;
    }
    if (progress && progress->callback) {
        call->real_progress.callback = on_progress;
        call->real_progress.for_callback = (void *)(uintptr_t)call->id;
    }
    return call;
}

_Thread_local struct xls_refusal xls_refusal;

static void tell_fault(struct xls_call *call, unsigned type, const struct xls_fault *fault)
{
    snprintf(xls_refusal.field, sizeof(xls_refusal.field), "%s.%s", xls_types[type].name,
             fault->path);
    xls_refusal.since = fault->since;
    if (fault->since)
        xls_log(call->ctx, XTL_ERROR,
                "%s: %s.%s is set to %s, which Xen has since " XLS_RELEASE_FORMAT
                "; Xen " XLS_RELEASE_FORMAT " runs",
                call->function, xls_types[type].name, fault->path, fault->value,
                XLS_RELEASE_ARGS(fault->since),
                XLS_RELEASE_ARGS(xls_runtime()->backend.layout.release));
    else
        xls_log(call->ctx, XTL_ERROR, "%s: %s.%s has %s", call->function, xls_types[type].name,
                fault->path, fault->value);
}

/* Makes the real struct of an argument. 0 or an ERROR_*. */
static int lend(struct xls_call *call, unsigned type, enum xls_direction direction, void *caller,
                void **real)
{
    const struct xls_runtime *runtime = xls_runtime();
    struct xls_fault fault = { 0 };

    if (direction <= XLS_INOUT && !xls_check(&runtime->down, type, caller, &fault)) {
        tell_fault(call, type, &fault);
        return ERROR_INVAL;
    }
    *real = malloc(xls_size(&runtime->backend.layout, type));
    if (!*real)
        goto out_of_memory;
    if (direction > XLS_INOUT) {
        xls_object_init(&runtime->backend.layout, type, *real);
    } else if (xls_translate(&runtime->down, type, caller, *real, XLS_LEND)) {
        free(*real);
        goto out_of_memory;
    }
    return 0;

out_of_memory:
    xls_log(call->ctx, XTL_ERROR, "%s: out of memory", call->function);
    return ERROR_NOMEM;
}

void *xls_call_argument(struct xls_call *call, unsigned type, enum xls_direction direction,
                        const void *caller)
{
    void *real = NULL;

    if (!call || call->rc || !caller)
        return NULL;
    if (type == XLS_TYPE_libxl_domain_config)
        call->configures = true;
    if (xls_same(type))
        return (void *)caller;
    call->rc = lend(call, type, direction, (void *)caller, &real);
    if (call->rc)
        return NULL;
    call->argument[call->count].type = type;
    call->argument[call->count].direction = direction;
    call->argument[call->count].caller = (void *)caller;
    call->argument[call->count].real = real;
    call->count++;
    return real;
}

bool xls_call_ready(const struct xls_call *call)
{
    return call && !call->rc;
}

const libxl_asyncop_how *xls_call_how(struct xls_call *call)
{
    return call->asynchronous ? &call->real_how : NULL;
}

const libxl_asyncprogress_how *xls_call_progress(struct xls_call *call)
{
    return call->has_progress ? &call->real_progress : NULL;
}

/* Gives one argument back to the caller. -1 without memory. */
static int give_back(struct xls_call *call, int index, bool succeeded)
{
    const struct xls_runtime *runtime = xls_runtime();
    unsigned type = call->argument[index].type;
    void *caller = call->argument[index].caller, *real = call->argument[index].real;
    int rc = 0;

    switch (call->argument[index].direction) {
    case XLS_IN:
        xls_undo(&runtime->down, type, real);
        break;
    case XLS_INOUT:
        rc = xls_translate(&runtime->up, type, real, caller, XLS_RESTORE);
        break;
    case XLS_OUT_INIT:
    case XLS_OUT:
        if (succeeded) {
            rc = xls_translate(&runtime->up, type, real, caller, XLS_GIVE);
            break;
        }
        xls_object_dispose(&runtime->backend.layout, type, real);
        if (call->argument[index].direction == XLS_OUT_INIT)
            xls_object_init(xls_level_layout(), type, caller);
        break;
    }
    free(real);
    return rc;
}

int xls_call_complete(struct xls_call *call, int rc)
{
    bool succeeded = !rc;

    if (call->configures)
        rc = xls_quirk_result(rc);
    for (int i = 0; i < call->count; i++) {
        if (give_back(call, i, succeeded)) {
            xls_log(call->ctx, XTL_ERROR, "%s: out of memory for its results", call->function);
            rc = rc ? rc : ERROR_NOMEM;
        }
    }
    free(call);
    return rc;
}

int xls_call_refuse(struct xls_call *call)
{
    int rc = call ? call->rc : ERROR_NOMEM;

    if (!call)
        return rc;
    if (call->listed)
        xls_ctx_take_call(call->ctx, call->id);
    for (int i = 0; i < call->count; i++) {
        if (call->argument[i].direction <= XLS_INOUT)
            xls_undo(&xls_runtime()->down, call->argument[i].type, call->argument[i].real);
        free(call->argument[i].real);
    }
    free(call);
    return rc;
}

int xls_call_end(struct xls_call *call, const libxl_asyncop_how *how, int rc)
{
    if (how && !rc)
        return 0; /* it may be complete, and the call gone, already */
    if (call->listed)
        xls_ctx_take_call(call->ctx, call->id);
    return xls_call_complete(call, rc);
}

void *xls_call_list(libxl_ctx *ctx, const char *function, unsigned type, void *list, size_t count)
{
    void *level_list = xls_translate_array(&xls_runtime()->up, type, list, count);

    if (!level_list) {
        xls_refusal.no_memory = true;
        xls_log(ctx, XTL_ERROR, "%s: out of memory for %zu elements", function, count);
    }
    return level_list;
}
