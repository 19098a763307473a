/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the fields of a libxenlight lie, asked of itself: an object of ours with one field set, by
 * the schema's layout, becomes JSON; the library's _from_json reads that into an object of its own;
 * and the bytes that it changed must be those that we changed.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xentoollog.h>

#include "../core/builtin.h"
#include "../core/json.h"
#include "abi_library.h"

#define POINTERS 4

/* What one field set makes of an object. */
struct sample {
    unsigned char before[ABI_ROOM], after[ABI_ROOM];
    unsigned pointer[POINTERS], pointers; /* where pointers lie: of these only "not NULL" counts */
};

static struct sample ours, theirs;

/*
 * _from_json wants a ctx. A real one needs a running Xen, and what it is used for here is only to
 * log and to note what is allocated: zeroes do, behind a logger that says nothing. The notes are
 * why it lives as long as the process.
 */
static void no_message(xentoollog_logger *logger, xentoollog_level level, int errnoval,
                       const char *context, const char *format, va_list al)
{
}

static void no_progress(xentoollog_logger *logger, const char *context, const char *doing_what,
                        int percent, unsigned long done, unsigned long total)
{
}

static void no_destroy(xentoollog_logger *logger)
{
}

static void *blank_ctx(void)
{
    static xentoollog_logger logger = { no_message, no_progress, no_destroy };
    static union {
        xentoollog_logger *logger;
        char room[65536];
    } ctx;

    ctx.logger = &logger;
    return &ctx;
}

/* Setting a field */

static bool set_value(const struct abi_library *library, unsigned type, unsigned offset,
                      int64_t number);

static void set_pointer(unsigned offset, const void *value)
{
    memcpy(ours.after + offset, &value, sizeof(value));
    if (ours.pointers < POINTERS)
        ours.pointer[ours.pointers++] = offset;
}

static char text[] = "x";
static char *list[] = { text, text, NULL };
static unsigned char bits[] = { 1 };

static bool set_builtin(unsigned type, unsigned offset)
{
    struct xls_bitmap bitmap = { sizeof(bits), bits };

    switch (type) {
    case XLS_TYPE_libxl_domid:
    case XLS_TYPE_libxl_devid:
        xls_store(type, ours.after + offset, 0x01010101);
        return true;
    case XLS_TYPE_libxl_defbool:
        xls_store(type, ours.after + offset, 1);
        return true;
    case XLS_TYPE_libxl_uuid:
    case XLS_TYPE_libxl_mac:
    case XLS_TYPE_libxl_ms_vm_genid:
        memset(ours.after + offset, 1, xls_types[type].size);
        return true;
    case XLS_TYPE_libxl_hwcap:
        memset(ours.after + offset, 1, 16); /* libxl writes the first four words only */
        return true;
    case XLS_TYPE_libxl_bitmap:
        memcpy(ours.after + offset, &bitmap, sizeof(bitmap));
        set_pointer(offset + offsetof(struct xls_bitmap, map), bits);
        return true;
    case XLS_TYPE_libxl_string_list:
    case XLS_TYPE_libxl_key_value_list:
        set_pointer(offset, list);
        return true;
    default:
        return false; /* opaque, such as CPUID policies */
    }
}

/* The last value of an enum that the release has and that is not the default. */
static bool set_enum(const struct abi_library *library, unsigned type, unsigned offset,
                     int64_t number)
{
    for (unsigned i = xls_types[type].count; i-- > 0;) {
        const struct xls_value *value = &xls_types[type].values[i];

        if (!xls_known(value->since, library->layout.release) || value->number == number)
            continue;
        xls_store(type, ours.after + offset, value->number);
        return true;
    }
    return false;
}

/* A count is told by its array, a key by its union. */
static bool is_implied(const struct xls_type *type, unsigned index)
{
    for (unsigned i = 0; i < type->count; i++) {
        if ((type->fields[i].form == XLS_FORM_ARRAY || type->fields[i].form == XLS_FORM_ARM) &&
            type->fields[i].related == index)
            return true;
    }
    return false;
}

/* The first field inside that can be set. */
static bool set_member(const struct abi_library *library, unsigned id, unsigned offset)
{
    const struct xls_type *type = &xls_types[id];

    for (unsigned i = 0; i < type->count; i++) {
        const struct xls_field *field = &type->fields[i];
        unsigned at = xls_offset(&library->layout, type, i);

        if (field->form == XLS_FORM_UNION)
            i += field->span;
        else if (field->form == XLS_FORM_VALUE && at != XLS_ABSENT && !field->hidden &&
                 !is_implied(type, i) &&
                 set_value(library, field->type, offset + at,
                           xls_default(field, library->layout.release)))
            return true;
    }
    return false;
}

/* Sets a value that is not its default, `number`, all of its bytes if it is a number. */
static bool set_value(const struct abi_library *library, unsigned type, unsigned offset,
                      int64_t number)
{
    switch (xls_types[type].kind) {
    case XLS_KIND_BOOL:
        xls_store(type, ours.after + offset, !number);
        return true;
    case XLS_KIND_SIGNED:
    case XLS_KIND_UNSIGNED:
        xls_store(type, ours.after + offset, 0x0101010101010101);
        return true;
    case XLS_KIND_STRING:
        set_pointer(offset, text);
        return true;
    case XLS_KIND_ENUM:
        return set_enum(library, type, offset, number);
    case XLS_KIND_STRUCT:
        return set_member(library, type, offset);
    default:
        return set_builtin(type, offset);
    }
}

