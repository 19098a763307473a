/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the functions of each type have in common. */

#include "family.h"

/* libxl ends the process when memory runs out here; we leave what could not be copied empty. */
void xls_family_copy(libxl_ctx *ctx, unsigned type, void *dst, const void *src)
{
    if (!xls_object_copy(xls_level_layout(), type, ctx, dst, src))
        return;
    xls_log(ctx, XTL_CRITICAL, "%s_copy: out of memory; the copy is empty", xls_types[type].name);
    xls_object_dispose(xls_level_layout(), type, dst);
    xls_object_init(xls_level_layout(), type, dst);
}

char *xls_family_to_json(libxl_ctx *ctx, unsigned type, const void *value)
{
    char *text = xls_json_text(xls_level_layout(), type, ctx, value);

    if (!text)
        xls_log(ctx, XTL_ERROR, "%s_to_json: a text could not be made", xls_types[type].name);
    return text;
}

int xls_family_from_json(libxl_ctx *ctx, unsigned type, void *value, const char *text)
{
    char problem[512];

    if (!xls_json_read(xls_level_layout(), type, ctx, value, text, problem, sizeof(problem)))
        return 0;
    xls_log(ctx, XTL_ERROR, "%s_from_json: %s", xls_types[type].name, problem);
    return ERROR_FAIL;
}

const char *xls_family_to_string(unsigned type, int number)
{
    const struct xls_value *value = xls_value_by_number(&xls_types[type], number);

    return value ? value->label : NULL;
}

int xls_family_from_string(unsigned type, const char *text, void *value)
{
    const struct xls_value *named = xls_value_by_label(&xls_types[type], text);

    if (!named)
        return ERROR_INVAL;
    xls_store(type, value, named->number);
    return 0;
}

void xls_family_list_free(unsigned type, void *list, int count)
{
    xls_elements_dispose(xls_level_layout(), type, list, count);
}
