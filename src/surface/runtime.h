/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What runs: the one libxenlight of this process, opened on first need, and the plans between it
 * and the level that callers were built for.
 */
#ifndef XLS_SURFACE_RUNTIME_H
#define XLS_SURFACE_RUNTIME_H

#include "../backend/backend.h"
#include "../core/translate.h"
#include "public.h"

struct xls_runtime {
    struct xls_backend backend;
    struct xls_plans down, up; /* level -> release, and back */
    bool same[XLS_TYPE_COUNT]; /* the type needs no plan either way */
};

/* NULL until a libxenlight is open. Never changes after. */
extern const struct xls_runtime *xls_current;

static inline const struct xls_runtime *xls_runtime(void)
{
    return __atomic_load_n(&xls_current, __ATOMIC_ACQUIRE);
}

/* Opens the libxenlight of the running Xen once. 0 or an ERROR_*; the reason goes to the log. */
int xls_runtime_open(xentoollog_logger *logger);

/* The layout of the level: the structs of <libxl.h>. Needs no Xen. */
const struct xls_layout *xls_level_layout(void);

/* Whether pointers to the type pass straight through. Also while nothing is open: the first call
 * then opens, and comes back. */
static inline bool xls_same(unsigned type)
{
    const struct xls_runtime *runtime = xls_runtime();

    return !runtime || runtime->same[type];
}

/* Whether the running release has what came with `since`. */
static inline bool xls_runs(xls_release since)
{
    const struct xls_runtime *runtime = xls_runtime();

    return !runtime || xls_known(since, runtime->backend.layout.release);
}

/* A log line to the ctx's logger, or to stderr without one. */
__attribute__((format(printf, 3, 4))) void xls_log(libxl_ctx *ctx, xentoollog_level level,
                                                   const char *format, ...);
__attribute__((format(printf, 3, 4))) void
xls_log_to(xentoollog_logger *logger, xentoollog_level level, const char *format, ...);

#endif
