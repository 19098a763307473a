/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* _init, _dispose and _copy for every type of every release. */

#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "object.h"

int64_t xls_load(unsigned type, const void *value)
{
    bool is_signed = xls_types[type].kind == XLS_KIND_SIGNED ||
                     xls_types[type].kind == XLS_KIND_ENUM || type == XLS_TYPE_libxl_devid ||
                     type == XLS_TYPE_libxl_defbool;

    switch (xls_types[type].size) {
    case 1:
        return *(const uint8_t *)value;
    case 2:
        return *(const uint16_t *)value;
    case 4:
        return is_signed ? (int64_t) * (const int32_t *)value : (int64_t) * (const uint32_t *)value;
    default:
        return *(const int64_t *)value;
    }
}

void xls_store(unsigned type, void *value, int64_t number)
{
    switch (xls_types[type].size) {
    case 1:
        *(uint8_t *)value = (uint8_t)number;
        break;
    case 2:
        *(uint16_t *)value = (uint16_t)number;
        break;
    case 4:
        *(uint32_t *)value = (uint32_t)number;
        break;
    default:
        *(int64_t *)value = number;
    }
}

bool xls_arm_is_active(const struct xls_layout *layout, const struct xls_type *type, unsigned field,
                       const void *object)
{
    unsigned key = type->fields[field].related;

    return xls_load(type->fields[key].type, xls_at(object, xls_offset(layout, type, key))) ==
           type->fields[field].number;
}

const struct xls_field *xls_cursor_next(struct xls_cursor *cursor)
{
    const struct xls_type *type = cursor->type;

    while (cursor->next < type->count) {
        unsigned index = cursor->next++;
        const struct xls_field *field = &type->fields[index];

        if (xls_offset(cursor->layout, type, index) == XLS_ABSENT) {
            cursor->next += field->span;
        } else if (field->form == XLS_FORM_ARM) {
            if (!xls_arm_is_active(cursor->layout, type, index, cursor->object))
                cursor->next += field->span;
        } else if (field->form == XLS_FORM_VALUE || field->form == XLS_FORM_ARRAY) {
            cursor->index = index;
            return field;
        }
    }
    return NULL;
}

static void *at_cursor(const struct xls_cursor *cursor, const void *object)
{
    return xls_at(object, xls_offset(cursor->layout, cursor->type, cursor->index));
}

/* The defaults of the fields [first, end), none of which lies in an arm of a deeper union. */
static void set_defaults(const struct xls_layout *layout, const struct xls_type *type, void *object,
                         unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++) {
        const struct xls_field *field = &type->fields[i];
        unsigned offset = xls_offset(layout, type, i);

        if (field->form == XLS_FORM_UNION) {
            i += field->span;
        } else if (field->form == XLS_FORM_VALUE && offset != XLS_ABSENT) {
            if (xls_types[field->type].kind == XLS_KIND_STRUCT)
                xls_object_init(layout, field->type, xls_at(object, offset));
            else if (xls_default(field, layout->release))
                xls_store(field->type, xls_at(object, offset), xls_default(field, layout->release));
        }
    }
}

void xls_object_init(const struct xls_layout *layout, unsigned type, void *object)
{
    memset(object, 0, xls_size(layout, type));
    set_defaults(layout, &xls_types[type], object, 0, xls_types[type].count);
}

void xls_object_init_arm(const struct xls_layout *layout, unsigned type_id, void *object, int key)
{
    const struct xls_type *type = &xls_types[type_id];

    for (unsigned i = 0; i < type->count; i++) {
        const struct xls_field *arm = &type->fields[i];

        if (arm->form != XLS_FORM_ARM)
            continue;
        xls_store(type->fields[arm->related].type,
                  xls_at(object, xls_offset(layout, type, arm->related)), key);
        if (arm->number == key)
            set_defaults(layout, type, object, i + 1, i + 1 + arm->span);
    }
}

