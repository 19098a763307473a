/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One call of a function whose structs differ between the level and the running release: its
 * translated arguments, until it is complete, which for an asynchronous call may be much later.
 *
 * Generated code uses it like this; every step takes NULL for a call that could not be begun:
 *
 *     call = xls_call_begin(ctx, "libxl_device_disk_add", ao_how, NULL);
 *     real_disk = xls_call_argument(call, XLS_TYPE_libxl_device_disk, XLS_INOUT, disk);
 *     if (!xls_call_ready(call))
 *         return xls_call_refuse(call);
 *     rc = XLS_REAL(libxl_device_disk_add)(ctx, domid, real_disk, xls_call_how(call));
 *     return xls_call_end(call, ao_how, rc);
 */
#ifndef XLS_SURFACE_CALL_H
#define XLS_SURFACE_CALL_H

#include "public.h"
#include "runtime.h"

enum xls_direction {
    XLS_IN,       /* read only; the caller's struct is left alone after the call began */
    XLS_INOUT,    /* written back, also after a failure: libxl may have moved what it owns */
    XLS_OUT,      /* written on success only; what the caller's struct held is not released */
    XLS_OUT_INIT, /* as OUT, and left initialised on failure */
};

/* Why the last call on this thread failed, for whoever wants more than a line in the log: the field
 * for which it was refused, and the release that has it, 0 if none does. */
struct xls_refusal {
    char field[256];
    xls_release since;
    bool no_memory; /* for a list: NULL may also be an empty one */
};

extern _Thread_local struct xls_refusal xls_refusal;

#define XLS_CALL_ARGUMENTS 2

struct xls_call {
    struct xls_call *next;
    uint64_t id; /* stands for the call in what libxl hands back */
    libxl_ctx *ctx;
    const char *function;
    int rc; /* of the preparation */
    bool asynchronous, listed, has_progress;
    bool configures; /* takes a domain configuration */
    libxl_asyncop_how how, real_how;
    libxl_asyncprogress_how progress, real_progress;
    int count;
    struct {
        unsigned type;
        enum xls_direction direction;
        void *caller, *real;
    } argument[XLS_CALL_ARGUMENTS];
};

struct xls_call *xls_call_begin(libxl_ctx *ctx, const char *function, const libxl_asyncop_how *how,
                                const libxl_asyncprogress_how *progress);

/* The real struct for one of the caller's; the same pointer if the type passes through. */
void *xls_call_argument(struct xls_call *call, unsigned type, enum xls_direction direction,
                        const void *caller);

bool xls_call_ready(const struct xls_call *call);
const libxl_asyncop_how *xls_call_how(struct xls_call *call);
const libxl_asyncprogress_how *xls_call_progress(struct xls_call *call);

/* Ends a call that is not ready: nothing was called. Returns why. */
int xls_call_refuse(struct xls_call *call);

/* Ends the call, or leaves it to its completion if it is asynchronous (by the caller's how) and was
 * started (rc 0). */
int xls_call_end(struct xls_call *call, const libxl_asyncop_how *how, int rc);

/* The completion of an asynchronous call: writes back. The result that the caller is to see. */
int xls_call_complete(struct xls_call *call, int rc);

/* A list that libxl returned, for the caller. NULL without memory: then it is released. */
void *xls_call_list(libxl_ctx *ctx, const char *function, unsigned type, void *list, size_t count);

#endif
