/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What xlstable-abi asks of an open libxenlight: which functions it has, how large each struct is
 * and what it starts with (by its _init), and what its enums are called. Where the fields lie is in
 * abi_fields.c.
 */

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi_library.h"

void abi_tell(const struct abi_library *library, const char *kind, const char *name,
              const char *format, ...)
{
    char text[1024] = "";
    va_list arguments;

    if (format) {
        va_start(arguments, format);
        vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
    }
    dprintf(library->fd, *text ? "%s\t%s\t%s\n" : "%s\t%s\n", kind, name, text);
}

void *abi_symbol(const struct abi_library *library, const char *type, const char *function)
{
    char name[256];

    snprintf(name, sizeof(name), "%s_%s", type, function);
    return dlsym(library->light, name);
}

static void check_symbols(const struct abi_library *library)
{
    for (unsigned i = 0; i < XLS_SYMBOL_COUNT; i++) {
        const struct xls_symbol *symbol = &xls_symbols[i];
        bool known = xls_known(symbol->since, library->layout.release);
        void *handle = symbol->util ? library->util : library->light;
        bool there = handle && dlsym(handle, symbol->name);

        if (symbol->util && !library->util)
            continue; /* said once, below */
        if (known && !there)
            abi_tell(library, "function", symbol->name, "is missing");
        else if (!known && there)
            abi_tell(library, "function", symbol->name,
                     symbol->since == UINT16_MAX ? "is there, on this machine"
                                                 : "is there, before Xen " XLS_RELEASE_FORMAT,
                     XLS_RELEASE_ARGS(symbol->since));
        else if (known)
            abi_tell(library, "function", symbol->name, NULL);
    }
    if (!library->util)
        abi_tell(library, "library", "libxlutil", "is not beside libxenlight, or not loadable");
}

/* Enums */

/* Every value that the library's table has, also those that the schema does not know. */
static void check_table(const struct abi_library *library, const struct xls_type *type)
{
    const struct {
        const char *name;
        int number;
    } *row = abi_symbol(library, type->name, "string_table");

    for (; row && row->name; row++) {
        const struct xls_value *value = xls_value_by_label(type, row->name);

        if (!value)
            abi_tell(library, "value", type->name, "has '%s' = %d, which the schema lacks",
                     row->name, row->number);
        else if (value->number != row->number)
            abi_tell(library, "value", value->name, "is %d, and %d by the schema", row->number,
                     value->number);
        else if (!xls_known(value->since, library->layout.release))
            abi_tell(library, "value", value->name, "is there, before Xen " XLS_RELEASE_FORMAT,
                     XLS_RELEASE_ARGS(value->since));
    }
}

static void check_enum(const struct abi_library *library, const struct xls_type *type)
{
    const char *(*to_string)(int number) = abi_symbol(library, type->name, "to_string");

    abi_tell(library, "at", type->name, NULL);
    check_table(library, type);
    for (unsigned i = 0; to_string && i < type->count; i++) {
        const struct xls_value *value = &type->values[i];
        const char *text;

        if (!xls_known(value->since, library->layout.release))
            continue;
        text = to_string(value->number);
        if (!text || strcmp(text, value->label) != 0)
            abi_tell(library, "value", value->name, "%d is %s%s%s there", value->number,
                     text ? "'" : "", text ? text : "nothing", text ? "'" : "");
        else
            abi_tell(library, "value", value->name, NULL);
    }
}

/* Structs */

bool abi_init(const struct abi_library *library, unsigned id, const struct xls_field *arm,
              unsigned char *image)
{
    const struct xls_type *type = &xls_types[id];
    void (*init)(void *object) = abi_symbol(library, type->name, "init");
    char name[128];

    memset(image, ABI_MARK, ABI_ROOM);
    if (!init)
        return false;
    init(image);
    if (arm) {
        void (*init_arm)(void *object, int key);

        snprintf(name, sizeof(name), "init_%s", type->fields[arm->related].name);
        init_arm = abi_symbol(library, type->name, name);
        if (!init_arm)
            return false;
        init_arm(image, arm->number);
    }
    return true;
}

