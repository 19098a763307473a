/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the opaque surface share. */

#include "guest.h"

xls_ctx *xen;

static void log_nothing(void *user, int level, const char *text)
{
}

int open_xen(void **state)
{
    struct xls_open_opts opts = { .sz = sizeof(opts), .log = log_nothing };

    if (xls_open(&xen, &opts)) {
        print_error("%s\n", xls_error_text());
        return -1;
    }
    fake = fake_open(fake_path("4.%d/libxenlight.so.4.%d", xen_minor, xen_minor));
    fake->reset();
    return 0;
}

int close_xen(void **state)
{
    fake->join();
    xls_close(xen);
    xen = NULL;
    fake->reset();
    return 0;
}

void assert_error(int code, const char *text)
{
    assert_int_equal(xls_last_error(), code);
    if (!strstr(xls_error_text(), text))
        fail_msg("'%s' is not in '%s'", text, xls_error_text());
}

static void add_disk(xls_domain_config *config, const char *vdev, const char *path)
{
    xls_device_disk *disk = xls_domain_config_disks_append(config);

    assert_non_null(disk);
    assert_int_equal(xls_device_disk_set_vdev(disk, vdev), 0);
    assert_int_equal(xls_device_disk_set_pdev_path(disk, path), 0);
    assert_int_equal(xls_device_disk_set_format(disk, XLS_DISK_FORMAT_QCOW2), 0);
    assert_int_equal(xls_device_disk_set_readwrite(disk, 1), 0);
}

xls_domain_config *make_guest(void)
{
    static const uint8_t mac[6] = { 0, 0x16, 0x3e, 1, 2, 3 };
    xls_domain_config *config = xls_domain_config_new();
    xls_domain_create_info *create;
    xls_domain_build_info *build;
    xls_device_nic *nic;
    uint8_t uuid[16];

    assert_non_null(config);
    create = xls_domain_config_get_c_info(config);
    build = xls_domain_config_get_b_info(config);
    xls_uuid_generate(uuid);
    assert_int_equal(xls_domain_create_info_set_type(create, XLS_DOMAIN_TYPE_HVM), 0);
    assert_int_equal(xls_domain_create_info_set_name(create, "guest"), 0);
    assert_int_equal(xls_domain_create_info_set_uuid(create, uuid), 0);
    assert_int_equal(xls_domain_create_info_set_xsdata(create, "key", "value"), 0);
    assert_int_equal(xls_domain_build_info_set_type(build, XLS_DOMAIN_TYPE_HVM), 0);
    assert_int_equal(xls_domain_build_info_set_max_vcpus(build, 4), 0);
    assert_int_equal(xls_domain_build_info_set_max_memkb(build, 262144), 0);
    assert_int_equal(xls_domain_build_info_set_kernel(build, "vmlinuz"), 0);
    assert_int_equal(xls_bitmap_set(xls_domain_build_info_get_avail_vcpus(build), 2), 0);
    assert_int_equal(xls_domain_build_info_extra_append(build, "-msg"), 0);
    assert_int_equal(xls_domain_build_info_set_hvm_boot(build, "cd"), 0);
    assert_int_equal(xls_domain_build_info_hvm_serial_list_append(build, "pty"), 0);
    add_disk(config, "xvda", "/images/a");
    add_disk(config, "xvdb", "/images/b");
    nic = xls_domain_config_nics_append(config);
    assert_int_equal(xls_device_nic_set_bridge(nic, "br0"), 0);
    assert_int_equal(xls_device_nic_set_mac(nic, mac), 0);
    assert_int_equal(xls_domain_config_set_on_crash(config, XLS_ACTION_ON_SHUTDOWN_PRESERVE), 0);
    return config;
}
