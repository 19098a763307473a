/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The event loop. Without hooks of the program's, libxl's descriptors and timers are gathered
 * behind one descriptor: an epoll set, with a timerfd for the earliest timer.
 */

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "opaque.h"

/* libxl may watch one descriptor for several of its parts at a time. */
struct watch {
    struct watch *next;
    int fd;
    short events;
    void *for_libxl;
};

struct timer {
    struct timer *next;
    struct timeval at;
    void *for_libxl;
};

struct xls_loop {
    int epoll, timer;
    pthread_mutex_t lock; /* libxl's own may be held when it is taken, never the other way */
    struct watch *watches;
    struct timer *timers;
};

/* Descriptors */

static short wanted(const struct xls_loop *loop, int fd)
{
    short events = 0;

    for (const struct watch *watch = loop->watches; watch; watch = watch->next) {
        if (watch->fd == fd)
            events |= watch->events;
    }
    return events;
}

static bool watched(const struct xls_loop *loop, int fd)
{
    const struct watch *watch = loop->watches;

    while (watch && watch->fd != fd)
        watch = watch->next;
    return watch;
}

/* POLLIN and its like are the same numbers as EPOLLIN and its like. */
static int update(const struct xls_loop *loop, int operation, int fd)
{
    struct epoll_event event = { .events = (unsigned short)wanted(loop, fd), .data.fd = fd };

    return epoll_ctl(loop->epoll, operation, fd, &event) ? ERROR_OSEVENT_REG_FAIL : 0;
}

static int on_register(void *user, int fd, void **registration, short events, void *for_libxl)
{
    struct xls_loop *loop = user;
    struct watch *watch = malloc(sizeof(*watch));
    int rc;

    if (!watch)
        return ERROR_OSEVENT_REG_FAIL;
    pthread_mutex_lock(&loop->lock);
    int operation = watched(loop, fd) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    *watch = (struct watch){ loop->watches, fd, events, for_libxl };
    loop->watches = watch;
    rc = update(loop, operation, fd);
    if (rc)
        loop->watches = watch->next;
    pthread_mutex_unlock(&loop->lock);
    if (rc)
        free(watch);
    else
        *registration = watch;
    return rc;
}

static int on_modify(void *user, int fd, void **registration, short events)
{
    struct xls_loop *loop = user;
    struct watch *watch = *registration;
    short before;
    int rc;

    pthread_mutex_lock(&loop->lock);
    before = watch->events;
    watch->events = events;
    rc = update(loop, EPOLL_CTL_MOD, fd);
    if (rc)
        watch->events = before;
    pthread_mutex_unlock(&loop->lock);
    return rc;
}

static void on_deregister(void *user, int fd, void *registration)
{
    struct xls_loop *loop = user;
    struct watch **place = &loop->watches, *gone = registration;

    pthread_mutex_lock(&loop->lock);
    while (*place && *place != gone)
        place = &(*place)->next;
    if (*place)
        *place = gone->next;
    update(loop, watched(loop, fd) ? EPOLL_CTL_MOD : EPOLL_CTL_DEL, fd);
    pthread_mutex_unlock(&loop->lock);
    free(gone);
}

/* Timers */

static bool before(const struct timeval *a, const struct timeval *b)
{
    return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_usec < b->tv_usec);
}

/* A time of zero would disarm it. */
static int arm(const struct xls_loop *loop)
{
    struct itimerspec spec = { 0 };
    const struct timer *first = loop->timers;

    for (const struct timer *timer = loop->timers; timer; timer = timer->next) {
        if (before(&timer->at, &first->at))
            first = timer;
    }
    if (first) {
        spec.it_value.tv_sec = first->at.tv_sec;
        spec.it_value.tv_nsec = first->at.tv_usec * 1000;
        if (!spec.it_value.tv_sec && !spec.it_value.tv_nsec)
            spec.it_value.tv_nsec = 1;
    }
    return timerfd_settime(loop->timer, TFD_TIMER_ABSTIME, &spec, NULL) ? ERROR_OSEVENT_REG_FAIL
                                                                        : 0;
}

