/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host: 16 CPUs, 2 NUMA nodes, 64 GiB, and a console of the hypervisor with two lines. */

#include <stdlib.h>

#include "sim.h"

int sim_libxl_get_max_cpus(libxl_ctx *ctx)
{
    return SIM_CPUS;
}

int sim_libxl_get_online_cpus(libxl_ctx *ctx)
{
    return SIM_CPUS;
}

int sim_libxl_get_max_nodes(libxl_ctx *ctx)
{
    return SIM_NODES;
}

int sim_libxl_get_physinfo(libxl_ctx *ctx, libxl_physinfo *physinfo)
{
    unsigned type = TYPE(physinfo);
    /* The CPUID words of an Intel CPU of 2008, as libxl has them: leaf 1 edx and ecx, then leaf
     * 0x80000001 edx and ecx. */
    static const uint32_t words[8] = { 0x078bfbff, 0x00982201, 0x20100800, 0x00000001 };
    uint64_t memkb;

    libxl_get_free_memory(ctx, &memkb);
    xls_object_init(&sim_layout, type, physinfo);
    memcpy(sim_at(type, physinfo, "hw_cap", NULL), words, sizeof(words));
    sim_set_number(type, physinfo, "threads_per_core", 2);
    sim_set_number(type, physinfo, "cores_per_socket", 4);
    sim_set_number(type, physinfo, "max_cpu_id", SIM_CPUS - 1);
    sim_set_number(type, physinfo, "nr_cpus", SIM_CPUS);
    sim_set_number(type, physinfo, "cpu_khz", 2400000);
    sim_set_number(type, physinfo, "total_pages", SIM_TOTAL_KB / 4);
    sim_set_number(type, physinfo, "free_pages", memkb / 4);
    sim_set_number(type, physinfo, "max_possible_mfn", SIM_TOTAL_KB / 4 - 1);
    sim_set_number(type, physinfo, "nr_nodes", SIM_NODES);
    sim_set_number(type, physinfo, "cap_hvm", 1);
    sim_set_number(type, physinfo, "cap_pv", 1);
    sim_set_number(type, physinfo, "cap_hvm_directio", 1);
    sim_set_number(type, physinfo, "cap_hap", 1);
    sim_set_number(type, physinfo, "cap_shadow", 1);
    sim_set_number(type, physinfo, "cap_gnttab_v1", 1);
    sim_set_number(type, physinfo, "cap_gnttab_v2", 1);
    return 0;
}

const libxl_version_info *sim_libxl_get_version_info(libxl_ctx *ctx)
{
    unsigned type = TYPE(version_info);

    sim_lock();
    if (!ctx->version) {
        ctx->version = sim_new(type);
        sim_set_number(type, ctx->version, "xen_version_major", 4);
        sim_set_number(type, ctx->version, "xen_version_minor", sim_minor);
        sim_set_text(type, ctx->version, "xen_version_extra", ".0-simulated");
        sim_set_text(type, ctx->version, "compiler", "none");
        sim_set_text(type, ctx->version, "compile_by", "nobody");
        sim_set_text(type, ctx->version, "compile_domain", "");
        sim_set_text(type, ctx->version, "compile_date", "");
        sim_set_text(type, ctx->version, "capabilities",
                     "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ");
        sim_set_text(type, ctx->version, "changeset", "");
        sim_set_number(type, ctx->version, "virt_start", -(INT64_C(1) << 47));
        sim_set_number(type, ctx->version, "pagesize", 4096);
        sim_set_text(type, ctx->version, "commandline", "");
        sim_set_text(type, ctx->version, "build_id", "");
    }
    sim_unlock();
    return ctx->version;
}

libxl_cputopology *sim_libxl_get_cpu_topology(libxl_ctx *ctx, int *nb_cpu_out)
{
    unsigned type = TYPE(cputopology);
    size_t size = xls_size(&sim_layout, type);
    char *cpus = calloc(SIM_CPUS, size);

    *nb_cpu_out = cpus ? SIM_CPUS : 0;
    for (int i = 0; cpus && i < SIM_CPUS; i++) {
        sim_set_number(type, cpus + i * size, "core", i / 2 % 4);
        sim_set_number(type, cpus + i * size, "socket", i / 8);
        sim_set_number(type, cpus + i * size, "node", i / 8);
    }
    return (void *)cpus;
}

libxl_numainfo *sim_libxl_get_numainfo(libxl_ctx *ctx, int *nr)
{
    unsigned type = TYPE(numainfo);
    size_t size = xls_size(&sim_layout, type);
    char *nodes = calloc(SIM_NODES, size);
    uint64_t memkb;

    libxl_get_free_memory(ctx, &memkb);
    *nr = nodes ? SIM_NODES : 0;
    for (int i = 0; nodes && i < SIM_NODES; i++) {
        void *node = nodes + i * size;

        xls_object_init(&sim_layout, type, node);
        sim_set_number(type, node, "size", SIM_TOTAL_KB * 1024 / SIM_NODES);
        sim_set_number(type, node, "free", memkb * 1024 / SIM_NODES);
        for (int other = 0; other < SIM_NODES; other++)
            *(uint32_t *)sim_append(type, node, "dists", "num_dists") = other == i ? 10 : 21;
    }
    return (void *)nodes;
}

