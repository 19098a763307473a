/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads libxl's JSON. Unknown keys are passed over, as libxl does; anything else that does not fit
 * is an error that names the key and the value. */

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yajl/yajl_tree.h>

#include "builtin.h"
#include "json.h"
#include "object.h"

/* Deeper than any libxl type; yajl frees its tree by recursion. */
#define DEPTH_LIMIT 64

struct reader {
    const struct xls_layout *layout;
    void *context;
    char path[256];
    size_t path_length;
    char *problem;
    size_t problem_size;
};

static int read_value(struct reader *r, unsigned type, yajl_val json, void *value);

__attribute__((format(printf, 2, 3))) static int wrong(struct reader *r, const char *format, ...)
{
    va_list arguments;
    int used = snprintf(r->problem, r->problem_size, "%s%s",
                        r->path_length ? r->path : "the whole", ": ");

    if (used >= 0 && (size_t)used < r->problem_size) {
        va_start(arguments, format);
        vsnprintf(r->problem + used, r->problem_size - used, format, arguments);
        va_end(arguments);
    }
    return -1;
}

__attribute__((format(printf, 2, 3))) static size_t enter(struct reader *r, const char *format, ...)
{
    size_t before = r->path_length;
    va_list arguments;
    int added;

    va_start(arguments, format);
    added = vsnprintf(r->path + before, sizeof(r->path) - before, format, arguments);
    va_end(arguments);
    if (added > 0)
        r->path_length = strlen(r->path);
    return before;
}

static void leave(struct reader *r, size_t before)
{
    r->path_length = before;
    r->path[before] = '\0';
}

static const char *kind_of(yajl_val json)
{
    switch (json->type) {
    case yajl_t_string:
        return "a string";
    case yajl_t_number:
        return "a number";
    case yajl_t_object:
        return "a map";
    case yajl_t_array:
        return "an array";
    case yajl_t_null:
        return "null";
    default:
        return "a boolean";
    }
}

static int expect(struct reader *r, yajl_val json, yajl_type type, const char *what)
{
    if (json->type == type)
        return 0;
    if (json->type == yajl_t_string)
        return wrong(r, "\"%.40s\" is a string, and should be %s", json->u.string, what);
    if (json->type == yajl_t_number)
        return wrong(r, "%.40s is a number, and should be %s", json->u.number.r, what);
    return wrong(r, "%s, and should be %s", kind_of(json), what);
}

/* An integer of `size` bytes; the text itself is read, as yajl's own numbers are signed. */
static int read_integer(struct reader *r, yajl_val json, bool is_signed, size_t size, void *value)
{
    uint64_t limit = size == 8 ? UINT64_MAX : (UINT64_C(1) << size * 8) - 1, number;
    const char *text;
    bool negative;
    char *end;

    if (expect(r, json, yajl_t_number, "an integer"))
        return -1;
    text = json->u.number.r;
    negative = *text == '-';
    errno = 0;
    number = strtoull(text + negative, &end, 10);
    if (*end || errno)
        return wrong(r, "%.40s is not an integer that fits", text);
    if (is_signed)
        limit = limit / 2 + negative;
    if (number > limit || (negative && !is_signed && number))
        return wrong(r, "%.40s does not fit in %zu bits", text, size * 8);
    if (negative)
        number = -number;
    memcpy(value, &number, size);
    return 0;
}

static int read_bool(struct reader *r, yajl_val json, bool *value)
{
    if (json->type != yajl_t_true && json->type != yajl_t_false)
        return expect(r, json, yajl_t_true, "true or false");
    *value = json->type == yajl_t_true;
    return 0;
}

static int read_string(struct reader *r, yajl_val json, char **value)
{
    if (json->type == yajl_t_null)
        return 0;
    if (expect(r, json, yajl_t_string, "a string or null"))
        return -1;
    *value = strdup(json->u.string);
    return *value ? 0 : wrong(r, "out of memory");
}

static int read_enum(struct reader *r, unsigned type, yajl_val json, void *value)
{
    const struct xls_value *named;

    if (expect(r, json, yajl_t_string, xls_types[type].name))
        return -1;
    named = xls_value_by_label(&xls_types[type], json->u.string);
    if (!named)
        return wrong(r, "\"%.40s\" is not a %s", json->u.string, xls_types[type].name);
    xls_store(type, value, named->number);
    return 0;
}

