/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The functions of libxenlight that do something here: one guest can be created, and its devices
 * come and go. All others only count their calls (generate.py).
 */

#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define CONFIG TYPE(domain_config)
#define DISK TYPE(device_disk)

static void *domain; /* the configuration of the one guest, or NULL; under fake_lock */

void fake_forget_domain(void)
{
    sim_free(CONFIG, domain);
    domain = NULL;
}

static void *copy_of(unsigned type, const void *object)
{
    void *copy = malloc(xls_size(&sim_layout, type));

    if (xls_object_copy(&sim_layout, type, NULL, copy, object))
        abort();
    return copy;
}

/* Creating a guest. What libxl does before it starts, and what it adds while it builds. */

/* As libxl does, over a device model that it does not know once the BIOS is chosen. */
static void choose_device_model(unsigned type, void *object, const char *version, const char *bios)
{
    switch (sim_number(type, object, version)) {
    case LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN:
        return;
    case LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL:
        if (sim_minor < 21)
            return;
        break;
    case LIBXL_DEVICE_MODEL_VERSION_UNKNOWN: /* QEMU is not installed here */
        if (sim_minor < 21)
            return;
    }
    if (sim_number(type, object, bios))
        abort();
}

static void set_defaults(void *config)
{
    const char *kernel = sim_text(CONFIG, config, "b_info.kernel");
    char *path;

    if (sim_number(CONFIG, config, "b_info.type") == LIBXL_DOMAIN_TYPE_HVM)
        choose_device_model(CONFIG, config, "b_info.device_model_version", "b_info.u.hvm.bios");
    if (kernel && *kernel != '/') {
        path = malloc(strlen(kernel) + sizeof("/boot/"));
        strcpy(stpcpy(path, "/boot/"), kernel);
        sim_set_text(CONFIG, config, "b_info.kernel", path);
        free(path);
    }
    if (sim_number(CONFIG, config, "b_info.shadow_memkb") == -1)
        sim_set_number(CONFIG, config, "b_info.shadow_memkb", 2048);
    if (sim_number(CONFIG, config, "b_info.max_grant_version") == -1)
        sim_set_number(CONFIG, config, "b_info.max_grant_version", 2);
}

static void add_devices(void *config)
{
    void *disk = sim_append(CONFIG, config, "disks", "num_disks");
    void *vfb = sim_append(CONFIG, config, "vfbs", "num_vfbs");
    void *vkb = sim_append(CONFIG, config, "vkbs", "num_vkbs");
    int nics = sim_number(CONFIG, config, "num_nics");
    char path[32];

    sim_set_text(DISK, disk, "vdev", "hdz");
    sim_set_text(DISK, disk, "pdev_path", "/added");
    sim_set_number(DISK, disk, "trusted", 1);
    sim_set_number(TYPE(device_vfb), vfb, "devid", 0);
    sim_set_text(TYPE(device_vfb), vfb, "vnc.listen", "127.0.0.1");
    sim_set_number(TYPE(device_vkb), vkb, "devid", 0);
    for (int i = 0; i < nics; i++) {
        snprintf(path, sizeof(path), "nics[%d].devid", i);
        sim_set_number(CONFIG, config, path, i);
    }
}

static int finish_create(struct operation *operation, int rc)
{
    *operation->domid_out = rc ? INVALID_DOMID : FAKE_DOMID;
    if (rc)
        return rc;
    add_devices(operation->object);
    fake_forget_domain();
    domain = copy_of(CONFIG, operation->object);
    return 0;
}

int libxl_domain_create_new(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid,
                            const libxl_asyncop_how *ao_how,
                            const libxl_asyncprogress_how *aop_console_how)
{
    struct operation operation = {
        .ctx = ctx, .finish = finish_create, .object = d_config, .domid = FAKE_DOMID,
        .domid_out = domid,
    };

    fake_called("libxl_domain_create_new");
    if (aop_console_how) {
        operation.has_progress = true;
        operation.progress = *aop_console_how;
    }
    fake_received(CONFIG, d_config);
    set_defaults(d_config);
    return fake_operate(&operation, ao_how);
}

static int finish_retrieve(struct operation *operation, int rc)
{
    void *copy;

    if (!rc && !domain)
        rc = ERROR_DOMAIN_NOTFOUND;
    if (rc) {
        /* libxl leaves what it has read so far */
        sim_set_text(CONFIG, operation->object, "c_info.name", "half");
        return rc;
    }
    copy = copy_of(CONFIG, domain);
    memcpy(operation->object, copy, xls_size(&sim_layout, CONFIG));
    free(copy);
    return 0;
}

