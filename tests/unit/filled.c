/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects with something other than the default in every field: deterministic, pseudo-random. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "unit.h"

static uint64_t draw(struct filling *filling)
{
    uint64_t x = filling->random += 0x9e3779b97f4a7c15; /* splitmix64 */

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

static void *obtain(size_t size)
{
    void *block = malloc(size);

    if (!block)
        fail_msg("no memory for the test itself");
    return block;
}

static char *draw_string(struct filling *filling)
{
    char *text = obtain(40);

    snprintf(text, 40, "f\xc3\xbcllung \"%llu\"", (unsigned long long)draw(filling));
    return text;
}

static void draw_bytes(struct filling *filling, void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((unsigned char *)bytes)[i] = draw(filling) | 1;
}

static char **draw_list(struct filling *filling, size_t length)
{
    char **list = obtain((length + 1) * sizeof(*list));

    for (size_t i = 0; i < length; i++)
        list[i] = draw_string(filling);
    list[length] = NULL;
    return list;
}

/* Every value of an enum that the filling may use and that is not the default. */
static int draw_enum(struct filling *filling, unsigned type, int64_t number)
{
    const struct xls_type *t = &xls_types[type];
    unsigned usable = 0, chosen;

    for (unsigned i = 0; i < t->count; i++)
        usable += t->values[i].number != number && xls_known(t->values[i].since, filling->known);
    if (!usable)
        return number;
    chosen = draw(filling) % usable;
    for (unsigned i = 0; i < t->count; i++) {
        if (t->values[i].number != number && xls_known(t->values[i].since, filling->known) &&
            !chosen--)
            return t->values[i].number;
    }
    return number;
}

/* JSON does not carry zeros at the end of a map, so there are none. */
static void fill_bitmap(struct filling *filling, unsigned bits, struct xls_bitmap *bitmap)
{
    int highest = bits ? draw_enum(filling, bits, -1) : (int)(draw(filling) % 40);

    bitmap->size = highest / 8 + 1;
    bitmap->map = obtain(bitmap->size);
    memset(bitmap->map, 0, bitmap->size);
    if (!bits)
        draw_bytes(filling, bitmap->map, bitmap->size);
    bitmap->map[highest / 8] |= 1 << highest % 8;
}

static void fill_builtin(struct filling *filling, const struct xls_field *field, void *value)
{
    switch (field->type) {
    case XLS_TYPE_libxl_defbool:
        *(int *)value = draw(filling) & 1 ? 1 : -1;
        break;
    case XLS_TYPE_libxl_bitmap:
        fill_bitmap(filling, field->bits, value);
        break;
    case XLS_TYPE_libxl_string_list:
        *(char ***)value = draw_list(filling, 1 + draw(filling) % 3);
        break;
    case XLS_TYPE_libxl_key_value_list:
        *(char ***)value = draw_list(filling, 4);
        free((*(char ***)value)[3]);
        (*(char ***)value)[3] = NULL;
        break;
    case XLS_TYPE_libxl_cpuid_policy_list:
        *(char **)value = strdup("[{\"leaf\":7,\"eax\":\"xxxx\"}]");
        break;
    case XLS_TYPE_libxl_hwcap:
        draw_bytes(filling, value, filling->json ? 16 : 32);
        break;
    default:
        draw_bytes(filling, value, xls_types[field->type].size);
        ((unsigned char *)value)[0] &= 0x7f; /* not -1, the default of device ids */
    }
}

void fill_value(struct filling *filling, const struct xls_field *field, void *value)
{
    switch (xls_types[field->type].kind) {
    case XLS_KIND_BOOL:
        *(bool *)value = true;
        break;
    case XLS_KIND_STRING:
        *(char **)value = draw_string(filling);
        break;
    case XLS_KIND_ENUM:
        xls_store(field->type, value, draw_enum(filling, field->type, field->number));
        break;
    case XLS_KIND_STRUCT:
        fill_object(filling, field->type, value);
        break;
    case XLS_KIND_BUILTIN:
        fill_builtin(filling, field, value);
        break;
    default:
        /* neither 0 nor ~0, the defaults that there are */
        draw_bytes(filling, value, xls_types[field->type].size);
        ((unsigned char *)value)[0] &= 0x7f;
    }
}

bool unit_is_count(const struct xls_type *type, unsigned index)
{
    for (unsigned i = 0; i < type->count; i++) {
        if (type->fields[i].form == XLS_FORM_ARRAY && type->fields[i].related == index)
            return true;
    }
    return false;
}

bool unit_is_key(const struct xls_type *type, unsigned index)
{
    for (unsigned i = 0; i < type->count; i++) {
        if (type->fields[i].form == XLS_FORM_ARM && type->fields[i].related == index)
            return true;
    }
    return false;
}

static const struct xls_field *key_of(unsigned type)
{
    const struct xls_type *t = &xls_types[type];

    for (unsigned i = 0; t->kind == XLS_KIND_STRUCT && i < t->count; i++) {
        if (unit_is_key(t, i))
            return &t->fields[i];
    }
    return NULL;
}

unsigned unit_arms(unsigned type)
{
    const struct xls_field *key = key_of(type);
    unsigned most = key ? xls_types[key->type].count : 1;

    for (unsigned i = 0; i < xls_types[type].count; i++) {
        const struct xls_field *field = &xls_types[type].fields[i];

        if (field->form <= XLS_FORM_ARRAY && xls_types[field->type].kind == XLS_KIND_STRUCT &&
            unit_arms(field->type) > most)
            most = unit_arms(field->type);
    }
    return most;
}

void fill_elements(struct filling *filling, const struct xls_field *array, char *elements,
                   unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++) {
        char *element = elements + i * xls_size(filling->layout, array->type);

        memset(element, 0, xls_size(filling->layout, array->type));
        fill_value(filling, array, element);
    }
}

