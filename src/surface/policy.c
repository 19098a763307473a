/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxl_cpuid_policy_list: a pointer whose target only the running libxenlight understands. It is
 * made, copied and freed there, and passes through translations as it is. Its JSON is taken from
 * libxenlight's own JSON of a domain_build_info that has nothing but the policy.
 */

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_tree.h>

#include "../core/builtin.h"
#include "../core/json.h"
#include "../core/object.h"
#include "calls.h"
#include "ctx.h"
#include "policy.h"
#include "runtime.h"

#define BUILD_INFO XLS_TYPE_libxl_domain_build_info

static void *real_build_info(void **policy_place)
{
    const struct xls_layout *layout = &xls_runtime()->backend.layout;
    const struct xls_type *type = &xls_types[BUILD_INFO];
    void *info = malloc(xls_size(layout, BUILD_INFO));

    if (!info)
        return NULL;
    xls_object_init(layout, BUILD_INFO, info);
    for (unsigned i = 0; i < type->count; i++) {
        if (type->fields[i].type == XLS_TYPE_libxl_cpuid_policy_list)
            *policy_place = xls_at(info, xls_offset(layout, type, i));
    }
    return info;
}

static void dispose(void *policy)
{
    XLS_REAL(libxl_cpuid_dispose)(policy);
}

static int copy(void *ctx, void *dst, const void *src)
{
    XLS_REAL(libxl_cpuid_policy_list_copy)(ctx, dst, src);
    return 0;
}

/* The value of "cpuid" in a text that libxenlight wrote; "null" if it left the key out. */
static char *take_cpuid(const char *text)
{
    static const char *const path[] = { "cpuid", NULL };
    char problem[128], *taken;
    yajl_val tree = yajl_tree_parse(text, problem, sizeof(problem)), value;

    if (!tree)
        return NULL;
    value = yajl_tree_get(tree, (const char **)path, yajl_t_any);
    taken = value ? xls_json_tree_text(value) : strdup("null");
    yajl_tree_free(tree);
    return taken;
}

static char *to_json(void *ctx, const void *policy)
{
    char *(*real)(libxl_ctx * ctx, void *info) =
        xls_backend_symbol(&xls_runtime()->backend, "libxl_domain_build_info_to_json", false);
    char *text = NULL, *taken = NULL;
    void *place = NULL, *info;

    if (!ctx)
        ctx = xls_ctx_any();
    info = ctx ? real_build_info(&place) : NULL;
    if (info) {
        memcpy(place, policy, sizeof(void *)); /* lent: not disposed of here */
        text = real(ctx, info);
        free(info);
    }
    if (text)
        taken = take_cpuid(text);
    free(text);
    return taken;
}

static int from_json(void *ctx, void *policy, const char *value)
{
    int (*real)(libxl_ctx * ctx, void *info, const char *text) =
        xls_backend_symbol(&xls_runtime()->backend, "libxl_domain_build_info_from_json", false);
    size_t size = strlen(value) + sizeof("{\"cpuid\":}");
    char *text = malloc(size);
    void *place = NULL, *info = real_build_info(&place);
    int rc = -1;

    if (text && info) {
        strcpy(stpcpy(stpcpy(text, "{\"cpuid\":"), value), "}");
        rc = real(ctx, info, text);
        if (!rc)
            memcpy(policy, place, sizeof(void *));
        else
            xls_object_dispose(&xls_runtime()->backend.layout, BUILD_INFO, info);
    }
    free(text);
    free(info);
    return rc;
}

void xls_policy_bind(void)
{
    xls_policy_ops.dispose = dispose;
    xls_policy_ops.copy = copy;
    xls_policy_ops.to_json = to_json;
    xls_policy_ops.from_json = from_json;
}

/* No policy, no need for a libxenlight. */

void libxl_cpuid_dispose(libxl_cpuid_policy_list *cpuid_list)
{
    if (*cpuid_list)
        XLS_REAL(libxl_cpuid_dispose)(cpuid_list);
}

int libxl_cpuid_policy_list_length(const libxl_cpuid_policy_list *l)
{
    return *l ? XLS_REAL(libxl_cpuid_policy_list_length)(l) : 0;
}

void libxl_cpuid_policy_list_copy(libxl_ctx *ctx, libxl_cpuid_policy_list *dst,
                                  const libxl_cpuid_policy_list *src)
{
    *dst = NULL;
    if (*src)
        XLS_REAL(libxl_cpuid_policy_list_copy)(ctx, dst, src);
}
