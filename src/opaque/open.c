/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ctx: libxl's, with a logger, a loop and the handlers of the program's. */

#include <stdio.h>
#include <stdlib.h>

#include "opaque.h"

static void on_log(xentoollog_logger *logger, xentoollog_level level, int errnum,
                   const char *context, const char *format, va_list arguments)
{
    xls_ctx *ctx = (xls_ctx *)((char *)logger - offsetof(xls_ctx, logger));
    char text[1024];
    int used = vsnprintf(text, sizeof(text), format, arguments);

    if (used >= 0 && used < (int)sizeof(text) && errnum >= 0)
        snprintf(text + used, sizeof(text) - used, ": %s", strerror(errnum));
    if (level >= XTL_ERROR)
        xls_error_logged(text);
    if ((int)level < ctx->log_level)
        return;
    if (ctx->log)
        ctx->log(ctx->log_user, (int)level, text);
    else
        fprintf(stderr, "%s: %s\n", context ? context : "libxl", text);
}

static bool all_set(const struct xls_loop_hooks *hooks)
{
    return hooks->fd_register && hooks->fd_modify && hooks->fd_deregister &&
           hooks->timeout_register && hooks->timeout_modify;
}

static int read_options(xls_ctx *ctx, const struct xls_open_opts *given)
{
    struct xls_open_opts opts = { 0 };
    int rc = given ? xls_options("xls_open_opts", given, given->sz, &opts, sizeof(opts)) : 0;

    if (rc)
        return rc;
    if (opts.log_level < 0 || opts.log_level > XLS_LOG_CRITICAL)
        return xls_error_set(XLS_ERROR_BAD_OPTION, "struct xls_open_opts: log_level is %d",
                             opts.log_level);
    if (opts.sigchld < 0 || opts.sigchld > XLS_SIGCHLD_SELECTIVE)
        return xls_error_set(XLS_ERROR_BAD_OPTION, "struct xls_open_opts: sigchld is %d",
                             opts.sigchld);
    if (opts.hooks)
        rc = xls_options("xls_loop_hooks", opts.hooks, opts.hooks->sz, &ctx->hooks,
                         sizeof(ctx->hooks));
    if (rc)
        return rc;
    if (opts.hooks && !all_set(&ctx->hooks))
        return xls_error_set(XLS_ERROR_BAD_OPTION, "struct xls_loop_hooks: a hook is missing");
    ctx->log = opts.log;
    ctx->log_user = opts.log_user;
    ctx->log_level = opts.log_level ? opts.log_level : XLS_LOG_WARN;
    ctx->hooks_user = opts.hooks_user;
    ctx->childproc.chldowner = (libxl_sigchld_owner)opts.sigchld;
    return 0;
}

int xls_open(xls_ctx **out, const struct xls_open_opts *opts)
{
    xls_ctx *ctx;
    int rc;

    xls_error_begin();
    if (!out)
        return xls_error_set(XLS_ERROR_INVAL, "xls_open: ctx is NULL");
    *out = NULL;
    ctx = calloc(1, sizeof(*ctx));
    if (!ctx)
        return xls_error_set(XLS_ERROR_NOMEM, "xls_open: out of memory");
    ctx->logger.vmessage = on_log;
    rc = read_options(ctx, opts);
    if (rc)
        goto out;
    rc = libxl_ctx_alloc(&ctx->libxl, LIBXL_VERSION, 0, &ctx->logger);
    if (rc) {
        rc = xls_error_libxl("open", rc);
        goto out;
    }
    if (ctx->childproc.chldowner != libxl_sigchld_owner_libxl)
        libxl_childproc_setmode(ctx->libxl, &ctx->childproc, ctx);
    rc = xls_loop_start(ctx);
    if (rc)
        goto out;
    *out = ctx;
    return 0;

out:
    xls_close(ctx);
    return rc;
}

void xls_close(xls_ctx *ctx)
{
    if (!ctx)
        return;
    libxl_ctx_free(ctx->libxl);
    xls_async_free_all(ctx);
    xls_loop_stop(ctx);
    free(ctx);
}
