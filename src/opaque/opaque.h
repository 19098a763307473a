/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the opaque surface share. A handle is the address of the level's struct, owned
 * or inside another; the function that is called knows the type. It calls the functions of the
 * source-compatible surface, so that translation and its checks are theirs.
 */
#ifndef XLS_OPAQUE_H
#define XLS_OPAQUE_H

#include <pthread.h>

#include "../core/builtin.h"
#include "../core/json.h"
#include "../core/object.h"
#include "calls.h"
#include "../surface/runtime.h"
#include "opaque_tables.h"

#pragma GCC visibility push(default)
#include <xlstable.h>
#pragma GCC visibility pop

struct xls_ctx {
    libxl_ctx *libxl;
    xentoollog_logger logger;
    xls_log_fn *log;
    void *log_user;
    int log_level;
    libxl_childproc_hooks childproc;
    struct xls_loop *loop;       /* NULL with hooks */
    struct xls_loop_hooks hooks; /* sz 0: none */
    void *hooks_user;
    libxl_event_hooks event_hooks;
    struct xls_event_handler handler;
};

/* Errors (error.c) */

/* Makes it the thread's last error, and returns the code. */
__attribute__((format(printf, 2, 3))) int xls_error_set(int code, const char *format, ...);
/* The same for a field, whose name is built from the type's. */
int xls_error_field_set(int code, unsigned type, unsigned field, const char *what);
/* What libxl returned, as one of the closed list; its log lines since xls_error_begin() tell why.
 */
int xls_error_libxl(const char *function, int rc);
/* Forgets the log lines of the thread. */
void xls_error_begin(void);
/* A line that was logged on this thread. */
void xls_error_logged(const char *text);

/* Options: 0, or XLS_ERROR_BAD_OPTION if the caller's struct says what we do not know. The known
 * part is copied to `known`, the rest of which is zero. */
int xls_options(const char *name, const void *given, size_t given_size, void *known, size_t size);

/* Values and handles (object.c) */

void xls_value_init(unsigned type, void *value);
/* A deep copy over *to, which is disposed of first; on failure it is unchanged. 0 or an error. */
int xls_value_assign(unsigned type, void *to, const void *from);
void *xls_handle_new(unsigned type);
void xls_handle_free(unsigned type, void *handle);
int xls_handle_copy(unsigned type, void *to, const void *from);
void xls_handle_reset(unsigned type, void *handle);
char *xls_handle_to_json(unsigned type, const void *handle);
int xls_handle_from_json(unsigned type, void *handle, const char *text, unsigned flags);

/* What a list of an operation is. */
struct xls_array {
    unsigned type;
    size_t count;
    char *elements;
};

size_t xls_array_count(const void *array);
void *xls_array_at(const void *array, size_t index);
void xls_array_free(void *array);

/* "device_disk.specification", "domain_build_info.hvm_pirq" */
void xls_field_name(unsigned type, unsigned field, char *text, size_t size);

/* Operations (operation.c) */

struct xls_op {
    libxl_ctx *libxl;
    enum xls_function function;
    int rc;
    const libxl_asyncop_how *how;
    const libxl_asyncprogress_how *progress;
    xls_ctx *ctx;
    uint64_t id; /* of what is pending; 0: nothing */
    libxl_asyncop_how real_how;
    libxl_asyncprogress_how real_progress;
};

/* Generated code uses it like this; once rc is set, the rest does nothing:
 *
 *     xls_operation_begin(&op, ctx, XLS_FN_libxl_domain_info, NULL);
 *     xls_operation_out(&op, XLS_TYPE_libxl_dominfo, info_r, "info_r");
 *     if (!op.rc)
 *         op.rc = libxl_domain_info(op.libxl, (libxl_dominfo *)info_r, domid);
 *     xls_operation_emptied(&op, XLS_TYPE_libxl_dominfo, info_r, true);
 *     return xls_operation_end(&op);
 */
void xls_operation_begin(struct xls_op *op, xls_ctx *ctx, enum xls_function function,
                         const struct xls_async *async);
/* The same for the few that need no ctx. */
void xls_operation_begin_alone(struct xls_op *op, enum xls_function function);
void xls_operation_need(struct xls_op *op, const void *argument, const char *name);
void xls_operation_out(struct xls_op *op, unsigned type, void *object, const char *name);
/* After an error the object is as new; `whole`: what it holds then is good to be disposed of. */
void xls_operation_emptied(struct xls_op *op, unsigned type, void *object, bool whole);
int xls_operation_end(struct xls_op *op);
void xls_operation_pointer(struct xls_op *op, const void *result);
int xls_operation_list(struct xls_op *op, unsigned type, void *elements, int64_t count, void **list,
                       bool null_is_empty);

/* Asynchronous operations (async.c): fills in op->how. */
void xls_async_begin(struct xls_op *op, const struct xls_async *async);
/* It was not started after all. */
void xls_async_forget(struct xls_op *op);
void xls_async_free_all(xls_ctx *ctx);

/* The event loop (loop.c). 0 or an error. */
int xls_loop_start(xls_ctx *ctx);
void xls_loop_stop(xls_ctx *ctx);

#endif
