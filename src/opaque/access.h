/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The accessors of all types: generated functions call these with the type and the place of the
 * field. A place is the field's index in the schema and, above 16 bits, that of the arm around it.
 */
#ifndef XLS_OPAQUE_ACCESS_H
#define XLS_OPAQUE_ACCESS_H

#include "opaque.h"

#define XLS_IN_ARM(arm, field) ((unsigned)(arm) << 16 | (field))

int64_t xls_access_get_number(unsigned type, unsigned place, const void *object);
bool xls_access_get_defbool(unsigned type, unsigned place, const void *object);
int xls_access_read_bool(unsigned type, unsigned place, const void *object, bool *value);
int xls_access_read_int(unsigned type, unsigned place, const void *object, int *value);
int xls_access_read_uint8(unsigned type, unsigned place, const void *object, uint8_t *value);
int xls_access_read_uint16(unsigned type, unsigned place, const void *object, uint16_t *value);
int xls_access_read_uint32(unsigned type, unsigned place, const void *object, uint32_t *value);
int xls_access_read_uint64(unsigned type, unsigned place, const void *object, uint64_t *value);
int xls_access_set_number(unsigned type, unsigned place, void *object, int64_t value);
int xls_access_set_defbool(unsigned type, unsigned place, void *object, bool value);
bool xls_access_has(unsigned type, unsigned place, const void *object);
int xls_access_clear(unsigned type, unsigned place, void *object);

const char *xls_access_get_string(unsigned type, unsigned place, const void *object);
int xls_access_set_string(unsigned type, unsigned place, void *object, const char *value);
int xls_access_get_bytes(unsigned type, unsigned place, const void *object, void *value);
int xls_access_set_bytes(unsigned type, unsigned place, void *object, const void *value);
void *xls_access_get_handle(unsigned type, unsigned place, void *object);
int xls_access_set_handle(unsigned type, unsigned place, void *object, const void *value);

/* Arrays, string lists and pairs (access_list.c) */

size_t xls_access_count(unsigned type, unsigned place, const void *object);
int xls_access_remove(unsigned type, unsigned place, void *object, size_t index);
int xls_access_read_int_at(unsigned type, unsigned place, const void *object, size_t index,
                           int *value);
int xls_access_read_uint32_at(unsigned type, unsigned place, const void *object, size_t index,
                              uint32_t *value);
int xls_access_append_number(unsigned type, unsigned place, void *object, int64_t value);
int xls_access_replace_number(unsigned type, unsigned place, void *object, size_t index,
                              int64_t value);
void *xls_access_handle_at(unsigned type, unsigned place, void *object, size_t index);
void *xls_access_append_handle(unsigned type, unsigned place, void *object);
const char *xls_access_string_at(unsigned type, unsigned place, const void *object, size_t index);
int xls_access_append_string(unsigned type, unsigned place, void *object, const char *value);
const char *xls_access_pair_key_at(unsigned type, unsigned place, const void *object, size_t index);
const char *xls_access_pair_value_at(unsigned type, unsigned place, const void *object,
                                     size_t index);
const char *xls_access_get_pair(unsigned type, unsigned place, const void *object, const char *key);
int xls_access_set_pair(unsigned type, unsigned place, void *object, const char *key,
                        const char *value);

/* CPUID policies (policy.c) */

int xls_access_policy_count(unsigned type, unsigned place, const void *object);
int xls_access_policy_parse(unsigned type, unsigned place, void *object, const char *text);
int xls_access_policy_parse_xend(unsigned type, unsigned place, void *object, const char *text);

/* Where the field lies. NULL if there is no object, or the arm is not the one that its key selects:
 * that is the thread's last error then. */
void *xls_place_find(unsigned type, unsigned place, const void *object);
static inline const struct xls_field *xls_place_field(unsigned type, unsigned place)
{
    return &xls_types[type].fields[place & 0xffff];
}

/* Whether an enum has the number; if not, that is the thread's last error. */
bool xls_number_fits(unsigned type, unsigned place, int64_t value);

int xls_enum_from_string(unsigned type, const char *text, int *value);

#endif
