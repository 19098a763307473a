/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random objects of any schema. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "fuzz.h"
#include "object.h"

static void *obtain(size_t size)
{
    void *block = malloc(size);

    if (!block)
        fuzz_fail("no memory for an object");
    return block;
}

static char *text_of(struct fuzz_source *source)
{
    char *text = obtain(24);

    snprintf(text, 24, "%.*s", (int)fuzz_below(source, 24), "a \"text\" of any length");
    return text;
}

static char **list_of(struct fuzz_source *source, unsigned length)
{
    char **list;

    if (!length)
        return NULL; /* as good as an empty one, and that is what it may become */
    list = obtain((length + 1) * sizeof(*list));
    for (unsigned i = 0; i < length; i++)
        list[i] = text_of(source);
    list[length] = NULL;
    return list;
}

/* A value that the release knows, or one that no release does. */
static int64_t enum_of(struct fuzz_source *source, const struct xls_type *type, xls_release known,
                       bool anything)
{
    unsigned usable = 0, chosen;

    if (anything && !fuzz_below(source, 16))
        return 1000 + fuzz_below(source, 100);
    for (unsigned i = 0; i < type->count; i++)
        usable += xls_known(type->values[i].since, known);
    chosen = usable ? fuzz_below(source, usable) : 0;
    for (unsigned i = 0; i < type->count; i++) {
        if (xls_known(type->values[i].since, known) && !chosen--)
            return type->values[i].number;
    }
    return 0;
}

static void fill_bitmap(struct fuzz_source *source, const struct xls_field *field,
                        xls_release known, struct xls_bitmap *bitmap)
{
    bool set = false;
    int64_t bit;

    bitmap->size = 1 + fuzz_below(source, 40);
    bitmap->map = obtain(bitmap->size);
    memset(bitmap->map, 0, bitmap->size);
    for (unsigned i = fuzz_below(source, 4); i; i--) {
        bit = field->bits ? enum_of(source, &xls_types[field->bits], known, false)
                          : (int64_t)fuzz_below(source, 256);
        if (bit >= 0 && bit / 8 < bitmap->size) {
            bitmap->map[bit / 8] |= 1 << bit % 8;
            set = true;
        }
    }
    if (!set) { /* as good as none, too */
        free(bitmap->map);
        memset(bitmap, 0, sizeof(*bitmap));
    }
}

static void fill_builtin(struct fuzz_source *source, const struct xls_field *field,
                         xls_release known, void *value)
{
    switch (field->type) {
    case XLS_TYPE_libxl_defbool:
        *(int *)value = (int)fuzz_below(source, 3) - 1;
        break;
    case XLS_TYPE_libxl_bitmap:
        fill_bitmap(source, field, known, value);
        break;
    case XLS_TYPE_libxl_string_list:
        *(char ***)value = list_of(source, fuzz_below(source, 4));
        break;
    case XLS_TYPE_libxl_key_value_list:
        *(char ***)value = list_of(source, 2 * fuzz_below(source, 3));
        break;
    case XLS_TYPE_libxl_cpuid_policy_list:
        *(char **)value = text_of(source);
        break;
    case XLS_TYPE_libxl_domid:
    case XLS_TYPE_libxl_devid:
    case XLS_TYPE_libxl_ev_user:
        xls_store(field->type, value, fuzz_number(source));
        break;
    default:
        for (unsigned i = 0; i < xls_types[field->type].size; i++)
            ((uint8_t *)value)[i] = fuzz_below(source, 256);
    }
}

static void fill_number(struct fuzz_source *source, const struct xls_field *field, void *value)
{
    int64_t number, expected;

    xls_store(field->type, value, fuzz_number(source));
    if (!field->default_from)
        return;
    /* Where defaults differ, the default of the one release has no way through the other. */
    number = xls_load(field->type, value);
    expected = 0;
    xls_store(field->type, &expected, field->number);
    if (!number || number == xls_load(field->type, &expected))
        xls_store(field->type, value, 85);
}

