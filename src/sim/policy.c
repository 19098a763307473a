/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A CPUID policy: here a list of the settings' texts; so is its JSON. */

#include <stdlib.h>

#include "../core/builtin.h"
#include "sim.h"

struct libxl__cpu_policy {
    char **settings;
};

static char **settings_of(libxl_cpuid_policy_list policy)
{
    return policy ? policy->settings : NULL;
}

static int add(libxl_cpuid_policy_list *policy, const char *setting)
{
    size_t length = xls_string_list_length(settings_of(*policy));
    char **settings, *copy = strdup(setting);

    if (!*policy)
        *policy = calloc(1, sizeof(**policy));
    settings = *policy ? realloc((*policy)->settings, (length + 2) * sizeof(char *)) : NULL;
    if (!settings || !copy) {
        free(copy);
        return ERROR_NOMEM;
    }
    settings[length] = copy;
    settings[length + 1] = NULL;
    (*policy)->settings = settings;
    return 0;
}

int sim_libxl_cpuid_parse_config(libxl_cpuid_policy_list *cpuid, const char *str)
{
    return strchr(str, '=') ? add(cpuid, str) : 2;
}

int sim_libxl_cpuid_parse_config_xend(libxl_cpuid_policy_list *cpuid, const char *str)
{
    return strchr(str, ':') ? add(cpuid, str) : 4;
}

void sim_libxl_cpuid_dispose(libxl_cpuid_policy_list *cpuid_list)
{
    xls_string_list_free(settings_of(*cpuid_list));
    free(*cpuid_list);
    *cpuid_list = NULL;
}

int sim_libxl_cpuid_policy_list_length(const libxl_cpuid_policy_list *l)
{
    return xls_string_list_length(settings_of(*l));
}

static int copy(void *ctx, void *dst, const void *src)
{
    libxl_cpuid_policy_list from = *(const libxl_cpuid_policy_list *)src, made = NULL;
    int rc = 0;

    for (char **setting = settings_of(from); setting && *setting && !rc; setting++)
        rc = add(&made, *setting);
    if (rc)
        sim_libxl_cpuid_dispose(&made);
    *(libxl_cpuid_policy_list *)dst = made;
    return rc;
}

void sim_libxl_cpuid_policy_list_copy(libxl_ctx *ctx, libxl_cpuid_policy_list *dst,
                                      const libxl_cpuid_policy_list *src)
{
    copy(ctx, dst, src);
}

static void dispose(void *policy)
{
    sim_libxl_cpuid_dispose(policy);
}

static char *to_json(void *ctx, const void *policy)
{
    char **settings = settings_of(*(const libxl_cpuid_policy_list *)policy);

    return xls_json_text(&sim_layout, TYPE(string_list), ctx, &settings);
}

static int from_json(void *ctx, void *policy, const char *text)
{
    libxl_cpuid_policy_list made = calloc(1, sizeof(*made));
    char problem[256];
    int rc = -1;

    if (made)
        rc = xls_json_read(&sim_layout, TYPE(string_list), ctx, &made->settings, text, problem,
                           sizeof(problem));
    if (rc || !made->settings) {
        free(made);
        made = NULL;
    }
    *(libxl_cpuid_policy_list *)policy = made;
    return rc;
}

__attribute__((constructor)) static void bind_policies(void)
{
    xls_policy_ops = (struct xls_policy_ops){
        .dispose = dispose, .copy = copy, .to_json = to_json, .from_json = from_json
    };
}