static int read_defbool(struct reader *r, yajl_val json, int *value)
{
    if (expect(r, json, yajl_t_string, "\"True\", \"False\" or \"<default>\""))
        return -1;
    for (int i = -1; i <= 1; i++) {
        if (strcmp(json->u.string, xls_defbool_text(i)) == 0) {
            *value = i;
            return 0;
        }
    }
    return wrong(r, "\"%.40s\" is not \"True\", \"False\" or \"<default>\"", json->u.string);
}

bool xls_uuid_parse(const char *text, unsigned char uuid[16])
{
    int end = 0;

    return sscanf(text, XLS_UUID_FORMAT "%n", &uuid[0], &uuid[1], &uuid[2], &uuid[3], &uuid[4],
                  &uuid[5], &uuid[6], &uuid[7], &uuid[8], &uuid[9], &uuid[10], &uuid[11],
                  &uuid[12], &uuid[13], &uuid[14], &uuid[15], &end) == 16 && !text[end];
}

static int read_uuid(struct reader *r, yajl_val json, unsigned char *value)
{
    unsigned char uuid[16];

    if (expect(r, json, yajl_t_string, "a UUID"))
        return -1;
    if (!xls_uuid_parse(json->u.string, uuid))
        return wrong(r, "\"%.40s\" is not a UUID", json->u.string);
    memcpy(value, uuid, sizeof(uuid));
    return 0;
}

static int read_mac(struct reader *r, yajl_val json, unsigned char *value)
{
    unsigned char mac[6];
    int end = 0;

    if (expect(r, json, yajl_t_string, "a MAC address"))
        return -1;
    if (sscanf(json->u.string, "%02hhx:%02hhx:%02hhx:%02hhx:%02hhx:%02hhx%n", &mac[0], &mac[1],
               &mac[2], &mac[3], &mac[4], &mac[5], &end) != 6 || json->u.string[end])
        return wrong(r, "\"%.40s\" is not a MAC address", json->u.string);
    memcpy(value, mac, sizeof(mac));
    return 0;
}

/* A hostile bit number must not ask for gigabytes. */
#define BIT_LIMIT (1 << 20)

static int read_bits(struct reader *r, yajl_val json, struct xls_bitmap *bitmap)
{
    uint32_t bit, highest = 0;

    if (expect(r, json, yajl_t_array, "an array of bit numbers"))
        return -1;
    for (size_t i = 0; i < json->u.array.len; i++) {
        if (read_integer(r, json->u.array.values[i], false, sizeof(bit), &bit))
            return -1;
        if (bit >= BIT_LIMIT)
            return wrong(r, "bit %u is too large", bit);
        if (bit > highest)
            highest = bit;
    }
    if (!json->u.array.len)
        return 0;
    bitmap->map = calloc(1, highest / 8 + 1);
    if (!bitmap->map)
        return wrong(r, "out of memory");
    bitmap->size = highest / 8 + 1;
    for (size_t i = 0; i < json->u.array.len; i++) {
        read_integer(r, json->u.array.values[i], false, sizeof(bit), &bit);
        bitmap->map[bit / 8] |= 1 << bit % 8;
    }
    return 0;
}

/* Exactly `count` integers of `size` bytes. */
static int read_integers(struct reader *r, yajl_val json, size_t count, size_t size, void *value)
{
    if (expect(r, json, yajl_t_array, "an array of integers"))
        return -1;
    if (json->u.array.len != count)
        return wrong(r, "%zu elements, and should be %zu", json->u.array.len, count);
    for (size_t i = 0; i < count; i++) {
        if (read_integer(r, json->u.array.values[i], false, size, (char *)value + i * size))
            return -1;
    }
    return 0;
}

static int read_strings(struct reader *r, yajl_val json, char ***list)
{
    if (expect(r, json, yajl_t_array, "an array of strings"))
        return -1;
    *list = calloc(json->u.array.len + 1, sizeof(**list));
    if (!*list)
        return wrong(r, "out of memory");
    for (size_t i = 0; i < json->u.array.len; i++) {
        if (expect(r, json->u.array.values[i], yajl_t_string, "a string") ||
            read_string(r, json->u.array.values[i], &(*list)[i]))
            return -1;
    }
    return 0;
}

static int read_pairs(struct reader *r, yajl_val json, char ***list)
{
    if (expect(r, json, yajl_t_object, "a map of strings"))
        return -1;
    *list = calloc(json->u.object.len * 2 + 1, sizeof(**list));
    if (!*list)
        return wrong(r, "out of memory");
    for (size_t i = 0; i < json->u.object.len; i++) {
        if (read_string(r, json->u.object.values[i], &(*list)[i * 2 + 1]))
            goto drop;
        (*list)[i * 2] = strdup(json->u.object.keys[i]);
        if (!(*list)[i * 2]) {
            wrong(r, "out of memory");
            goto drop;
        }
        continue;
drop: /* a value without a key would not be seen as part of the list */
        free((*list)[i * 2 + 1]);
        (*list)[i * 2 + 1] = NULL;
        return -1;
    }
    return 0;
}

