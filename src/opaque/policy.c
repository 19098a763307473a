/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The accessors of CPUID policies, which only the running libxenlight can read and write. */

#include <stdio.h>

#include "access.h"

static libxl_cpuid_policy_list *find(unsigned type, unsigned place, const void *object)
{
    xls_error_begin();
    return xls_place_find(type, place, object);
}

int xls_access_policy_count(unsigned type, unsigned place, const void *object)
{
    const libxl_cpuid_policy_list *policy = find(type, place, object);
    int count;

    if (!policy)
        return xls_last_error();
    if (!*policy)
        return 0;
    count = libxl_cpuid_policy_list_length(policy);
    return count < 0 ? xls_error_libxl("cpuid_policy_list_length", count) : count;
}

typedef int parser(libxl_cpuid_policy_list *policy, const char *text);

static int parse(parser *parse_with, unsigned type, unsigned place, void *object, const char *text)
{
    libxl_cpuid_policy_list *policy = find(type, place, object);
    char what[256];
    int rc;

    if (!policy)
        return xls_last_error();
    if (!text)
        return xls_error_field_set(XLS_ERROR_INVAL, type, place & 0xffff, "text is NULL");
    rc = parse_with(policy, text);
    if (!rc)
        return 0;
    if (rc < 0)
        return xls_error_libxl("cpuid_parse_config", rc);
    snprintf(what, sizeof(what), "'%s' is no CPUID setting", text);
    return xls_error_field_set(XLS_ERROR_INVAL, type, place & 0xffff, what);
}

int xls_access_policy_parse(unsigned type, unsigned place, void *object, const char *text)
{
    return parse(libxl_cpuid_parse_config, type, place, object, text);
}

int xls_access_policy_parse_xend(unsigned type, unsigned place, void *object, const char *text)
{
    return parse(libxl_cpuid_parse_config_xend, type, place, object, text);
}
