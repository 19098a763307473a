/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests are made: new, or from a stream that libxl_domain_suspend of a simulated Xen wrote. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

/* A saved guest: this, then the JSON of its configuration, then as many pages as pretend to be its
 * memory. */
struct stream {
    char magic[24];
    uint32_t minor;  /* of the release that wrote it */
    uint32_t length; /* of the JSON */
    uint64_t pages;
    uint64_t memory; /* a number that stands for what is in the memory */
};

#define MAGIC       "xlstable simulated guest"
#define PAGE        4096
#define FIRST_DOMID 1
#define LAST_DOMID  0x7fef

static bool filled(const unsigned char *bytes, size_t size)
{
    while (size--) {
        if (*bytes++)
            return true;
    }
    return false;
}

/* What libxl chooses where the caller left it open. */
static void set_defaults(libxl_ctx *ctx, void *config)
{
    unsigned char *uuid = sim_at(CONFIG, config, "c_info.uuid", NULL);
    int64_t type = sim_number(CONFIG, config, "c_info.type");

    if (!filled(uuid, 16))
        libxl_uuid_generate((libxl_uuid *)uuid);
    /* Releases differ in whether they take the one for the other; both are filled in. */
    if (sim_number(CONFIG, config, "b_info.type") == LIBXL_DOMAIN_TYPE_INVALID)
        xls_object_init_arm(&sim_layout, TYPE(domain_build_info),
                            sim_at(CONFIG, config, "b_info", NULL), type);
    if (!sim_number(CONFIG, config, "b_info.max_vcpus"))
        sim_set_number(CONFIG, config, "b_info.max_vcpus", 1);
    if (!sim_bits(sim_at(CONFIG, config, "b_info.avail_vcpus", NULL), 0))
        sim_bitmap(CONFIG, config, "b_info.avail_vcpus", 1,
                   sim_number(CONFIG, config, "b_info.max_vcpus"));
    if (sim_number(CONFIG, config, "b_info.max_memkb") == SIM_MEMKB_DEFAULT)
        sim_set_number(CONFIG, config, "b_info.max_memkb", 32 * 1024);
    if (sim_number(CONFIG, config, "b_info.target_memkb") == SIM_MEMKB_DEFAULT)
        sim_set_number(CONFIG, config, "b_info.target_memkb",
                       sim_number(CONFIG, config, "b_info.max_memkb"));
    if (sim_number(CONFIG, config, "b_info.shadow_memkb") == SIM_MEMKB_DEFAULT)
        sim_set_number(CONFIG, config, "b_info.shadow_memkb", 2048);
}

/* Why the guest cannot be; 0 if it can. */
static int refuse(libxl_ctx *ctx, void *config)
{
    const char *name = sim_text(CONFIG, config, "c_info.name");
    int64_t type = sim_number(CONFIG, config, "c_info.type");
    uint64_t target = sim_number(CONFIG, config, "b_info.target_memkb");
    int64_t vcpus = sim_number(CONFIG, config, "b_info.max_vcpus");
    uint32_t other;

    if (type < LIBXL_DOMAIN_TYPE_HVM || type > LIBXL_DOMAIN_TYPE_PVH) {
        sim_log(ctx, XTL_ERROR, "c_info.type %lld is no type of guest", (long long)type);
        return ERROR_INVAL;
    }
    if (name && strlen(name) >= sizeof(sim_state->domain[0].name)) {
        sim_log(ctx, XTL_ERROR, "the name %s is too long for the simulation", name);
        return ERROR_INVAL;
    }
    if (name && !libxl_name_to_domid(ctx, name, &other)) {
        sim_log(ctx, XTL_ERROR, "a domain with the name %s exists: %u", name, other);
        return ERROR_INVAL;
    }
    if (vcpus < 1 || vcpus > SIM_VCPUS) {
        sim_log(ctx, XTL_ERROR, "b_info.max_vcpus %lld: 1 to %d are possible", (long long)vcpus,
                SIM_VCPUS);
        return ERROR_INVAL;
    }
    if (target > SIM_TOTAL_KB - sim_used_kb()) {
        sim_log(ctx, XTL_ERROR, "b_info.target_memkb %llu: the host has %llu KiB free",
                (unsigned long long)target, (unsigned long long)(SIM_TOTAL_KB - sim_used_kb()));
        return ERROR_NOMEM;
    }
    return 0;
}

static struct sim_domain *room(void)
{
    for (int i = 1; i < SIM_DOMAINS; i++) {
        if (!sim_state->domain[i].used)
            return &sim_state->domain[i];
    }
    return NULL;
}

static uint32_t next_domid(void)
{
    do {
        if (sim_state->last_domid++ >= LAST_DOMID)
            sim_state->last_domid = FIRST_DOMID;
    } while (sim_find(sim_state->last_domid));
    return sim_state->last_domid;
}

