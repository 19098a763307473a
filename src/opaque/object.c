/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects: the level's structs in memory of their own, and lists of them. */

#include <stdlib.h>
#include <string.h>

#include "opaque.h"

void xls_value_init(unsigned type, void *value)
{
    if (xls_types[type].kind == XLS_KIND_STRUCT)
        xls_object_init(xls_level_layout(), type, value);
    else
        memset(value, 0, xls_size(xls_level_layout(), type));
}

static int no_memory(unsigned type)
{
    return xls_error_set(XLS_ERROR_NOMEM, "%s: out of memory", xls_types[type].name);
}

/* The copy is made beside the old value, which it may be a part of. */
int xls_value_assign(unsigned type, void *to, const void *from)
{
    size_t size = xls_size(xls_level_layout(), type);
    void *made = malloc(size);
    int rc;

    if (!made)
        return no_memory(type);
    if (xls_types[type].kind == XLS_KIND_STRUCT)
        rc = xls_object_copy(xls_level_layout(), type, NULL, made, from);
    else
        rc = xls_builtin_copy(type, NULL, made, from);
    if (rc) {
        xls_value_dispose(xls_level_layout(), type, made);
        free(made);
        return no_memory(type);
    }
    xls_value_dispose(xls_level_layout(), type, to);
    memcpy(to, made, size);
    free(made);
    return 0;
}

void *xls_handle_new(unsigned type)
{
    void *handle = malloc(xls_size(xls_level_layout(), type));

    if (!handle) {
        no_memory(type);
        return NULL;
    }
    xls_value_init(type, handle);
    return handle;
}

void xls_handle_free(unsigned type, void *handle)
{
    if (!handle)
        return;
    xls_value_dispose(xls_level_layout(), type, handle);
    free(handle);
}

int xls_handle_copy(unsigned type, void *to, const void *from)
{
    if (!to || !from)
        return xls_error_set(XLS_ERROR_INVAL, "%s: the object is NULL", xls_types[type].name);
    return to == from ? 0 : xls_value_assign(type, to, from);
}

void xls_handle_reset(unsigned type, void *handle)
{
    xls_value_dispose(xls_level_layout(), type, handle);
    xls_value_init(type, handle);
}

size_t xls_array_count(const void *array)
{
    return array ? ((const struct xls_array *)array)->count : 0;
}

void *xls_array_at(const void *array, size_t index)
{
    const struct xls_array *list = array;

    if (!list || index >= list->count) {
        xls_error_set(XLS_ERROR_OUT_OF_RANGE, "index %zu of a list of %zu", index,
                      xls_array_count(array));
        return NULL;
    }
    return list->elements + index * xls_size(xls_level_layout(), list->type);
}

void xls_array_free(void *array)
{
    struct xls_array *list = array;

    if (!list)
        return;
    xls_elements_dispose(xls_level_layout(), list->type, list->elements, list->count);
    free(list);
}
