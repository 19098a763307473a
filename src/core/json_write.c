/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes libxl's JSON. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "json.h"
#include "object.h"

struct writer {
    const struct xls_layout *layout;
    yajl_gen hand;
    void *context;
};

#define TRY(call)                                                                                  \
    do {                                                                                           \
        yajl_gen_status status_ = (call);                                                          \
        if (status_ != yajl_gen_status_ok)                                                         \
            return status_;                                                                        \
    } while (0)

static yajl_gen_status write_value(const struct writer *w, unsigned type, const void *value);

static yajl_gen_status write_string(const struct writer *w, const char *text)
{
    if (!text)
        return yajl_gen_null(w->hand);
    return yajl_gen_string(w->hand, (const unsigned char *)text, strlen(text));
}

static yajl_gen_status write_unsigned(const struct writer *w, uint64_t number)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);

    return yajl_gen_number(w->hand, digits, length);
}

static yajl_gen_status write_strings(const struct writer *w, char *const *list)
{
    TRY(yajl_gen_array_open(w->hand));
    for (size_t i = 0; i < xls_string_list_length(list); i++)
        TRY(write_string(w, list[i]));
    return yajl_gen_array_close(w->hand);
}

static yajl_gen_status write_pairs(const struct writer *w, char *const *list)
{
    TRY(yajl_gen_map_open(w->hand));
    for (size_t i = 0; i < xls_key_value_list_length(list); i++) {
        TRY(write_string(w, list[i * 2]));
        TRY(write_string(w, list[i * 2 + 1]));
    }
    return yajl_gen_map_close(w->hand);
}

static yajl_gen_status write_bits(const struct writer *w, const struct xls_bitmap *bitmap)
{
    TRY(yajl_gen_array_open(w->hand));
    for (uint32_t bit = 0; bitmap->map && bit < bitmap->size * 8; bit++) {
        if (bitmap->map[bit / 8] & 1 << bit % 8)
            TRY(yajl_gen_integer(w->hand, bit));
    }
    return yajl_gen_array_close(w->hand);
}

static yajl_gen_status write_bytes(const struct writer *w, const unsigned char *bytes, int count)
{
    TRY(yajl_gen_array_open(w->hand));
    for (int i = 0; i < count; i++)
        TRY(yajl_gen_integer(w->hand, bytes[i]));
    return yajl_gen_array_close(w->hand);
}

/* libxl writes the first four words only. */
static yajl_gen_status write_hwcap(const struct writer *w, const uint32_t *words)
{
    TRY(yajl_gen_array_open(w->hand));
    for (int i = 0; i < 4; i++)
        TRY(yajl_gen_integer(w->hand, words[i]));
    return yajl_gen_array_close(w->hand);
}

/* Writes again, into this text, what another library wrote. */
static yajl_gen_status write_tree(const struct writer *w, yajl_val tree)
{
    switch (tree->type) {
    case yajl_t_string:
        return write_string(w, tree->u.string);
    case yajl_t_number:
        return yajl_gen_number(w->hand, tree->u.number.r, strlen(tree->u.number.r));
    case yajl_t_object:
        TRY(yajl_gen_map_open(w->hand));
        for (size_t i = 0; i < tree->u.object.len; i++) {
            TRY(write_string(w, tree->u.object.keys[i]));
            TRY(write_tree(w, tree->u.object.values[i]));
        }
        return yajl_gen_map_close(w->hand);
    case yajl_t_array:
        TRY(yajl_gen_array_open(w->hand));
        for (size_t i = 0; i < tree->u.array.len; i++)
            TRY(write_tree(w, tree->u.array.values[i]));
        return yajl_gen_array_close(w->hand);
    case yajl_t_true:
    case yajl_t_false:
        return yajl_gen_bool(w->hand, tree->type == yajl_t_true);
    default:
        return yajl_gen_null(w->hand);
    }
}

static yajl_gen_status write_policy(const struct writer *w, const void *policy)
{
    char *text = *(void *const *)policy ? xls_policy_ops.to_json(w->context, policy) : NULL;
    yajl_gen_status status = yajl_gen_invalid_string;
    char problem[128];
    yajl_val tree;

    if (!*(void *const *)policy)
        return yajl_gen_null(w->hand);
    tree = text ? yajl_tree_parse(text, problem, sizeof(problem)) : NULL;
    if (tree)
        status = write_tree(w, tree);
    yajl_tree_free(tree);
    free(text);
    return status;
}

