/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares objects field by field, of one release or of two, and byte by byte. */

#include <stdio.h>
#include <string.h>

#include "builtin.h"
#include "unit.h"

struct comparison {
    enum unit_comparison how;
    const struct xls_layout *a, *b;
    char path[512];
};

static bool strings_equal(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static size_t list_length(char *const *list, bool pairs)
{
    size_t length = 0;

    while (list && list[length])
        length += pairs ? 2 : 1;
    return length;
}

static bool lists_equal(char *const *a, char *const *b, bool pairs)
{
    size_t length = list_length(a, pairs);

    if (!a || !b || length != list_length(b, pairs))
        return a == b;
    for (size_t i = 0; i < length; i++) {
        if (!strings_equal(a[i], b[i]))
            return false;
    }
    return true;
}

static bool builtins_equal(const struct comparison *c, unsigned type, const void *a, const void *b)
{
    const struct xls_bitmap *a_bits = a, *b_bits = b;

    switch (type) {
    case XLS_TYPE_libxl_bitmap:
        return a_bits->size == b_bits->size &&
               (!a_bits->size || memcmp(a_bits->map, b_bits->map, a_bits->size) == 0);
    case XLS_TYPE_libxl_string_list:
    case XLS_TYPE_libxl_key_value_list:
        return lists_equal(*(char **const *)a, *(char **const *)b,
                           type == XLS_TYPE_libxl_key_value_list);
    case XLS_TYPE_libxl_cpuid_policy_list:
        return strings_equal(*(char *const *)a, *(char *const *)b);
    case XLS_TYPE_libxl_ev_link:
        return c->how == UNIT_JSON || memcmp(a, b, xls_types[type].size) == 0;
    default:
        return memcmp(a, b, xls_types[type].size) == 0;
    }
}

static bool fields_equal(struct comparison *c, const struct xls_type *type, unsigned first,
                         unsigned end, const void *a, const void *b);

static bool values_equal(struct comparison *c, unsigned type, const void *a, const void *b)
{
    switch (xls_types[type].kind) {
    case XLS_KIND_STRING:
        return strings_equal(*(char *const *)a, *(char *const *)b);
    case XLS_KIND_BUILTIN:
        return builtins_equal(c, type, a, b);
    case XLS_KIND_STRUCT:
        return fields_equal(c, &xls_types[type], 0, xls_types[type].count, a, b);
    default:
        return memcmp(a, b, xls_types[type].size) == 0;
    }
}

/* Whether a field has the default of its release, as the schema tells it. */
static bool has_default(const struct xls_layout *layout, const struct xls_field *field,
                        const void *value)
{
    const struct xls_type *type = &xls_types[field->type];
    int64_t expected[4] = { 0 }; /* as large as the largest builtin */

    if (field->form == XLS_FORM_ARRAY)
        return true; /* its count tells */
    if (type->kind != XLS_KIND_STRUCT) {
        if (xls_default(field, layout->release))
            xls_store(field->type, expected, xls_default(field, layout->release));
        return memcmp(value, expected, type->size) == 0;
    }
    for (unsigned i = 0; i < type->count; i++) {
        unsigned offset = xls_offset(layout, type, i);
        const struct xls_field *arm = &type->fields[i];

        if (arm->form == XLS_FORM_ARM &&
            !xls_arm_is_active(layout, type, i, value)) { /* the key is looked at by itself */
            i += arm->span;
            continue;
        }
        if (offset != XLS_ABSENT && type->fields[i].form <= XLS_FORM_ARRAY &&
            !has_default(layout, &type->fields[i], xls_at(value, offset)))
            return false;
    }
    return true;
}

static bool arrays_equal(struct comparison *c, const struct xls_type *type,
                         const struct xls_field *array, unsigned index, const void *a,
                         const void *b)
{
    int count = *(int *)xls_at(a, xls_offset(c->a, type, array->related));
    const char *a_elements = *(char **)xls_at(a, xls_offset(c->a, type, index));
    const char *b_elements = *(char **)xls_at(b, xls_offset(c->b, type, index));
    size_t length = strlen(c->path);

    for (int i = 0; i < count; i++) {
        snprintf(c->path + length, sizeof(c->path) - length, "[%d]", i);
        if (!values_equal(c, array->type, a_elements + i * xls_size(c->a, array->type),
                          b_elements + i * xls_size(c->b, array->type)))
            return false;
    }
    return true;
}

/* A field that both sides have. */
static bool field_equal(struct comparison *c, const struct xls_type *type, unsigned index,
                        const void *a, const void *b)
{
    const struct xls_field *field = &type->fields[index];
    const void *a_value = xls_at(a, xls_offset(c->a, type, index));
    const void *b_value = xls_at(b, xls_offset(c->b, type, index));

    switch (field->form) {
    case XLS_FORM_VALUE:
        if (c->how == UNIT_JSON && field->hidden)
            return true;
        if (xls_default(field, c->a->release) != xls_default(field, c->b->release) &&
            (has_default(c->a, field, a_value) || has_default(c->b, field, b_value)))
            return has_default(c->a, field, a_value) && has_default(c->b, field, b_value);
        return values_equal(c, field->type, a_value, b_value);
    case XLS_FORM_ARRAY:
        return arrays_equal(c, type, field, index, a, b);
    case XLS_FORM_ARM:
        if (xls_load(type->fields[field->related].type,
                     xls_at(a, xls_offset(c->a, type, field->related))) != field->number)
            return true;
        /* fallthrough */
    default:
        return fields_equal(c, type, index + 1, index + 1 + field->span, a, b);
    }
}

static bool fields_equal(struct comparison *c, const struct xls_type *type, unsigned first,
                         unsigned end, const void *a, const void *b)
{
    size_t length = strlen(c->path);

    for (unsigned i = first; i < end; i += 1 + type->fields[i].span) {
        bool in_a = xls_offset(c->a, type, i) != XLS_ABSENT;
        bool in_b = xls_offset(c->b, type, i) != XLS_ABSENT, equal = true;

        snprintf(c->path + length, sizeof(c->path) - length, ".%s", type->fields[i].name);
        if (in_a && in_b)
            equal = field_equal(c, type, i, a, b);
        else if (in_a && c->how != UNIT_LENIENT)
            equal = has_default(c->a, &type->fields[i], xls_at(a, xls_offset(c->a, type, i)));
        else if (in_b && c->how != UNIT_LENIENT)
            equal = has_default(c->b, &type->fields[i], xls_at(b, xls_offset(c->b, type, i)));
        if (!equal)
            return false;
        c->path[length] = '\0';
    }
    return true;
}

const char *unit_difference(enum unit_comparison how, const struct xls_layout *a_layout,
                            const struct xls_layout *b_layout, unsigned type, const void *a,
                            const void *b)
{
    static struct comparison c;

    c = (struct comparison) { .how = how, .a = a_layout, .b = b_layout };
    return values_equal(&c, type, a, b) ? NULL : c.path;
}

/* What objects own */

typedef void visit_block(void *user, const void *block, size_t size);

static void visit_list(char *const *list, bool pairs, visit_block *visit, void *user)
{
    size_t length = list_length(list, pairs);

    if (list)
        visit(user, list, (length + 1) * sizeof(*list));
    for (size_t i = 0; i < length; i++) {
        if (list[i])
            visit(user, list[i], strlen(list[i]) + 1);
    }
}

static void visit_value(const struct xls_layout *layout, unsigned type, const void *value,
                        visit_block *visit, void *user)
{
    const struct xls_bitmap *bitmap = value;

    if (xls_types[type].kind == XLS_KIND_STRUCT) {
        unit_blocks(layout, type, value, visit, user);
        return;
    }
    switch (type) {
    case XLS_TYPE_libxl_bitmap:
        if (bitmap->map)
            visit(user, bitmap->map, bitmap->size);
        break;
    case XLS_TYPE_libxl_string_list:
    case XLS_TYPE_libxl_key_value_list:
        visit_list(*(char **const *)value, type == XLS_TYPE_libxl_key_value_list, visit, user);
        break;
    case XLS_TYPE_string:
    case XLS_TYPE_libxl_cpuid_policy_list:
        if (*(char *const *)value)
            visit(user, *(char *const *)value, strlen(*(char *const *)value) + 1);
        break;
    }
}

void unit_blocks(const struct xls_layout *layout, unsigned id, const void *object,
                 visit_block *visit, void *user)
{
    const struct xls_type *type = &xls_types[id];

    for (unsigned i = 0; i < type->count; i++) {
        const struct xls_field *field = &type->fields[i];
        unsigned offset = xls_offset(layout, type, i);

        if (field->form == XLS_FORM_ARM && !xls_arm_is_active(layout, type, i, object)) {
            i += field->span;
        } else if (offset != XLS_ABSENT && field->form == XLS_FORM_VALUE) {
            visit_value(layout, field->type, xls_at(object, offset), visit, user);
        } else if (offset != XLS_ABSENT && field->form == XLS_FORM_ARRAY) {
            const char *elements = *(char **)xls_at(object, offset);
            int count = *(int *)xls_at(object, xls_offset(layout, type, field->related));
            size_t size = xls_size(layout, field->type);

            if (elements)
                visit(user, elements, count * size);
            for (int k = 0; elements && k < count; k++)
                visit_value(layout, field->type, elements + k * size, visit, user);
        }
    }
}

/* Images */

static void append(struct unit_image *image, const void *bytes, size_t size)
{
    assert_true(size <= sizeof(image->bytes) - image->used);
    memcpy(image->bytes + image->used, bytes, size);
    image->used += size;
}

static void append_block(void *image, const void *block, size_t size)
{
    append(image, &block, sizeof(block));
    append(image, &size, sizeof(size));
    append(image, block, size);
}

void unit_take_image(struct unit_image *image, const struct xls_layout *layout, unsigned type,
                     const void *object)
{
    image->used = 0;
    append(image, object, xls_size(layout, type));
    unit_blocks(layout, type, object, append_block, image);
}

bool unit_images_equal(const struct unit_image *a, const struct unit_image *b)
{
    return a->used == b->used && memcmp(a->bytes, b->bytes, a->used) == 0;
}