static int read_policy(struct reader *r, yajl_val json, void *value)
{
    char *text;
    int rc;

    if (json->type == yajl_t_null)
        return 0;
    if (!xls_policy_ops.from_json)
        return wrong(r, "a CPUID policy needs a libxenlight, and none is open");
    text = xls_json_tree_text(json);
    rc = text ? xls_policy_ops.from_json(r->context, value, text) : -1;
    free(text);
    return rc ? wrong(r, "libxenlight does not accept this CPUID policy") : 0;
}

static int read_builtin(struct reader *r, unsigned type, yajl_val json, void *value)
{
    switch (type) {
    case XLS_TYPE_libxl_domid:
        return read_integer(r, json, false, 4, value);
    case XLS_TYPE_libxl_devid:
        return read_integer(r, json, true, 4, value);
    case XLS_TYPE_libxl_ev_user:
        return read_integer(r, json, false, 8, value);
    case XLS_TYPE_libxl_defbool:
        return read_defbool(r, json, value);
    case XLS_TYPE_libxl_bitmap:
        return read_bits(r, json, value);
    case XLS_TYPE_libxl_uuid:
        return read_uuid(r, json, value);
    case XLS_TYPE_libxl_mac:
        return read_mac(r, json, value);
    case XLS_TYPE_libxl_ms_vm_genid:
        return read_integers(r, json, 16, 1, value);
    case XLS_TYPE_libxl_hwcap:
        return read_integers(r, json, 4, 4, value);
    case XLS_TYPE_libxl_string_list:
        return read_strings(r, json, value);
    case XLS_TYPE_libxl_key_value_list:
        return read_pairs(r, json, value);
    case XLS_TYPE_libxl_cpuid_policy_list:
        return read_policy(r, json, value);
    default:
        return 0;
    }
}

static yajl_val member(yajl_val map, const char *name)
{
    for (size_t i = 0; i < map->u.object.len; i++) {
        if (strcmp(map->u.object.keys[i], name) == 0)
            return map->u.object.values[i];
    }
    return NULL;
}

/* The count grows with the elements, so that the object can be disposed of at any time. */
static int read_array(struct reader *r, const struct xls_type *type, const struct xls_field *field,
                      yajl_val json, void *object, unsigned offset)
{
    void *count = xls_at(object, xls_offset(r->layout, type, field->related));
    size_t size = xls_size(r->layout, field->type);
    char *elements;

    if (expect(r, json, yajl_t_array, "an array"))
        return -1;
    if (!json->u.array.len)
        return 0;
    elements = calloc(json->u.array.len, size);
    if (!elements)
        return wrong(r, "out of memory");
    *(char **)xls_at(object, offset) = elements;
    for (size_t i = 0; i < json->u.array.len; i++) {
        size_t before = enter(r, "[%zu]", i);

        xls_store(type->fields[field->related].type, count, i + 1);
        if (xls_types[field->type].kind == XLS_KIND_STRUCT)
            xls_object_init(r->layout, field->type, elements + i * size);
        if (read_value(r, field->type, json->u.array.values[i], elements + i * size))
            return -1;
        leave(r, before);
    }
    return 0;
}

static int read_fields(struct reader *r, const struct xls_type *type, unsigned type_id,
                       unsigned first, unsigned end, yajl_val map, void *object);

/* The arm whose "KEY.ARM" is there; an arm without fields only sets the key. */
static int read_union(struct reader *r, const struct xls_type *type, unsigned type_id,
                      unsigned index, yajl_val map, void *object)
{
    unsigned end = index + 1 + type->fields[index].span;
    const struct xls_field *key = &type->fields[type->fields[index + 1].related];
    const struct xls_type *values = &xls_types[key->type];
    const char *chosen = NULL;

    for (unsigned v = 0; v < values->count; v++) {
        char name[96];
        yajl_val json;
        size_t before;
        int rc = 0;

        snprintf(name, sizeof(name), "%s.%s", key->name, values->values[v].label);
        json = member(map, name);
        if (!json)
            continue;
        before = enter(r, r->path_length ? ".%s" : "%s", name);
        if (chosen)
            return wrong(r, "the type is %s already", chosen);
        chosen = values->values[v].label;
        if (expect(r, json, yajl_t_object, "a map"))
            return -1;
        xls_object_init_arm(r->layout, type_id, object, values->values[v].number);
        for (unsigned arm = index + 1; arm < end && !rc; arm += 1 + type->fields[arm].span) {
            if (type->fields[arm].number == values->values[v].number)
                rc = read_fields(r, type, type_id, arm + 1, arm + 1 + type->fields[arm].span, json,
                                 object);
        }
        if (rc)
            return rc;
        leave(r, before);
    }
    return 0;
}