static int on_timeout_register(void *user, void **registration, struct timeval at, void *for_libxl)
{
    struct xls_loop *loop = user;
    struct timer *timer = malloc(sizeof(*timer));
    int rc;

    if (!timer)
        return ERROR_OSEVENT_REG_FAIL;
    pthread_mutex_lock(&loop->lock);
    *timer = (struct timer){ loop->timers, at, for_libxl };
    loop->timers = timer;
    rc = arm(loop);
    if (rc)
        loop->timers = timer->next;
    pthread_mutex_unlock(&loop->lock);
    if (rc)
        free(timer);
    else
        *registration = timer;
    return rc;
}

/* The timer may have been taken to be fired already, and its memory be another's: look it up. */
static int on_timeout_modify(void *user, void **registration, struct timeval at)
{
    struct xls_loop *loop = user;
    struct timer *timer;
    int rc = 0;

    pthread_mutex_lock(&loop->lock);
    for (timer = loop->timers; timer && timer != *registration;)
        timer = timer->next;
    if (timer) {
        timer->at = at;
        rc = arm(loop);
    }
    pthread_mutex_unlock(&loop->lock);
    return rc;
}

static const libxl_osevent_hooks own_hooks = {
    .fd_register = on_register,
    .fd_modify = on_modify,
    .fd_deregister = on_deregister,
    .timeout_register = on_timeout_register,
    .timeout_modify = on_timeout_modify,
};

/* Dispatching */

/* One timer that is due; false if there is none. */
static bool fire_one(xls_ctx *ctx, const struct timeval *now)
{
    struct xls_loop *loop = ctx->loop;
    struct timer **place = &loop->timers, *due;

    pthread_mutex_lock(&loop->lock);
    while (*place && before(now, &(*place)->at))
        place = &(*place)->next;
    due = *place;
    if (due)
        *place = due->next;
    pthread_mutex_unlock(&loop->lock);
    if (!due)
        return false;
    libxl_osevent_occurred_timeout(ctx->libxl, due->for_libxl);
    free(due);
    return true;
}

static int fire_timers(xls_ctx *ctx)
{
    uint64_t expirations;
    struct timeval now;
    int fired = 0;

    if (read(ctx->loop->timer, &expirations, sizeof(expirations)) < 0 && errno != EAGAIN)
        return 0;
    gettimeofday(&now, NULL);
    while (fire_one(ctx, &now))
        fired++;
    pthread_mutex_lock(&ctx->loop->lock);
    arm(ctx->loop);
    pthread_mutex_unlock(&ctx->loop->lock);
    return fired;
}

/* libxl copes with being told of a watch that it has just given up. */
static int tell_watches(xls_ctx *ctx, int fd, short revents)
{
    enum { MOST = 16 };
    struct xls_loop *loop = ctx->loop;
    struct {
        void *for_libxl;
        short events;
    } told[MOST];
    int count = 0;

    pthread_mutex_lock(&loop->lock);
    for (const struct watch *watch = loop->watches; watch && count < MOST; watch = watch->next) {
        if (watch->fd == fd && revents & (watch->events | POLLERR | POLLHUP)) {
            told[count].for_libxl = watch->for_libxl;
            told[count++].events = watch->events;
        }
    }
    pthread_mutex_unlock(&loop->lock);
    for (int i = 0; i < count; i++)
        libxl_osevent_occurred_fd(ctx->libxl, told[i].for_libxl, fd, told[i].events,
                                  revents & (told[i].events | POLLERR | POLLHUP));
    return count;
}

int xls_fd(xls_ctx *ctx)
{
    if (!ctx || !ctx->loop)
        return xls_error_set(XLS_ERROR_INVAL, "xls_fd: the ctx %s", ctx ? "has hooks" : "is NULL");
    return ctx->loop->epoll;
}

