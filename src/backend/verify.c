/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Verifies an open libxenlight against the schema before it is used. Every _init of libxl clears
 * its whole struct first, so a struct's size and defaults can be asked of the library itself.
 */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/object.h"
#include "internal.h"

/* Room behind a struct in which a larger one shows itself. */
#define MARGIN 4096
#define MARK   0xa5

struct check {
    const struct xls_backend *backend;
    const struct xls_backend_options *options;
    unsigned char *theirs, *ours;
    size_t room;
};

static enum xls_backend_status verify_symbols(const struct xls_backend *backend,
                                              const struct xls_backend_options *options)
{
    for (int i = 0; i < XLS_SYMBOL_COUNT; i++) {
        const struct xls_symbol *symbol = &xls_symbols[i];

        if (!xls_known(symbol->since, backend->layout.release) ||
            (symbol->util && !backend->util) ||
            xls_backend_symbol(backend, symbol->name, symbol->util))
            continue;
        return xls_fail(options, XLS_BACKEND_MISSING_SYMBOL,
                        "%s has no function %s, which Xen " XLS_RELEASE_FORMAT " has",
                        backend->path, symbol->name, XLS_RELEASE_ARGS(backend->layout.release));
    }
    return XLS_BACKEND_OK;
}

/* The innermost field at an offset of the object, as a path, for the message. */
static void name_field(const struct xls_layout *layout, unsigned type_id, const void *object,
                       unsigned offset, char *path, size_t size)
{
    struct xls_cursor cursor = { .layout = layout, .type = &xls_types[type_id], .object = object };
    const struct xls_field *field, *best = NULL;
    unsigned start = 0;

    while ((field = xls_cursor_next(&cursor))) {
        unsigned at = xls_offset(layout, cursor.type, cursor.index);

        if (at <= offset && at >= start) {
            best = field;
            start = at;
        }
    }
    if (best && best->form == XLS_FORM_VALUE && xls_types[best->type].kind == XLS_KIND_STRUCT) {
        int used = snprintf(path, size, "%s.", best->name);

        if (used > 0 && (size_t)used < size)
            name_field(layout, best->type, xls_at(object, start), offset - start, path + used,
                       size - used);
        return;
    }
    snprintf(path, size, "%s", best ? best->name : "its start");
}

static enum xls_backend_status compare(const struct check *check, unsigned type, const char *init)
{
    const struct xls_layout *layout = &check->backend->layout;
    size_t size = xls_size(layout, type), actual = check->room;
    char field[256];

    while (actual && check->theirs[actual - 1] == MARK)
        actual--;
    if (actual != size)
        return xls_fail(
            check->options, XLS_BACKEND_WRONG_LAYOUT,
            "%s: %s has %zu bytes there, and %zu bytes by the schema of Xen " XLS_RELEASE_FORMAT,
            check->backend->path, xls_types[type].name, actual, size,
            XLS_RELEASE_ARGS(layout->release));
    for (size_t i = 0; i < size; i++) {
        if (check->theirs[i] == check->ours[i])
            continue;
        name_field(layout, type, check->ours, i, field, sizeof(field));
        return xls_fail(check->options, XLS_BACKEND_WRONG_LAYOUT,
                        "%s: %s leaves 0x%02x at byte %zu of %s (about %s), and 0x%02x is right by "
                        "the schema of Xen " XLS_RELEASE_FORMAT,
                        check->backend->path, init, check->theirs[i], i, xls_types[type].name,
                        field, check->ours[i], XLS_RELEASE_ARGS(layout->release));
    }
    return XLS_BACKEND_OK;
}

static void *init_function(const struct check *check, const char *type, const char *key, char *name,
                           size_t size)
{
    snprintf(name, size, key ? "%s_init_%s" : "%s_init", type, key);
    return xls_backend_symbol(check->backend, name, false);
}

static enum xls_backend_status verify_struct(const struct check *check, unsigned id)
{
    const struct xls_type *type = &xls_types[id];
    enum xls_backend_status status;
    char name[128], arm_name[128];
    void (*init)(void *object) = init_function(check, type->name, NULL, name, sizeof(name));

    memset(check->theirs, MARK, check->room);
    xls_object_init(&check->backend->layout, id, check->ours);
    init(check->theirs);
    status = compare(check, id, name);
    for (unsigned i = 0; !status && i < type->count; i++) {
        const struct xls_field *arm = &type->fields[i];
        void (*init_arm)(void *object, int key);

        if (arm->form != XLS_FORM_ARM || xls_offset(&check->backend->layout, type, i) == XLS_ABSENT)
            continue;
        init_arm = init_function(check, type->name, type->fields[arm->related].name, arm_name,
                                 sizeof(arm_name));
        memset(check->theirs, MARK, check->room);
        xls_object_init(&check->backend->layout, id, check->ours);
        xls_object_init_arm(&check->backend->layout, id, check->ours, arm->number);
        init(check->theirs);
        init_arm(check->theirs, arm->number);
        status = compare(check, id, arm_name);
    }
    return status;
}

enum xls_backend_status xls_verify(const struct xls_backend *backend,
                                   const struct xls_backend_options *options)
{
    struct check check = { .backend = backend, .options = options };
    enum xls_backend_status status = verify_symbols(backend, options);
    size_t largest = 0;

    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        if (xls_size(&backend->layout, id) > largest)
            largest = xls_size(&backend->layout, id);
    }
    check.room = largest + MARGIN;
    check.theirs = malloc(check.room);
    check.ours = malloc(check.room);
    if (!check.theirs || !check.ours)
        status = xls_fail(options, XLS_BACKEND_NO_MEMORY, "no memory to verify %s", backend->path);
    for (unsigned id = 0; !status && id < XLS_TYPE_COUNT; id++) {
        if (xls_types[id].kind == XLS_KIND_STRUCT && xls_size(&backend->layout, id))
            status = verify_struct(&check, id);
    }
    free(check.theirs);
    free(check.ours);
    if (!status)
        xls_debug("%s: what the schema says of Xen " XLS_RELEASE_FORMAT, backend->path,
                  XLS_RELEASE_ARGS(backend->layout.release));
    return status;
}
