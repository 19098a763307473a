/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contexts, their log, and the small helpers of libxl_utils.h that touch no domain. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../surface/runtime.h"
#include "sim.h"

static void log_to(libxl_ctx *ctx, xentoollog_level level, const char *format, va_list arguments)
{
    if (ctx && ctx->logger)
        ctx->logger->vmessage(ctx->logger, level, -1, "libxl (simulated)", format, arguments);
}

void sim_log(libxl_ctx *ctx, xentoollog_level level, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_to(ctx, level, format, arguments);
    va_end(arguments);
}

/* For the functions of the surface that need no Xen, and are in here as well. */
void xls_log(libxl_ctx *ctx, xentoollog_level level, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_to(ctx, level, format, arguments);
    va_end(arguments);
}

static int watch(int epoll, int fd)
{
    struct epoll_event event = { .events = EPOLLIN };

    return fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int sim_libxl_ctx_alloc(libxl_ctx **pctx, int version, unsigned flags, xentoollog_logger *lg)
{
    libxl_ctx *ctx;
    int rc;

    *pctx = NULL;
    if (version != LIBXL_VERSION)
        return ERROR_VERSION;
    ctx = calloc(1, sizeof(*ctx));
    if (!ctx)
        return ERROR_NOMEM;
    ctx->logger = lg;
    rc = sim_open_state(ctx);
    if (rc) {
        free(ctx);
        return rc;
    }
    ctx->epoll = epoll_create1(EPOLL_CLOEXEC);
    ctx->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    ctx->bell = sim_bell_fd();
    *pctx = ctx;
    if (ctx->epoll < 0 || watch(ctx->epoll, ctx->timer) || watch(ctx->epoll, ctx->bell)) {
        sim_log(ctx, XTL_ERROR, "no file descriptors for a ctx: %s", strerror(errno));
        libxl_ctx_free(ctx);
        *pctx = NULL;
        return ERROR_FAIL;
    }
    return 0;
}

int sim_libxl_ctx_free(libxl_ctx *ctx)
{
    if (!ctx)
        return 0;
    if (ctx->os_fd)
        ctx->os->fd_deregister(ctx->os_user, ctx->epoll, ctx->os_fd);
    sim_forget_operations(ctx);
    while (ctx->events) {
        struct sim_queued *first = ctx->events;

        ctx->events = first->next;
        sim_free(TYPE(event), first->event);
        free(first);
    }
    while (ctx->watches) {
        struct sim_watch *first = ctx->watches;

        ctx->watches = first->next;
        free(first);
    }
    if (ctx->bell >= 0)
        sim_bell_close(ctx->bell);
    if (ctx->timer >= 0)
        close(ctx->timer);
    if (ctx->epoll >= 0)
        close(ctx->epoll);
    sim_free(TYPE(version_info), ctx->version);
    free(ctx);
    return 0;
}

/* Children: the simulation has none. */

int sim_libxl_childproc_reaped(libxl_ctx *ctx, pid_t pid, int status)
{
    return ERROR_UNKNOWN_CHILD;
}

void sim_libxl_childproc_setmode(libxl_ctx *ctx, const libxl_childproc_hooks *hooks, void *user)
{
}

void sim_libxl_childproc_sigchld_occurred(libxl_ctx *ctx)
{
}

void sim_libxl_postfork_child_noexec(libxl_ctx *ctx)
{
}

void sim_libxl_report_child_exitstatus(libxl_ctx *ctx, xentoollog_level level, const char *what,
                                       pid_t pid, int status)
{
    if (WIFEXITED(status))
        sim_log(ctx, level, "%s [%d] exited with %d", what, (int)pid, WEXITSTATUS(status));
    else
        sim_log(ctx, level, "%s [%d] died of signal %d", what, (int)pid, WTERMSIG(status));
}

/* Files */

static int set_flag(libxl_ctx *ctx, int fd, int get, int set, int flag, int on)
{
    int flags = fcntl(fd, get);

    if (flags < 0 || fcntl(fd, set, on ? flags | flag : flags & ~flag) < 0) {
        sim_log(ctx, XTL_ERROR, "file descriptor %d: %s", fd, strerror(errno));
        return ERROR_FAIL;
    }
    return 0;
}

int sim_libxl_fd_set_cloexec(libxl_ctx *ctx, int fd, int cloexec)
{
    return set_flag(ctx, fd, F_GETFD, F_SETFD, FD_CLOEXEC, cloexec);
}

int sim_libxl_fd_set_nonblock(libxl_ctx *ctx, int fd, int nonblock)
{
    return set_flag(ctx, fd, F_GETFL, F_SETFL, O_NONBLOCK, nonblock);
}

int sim_libxl_pipe(libxl_ctx *ctx, int *pipes)
{
    return pipe(pipes) ? ERROR_FAIL : 0;
}

/* 0, or an errno value, as libxl has it. */
int sim_libxl_read_exactly(libxl_ctx *ctx, int fd, void *data, ssize_t sz, const char *filename,
                           const char *what)
{
    while (sz > 0) {
        ssize_t got = read(fd, data, sz);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            int problem = got ? errno : EPROTO;

            if (filename)
                sim_log(ctx, XTL_ERROR, "%s: cannot read %s: %s", filename, what,
                        got ? strerror(errno) : "it ends too early");
            return problem;
        }
        data = (char *)data + got;
        sz -= got;
    }
    return 0;
}