static int read_field(struct reader *r, const struct xls_type *type, unsigned type_id,
                      unsigned index, yajl_val map, void *object)
{
    const struct xls_field *field = &type->fields[index];
    unsigned offset = xls_offset(r->layout, type, index);
    yajl_val json;
    size_t before;
    int rc;

    if (field->form == XLS_FORM_UNION)
        return read_union(r, type, type_id, index, map, object);
    json = field->hidden ? NULL : member(map, field->name);
    if (!json)
        return 0;
    before = enter(r, r->path_length ? ".%s" : "%s", field->name);
    if (field->form == XLS_FORM_ARRAY)
        rc = read_array(r, type, field, json, object, offset);
    else if (field->form == XLS_FORM_GROUP)
        rc = expect(r, json, yajl_t_object, "a map") ||
             read_fields(r, type, type_id, index + 1, index + 1 + field->span, json, object);
    else
        rc = read_value(r, field->type, json, xls_at(object, offset));
    if (!rc)
        leave(r, before);
    return rc;
}

static bool is_count(const struct xls_type *type, unsigned index)
{
    for (unsigned i = 0; i < type->count; i++) {
        if (type->fields[i].form == XLS_FORM_ARRAY && type->fields[i].related == index)
            return true;
    }
    return false;
}

static int read_fields(struct reader *r, const struct xls_type *type, unsigned type_id,
                       unsigned first, unsigned end, yajl_val map, void *object)
{
    int rc = 0;

    for (unsigned i = first; !rc && i < end; i += 1 + type->fields[i].span) {
        /* A count comes from its array: one out of the text would be a lie. */
        if (xls_offset(r->layout, type, i) != XLS_ABSENT && !is_count(type, i))
            rc = read_field(r, type, type_id, i, map, object);
    }
    return rc;
}

static int read_value(struct reader *r, unsigned type, yajl_val json, void *value)
{
    const struct xls_type *t = &xls_types[type];

    switch (t->kind) {
    case XLS_KIND_BOOL:
        return read_bool(r, json, value);
    case XLS_KIND_SIGNED:
    case XLS_KIND_UNSIGNED:
        return read_integer(r, json, t->kind == XLS_KIND_SIGNED, t->size, value);
    case XLS_KIND_STRING:
        return read_string(r, json, value);
    case XLS_KIND_ENUM:
        return read_enum(r, type, json, value);
    case XLS_KIND_BUILTIN:
        return read_builtin(r, type, json, value);
    default:
        return expect(r, json, yajl_t_object, "a map") ||
               read_fields(r, t, type, 0, t->count, json, value);
    }
}

static bool too_deep(const char *text)
{
    int depth = 0;
    bool quoted = false;

    for (; *text; text++) {
        if (quoted && *text == '\\' && text[1])
            text++;
        else if (*text == '"')
            quoted = !quoted;
        else if (!quoted && (*text == '[' || *text == '{') && ++depth > DEPTH_LIMIT)
            return true;
        else if (!quoted && (*text == ']' || *text == '}'))
            depth--;
    }
    return false;
}

int xls_json_read(const struct xls_layout *layout, unsigned type, void *context, void *value,
                  const char *text, char *problem, size_t problem_size)
{
    struct reader reader = { .layout = layout, .context = context, .problem = problem,
                             .problem_size = problem_size };
    bool is_struct = xls_types[type].kind == XLS_KIND_STRUCT;
    char parse_problem[256] = "";
    yajl_val json;
    int rc;

    if (is_struct)
        xls_object_init(layout, type, value);
    if (too_deep(text))
        return wrong(&reader, "nested deeper than %d levels", DEPTH_LIMIT);
    json = yajl_tree_parse(text, parse_problem, sizeof(parse_problem));
    if (!json)
        return wrong(&reader, "%s", *parse_problem ? parse_problem : "no JSON, or out of memory");
    rc = read_value(&reader, type, json, value);
    if (rc && is_struct) {
        xls_object_dispose(layout, type, value);
        xls_object_init(layout, type, value);
    }
    yajl_tree_free(json);
    return rc ? -1 : 0;
}
