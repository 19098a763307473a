/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every operation does around its call of libxl. */

#include <stdio.h>
#include <stdlib.h>

#include "../surface/call.h"
#include "opaque.h"

/* 0 if the function can be called, else the error of one that the release lacks, logged. */
static int there(libxl_ctx *libxl, enum xls_function function)
{
    return __atomic_load_n(&xls_bound[function], __ATOMIC_ACQUIRE) ? 0 : xls_late(libxl, function);
}

static const char *name_of(const struct xls_op *op)
{
    return xls_functions[op->function].name + 6;
}

void xls_operation_begin_alone(struct xls_op *op, enum xls_function function)
{
    *op = (struct xls_op){ .function = function };
    xls_error_begin();
    op->rc = there(NULL, function);
}

void xls_operation_begin(struct xls_op *op, xls_ctx *ctx, enum xls_function function,
                         const struct xls_async *async)
{
    *op = (struct xls_op){ .function = function, .ctx = ctx };
    xls_error_begin();
    xls_operation_need(op, ctx, "ctx");
    if (op->rc)
        return;
    op->libxl = ctx->libxl;
    op->rc = there(ctx->libxl, function);
    if (!op->rc && async)
        xls_async_begin(op, async);
}

/* The text is kept like a line of the log: xls_operation_end() tells it. */
void xls_operation_need(struct xls_op *op, const void *argument, const char *name)
{
    char text[128];

    if (argument || op->rc)
        return;
    snprintf(text, sizeof(text), "xls_%s: %s is NULL", name_of(op), name);
    xls_error_logged(text);
    op->rc = XLS_ERROR_INVAL;
}

void xls_operation_out(struct xls_op *op, unsigned type, void *object, const char *name)
{
    if (!object)
        xls_operation_need(op, object, name);
    else if (!op->rc)
        xls_handle_reset(type, object);
}

void xls_operation_emptied(struct xls_op *op, unsigned type, void *object, bool whole)
{
    if (op->rc >= 0 || !object)
        return;
    if (whole)
        xls_handle_reset(type, object);
    else
        xls_value_init(type, object);
}

int xls_operation_end(struct xls_op *op)
{
    if (op->rc >= 0)
        return op->rc;
    xls_async_forget(op);
    return xls_error_libxl(name_of(op), op->rc);
}

void xls_operation_pointer(struct xls_op *op, const void *result)
{
    if (!op->rc && !result)
        op->rc = XLS_ERROR_FAIL;
    xls_operation_end(op);
}

int xls_operation_list(struct xls_op *op, unsigned type, void *elements, int64_t count, void **list,
                       bool null_is_empty)
{
    struct xls_array *array;

    if (list)
        *list = NULL;
    if (!op->rc && xls_refusal.no_memory)
        op->rc = XLS_ERROR_NOMEM;
    if (!op->rc && !elements && !(null_is_empty && count == 0))
        op->rc = XLS_ERROR_FAIL;
    if (op->rc)
        return xls_operation_end(op);
    array = malloc(sizeof(*array));
    if (!array) {
        xls_elements_dispose(xls_level_layout(), type, elements, count);
        return xls_error_set(XLS_ERROR_NOMEM, "xls_%s: out of memory", name_of(op));
    }
    *array = (struct xls_array){ type, elements ? count : 0, elements };
    *list = array;
    return 0;
}
