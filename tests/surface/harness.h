/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of the surface share. They are callers: they know the public headers, the exported
 * symbols, and the fake that libxlstable opened for them; nothing of src/.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>
#include <libxlutil.h>

#include "fake/fake.h"

extern int xen_minor;           /* Xen 4.N is what runs */
extern int newest_minor;        /* the newest one that there is a fake of */
extern libxl_ctx *ctx;          /* a fresh one for each test */
extern struct fake_control *fake, *fake_util;

static inline bool runs(int minor)
{
    return xen_minor >= minor;
}

/* Runs the tests over each release, in a process for each; FAKE_ONLY=4.17 in the environment
 * chooses one. `with_ctx`: each test starts with a ctx, and with a fake that was reset. */
#define run_over_every_release(tests, with_ctx) \
    run_over_releases(tests, sizeof(tests) / sizeof((tests)[0]), with_ctx)
int run_over_releases(const struct CMUnitTest *tests, size_t count, bool with_ctx);

/* "FAKES/4.17/libxenlight.so.4.17"; valid until the next call. */
const char *fake_path(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Finds the control of a fake that libxlstable has opened. */
struct fake_control *fake_open(const char *path);

/* A logger that keeps what it is told, one line "level: text" each. */
extern xentoollog_logger *logger;
/* What was logged since the last call. The caller frees it. */
char *take_log(void);
/* Exactly this was logged, and nothing else. */
void assert_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether a shared object with this in its path is in the process. */
bool is_mapped(const char *part);

/* A guest with a bit of everything that all releases have: strings, lists, bitmaps, a CPUID policy,
 * two disks, a network card, a PCI device, a 9pfs share. */
void make_config(libxl_domain_config *config);
/* The same as JSON, to compare with, and what the fake received last; the caller frees them. */
char *config_text(libxl_domain_config *config);
char *received_config_text(void);
void assert_same_text(char *actual, char *expected); /* frees both */

#endif
