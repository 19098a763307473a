/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens the libxenlight of this process, once. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "../core/json.h"
#include "calls.h"
#include "ctx.h"
#include "policy.h"
#include "runtime.h"

const struct xls_runtime *xls_current;
bool xls_bound[XLS_FN_COUNT];

static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static bool opened; /* and every call is bound, which takes a moment longer */
static pthread_once_t level_once = PTHREAD_ONCE_INIT;
static struct xls_layout level;
static bool level_computed;

static void compute_level(void)
{
    xls_layout_compute(&level, XLS_LEVEL);
    __atomic_store_n(&level_computed, true, __ATOMIC_RELEASE);
}

const struct xls_layout *xls_level_layout(void)
{
    if (!__atomic_load_n(&level_computed, __ATOMIC_ACQUIRE))
        pthread_once(&level_once, compute_level);
    return &level;
}

static void log_list(xentoollog_logger *logger, xentoollog_level how_bad, const char *format,
                     va_list arguments)
{
    if (logger) {
        logger->vmessage(logger, how_bad, -1, "xlstable", format, arguments);
        return;
    }
    flockfile(stderr);
    fputs("xlstable: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    funlockfile(stderr);
}

void xls_log_to(xentoollog_logger *logger, xentoollog_level how_bad, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_list(logger, how_bad, format, arguments);
    va_end(arguments);
}

void xls_log(libxl_ctx *ctx, xentoollog_level how_bad, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_list(xls_ctx_logger(ctx), how_bad, format, arguments);
    va_end(arguments);
}

static void report(void *logger, const char *text)
{
    xls_log_to(logger, XTL_ERROR, "%s", text);
}

static int error_of(enum xls_backend_status status)
{
    switch (status) {
    case XLS_BACKEND_OK:
        return 0;
    case XLS_BACKEND_NO_MEMORY:
        return ERROR_NOMEM;
    case XLS_BACKEND_NOT_FOUND:
        return ERROR_NOTFOUND;
    case XLS_BACKEND_UNKNOWN_RELEASE:
    case XLS_BACKEND_WRONG_SONAME:
    case XLS_BACKEND_WRONG_LAYOUT:
        return ERROR_VERSION;
    case XLS_BACKEND_MISSING_SYMBOL:
        return ERROR_NI;
    default:
        return ERROR_FAIL;
    }
}

static int compile_plans(struct xls_runtime *runtime, xentoollog_logger *logger)
{
    if (xls_plans_compile(&runtime->down, xls_level_layout(), &runtime->backend.layout))
        goto out_of_memory;
    if (xls_plans_compile(&runtime->up, &runtime->backend.layout, xls_level_layout())) {
        xls_plans_free(&runtime->down);
        goto out_of_memory;
    }
    for (unsigned type = 0; type < XLS_TYPE_COUNT; type++)
        runtime->same[type] = runtime->down.type[type].same && runtime->up.type[type].same;
    return 0;

out_of_memory:
    xls_log_to(logger, XTL_ERROR, "no memory for the plans of Xen " XLS_RELEASE_FORMAT,
               XLS_RELEASE_ARGS(runtime->backend.layout.release));
    return ERROR_NOMEM;
}

/* Entries that the release lacks keep their first value, which says so. */
static void bind_calls(const struct xls_backend *backend)
{
    for (int i = 0; i < XLS_FN_COUNT; i++) {
        void *symbol = xls_backend_symbol(backend, xls_functions[i].name, xls_functions[i].util);

        if (!symbol)
            continue;
        __atomic_store_n(&xls_real[i], symbol, __ATOMIC_RELEASE);
        __atomic_store_n(&xls_bound[i], true, __ATOMIC_RELEASE);
    }
}

static int open_locked(xentoollog_logger *logger)
{
    struct xls_backend_options options = { .report = report, .user = logger };
    struct xls_runtime *runtime;
    int rc;

    if (xls_current)
        return 0;
    runtime = calloc(1, sizeof(*runtime));
    if (!runtime) {
        xls_log_to(logger, XTL_ERROR, "no memory to open a libxenlight");
        return ERROR_NOMEM;
    }
    rc = error_of(xls_backend_open(&runtime->backend, &options));
    if (rc)
        goto out;
    rc = compile_plans(runtime, logger);
    if (rc) {
        xls_backend_close(&runtime->backend);
        goto out;
    }
    xls_policy_bind();
    __atomic_store_n(&xls_json_words, runtime->backend.layout.release, __ATOMIC_RELAXED);
    __atomic_store_n(&xls_current, runtime, __ATOMIC_RELEASE);
    bind_calls(&runtime->backend);
    __atomic_store_n(&opened, true, __ATOMIC_RELEASE);
    return 0;

out:
    free(runtime);
    return rc;
}

int xls_runtime_open(xentoollog_logger *logger)
{
    int rc;

    if (__atomic_load_n(&opened, __ATOMIC_ACQUIRE))
        return 0;
    pthread_mutex_lock(&opening);
    rc = open_locked(logger);
    pthread_mutex_unlock(&opening);
    return rc;
}

int xls_late(libxl_ctx *ctx, enum xls_function function)
{
    const struct xls_function_info *info = &xls_functions[function];
    const struct xls_runtime *runtime;
    int rc = xls_runtime_open(xls_ctx_logger(ctx));

    if (rc)
        return rc;
    runtime = xls_runtime();
    if (xls_backend_symbol(&runtime->backend, info->name, info->util))
        return 0;
    if (info->util && !runtime->backend.util)
        xls_log(ctx, XTL_ERROR, "%s: libxlutil of Xen " XLS_RELEASE_FORMAT " cannot be loaded: %s",
                info->name, XLS_RELEASE_ARGS(runtime->backend.layout.release),
                runtime->backend.util_problem);
    else if (xls_runs(info->since))
        xls_log(ctx, XTL_ERROR, "%s: Xen " XLS_RELEASE_FORMAT " does not have it on this machine",
                info->name, XLS_RELEASE_ARGS(runtime->backend.layout.release));
    else
        xls_log(ctx, XTL_ERROR,
                "%s: Xen has it since " XLS_RELEASE_FORMAT ", and Xen " XLS_RELEASE_FORMAT " runs",
                info->name, XLS_RELEASE_ARGS(info->since),
                XLS_RELEASE_ARGS(runtime->backend.layout.release));
    return ERROR_NI;
}
