/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the backend share. */
#ifndef XLS_BACKEND_INTERNAL_H
#define XLS_BACKEND_INTERNAL_H

#include "backend.h"

#ifndef XLS_SYSFS
#define XLS_SYSFS "/sys/hypervisor" /* a test has another */
#endif

/* Tells the reason of a failure, and returns it. */
__attribute__((format(printf, 3, 4))) enum xls_backend_status
xls_fail(const struct xls_backend_options *options, enum xls_backend_status status,
         const char *format, ...);

/* A line on stderr if XLSTABLE_DEBUG is set: every path tried, every decision. */
__attribute__((format(printf, 1, 2))) void xls_debug(const char *format, ...);

/* An environment variable; NULL in a process that has more rights than its user. */
const char *xls_environment(const char *name);

/* "4.17" -> XLS_RELEASE(4, 17); 0 if it is no release. */
xls_release xls_release_parse(const char *text);

/* Whether the schema has the release. */
bool xls_release_described(xls_release release);

/* What runs, by sysfs below `sysfs` ("/sys/hypervisor"), else by hypercall. 0: no Xen. */
xls_release xls_hypervisor_release(const char *sysfs);

/*
 * Reads the SONAME of an ELF library without running any of it. 0, or -1 with the reason in
 * `problem`: so a truncated file is found out before the dynamic loader dies of it.
 */
int xls_elf_soname(const char *path, char *soname, size_t size, char *problem, size_t problem_size);

/* The path of libxenlight.so.4.N, or of our simulation of it, which is found in no other way. */
enum xls_backend_status xls_find(const struct xls_backend_options *options, xls_release release,
                                 char *path, size_t size);
enum xls_backend_status xls_find_simulated(const struct xls_backend_options *options,
                                           xls_release release, char *path, size_t size);

/* Every promised symbol, every struct's size and what its _init leaves: as the schema has it? */
enum xls_backend_status xls_verify(const struct xls_backend *backend,
                                   const struct xls_backend_options *options);

#endif