static int array_count(const struct xls_cursor *cursor, const struct xls_field *array,
                       const void *object)
{
    unsigned offset = xls_offset(cursor->layout, cursor->type, array->related);

    return (int)xls_load(cursor->type->fields[array->related].type, xls_at(object, offset));
}

void xls_value_dispose(const struct xls_layout *layout, unsigned type, void *value)
{
    switch (xls_types[type].kind) {
    case XLS_KIND_STRING:
        free(*(char **)value);
        *(char **)value = NULL;
        break;
    case XLS_KIND_BUILTIN:
        xls_builtin_dispose(type, value);
        break;
    case XLS_KIND_STRUCT:
        xls_object_dispose(layout, type, value);
        break;
    }
}

void xls_elements_dispose(const struct xls_layout *layout, unsigned type, void *elements,
                          int64_t count)
{
    for (int64_t i = 0; elements && i < count; i++)
        xls_value_dispose(layout, type, (char *)elements + i * xls_size(layout, type));
    free(elements);
}

void xls_object_dispose(const struct xls_layout *layout, unsigned type, void *object)
{
    struct xls_cursor cursor = { .layout = layout, .type = &xls_types[type], .object = object };
    const struct xls_field *field;

    while ((field = xls_cursor_next(&cursor))) {
        if (field->form == XLS_FORM_ARRAY) {
            xls_elements_dispose(layout, field->type, *(void **)at_cursor(&cursor, object),
                                 array_count(&cursor, field, object));
        } else {
            xls_value_dispose(layout, field->type, at_cursor(&cursor, object));
        }
    }
    memset(object, 0, xls_size(layout, type));
}

static int value_copy(const struct xls_layout *layout, unsigned type, void *context, void *dst,
                      const void *src)
{
    const char *string;

    switch (xls_types[type].kind) {
    case XLS_KIND_STRING:
        string = *(char *const *)src;
        *(char **)dst = string ? strdup(string) : NULL;
        return string && !*(char **)dst ? -1 : 0;
    case XLS_KIND_BUILTIN:
        return xls_builtin_copy(type, context, dst, src);
    case XLS_KIND_STRUCT:
        return xls_object_copy(layout, type, context, dst, src);
    default:
        memcpy(dst, src, xls_types[type].size);
        return 0;
    }
}

/* The array's count is set last: until then dst owns what has been copied so far. */
static int array_copy(const struct xls_cursor *cursor, const struct xls_field *field, void *context,
                      void *dst, const void *src)
{
    unsigned count_type = cursor->type->fields[field->related].type;
    void *count_at = xls_at(dst, xls_offset(cursor->layout, cursor->type, field->related));
    const char *from = *(char *const *)at_cursor(cursor, src);
    size_t size = xls_size(cursor->layout, field->type);
    int count = from ? array_count(cursor, field, src) : 0;
    char *to;

    xls_store(count_type, count_at, 0);
    if (count <= 0)
        return 0;
    to = calloc(count, size);
    if (!to)
        return -1;
    *(char **)at_cursor(cursor, dst) = to;
    for (int i = 0; i < count; i++) {
        xls_store(count_type, count_at, i + 1);
        if (value_copy(cursor->layout, field->type, context, to + i * size, from + i * size))
            return -1;
    }
    return 0;
}

int xls_object_copy(const struct xls_layout *layout, unsigned type, void *context, void *dst,
                    const void *src)
{
    struct xls_cursor cursor = { .layout = layout, .type = &xls_types[type], .object = src };
    const struct xls_field *field;

    xls_object_init(layout, type, dst);
    while ((field = xls_cursor_next(&cursor))) {
        int rc;

        if (field->form == XLS_FORM_ARRAY)
            rc = array_copy(&cursor, field, context, dst, src);
        else
            rc = value_copy(layout, field->type, context, at_cursor(&cursor, dst),
                            at_cursor(&cursor, src));
        if (rc)
            return rc;
    }
    return 0;
}