static yajl_gen_status write_builtin(const struct writer *w, unsigned type, const void *value)
{
    const unsigned char *bytes = value;
    char text[64];

    switch (type) {
    case XLS_TYPE_libxl_domid:
        return write_unsigned(w, *(const uint32_t *)value);
    case XLS_TYPE_libxl_devid:
        return yajl_gen_integer(w->hand, *(const int *)value);
    case XLS_TYPE_libxl_ev_user:
        return write_unsigned(w, *(const uint64_t *)value);
    case XLS_TYPE_libxl_defbool:
        return write_string(w, xls_defbool_text(*(const int *)value));
    case XLS_TYPE_libxl_bitmap:
        return write_bits(w, value);
    case XLS_TYPE_libxl_uuid:
        snprintf(text, sizeof(text), XLS_UUID_FORMAT, XLS_UUID_ARGS(bytes));
        return write_string(w, text);
    case XLS_TYPE_libxl_mac:
        snprintf(text, sizeof(text), "%02hhx:%02hhx:%02hhx:%02hhx:%02hhx:%02hhx", bytes[0],
                 bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]);
        return write_string(w, text);
    case XLS_TYPE_libxl_ms_vm_genid:
        return write_bytes(w, value, 16);
    case XLS_TYPE_libxl_hwcap:
        return write_hwcap(w, value);
    case XLS_TYPE_libxl_string_list:
        return write_strings(w, *(char *const *const *)value);
    case XLS_TYPE_libxl_key_value_list:
        return write_pairs(w, *(char *const *const *)value);
    case XLS_TYPE_libxl_cpuid_policy_list:
        return write_policy(w, value);
    default:
        return yajl_gen_null(w->hand);
    }
}

/* libxl leaves out a policy that sets nothing, and does not read a null. */
static bool policy_is_empty(const struct writer *w, const void *policy)
{
    char *text = *(void *const *)policy ? xls_policy_ops.to_json(w->context, policy) : NULL;
    bool empty = text ? strcmp(text, "null") == 0 : !*(void *const *)policy;

    free(text);
    return empty;
}

static bool is_default(const struct writer *w, const struct xls_field *field, const void *value)
{
    int64_t number = xls_default(field, w->layout->release), expected = 0;

    switch (xls_types[field->type].kind) {
    case XLS_KIND_STRUCT:
        return false; /* libxl always writes them */
    case XLS_KIND_STRING:
        return !*(char *const *)value;
    case XLS_KIND_BUILTIN:
        if (field->type == XLS_TYPE_libxl_hwcap)
            return false; /* these, too */
        if (field->type == XLS_TYPE_libxl_cpuid_policy_list)
            return policy_is_empty(w, value);
        return xls_builtin_is_default(field->type, value, number);
    default:
        xls_store(field->type, &expected, number);
        return memcmp(value, &expected, xls_types[field->type].size) == 0;
    }
}

static yajl_gen_status write_array(const struct writer *w, const struct xls_type *type,
                                   const struct xls_field *field, const void *object,
                                   unsigned offset)
{
    const struct xls_field *length = &type->fields[field->related];
    const char *elements = *(char *const *)xls_at(object, offset);
    int64_t count =
        xls_load(length->type, xls_at(object, xls_offset(w->layout, type, field->related)));

    if (!elements || !count)
        return yajl_gen_status_ok;
    TRY(write_string(w, field->name));
    TRY(yajl_gen_array_open(w->hand));
    for (int64_t i = 0; i < count; i++)
        TRY(write_value(w, field->type, elements + i * xls_size(w->layout, field->type)));
    return yajl_gen_array_close(w->hand);
}

static yajl_gen_status write_fields(const struct writer *w, const struct xls_type *type,
                                    const void *object, unsigned first, unsigned end);

/* "type.hvm": { ... }; an arm without fields is an empty map. */
static yajl_gen_status write_union(const struct writer *w, const struct xls_type *type,
                                   const void *object, unsigned index)
{
    unsigned end = index + 1 + type->fields[index].span;
    const struct xls_field *key = &type->fields[type->fields[index + 1].related];
    int64_t number = xls_load(
        key->type, xls_at(object, xls_offset(w->layout, type, type->fields[index + 1].related)));
    const struct xls_value *value = xls_value_by_number(&xls_types[key->type], number);
    char name[96];

    if (!value)
        return yajl_gen_status_ok;
    snprintf(name, sizeof(name), "%s.%s", key->name, value->label);
    TRY(write_string(w, name));
    TRY(yajl_gen_map_open(w->hand));
    for (unsigned arm = index + 1; arm < end; arm += 1 + type->fields[arm].span) {
        if (type->fields[arm].number == number)
            TRY(write_fields(w, type, object, arm + 1, arm + 1 + type->fields[arm].span));
    }
    return yajl_gen_map_close(w->hand);
}

