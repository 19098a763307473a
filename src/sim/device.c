/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices of guests. A guest's configuration is the one place where they are; a class of devices is
 * the array of its type in there.
 */

#include <stdlib.h>

#include "sim.h"

/* The array of a type of device in domain_config. */
struct devices {
    const char *array, *count;
    char *first;
    int64_t number;
    size_t size;
};

static struct devices devices_in(void *config, unsigned type)
{
    const struct xls_type *all = &xls_types[CONFIG];
    struct devices devices = { .size = xls_size(&sim_layout, type) };

    for (unsigned i = 0; i < all->count; i++) {
        if (all->fields[i].form == XLS_FORM_ARRAY && all->fields[i].type == type) {
            devices.array = all->fields[i].name;
            devices.count = all->fields[all->fields[i].related].name;
            devices.number = sim_number(CONFIG, config, devices.count);
            devices.first =
                devices.number ? *(char **)sim_at(CONFIG, config, devices.array, NULL) : NULL;
        }
    }
    return devices;
}

static bool same_text(unsigned type, const void *a, const void *b, const char *path)
{
    const char *x = sim_text(type, a, path), *y = sim_text(type, b, path);

    return x && y && strcmp(x, y) == 0;
}

/* Whether two descriptions mean the same device. */
static bool same(unsigned type, const void *a, const void *b)
{
    static const char *const address[] = { "domain", "bus", "dev", "func" };

    switch (type) {
    case TYPE(device_disk):
        return same_text(type, a, b, "vdev");
    case TYPE(device_pci):
        for (size_t i = 0; i < sizeof(address) / sizeof(address[0]); i++) {
            if (sim_number(type, a, address[i]) != sim_number(type, b, address[i]))
                return false;
        }
        return true;
    case TYPE(device_usbdev):
        return sim_number(type, a, "ctrl") == sim_number(type, b, "ctrl") &&
               sim_number(type, a, "port") == sim_number(type, b, "port");
    default:
        return sim_number(type, a, "devid") == sim_number(type, b, "devid");
    }
}

static void *find(const struct devices *devices, unsigned type, const void *like)
{
    for (int64_t i = 0; i < devices->number; i++) {
        if (same(type, devices->first + i * devices->size, like))
            return devices->first + i * devices->size;
    }
    return NULL;
}

/* Numbers, and an address for a network card, for those that have none. */
static void complete(void *config, unsigned type, void *device, uint32_t domid)
{
    struct devices devices = devices_in(config, type);
    int64_t next = 0;
    unsigned char *mac;

    if (type == TYPE(device_usbdev)) {
        if (sim_number(type, device, "ctrl") < 0)
            sim_set_number(type, device, "ctrl", 0);
        if (!sim_number(type, device, "port"))
            sim_set_number(type, device, "port", devices.number + 1);
        return;
    }
    if (!sim_has(type, "devid"))
        return;
    for (int64_t i = 0; i < devices.number; i++) {
        int64_t devid = sim_number(type, devices.first + i * devices.size, "devid");

        next = devid >= next ? devid + 1 : next;
    }
    if (sim_number(type, device, "devid") < 0)
        sim_set_number(type, device, "devid", next);
    if (type != TYPE(device_nic))
        return;
    mac = sim_at(type, device, "mac", NULL);
    if (memcmp(mac, "\0\0\0\0\0", 6) == 0) {
        const unsigned char made[6] = { 0x00,       0x16,  0x3e,
                                        domid >> 8, domid, sim_number(type, device, "devid") };

        memcpy(mac, made, sizeof(made));
    }
}

void sim_device_defaults(void *config, uint32_t domid)
{
    const struct xls_type *all = &xls_types[CONFIG];

    for (unsigned i = 0; i < all->count; i++) {
        struct devices devices;

        if (all->fields[i].form != XLS_FORM_ARRAY || xls_offset(&sim_layout, all, i) == XLS_ABSENT)
            continue;
        devices = devices_in(config, all->fields[i].type);
        for (int64_t n = 0; n < devices.number; n++)
            complete(config, all->fields[i].type, devices.first + n * devices.size, domid);
    }
}

/* Coming and going */

static int add(struct sim_operation *operation)
{
    struct sim_domain *domain = sim_find(operation->domid);
    struct devices devices;
    void *config, *place;
    int rc;

    if (!domain)
        return ERROR_DOMAIN_NOTFOUND;
    config = sim_config(domain);
    complete(config, operation->type, operation->object, operation->domid);
    devices = devices_in(config, operation->type);
    if (find(&devices, operation->type, operation->object)) {
        sim_log(operation->ctx, XTL_ERROR, "%s: domain %u has that device", operation->function,
                operation->domid);
        rc = ERROR_DEVICE_EXISTS;
    } else {
        place = sim_append(CONFIG, config, devices.array, devices.count);
        sim_copy_into(operation->type, place, operation->object);
        rc = sim_set_config(domain, config);
    }
    sim_free(CONFIG, config);
    return rc;
}

