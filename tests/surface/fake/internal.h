/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the fake share. Structs are only ever touched by way of the schema, in the
 * layout of the fake's own release: the C structs of <libxl.h> are those of the newest one.
 */
#ifndef FAKE_INTERNAL_H
#define FAKE_INTERNAL_H

/* Our headers, but under libxl's own symbols. */
#define XLS_SYMBOL(name) __attribute__((visibility("default")))

#include <pthread.h>

#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>
#include <libxlutil.h>

#include "../../../src/sim/field.h"
#include "fake.h"

extern struct fake_control fake_control __attribute__((visibility("default")));

#define TYPE(name) XLS_TYPE_libxl_##name

/* family.c: _init, _dispose and so on, with the knobs of the environment */
void fake_init(unsigned type, void *object);

/* control.c */
extern pthread_mutex_t fake_lock; /* libxl's CTX_LOCK: recursive, not held in callbacks */
void fake_called(const char *function);
void fake_received(unsigned type, const void *object);

/* operation.c: what may take its time */
struct operation {
    struct operation *next;
    libxl_ctx *ctx;
    bool asynchronous, aborted;
    libxl_asyncop_how how;
    bool has_progress;
    libxl_asyncprogress_how progress;
    int result;
    /* Does the work if rc is 0, or cleans up. Returns how it ended. */
    int (*finish)(struct operation *operation, int rc);
    void *object;
    uint32_t domid;
    uint32_t *domid_out;
};

/* Runs a copy of it, or starts it if there is a how. */
int fake_operate(const struct operation *operation, const libxl_asyncop_how *how);
void fake_forget_operations(libxl_ctx *ctx); /* NULL: of any ctx */

bool fake_end_one(int rc);
unsigned fake_under_way(void);
unsigned fake_aborted(void);
void fake_join(void);

/* libxenlight.c */
void fake_forget_domain(void);
const char *fake_escape_character(void);

/* event.c */
void *fake_event(int type, uint32_t domid, uint64_t for_user);
void fake_occurs(libxl_ctx *ctx, void *event);

struct queued {
    struct queued *next;
    void *event;
};

struct libxl__ctx {
    xentoollog_logger *logger;
    const libxl_event_hooks *hooks;
    void *hooks_user;
    struct queued *events;
};

#endif
