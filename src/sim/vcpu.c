/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vCPUs of guests: online or not, their affinity, and scheduling parameters. */

#include <stdlib.h>

#include "sim.h"

libxl_vcpuinfo *sim_libxl_list_vcpu(libxl_ctx *ctx, uint32_t domid, int *nb_vcpu, int *nr_cpus_out)
{
    unsigned type = TYPE(vcpuinfo);
    size_t size = xls_size(&sim_layout, type);
    const struct sim_domain *domain;
    char *infos = NULL;

    sim_lock();
    domain = sim_find(domid);
    if (domain)
        infos = calloc(domain->vcpus, size);
    for (uint32_t i = 0; infos && i < domain->vcpus; i++) {
        char *info = infos + i * size;
        bool online = domain->online >> i & 1;

        xls_object_init(&sim_layout, type, info);
        sim_set_number(type, info, "vcpuid", i);
        sim_set_number(type, info, "cpu", i % SIM_CPUS);
        sim_set_number(type, info, "online", online);
        sim_set_number(type, info, "blocked", online && domid);
        sim_set_number(type, info, "running", online && !domid);
        sim_set_number(type, info, "vcpu_time", (i + 1) * UINT64_C(1000000));
        sim_bitmap(type, info, "cpumap", domain->hard[i], SIM_CPUS);
        sim_bitmap(type, info, "cpumap_soft", domain->soft[i], SIM_CPUS);
    }
    *nb_vcpu = infos ? domain->vcpus : 0;
    *nr_cpus_out = SIM_CPUS;
    sim_unlock();
    return (void *)infos;
}

static int set_online(struct sim_operation *operation)
{
    struct sim_domain *domain = sim_find(operation->domid);
    uint64_t online = sim_bits(operation->object, 0), possible;

    if (!domain)
        return ERROR_DOMAIN_NOTFOUND;
    possible = domain->vcpus >= 64 ? UINT64_MAX : (UINT64_C(1) << domain->vcpus) - 1;
    if (!online || online & ~possible) {
        sim_log(operation->ctx, XTL_ERROR, "libxl_set_vcpuonline: domain %u has vCPUs 0 to %u",
                operation->domid, domain->vcpus - 1);
        return ERROR_INVAL;
    }
    domain->online = online;
    return 0;
}

int sim_libxl_set_vcpuonline(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *cpumap,
                             const libxl_asyncop_how *ao_how)
{
    struct sim_operation operation = { .ctx = ctx,
                                       .function = "libxl_set_vcpuonline",
                                       .work = set_online,
                                       .domid = domid,
                                       .object = cpumap };

    return sim_operate(&operation, ao_how);
}

/* NULL leaves an affinity as it is. The first of the vCPUs, and how many. */
static int set_affinity(uint32_t domid, uint32_t first, uint32_t count, const libxl_bitmap *hard,
                        const libxl_bitmap *soft)
{
    uint16_t hard_bits = sim_bits(hard, SIM_ALL_CPUS), soft_bits = sim_bits(soft, SIM_ALL_CPUS);
    struct sim_domain *domain;
    int rc = ERROR_DOMAIN_NOTFOUND;

    sim_lock();
    domain = sim_find(domid);
    if (domain && (first + count > domain->vcpus || (hard && !hard_bits) || (soft && !soft_bits)))
        rc = ERROR_INVAL;
    else if (domain)
        rc = 0;
    for (uint32_t i = first; !rc && i < first + count; i++) {
        domain->hard[i] = hard ? hard_bits : domain->hard[i];
        domain->soft[i] = soft ? soft_bits : domain->soft[i];
    }
    sim_unlock();
    return rc;
}

int sim_libxl_set_vcpuaffinity(libxl_ctx *ctx, uint32_t domid, uint32_t vcpuid,
                               const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft)
{
    return set_affinity(domid, vcpuid, 1, cpumap_hard, cpumap_soft);
}

int sim_libxl_set_vcpuaffinity_force(libxl_ctx *ctx, uint32_t domid, uint32_t vcpuid,
                                     const libxl_bitmap *cpumap_hard,
                                     const libxl_bitmap *cpumap_soft)
{
    return set_affinity(domid, vcpuid, 1, cpumap_hard, cpumap_soft);
}

