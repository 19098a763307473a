/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libxl_ctx: the real one, and what is kept beside it. Never holds its lock while libxl runs. */

#include <pthread.h>
#include <stdlib.h>

#include "call.h"
#include "calls.h"
#include "ctx.h"
#include "runtime.h"

struct entry {
    struct entry *next;
    libxl_ctx *ctx;
    xentoollog_logger *logger;
    struct xls_hooks hooks;
    libxl_version_info *version;
    struct xls_call *calls; /* newest first */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *entries;

static struct entry **find(libxl_ctx *ctx)
{
    struct entry **place = &entries;

    while (*place && (*place)->ctx != ctx)
        place = &(*place)->next;
    return place;
}

xentoollog_logger *xls_ctx_logger(libxl_ctx *ctx)
{
    xentoollog_logger *logger = NULL;
    struct entry *entry;

    if (!ctx)
        return NULL;
    pthread_mutex_lock(&lock);
    entry = *find(ctx);
    if (entry)
        logger = entry->logger;
    pthread_mutex_unlock(&lock);
    return logger;
}

libxl_ctx *xls_ctx_any(void)
{
    libxl_ctx *ctx;

    pthread_mutex_lock(&lock);
    ctx = entries ? entries->ctx : NULL;
    pthread_mutex_unlock(&lock);
    return ctx;
}

struct xls_hooks *xls_ctx_hooks(libxl_ctx *ctx)
{
    struct entry *entry;

    pthread_mutex_lock(&lock);
    entry = *find(ctx);
    pthread_mutex_unlock(&lock);
    return entry ? &entry->hooks : NULL;
}

const libxl_version_info *xls_ctx_version(libxl_ctx *ctx)
{
    const libxl_version_info *version;
    struct entry *entry;

    pthread_mutex_lock(&lock);
    entry = *find(ctx);
    version = entry ? entry->version : NULL;
    pthread_mutex_unlock(&lock);
    return version;
}

static void free_version(libxl_version_info *version)
{
    if (version)
        libxl_version_info_dispose(version);
    free(version);
}

const libxl_version_info *xls_ctx_keep_version(libxl_ctx *ctx, libxl_version_info *version)
{
    libxl_version_info *kept = NULL;
    struct entry *entry;

    pthread_mutex_lock(&lock);
    entry = *find(ctx);
    if (entry) {
        kept = entry->version ? entry->version : version;
        entry->version = kept;
    }
    pthread_mutex_unlock(&lock);
    if (kept != version)
        free_version(version);
    return kept;
}

void xls_ctx_add_call(libxl_ctx *ctx, struct xls_call *call)
{
    /* User-chosen event numbers must not be taken for ours. */
    static uint64_t last_id = UINT64_C(0x786c730000000000); /* "xls" */
    struct entry *entry;

    pthread_mutex_lock(&lock);
    call->id = ++last_id;
    entry = *find(ctx);
    if (entry) {
        call->next = entry->calls;
        entry->calls = call;
    }
    pthread_mutex_unlock(&lock);
}

static struct xls_call **find_call(libxl_ctx *ctx, uint64_t id)
{
    static struct xls_call *none;
    struct entry *entry = *find(ctx);
    struct xls_call **place = entry ? &entry->calls : &none;

    while (*place && (*place)->id != id)
        place = &(*place)->next;
    return place;
}

struct xls_call *xls_ctx_find_call(libxl_ctx *ctx, uint64_t id)
{
    struct xls_call *call;

    pthread_mutex_lock(&lock);
    call = *find_call(ctx, id);
    pthread_mutex_unlock(&lock);
    return call;
}

struct xls_call *xls_ctx_take_call(libxl_ctx *ctx, uint64_t id)
{
    struct xls_call **place, *call;

    pthread_mutex_lock(&lock);
    place = find_call(ctx, id);
    call = *place;
    if (call)
        *place = call->next;
    pthread_mutex_unlock(&lock);
    return call;
}

/* libxl compares the content of a how, too. */
static bool equal(const libxl_asyncop_how *a, const libxl_asyncop_how *b)
{
    if (a->callback != b->callback)
        return false;
    return a->callback ? a->u.for_callback == b->u.for_callback : a->u.for_event == b->u.for_event;
}

bool xls_ctx_find_how(libxl_ctx *ctx, const libxl_asyncop_how *how, libxl_asyncop_how *real)
{
    struct xls_call *call = NULL;
    struct entry *entry;

    pthread_mutex_lock(&lock);
    entry = *find(ctx);
    if (entry)
        call = entry->calls;
    while (call && !(call->asynchronous && equal(&call->how, how)))
        call = call->next;
    if (call)
        *real = call->real_how;
    pthread_mutex_unlock(&lock);
    return call;
}

int libxl_ctx_alloc(libxl_ctx **pctx, int version, unsigned flags, xentoollog_logger *lg)
{
    struct entry *entry;
    int rc;

    *pctx = NULL;
    rc = xls_runtime_open(lg);
    if (rc)
        return rc;
    entry = calloc(1, sizeof(*entry));
    if (!entry) {
        xls_log_to(lg, XTL_ERROR, "libxl_ctx_alloc: out of memory");
        return ERROR_NOMEM;
    }
    rc = XLS_REAL(libxl_ctx_alloc)(pctx, version, flags, lg);
    if (rc) {
        free(entry);
        return rc;
    }
    entry->ctx = entry->hooks.ctx = *pctx;
    entry->logger = lg;
    pthread_mutex_lock(&lock);
    entry->next = entries;
    entries = entry;
    pthread_mutex_unlock(&lock);
    return 0;
}

/* libxl may still deliver while it frees the ctx, so the entry goes after it. The address may be
 * another ctx's by then: take out this entry, not whatever has the address. */
int libxl_ctx_free(libxl_ctx *ctx)
{
    struct entry *entry, **place;
    int rc;

    if (!ctx)
        return 0;
    pthread_mutex_lock(&lock);
    entry = *find(ctx);
    pthread_mutex_unlock(&lock);
    rc = XLS_REAL(libxl_ctx_free)(ctx);
    if (!entry)
        return rc;
    pthread_mutex_lock(&lock);
    for (place = &entries; *place != entry; place = &(*place)->next)
        ;
    *place = entry->next;
    pthread_mutex_unlock(&lock);
    while (entry->calls) {
        struct xls_call *call = entry->calls;

        /* Its event was never fetched, but what it wrote is there, and the old may be freed. */
        entry->calls = call->next;
        xls_call_complete(call, 0);
    }
    free_version(entry->version);
    free(entry);
    return rc;
}

int libxl_ao_abort(libxl_ctx *ctx, const libxl_asyncop_how *how)
{
    libxl_asyncop_how real;

    if (!xls_ctx_find_how(ctx, how, &real))
        real = *how;
    return XLS_REAL(libxl_ao_abort)(ctx, &real);
}
