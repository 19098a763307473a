/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that exist: who they are, and what becomes of them. create.c makes them. */

#include <stdlib.h>
#include <time.h>

#include "sim.h"

void *sim_config(const struct sim_domain *domain)
{
    void *config = *domain->config ? sim_read(CONFIG, domain->config) : NULL;

    return config ? config : sim_new(CONFIG);
}

int sim_set_config(struct sim_domain *domain, const void *config)
{
    char *text = xls_json_text(&sim_layout, CONFIG, NULL, config);
    int rc = text && strlen(text) < sizeof(domain->config) ? 0 : ERROR_NOMEM;

    if (!rc)
        strcpy(domain->config, text);
    free(text);
    return rc;
}

void sim_name_domain(struct sim_domain *domain, const char *name)
{
    snprintf(domain->name, sizeof(domain->name), "%.*s", (int)sizeof(domain->name) - 1, name);
}

void sim_stop(struct sim_domain *domain, int reason)
{
    domain->shutdown = true;
    domain->reason = reason;
    sim_ring();
}

void sim_destroy(struct sim_domain *domain)
{
    memset(domain, 0, sizeof(*domain));
    sim_ring();
}

/* Lists */

static void fill_info(void *info, const struct sim_domain *domain)
{
    unsigned type = TYPE(dominfo);
    bool runs = !domain->paused && !domain->shutdown;

    xls_object_init(&sim_layout, type, info);
    memcpy(sim_at(type, info, "uuid", NULL), domain->uuid, sizeof(domain->uuid));
    sim_set_number(type, info, "domid", domain->domid);
    sim_set_number(type, info, "running", runs && !domain->domid);
    sim_set_number(type, info, "blocked", runs && domain->domid);
    sim_set_number(type, info, "paused", domain->paused);
    sim_set_number(type, info, "shutdown", domain->shutdown);
    if (domain->shutdown)
        sim_set_number(type, info, "shutdown_reason", domain->reason);
    sim_set_number(type, info, "outstanding_memkb", 0);
    sim_set_number(type, info, "current_memkb", domain->target_kb);
    sim_set_number(type, info, "shared_memkb", 0);
    sim_set_number(type, info, "paged_memkb", 0);
    sim_set_number(type, info, "max_memkb", domain->max_kb);
    sim_set_number(type, info, "cpu_time", (sim_now() + 1) * 1000 * (domain->domid + 1));
    sim_set_number(type, info, "vcpu_max_id", domain->vcpus - 1);
    sim_set_number(type, info, "vcpu_online", __builtin_popcountll(domain->online));
    sim_set_number(type, info, "cpupool", domain->pool);
    sim_set_number(type, info, "gpaddr_bits", 39);
    sim_set_number(type, info, "domain_type", domain->type);
}

libxl_dominfo *sim_libxl_list_domain(libxl_ctx *ctx, int *nb_domain_out)
{
    size_t size = xls_size(&sim_layout, TYPE(dominfo));
    char *infos = calloc(SIM_DOMAINS, size);
    int count = 0;

    sim_lock();
    for (int i = 0; infos && i < SIM_DOMAINS; i++) {
        if (sim_state->domain[i].used)
            fill_info(infos + count++ * size, &sim_state->domain[i]);
    }
    sim_unlock();
    *nb_domain_out = count;
    return (void *)infos;
}

int sim_libxl_domain_info(libxl_ctx *ctx, libxl_dominfo *info_r, uint32_t domid)
{
    const struct sim_domain *domain;

    sim_lock();
    domain = sim_find(domid);
    if (domain && info_r)
        fill_info(info_r, domain);
    sim_unlock();
    return domain ? 0 : ERROR_DOMAIN_NOTFOUND;
}

/* Guests only, not dom0. */
libxl_vminfo *sim_libxl_list_vm(libxl_ctx *ctx, int *nb_vm_out)
{
    unsigned type = TYPE(vminfo);
    size_t size = xls_size(&sim_layout, type);
    char *infos = calloc(SIM_DOMAINS, size);
    int count = 0;

    sim_lock();
    for (int i = 0; infos && i < SIM_DOMAINS; i++) {
        const struct sim_domain *domain = &sim_state->domain[i];

        if (!domain->used || !domain->domid)
            continue;
        sim_set_number(type, infos + count * size, "domid", domain->domid);
        memcpy(sim_at(type, infos + count * size, "uuid", NULL), domain->uuid,
               sizeof(domain->uuid));
        count++;
    }
    sim_unlock();
    *nb_vm_out = count;
    return (void *)infos;
}

/* Names */

char *sim_libxl_domid_to_name(libxl_ctx *ctx, uint32_t domid)
{
    const struct sim_domain *domain;
    char *name;

    sim_lock();
    domain = sim_find(domid);
    name = domain ? strdup(domain->name) : NULL;
    sim_unlock();
    return name;
}

