/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the generated functions of each type do, and CPUID policies. */

#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "family.h"

static bool named(const char *variable, unsigned type)
{
    const char *name = getenv(variable);

    return name && strcmp(name, xls_types[type].name) == 0;
}

/* The knobs are for structs of 8 bytes and more. */
void fake_init(unsigned type, void *object)
{
    unsigned char *end = (unsigned char *)object + xls_size(&sim_layout, type), kept[8];
    bool smaller = named("FAKE_SMALLER", type);

    if (smaller)
        memcpy(kept, end - sizeof(kept), sizeof(kept));
    xls_object_init(&sim_layout, type, object);
    if (smaller)
        memcpy(end - sizeof(kept), kept, sizeof(kept));
    if (named("FAKE_LARGER", type))
        memset(end, 0, 8);
    if (named("FAKE_DEFAULT", type))
        end[-1] ^= 1;
}

void fake_init_arm(unsigned type, void *object, int key)
{
    xls_object_init_arm(&sim_layout, type, object, key);
}

void fake_dispose(unsigned type, void *object)
{
    if (object)
        xls_object_dispose(&sim_layout, type, object);
}

void fake_copy(unsigned type, void *dst, const void *src)
{
    if (xls_object_copy(&sim_layout, type, NULL, dst, src))
        abort();
}

char *fake_to_json(unsigned type, const void *value)
{
    return xls_json_text(&sim_layout, type, NULL, value);
}

int fake_from_json(unsigned type, void *value, const char *text)
{
    char problem[256];

    return xls_json_read(&sim_layout, type, NULL, value, text, problem, sizeof(problem))
               ? ERROR_FAIL
               : 0;
}

/* A CPUID policy here is a list of the settings' texts; so is its JSON. */

struct libxl__cpu_policy {
    char **settings;
};

static char **settings_of(libxl_cpuid_policy_list policy)
{
    return policy ? policy->settings : NULL;
}

int libxl_cpuid_parse_config(libxl_cpuid_policy_list *cpuid, const char *str)
{
    size_t length = xls_string_list_length(settings_of(*cpuid));

    fake_called("libxl_cpuid_parse_config");
    if (!strchr(str, '='))
        return 2;
    if (!*cpuid)
        *cpuid = calloc(1, sizeof(**cpuid));
    (*cpuid)->settings = realloc((*cpuid)->settings, (length + 2) * sizeof(char *));
    (*cpuid)->settings[length] = strdup(str);
    (*cpuid)->settings[length + 1] = NULL;
    return 0;
}

void libxl_cpuid_dispose(libxl_cpuid_policy_list *cpuid_list)
{
    fake_called("libxl_cpuid_dispose");
    xls_string_list_free(settings_of(*cpuid_list));
    free(*cpuid_list);
    *cpuid_list = NULL;
}

int libxl_cpuid_policy_list_length(const libxl_cpuid_policy_list *l)
{
    fake_called("libxl_cpuid_policy_list_length");
    return xls_string_list_length(settings_of(*l));
}

void libxl_cpuid_policy_list_copy(libxl_ctx *ctx, libxl_cpuid_policy_list *dst,
                                  const libxl_cpuid_policy_list *src)
{
    fake_called("libxl_cpuid_policy_list_copy");
    *dst = NULL;
    if (!*src)
        return;
    *dst = calloc(1, sizeof(**dst));
    if (xls_string_list_copy(&(*dst)->settings, (*src)->settings))
        abort();
}

static void policy_dispose(void *policy)
{
    libxl_cpuid_dispose(policy);
}

static int policy_copy(void *ctx, void *dst, const void *src)
{
    libxl_cpuid_policy_list_copy(ctx, dst, src);
    return 0;
}

static char *policy_to_json(void *ctx, const void *policy)
{
    char **settings = settings_of(*(const libxl_cpuid_policy_list *)policy);

    return xls_json_text(&sim_layout, TYPE(string_list), ctx, &settings);
}

static int policy_from_json(void *ctx, void *policy, const char *text)
{
    libxl_cpuid_policy_list made = calloc(1, sizeof(*made));
    char problem[256];
    int rc = xls_json_read(&sim_layout, TYPE(string_list), ctx, &made->settings, text, problem,
                           sizeof(problem));

    *(libxl_cpuid_policy_list *)policy = rc ? NULL : made;
    if (rc)
        free(made);
    return rc;
}

__attribute__((constructor)) static void bind_policies(void)
{
    xls_policy_ops.dispose = policy_dispose;
    xls_policy_ops.copy = policy_copy;
    xls_policy_ops.to_json = policy_to_json;
    xls_policy_ops.from_json = policy_from_json;
}
