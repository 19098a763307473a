/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests over the simulated libxenlight share. They are callers: they see public headers. */
#ifndef SIMULATED_H
#define SIMULATED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>

extern int xen_minor;  /* Xen 4.N is what is simulated */
extern libxl_ctx *ctx; /* a fresh one for each test, in a process for each release */

/* Runs the tests over every simulated release, or over the one that SIM_ONLY=4.17 names. `faults` is
 * for XLSTABLE_SIM_FAULTS, or NULL. */
#define run_simulated(tests, faults)                                                               \
    run_over_simulated(tests, sizeof(tests) / sizeof((tests)[0]), faults)
int run_over_simulated(const struct CMUnitTest *tests, size_t count, const char *faults);

/* What was logged since the last call; the caller frees it. */
char *take_log(void);
void assert_logged(const char *part);

/* A small guest of that name, in a config that the caller disposes of. */
void make_config(libxl_domain_config *config, const char *name, libxl_domain_type type);
/* Creates it; asserts that it went well. It is paused. */
uint32_t create(const char *name, libxl_domain_type type);

/* The next event of the ctx; fails without one for 10 seconds. */
libxl_event *next_event(void);
void assert_event(libxl_event *event, int type, uint32_t domid); /* frees it */

#endif