static int remove_device(struct sim_operation *operation)
{
    struct sim_domain *domain = sim_find(operation->domid);
    struct devices devices;
    char *place, *end;
    void *config;
    int rc = ERROR_NOTFOUND;

    if (!domain)
        return ERROR_DOMAIN_NOTFOUND;
    config = sim_config(domain);
    devices = devices_in(config, operation->type);
    place = find(&devices, operation->type, operation->object);
    if (place) {
        end = devices.first + devices.number * devices.size;
        xls_object_dispose(&sim_layout, operation->type, place);
        memmove(place, place + devices.size, end - place - devices.size);
        sim_set_number(CONFIG, config, devices.count, devices.number - 1);
        rc = sim_set_config(domain, config);
    }
    sim_free(CONFIG, config);
    return rc;
}

/* A medium is changed in place. */
static int insert(struct sim_operation *operation)
{
    struct sim_domain *domain = sim_find(operation->domid);
    struct devices devices;
    void *config, *place;
    int rc = ERROR_FAIL;

    if (!domain)
        return ERROR_DOMAIN_NOTFOUND;
    if (domain->type != LIBXL_DOMAIN_TYPE_HVM) {
        sim_log(operation->ctx, XTL_ERROR, "libxl_cdrom_insert: domain %u is no HVM guest",
                operation->domid);
        return ERROR_INVAL;
    }
    config = sim_config(domain);
    devices = devices_in(config, operation->type);
    place = find(&devices, operation->type, operation->object);
    if (place && sim_number(operation->type, place, "is_cdrom")) {
        xls_object_dispose(&sim_layout, operation->type, place);
        sim_copy_into(operation->type, place, operation->object);
        rc = sim_set_config(domain, config);
    }
    sim_free(CONFIG, config);
    return rc;
}

void sim_eject(struct sim_domain *domain)
{
    void *config = sim_config(domain);
    struct devices disks;

    if (!config)
        return;
    disks = devices_in(config, TYPE(device_disk));
    for (int64_t i = 0; i < disks.number; i++) {
        char *disk = disks.first + i * disks.size;
        const char *vdev = sim_text(TYPE(device_disk), disk, "vdev");

        if (!vdev || !sim_number(TYPE(device_disk), disk, "is_cdrom"))
            continue;
        sim_set_text(TYPE(device_disk), disk, "pdev_path", "");
        sim_set_number(TYPE(device_disk), disk, "format", LIBXL_DISK_FORMAT_EMPTY);
        snprintf(domain->ejected, sizeof(domain->ejected), "%s", vdev);
        if (!sim_set_config(domain, config)) {
            domain->ejects++;
            sim_ring();
        }
        break;
    }
    sim_free(CONFIG, config);
}

static int operate(libxl_ctx *ctx, const char *function, int (*work)(struct sim_operation *),
                   uint32_t domid, unsigned type, void *device, const libxl_asyncop_how *how)
{
    struct sim_operation operation = { .ctx = ctx,
                                       .function = function,
                                       .work = work,
                                       .domid = domid,
                                       .type = type,
                                       .object = device };

    return sim_operate(&operation, how);
}

int sim_libxl_cdrom_insert(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
                           const libxl_asyncop_how *ao_how)
{
    return operate(ctx, "libxl_cdrom_insert", insert, domid, TYPE(device_disk), disk, ao_how);
}

/* Questions */

static void *list(uint32_t domid, unsigned type, int *number)
{
    const struct sim_domain *domain;
    struct devices devices;
    char *copies = NULL;
    void *config;

    *number = 0;
    sim_lock();
    domain = sim_find(domid);
    if (domain) {
        config = sim_config(domain);
        devices = devices_in(config, type);
        copies = devices.number ? malloc(devices.number * devices.size) : NULL;
        for (int64_t i = 0; copies && i < devices.number; i++)
            sim_copy_into(type, copies + i * devices.size, devices.first + i * devices.size);
        *number = copies ? devices.number : 0;
        sim_free(CONFIG, config);
    }
    sim_unlock();
    return copies;
}