static void fill_value(struct fuzz_source *source, const struct xls_layout *layout,
                       xls_release known, const struct xls_field *field, void *value)
{
    const struct xls_type *type = &xls_types[field->type];

    switch (type->kind) {
    case XLS_KIND_BOOL:
        *(bool *)value = fuzz_below(source, 2);
        break;
    case XLS_KIND_STRING:
        *(char **)value = text_of(source);
        break;
    case XLS_KIND_ENUM:
        xls_store(field->type, value, enum_of(source, type, known, true));
        break;
    case XLS_KIND_STRUCT:
        fuzz_object(source, layout, known, field->type, value);
        break;
    case XLS_KIND_BUILTIN:
        fill_builtin(source, field, known, value);
        break;
    default:
        fill_number(source, field, value);
    }
}

/* What the translator does not follow: counts belong to their array, keys to their union. */
static bool is_related(const struct xls_type *type, unsigned index)
{
    for (unsigned i = 0; i < type->count; i++) {
        if ((type->fields[i].form == XLS_FORM_ARRAY || type->fields[i].form == XLS_FORM_ARM) &&
            type->fields[i].related == index)
            return true;
    }
    return false;
}

static void fill_array(struct fuzz_source *source, const struct xls_layout *layout,
                       xls_release known, const struct xls_field *field, char **array, int *count)
{
    size_t size = xls_size(layout, field->type);

    *count = fuzz_below(source, 3);
    if (!*count)
        return;
    *array = obtain(*count * size);
    memset(*array, 0, *count * size);
    for (int i = 0; i < *count; i++)
        fill_value(source, layout, known, field, *array + i * size);
}

void fuzz_object(struct fuzz_source *source, const struct xls_layout *layout, xls_release known,
                 unsigned id, void *object)
{
    const struct xls_type *type = &xls_types[id];
    struct xls_cursor cursor = { .layout = layout, .type = type, .object = object };
    const struct xls_field *field;

    xls_object_init(layout, id, object);
    for (unsigned i = 0; i < type->count; i++) {
        if (type->fields[i].form == XLS_FORM_ARM) {
            unsigned key = type->fields[type->fields[i].related].type;

            xls_object_init_arm(layout, id, object,
                                (int)enum_of(source, &xls_types[key], known, false));
            break;
        }
    }
    while ((field = xls_cursor_next(&cursor))) {
        void *value = xls_at(object, xls_offset(layout, type, cursor.index));

        if (!xls_known(field->since, known) || is_related(type, cursor.index) ||
            !fuzz_below(source, 3))
            continue;
        if (field->form == XLS_FORM_ARRAY)
            fill_array(source, layout, known, field, value,
                       xls_at(object, xls_offset(layout, type, field->related)));
        else
            fill_value(source, layout, known, field, value);
    }
}

static void change_array(struct fuzz_source *source, const struct xls_layout *layout,
                         const struct xls_field *field, char **array, int *count)
{
    size_t size = xls_size(layout, field->type);

    if (*count && fuzz_below(source, 2)) {
        xls_value_dispose(layout, field->type, *array + --*count * size);
        return;
    }
    *array = realloc(*array, (*count + 1) * size);
    if (!*array)
        fuzz_fail("no memory for an array");
    memset(*array + *count * size, 0, size);
    fill_value(source, layout, layout->release, field, *array + (*count)++ * size);
}

void fuzz_change(struct fuzz_source *source, const struct xls_layout *layout, unsigned id,
                 void *object)
{
    const struct xls_type *type = &xls_types[id];
    struct xls_cursor cursor = { .layout = layout, .type = type, .object = object };
    const struct xls_field *field;

    while ((field = xls_cursor_next(&cursor))) {
        void *value = xls_at(object, xls_offset(layout, type, cursor.index));

        if (is_related(type, cursor.index) || fuzz_below(source, 3))
            continue;
        if (field->form == XLS_FORM_ARRAY) {
            change_array(source, layout, field, value,
                         xls_at(object, xls_offset(layout, type, field->related)));
        } else if (xls_types[field->type].kind == XLS_KIND_STRUCT) {
            fuzz_change(source, layout, field->type, value);
        } else {
            xls_value_dispose(layout, field->type, value);
            memset(value, 0, xls_types[field->type].size);
            fill_value(source, layout, layout->release, field, value);
        }
    }
}
