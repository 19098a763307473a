/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON of objects, with errors that name line, key and value. The core reads; what it cannot tell,
 * unknown keys and lines, is found by a walk over the text beside the schema.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "opaque.h"

#define DEPTH_LIMIT 64

/* What the schema says of a value, before it is read. */
struct expected {
    enum { ANYTHING, FIELDS, ELEMENTS } form;
    unsigned type;       /* of the struct, or of the elements */
    unsigned first, end; /* FIELDS: which ones of the struct */
};

struct frame {
    struct expected expected;
    struct expected next; /* what the value behind the last key is */
    bool is_array;
    size_t index;       /* of the next element */
    size_t path_length; /* up to here it is the container's */
};

struct walk {
    yajl_handle hand;
    const char *text;
    const char *target; /* a path whose line is asked for, or NULL: unknown keys are */
    struct frame stack[DEPTH_LIMIT + 1];
    int depth;
    char path[512];
    size_t best; /* length of the longest part of target that was found */
    int line;    /* of what was found */
};

static int line_at(const char *text, size_t offset)
{
    int line = 1;

    for (size_t i = 0; i < offset && text[i]; i++)
        line += text[i] == '\n';
    return line;
}

static int line_here(const struct walk *walk)
{
    return line_at(walk->text, yajl_get_bytes_consumed(walk->hand));
}

/* What the schema expects */

static struct expected value_of(unsigned type)
{
    if (xls_types[type].kind == XLS_KIND_STRUCT)
        return (struct expected){ FIELDS, type, 0, xls_types[type].count };
    return (struct expected){ .form = ANYTHING };
}

static bool is_count(const struct xls_type *type, unsigned index)
{
    for (unsigned i = 0; i < type->count; i++) {
        if (type->fields[i].form == XLS_FORM_ARRAY && type->fields[i].related == index)
            return true;
    }
    return false;
}

/* "type.hvm": the fields of the arm. A value without an arm has none. */
static bool find_arm(unsigned type_id, unsigned union_index, const char *key,
                     struct expected *found)
{
    const struct xls_type *type = &xls_types[type_id];
    const struct xls_field *selector = &type->fields[type->fields[union_index + 1].related];
    size_t length = strlen(selector->name);
    const struct xls_value *value;

    if (strncmp(key, selector->name, length) || key[length] != '.')
        return false;
    value = xls_value_by_label(&xls_types[selector->type], key + length + 1);
    if (!value)
        return false;
    *found = (struct expected){ FIELDS, type_id, 0, 0 };
    for (unsigned arm = union_index + 1; arm <= union_index + type->fields[union_index].span;
         arm += 1 + type->fields[arm].span) {
        if (type->fields[arm].number == value->number) {
            found->first = arm + 1;
            found->end = arm + 1 + type->fields[arm].span;
        }
    }
    return true;
}

static bool find_key(const struct expected *map, const char *key, struct expected *found)
{
    const struct xls_type *type = &xls_types[map->type];

    for (unsigned i = map->first; i < map->end; i += 1 + type->fields[i].span) {
        const struct xls_field *field = &type->fields[i];

        if (field->form == XLS_FORM_UNION && find_arm(map->type, i, key, found))
            return true;
        if (field->form == XLS_FORM_UNION || field->hidden || strcmp(field->name, key) ||
            is_count(type, i))
            continue;
        if (field->form == XLS_FORM_ARRAY)
            *found = (struct expected){ ELEMENTS, field->type, 0, 0 };
        else if (field->form == XLS_FORM_GROUP)
            *found = (struct expected){ FIELDS, map->type, i + 1, i + 1 + field->span };
        else
            *found = value_of(field->type);
        return true;
    }
    return false;
}

/* The walk */

static void note_line(struct walk *walk)
{
    size_t length = strlen(walk->path);

    if (!walk->target || length < walk->best || strncmp(walk->target, walk->path, length))
        return;
    walk->best = length + 1;
    walk->line = line_here(walk);
}

/* Every value begins here: the path is its own, and what is expected of it is returned. */
static struct expected begin_value(struct walk *walk)
{
    struct frame *frame = &walk->stack[walk->depth];
    struct expected expected = frame->next;

    if (frame->is_array) {
        snprintf(walk->path + frame->path_length, sizeof(walk->path) - frame->path_length, "[%zu]",
                 frame->index++);
        if (frame->expected.form == ELEMENTS)
            expected = value_of(frame->expected.type);
        else
            expected.form = ANYTHING;
    }
    note_line(walk);
    return expected;
}

static int on_scalar(void *user)
{
    begin_value(user);
    return 1;
}

static int on_boolean(void *user, int value)
{
    return on_scalar(user);
}

static int on_text(void *user, const char *text, size_t length)
{
    return on_scalar(user);
}

static int on_string(void *user, const unsigned char *text, size_t length)
{
    return on_scalar(user);
}

static int open_container(struct walk *walk, bool is_array)
{
    struct expected expected = begin_value(walk);
    struct frame *frame;

    if (walk->depth >= DEPTH_LIMIT)
        return 0;
    if (expected.form == (is_array ? FIELDS : ELEMENTS))
        expected.form = ANYTHING; /* the reader will say so */
    frame = &walk->stack[++walk->depth];
    *frame = (struct frame){ .expected = expected,
                             .is_array = is_array,
                             .path_length = strlen(walk->path) };
    return 1;
}

static int on_map(void *user)
{
    return open_container(user, false);
}