/* One element, at its defaults; of a string or an enum one that can be written. */
static bool set_array(const struct abi_library *library, const struct xls_type *type,
                      const struct xls_field *field, unsigned offset)
{
    static union {
        char *string;
        uint64_t number;
        unsigned char room[ABI_ROOM];
    } element;
    const struct xls_field *count = &type->fields[field->related];

    memset(&element, 0, sizeof(element));
    if (xls_types[field->type].kind == XLS_KIND_STRUCT)
        xls_object_init(&library->layout, field->type, &element);
    else if (xls_types[field->type].kind == XLS_KIND_STRING)
        element.string = text;
    else if (xls_types[field->type].kind == XLS_KIND_ENUM)
        xls_store(field->type, &element, xls_types[field->type].values[0].number);
    xls_store(count->type, ours.after + xls_offset(&library->layout, type, field->related), 1);
    set_pointer(offset, &element);
    return true;
}

/* Comparing */

static bool in_pointer(size_t i)
{
    for (unsigned k = 0; k < ours.pointers; k++) {
        if (i >= ours.pointer[k] && i < ours.pointer[k] + sizeof(void *))
            return true;
    }
    return false;
}

static size_t first_changed(const struct sample *sample)
{
    size_t i = 0;

    while (i < ABI_ROOM && sample->before[i] == sample->after[i])
        i++;
    return i;
}

/* The first byte that the library changed otherwise than we did; ABI_ROOM: none. */
static size_t first_difference(void)
{
    for (unsigned k = 0; k < ours.pointers; k++) {
        void *pointer;

        memcpy(&pointer, theirs.after + ours.pointer[k], sizeof(pointer));
        if (!pointer || !memcmp(theirs.after + ours.pointer[k], theirs.before + ours.pointer[k],
                                sizeof(pointer)))
            return ours.pointer[k];
    }
    for (size_t i = 0; i < ABI_ROOM; i++) {
        bool changed = theirs.before[i] != theirs.after[i];

        if (in_pointer(i))
            continue;
        if (changed != (ours.before[i] != ours.after[i]) ||
            (changed && theirs.after[i] != ours.after[i]))
            return i;
    }
    return ABI_ROOM;
}

static bool judge(const struct abi_library *library, const char *name)
{
    size_t wrong = first_difference(), there = first_changed(&theirs), here = first_changed(&ours);

    if (wrong == ABI_ROOM)
        abi_tell(library, "offset", name, NULL);
    else if (there == ABI_ROOM)
        abi_tell(library, "offset", name, "the library knows no such field");
    else if (there != here)
        abi_tell(library, "offset", name, "at byte %zu, and at byte %zu by the schema", there,
                 here);
    else
        abi_tell(library, "offset", name,
                 "another width or form: byte %zu is 0x%02x, and 0x%02x "
                 "by the schema",
                 wrong, theirs.after[wrong], ours.after[wrong]);
    return wrong == ABI_ROOM;
}

/* Whether the field could be asked for, and lies right. */
static bool check_field(const struct abi_library *library, unsigned id, const struct xls_field *arm,
                        unsigned index)
{
    const struct xls_type *type = &xls_types[id];
    const struct xls_field *field = &type->fields[index];
    int (*from_json)(void *ctx, void *object, const char *json) =
        abi_symbol(library, type->name, "from_json");
    void (*dispose)(void *object) = abi_symbol(library, type->name, "dispose");
    unsigned offset = xls_offset(&library->layout, type, index);
    char name[512], *json;
    size_t used = snprintf(name, sizeof(name), "%s.", type->name);
    bool fine;

    ours.pointers = 0;
    abi_init_ours(library, id, arm, ours.before);
    memcpy(ours.after, ours.before, ABI_ROOM);
    if (!from_json || !abi_init(library, id, arm, theirs.before) ||
        !abi_init(library, id, NULL, theirs.after))
        return true; /* the missing function has been told */
    if (field->form == XLS_FORM_ARRAY
            ? !set_array(library, type, field, offset)
            : !set_value(library, field->type, offset, xls_default(field, library->layout.release)))
        return true;
    abi_field_path(id, index, name + used, sizeof(name) - used);
    abi_tell(library, "at", name, NULL);
    json = xls_json_text(&library->layout, id, NULL, ours.after);
    if (!json) {
        abi_tell(library, "offset", name, "no memory to ask");
        return false;
    }
    fine = from_json(blank_ctx(), theirs.after, json) == 0;
    if (fine)
        fine = judge(library, name);
    else
        abi_tell(library, "offset", name, "the library refuses %s", strtok(json, "\n"));
    if (dispose)
        dispose(theirs.after);
    free(json);
    return fine;
}

bool abi_check_fields(const struct abi_library *library, unsigned id)
{
    const struct xls_type *type = &xls_types[id];
    const struct xls_field *arm = NULL;
    bool fine = true;

    for (unsigned i = 0; i < type->count; i++) {
        const struct xls_field *field = &type->fields[i];

        if (xls_offset(&library->layout, type, i) == XLS_ABSENT)
            continue;
        if (arm && i > (arm - type->fields) + arm->span)
            arm = NULL;
        if (field->form == XLS_FORM_ARM)
            arm = field;
        if ((field->form != XLS_FORM_VALUE && field->form != XLS_FORM_ARRAY) || field->hidden ||
            is_implied(type, i))
            continue;
        fine = check_field(library, id, arm, i) && fine;
    }
    return fine;
}
