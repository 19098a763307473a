/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxl's builtin types: the C types outside the schema that structs are made of (bitmaps, UUIDs,
 * string lists ...). They are the same in every release; this is the one place that knows them.
 */
#ifndef XLS_CORE_BUILTIN_H
#define XLS_CORE_BUILTIN_H

#include <stddef.h>

#include "schema.h"

struct xls_bitmap {
    uint32_t size; /* bytes in map */
    uint8_t *map;
};

/*
 * How the CPUID policy is reached, whose pointee only the running libxenlight knows. Set once, by
 * whoever opens it; without one, no policy can exist. `context` is the caller's ctx, or NULL.
 */
struct xls_policy_ops {
    void (*dispose)(void *policy);
    int (*copy)(void *context, void *dst, const void *src);
    /* malloc'ed text, "null" for a policy that sets nothing, or NULL */
    char *(*to_json)(void *context, const void *policy);
    int (*from_json)(void *context, void *policy, const char *text);
};

extern struct xls_policy_ops xls_policy_ops;

void xls_builtin_dispose(unsigned type, void *value);

/* A deep copy over *dst, which is not disposed of first. 0, or -1 without memory (dst is empty). */
int xls_builtin_copy(unsigned type, void *context, void *dst, const void *src);

/* Whether the value is what _init leaves: an unset defbool, an empty bitmap or list, zero. */
bool xls_builtin_is_default(unsigned type, const void *value, int64_t number);

size_t xls_string_list_length(char *const *list);
void xls_string_list_free(char **list);
int xls_string_list_copy(char ***dst, char *const *src);

/* The number of pairs; the list holds key, value, key, value ... NULL. A value may be NULL. */
size_t xls_key_value_list_length(char *const *list);
void xls_key_value_list_free(char **list);
int xls_key_value_list_copy(char ***dst, char *const *src);

#endif