int libxl_retrieve_domain_configuration(libxl_ctx *ctx, uint32_t domid,
                                        libxl_domain_config *d_config,
                                        const libxl_asyncop_how *ao_how)
{
    struct operation operation = {
        .ctx = ctx, .finish = finish_retrieve, .object = d_config, .domid = domid,
    };

    fake_called("libxl_retrieve_domain_configuration");
    return fake_operate(&operation, ao_how);
}

int libxl_domain_need_memory(libxl_ctx *ctx, libxl_domain_config *config,
                             uint32_t domid_for_logging, uint64_t *need_memkb)
{
    fake_called("libxl_domain_need_memory");
    fake_received(CONFIG, config);
    set_defaults(config);
    *need_memkb = sim_number(CONFIG, config, "b_info.max_memkb") +
                  sim_number(CONFIG, config, "b_info.shadow_memkb");
    return fake_control.result;
}

int libxl_domain_need_memory_0x041200(libxl_ctx *ctx, const libxl_domain_build_info *b_info,
                                      uint64_t *need_memkb)
{
    unsigned type = TYPE(domain_build_info);

    fake_called("libxl_domain_need_memory_0x041200");
    fake_received(type, b_info);
    if (sim_number(type, b_info, "type") == LIBXL_DOMAIN_TYPE_HVM)
        choose_device_model(type, (void *)b_info, "device_model_version", "u.hvm.bios");
    *need_memkb = sim_number(type, b_info, "max_memkb");
    return 0;
}

static int finish_plain(struct operation *operation, int rc)
{
    return rc;
}

int libxl_domain_pause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
    struct operation operation = { .ctx = ctx, .finish = finish_plain, .domid = domid };

    fake_called("libxl_domain_pause");
    return fake_operate(&operation, ao_how);
}

/* Devices of the guest */

static void *need_domain(void)
{
    if (!domain)
        domain = sim_new(CONFIG);
    return domain;
}

static int finish_disk_add(struct operation *operation, int rc)
{
    void *added, *copy;

    if (rc)
        return rc;
    sim_set_text(DISK, operation->object, "script", "block");
    sim_set_number(DISK, operation->object, "trusted", 1);
    sim_set_number(DISK, operation->object, "irq", 33);
    added = sim_append(CONFIG, need_domain(), "disks", "num_disks");
    copy = copy_of(DISK, operation->object);
    memcpy(added, copy, xls_size(&sim_layout, DISK));
    free(copy);
    return 0;
}

int libxl_device_disk_add(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
                          const libxl_asyncop_how *ao_how)
{
    struct operation operation = {
        .ctx = ctx, .finish = finish_disk_add, .object = disk, .domid = domid,
    };

    fake_called("libxl_device_disk_add");
    fake_received(DISK, disk);
    return fake_operate(&operation, ao_how);
}

static int finish_disk_remove(struct operation *operation, int rc)
{
    int count = domain ? sim_number(CONFIG, domain, "num_disks") : 0;
    size_t size = xls_size(&sim_layout, DISK);
    const char *vdev = sim_text(DISK, operation->object, "vdev");

    if (rc)
        return rc;
    for (int i = 0; i < count; i++) {
        char *disks = *(char **)sim_at(CONFIG, domain, "disks", NULL), *disk = disks + i * size;

        if (strcmp(sim_text(DISK, disk, "vdev"), vdev) != 0)
            continue;
        xls_object_dispose(&sim_layout, DISK, disk);
        memmove(disk, disk + size, (count - i - 1) * size);
        sim_set_number(CONFIG, domain, "num_disks", count - 1);
        return 0;
    }
    return ERROR_NOTFOUND;
}

int libxl_device_disk_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
                             const libxl_asyncop_how *ao_how)
{
    struct operation operation = {
        .ctx = ctx, .finish = finish_disk_remove, .object = disk, .domid = domid,
    };

    fake_called("libxl_device_disk_remove");
    fake_received(DISK, disk);
    return fake_operate(&operation, ao_how);
}

static void *list(const char *function, unsigned type, const char *array, const char *count,
                  int *num)
{
    size_t size = xls_size(&sim_layout, type);
    char *from, *to, *one;

    fake_called(function);
    pthread_mutex_lock(&fake_lock);
    if (!domain) {
        pthread_mutex_unlock(&fake_lock);
        return NULL; /* and *num is left as it was */
    }
    *num = sim_number(CONFIG, domain, count);
    from = *(char **)sim_at(CONFIG, domain, array, NULL);
    to = malloc(*num * size + 1);
    for (int i = 0; i < *num; i++) {
        one = copy_of(type, from + i * size);
        memcpy(to + i * size, one, size);
        free(one);
    }
    pthread_mutex_unlock(&fake_lock);
    return to;
}

libxl_device_disk *libxl_device_disk_list(libxl_ctx *ctx, uint32_t domid, int *num)
{
    return list("libxl_device_disk_list", DISK, "disks", "num_disks", num);
}

