/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPU pools, and the parameters of their schedulers. */

#include <stdlib.h>

#include "sim.h"

static struct sim_pool *find(uint32_t poolid)
{
    for (int i = 0; i < SIM_POOLS; i++) {
        if (sim_state->pool[i].used && sim_state->pool[i].id == poolid)
            return &sim_state->pool[i];
    }
    return NULL;
}

static uint16_t free_cpus(void)
{
    uint16_t cpus = SIM_ALL_CPUS;

    for (int i = 0; i < SIM_POOLS; i++)
        cpus &= sim_state->pool[i].used ? ~sim_state->pool[i].cpus : SIM_ALL_CPUS;
    return cpus;
}

static int domains_in(uint32_t poolid)
{
    int count = 0;

    for (int i = 0; i < SIM_DOMAINS; i++)
        count += sim_state->domain[i].used && sim_state->domain[i].pool == poolid;
    return count;
}

static void fill(void *info, const struct sim_pool *pool)
{
    unsigned type = TYPE(cpupoolinfo);

    xls_object_init(&sim_layout, type, info);
    sim_set_number(type, info, "poolid", pool->id);
    sim_set_text(type, info, "pool_name", pool->name);
    sim_set_number(type, info, "sched", pool->sched);
    sim_set_number(type, info, "n_dom", domains_in(pool->id));
    sim_bitmap(type, info, "cpumap", pool->cpus, SIM_CPUS);
}

libxl_cpupoolinfo *sim_libxl_list_cpupool(libxl_ctx *ctx, int *nb_pool_out)
{
    size_t size = xls_size(&sim_layout, TYPE(cpupoolinfo));
    char *infos = calloc(SIM_POOLS, size);
    int count = 0;

    sim_lock();
    for (int i = 0; infos && i < SIM_POOLS; i++) {
        if (sim_state->pool[i].used)
            fill(infos + count++ * size, &sim_state->pool[i]);
    }
    sim_unlock();
    *nb_pool_out = count;
    return (void *)infos;
}

int sim_libxl_cpupool_info(libxl_ctx *ctx, libxl_cpupoolinfo *info, uint32_t poolid)
{
    const struct sim_pool *pool;

    sim_lock();
    pool = find(poolid);
    if (pool)
        fill(info, pool);
    sim_unlock();
    return pool ? 0 : ERROR_FAIL;
}

int sim_libxl_cpupool_create(libxl_ctx *ctx, const char *name, libxl_scheduler sched,
                             libxl_bitmap cpumap, libxl_uuid *uuid, uint32_t *poolid)
{
    uint16_t cpus = sim_bits(&cpumap, 0);
    struct sim_pool *pool = NULL;
    uint32_t other;
    int rc = 0;

    sim_lock();
    for (int i = 0; i < SIM_POOLS && !pool; i++)
        pool = sim_state->pool[i].used ? NULL : &sim_state->pool[i];
    if (!pool)
        rc = ERROR_NOMEM;
    else if (!libxl_name_to_cpupoolid(ctx, name, &other) || cpus & ~free_cpus())
        rc = ERROR_FAIL;
    if (!rc) {
        memset(pool, 0, sizeof(*pool));
        pool->used = true;
        pool->id = pool - sim_state->pool;
        snprintf(pool->name, sizeof(pool->name), "%s", name);
        pool->sched = sched;
        pool->cpus = cpus;
        pool->tslice = 30;
        pool->ratelimit = 1000;
        *poolid = pool->id;
    }
    sim_unlock();
    if (rc)
        sim_log(ctx, XTL_ERROR,
                "CPU pool %s cannot be made: the name or a CPU is in use, or there "
                "are %d pools",
                name, SIM_POOLS);
    return rc;
}

int sim_libxl_cpupool_destroy(libxl_ctx *ctx, uint32_t poolid)
{
    struct sim_pool *pool;
    int rc = 0;

    sim_lock();
    pool = find(poolid);
    if (!pool || !poolid || domains_in(poolid))
        rc = ERROR_FAIL;
    else
        memset(pool, 0, sizeof(*pool));
    sim_unlock();
    return rc;
}

