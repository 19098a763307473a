/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads libxl's JSON. Unknown keys are passed over, as libxl does; anything else that does not fit
 * is an error that names the key and the value. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_read.h"
#include "object.h"

/* Deeper than any libxl type; yajl frees its tree by recursion. */
#define DEPTH_LIMIT 64

static int read_value(struct xls_reader *r, unsigned type, yajl_val json, void *value);

__attribute__((format(printf, 2, 3))) static size_t enter(struct xls_reader *r, const char *format,
                                                          ...)
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

static void leave(struct xls_reader *r, size_t before)
{
    r->path_length = before;
    r->path[before] = '\0';
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
static int read_array(struct xls_reader *r, const struct xls_type *type,
                      const struct xls_field *field, yajl_val json, void *object, unsigned offset)
{
    void *count = xls_at(object, xls_offset(r->layout, type, field->related));
    size_t size = xls_size(r->layout, field->type);
    char *elements;

    if (xls_json_expect(r, json, yajl_t_array, "an array"))
        return -1;
    if (!json->u.array.len)
        return 0;
    elements = calloc(json->u.array.len, size);
    if (!elements)
        return xls_json_wrong(r, "out of memory");
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

static int read_fields(struct xls_reader *r, const struct xls_type *type, unsigned type_id,
                       unsigned first, unsigned end, yajl_val map, void *object);

/* The arm whose "KEY.ARM" is there; an arm without fields only sets the key. */
static int read_union(struct xls_reader *r, const struct xls_type *type, unsigned type_id,
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
            return xls_json_wrong(r, "the type is %s already", chosen);
        chosen = values->values[v].label;
        if (xls_json_expect(r, json, yajl_t_object, "a map"))
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

static int read_field(struct xls_reader *r, const struct xls_type *type, unsigned type_id,
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
        rc = xls_json_expect(r, json, yajl_t_object, "a map") ||
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

static int read_fields(struct xls_reader *r, const struct xls_type *type, unsigned type_id,
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

static int read_value(struct xls_reader *r, unsigned type, yajl_val json, void *value)
{
    const struct xls_type *t = &xls_types[type];

    if (t->kind != XLS_KIND_STRUCT)
        return xls_json_read_value(r, type, json, value);
    return xls_json_expect(r, json, yajl_t_object, "a map") ||
           read_fields(r, t, type, 0, t->count, json, value);
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
    struct xls_reader reader = {
        .layout = layout, .context = context, .problem = problem, .problem_size = problem_size
    };
    bool is_struct = xls_types[type].kind == XLS_KIND_STRUCT;
    char parse_problem[256] = "";
    yajl_val json;
    int rc;

    if (is_struct)
        xls_object_init(layout, type, value);
    else
        memset(value, 0, xls_types[type].size);
    if (too_deep(text))
        return xls_json_wrong(&reader, "nested deeper than %d levels", DEPTH_LIMIT);
    json = yajl_tree_parse(text, parse_problem, sizeof(parse_problem));
    if (!json)
        return xls_json_wrong(&reader, "%s",
                              *parse_problem ? parse_problem : "no JSON, or out of memory");
    rc = read_value(&reader, type, json, value);
    if (rc)
        xls_value_dispose(layout, type, value);
    if (rc && is_struct)
        xls_object_init(layout, type, value);
    yajl_tree_free(json);
    return rc ? -1 : 0;
}