int sim_libxl_write_exactly(libxl_ctx *ctx, int fd, const void *data, ssize_t sz,
                            const char *filename, const char *what)
{
    while (sz > 0) {
        ssize_t put = write(fd, data, sz);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            int problem = errno;

            if (filename)
                sim_log(ctx, XTL_ERROR, "%s: cannot write %s: %s", filename, what, strerror(errno));
            return problem;
        }
        data = (const char *)data + put;
        sz -= put;
    }
    return 0;
}

int sim_libxl_read_file_contents(libxl_ctx *ctx, const char *filename, void **data_r,
                                 int *datalen_r)
{
    FILE *stream = fopen(filename, "re");
    char *data = NULL, *longer;
    size_t used = 0, got;
    int problem = 0;

    *data_r = NULL;
    if (datalen_r)
        *datalen_r = 0;
    if (!stream)
        return errno;
    do {
        longer = realloc(data, used + 4096);
        if (!longer) {
            problem = ENOMEM;
            break;
        }
        data = longer;
        got = fread(data + used, 1, 4096, stream);
        used += got;
    } while (got);
    if (!problem && ferror(stream))
        problem = EIO;
    fclose(stream);
    if (problem || !used) {
        free(data);
        return problem;
    }
    *data_r = data;
    if (datalen_r)
        *datalen_r = used;
    return 0;
}

int sim_libxl_create_logfile(libxl_ctx *ctx, const char *name, char **full_name)
{
    return asprintf(full_name, "/var/log/xen/%s.log", name) < 0 ? ERROR_NOMEM : 0;
}

int sim_libxl_string_to_backend(libxl_ctx *ctx, char *s, libxl_disk_backend *backend)
{
    static const struct {
        const char *name;
        libxl_disk_backend backend;
    } names[] = { { "phy", LIBXL_DISK_BACKEND_PHY },
                  { "file", LIBXL_DISK_BACKEND_TAP },
                  { "tap", LIBXL_DISK_BACKEND_TAP },
                  { "qdisk", LIBXL_DISK_BACKEND_QDISK } };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(s, names[i].name) == 0) {
            *backend = names[i].backend;
            return 0;
        }
    }
    return ERROR_INVAL;
}

int sim_libxl_ms_vm_genid_generate(libxl_ctx *ctx, libxl_ms_vm_genid *id)
{
    return getrandom(id->bytes, sizeof(id->bytes), 0) == sizeof(id->bytes) ? 0 : ERROR_FAIL;
}