int sim_libxl_name_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid)
{
    int rc = ERROR_INVAL;

    sim_lock();
    for (int i = 0; i < SIM_DOMAINS && rc; i++) {
        if (sim_state->domain[i].used && strcmp(sim_state->domain[i].name, name) == 0) {
            *domid = sim_state->domain[i].domid;
            rc = 0;
        }
    }
    sim_unlock();
    return rc;
}

int sim_libxl_domain_qualifier_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid)
{
    char *end;
    unsigned long number = strtoul(name, &end, 10);

    if (*name && !*end) {
        *domid = number;
        return 0;
    }
    return libxl_name_to_domid(ctx, name, domid);
}

int sim_libxl_domain_rename(libxl_ctx *ctx, uint32_t domid, const char *old_name,
                            const char *new_name)
{
    struct sim_domain *domain;
    uint32_t other;
    int rc = 0;

    sim_lock();
    domain = sim_find(domid);
    if (!domain)
        rc = ERROR_DOMAIN_NOTFOUND;
    else if (!*new_name || strlen(new_name) >= sizeof(domain->name) ||
             (old_name && strcmp(old_name, domain->name) != 0) ||
             (!libxl_name_to_domid(ctx, new_name, &other) && other != domid))
        rc = ERROR_INVAL;
    else
        sim_name_domain(domain, new_name);
    sim_unlock();
    if (rc)
        sim_log(ctx, XTL_ERROR, "domain %u cannot be renamed to %s", domid, new_name);
    return rc;
}

int sim_libxl_is_stubdom(libxl_ctx *ctx, uint32_t domid, uint32_t *target_domid)
{
    return 0;
}

int sim_libxl_get_stubdom_id(libxl_ctx *ctx, int guest_domid)
{
    return 0;
}

uint32_t sim_libxl_vm_get_start_time(libxl_ctx *ctx, uint32_t domid)
{
    const struct sim_domain *domain;
    uint32_t started;

    sim_lock();
    domain = sim_find(domid);
    started = domain ? domain->started : (uint32_t)-1;
    sim_unlock();
    return started;
}

int sim_libxl_clear_domid_history(libxl_ctx *ctx)
{
    return 0;
}

/* What becomes of them: each a change to one domain, now or later. */

enum change { PAUSE, UNPAUSE, SHUTDOWN, REBOOT, DESTROY, SUSPEND_ONLY, RESUME, TRIGGER };

static int change(struct sim_operation *operation)
{
    struct sim_domain *domain = sim_find(operation->domid);

    if (!domain)
        return ERROR_DOMAIN_NOTFOUND;
    if (!domain->domid && operation->number != PAUSE && operation->number != UNPAUSE) {
        sim_log(operation->ctx, XTL_ERROR, "%s: not for dom0", operation->function);
        return ERROR_INVAL;
    }
    switch (operation->number) {
    case PAUSE:
    case UNPAUSE:
        domain->paused = operation->number == PAUSE;
        break;
    case SHUTDOWN:
    case REBOOT:
    case SUSPEND_ONLY:
        if (domain->shutdown || (domain->paused && operation->number != SUSPEND_ONLY))
            return ERROR_GUEST_TIMEDOUT;
        sim_stop(domain, operation->number == SHUTDOWN ? LIBXL_SHUTDOWN_REASON_POWEROFF
                         : operation->number == REBOOT ? LIBXL_SHUTDOWN_REASON_REBOOT
                                                       : LIBXL_SHUTDOWN_REASON_SUSPEND);
        break;
    case DESTROY:
        sim_destroy(domain);
        break;
    case RESUME:
        if (!domain->shutdown || domain->reason != LIBXL_SHUTDOWN_REASON_SUSPEND)
            return ERROR_FAIL;
        domain->shutdown = false;
        break;
    case TRIGGER:
        break;
    }
    return 0;
}

static int start_change(libxl_ctx *ctx, const char *function, enum change what, uint32_t domid,
                        const libxl_asyncop_how *how)
{
    struct sim_operation operation = {
        .ctx = ctx, .function = function, .work = change, .domid = domid, .number = what
    };

    return sim_operate(&operation, how);
}

int sim_libxl_domain_pause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
    return start_change(ctx, "libxl_domain_pause", PAUSE, domid, ao_how);
}

int sim_libxl_domain_unpause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
    return start_change(ctx, "libxl_domain_unpause", UNPAUSE, domid, ao_how);
}

int sim_libxl_domain_shutdown(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
    return start_change(ctx, "libxl_domain_shutdown", SHUTDOWN, domid, ao_how);
}

int sim_libxl_domain_reboot(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
    return start_change(ctx, "libxl_domain_reboot", REBOOT, domid, ao_how);
}