static int on_array(void *user)
{
    return open_container(user, true);
}

static int on_end(void *user)
{
    struct walk *walk = user;

    walk->depth--;
    return 1;
}

static int on_key(void *user, const unsigned char *text, size_t length)
{
    struct walk *walk = user;
    struct frame *frame = &walk->stack[walk->depth];
    char key[192];

    snprintf(key, sizeof(key), "%.*s", (int)(length < sizeof(key) ? length : sizeof(key) - 1),
             (const char *)text);
    snprintf(walk->path + frame->path_length, sizeof(walk->path) - frame->path_length, "%s%s",
             frame->path_length ? "." : "", key);
    frame->next.form = ANYTHING;
    if (frame->expected.form != FIELDS || find_key(&frame->expected, key, &frame->next))
        return 1;
    if (walk->target)
        return 1;
    walk->line = line_here(walk);
    return 0; /* an unknown key */
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_scalar,
    .yajl_boolean = on_boolean,
    .yajl_number = on_text,
    .yajl_string = on_string,
    .yajl_start_map = on_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end,
    .yajl_start_array = on_array,
    .yajl_end_array = on_end,
};

static int tell_syntax(const struct walk *walk)
{
    unsigned char *problem = yajl_get_error(walk->hand, 0, NULL, 0);
    size_t length = problem ? strcspn((char *)problem, "\n") : 0;
    int line = line_here(walk);

    xls_error_set(XLS_ERROR_BAD_JSON, "line %d: %.*s", line, (int)length,
                  problem ? (char *)problem : "no JSON");
    if (problem)
        yajl_free_error(walk->hand, problem);
    return XLS_ERROR_BAD_JSON;
}

/* Syntax, and unknown keys unless a target is asked for. 0 or an error. */
static int walk_text(struct walk *walk, unsigned type, const char *text, const char *target)
{
    yajl_status status;
    int rc = 0;

    *walk = (struct walk){ .text = text, .target = target, .line = 1 };
    walk->stack[0].next = value_of(type);
    walk->hand = yajl_alloc(&callbacks, NULL, walk);
    if (!walk->hand)
        return xls_error_set(XLS_ERROR_NOMEM, "%s_from_json: out of memory", xls_types[type].name);
    status = yajl_parse(walk->hand, (const unsigned char *)text, strlen(text));
    if (status == yajl_status_ok)
        status = yajl_complete_parse(walk->hand);
    if (status == yajl_status_client_canceled && walk->depth >= DEPTH_LIMIT)
        rc = xls_error_set(XLS_ERROR_BAD_JSON, "line %d: nested deeper than %d levels",
                           line_here(walk), DEPTH_LIMIT);
    else if (status == yajl_status_client_canceled)
        rc = xls_error_set(XLS_ERROR_UNKNOWN_KEY, "line %d: %s: %s has no such key", walk->line,
                           walk->path, xls_types[type].name + 6);
    else if (status != yajl_status_ok)
        rc = tell_syntax(walk);
    yajl_free(walk->hand);
    return rc;
}

/* The core's problem begins with its path. */
static int tell_value(struct walk *walk, unsigned type, const char *text, const char *problem)
{
    char path[512];
    int length = (int)strcspn(problem, ":");

    if (strstr(problem, ": out of memory"))
        return xls_error_set(XLS_ERROR_NOMEM, "%s", problem);
    snprintf(path, sizeof(path), "%.*s", length, problem);
    walk_text(walk, type, text, path);
    return xls_error_set(XLS_ERROR_BAD_JSON, "line %d: %s", walk->line, problem);
}

int xls_handle_from_json(unsigned type, void *handle, const char *text, unsigned flags)
{
    const struct xls_layout *layout = xls_level_layout();
    char problem[640];
    struct walk *walk;
    void *made;
    int rc;

    xls_error_begin();
    if (!handle || !text)
        return xls_error_set(XLS_ERROR_INVAL, "%s_from_json: %s is NULL", xls_types[type].name,
                             handle ? "text" : "the object");
    if (flags & ~XLS_JSON_IGNORE_UNKNOWN)
        return xls_error_set(XLS_ERROR_BAD_OPTION, "%s_from_json: flags are %#x",
                             xls_types[type].name, flags);
    walk = malloc(sizeof(*walk));
    made = malloc(xls_size(layout, type));
    if (!walk || !made) {
        rc = xls_error_set(XLS_ERROR_NOMEM, "%s_from_json: out of memory", xls_types[type].name);
        goto out;
    }
    rc = walk_text(walk, type, text, flags & XLS_JSON_IGNORE_UNKNOWN ? "" : NULL);
    if (rc)
        goto out;
    if (xls_json_read(layout, type, NULL, made, text, problem, sizeof(problem))) {
        rc = tell_value(walk, type, text, problem);
        goto out;
    }
    xls_value_dispose(layout, type, handle);
    memcpy(handle, made, xls_size(layout, type));

out:
    free(walk);
    free(made);
    return rc;
}

char *xls_handle_to_json(unsigned type, const void *handle)
{
    char *text;

    xls_error_begin();
    if (!handle) {
        xls_error_set(XLS_ERROR_INVAL, "%s_to_json: the object is NULL", xls_types[type].name);
        return NULL;
    }
    text = xls_json_text(xls_level_layout(), type, NULL, handle);
    if (!text)
        xls_error_set(XLS_ERROR_FAIL, "%s_to_json: a text could not be made", xls_types[type].name);
    return text;
}