int sim_libxl_cpupool_rename(libxl_ctx *ctx, const char *name, uint32_t poolid)
{
    struct sim_pool *pool;

    sim_lock();
    pool = find(poolid);
    if (pool)
        snprintf(pool->name, sizeof(pool->name), "%s", name);
    sim_unlock();
    return pool ? 0 : ERROR_INVAL;
}

int sim_libxl_cpupool_movedomain(libxl_ctx *ctx, uint32_t poolid, uint32_t domid)
{
    struct sim_domain *domain;
    const struct sim_pool *pool;
    int rc = 0;

    sim_lock();
    domain = sim_find(domid);
    pool = find(poolid);
    if (!domain || !pool || !pool->cpus)
        rc = ERROR_FAIL;
    else
        domain->pool = poolid;
    sim_unlock();
    return rc;
}

/* CPUs come from those in no pool, and go back there; the number of those that did. */
static int move_cpus(uint32_t poolid, uint16_t cpus, bool add, int *count)
{
    struct sim_pool *pool;
    uint16_t moved;
    int rc = 0;

    sim_lock();
    pool = find(poolid);
    moved = !pool ? 0 : add ? cpus & free_cpus() : cpus & pool->cpus;
    if (!pool || (!count && moved != cpus) || (!add && pool->cpus == moved && domains_in(poolid)))
        rc = ERROR_FAIL;
    else
        pool->cpus = add ? pool->cpus | moved : pool->cpus & ~moved;
    sim_unlock();
    if (count)
        *count = rc ? 0 : __builtin_popcount(moved);
    return rc;
}

static uint16_t cpus_of(int node)
{
    return node < 0 || node >= SIM_NODES ? 0 : 0xff << node * 8;
}

static uint16_t one_cpu(int cpu)
{
    return cpu < 0 || cpu >= SIM_CPUS ? 0 : 1 << cpu;
}

int sim_libxl_cpupool_cpuadd(libxl_ctx *ctx, uint32_t poolid, int cpu)
{
    return one_cpu(cpu) ? move_cpus(poolid, one_cpu(cpu), true, NULL) : ERROR_FAIL;
}

int sim_libxl_cpupool_cpuremove(libxl_ctx *ctx, uint32_t poolid, int cpu)
{
    return one_cpu(cpu) ? move_cpus(poolid, one_cpu(cpu), false, NULL) : ERROR_FAIL;
}

int sim_libxl_cpupool_cpuadd_cpumap(libxl_ctx *ctx, uint32_t poolid, const libxl_bitmap *cpumap)
{
    return move_cpus(poolid, sim_bits(cpumap, 0), true, NULL);
}

int sim_libxl_cpupool_cpuremove_cpumap(libxl_ctx *ctx, uint32_t poolid, const libxl_bitmap *cpumap)
{
    return move_cpus(poolid, sim_bits(cpumap, 0), false, NULL);
}

int sim_libxl_cpupool_cpuadd_node(libxl_ctx *ctx, uint32_t poolid, int node, int *cpus)
{
    return move_cpus(poolid, cpus_of(node), true, cpus);
}

int sim_libxl_cpupool_cpuremove_node(libxl_ctx *ctx, uint32_t poolid, int node, int *cpus)
{
    return move_cpus(poolid, cpus_of(node), false, cpus);
}

int sim_libxl_get_freecpus(libxl_ctx *ctx, libxl_bitmap *cpumap)
{
    int rc = libxl_bitmap_alloc(ctx, cpumap, SIM_CPUS);

    if (rc)
        return rc;
    sim_lock();
    for (int i = 0; i < SIM_CPUS; i++) {
        if (free_cpus() >> i & 1)
            libxl_bitmap_set(cpumap, i);
    }
    sim_unlock();
    return 0;
}

/* Names */

