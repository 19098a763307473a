/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events, and how a program with a loop of its own, or without one, gets them. */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim.h"

#define EVENT TYPE(event)

void *sim_event(int type, const struct sim_domain *domain, uint64_t for_user)
{
    void *event = sim_new(EVENT);

    xls_object_init_arm(&sim_layout, EVENT, event, type);
    sim_set_number(EVENT, event, "for_user", for_user);
    if (domain) {
        sim_set_number(EVENT, event, "domid", domain->domid);
        memcpy(sim_at(EVENT, event, "domuuid", NULL), domain->uuid, sizeof(domain->uuid));
    }
    return event;
}

static uint64_t bit(const void *event)
{
    return UINT64_C(1) << sim_number(EVENT, event, "type") % 64;
}

void sim_deliver(libxl_ctx *ctx, void *event)
{
    const libxl_event_hooks *hooks;
    struct sim_queued *queued, **place;

    sim_lock();
    hooks = ctx->hooks && ctx->hooks->event_occurs_mask & bit(event) ? ctx->hooks : NULL;
    if (!hooks && !(queued = calloc(1, sizeof(*queued)))) {
        sim_free(EVENT, event);
    } else if (!hooks) {
        queued->event = event;
        for (place = &ctx->events; *place; place = &(*place)->next)
            ;
        *place = queued;
    }
    sim_unlock();
    if (hooks)
        hooks->event_occurs(ctx->hooks_user, event);
}

/* The medium that the guest has ejected, if it is of the disk that is watched. */
static void *ejection(struct sim_watch *watch)
{
    const struct sim_domain *domain = sim_find(watch->domid);
    void *event, *config;

    if (!domain || memcmp(domain->uuid, watch->uuid, sizeof(watch->uuid)) != 0 ||
        domain->ejects == watch->seen)
        return NULL;
    watch->seen = domain->ejects;
    if (strcmp(domain->ejected, watch->vdev) != 0)
        return NULL;
    event = sim_event(LIBXL_EVENT_TYPE_DISK_EJECT, domain, watch->user);
    sim_set_text(EVENT, event, "u.disk_eject.vdev", watch->vdev);
    config = sim_config(domain);
    for (int64_t i = 0; config && i < sim_number(CONFIG, config, "num_disks"); i++) {
        const char *disk = *(char **)sim_at(CONFIG, config, "disks", NULL) +
                           i * xls_size(&sim_layout, TYPE(device_disk));

        if (strcmp(sim_text(TYPE(device_disk), disk, "vdev"), watch->vdev) == 0)
            sim_copy_into(TYPE(device_disk), sim_at(EVENT, event, "u.disk_eject.disk", NULL), disk);
    }
    sim_free(CONFIG, config);
    return event;
}

/* What a watch of a guest has to tell now; NULL: nothing. Under the lock. */
static void *news(struct sim_watch *watch)
{
    struct sim_domain gone = { .domid = watch->domid };
    const struct sim_domain *domain = sim_find(watch->domid);
    void *event;

    if (watch->eject)
        return ejection(watch);
    if (domain && memcmp(domain->uuid, watch->uuid, sizeof(watch->uuid)) != 0)
        domain = NULL;
    if (domain && domain->shutdown && !watch->shutdown_told) {
        watch->shutdown_told = true;
        event = sim_event(LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, domain, watch->user);
        sim_set_number(EVENT, event, "u.domain_shutdown.shutdown_reason", domain->reason);
        return event;
    }
    /* A guest that was resumed after a suspend can shut down again. */
    if (domain && !domain->shutdown)
        watch->shutdown_told = false;
    if (!domain && !watch->death_told) {
        watch->death_told = true;
        memcpy(gone.uuid, watch->uuid, sizeof(gone.uuid));
        return sim_event(LIBXL_EVENT_TYPE_DOMAIN_DEATH, &gone, watch->user);
    }
    return NULL;
}

static void *next_news(libxl_ctx *ctx)
{
    void *event = NULL;

    sim_lock();
    for (struct sim_watch *watch = ctx->watches; watch && !event; watch = watch->next)
        event = news(watch);
    sim_unlock();
    return event;
}

void sim_dispatch(libxl_ctx *ctx)
{
    uint64_t expirations;
    void *event;

    sim_bell_read(ctx->bell);
    while (read(ctx->timer, &expirations, sizeof(expirations)) > 0)
        ;
    while (sim_end_due(ctx))
        ;
    while ((event = next_news(ctx)))
        sim_deliver(ctx, event);
}

/* Watching a guest */

static int enable(libxl_ctx *ctx, uint32_t domid, const char *vdev, libxl_ev_user user,
                  struct sim_watch **out)
{
    struct sim_watch *watch = calloc(1, sizeof(*watch));
    const struct sim_domain *domain;
    int rc = 0;

