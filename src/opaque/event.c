/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events: objects that libxl made, fetched or handed on. */

#include "opaque.h"

struct query {
    xls_event_filter_fn *filter;
    void *user;
};

static int on_filter(const libxl_event *event, void *query)
{
    const struct query *asked = query;

    return asked->filter((const xls_event *)event, asked->user);
}

typedef int getter(libxl_ctx *ctx, libxl_event **event_r, uint64_t mask,
                   libxl_event_predicate *predicate, void *user);

static int get(getter *get_with, const char *name, xls_ctx *ctx, xls_event **event, uint64_t mask,
               xls_event_filter_fn *filter, void *user)
{
    struct query query = { filter, user };
    libxl_event *found = NULL;
    int rc;

    xls_error_begin();
    if (event)
        *event = NULL;
    if (!ctx || !event)
        return xls_error_set(XLS_ERROR_INVAL, "xls_%s: %s is NULL", name, ctx ? "event" : "ctx");
    rc = get_with(ctx->libxl, &found, mask, filter ? on_filter : NULL, &query);
    if (rc)
        return xls_error_libxl(name, rc);
    *event = (xls_event *)found;
    return 0;
}

int xls_event_check(xls_ctx *ctx, xls_event **event, uint64_t mask, xls_event_filter_fn *filter,
                    void *user)
{
    return get(libxl_event_check, "event_check", ctx, event, mask, filter, user);
}

int xls_event_wait(xls_ctx *ctx, xls_event **event, uint64_t mask, xls_event_filter_fn *filter,
                   void *user)
{
    return get(libxl_event_wait, "event_wait", ctx, event, mask, filter, user);
}

static void on_event(void *user, libxl_event *event)
{
    xls_ctx *ctx = user;

    ctx->handler.occurs(ctx, (xls_event *)event, ctx->handler.user);
}

static void on_disaster(void *user, libxl_event_type type, const char *text, int errnum)
{
    xls_ctx *ctx = user;

    if (ctx->handler.disaster)
        ctx->handler.disaster(ctx, type, text, errnum, ctx->handler.user);
    else
        xls_log(ctx->libxl, XTL_CRITICAL, "events of type %d may be lost: %s (%s)", type, text,
                strerror(errnum));
}

int xls_event_handle(xls_ctx *ctx, const struct xls_event_handler *handler)
{
    struct xls_event_handler known = { 0 };
    int rc;

    xls_error_begin();
    if (!ctx)
        return xls_error_set(XLS_ERROR_INVAL, "xls_event_handle: ctx is NULL");
    if (!handler) {
        libxl_event_register_callbacks(ctx->libxl, NULL, NULL);
        return 0;
    }
    rc = xls_options("xls_event_handler", handler, handler->sz, &known, sizeof(known));
    if (rc)
        return rc;
    if (known.mask && !known.occurs)
        return xls_error_set(XLS_ERROR_BAD_OPTION,
                             "struct xls_event_handler: mask is set, and occurs is not");
    ctx->handler = known;
    ctx->event_hooks.event_occurs_mask = known.mask;
    ctx->event_hooks.event_occurs = on_event;
    ctx->event_hooks.disaster = on_disaster;
    libxl_event_register_callbacks(ctx->libxl, &ctx->event_hooks, ctx);
    return 0;
}