libxl_device_nic *libxl_device_nic_list(libxl_ctx *ctx, uint32_t domid, int *num)
{
    return list("libxl_device_nic_list", TYPE(device_nic), "nics", "num_nics", num);
}

libxl_device_pci *libxl_device_pci_list(libxl_ctx *ctx, uint32_t domid, int *num)
{
    return list("libxl_device_pci_list", TYPE(device_pci), "pcidevs", "num_pcidevs", num);
}

int libxl_devid_to_device_nic(libxl_ctx *ctx, uint32_t domid, int devid, libxl_device_nic *nic)
{
    char *nics, *copy;

    fake_called("libxl_devid_to_device_nic");
    fake_init(TYPE(device_nic), nic);
    if (!domain || devid < 0 || devid >= sim_number(CONFIG, domain, "num_nics"))
        return ERROR_NOTFOUND;
    nics = *(char **)sim_at(CONFIG, domain, "nics", NULL);
    copy = copy_of(TYPE(device_nic), nics + devid * xls_size(&sim_layout, TYPE(device_nic)));
    memcpy(nic, copy, xls_size(&sim_layout, TYPE(device_nic)));
    free(copy);
    return 0;
}

/* The host */

static void fill_dominfo(void *info, uint32_t domid)
{
    fake_init(TYPE(dominfo), info);
    sim_set_number(TYPE(dominfo), info, "domid", domid);
    sim_set_text(TYPE(dominfo), info, "ssid_label", "system_u:system_r:domU_t");
    sim_set_number(TYPE(dominfo), info, "max_memkb", 1024 * (domid + 1));
    sim_set_number(TYPE(dominfo), info, "cpupool", 5);
    sim_set_number(TYPE(dominfo), info, "gpaddr_bits", 39);
    sim_set_number(TYPE(dominfo), info, "shutdown_reason", 77); /* of a later Xen */
    sim_set_number(TYPE(dominfo), info, "domain_type", LIBXL_DOMAIN_TYPE_HVM);
}

libxl_dominfo *libxl_list_domain(libxl_ctx *ctx, int *nb_domain_out)
{
    size_t size = xls_size(&sim_layout, TYPE(dominfo));
    char *infos;

    fake_called("libxl_list_domain");
    if (fake_control.result)
        return NULL;
    infos = malloc(FAKE_DOMAINS * size);
    for (int i = 0; i < FAKE_DOMAINS; i++)
        fill_dominfo(infos + i * size, i);
    *nb_domain_out = FAKE_DOMAINS;
    return (void *)infos;
}

int libxl_domain_info(libxl_ctx *ctx, libxl_dominfo *info_r, uint32_t domid)
{
    fake_called("libxl_domain_info");
    if (domid >= FAKE_DOMAINS)
        return ERROR_DOMAIN_NOTFOUND;
    if (info_r)
        fill_dominfo(info_r, domid);
    return 0;
}

/* The strings belong to the ctx; 4.20 and later ask an old hypervisor in vain, at every call. */
const libxl_version_info *libxl_get_version_info(libxl_ctx *ctx)
{
    static char extra[] = ".1", capabilities[] = "xen-3.0-x86_64", changeset[] = "c0ffee",
                commandline[] = "dom0_mem=1G";
    static const libxl_version_info silent = { .xen_version_major = 4 };
    static const libxl_version_info told = {
        .xen_version_major = 4, .xen_version_extra = extra, .capabilities = capabilities,
        .changeset = changeset, .commandline = commandline,
    };

    fake_called("libxl_get_version_info");
    return sim_minor >= 20 && fake_control.old_hypervisor ? &silent : &told;
}

int libxl_get_physinfo(libxl_ctx *ctx, libxl_physinfo *physinfo)
{
    fake_called("libxl_get_physinfo");
    sim_set_number(TYPE(physinfo), physinfo, "nr_cpus", 16);
    sim_set_number(TYPE(physinfo), physinfo, "total_pages", 0x123456789a);
    sim_set_number(TYPE(physinfo), physinfo, "cap_hap", 1);
    sim_set_number(TYPE(physinfo), physinfo, "cap_vmtrace", 1);
    sim_set_number(TYPE(physinfo), physinfo, "cap_gnttab_v2", 1);
    sim_set_number(TYPE(physinfo), physinfo, "arch_capabilities", 0xabcd);
    return fake_control.result;
}

/* Before 4.18 nobody passes the last argument. */

static const char *escape_character;

const char *fake_escape_character(void)
{
    return escape_character;
}

int libxl_console_exec(libxl_ctx *ctx, uint32_t domid, int cons_num, libxl_console_type type,
                       int notify_fd, char *escape)
{
    fake_called("libxl_console_exec");
    escape_character = sim_minor < 18 ? NULL : escape;
    return 0;
}