int xls_dispatch(xls_ctx *ctx, int milliseconds)
{
    struct epoll_event ready[16];
    int count, done = 0;

    xls_error_begin();
    if (!ctx || !ctx->loop)
        return xls_error_set(XLS_ERROR_INVAL, "xls_dispatch: the ctx %s",
                             ctx ? "has hooks" : "is NULL");
    count = epoll_wait(ctx->loop->epoll, ready, 16, milliseconds);
    if (count < 0 && errno != EINTR)
        return xls_error_set(XLS_ERROR_SYSTEM, "xls_dispatch: epoll_wait: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
        if (ready[i].data.fd == ctx->loop->timer)
            done += fire_timers(ctx);
        else
            done += tell_watches(ctx, ready[i].data.fd, (short)ready[i].events);
    }
    return done;
}

void xls_loop_fd(xls_ctx *ctx, void *for_xls, int fd, short events, short revents)
{
    if (ctx)
        libxl_osevent_occurred_fd(ctx->libxl, for_xls, fd, events, revents);
}

void xls_loop_timeout(xls_ctx *ctx, void *for_xls)
{
    if (ctx)
        libxl_osevent_occurred_timeout(ctx->libxl, for_xls);
}

/* The program's hooks */

static int hook_register(void *user, int fd, void **registration, short events, void *for_libxl)
{
    xls_ctx *ctx = user;

    return ctx->hooks.fd_register(ctx->hooks_user, fd, registration, events, for_libxl);
}

static int hook_modify(void *user, int fd, void **registration, short events)
{
    xls_ctx *ctx = user;

    return ctx->hooks.fd_modify(ctx->hooks_user, fd, registration, events);
}

static void hook_deregister(void *user, int fd, void *registration)
{
    xls_ctx *ctx = user;

    ctx->hooks.fd_deregister(ctx->hooks_user, fd, registration);
}

static int hook_timeout_register(void *user, void **registration, struct timeval at,
                                 void *for_libxl)
{
    xls_ctx *ctx = user;

    return ctx->hooks.timeout_register(ctx->hooks_user, registration, at, for_libxl);
}

static int hook_timeout_modify(void *user, void **registration, struct timeval at)
{
    xls_ctx *ctx = user;

    return ctx->hooks.timeout_modify(ctx->hooks_user, registration, at);
}

static const libxl_osevent_hooks callers_hooks = {
    .fd_register = hook_register,
    .fd_modify = hook_modify,
    .fd_deregister = hook_deregister,
    .timeout_register = hook_timeout_register,
    .timeout_modify = hook_timeout_modify,
};

/* Starting and stopping */

static int system_failure(const char *what)
{
    return xls_error_set(XLS_ERROR_SYSTEM, "xls_open: %s: %s", what, strerror(errno));
}

int xls_loop_start(xls_ctx *ctx)
{
    struct epoll_event event = { .events = EPOLLIN };
    struct xls_loop *loop;

    if (ctx->hooks.sz) {
        libxl_osevent_register_hooks(ctx->libxl, &callers_hooks, ctx);
        return 0;
    }
    loop = calloc(1, sizeof(*loop));
    if (!loop)
        return xls_error_set(XLS_ERROR_NOMEM, "xls_open: out of memory");
    ctx->loop = loop;
    pthread_mutex_init(&loop->lock, NULL);
    loop->timer = -1;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0)
        return system_failure("epoll_create1");
    loop->timer = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (loop->timer < 0)
        return system_failure("timerfd_create");
    event.data.fd = loop->timer;
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->timer, &event))
        return system_failure("epoll_ctl");
    libxl_osevent_register_hooks(ctx->libxl, &own_hooks, loop);
    return 0;
}

void xls_loop_stop(xls_ctx *ctx)
{
    struct xls_loop *loop = ctx->loop;

    if (!loop)
        return;
    while (loop->watches) {
        struct watch *watch = loop->watches;

        loop->watches = watch->next;
        free(watch);
    }
    while (loop->timers) {
        struct timer *timer = loop->timers;

        loop->timers = timer->next;
        free(timer);
    }
    if (loop->timer >= 0)
        close(loop->timer);
    if (loop->epoll >= 0)
        close(loop->epoll);
    pthread_mutex_destroy(&loop->lock);
    free(loop);
    ctx->loop = NULL;
}
