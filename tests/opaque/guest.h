/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the opaque surface share: a ctx on the fake libxenlight, and a guest. */
#ifndef GUEST_H
#define GUEST_H

#include "harness.h"

#include <xlstable.h>

extern xls_ctx *xen; /* a fresh one for each test */

/* For cmocka_unit_test_setup_teardown. */
int open_xen(void **state);
int close_xen(void **state);

#define xen_test(name) cmocka_unit_test_setup_teardown(name, open_xen, close_xen)

/* A guest with a bit of everything that all releases have. */
xls_domain_config *make_guest(void);

/* What the fake calls a ctx: ours begins with it. */
static inline void *libxl_of(xls_ctx *ctx)
{
    return *(void **)ctx;
}

/* The last error is this one, and its text has that in it. */
void assert_error(int code, const char *text);

#endif
