/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the library keeps beside each real libxl_ctx: its logger, its event hooks, and the
 * translated calls that are under way on it.
 */
#ifndef XLS_SURFACE_CTX_H
#define XLS_SURFACE_CTX_H

#include "public.h"

struct xls_call;

/* The caller's hooks, and ours that libxl holds a pointer to until the ctx is freed. */
struct xls_hooks {
    const libxl_event_hooks *caller;
    void *user;
    libxl_event_hooks ours;
    libxl_ctx *ctx;
};

/* The ctx's logger; NULL for an unknown or NULL ctx. */
xentoollog_logger *xls_ctx_logger(libxl_ctx *ctx);

/* Any ctx that is alive, for libxl functions that want one only to log. */
libxl_ctx *xls_ctx_any(void);

/* Where the ctx's hooks are kept, or NULL for an unknown ctx. */
struct xls_hooks *xls_ctx_hooks(libxl_ctx *ctx);

/* What libxl_get_version_info returns instead of libxl's own, or NULL. */
const libxl_version_info *xls_ctx_version(libxl_ctx *ctx);
/* Keeps it until the ctx is freed. Returns what is kept: of several threads the first one's. */
const libxl_version_info *xls_ctx_keep_version(libxl_ctx *ctx, libxl_version_info *version);

/* Calls under way, by an id that stands for them in what libxl hands back. */
void xls_ctx_add_call(libxl_ctx *ctx, struct xls_call *call);
struct xls_call *xls_ctx_find_call(libxl_ctx *ctx, uint64_t id);
/* Takes it off the list: from then on it belongs to the caller. NULL if it is not there. */
struct xls_call *xls_ctx_take_call(libxl_ctx *ctx, uint64_t id);
/* The `real_how` of the newest call that was started with an equal `how`. False: none was. */
bool xls_ctx_find_how(libxl_ctx *ctx, const libxl_asyncop_how *how, libxl_asyncop_how *real);

#endif
