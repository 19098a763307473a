/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xlstable-abi diff and list: what the schema says of releases. Opens no library. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../core/object.h"
#include "abi.h"

struct difference {
    struct abi_findings findings;
    struct xls_layout old, new;
    bool backwards; /* the caller asked what goes away */
    bool changed[XLS_TYPE_COUNT];
};

static bool came(const struct difference *d, xls_release since)
{
    return !xls_known(since, d->old.release) && xls_known(since, d->new.release);
}

static const char *kind_of(const struct xls_type *type)
{
    return type->kind == XLS_KIND_ENUM ? "enum" : "struct";
}

static void added(struct difference *d, const char *kind, const char *name, xls_release since)
{
    abi_found(&d->findings, kind, name, "%s Xen " XLS_RELEASE_FORMAT,
              d->backwards ? "not before" : "since", XLS_RELEASE_ARGS(since));
}

static void changed(struct difference *d, const char *kind, const char *name, int64_t old,
                    int64_t new)
{
    abi_found(&d->findings, kind, name, "%" PRId64 " becomes %" PRId64, d->backwards ? new : old,
              d->backwards ? old : new);
}

/* As the field holds it: ~0 of a uint32 is 4294967295. */
static int64_t default_of(const struct xls_field *field, xls_release release)
{
    int64_t room = 0;

    xls_store(field->type, &room, xls_default(field, release));
    return xls_load(field->type, &room);
}

static void compare_enum(struct difference *d, unsigned id)
{
    const struct xls_type *type = &xls_types[id];

    for (unsigned i = 0; i < type->count; i++) {
        if (!came(d, type->values[i].since))
            continue;
        added(d, "value", type->values[i].name, type->values[i].since);
        d->changed[id] = true;
    }
}

static void compare_struct(struct difference *d, unsigned id)
{
    const struct xls_type *type = &xls_types[id];
    char name[512];
    size_t used = snprintf(name, sizeof(name), "%s.", type->name);

    for (unsigned i = 0; i < type->count; i++) {
        const struct xls_field *field = &type->fields[i];

        if (field->form != XLS_FORM_VALUE && field->form != XLS_FORM_ARRAY)
            continue;
        abi_field_path(id, i, name + used, sizeof(name) - used);
        if (came(d, field->since)) {
            added(d, "field", name, field->since);
            d->changed[id] = true;
        } else if (came(d, field->default_from) && xls_known(field->since, d->old.release)) {
            changed(d, "default", name, default_of(field, d->old.release),
                    default_of(field, d->new.release));
            d->changed[id] = true;
        }
        /* The tables hold a type behind those that it contains. */
        if (d->changed[field->type] && xls_known(field->since, d->old.release))
            d->changed[id] = true;
    }
    if (xls_size(&d->old, id) != xls_size(&d->new, id))
        changed(d, "size", type->name, xls_size(&d->old, id), xls_size(&d->new, id));
}

static void compare_types(struct difference *d)
{
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        const struct xls_type *type = &xls_types[id];

        if (type->kind != XLS_KIND_ENUM && type->kind != XLS_KIND_STRUCT)
            continue;
        if (came(d, type->since))
            added(d, kind_of(type), type->name, type->since);
        else if (!xls_known(type->since, d->new.release))
            continue;
        else if (type->kind == XLS_KIND_ENUM)
            compare_enum(d, id);
        else
            compare_struct(d, id);
    }
}

/* Which functions are handed a type that changed. */
static void touched(struct difference *d, const struct abi_function *function)
{
    char types[1024] = "";
    size_t used = 0;

    for (unsigned i = 0; i < function->type_count; i++) {
        int written;

        if (!d->changed[function->types[i]])
            continue;
        written = snprintf(types + used, sizeof(types) - used, "%s%s", used ? ", " : "",
                           xls_types[function->types[i]].name);
        if (written < 0 || (size_t)written >= sizeof(types) - used)
            break;
        used += written;
    }
    if (used)
        abi_found(&d->findings, "touches", function->name, "%s", types);
}

static void compare_functions(struct difference *d)
{
    char name[256];

    for (size_t i = 0; i < abi_function_count; i++) {
        const struct abi_function *function = &abi_functions[i];

        if (came(d, function->since))
            added(d, "function", function->name, function->since);
        for (unsigned k = 0; k < function->parameter_count; k++) {
            const struct abi_name *parameter = &function->parameters[k];

            if (!came(d, parameter->since) || came(d, function->since))
                continue;
            snprintf(name, sizeof(name), "%s.%s", function->name, parameter->name);
            added(d, "parameter", name, parameter->since);
        }
    }
    for (size_t i = 0; i < abi_constant_count; i++) {
        if (came(d, abi_constants[i].since))
            added(d, "constant", abi_constants[i].name, abi_constants[i].since);
    }
    for (size_t i = 0; i < abi_function_count; i++) {
        if (xls_known(abi_functions[i].since, d->old.release))
            touched(d, &abi_functions[i]);
    }
}

enum abi_status abi_diff(xls_release from, xls_release to, enum abi_form form)
{
    static struct difference d;
    char names[2][16], summary[128];
    const char *heading[] = { "from", names[0], "to", names[1], NULL };
    enum abi_status status;

    memset(&d, 0, sizeof(d));
    d.backwards = from > to;
    xls_layout_compute(&d.old, d.backwards ? to : from);
    xls_layout_compute(&d.new, d.backwards ? from : to);
    compare_types(&d);
    compare_functions(&d);
    snprintf(names[0], sizeof(names[0]), XLS_RELEASE_FORMAT, XLS_RELEASE_ARGS(from));
    snprintf(names[1], sizeof(names[1]), XLS_RELEASE_FORMAT, XLS_RELEASE_ARGS(to));
    snprintf(summary, sizeof(summary), "%zu differences from Xen %s to %s", d.findings.different,
             names[0], names[1]);
    status = abi_print(&d.findings, form, heading, summary);
    abi_free(&d.findings);
    return status;
}

enum abi_status abi_list(enum abi_form form)
{
    struct abi_findings findings = { 0 };
    const char *heading[] = { NULL };
    char level[16], summary[128];
    enum abi_status status;

    for (unsigned r = 0; r < XLS_RELEASE_COUNT; r++) {
        int types = 0, symbols = 0;
        char name[16];

        for (unsigned id = 0; id < XLS_TYPE_COUNT; id++)
            types +=
                (xls_types[id].kind == XLS_KIND_ENUM || xls_types[id].kind == XLS_KIND_STRUCT) &&
                xls_known(xls_types[id].since, xls_releases[r]);
        for (unsigned i = 0; i < XLS_SYMBOL_COUNT; i++)
            symbols += xls_known(xls_symbols[i].since, xls_releases[r]);
        snprintf(name, sizeof(name), XLS_RELEASE_FORMAT, XLS_RELEASE_ARGS(xls_releases[r]));
        abi_found(&findings, "release", name, "libxenlight.so.%s, %d types, %d functions", name,
                  types, symbols);
    }
    snprintf(level, sizeof(level), XLS_RELEASE_FORMAT, XLS_RELEASE_ARGS(XLS_LEVEL));
    snprintf(summary, sizeof(summary), "%d releases; callers see the API of Xen %s",
             XLS_RELEASE_COUNT, level);
    status = abi_print(&findings, form, heading, summary);
    abi_free(&findings);
    return status == ABI_DIFFERENT ? ABI_SAME : status;
}