    *out = NULL;
    if (!watch)
        return ERROR_NOMEM;
    watch->domid = domid;
    watch->user = user;
    watch->eject = vdev;
    snprintf(watch->vdev, sizeof(watch->vdev), "%s", vdev ? vdev : "");
    sim_lock();
    domain = sim_find(domid);
    if (domain) {
        memcpy(watch->uuid, domain->uuid, sizeof(watch->uuid));
        watch->seen = domain->ejects;
        watch->next = ctx->watches;
        ctx->watches = watch;
    } else {
        rc = ERROR_DOMAIN_NOTFOUND;
    }
    sim_unlock();
    if (rc) {
        free(watch);
        return rc;
    }
    *out = watch;
    sim_ring(); /* it may be down already */
    return 0;
}

static void disable(libxl_ctx *ctx, struct sim_watch *watch)
{
    sim_lock();
    for (struct sim_watch **place = &ctx->watches; *place; place = &(*place)->next) {
        if (*place == watch) {
            *place = watch->next;
            break;
        }
    }
    sim_unlock();
    free(watch);
}

int sim_libxl_evenable_domain_death(libxl_ctx *ctx, uint32_t domid, libxl_ev_user user,
                                    libxl_evgen_domain_death **evgen_out)
{
    return enable(ctx, domid, NULL, user, (struct sim_watch **)evgen_out);
}

void sim_libxl_evdisable_domain_death(libxl_ctx *ctx, libxl_evgen_domain_death *evgen)
{
    disable(ctx, (struct sim_watch *)evgen);
}

int sim_libxl_evenable_disk_eject(libxl_ctx *ctx, uint32_t domid, const char *vdev,
                                  libxl_ev_user user, libxl_evgen_disk_eject **evgen_out)
{
    return enable(ctx, domid, vdev, user, (struct sim_watch **)evgen_out);
}

void sim_libxl_evdisable_disk_eject(libxl_ctx *ctx, libxl_evgen_disk_eject *evgen)
{
    disable(ctx, (struct sim_watch *)evgen);
}

/* Taking events */

void sim_libxl_event_register_callbacks(libxl_ctx *ctx, const libxl_event_hooks *hooks, void *user)
{
    sim_lock();
    ctx->hooks = hooks;
    ctx->hooks_user = user;
    sim_unlock();
}

/* As in libxl, the predicate runs under the lock and sees events that stay in the queue. */
static void *take(libxl_ctx *ctx, uint64_t typemask, libxl_event_predicate *predicate, void *user)
{
    struct sim_queued **place, *found;
    void *event;

    for (place = &ctx->events; *place; place = &(*place)->next) {
        if ((typemask & bit((*place)->event)) && (!predicate || predicate((*place)->event, user)))
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

int sim_libxl_event_check(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
                          libxl_event_predicate *predicate, void *predicate_user)
{
    sim_lock();
    *event_r = take(ctx, typemask, predicate, predicate_user);
    sim_unlock();
    return *event_r ? 0 : ERROR_NOT_READY;
}

/* Several threads may wait; one that was not woken looks again a little later. */
int sim_libxl_event_wait(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
                         libxl_event_predicate *predicate, void *predicate_user)
{
    struct pollfd poll_fd = { .fd = ctx->epoll, .events = POLLIN };

    while (libxl_event_check(ctx, event_r, typemask, predicate, predicate_user)) {
        if (poll(&poll_fd, 1, 50) < 0 && errno != EINTR)
            return ERROR_FAIL;
        sim_dispatch(ctx);
    }
    return 0;
}

void sim_libxl_event_free(libxl_ctx *ctx, libxl_event *event)
{
    sim_free(EVENT, event);
}

/* Loops of the application: one file descriptor of the ctx tells of everything. */

void sim_libxl_osevent_register_hooks(libxl_ctx *ctx, const libxl_osevent_hooks *hooks, void *user)
{
    if (ctx->os_fd)
        ctx->os->fd_deregister(ctx->os_user, ctx->epoll, ctx->os_fd);
    ctx->os = hooks;
    ctx->os_user = user;
    ctx->os_fd = NULL;
    if (hooks && hooks->fd_register(user, ctx->epoll, &ctx->os_fd, POLLIN, ctx))
        sim_log(ctx, XTL_ERROR, "the application could not register a file descriptor");
}

void sim_libxl_osevent_occurred_fd(libxl_ctx *ctx, void *for_libxl, int fd, short events,
                                   short revents)
{
    sim_dispatch(ctx);
}

void sim_libxl_osevent_occurred_timeout(libxl_ctx *ctx, void *for_libxl)
{
    sim_dispatch(ctx);
}

int sim_libxl_osevent_beforepoll(libxl_ctx *ctx, int *nfds_io, struct pollfd *fds, int *timeout_upd,
                                 struct timeval now)
{
    bool room = *nfds_io >= 1;

    *nfds_io = 1;
    if (!room)
        return ERROR_BUFFERFULL;
    fds[0] = (struct pollfd){ .fd = ctx->epoll, .events = POLLIN };
    return 0;
}

void sim_libxl_osevent_afterpoll(libxl_ctx *ctx, int nfds, const struct pollfd *fds,
                                 struct timeval now)
{
    sim_dispatch(ctx);
}