/* The device for which `matches` says so; 0 or ERROR_NOTFOUND. */
static int pick(uint32_t domid, unsigned type, void *out,
                bool (*matches)(unsigned type, const void *device, const void *what),
                const void *what)
{
    size_t size = xls_size(&sim_layout, type);
    int number, rc = ERROR_NOTFOUND;
    char *devices = list(domid, type, &number);

    for (int i = 0; i < number; i++) {
        char *device = devices + i * size;

        if (rc && matches(type, device, what)) {
            memcpy(out, device, size);
            rc = 0;
        } else {
            xls_object_dispose(&sim_layout, type, device);
        }
    }
    free(devices);
    if (rc)
        xls_object_init(&sim_layout, type, out);
    return rc;
}

static bool has_devid(unsigned type, const void *device, const void *devid)
{
    return sim_number(type, device, "devid") == *(const int *)devid;
}

static bool has_vdev(unsigned type, const void *device, const void *vdev)
{
    const char *name = sim_text(type, device, "vdev");

    return name && strcmp(name, vdev) == 0;
}

static bool has_mac(unsigned type, const void *device, const void *mac)
{
    return memcmp(sim_at(type, device, "mac", NULL), mac, 6) == 0;
}

static bool has_uuid(unsigned type, const void *device, const void *uuid)
{
    return memcmp(sim_at(type, device, "uuid", NULL), uuid, 16) == 0;
}

static bool has_port(unsigned type, const void *device, const void *ctrl_and_port)
{
    const int *wanted = ctrl_and_port;

    return sim_number(type, device, "ctrl") == wanted[0] &&
           sim_number(type, device, "port") == wanted[1];
}

/* Empty slots are asked for as well: 0 for a device that is there. */
static int info(uint32_t domid, unsigned type, const void *device, unsigned info_type, void *out,
                const char *name)
{
    int number, rc = ERROR_FAIL;
    size_t size = xls_size(&sim_layout, type);
    char *devices = list(domid, type, &number), path[96];
    int64_t devid = type == TYPE(device_disk) ? 51712 : sim_number(type, device, "devid");

    xls_object_init(&sim_layout, info_type, out);
    for (int i = 0; i < number; i++) {
        rc = same(type, devices + i * size, device) ? 0 : rc;
        xls_object_dispose(&sim_layout, type, devices + i * size);
    }
    free(devices);
    if (rc)
        return rc;
    snprintf(path, sizeof(path), "/local/domain/0/backend/%s/%u/%lld", name, domid,
             (long long)devid);
    sim_set_text(info_type, out, "backend", path);
    snprintf(path, sizeof(path), "/local/domain/%u/device/%s/%lld", domid, name, (long long)devid);
    sim_set_text(info_type, out, "frontend", path);
    sim_set_number(info_type, out, "frontend_id", domid);
    sim_set_number(info_type, out, "devid", devid);
    if (sim_has(info_type, "state"))
        sim_set_number(info_type, out, "state", 4); /* connected */
    return 0;
}

/* The functions of each class */

#define ADD(class, argument)                                                                       \
    int sim_libxl_device_##class##_add(libxl_ctx *ctx, uint32_t domid, libxl_device_##class *d,    \
                                       const libxl_asyncop_how *ao_how)                            \
    {                                                                                              \
        return operate(ctx, "libxl_device_" #class "_add", add, domid, TYPE(device_##class), d,    \
                       ao_how);                                                                    \
    }