/* A count is told by its array, a key by its union; neither is written itself. */
static bool is_implied(const struct xls_type *type, unsigned index)
{
    for (unsigned i = 0; i < type->count; i++) {
        if ((type->fields[i].form == XLS_FORM_ARRAY || type->fields[i].form == XLS_FORM_ARM) &&
            type->fields[i].related == index)
            return true;
    }
    return false;
}

static yajl_gen_status write_field(const struct writer *w, const struct xls_type *type,
                                   const void *object, unsigned index)
{
    const struct xls_field *field = &type->fields[index];
    unsigned offset = xls_offset(w->layout, type, index);

    switch (field->form) {
    case XLS_FORM_ARRAY:
        return write_array(w, type, field, object, offset);
    case XLS_FORM_UNION:
        return write_union(w, type, object, index);
    case XLS_FORM_GROUP:
        TRY(write_string(w, field->name));
        TRY(yajl_gen_map_open(w->hand));
        TRY(write_fields(w, type, object, index + 1, index + 1 + field->span));
        return yajl_gen_map_close(w->hand);
    default:
        if (field->hidden || is_implied(type, index) ||
            is_default(w, field, xls_at(object, offset)))
            return yajl_gen_status_ok;
        TRY(write_string(w, field->name));
        return write_value(w, field->type, xls_at(object, offset));
    }
}

static yajl_gen_status write_fields(const struct writer *w, const struct xls_type *type,
                                    const void *object, unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i += 1 + type->fields[i].span) {
        if (xls_offset(w->layout, type, i) != XLS_ABSENT)
            TRY(write_field(w, type, object, i));
    }
    return yajl_gen_status_ok;
}

static yajl_gen_status write_value(const struct writer *w, unsigned type, const void *value)
{
    const struct xls_type *t = &xls_types[type];
    const struct xls_value *named;

    switch (t->kind) {
    case XLS_KIND_BOOL:
        return yajl_gen_bool(w->hand, *(const bool *)value);
    case XLS_KIND_SIGNED:
        return yajl_gen_integer(w->hand, xls_load(type, value));
    case XLS_KIND_UNSIGNED:
        return write_unsigned(w, xls_load(type, value));
    case XLS_KIND_STRING:
        return write_string(w, *(char *const *)value);
    case XLS_KIND_ENUM:
        named = xls_value_by_number(t, xls_load(type, value));
        return write_string(w, named ? named->label : NULL);
    case XLS_KIND_BUILTIN:
        return write_builtin(w, type, value);
    default:
        TRY(yajl_gen_map_open(w->hand));
        TRY(write_fields(w, t, value, 0, t->count));
        return yajl_gen_map_close(w->hand);
    }
}

yajl_gen_status xls_json_write(const struct xls_layout *layout, yajl_gen hand, unsigned type,
                               void *context, const void *value)
{
    struct writer writer = { .layout = layout, .hand = hand, .context = context };

    return write_value(&writer, type, value);
}

/* What `write` wrote, as a malloc'ed text. */
static char *taken(yajl_gen hand, yajl_gen_status status)
{
    const unsigned char *text;
    size_t length;

    if (status != yajl_gen_status_ok ||
        yajl_gen_get_buf(hand, &text, &length) != yajl_gen_status_ok)
        return NULL;
    return strndup((const char *)text, length);
}

char *xls_json_text(const struct xls_layout *layout, unsigned type, void *context,
                    const void *value)
{
    yajl_gen hand = yajl_gen_alloc(NULL);
    char *text;

    if (!hand)
        return NULL;
    yajl_gen_config(hand, yajl_gen_beautify, 1);
    text = taken(hand, xls_json_write(layout, hand, type, context, value));
    yajl_gen_free(hand);
    return text;
}

char *xls_json_tree_text(yajl_val tree)
{
    struct writer writer = { .hand = yajl_gen_alloc(NULL) };
    char *text;

    if (!writer.hand)
        return NULL;
    text = taken(writer.hand, write_tree(&writer, tree));
    yajl_gen_free(writer.hand);
    return text;
}

const char *xls_defbool_text(int value)
{
    return value == 0 ? "<default>" : value < 0 ? "False" : "True";
}