static int make(struct sim_operation *operation, void *config)
{
    struct sim_domain *domain = room();
    const char *name;
    uint32_t domid;
    int rc;

    set_defaults(operation->ctx, config);
    rc = refuse(operation->ctx, config);
    if (rc)
        return rc;
    if (!domain) {
        sim_log(operation->ctx, XTL_ERROR, "the simulated Xen has no room for more than %d domains",
                SIM_DOMAINS);
        return ERROR_NOMEM;
    }
    domid = next_domid();
    sim_device_defaults(config, domid);
    memset(domain, 0, sizeof(*domain));
    rc = sim_set_config(domain, config);
    if (rc)
        return rc;
    domain->domid = domid;
    domain->paused = true;
    memcpy(domain->uuid, sim_at(CONFIG, config, "c_info.uuid", NULL), sizeof(domain->uuid));
    name = sim_text(CONFIG, config, "c_info.name");
    sim_name_domain(domain, name ? name : "");
    domain->type = sim_number(CONFIG, config, "c_info.type");
    domain->pool = sim_number(CONFIG, config, "c_info.poolid");
    domain->max_kb = sim_number(CONFIG, config, "b_info.max_memkb");
    domain->target_kb = sim_number(CONFIG, config, "b_info.target_memkb");
    domain->vcpus = sim_number(CONFIG, config, "b_info.max_vcpus");
    domain->online = sim_bits(sim_at(CONFIG, config, "b_info.avail_vcpus", NULL), 1);
    domain->nodes = 3;
    domain->started = time(NULL);
    domain->sched = (struct sim_sched){ .weight = 256 };
    for (int i = 0; i < SIM_VCPUS; i++)
        domain->hard[i] = domain->soft[i] = SIM_ALL_CPUS;
    domain->used = true;
    operation->domid = *operation->domid_out = domid;
    return 0;
}

static int create(struct sim_operation *operation)
{
    return make(operation, operation->object);
}

int sim_libxl_domain_create_new(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid,
                                const libxl_asyncop_how *ao_how,
                                const libxl_asyncprogress_how *aop_console_how)
{
    struct sim_operation operation = { .ctx = ctx,
                                       .function = "libxl_domain_create_new",
                                       .work = create,
                                       .domid = SIM_NO_DOMAIN,
                                       .type = CONFIG,
                                       .object = d_config,
                                       .domid_out = domid,
                                       .console = true,
                                       .progress = aop_console_how };

    return sim_operate(&operation, ao_how);
}

/* Save */

static int save(struct sim_operation *operation)
{
    struct sim_domain *domain = sim_find(operation->domid);
    struct stream stream = { .minor = sim_minor };
    static const char page[PAGE];
    int problem;

    if (!domain)
        return ERROR_DOMAIN_NOTFOUND;
    if (!domain->domid || domain->shutdown)
        return ERROR_FAIL;
    memcpy(stream.magic, MAGIC, sizeof(stream.magic));
    stream.length = strlen(domain->config);
    stream.pages = domain->target_kb / 4096; /* a page for each 4 MiB */
    stream.memory = domain->started;
    problem = libxl_write_exactly(operation->ctx, operation->fd, &stream, sizeof(stream),
                                  "the stream", "header");
    if (!problem)
        problem = libxl_write_exactly(operation->ctx, operation->fd, domain->config, stream.length,
                                      "the stream", "configuration");
    for (uint64_t i = 0; i < stream.pages && !problem; i++)
        problem = libxl_write_exactly(operation->ctx, operation->fd, page, sizeof(page),
                                      "the stream", "memory");
    if (problem)
        return ERROR_FAIL; /* the guest goes on */
    sim_stop(domain, LIBXL_SHUTDOWN_REASON_SUSPEND);
    return 0;
}

int sim_libxl_domain_suspend(libxl_ctx *ctx, uint32_t domid, int fd, int flags,
                             const libxl_asyncop_how *ao_how)
{
    struct sim_operation operation = {
        .ctx = ctx, .function = "libxl_domain_suspend", .work = save, .domid = domid, .fd = fd
    };

    return sim_operate(&operation, ao_how);
}

int sim_libxl_domain_remus_start(libxl_ctx *ctx, libxl_domain_remus_info *info, uint32_t domid,
                                 int send_fd, int recv_fd, const libxl_asyncop_how *ao_how)
{
    sim_log(ctx, XTL_ERROR, "libxl_domain_remus_start: the simulation has no second host");
    return ERROR_FAIL;
}

