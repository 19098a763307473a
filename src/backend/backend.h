/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The backend: which Xen runs, where its libxenlight is, and whether it is what the schema says.
 * The only place that touches a real libxenlight. It knows no surface.
 */
#ifndef XLS_BACKEND_H
#define XLS_BACKEND_H

#include <stdarg.h>
#include <stddef.h>

#include "../core/layout.h"

/* Why there is no backend. The command-line tool exits with these. */
enum xls_backend_status {
    XLS_BACKEND_OK = 0,
    XLS_BACKEND_NO_MEMORY = 10,
    XLS_BACKEND_NO_HYPERVISOR = 11,   /* no Xen runs, and nobody said which one is meant */
    XLS_BACKEND_UNKNOWN_RELEASE = 12, /* the schema does not have this Xen */
    XLS_BACKEND_NOT_FOUND = 13,       /* its libxenlight is not installed */
    XLS_BACKEND_BROKEN = 14,          /* a file that is no loadable library */
    XLS_BACKEND_WRONG_SONAME = 15,    /* a library, but another one */
    XLS_BACKEND_MISSING_SYMBOL = 16,  /* a function that this release must have is not there */
    XLS_BACKEND_WRONG_LAYOUT = 17,    /* a struct differs from the schema */
};

struct xls_backend_options {
    xls_release release; /* 0: XLSTABLE_XEN, else what the hypervisor says */
    bool simulated;      /* with a release: our simulation of it; XLSTABLE_XEN=sim-4.17 */
    const char *path;    /* of libxenlight; NULL: XLSTABLE_LIBXENLIGHT, else search */
    void (*report)(void *user,
                   const char *text); /* the reason of a failure, one line; may be NULL */
    void *user;
};

struct xls_backend {
    struct xls_layout layout; /* of the running release */
    void *light, *util;       /* dlopen handles; util is NULL if libxlutil cannot be had */
    char path[4096];          /* of libxenlight */
    bool simulated;           /* it is none of Xen's, but our simulation */
    char util_problem[512];   /* why util is NULL */
};

/* Finds, opens and verifies. Not thread-safe: the caller sees to it that it runs once. */
enum xls_backend_status xls_backend_open(struct xls_backend *backend,
                                         const struct xls_backend_options *options);

/* What XLSTABLE_XEN may say: "4.17", or "sim-4.17" for our simulation of it. False: neither. */
bool xls_xen_parse(const char *text, xls_release *release, bool *simulated);
void xls_backend_close(struct xls_backend *backend);

/* A function of the open library, or NULL. */
void *xls_backend_symbol(const struct xls_backend *backend, const char *name, bool util);

/* One line that Linux tells about the hypervisor below /sys/hypervisor, without its end. */
bool xls_hypervisor_tells(const char *name, char *text, size_t size);

#endif
