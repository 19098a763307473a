/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of xlstable-abi share: the findings, and the functions of libxl by name. */
#ifndef XLS_TOOL_ABI_H
#define XLS_TOOL_ABI_H

#include <stddef.h>

#include "../core/layout.h"

enum abi_status {
    ABI_SAME = 0,
    ABI_DIFFERENT = 1,
    ABI_USAGE = 2,
    ABI_NOT_JUDGED = 3, /* no libxenlight, an unknown release, no memory */
};

enum abi_form { ABI_TEXT, ABI_TAP, ABI_JSON };

/* One thing that was looked at. */
struct abi_finding {
    char *kind; /* size, offset, default, value, function ... */
    char *name; /* libxl_dominfo.gpaddr_bits */
    char *text; /* what differs; NULL: nothing */
};

struct abi_findings {
    struct abi_finding *list;
    size_t count, room, different;
    bool failed; /* no memory: the list is not whole */
};

/* A finding; without `format` nothing differs. */
__attribute__((format(printf, 4, 5))) void abi_found(struct abi_findings *findings,
                                                     const char *kind, const char *name,
                                                     const char *format, ...);
void abi_free(struct abi_findings *findings);

/*
 * Prints the findings: those that differ, in TAP all of them. `keys` and `values` are a heading, in
 * pairs, for JSON; `summary` closes the text.
 */
enum abi_status abi_print(const struct abi_findings *findings, enum abi_form form,
                          const char *const *heading, const char *summary);

/* "libxl_domain_build_info.u.hvm.bios": the path of a field, in `path`. */
void abi_field_path(unsigned type, unsigned field, char *path, size_t size);

/* check: is this file the libxenlight that the schema describes? */
enum abi_status abi_check(const char *path, enum abi_form form);

/* What the process that has opened the library does; it sends what it finds through `fd`. */
void abi_check_library(int fd, void *light, void *util, xls_release release);

/* diff: what changed between two releases. */
enum abi_status abi_diff(xls_release from, xls_release to, enum abi_form form);

/* list: the releases that the schema has. */
enum abi_status abi_list(enum abi_form form);

/* The functions of libxl that the schema has by hand, and its constants (functions.c). */
struct abi_name {
    const char *name;
    xls_release since;
};

struct abi_function {
    const char *name;
    xls_release since;
    const uint16_t *types; /* enum xls_type_id: what its parameters and its result are made of */
    uint16_t type_count;
    const struct abi_name *parameters; /* those that came later than the function */
    uint16_t parameter_count;
};

extern const struct abi_function abi_functions[];
extern const size_t abi_function_count;
extern const struct abi_name abi_constants[];
extern const size_t abi_constant_count;

#endif