#define TAKE(class, verb)                                                                          \
    int sim_libxl_device_##class##_##verb(libxl_ctx *ctx, uint32_t domid, libxl_device_##class *d, \
                                          const libxl_asyncop_how *ao_how)                         \
    {                                                                                              \
        return operate(ctx, "libxl_device_" #class "_" #verb, remove_device, domid,                \
                       TYPE(device_##class), d, ao_how);                                           \
    }
#define LIST(class)                                                                                \
    libxl_device_##class *sim_libxl_device_##class##_list(libxl_ctx *ctx, uint32_t domid,          \
                                                          int *num)                                \
    {                                                                                              \
        return list(domid, TYPE(device_##class), num);                                             \
    }
#define INFO(class, name)                                                                          \
    int sim_libxl_device_##class##_getinfo(                                                        \
        libxl_ctx *ctx, uint32_t domid, const libxl_device_##class *d, libxl_##class##info *out)   \
    {                                                                                              \
        return info(domid, TYPE(device_##class), d, TYPE(class##info), out, name);                 \
    }
#define BY_DEVID(class)                                                                            \
    int sim_libxl_devid_to_device_##class(libxl_ctx * ctx, uint32_t domid, int devid,              \
                                          libxl_device_##class *d)                                 \
    {                                                                                              \
        return pick(domid, TYPE(device_##class), d, has_devid, &devid);                            \
    }

#define CLASS(class) ADD(class, d) TAKE(class, remove) TAKE(class, destroy)

int sim_libxl_device_9pfs_add(libxl_ctx *ctx, uint32_t domid, libxl_device_p9 *p9,
                              const libxl_asyncop_how *ao_how)
{
    return operate(ctx, "libxl_device_9pfs_add", add, domid, TYPE(device_p9), p9, ao_how);
}

int sim_libxl_vdev_to_device_disk(libxl_ctx *ctx, uint32_t domid, const char *vdev,
                                  libxl_device_disk *disk)
{
    return pick(domid, TYPE(device_disk), disk, has_vdev, vdev);
}

int sim_libxl_mac_to_device_nic(libxl_ctx *ctx, uint32_t domid, const char *mac,
                                libxl_device_nic *nic)
{
    unsigned char wanted[6];

    if (sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &wanted[0], &wanted[1], &wanted[2], &wanted[3],
               &wanted[4], &wanted[5]) != 6)
        return ERROR_INVAL;
    return pick(domid, TYPE(device_nic), nic, has_mac, wanted);
}

int sim_libxl_uuid_to_device_vtpm(libxl_ctx *ctx, uint32_t domid, libxl_uuid *uuid,
                                  libxl_device_vtpm *vtpm)
{
    return pick(domid, TYPE(device_vtpm), vtpm, has_uuid, uuid);
}

int sim_libxl_ctrlport_to_device_usbdev(libxl_ctx *ctx, uint32_t domid, int ctrl, int port,
                                        libxl_device_usbdev *usbdev)
{
    const int wanted[2] = { ctrl, port };

    return pick(domid, TYPE(device_usbdev), usbdev, has_port, wanted);
}

/* PCI devices of the host: 0000:00:01.0 to 0000:00:08.0, of which the first two are assignable. */

#define HOST_DEVICES 8

static int assignable(libxl_ctx *ctx, const libxl_device_pci *pci, bool on)
{
    int64_t slot = sim_number(TYPE(device_pci), pci, "dev");

    if (slot < 1 || slot > HOST_DEVICES || sim_number(TYPE(device_pci), pci, "bus") ||
        sim_number(TYPE(device_pci), pci, "func")) {
        sim_log(ctx, XTL_ERROR, "the simulated host has no such PCI device");
        return ERROR_FAIL;
    }
    sim_lock();
    if (on)
        sim_state->assignable |= 1u << (slot - 1);
    else
        sim_state->assignable &= ~(1u << (slot - 1));
    sim_unlock();
    return 0;
}

int sim_libxl_device_pci_assignable_add(libxl_ctx *ctx, libxl_device_pci *pci, int rebind)
{
    return assignable(ctx, pci, true);
}

int sim_libxl_device_pci_assignable_remove(libxl_ctx *ctx, libxl_device_pci *pci, int rebind)
{
    return assignable(ctx, pci, false);
}

libxl_device_pci *sim_libxl_device_pci_assignable_list(libxl_ctx *ctx, int *num)
{
    unsigned type = TYPE(device_pci);
    size_t size = xls_size(&sim_layout, type);
    char *devices = calloc(HOST_DEVICES, size);

    *num = 0;
    sim_lock();
    for (int slot = 1; devices && slot <= HOST_DEVICES; slot++) {
        if (!(sim_state->assignable & 1u << (slot - 1)))
            continue;
        xls_object_init(&sim_layout, type, devices + *num * size);
        sim_set_number(type, devices + *num * size, "dev", slot);
        (*num)++;
    }
    sim_unlock();
    return (void *)devices;
}

/* What libxl has for each class. */
/* clang-format off */
CLASS(disk) LIST(disk) INFO(disk, "vbd") TAKE(disk, safe_remove)
CLASS(nic) LIST(nic) INFO(nic, "vif") BY_DEVID(nic)
CLASS(pci) LIST(pci)
CLASS(usbctrl) LIST(usbctrl) INFO(usbctrl, "vusb") BY_DEVID(usbctrl)
ADD(usbdev, d) TAKE(usbdev, remove) LIST(usbdev)
CLASS(vdispl) LIST(vdispl) INFO(vdispl, "vdispl") BY_DEVID(vdispl)
CLASS(vfb)
CLASS(vkb) LIST(vkb) INFO(vkb, "vkb") BY_DEVID(vkb)
CLASS(vsnd) LIST(vsnd) INFO(vsnd, "vsnd") BY_DEVID(vsnd)
CLASS(vtpm) LIST(vtpm) INFO(vtpm, "vtpm") BY_DEVID(vtpm)
TAKE(p9, remove) TAKE(p9, destroy)
TAKE(pvcallsif, remove) TAKE(pvcallsif, destroy)
LIST(channel) INFO(channel, "console")
    /* clang-format on */
