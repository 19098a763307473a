/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the functions of each type have in common (_init, _dispose, _copy, JSON, strings, lists).
 * On the caller's layout; needs no Xen, but for CPUID policies. Used by generated families.c.
 */
#ifndef XLS_SURFACE_FAMILY_H
#define XLS_SURFACE_FAMILY_H

#include "../core/json.h"
#include "../core/object.h"
#include "runtime.h"

void xls_family_copy(libxl_ctx *ctx, unsigned type, void *dst, const void *src);
char *xls_family_to_json(libxl_ctx *ctx, unsigned type, const void *value);
int xls_family_from_json(libxl_ctx *ctx, unsigned type, void *value, const char *text);
const char *xls_family_to_string(unsigned type, int number);
int xls_family_from_string(unsigned type, const char *text, void *value);
void xls_family_list_free(unsigned type, void *list, int count);

#endif
