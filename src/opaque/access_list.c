/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The accessors of arrays, string lists and lists of pairs. */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"

/* A field that holds many things. */
struct many {
    const struct xls_field *field;
    void **slot; /* where the pointer to them is; NULL: there is no such field now */
    void *count_slot;
    size_t count;
    size_t stride;
};

static struct many find(unsigned type_id, unsigned place, const void *object)
{
    const struct xls_layout *layout = xls_level_layout();
    const struct xls_type *type = &xls_types[type_id];
    struct many many = { .field = xls_place_field(type_id, place),
                         .slot = xls_place_find(type_id, place, object) };

    if (!many.slot)
        return many;
    if (many.field->form == XLS_FORM_ARRAY) {
        unsigned related = many.field->related;
        int64_t count;

        many.count_slot = xls_at(object, xls_offset(layout, type, related));
        count = xls_load(type->fields[related].type, many.count_slot);
        many.count = *many.slot && count > 0 ? count : 0;
        many.stride = xls_size(layout, many.field->type);
    } else if (many.field->type == XLS_TYPE_libxl_key_value_list) {
        many.count = xls_key_value_list_length(*(char ***)many.slot);
        many.stride = 2 * sizeof(char *);
    } else {
        many.count = xls_string_list_length(*(char ***)many.slot);
        many.stride = sizeof(char *);
    }
    return many;
}

static void *element(const struct many *many, size_t index)
{
    return (char *)*many->slot + index * many->stride;
}

/* The element, or NULL if there is none: then that is the thread's last error. */
static void *find_at(unsigned type, unsigned place, const void *object, size_t index)
{
    struct many many = find(type, place, object);
    char what[96];

    if (!many.slot)
        return NULL;
    if (index < many.count)
        return element(&many, index);
    snprintf(what, sizeof(what), "index %zu of %zu", index, many.count);
    xls_error_field_set(XLS_ERROR_OUT_OF_RANGE, type, place & 0xffff, what);
    return NULL;
}

static void store_count(unsigned type, const struct many *many, size_t count)
{
    if (many->count_slot)
        xls_store(xls_types[type].fields[many->field->related].type, many->count_slot, count);
}

/* Room for one more, zeroed, which is counted already. NULL on failure, told. */
static void *grow(unsigned type, unsigned place, struct many *many)
{
    size_t end = many->count_slot ? 0 : sizeof(char *); /* the NULL that ends a list */
    char *grown;

    if (!many->slot)
        return NULL;
    if (many->count >= INT_MAX - 1) {
        xls_error_field_set(XLS_ERROR_OUT_OF_RANGE, type, place & 0xffff, "is full");
        return NULL;
    }
    grown = realloc(*many->slot, (many->count + 1) * many->stride + end);
    if (!grown) {
        xls_error_field_set(XLS_ERROR_NOMEM, type, place & 0xffff, "out of memory");
        return NULL;
    }
    *many->slot = grown;
    memset(element(many, many->count), 0, many->stride + end);
    store_count(type, many, many->count + 1);
    return element(many, many->count);
}

size_t xls_access_count(unsigned type, unsigned place, const void *object)
{
    return find(type, place, object).count;
}

int xls_access_remove(unsigned type, unsigned place, void *object, size_t index)
{
    struct many many = find(type, place, object);
    size_t end = many.count_slot ? 0 : sizeof(char *);
    char *gone = find_at(type, place, object, index);

    if (!gone)
        return xls_last_error();
    if (many.count_slot) {
        xls_value_dispose(xls_level_layout(), many.field->type, gone);
    } else {
        for (size_t i = 0; i < many.stride / sizeof(char *); i++)
            free(((char **)gone)[i]);
    }
    memmove(gone, gone + many.stride, (many.count - index - 1) * many.stride + end);
    store_count(type, &many, many.count - 1);
    if (many.count == 1) {
        free(*many.slot);
        *many.slot = NULL;
    }
    return 0;
}

/* Numbers */