int sim_libxl_cpupoolid_is_valid(libxl_ctx *ctx, uint32_t poolid)
{
    bool valid;

    sim_lock();
    valid = find(poolid);
    sim_unlock();
    return valid;
}

char *sim_libxl_cpupoolid_to_name(libxl_ctx *ctx, uint32_t poolid)
{
    const struct sim_pool *pool;
    char *name;

    sim_lock();
    pool = find(poolid);
    name = pool ? strdup(pool->name) : NULL;
    sim_unlock();
    return name;
}

int sim_libxl_name_to_cpupoolid(libxl_ctx *ctx, const char *name, uint32_t *poolid)
{
    int rc = ERROR_INVAL;

    sim_lock();
    for (int i = 0; i < SIM_POOLS && rc; i++) {
        if (sim_state->pool[i].used && strcmp(sim_state->pool[i].name, name) == 0) {
            *poolid = sim_state->pool[i].id;
            rc = 0;
        }
    }
    sim_unlock();
    return rc;
}

int sim_libxl_cpupool_qualifier_to_cpupoolid(libxl_ctx *ctx, const char *p, uint32_t *poolid_r,
                                             int *was_name_r)
{
    char *end;
    unsigned long number = strtoul(p, &end, 10);
    bool name = !*p || *end;

    if (was_name_r)
        *was_name_r = name;
    if (name)
        return libxl_name_to_cpupoolid(ctx, p, poolid_r);
    *poolid_r = number;
    return libxl_cpupoolid_is_valid(ctx, number) ? 0 : ERROR_INVAL;
}

/* Schedulers */

static int tune(uint32_t poolid, int sched, unsigned type, void *info, bool set)
{
    static const struct {
        const char *name;
        size_t place;
    } fields[] = { { "tslice_ms", offsetof(struct sim_pool, tslice) },
                   { "ratelimit_us", offsetof(struct sim_pool, ratelimit) },
                   { "vcpu_migr_delay_us", offsetof(struct sim_pool, delay) } };
    struct sim_pool *pool;
    int rc = 0;

    sim_lock();
    pool = find(poolid);
    if (!pool || pool->sched != sched)
        rc = ERROR_FAIL;
    for (size_t i = 0; !rc && i < sizeof(fields) / sizeof(fields[0]); i++) {
        int *value = (int *)((char *)pool + fields[i].place);

        if (!sim_has(type, fields[i].name))
            continue;
        if (set && sim_number(type, info, fields[i].name) < 0)
            rc = ERROR_INVAL;
        else if (set)
            *value = sim_number(type, info, fields[i].name);
        else
            sim_set_number(type, info, fields[i].name, *value);
    }
    sim_unlock();
    return rc;
}

int sim_libxl_sched_credit_params_get(libxl_ctx *ctx, uint32_t poolid,
                                      libxl_sched_credit_params *scinfo)
{
    return tune(poolid, LIBXL_SCHEDULER_CREDIT, TYPE(sched_credit_params), scinfo, false);
}

int sim_libxl_sched_credit_params_set(libxl_ctx *ctx, uint32_t poolid,
                                      libxl_sched_credit_params *scinfo)
{
    return tune(poolid, LIBXL_SCHEDULER_CREDIT, TYPE(sched_credit_params), scinfo, true);
}

int sim_libxl_sched_credit2_params_get(libxl_ctx *ctx, uint32_t poolid,
                                       libxl_sched_credit2_params *scinfo)
{
    return tune(poolid, LIBXL_SCHEDULER_CREDIT2, TYPE(sched_credit2_params), scinfo, false);
}

int sim_libxl_sched_credit2_params_set(libxl_ctx *ctx, uint32_t poolid,
                                       libxl_sched_credit2_params *scinfo)
{
    return tune(poolid, LIBXL_SCHEDULER_CREDIT2, TYPE(sched_credit2_params), scinfo, true);
}

int sim_libxl_get_scheduler(libxl_ctx *ctx)
{
    return LIBXL_SCHEDULER_CREDIT2;
}
