/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Consoles, QEMU's monitor, Xenstore's quotas; and what is left of transcendent memory. */

#include <stdlib.h>

#include "sim.h"

/* Consoles that replace the process: there is nothing to run. */

static int no_program(libxl_ctx *ctx, uint32_t domid, const char *what)
{
    bool there;

    sim_lock();
    there = sim_find(domid);
    sim_unlock();
    if (!there)
        return ERROR_DOMAIN_NOTFOUND;
    sim_log(ctx, XTL_ERROR, "domain %u: a simulation has no %s to run", domid, what);
    return ERROR_FAIL;
}

int sim_libxl_console_exec(libxl_ctx *ctx, uint32_t domid, int cons_num, libxl_console_type type,
                           int notify_fd, char *escape_character)
{
    return no_program(ctx, domid, "console client");
}

int sim_libxl_primary_console_exec(libxl_ctx *ctx, uint32_t domid_vm, int notify_fd,
                                   char *escape_character)
{
    return no_program(ctx, domid_vm, "console client");
}

int sim_libxl_vncviewer_exec(libxl_ctx *ctx, uint32_t domid, int autopass)
{
    return no_program(ctx, domid, "VNC viewer");
}

/* The terminal of a console is there all the time. */
static int exists(struct sim_operation *operation)
{
    return sim_find(operation->domid) ? 0 : ERROR_DOMAIN_NOTFOUND;
}

int sim_libxl_console_add_xenstore(libxl_ctx *ctx, uint32_t domid, uint32_t backend,
                                   unsigned int evtch, unsigned long gfn,
                                   const libxl_asyncop_how *ao_how)
{
    struct sim_operation operation = {
        .ctx = ctx,
        .function = "libxl_console_add_xenstore",
        .work = exists,
        .domid = domid,
    };

    return sim_operate(&operation, ao_how);
}

/* QEMU repeats what it is told. */
static int answer(struct sim_operation *operation)
{
    const struct sim_domain *domain = sim_find(operation->domid);
    char **output = operation->object;

    if (!domain)
        return ERROR_DOMAIN_NOTFOUND;
    if (domain->type != LIBXL_DOMAIN_TYPE_HVM) {
        sim_log(operation->ctx, XTL_ERROR, "domain %u: it has no QEMU", operation->domid);
        return ERROR_FAIL;
    }
    return asprintf(output, "simulated: %s", operation->text) < 0 ? ERROR_NOMEM : 0;
}

int sim_libxl_qemu_monitor_command(libxl_ctx *ctx, uint32_t domid, const char *command_line,
                                   char **output, const libxl_asyncop_how *ao_how)
{
    struct sim_operation operation = {
        .ctx = ctx,
        .function = "libxl_qemu_monitor_command",
        .work = answer,
        .domid = domid,
        .object = output,
        .text = command_line,
    };

    return sim_operate(&operation, ao_how);
}

/* Quotas of Xenstore, for all domains and for one */

static const char *const names[SIM_QUOTAS] = { "nodes", "node-size", "watches", "transactions",
                                               "outstanding" };

static int get(libxl_xs_quota_list *list, const uint32_t *quota)
{
    list->quota = calloc(SIM_QUOTAS, sizeof(*list->quota));
    if (!list->quota)
        return ERROR_NOMEM;
    list->num_quota = SIM_QUOTAS;
    for (int i = 0; i < SIM_QUOTAS; i++) {
        list->quota[i].val = quota[i];
        list->quota[i].name = strdup(names[i]);
        if (!list->quota[i].name) {
            xls_object_dispose(&sim_layout, TYPE(xs_quota_list), list);
            return ERROR_NOMEM;
        }
    }
    return 0;
}

/* As libxl: those before the first failure are set. */
static int set(libxl_ctx *ctx, const libxl_xs_quota_list *list, uint32_t *quota)
{
    for (int i = 0, k; i < list->num_quota; i++) {
        const char *name = list->quota[i].name ? list->quota[i].name : "";

        for (k = 0; k < SIM_QUOTAS && strcmp(names[k], name) != 0; k++)
            ;
        if (k == SIM_QUOTAS) {
            sim_log(ctx, XTL_ERROR, "Xenstore has no quota '%s'", name);
            return ERROR_FAIL;
        }
        quota[k] = list->quota[i].val;
    }
    return 0;
}

int sim_libxl_xs_quota_global_get(libxl_ctx *ctx, libxl_xs_quota_list *q_out)
{
    int rc;

    xls_object_init(&sim_layout, TYPE(xs_quota_list), q_out);
    sim_lock();
    rc = get(q_out, sim_state->quota);
    sim_unlock();
    return rc;
}

int sim_libxl_xs_quota_global_set(libxl_ctx *ctx, libxl_xs_quota_list *q)
{
    int rc;

    sim_lock();
    rc = set(ctx, q, sim_state->quota);
    sim_unlock();
    return rc;
}

int sim_libxl_xs_quota_domain_get(libxl_ctx *ctx, uint32_t domid, libxl_xs_quota_list *q_out)
{
    const struct sim_domain *domain;
    int rc = ERROR_DOMAIN_NOTFOUND;

    xls_object_init(&sim_layout, TYPE(xs_quota_list), q_out);
    sim_lock();
    domain = sim_find(domid);
    if (domain)
        rc = get(q_out, domain->quota_set ? domain->quota : sim_state->quota);
    sim_unlock();
    return rc;
}

int sim_libxl_xs_quota_domain_set(libxl_ctx *ctx, uint32_t domid, libxl_xs_quota_list *q)
{
    struct sim_domain *domain;
    int rc = ERROR_DOMAIN_NOTFOUND;

    sim_lock();
    domain = sim_find(domid);
    if (domain && !domain->quota_set) {
        memcpy(domain->quota, sim_state->quota, sizeof(domain->quota));
        domain->quota_set = true;
    }
    if (domain)
        rc = set(ctx, q, domain->quota);
    sim_unlock();
    return rc;
}

/* Xen has had no transcendent memory since 4.13, and libxl says so. */

char *sim_libxl_tmem_list(libxl_ctx *ctx, uint32_t domid, int use_long)
{
    return NULL;
}

int sim_libxl_tmem_freeze(libxl_ctx *ctx, uint32_t domid)
{
    return ERROR_FAIL;
}

int sim_libxl_tmem_thaw(libxl_ctx *ctx, uint32_t domid)
{
    return ERROR_FAIL;
}

int sim_libxl_tmem_set(libxl_ctx *ctx, uint32_t domid, char *name, uint32_t set)
{
    return ERROR_FAIL;
}

int sim_libxl_tmem_shared_auth(libxl_ctx *ctx, uint32_t domid, char *uuid, int auth)
{
    return ERROR_FAIL;
}

int sim_libxl_tmem_freeable(libxl_ctx *ctx)
{
    return ERROR_FAIL;
}

/* The host's CPUs cannot monitor their caches. */
int sim_libxl_psr_cmt_enabled(libxl_ctx *ctx)
{
    return 0;
}