#define READ_AT(name, c_type)                                                                      \
    int xls_access_read_##name##_at(unsigned type, unsigned place, const void *object,             \
                                    size_t index, c_type *value)                                   \
    {                                                                                              \
        const void *found = find_at(type, place, object, index);                                   \
                                                                                                   \
        if (!found)                                                                                \
            return xls_last_error();                                                               \
        if (!value)                                                                                \
            return xls_error_field_set(XLS_ERROR_INVAL, type, place & 0xffff, "value is NULL");    \
        *value = (c_type)xls_load(xls_place_field(type, place)->type, found);                      \
        return 0;                                                                                  \
    }

READ_AT(int, int)
READ_AT(uint32, uint32_t)

int xls_access_append_number(unsigned type, unsigned place, void *object, int64_t value)
{
    struct many many = find(type, place, object);
    void *added;

    if (!many.slot || !xls_number_fits(type, place, value))
        return xls_last_error();
    added = grow(type, place, &many);
    if (!added)
        return xls_last_error();
    xls_store(many.field->type, added, value);
    return 0;
}

int xls_access_replace_number(unsigned type, unsigned place, void *object, size_t index,
                              int64_t value)
{
    void *found = find_at(type, place, object, index);

    if (!found || !xls_number_fits(type, place, value))
        return xls_last_error();
    xls_store(xls_place_field(type, place)->type, found, value);
    return 0;
}

/* Objects */

void *xls_access_handle_at(unsigned type, unsigned place, void *object, size_t index)
{
    return find_at(type, place, object, index);
}

void *xls_access_append_handle(unsigned type, unsigned place, void *object)
{
    struct many many = find(type, place, object);
    void *added = grow(type, place, &many);

    if (added)
        xls_value_init(many.field->type, added);
    return added;
}

/* Strings */

const char *xls_access_string_at(unsigned type, unsigned place, const void *object, size_t index)
{
    char *const *found = find_at(type, place, object, index);

    return found ? *found : NULL;
}

int xls_access_append_string(unsigned type, unsigned place, void *object, const char *value)
{
    struct many many = find(type, place, object);
    char *copy, **added;

    if (!many.slot)
        return xls_last_error();
    if (!value)
        return xls_error_field_set(XLS_ERROR_INVAL, type, place & 0xffff, "value is NULL");
    copy = strdup(value);
    if (!copy)
        return xls_error_field_set(XLS_ERROR_NOMEM, type, place & 0xffff, "out of memory");
    added = grow(type, place, &many);
    if (!added) {
        free(copy);
        return xls_last_error();
    }
    *added = copy;
    return 0;
}

/* Pairs */

const char *xls_access_pair_key_at(unsigned type, unsigned place, const void *object, size_t index)
{
    return xls_access_string_at(type, place, object, index);
}

const char *xls_access_pair_value_at(unsigned type, unsigned place, const void *object,
                                     size_t index)
{
    char *const *found = find_at(type, place, object, index);

    return found ? found[1] : NULL;
}

static char **find_pair(const struct many *many, const char *key)
{
    for (size_t i = 0; i < many->count; i++) {
        char **pair = element(many, i);

        if (strcmp(pair[0], key) == 0)
            return pair;
    }
    return NULL;
}

const char *xls_access_get_pair(unsigned type, unsigned place, const void *object, const char *key)
{
    struct many many = find(type, place, object);
    char **pair = many.slot && key ? find_pair(&many, key) : NULL;

    return pair ? pair[1] : NULL;
}

int xls_access_set_pair(unsigned type, unsigned place, void *object, const char *key,
                        const char *value)
{
    struct many many = find(type, place, object);
    char *new_key = NULL, *new_value = NULL, **pair;

    if (!many.slot)
        return xls_last_error();
    if (!key)
        return xls_error_field_set(XLS_ERROR_INVAL, type, place & 0xffff, "key is NULL");
    pair = find_pair(&many, key);
    if (value && !(new_value = strdup(value)))
        goto no_memory;
    if (!pair) {
        new_key = strdup(key);
        if (!new_key)
            goto no_memory;
        pair = grow(type, place, &many);
        if (!pair)
            goto out;
        pair[0] = new_key;
    }
    free(pair[1]);
    pair[1] = new_value;
    return 0;

no_memory:
    xls_error_field_set(XLS_ERROR_NOMEM, type, place & 0xffff, "out of memory");
out:
    free(new_key);
    free(new_value);
    return xls_last_error();
}
