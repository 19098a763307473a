/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the JSON of values: numbers, strings, enums and libxl's builtin types. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "json_read.h"
#include "object.h"

int xls_json_wrong(struct xls_reader *r, const char *format, ...)
{
    va_list arguments;
    int used =
        snprintf(r->problem, r->problem_size, "%s%s", r->path_length ? r->path : "the whole", ": ");

    if (used >= 0 && (size_t)used < r->problem_size) {
        va_start(arguments, format);
        vsnprintf(r->problem + used, r->problem_size - used, format, arguments);
        va_end(arguments);
    }
    return -1;
}

static const char *kind_of(yajl_val json)
{
    switch (json->type) {
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

int xls_json_expect(struct xls_reader *r, yajl_val json, yajl_type type, const char *what)
{
    if (json->type == type)
        return 0;
    if (json->type == yajl_t_string)
        return xls_json_wrong(r, "\"%.40s\" is a string, and should be %s", json->u.string, what);
    if (json->type == yajl_t_number)
        return xls_json_wrong(r, "%.40s is a number, and should be %s", json->u.number.r, what);
    return xls_json_wrong(r, "%s, and should be %s", kind_of(json), what);
}

/* An integer of `size` bytes; the text itself is read, as yajl's own numbers are signed. */
static int read_integer(struct xls_reader *r, yajl_val json, bool is_signed, size_t size,
                        void *value)
{
    uint64_t limit = size == 8 ? UINT64_MAX : (UINT64_C(1) << size * 8) - 1, number;
    const char *text;
    bool negative;
    char *end;

    if (xls_json_expect(r, json, yajl_t_number, "an integer"))
        return -1;
    text = json->u.number.r;
    negative = *text == '-';
    errno = 0;
    number = strtoull(text + negative, &end, 10);
    if (*end || errno)
        return xls_json_wrong(r, "%.40s is not an integer that fits", text);
    if (is_signed)
        limit = limit / 2 + negative;
    if (number > limit || (negative && !is_signed && number))
        return xls_json_wrong(r, "%.40s does not fit in %zu bits", text, size * 8);
    if (negative)
        number = -number;
    memcpy(value, &number, size);
    return 0;
}

static int read_bool(struct xls_reader *r, yajl_val json, bool *value)
{
    if (json->type != yajl_t_true && json->type != yajl_t_false)
        return xls_json_expect(r, json, yajl_t_true, "true or false");
    *value = json->type == yajl_t_true;
    return 0;
}

static int read_string(struct xls_reader *r, yajl_val json, char **value)
{
    if (json->type == yajl_t_null)
        return 0;
    if (xls_json_expect(r, json, yajl_t_string, "a string or null"))
        return -1;
    *value = strdup(json->u.string);
    return *value ? 0 : xls_json_wrong(r, "out of memory");
}

xls_release xls_json_words = UINT16_MAX;

static bool knows_word(const struct xls_reader *r, const struct xls_value *named)
{
    return xls_known(named->since, r->layout->release) &&
           xls_known(named->since, __atomic_load_n(&xls_json_words, __ATOMIC_RELAXED));
}

static int read_enum(struct xls_reader *r, unsigned type, yajl_val json, void *value)
{
    const struct xls_value *named;

    if (xls_json_expect(r, json, yajl_t_string, xls_types[type].name))
        return -1;
    named = xls_value_by_label(&xls_types[type], json->u.string);
    if (named && !knows_word(r, named))
        return xls_json_wrong(r, "\"%.40s\" is a %s since Xen " XLS_RELEASE_FORMAT, named->label,
                              xls_types[type].name, XLS_RELEASE_ARGS(named->since));
    if (!named)
        return xls_json_wrong(r, "\"%.40s\" is not a %s", json->u.string, xls_types[type].name);
    xls_store(type, value, named->number);
    return 0;
}

static int read_defbool(struct xls_reader *r, yajl_val json, int *value)
{
    if (xls_json_expect(r, json, yajl_t_string, "\"True\", \"False\" or \"<default>\""))
        return -1;
    for (int i = -1; i <= 1; i++) {
        if (strcmp(json->u.string, xls_defbool_text(i)) == 0) {
            *value = i;
            return 0;
        }
    }
    return xls_json_wrong(r, "\"%.40s\" is not \"True\", \"False\" or \"<default>\"",
                          json->u.string);
}

bool xls_uuid_from_text(const char *text, unsigned char uuid[16])
{
    int end = 0;

    return sscanf(text, XLS_UUID_FORMAT "%n", &uuid[0], &uuid[1], &uuid[2], &uuid[3], &uuid[4],
                  &uuid[5], &uuid[6], &uuid[7], &uuid[8], &uuid[9], &uuid[10], &uuid[11], &uuid[12],
                  &uuid[13], &uuid[14], &uuid[15], &end) == 16 &&
           !text[end];
}

static int read_uuid(struct xls_reader *r, yajl_val json, unsigned char *value)
{
    unsigned char uuid[16];

    if (xls_json_expect(r, json, yajl_t_string, "a UUID"))
        return -1;
    if (!xls_uuid_from_text(json->u.string, uuid))
        return xls_json_wrong(r, "\"%.40s\" is not a UUID", json->u.string);
    memcpy(value, uuid, sizeof(uuid));
    return 0;
}

static int read_mac(struct xls_reader *r, yajl_val json, unsigned char *value)
{
    unsigned char mac[6];
    int end = 0;

    if (xls_json_expect(r, json, yajl_t_string, "a MAC address"))
        return -1;
    if (sscanf(json->u.string, "%02hhx:%02hhx:%02hhx:%02hhx:%02hhx:%02hhx%n", &mac[0], &mac[1],
               &mac[2], &mac[3], &mac[4], &mac[5], &end) != 6 ||
        json->u.string[end])
        return xls_json_wrong(r, "\"%.40s\" is not a MAC address", json->u.string);
    memcpy(value, mac, sizeof(mac));
    return 0;
}

/* A hostile bit number must not ask for gigabytes. */
#define BIT_LIMIT (1 << 20)

static int read_bits(struct xls_reader *r, yajl_val json, struct xls_bitmap *bitmap)
{
    uint32_t bit, highest = 0;

    if (xls_json_expect(r, json, yajl_t_array, "an array of bit numbers"))
        return -1;
    for (size_t i = 0; i < json->u.array.len; i++) {
        if (read_integer(r, json->u.array.values[i], false, sizeof(bit), &bit))
            return -1;
        if (bit >= BIT_LIMIT)
            return xls_json_wrong(r, "bit %u is too large", bit);
        if (bit > highest)
            highest = bit;
    }
    if (!json->u.array.len)
        return 0;
    bitmap->map = calloc(1, highest / 8 + 1);
    if (!bitmap->map)
        return xls_json_wrong(r, "out of memory");
    bitmap->size = highest / 8 + 1;
    for (size_t i = 0; i < json->u.array.len; i++) {
        read_integer(r, json->u.array.values[i], false, sizeof(bit), &bit);
        bitmap->map[bit / 8] |= 1 << bit % 8;
    }
    return 0;
}

/* Exactly `count` integers of `size` bytes. */
static int read_integers(struct xls_reader *r, yajl_val json, size_t count, size_t size,
                         void *value)
{
    if (xls_json_expect(r, json, yajl_t_array, "an array of integers"))
        return -1;
    if (json->u.array.len != count)
        return xls_json_wrong(r, "%zu elements, and should be %zu", json->u.array.len, count);
    for (size_t i = 0; i < count; i++) {
        if (read_integer(r, json->u.array.values[i], false, size, (char *)value + i * size))
            return -1;
    }
    return 0;
}

static int read_strings(struct xls_reader *r, yajl_val json, char ***list)
{
    if (xls_json_expect(r, json, yajl_t_array, "an array of strings"))
        return -1;
    *list = calloc(json->u.array.len + 1, sizeof(**list));
    if (!*list)
        return xls_json_wrong(r, "out of memory");
    for (size_t i = 0; i < json->u.array.len; i++) {
        if (xls_json_expect(r, json->u.array.values[i], yajl_t_string, "a string") ||
            read_string(r, json->u.array.values[i], &(*list)[i]))
            return -1;
    }
    return 0;
}

static int read_pairs(struct xls_reader *r, yajl_val json, char ***list)
{
    if (xls_json_expect(r, json, yajl_t_object, "a map of strings"))
        return -1;
    *list = calloc(json->u.object.len * 2 + 1, sizeof(**list));
    if (!*list)
        return xls_json_wrong(r, "out of memory");
    for (size_t i = 0; i < json->u.object.len; i++) {
        if (read_string(r, json->u.object.values[i], &(*list)[i * 2 + 1]))
            goto drop;
        (*list)[i * 2] = strdup(json->u.object.keys[i]);
        if (!(*list)[i * 2]) {
            xls_json_wrong(r, "out of memory");
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

static int read_policy(struct xls_reader *r, yajl_val json, void *value)
{
    char *text;
    int rc;

    if (json->type == yajl_t_null)
        return 0;
    if (!xls_policy_ops.from_json)
        return xls_json_wrong(r, "a CPUID policy needs a libxenlight, and none is open");
    text = xls_json_tree_text(json);
    rc = text ? xls_policy_ops.from_json(r->context, value, text) : -1;
    free(text);
    return rc ? xls_json_wrong(r, "libxenlight does not accept this CPUID policy") : 0;
}

static int read_builtin(struct xls_reader *r, unsigned type, yajl_val json, void *value)
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

int xls_json_read_value(struct xls_reader *r, unsigned type, yajl_val json, void *value)
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
    default:
        return read_builtin(r, type, json, value);
    }
}