int sim_libxl_domain_destroy(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
    return start_change(ctx, "libxl_domain_destroy", DESTROY, domid, ao_how);
}

int sim_libxl_domain_suspend_only(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
    return start_change(ctx, "libxl_domain_suspend_only", SUSPEND_ONLY, domid, ao_how);
}

int sim_libxl_domain_resume(libxl_ctx *ctx, uint32_t domid, int suspend_cancel,
                            const libxl_asyncop_how *ao_how)
{
    return start_change(ctx, "libxl_domain_resume", RESUME, domid, ao_how);
}

/* The power button shuts a guest down, and reset reboots it; a guest ignores the others. */
int sim_libxl_send_trigger(libxl_ctx *ctx, uint32_t domid, libxl_trigger trigger, uint32_t vcpuid,
                           const libxl_asyncop_how *ao_how)
{
    enum change what = trigger == LIBXL_TRIGGER_POWER   ? SHUTDOWN
                       : trigger == LIBXL_TRIGGER_RESET ? REBOOT
                                                        : TRIGGER;

    return start_change(ctx, "libxl_send_trigger", what, domid, ao_how);
}

static int exists(uint32_t domid)
{
    int rc;

    sim_lock();
    rc = sim_find(domid) ? 0 : ERROR_DOMAIN_NOTFOUND;
    sim_unlock();
    return rc;
}

/* 'c' is the key that makes Linux panic. */
int sim_libxl_send_sysrq(libxl_ctx *ctx, uint32_t domid, char sysrq)
{
    struct sim_domain *domain;

    if (exists(domid) || sysrq != 'c')
        return exists(domid);
    sim_lock();
    domain = sim_find(domid);
    if (domain && domid)
        sim_stop(domain, LIBXL_SHUTDOWN_REASON_CRASH);
    sim_unlock();
    return 0;
}

int sim_libxl_domain_preserve(libxl_ctx *ctx, uint32_t domid, libxl_domain_create_info *info,
                              const char *name_suffix, libxl_uuid new_uuid)
{
    struct sim_domain *domain;
    char name[sizeof(domain->name) * 2];

    sim_lock();
    domain = sim_find(domid);
    if (domain) {
        snprintf(name, sizeof(name), "%s%s", domain->name, name_suffix);
        sim_name_domain(domain, name);
        memcpy(domain->uuid, new_uuid.uuid, sizeof(domain->uuid));
    }
    sim_unlock();
    return domain ? 0 : ERROR_DOMAIN_NOTFOUND;
}

/* Data that toolstacks keep with a domain */

static struct sim_userdata *userdata(struct sim_domain *domain, const char *id)
{
    for (int i = 0; i < SIM_USERDATA; i++) {
        if (strcmp(domain->userdata[i].id, id) == 0)
            return &domain->userdata[i];
    }
    return NULL;
}

int sim_libxl_userdata_store(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid,
                             const uint8_t *data, int datalen)
{
    struct sim_userdata *place = NULL;
    struct sim_domain *domain;
    int rc = 0;

    sim_lock();
    domain = sim_find(domid);
    if (domain)
        place = userdata(domain, userdata_userid);
    if (domain && !place)
        place = userdata(domain, "");
    if (!domain)
        rc = ERROR_DOMAIN_NOTFOUND;
    else if (!place || datalen < 0 || (size_t)datalen > sizeof(place->data) ||
             strlen(userdata_userid) >= sizeof(place->id))
        rc = ERROR_NOMEM;
    if (!rc && datalen) {
        strcpy(place->id, userdata_userid);
        memcpy(place->data, data, datalen);
        place->size = datalen;
    } else if (!rc) {
        memset(place, 0, sizeof(*place));
    }
    sim_unlock();
    return rc;
}

int sim_libxl_userdata_retrieve(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid,
                                uint8_t **data_r, int *datalen_r)
{
    const struct sim_userdata *place = NULL;
    struct sim_domain *domain;
    int rc = 0;

    if (data_r)
        *data_r = NULL;
    if (datalen_r)
        *datalen_r = 0;
    sim_lock();
    domain = sim_find(domid);
    if (domain)
        place = userdata(domain, userdata_userid);
    if (!domain)
        rc = ERROR_DOMAIN_NOTFOUND;
    if (place && data_r) {
        *data_r = malloc(place->size);
        if (*data_r)
            memcpy(*data_r, place->data, place->size);
        else
            rc = ERROR_NOMEM;
    }
    if (place && !rc && datalen_r)
        *datalen_r = place->size;
    sim_unlock();
    return rc;
}

int sim_libxl_userdata_unlink(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid)
{
    return libxl_userdata_store(ctx, domid, userdata_userid, NULL, 0);
}