void abi_init_ours(const struct abi_library *library, unsigned id, const struct xls_field *arm,
                   unsigned char *image)
{
    memset(image, ABI_MARK, ABI_ROOM);
    xls_object_init(&library->layout, id, image);
    if (arm)
        xls_object_init_arm(&library->layout, id, image, arm->number);
}

static bool check_size(const struct abi_library *library, unsigned id)
{
    static unsigned char image[ABI_ROOM];
    size_t size = ABI_ROOM, expected = xls_size(&library->layout, id);

    if (!abi_init(library, id, NULL, image))
        return false; /* the missing function has been told */
    while (size && image[size - 1] == ABI_MARK)
        size--;
    if (size == expected)
        abi_tell(library, "size", xls_types[id].name, NULL);
    else
        abi_tell(library, "size", xls_types[id].name, "%zu bytes, and %zu by the schema", size,
                 expected);
    return size == expected;
}

/* The field at an offset of the images, for the message; the last that begins there or before. */
static unsigned field_at(const struct abi_library *library, const struct xls_type *type,
                         size_t offset)
{
    unsigned best = 0;

    for (unsigned i = 0; i < type->count; i++) {
        uint16_t at = xls_offset(&library->layout, type, i);

        if (at != XLS_ABSENT && at <= offset && at >= xls_offset(&library->layout, type, best))
            best = i;
    }
    return best;
}

/* Only of a struct whose fields lie right. An arm's defaults are those of its fields. */
static void check_defaults(const struct abi_library *library, unsigned id,
                           const struct xls_field *arm)
{
    static unsigned char theirs[ABI_ROOM], ours[ABI_ROOM];
    const struct xls_type *type = &xls_types[id];
    char name[512];
    size_t used = snprintf(name, sizeof(name), "%s.", type->name);

    if (!abi_init(library, id, arm, theirs))
        return;
    abi_init_ours(library, id, arm, ours);
    for (size_t i = 0; i < xls_size(&library->layout, id); i++) {
        unsigned field;

        if (theirs[i] == ours[i])
            continue;
        field = field_at(library, type, i);
        if (arm &&
            (field < (unsigned)(arm - type->fields) || field > (arm - type->fields) + arm->span))
            field = arm - type->fields; /* arms lie over one another */
        abi_field_path(id, field, name + used, sizeof(name) - used);
        abi_tell(library, "default", name,
                 "_init leaves 0x%02x at byte %zu, and 0x%02x by the schema", theirs[i], i,
                 ours[i]);
        return;
    }
    snprintf(name + used, sizeof(name) - used, "%s", arm ? arm->name : "*");
    abi_tell(library, "default", name, NULL);
}

static void check_struct(const struct abi_library *library, unsigned id)
{
    const struct xls_type *type = &xls_types[id];
    bool fine;

    abi_tell(library, "at", type->name, NULL);
    fine = check_size(library, id);
    fine = abi_check_fields(library, id) && fine;
    if (!fine)
        return;
    check_defaults(library, id, NULL);
    for (unsigned i = 0; i < type->count; i++) {
        if (type->fields[i].form == XLS_FORM_ARM &&
            xls_offset(&library->layout, type, i) != XLS_ABSENT)
            check_defaults(library, id, &type->fields[i]);
    }
}

void abi_check_library(int fd, void *light, void *util, xls_release release)
{
    static struct abi_library library;

    library.fd = fd;
    library.light = light;
    library.util = util;
    xls_layout_compute(&library.layout, release);
    check_symbols(&library);
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        if (!xls_known(xls_types[id].since, release))
            continue;
        if (xls_types[id].kind == XLS_KIND_ENUM)
            check_enum(&library, &xls_types[id]);
        else if (xls_types[id].kind == XLS_KIND_STRUCT)
            check_struct(&library, id);
    }
}