static void fill_fields(struct filling *filling, const struct xls_type *type, unsigned first,
                        unsigned end, void *object)
{
    for (unsigned i = first; i < end; i += 1 + type->fields[i].span) {
        const struct xls_field *field = &type->fields[i];
        unsigned offset = xls_offset(filling->layout, type, i);

        if (offset == XLS_ABSENT || !xls_known(field->since, filling->known) ||
            (field->hidden && filling->json))
            continue;
        switch (field->form) {
        case XLS_FORM_VALUE:
            if (!unit_is_count(type, i) && !unit_is_key(type, i))
                fill_value(filling, field, xls_at(object, offset));
            break;
        case XLS_FORM_ARRAY:
            if (!filling->elements)
                break;
            *(char **)xls_at(object, offset) =
                obtain(filling->elements * xls_size(filling->layout, field->type));
            fill_elements(filling, field, *(char **)xls_at(object, offset), 0, filling->elements);
            *(int *)xls_at(object, xls_offset(filling->layout, type, field->related)) =
                filling->elements;
            break;
        case XLS_FORM_ARM:
            if (xls_load(type->fields[field->related].type,
                         xls_at(object, xls_offset(filling->layout, type, field->related))) !=
                field->number)
                break;
            /* fallthrough */
        default:
            fill_fields(filling, type, i + 1, i + 1 + field->span, object);
        }
    }
}

static void start_arm(const struct xls_layout *layout, unsigned type, unsigned arm, void *object)
{
    const struct xls_field *key = key_of(type);
    const struct xls_type *keys;

    if (!key)
        return;
    keys = &xls_types[key->type];
    xls_object_init_arm(layout, type, object, keys->values[arm % keys->count].number);
}

static void start_arms(const struct xls_layout *layout, unsigned id, unsigned arm, void *object)
{
    const struct xls_type *type = &xls_types[id];

    start_arm(layout, id, arm, object);
    for (unsigned i = 0; i < type->count; i++) {
        if (type->fields[i].form == XLS_FORM_ARM)
            i += type->fields[i].span; /* no struct inside an arm has a union */
        else if (xls_offset(layout, type, i) != XLS_ABSENT &&
                 type->fields[i].form == XLS_FORM_VALUE &&
                 xls_types[type->fields[i].type].kind == XLS_KIND_STRUCT)
            start_arms(layout, type->fields[i].type, arm,
                       xls_at(object, xls_offset(layout, type, i)));
    }
}

void unit_start(const struct xls_layout *layout, unsigned type, unsigned arm, void *object)
{
    xls_object_init(layout, type, object);
    start_arms(layout, type, arm, object);
}

void fill_object(struct filling *filling, unsigned id, void *object)
{
    xls_object_init(filling->layout, id, object);
    start_arm(filling->layout, id, filling->arm, object);
    fill_fields(filling, &xls_types[id], 0, xls_types[id].count, object);
}
