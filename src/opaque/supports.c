/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What runs, and what it has. */

#include <stdio.h>
#include <string.h>

#include "opaque.h"

const char *xls_level(void)
{
    return XLS_LEVEL_TEXT;
}

const char *xls_xen_release(const xls_ctx *ctx)
{
    const struct xls_runtime *runtime = xls_runtime();

    if (!ctx || !runtime) {
        xls_error_set(XLS_ERROR_INVAL, "xls_xen_release: ctx is NULL");
        return NULL;
    }
    for (int i = 0; i < XLS_RELEASE_COUNT; i++) {
        if (xls_releases[i] == runtime->backend.layout.release)
            return xls_release_texts[i];
    }
    return NULL;
}

static int of_function(const char *name)
{
    const struct xls_backend *backend = &xls_runtime()->backend;

    for (int i = 0; i < XLS_FN_COUNT; i++) {
        if (strcmp(xls_functions[i].name + 6, name) == 0 && xls_is_operation[i])
            return xls_backend_symbol(backend, xls_functions[i].name, xls_functions[i].util) !=
                   NULL;
    }
    return -1;
}

static int of_value(const char *name)
{
    for (unsigned t = 0; t < XLS_TYPE_COUNT; t++) {
        const struct xls_type *type = &xls_types[t];

        for (unsigned i = 0; type->kind == XLS_KIND_ENUM && i < type->count; i++) {
            const char *own = type->values[i].name;

            if (strcmp(strncmp(own, "LIBXL_", 6) ? own : own + 6, name) == 0)
                return xls_runs(type->since) && xls_runs(type->values[i].since);
        }
    }
    return -1;
}

static int of_field(unsigned type, const char *what)
{
    for (unsigned i = 0; i < xls_types[type].count; i++) {
        const struct xls_field *field = &xls_types[type].fields[i];
        char name[192];

        if (field->form > XLS_FORM_ARRAY)
            continue;
        xls_field_name(type, i, name, sizeof(name));
        if (strcmp(name, what) == 0)
            return xls_runs(xls_types[type].since) && xls_runs(field->since);
    }
    return -1;
}

static int of_type_or_field(const char *what)
{
    size_t length = strcspn(what, ".");

    for (unsigned t = 0; t < XLS_TYPE_COUNT; t++) {
        const char *name = xls_types[t].name;

        if (xls_types[t].kind != XLS_KIND_STRUCT || strlen(name) != length + 6 ||
            strncmp(name + 6, what, length))
            continue;
        return what[length] ? of_field(t, what) : xls_runs(xls_types[t].since);
    }
    return -1;
}

int xls_supports(const xls_ctx *ctx, const char *what)
{
    int answer = -1;

    if (!ctx || !what)
        return xls_error_set(XLS_ERROR_INVAL, "xls_supports: %s is NULL", ctx ? "what" : "ctx");
    if (strncmp(what, "xls_", 4) == 0)
        answer = of_function(what + 4);
    else if (strncmp(what, "XLS_", 4) == 0)
        answer = of_value(what + 4);
    else
        answer = of_type_or_field(what);
    if (answer < 0)
        return xls_error_set(XLS_ERROR_NOTFOUND, "xls_supports: '%s' is not known", what);
    return answer;
}
