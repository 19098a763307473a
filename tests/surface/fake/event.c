/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contexts and their events. */

#include <stdlib.h>

#include "internal.h"

#define EVENT TYPE(event)

static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;

int libxl_ctx_alloc(libxl_ctx **pctx, int version, unsigned flags, xentoollog_logger *lg)
{
    fake_called("libxl_ctx_alloc");
    *pctx = NULL;
    if (version != LIBXL_VERSION)
        return ERROR_VERSION;
    *pctx = calloc(1, sizeof(**pctx));
    (*pctx)->logger = lg;
    return 0;
}

int libxl_ctx_free(libxl_ctx *ctx)
{
    fake_called("libxl_ctx_free");
    if (!ctx)
        return 0;
    fake_forget_operations(ctx);
    while (ctx->events) {
        struct queued *first = ctx->events;

        ctx->events = first->next;
        sim_free(EVENT, first->event);
        free(first);
    }
    free(ctx);
    return 0;
}

/* An event loop that a test drives by hand. */

void libxl_osevent_register_hooks(libxl_ctx *ctx, const libxl_osevent_hooks *hooks, void *user)
{
    fake_called("libxl_osevent_register_hooks");
    fake_control.os_hooks = hooks;
    fake_control.os_user = user;
}

void libxl_osevent_occurred_fd(libxl_ctx *ctx, void *for_libxl, int fd, short events, short revents)
{
    fake_called("libxl_osevent_occurred_fd");
    fake_control.os_fds++;
    fake_control.os_for_libxl = for_libxl;
    fake_control.os_revents = revents;
}

void libxl_osevent_occurred_timeout(libxl_ctx *ctx, void *for_libxl)
{
    fake_called("libxl_osevent_occurred_timeout");
    fake_control.os_timeouts++;
    fake_control.os_for_libxl = for_libxl;
}

void *fake_event(int type, uint32_t domid, uint64_t for_user)
{
    void *event = sim_new(EVENT), *disk;

    xls_object_init_arm(&sim_layout, EVENT, event, type);
    sim_set_number(EVENT, event, "domid", domid);
    sim_set_number(EVENT, event, "for_user", for_user);
    if (type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN)
        sim_set_number(EVENT, event, "u.domain_shutdown.shutdown_reason",
                        LIBXL_SHUTDOWN_REASON_CRASH);
    if (type == LIBXL_EVENT_TYPE_DISK_EJECT) {
        disk = sim_at(EVENT, event, "u.disk_eject.disk", NULL);
        sim_set_text(EVENT, event, "u.disk_eject.vdev", "hdc");
        sim_set_text(TYPE(device_disk), disk, "vdev", "hdc");
        sim_set_text(TYPE(device_disk), disk, "pdev_path", "/iso");
        sim_set_number(TYPE(device_disk), disk, "is_cdrom", 1);
        sim_set_number(TYPE(device_disk), disk, "base", 0x123456789);
        sim_set_text(TYPE(device_disk), disk, "hidden_disk", "/hidden");
        sim_set_number(TYPE(device_disk), disk, "trusted", 1);
        sim_set_number(TYPE(device_disk), disk, "grant_usage", -1);
    }
    return event;
}

void fake_occurs(libxl_ctx *ctx, void *event)
{
    const libxl_event_hooks *hooks;
    struct queued *queued, **place;
    uint64_t bit = UINT64_C(1) << sim_number(EVENT, event, "type") % 64;

    pthread_mutex_lock(&fake_lock);
    hooks = ctx->hooks && ctx->hooks->event_occurs_mask & bit ? ctx->hooks : NULL;
    if (!hooks) {
        queued = calloc(1, sizeof(*queued));
        queued->event = event;
        for (place = &ctx->events; *place; place = &(*place)->next)
            ;
        *place = queued;
        pthread_cond_broadcast(&arrived);
    }
    pthread_mutex_unlock(&fake_lock);
    if (hooks)
        hooks->event_occurs(ctx->hooks_user, event);
}

void libxl_event_register_callbacks(libxl_ctx *ctx, const libxl_event_hooks *hooks, void *user)
{
    fake_called("libxl_event_register_callbacks");
    ctx->hooks = hooks;
    ctx->hooks_user = user;
}

/* As in libxl, the predicate runs under the lock and sees events that stay in the queue. */
static void *take(libxl_ctx *ctx, uint64_t typemask, libxl_event_predicate *predicate, void *user)
{
    struct queued **place, *found;
    void *event;

    for (place = &ctx->events; *place; place = &(*place)->next) {
        uint64_t bit = UINT64_C(1) << sim_number(EVENT, (*place)->event, "type") % 64;

        if ((typemask & bit) && (!predicate || predicate((*place)->event, user)))
            break;
    }
    found = *place;
    if (!found)
        return NULL;
    *place = found->next;
    event = found->event;
    free(found);
    return event;
}

int libxl_event_check(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
                      libxl_event_predicate *predicate, void *predicate_user)
{
    fake_called("libxl_event_check");
    pthread_mutex_lock(&fake_lock);
    *event_r = take(ctx, typemask, predicate, predicate_user);
    pthread_mutex_unlock(&fake_lock);
    return *event_r ? 0 : ERROR_NOT_READY;
}

int libxl_event_wait(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
                     libxl_event_predicate *predicate, void *predicate_user)
{
    fake_called("libxl_event_wait");
    pthread_mutex_lock(&fake_lock);
    while (!(*event_r = take(ctx, typemask, predicate, predicate_user)))
        pthread_cond_wait(&arrived, &fake_lock);
    pthread_mutex_unlock(&fake_lock);
    return 0;
}

void libxl_event_free(libxl_ctx *ctx, libxl_event *event)
{
    fake_called("libxl_event_free");
    sim_free(EVENT, event);
}