libxl_pcitopology *sim_libxl_get_pci_topology(libxl_ctx *ctx, int *num_devs)
{
    unsigned type = TYPE(pcitopology);
    char *device = calloc(1, xls_size(&sim_layout, type));

    *num_devs = device ? 1 : 0;
    if (device)
        sim_set_number(type, device, "devfn", 1 << 3);
    return (void *)device;
}

/* Sets of CPUs, nodes and sockets */

static int allocate(libxl_ctx *ctx, libxl_bitmap *map, int wanted, int all)
{
    return wanted < 0 ? ERROR_INVAL : libxl_bitmap_alloc(ctx, map, wanted ? wanted : all);
}

int sim_libxl_cpu_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *cpumap, int max_cpus)
{
    return allocate(ctx, cpumap, max_cpus, SIM_CPUS);
}

int sim_libxl_node_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *nodemap, int max_nodes)
{
    return allocate(ctx, nodemap, max_nodes, SIM_NODES);
}

int sim_libxl_socket_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *socketmap, int max_sockets)
{
    return allocate(ctx, socketmap, max_sockets, SIM_NODES);
}

int sim_libxl_get_online_socketmap(libxl_ctx *ctx, libxl_bitmap *socketmap)
{
    for (int i = 0; i < SIM_NODES; i++)
        libxl_bitmap_set(socketmap, i);
    return 0;
}

int sim_libxl_nodemap_to_cpumap(libxl_ctx *ctx, const libxl_bitmap *nodemap, libxl_bitmap *cpumap)
{
    libxl_bitmap_set_none(cpumap);
    for (int i = 0; i < SIM_CPUS; i++) {
        if (libxl_bitmap_test(nodemap, i / 8))
            libxl_bitmap_set(cpumap, i);
    }
    return 0;
}

int sim_libxl_node_to_cpumap(libxl_ctx *ctx, int node, libxl_bitmap *cpumap)
{
    if (node < 0 || node >= SIM_NODES)
        return ERROR_INVAL;
    libxl_bitmap_set_none(cpumap);
    for (int i = 0; i < SIM_CPUS / SIM_NODES; i++)
        libxl_bitmap_set(cpumap, node * SIM_CPUS / SIM_NODES + i);
    return 0;
}

int sim_libxl_cpumap_to_nodemap(libxl_ctx *ctx, const libxl_bitmap *cpumap, libxl_bitmap *nodemap)
{
    libxl_bitmap_set_none(nodemap);
    for (int i = 0; i < SIM_CPUS; i++) {
        if (libxl_bitmap_test(cpumap, i))
            libxl_bitmap_set(nodemap, i / 8);
    }
    return 0;
}

/* Consoles: a guest's is a terminal that nobody has opened. */

int sim_libxl_console_get_tty(libxl_ctx *ctx, uint32_t domid, int cons_num, libxl_console_type type,
                              char **path)
{
    *path = NULL;
    if (libxl_domain_info(ctx, NULL, domid))
        return ERROR_DOMAIN_NOTFOUND;
    return asprintf(path, "/dev/pts/simulated-%u-%d", domid, cons_num) < 0 ? ERROR_NOMEM : 0;
}

int sim_libxl_primary_console_get_tty(libxl_ctx *ctx, uint32_t domid_vm, char **path)
{
    return libxl_console_get_tty(ctx, domid_vm, 0, LIBXL_CONSOLE_TYPE_PV, path);
}

struct libxl__xen_console_reader {
    int line;
};

libxl_xen_console_reader *sim_libxl_xen_console_read_start(libxl_ctx *ctx, int clear)
{
    return calloc(1, sizeof(libxl_xen_console_reader));
}

/* 1 for a line, which stays the reader's, 0 at the end. */
int sim_libxl_xen_console_read_line(libxl_ctx *ctx, libxl_xen_console_reader *cr, char **buff)
{
    static char first[] = "(XEN) This is a simulated hypervisor.\n",
                second[] = "(XEN) Dom0 runs.\n";

    if (cr->line >= 2)
        return 0;
    *buff = cr->line++ ? second : first;
    return 1;
}

void sim_libxl_xen_console_read_finish(libxl_ctx *ctx, libxl_xen_console_reader *cr)
{
    free(cr);
}

int sim_libxl_send_debug_keys(libxl_ctx *ctx, char *keys)
{
    return 0;
}

int sim_libxl_set_parameters(libxl_ctx *ctx, char *params)
{
    return 0;
}

/* XSM is off. */
int sim_libxl_flask_getenforce(libxl_ctx *ctx)
{
    return 0;
}