/* Restore: the caller's configuration counts, as with libxl; the stream has the memory. */
static int restore(struct sim_operation *operation)
{
    libxl_ctx *ctx = operation->ctx;
    struct sim_domain *domain;
    struct stream stream;
    char page[PAGE];
    int rc;

    if (libxl_read_exactly(ctx, operation->fd, &stream, sizeof(stream), "the stream", "header"))
        return ERROR_FAIL;
    if (memcmp(stream.magic, MAGIC, sizeof(stream.magic)) != 0) {
        sim_log(ctx, XTL_ERROR, "the stream is not of a simulated guest");
        return ERROR_FAIL;
    }
    if (stream.minor > (uint32_t)sim_minor) {
        sim_log(ctx, XTL_ERROR, "the stream is of Xen 4.%u, which is newer than 4.%d", stream.minor,
                sim_minor);
        return ERROR_FAIL;
    }
    while (stream.length) {
        uint32_t part = stream.length < sizeof(page) ? stream.length : sizeof(page);

        if (libxl_read_exactly(ctx, operation->fd, page, part, "the stream", "configuration"))
            return ERROR_FAIL;
        stream.length -= part;
    }
    while (stream.pages--) {
        if (libxl_read_exactly(ctx, operation->fd, page, sizeof(page), "the stream", "memory"))
            return ERROR_FAIL;
    }
    rc = make(operation, operation->object);
    domain = sim_find(operation->domid);
    if (!rc && domain)
        domain->started = stream.memory;
    return rc;
}

int sim_libxl_domain_create_restore(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid,
                                    int restore_fd, int send_back_fd,
                                    const libxl_domain_restore_params *params,
                                    const libxl_asyncop_how *ao_how,
                                    const libxl_asyncprogress_how *aop_console_how)
{
    struct sim_operation operation = { .ctx = ctx,
                                       .function = "libxl_domain_create_restore",
                                       .work = restore,
                                       .domid = SIM_NO_DOMAIN,
                                       .type = CONFIG,
                                       .object = d_config,
                                       .domid_out = domid,
                                       .fd = restore_fd,
                                       .console = true,
                                       .progress = aop_console_how };

    return sim_operate(&operation, ao_how);
}

static int soft_reset(struct sim_operation *operation)
{
    struct sim_domain *domain = sim_find(operation->domid);

    if (!domain)
        return ERROR_DOMAIN_NOTFOUND;
    domain->shutdown = false;
    domain->paused = true;
    return sim_set_config(domain, operation->object);
}

int sim_libxl_domain_soft_reset(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t domid,
                                const libxl_asyncop_how *ao_how,
                                const libxl_asyncprogress_how *aop_console_how)
{
    struct sim_operation operation = { .ctx = ctx,
                                       .function = "libxl_domain_soft_reset",
                                       .work = soft_reset,
                                       .domid = domid,
                                       .type = CONFIG,
                                       .object = d_config,
                                       .console = true,
                                       .progress = aop_console_how };

    return sim_operate(&operation, ao_how);
}

/* Reading it back */

static int retrieve(struct sim_operation *operation)
{
    const struct sim_domain *domain = sim_find(operation->domid);
    void *config;

    if (!domain)
        return ERROR_DOMAIN_NOTFOUND;
    if (!*domain->config)
        return ERROR_JSON_CONFIG_EMPTY;
    config = sim_config(domain);
    sim_set_number(CONFIG, config, "b_info.max_memkb", domain->max_kb);
    sim_set_number(CONFIG, config, "b_info.target_memkb", domain->target_kb);
    sim_set_text(CONFIG, config, "c_info.name", domain->name);
    sim_bitmap(CONFIG, config, "b_info.avail_vcpus", domain->online, domain->vcpus);
    sim_move_into(CONFIG, operation->object, config);
    return 0;
}

int sim_libxl_retrieve_domain_configuration(libxl_ctx *ctx, uint32_t domid,
                                            libxl_domain_config *d_config,
                                            const libxl_asyncop_how *ao_how)
{
    struct sim_operation operation = { .ctx = ctx,
                                       .function = "libxl_retrieve_domain_configuration",
                                       .work = retrieve,
                                       .domid = domid,
                                       .object = d_config };

    return sim_operate(&operation, ao_how);
}

/* A file that says whose memory it would hold. */
static int dump(struct sim_operation *operation)
{
    const struct sim_domain *domain = sim_find(operation->domid);
    int fd, problem;

    if (!domain)
        return ERROR_DOMAIN_NOTFOUND;
    fd = open(operation->text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        sim_log(operation->ctx, XTL_ERROR, "%s: %s", operation->text, strerror(errno));
        return ERROR_FAIL;
    }
    problem = libxl_write_exactly(operation->ctx, fd, domain->config, strlen(domain->config),
                                  operation->text, "the dump");
    close(fd);
    return problem ? ERROR_FAIL : 0;
}

int sim_libxl_domain_core_dump(libxl_ctx *ctx, uint32_t domid, const char *filename,
                               const libxl_asyncop_how *ao_how)
{
    struct sim_operation operation = { .ctx = ctx,
                                       .function = "libxl_domain_core_dump",
                                       .work = dump,
                                       .domid = domid,
                                       .text = filename };

    return sim_operate(&operation, ao_how);
}
