/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What abi_library.c and abi_fields.c share: the open library, in the child of abi_check.c. */
#ifndef XLS_TOOL_ABI_LIBRARY_H
#define XLS_TOOL_ABI_LIBRARY_H

#include "../core/object.h"
#include "abi.h"

#define ABI_ROOM 32768 /* larger than every struct, and than a wrong one */
#define ABI_MARK 0xa5

struct abi_library {
    int fd; /* to the parent */
    void *light, *util;
    struct xls_layout layout;
};

/* One finding for the parent, as abi_found. */
__attribute__((format(printf, 4, 5))) void abi_tell(const struct abi_library *library,
                                                    const char *kind, const char *name,
                                                    const char *format, ...);

/* TYPE_FUNCTION of the library, or NULL. */
void *abi_symbol(const struct abi_library *library, const char *type, const char *function);

/* What the _init of the library leaves in an image of ABI_ROOM bytes; false: it has none. */
bool abi_init(const struct abi_library *library, unsigned id, const struct xls_field *arm,
              unsigned char *image);
/* The same by the schema. */
void abi_init_ours(const struct abi_library *library, unsigned id, const struct xls_field *arm,
                   unsigned char *image);

/* Whether every field lies where the schema has it. */
bool abi_check_fields(const struct abi_library *library, unsigned id);

#endif
