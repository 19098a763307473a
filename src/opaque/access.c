/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The accessors of single values. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"

void xls_field_name(unsigned type_id, unsigned field, char *text, size_t size)
{
    const struct xls_type *type = &xls_types[type_id];
    int used = snprintf(text, size, "%s.", type->name + 6);

    for (unsigned i = 0; i < field && used > 0 && (size_t)used < size; i++) {
        const struct xls_field *outer = &type->fields[i];

        if (outer->form != XLS_FORM_UNION && i + outer->span >= field)
            used += snprintf(text + used, size - used, "%s_", outer->name);
    }
    if (used > 0 && (size_t)used < size)
        snprintf(text + used, size - used, "%s", type->fields[field].name);
}

static int wrong_variant(unsigned type_id, unsigned place)
{
    const struct xls_type *type = &xls_types[type_id];
    const struct xls_field *arm = &type->fields[place >> 16];
    const struct xls_field *key = &type->fields[arm->related];
    const struct xls_value *value = xls_value_by_number(&xls_types[key->type], arm->number);
    char what[192];

    snprintf(what, sizeof(what), "exists only if %s is %s", key->name, value ? value->label : "?");
    return xls_error_field_set(XLS_ERROR_WRONG_VARIANT, type_id, place & 0xffff, what);
}

void *xls_place_find(unsigned type, unsigned place, const void *object)
{
    const struct xls_layout *layout = xls_level_layout();

    if (!object) {
        xls_error_field_set(XLS_ERROR_INVAL, type, place & 0xffff, "the object is NULL");
        return NULL;
    }
    if (place >> 16 && !xls_arm_is_active(layout, &xls_types[type], place >> 16, object)) {
        wrong_variant(type, place);
        return NULL;
    }
    return xls_at(object, xls_offset(layout, &xls_types[type], place & 0xffff));
}

/* As it is read: all bits set is no -1 in an unsigned field. */
static int64_t default_of(const struct xls_field *field)
{
    int64_t slot = 0;

    xls_store(field->type, &slot, xls_default(field, XLS_LEVEL));
    return xls_load(field->type, &slot);
}

/* Numbers */

int64_t xls_access_get_number(unsigned type, unsigned place, const void *object)
{
    const struct xls_field *field = xls_place_field(type, place);
    const void *slot = xls_place_find(type, place, object);

    return slot ? xls_load(field->type, slot) : default_of(field);
}

bool xls_access_get_defbool(unsigned type, unsigned place, const void *object)
{
    return xls_access_get_number(type, place, object) > 0;
}

#define READ(name, c_type)                                                                         \
    int xls_access_read_##name(unsigned type, unsigned place, const void *object, c_type *value)   \
    {                                                                                              \
        const struct xls_field *field = xls_place_field(type, place);                              \
        const void *slot = xls_place_find(type, place, object);                                    \
                                                                                                   \
        if (!slot)                                                                                 \
            return xls_last_error();                                                               \
        if (!value)                                                                                \
            return xls_error_field_set(XLS_ERROR_INVAL, type, place & 0xffff, "value is NULL");    \
        *value = (c_type)xls_load(field->type, slot);                                              \
        return 0;                                                                                  \
    }

READ(int, int)
READ(uint8, uint8_t)
READ(uint16, uint16_t)
READ(uint32, uint32_t)
READ(uint64, uint64_t)

/* Also of a defbool: one that is open reads as false. */
int xls_access_read_bool(unsigned type, unsigned place, const void *object, bool *value)
{
    const void *slot = xls_place_find(type, place, object);

    if (!slot)
        return xls_last_error();
    if (!value)
        return xls_error_field_set(XLS_ERROR_INVAL, type, place & 0xffff, "value is NULL");
    *value = xls_load(xls_place_field(type, place)->type, slot) > 0;
    return 0;
}

bool xls_number_fits(unsigned type, unsigned place, int64_t value)
{
    const struct xls_field *field = xls_place_field(type, place);
    char what[128];

    if (xls_types[field->type].kind != XLS_KIND_ENUM ||
        xls_value_by_number(&xls_types[field->type], value))
        return true;
    snprintf(what, sizeof(what), "%lld is no value of enum xls_%s", (long long)value,
             xls_types[field->type].name + 6);
    xls_error_field_set(XLS_ERROR_INVAL, type, place & 0xffff, what);
    return false;
}

/* Releases what the arm holds, and clears the whole union: the next arm starts from zero. */
static void empty_union(const struct xls_type *type, unsigned index, void *object)
{
    const struct xls_layout *layout = xls_level_layout();
    unsigned end = index + 1 + type->fields[index].span, low = UINT32_MAX, high = 0;
    bool active = false;

    for (unsigned i = index + 1, arm_end = 0; i < end; i++) {
        const struct xls_field *field = &type->fields[i];
        unsigned offset = xls_offset(layout, type, i), size;
        void *slot = xls_at(object, offset);

        if (field->form == XLS_FORM_ARM) {
            active = xls_arm_is_active(layout, type, i, object);
            arm_end = i + 1 + field->span;
        }
        if (field->form > XLS_FORM_ARRAY || offset == XLS_ABSENT || i >= arm_end)
            continue;
        size = field->form == XLS_FORM_ARRAY ? sizeof(void *) : xls_size(layout, field->type);
        low = offset < low ? offset : low;
        high = offset + size > high ? offset + size : high;
        if (active && field->form == XLS_FORM_ARRAY)
            xls_elements_dispose(
                layout, field->type, *(void **)slot,
                xls_load(type->fields[field->related].type,
                         xls_at(object, xls_offset(layout, type, field->related))));
        else if (active)
            xls_value_dispose(layout, field->type, slot);
    }
    if (low < high)
        memset(xls_at(object, low), 0, high - low);
}

