/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libxl's builtin types. */

#include <stdlib.h>
#include <string.h>

#include "builtin.h"

struct xls_policy_ops xls_policy_ops;

size_t xls_string_list_length(char *const *list)
{
    size_t length = 0;

    while (list && list[length])
        length++;
    return length;
}

size_t xls_key_value_list_length(char *const *list)
{
    size_t pairs = 0;

    while (list && list[pairs * 2])
        pairs++;
    return pairs;
}

static void free_strings(char **list, size_t length)
{
    for (size_t i = 0; i < length; i++)
        free(list[i]);
    free(list);
}

void xls_string_list_free(char **list)
{
    free_strings(list, xls_string_list_length(list));
}

void xls_key_value_list_free(char **list)
{
    free_strings(list, xls_key_value_list_length(list) * 2);
}

static int copy_strings(char ***dst, char *const *src, size_t length)
{
    char **list;

    *dst = NULL;
    if (!src)
        return 0;
    list = calloc(length + 1, sizeof(*list));
    if (!list)
        return -1;
    for (size_t i = 0; i < length; i++) {
        if (src[i] && !(list[i] = strdup(src[i]))) {
            free_strings(list, i);
            return -1;
        }
    }
    *dst = list;
    return 0;
}

int xls_string_list_copy(char ***dst, char *const *src)
{
    return copy_strings(dst, src, xls_string_list_length(src));
}

int xls_key_value_list_copy(char ***dst, char *const *src)
{
    return copy_strings(dst, src, xls_key_value_list_length(src) * 2);
}

static int bitmap_copy(struct xls_bitmap *dst, const struct xls_bitmap *src)
{
    *dst = (struct xls_bitmap){ 0 };
    if (!src->size || !src->map)
        return 0;
    dst->map = malloc(src->size);
    if (!dst->map)
        return -1;
    memcpy(dst->map, src->map, src->size);
    dst->size = src->size;
    return 0;
}

void xls_builtin_dispose(unsigned type, void *value)
{
    switch (type) {
    case XLS_TYPE_libxl_bitmap:
        free(((struct xls_bitmap *)value)->map);
        break;
    case XLS_TYPE_libxl_string_list:
        xls_string_list_free(*(char ***)value);
        break;
    case XLS_TYPE_libxl_key_value_list:
        xls_key_value_list_free(*(char ***)value);
        break;
    case XLS_TYPE_libxl_cpuid_policy_list:
        if (*(void **)value)
            xls_policy_ops.dispose(value);
        break;
    }
    memset(value, 0, xls_types[type].size);
}

int xls_builtin_copy(unsigned type, void *context, void *dst, const void *src)
{
    switch (type) {
    case XLS_TYPE_libxl_bitmap:
        return bitmap_copy(dst, src);
    case XLS_TYPE_libxl_string_list:
        return xls_string_list_copy(dst, *(char ***)src);
    case XLS_TYPE_libxl_key_value_list:
        return xls_key_value_list_copy(dst, *(char ***)src);
    case XLS_TYPE_libxl_cpuid_policy_list:
        *(void **)dst = NULL;
        return *(void **)src ? xls_policy_ops.copy(context, dst, src) : 0;
    default:
        memcpy(dst, src, xls_types[type].size);
        return 0;
    }
}

static bool all_zero(const void *value, size_t size)
{
    const unsigned char *byte = value;

    for (size_t i = 0; i < size; i++) {
        if (byte[i])
            return false;
    }
    return true;
}

bool xls_builtin_is_default(unsigned type, const void *value, int64_t number)
{
    const struct xls_bitmap *bitmap = value;
    int integer;

    switch (type) {
    case XLS_TYPE_libxl_bitmap:
        return !bitmap->map || all_zero(bitmap->map, bitmap->size);
    case XLS_TYPE_libxl_string_list:
    case XLS_TYPE_libxl_key_value_list:
        return !*(char ***)value || !**(char ***)value;
    case XLS_TYPE_libxl_cpuid_policy_list:
        return !*(void *const *)value;
    case XLS_TYPE_libxl_devid:
        memcpy(&integer, value, sizeof(integer));
        return integer == number;
    default:
        return all_zero(value, xls_types[type].size);
    }
}
