/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory of guests and of the host. */

#include "sim.h"

int sim_libxl_domain_setmaxmem(libxl_ctx *ctx, uint32_t domid, uint64_t target_memkb)
{
    struct sim_domain *domain;
    int rc = ERROR_DOMAIN_NOTFOUND;

    sim_lock();
    domain = sim_find(domid);
    if (domain && target_memkb < domain->target_kb) {
        sim_log(ctx, XTL_ERROR, "%llu KiB is less than domain %u has: %llu KiB",
                (unsigned long long)target_memkb, domid, (unsigned long long)domain->target_kb);
        rc = ERROR_INVAL;
    } else if (domain) {
        domain->max_kb = target_memkb;
        rc = 0;
    }
    sim_unlock();
    return rc;
}

int sim_libxl_set_memory_target(libxl_ctx *ctx, uint32_t domid, int64_t target_memkb, int relative,
                                int enforce)
{
    struct sim_domain *domain;
    int rc = 0;

    sim_lock();
    domain = sim_find(domid);
    if (domain && relative)
        target_memkb += domain->target_kb;
    if (!domain) {
        rc = ERROR_DOMAIN_NOTFOUND;
    } else if (target_memkb <= 0 || (domid && (uint64_t)target_memkb > domain->max_kb)) {
        sim_log(ctx, XTL_ERROR, "%lld KiB: domain %u may have %llu KiB", (long long)target_memkb,
                domid, (unsigned long long)domain->max_kb);
        rc = ERROR_INVAL;
    } else if (target_memkb > (int64_t)(SIM_TOTAL_KB - sim_used_kb() + domain->target_kb)) {
        rc = ERROR_NOMEM;
    } else {
        domain->target_kb = target_memkb; /* the guest's balloon is quick */
    }
    sim_unlock();
    return rc;
}

int sim_libxl_get_memory_target(libxl_ctx *ctx, uint32_t domid, uint64_t *out_target)
{
    const struct sim_domain *domain;

    sim_lock();
    domain = sim_find(domid);
    if (domain)
        *out_target = domain->target_kb;
    sim_unlock();
    return domain ? 0 : ERROR_DOMAIN_NOTFOUND;
}

int sim_libxl_get_memory_target_0x040700(libxl_ctx *ctx, uint32_t domid, uint32_t *out_target)
{
    uint64_t target;
    int rc = libxl_get_memory_target(ctx, domid, &target);

    if (!rc)
        *out_target = target;
    return rc;
}

int sim_libxl_get_free_memory(libxl_ctx *ctx, uint64_t *memkb)
{
    sim_lock();
    *memkb = SIM_TOTAL_KB - sim_used_kb();
    sim_unlock();
    return 0;
}

int sim_libxl_get_free_memory_0x040700(libxl_ctx *ctx, uint32_t *memkb)
{
    uint64_t all;
    int rc = libxl_get_free_memory(ctx, &all);

    *memkb = all;
    return rc;
}

int sim_libxl_wait_for_free_memory(libxl_ctx *ctx, uint32_t domid, uint64_t memory_kb,
                                   int wait_secs)
{
    uint64_t memkb;
    int rc = libxl_get_free_memory(ctx, &memkb);

    return rc ? rc : memkb >= memory_kb ? 0 : ERROR_NOMEM;
}

int sim_libxl_wait_for_memory_target(libxl_ctx *ctx, uint32_t domid, int wait_secs)
{
    uint64_t target;

    return libxl_get_memory_target(ctx, domid, &target);
}

/* What it is given, and a little for Xen's own use. */
static uint64_t needed(unsigned type, const void *build_info)
{
    int64_t target = sim_number(type, build_info, "target_memkb");
    int64_t most = sim_number(type, build_info, "max_memkb");

    if (target == SIM_MEMKB_DEFAULT)
        target = most == SIM_MEMKB_DEFAULT ? 32 * 1024 : most;
    return target + 2048;
}

int sim_libxl_domain_need_memory(libxl_ctx *ctx, libxl_domain_config *config,
                                 uint32_t domid_for_logging, uint64_t *need_memkb)
{
    *need_memkb = needed(TYPE(domain_build_info), sim_at(CONFIG, config, "b_info", NULL));
    return 0;
}

int sim_libxl_domain_need_memory_0x041200(libxl_ctx *ctx, const libxl_domain_build_info *b_info_in,
                                          uint64_t *need_memkb)
{
    *need_memkb = needed(TYPE(domain_build_info), b_info_in);
    return 0;
}

int sim_libxl_domain_need_memory_0x040700(libxl_ctx *ctx, const libxl_domain_build_info *b_info_in,
                                          uint32_t *need_memkb)
{
    *need_memkb = needed(TYPE(domain_build_info), b_info_in);
    return 0;
}

unsigned long sim_libxl_get_required_shadow_memory(unsigned long maxmem_kb, unsigned int smp_cpus)
{
    /* A page for each vCPU and each MiB, and as much again. */
    return 4 * (256 * smp_cpus + 2 * (maxmem_kb / 1024));
}