/* Whether the field is the key of a union; then its arms have followed it. */
static bool set_key(unsigned type_id, unsigned key, void *object, int64_t value)
{
    const struct xls_type *type = &xls_types[type_id];

    for (unsigned i = key + 1; i + 1 < type->count; i++) {
        if (type->fields[i].form != XLS_FORM_UNION || type->fields[i + 1].related != key)
            continue;
        if (xls_load(type->fields[key].type,
                     xls_at(object, xls_offset(xls_level_layout(), type, key))) != value) {
            empty_union(type, i, object);
            xls_object_init_arm(xls_level_layout(), type_id, object, (int)value);
        }
        return true;
    }
    return false;
}

int xls_access_set_number(unsigned type, unsigned place, void *object, int64_t value)
{
    const struct xls_field *field = xls_place_field(type, place);
    void *slot = xls_place_find(type, place, object);

    if (!slot || !xls_number_fits(type, place, value))
        return xls_last_error();
    if (xls_types[field->type].kind != XLS_KIND_ENUM ||
        !set_key(type, place & 0xffff, object, value))
        xls_store(field->type, slot, value);
    return 0;
}

int xls_access_set_defbool(unsigned type, unsigned place, void *object, bool value)
{
    return xls_access_set_number(type, place, object, value ? 1 : -1);
}

bool xls_access_has(unsigned type, unsigned place, const void *object)
{
    const struct xls_field *field = xls_place_field(type, place);
    const void *slot = xls_place_find(type, place, object);

    return slot && xls_load(field->type, slot) != default_of(field);
}

int xls_access_clear(unsigned type, unsigned place, void *object)
{
    const struct xls_field *field = xls_place_field(type, place);
    void *slot = xls_place_find(type, place, object);

    if (!slot)
        return xls_last_error();
    if (field->type != XLS_TYPE_libxl_cpuid_policy_list)
        return xls_access_set_number(type, place, object, default_of(field));
    xls_value_dispose(xls_level_layout(), field->type, slot);
    return 0;
}

/* Strings, values of a fixed size, objects inside objects */

const char *xls_access_get_string(unsigned type, unsigned place, const void *object)
{
    char *const *slot = xls_place_find(type, place, object);

    return slot ? *slot : NULL;
}

int xls_access_set_string(unsigned type, unsigned place, void *object, const char *value)
{
    char **slot = xls_place_find(type, place, object), *copy = NULL;

    if (!slot)
        return xls_last_error();
    if (value && !(copy = strdup(value)))
        return xls_error_field_set(XLS_ERROR_NOMEM, type, place & 0xffff, "out of memory");
    free(*slot);
    *slot = copy;
    return 0;
}

int xls_access_get_bytes(unsigned type, unsigned place, const void *object, void *value)
{
    const void *slot = xls_place_find(type, place, object);

    if (!slot)
        return xls_last_error();
    if (!value)
        return xls_error_field_set(XLS_ERROR_INVAL, type, place & 0xffff, "value is NULL");
    memcpy(value, slot, xls_types[xls_place_field(type, place)->type].size);
    return 0;
}

int xls_access_set_bytes(unsigned type, unsigned place, void *object, const void *value)
{
    void *slot = xls_place_find(type, place, object);

    if (!slot)
        return xls_last_error();
    if (!value)
        return xls_error_field_set(XLS_ERROR_INVAL, type, place & 0xffff, "value is NULL");
    memcpy(slot, value, xls_types[xls_place_field(type, place)->type].size);
    return 0;
}

void *xls_access_get_handle(unsigned type, unsigned place, void *object)
{
    return xls_place_find(type, place, object);
}

int xls_access_set_handle(unsigned type, unsigned place, void *object, const void *value)
{
    void *slot = xls_place_find(type, place, object);

    if (!slot)
        return xls_last_error();
    if (!value)
        return xls_error_field_set(XLS_ERROR_INVAL, type, place & 0xffff, "value is NULL");
    return slot == value ? 0 : xls_value_assign(xls_place_field(type, place)->type, slot, value);
}

int xls_enum_from_string(unsigned type, const char *text, int *value)
{
    const struct xls_value *found = text ? xls_value_by_label(&xls_types[type], text) : NULL;

    if (!found || !value)
        return xls_error_set(XLS_ERROR_INVAL, "'%s' is no value of enum xls_%s",
                             text ? text : "(null)", xls_types[type].name + 6);
    *value = found->number;
    return 0;
}