int sim_libxl_set_vcpuaffinity_all(libxl_ctx *ctx, uint32_t domid, unsigned int max_vcpus,
                                   const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft)
{
    return set_affinity(domid, 0, max_vcpus, cpumap_hard, cpumap_soft);
}

int sim_libxl_domain_get_nodeaffinity(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *nodemap)
{
    const struct sim_domain *domain;

    sim_lock();
    domain = sim_find(domid);
    for (int i = 0; domain && i < SIM_NODES; i++) {
        if (domain->nodes >> i & 1)
            libxl_bitmap_set(nodemap, i);
        else
            libxl_bitmap_reset(nodemap, i);
    }
    sim_unlock();
    return domain ? 0 : ERROR_DOMAIN_NOTFOUND;
}

int sim_libxl_domain_set_nodeaffinity(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *nodemap)
{
    struct sim_domain *domain;

    sim_lock();
    domain = sim_find(domid);
    if (domain)
        domain->nodes = sim_bits(nodemap, 3);
    sim_unlock();
    return domain ? 0 : ERROR_DOMAIN_NOTFOUND;
}

/* Scheduling: every pool has credit2, with a weight and a cap. */

static const struct {
    const char *name;
    size_t place;
    int most;
} parameters[] = { { "weight", offsetof(struct sim_sched, weight), 65535 },
                   { "cap", offsetof(struct sim_sched, cap), 100 * SIM_VCPUS } };

static int *parameter(struct sim_sched *sched, size_t i)
{
    return (int *)((char *)sched + parameters[i].place);
}

int sim_libxl_domain_sched_params_get(libxl_ctx *ctx, uint32_t domid,
                                      libxl_domain_sched_params *params)
{
    unsigned type = TYPE(domain_sched_params);
    struct sim_domain *domain;

    xls_object_init(&sim_layout, type, params);
    sim_lock();
    domain = sim_find(domid);
    if (domain)
        sim_set_number(type, params, "sched", LIBXL_SCHEDULER_CREDIT2);
    for (size_t i = 0; domain && i < sizeof(parameters) / sizeof(parameters[0]); i++)
        sim_set_number(type, params, parameters[i].name, *parameter(&domain->sched, i));
    sim_unlock();
    return domain ? 0 : ERROR_INVAL;
}

int sim_libxl_domain_sched_params_set(libxl_ctx *ctx, uint32_t domid,
                                      const libxl_domain_sched_params *params)
{
    unsigned type = TYPE(domain_sched_params);
    int64_t sched = sim_number(type, params, "sched");
    struct sim_domain *domain;
    int rc = 0;

    sim_lock();
    domain = sim_find(domid);
    if (!domain || (sched != LIBXL_SCHEDULER_UNKNOWN && sched != LIBXL_SCHEDULER_CREDIT2))
        rc = ERROR_INVAL;
    for (size_t i = 0; !rc && i < sizeof(parameters) / sizeof(parameters[0]); i++) {
        int64_t value = sim_number(type, params, parameters[i].name);

        if (value == -1)
            continue;
        if (value < (i == 0) || value > parameters[i].most) {
            sim_log(ctx, XTL_ERROR, "%s %lld is out of range", parameters[i].name,
                    (long long)value);
            rc = ERROR_INVAL;
        } else {
            *parameter(&domain->sched, i) = value;
        }
    }
    sim_unlock();
    return rc;
}

/* Parameters of single vCPUs are for the RTDS scheduler, which no pool here has. */

int sim_libxl_vcpu_sched_params_get(libxl_ctx *ctx, uint32_t domid, libxl_vcpu_sched_params *params)
{
    return ERROR_INVAL;
}

int sim_libxl_vcpu_sched_params_get_all(libxl_ctx *ctx, uint32_t domid,
                                        libxl_vcpu_sched_params *params)
{
    return ERROR_INVAL;
}

int sim_libxl_vcpu_sched_params_set(libxl_ctx *ctx, uint32_t domid,
                                    const libxl_vcpu_sched_params *params)
{
    return ERROR_INVAL;
}

int sim_libxl_vcpu_sched_params_set_all(libxl_ctx *ctx, uint32_t domid,
                                        const libxl_vcpu_sched_params *params)
{
    return ERROR_INVAL;
}
