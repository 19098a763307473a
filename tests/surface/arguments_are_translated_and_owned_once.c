/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arguments of synchronous calls: both sides see the right values, and every allocation has one
 * owner. Under valgrind this also shows that nothing leaks and nothing is freed twice.
 */

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

/* Lists and out */

static void assert_dominfo(const libxl_dominfo *info, unsigned domid)
{
    assert_int_equal(info->domid, domid);
    assert_string_equal(info->ssid_label, "system_u:system_r:domU_t");
    assert_int_equal(info->max_memkb, 1024 * (domid + 1));
    assert_int_equal(info->current_memkb, LIBXL_MEMKB_DEFAULT);
    assert_int_equal(info->cpupool, 5);
    assert_int_equal(info->gpaddr_bits, runs(16) ? 39 : 0);
    assert_int_equal(info->domain_type, LIBXL_DOMAIN_TYPE_HVM);
    assert_int_equal(info->shutdown_reason, 77); /* what only the release knows passes */
}

static void a_list_is_the_callers(void **state)
{
    int count = -1;
    libxl_dominfo *infos = libxl_list_domain(ctx, &count);

    assert_int_equal(count, FAKE_DOMAINS);
    for (int i = 0; i < count; i++)
        assert_dominfo(&infos[i], i);
    libxl_dominfo_list_free(infos, count);
    assert_log("%s", "");
}

static void no_list_stays_null(void **state)
{
    int count = 0; /* libxl need not write it */

    fake->result = ERROR_FAIL;
    assert_null(libxl_list_domain(ctx, &count));
    assert_int_equal(count, 0);
    assert_null(libxl_device_disk_list(ctx, FAKE_DOMID, &count));
    assert_int_equal(count, 0);
}

static void out_is_filled(void **state)
{
    libxl_dominfo info;
    libxl_physinfo host;

    libxl_dominfo_init(&info);
    assert_int_equal(libxl_domain_info(ctx, &info, 2), 0);
    assert_dominfo(&info, 2);
    libxl_dominfo_dispose(&info);

    libxl_physinfo_init(&host);
    assert_int_equal(libxl_get_physinfo(ctx, &host), 0);
    assert_int_equal(host.nr_cpus, 16);
    assert_int_equal(host.total_pages, 0x123456789a);
    assert_true(host.cap_hap);
    assert_false(host.cap_shadow);
    assert_int_equal(host.cap_vmtrace, runs(15));
    assert_int_equal(host.cap_gnttab_v2, runs(16));
    assert_int_equal(host.arch_capabilities, runs(18) ? 0xabcd : 0);
    libxl_physinfo_dispose(&host);
}

static void out_may_be_null(void **state)
{
    assert_int_equal(libxl_domain_info(ctx, NULL, 1), 0);
    assert_int_equal(libxl_domain_info(ctx, NULL, 99), ERROR_DOMAIN_NOTFOUND);
    assert_int_equal(fake->calls("libxl_domain_info"), 2);
}

static void out_is_left_alone_on_failure(void **state)
{
    libxl_dominfo info;

    libxl_dominfo_init(&info);
    info.ssid_label = strdup("mine");
    assert_int_equal(libxl_domain_info(ctx, &info, 99), ERROR_DOMAIN_NOTFOUND);
    assert_string_equal(info.ssid_label, "mine");
    libxl_dominfo_dispose(&info);
}

/* in and inout */

static void fill_disk(libxl_device_disk *disk)
{
    libxl_device_disk_init(disk);
    disk->vdev = strdup("xvdc");
    disk->pdev_path = strdup("/images/c");
    disk->format = LIBXL_DISK_FORMAT_RAW;
    disk->hidden_disk = strdup("/hidden");
}

static void assert_disk_received(void)
{
    assert_string_equal(fake->text("libxl_device_disk", "vdev"), "xvdc");
    assert_string_equal(fake->text("libxl_device_disk", "pdev_path"), "/images/c");
    assert_int_equal(fake->number("libxl_device_disk", "format"), LIBXL_DISK_FORMAT_RAW);
    assert_string_equal(fake->text("libxl_device_disk", "hidden_disk"), "/hidden");
    assert_null(fake->text("libxl_device_disk", "script"));
}

static void inout_comes_back(void **state)
{
    libxl_device_disk disk;
    char *path;

    fill_disk(&disk);
    path = disk.pdev_path;
    assert_int_equal(libxl_device_disk_add(ctx, FAKE_DOMID, &disk, NULL), 0);
    assert_disk_received();
    assert_ptr_equal(disk.pdev_path, path); /* moved there and back, never copied */
    assert_string_equal(disk.script, "block");
    assert_string_equal(disk.hidden_disk, "/hidden");
    assert_int_equal(disk.trusted.val, runs(17) ? 1 : 0);
    assert_int_equal(disk.irq, runs(17) ? 33 : 0);
    libxl_device_disk_dispose(&disk);
}

static void inout_comes_back_after_a_failure(void **state)
{
    libxl_device_disk disk;

    fill_disk(&disk);
    fake->result = ERROR_FAIL;
    assert_int_equal(libxl_device_disk_add(ctx, FAKE_DOMID, &disk, NULL), ERROR_FAIL);
    assert_string_equal(disk.pdev_path, "/images/c");
    libxl_device_disk_dispose(&disk);
}

static void in_is_only_read(void **state)
{
    libxl_device_disk disk, before;

    fill_disk(&disk);
    assert_int_equal(libxl_device_disk_add(ctx, FAKE_DOMID, &disk, NULL), 0);
    before = disk;
    assert_int_equal(libxl_device_disk_remove(ctx, FAKE_DOMID, &disk, NULL), 0);
    assert_memory_equal(&disk, &before, sizeof(disk));
    assert_int_equal(libxl_device_disk_remove(ctx, FAKE_DOMID, &disk, NULL), ERROR_NOTFOUND);
    assert_memory_equal(&disk, &before, sizeof(disk));
    libxl_device_disk_dispose(&disk);
}

/* One type changed last in 4.22, the other in 4.19. */
static void equal_types_pass_straight_through(void **state)
{
    libxl_domain_config config;
    libxl_device_disk disk;
    uint64_t need;

    fill_disk(&disk);
    assert_int_equal(libxl_device_disk_add(ctx, FAKE_DOMID, &disk, NULL), 0);
    assert_int_equal(fake->pointer("libxl_device_disk") == &disk, runs(19));
    libxl_device_disk_dispose(&disk);
    libxl_domain_config_init(&config);
    assert_int_equal(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), 0);
    assert_int_equal(fake->pointer("libxl_domain_config") == &config, runs(22));
    libxl_domain_config_dispose(&config);
}

/* The whole configuration */

static void assert_created(const libxl_domain_config *config)
{
    assert_string_equal(config->b_info.kernel, "/boot/vmlinuz");
    assert_int_equal(config->b_info.shadow_memkb, 2048);
    assert_int_equal(config->b_info.max_grant_version, runs(16) ? 2 : -1);
    assert_int_equal(config->num_disks, 3);
    assert_string_equal(config->disks[1].vdev, "xvdb");
    assert_string_equal(config->disks[1].hidden_disk, "/hidden");
    assert_string_equal(config->disks[2].vdev, "hdz");
    assert_int_equal(config->disks[2].trusted.val, runs(17) ? 1 : 0);
    assert_int_equal(config->num_vfbs, 1);
    assert_string_equal(config->vfbs->vnc.listen, "127.0.0.1");
    assert_int_equal(config->num_vkbs, 1);
    assert_int_equal(config->nics->devid, 0);
    assert_string_equal(config->nics->bridge, "br0");
    assert_string_equal(config->p9s->tag, "share");
    assert_int_equal(libxl_cpuid_policy_list_length(&config->b_info.cpuid), 1);
}

static void a_configuration_arrives_whole_and_comes_back_grown(void **state)
{
    libxl_domain_config config;
    uint32_t domid = 0;
    char *before;

    make_config(&config);
    before = config_text(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), 0);
    assert_int_equal(domid, FAKE_DOMID);
    assert_same_text(received_config_text(), before);
    assert_created(&config);
    libxl_domain_config_dispose(&config);
    assert_log("%s", "");
}

static void a_configuration_survives_a_failure(void **state)
{
    libxl_domain_config config;
    uint32_t domid = 0;

    make_config(&config);
    fake->result = ERROR_NOMEM;
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), ERROR_NOMEM);
    assert_int_equal(domid, (uint32_t)INVALID_DOMID);
    assert_string_equal(config.b_info.kernel, "/boot/vmlinuz");
    assert_int_equal(config.num_disks, 2);
    libxl_domain_config_dispose(&config);
}

static void a_guest_is_read_back_as_it_was_made(void **state)
{
    libxl_domain_config config, back;
    uint32_t domid;

    make_config(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), 0);
    libxl_domain_config_init(&back);
    assert_int_equal(libxl_retrieve_domain_configuration(ctx, domid, &back, NULL), 0);
    assert_created(&back);
    assert_same_text(config_text(&back), config_text(&config));
    libxl_domain_config_dispose(&back);
    libxl_domain_config_dispose(&config);
}

static void half_a_result_is_released(void **state)
{
    libxl_domain_config back;

    libxl_domain_config_init(&back);
    assert_int_equal(libxl_retrieve_domain_configuration(ctx, 1, &back, NULL),
                     ERROR_DOMAIN_NOTFOUND);
    libxl_domain_config_dispose(&back);
}

static void an_empty_configuration_passes(void **state)
{
    libxl_domain_config config;
    uint64_t need = 0;

    libxl_domain_config_init(&config);
    config.b_info.max_memkb = 4096;
    assert_int_equal(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), 0);
    assert_int_equal(need, 4096 + 2048);
    libxl_domain_config_dispose(&config);
}

/* The default of nr_spis was 0 before 4.21, and is ~0 since. */
static void a_default_becomes_the_default_of_the_release(void **state)
{
    libxl_domain_config config;
    uint64_t need;

    libxl_domain_config_init(&config);
    assert_int_equal(config.b_info.arch_arm.nr_spis, UINT32_MAX);
    assert_int_equal(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), 0);
    assert_int_equal(fake->number("libxl_domain_config", "b_info.arch_arm.nr_spis"),
                     runs(21) ? UINT32_MAX : 0);
    assert_int_equal(config.b_info.arch_arm.nr_spis, UINT32_MAX);
    libxl_domain_config_dispose(&config);
}

/* Devices */

static void device_lists_are_the_callers(void **state)
{
    libxl_domain_config config;
    libxl_device_disk *disks;
    libxl_device_nic *nics;
    libxl_device_pci *pcis;
    uint32_t domid;
    int count;

    make_config(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), 0);
    libxl_domain_config_dispose(&config);

    disks = libxl_device_disk_list(ctx, domid, &count);
    assert_int_equal(count, 3);
    assert_string_equal(disks[0].pdev_path, "/images/a");
    assert_string_equal(disks[1].hidden_disk, "/hidden");
    assert_int_equal(disks[1].colo_port, 9000);
    assert_int_equal(disks[2].trusted.val, runs(17) ? 1 : 0);
    assert_int_equal(disks[2].specification, 0);
    libxl_device_disk_list_free(disks, count);

    nics = libxl_device_nic_list(ctx, domid, &count);
    assert_int_equal(count, 1);
    assert_string_equal(nics->model, "e1000");
    assert_string_equal(nics->colo_checkpoint_port, "8889");
    assert_null(nics->vlan);
    libxl_device_nic_list_free(nics, count);

    pcis = libxl_device_pci_list(ctx, domid, &count);
    assert_int_equal(count, 1);
    assert_int_equal(pcis->bus, 3);
    assert_null(pcis->name);
    libxl_device_pci_list_free(pcis, count); /* also where Xen has no such function */
    assert_log("%s", "");
}

static void an_empty_list_can_be_freed(void **state)
{
    libxl_domain_config config;
    libxl_device_nic *nics;
    uint32_t domid;
    int count = -1;

    libxl_domain_config_init(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), 0);
    libxl_domain_config_dispose(&config);
    nics = libxl_device_nic_list(ctx, domid, &count);
    assert_non_null(nics);
    assert_int_equal(count, 0);
    libxl_device_nic_list_free(nics, count);
}

/* Whatever was there before: the function initialises it, also when it fails. */
static void out_init_needs_no_init(void **state)
{
    libxl_domain_config config;
    libxl_device_nic nic, empty;
    uint32_t domid;

    make_config(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), 0);
    libxl_domain_config_dispose(&config);
    memset(&nic, 0x5a, sizeof(nic));
    assert_int_equal(libxl_devid_to_device_nic(ctx, domid, 0, &nic), 0);
    assert_int_equal(nic.devid, 0);
    assert_string_equal(nic.bridge, "br0");
    assert_null(nic.vlan);
    assert_int_equal(nic.trusted.val, 0);
    libxl_device_nic_dispose(&nic);

    memset(&nic, 0x5a, sizeof(nic));
    libxl_device_nic_init(&empty);
    assert_int_equal(libxl_devid_to_device_nic(ctx, domid, 5, &nic), ERROR_NOTFOUND);
    assert_memory_equal(&nic, &empty, sizeof(nic));
}

/* libxlutil */

static void xlutil_parses_into_the_callers_disk(void **state)
{
    const char *good = "/iso,qcow2,hdc", *bad = "nonsense";
    FILE *messages = fopen("/dev/null", "we");
    XLU_Config *parser = xlu_cfg_init(messages, "test");
    libxl_device_disk disk;

    assert_non_null(parser);
    libxl_device_disk_init(&disk);
    disk.script = strdup("mine");
    assert_int_equal(xlu_disk_parse(parser, 1, &good, &disk), 0);
    assert_string_equal(disk.pdev_path, "/iso");
    assert_string_equal(disk.vdev, "hdc");
    assert_string_equal(disk.script, "mine");
    assert_int_equal(disk.readwrite, 1);
    assert_int_equal(disk.format, LIBXL_DISK_FORMAT_QCOW2);
    libxl_device_disk_dispose(&disk);

    libxl_device_disk_init(&disk);
    disk.script = strdup("mine");
    assert_int_equal(xlu_disk_parse(parser, 1, &bad, &disk), EINVAL);
    assert_string_equal(disk.script, "mine");
    libxl_device_disk_dispose(&disk);
    xlu_cfg_destroy(parser);
    fclose(messages);
    assert_int_equal(fake_util->calls("xlu_disk_parse"), 2);
    assert_int_equal(fake->calls("xlu_disk_parse"), 0);
}

/* CPUID policies */

static void a_cpuid_policy_is_made_copied_and_freed_by_libxl(void **state)
{
    libxl_domain_build_info info, copy;

    libxl_domain_build_info_init(&info);
    assert_int_equal(libxl_cpuid_parse_config(&info.cpuid, "host,tm=0"), 0);
    assert_int_equal(libxl_cpuid_parse_config(&info.cpuid, "host,sse=0"), 0);
    assert_int_equal(libxl_cpuid_parse_config(&info.cpuid, "nonsense"), 2);
    libxl_domain_build_info_copy(ctx, &copy, &info);
    assert_ptr_not_equal(copy.cpuid, info.cpuid);
    libxl_domain_build_info_dispose(&info);
    assert_null(info.cpuid);
    assert_int_equal(libxl_cpuid_policy_list_length(&copy.cpuid), 2);
    libxl_domain_build_info_dispose(&copy);
    assert_int_equal(fake->calls("libxl_cpuid_dispose"), 2);
}

static void a_cpuid_policy_has_libxls_own_json(void **state)
{
    libxl_domain_build_info info;
    char *text;

    libxl_domain_build_info_init(&info);
    assert_int_equal(libxl_cpuid_parse_config(&info.cpuid, "host,tm=0"), 0);
    text = libxl_domain_build_info_to_json(ctx, &info);
    libxl_domain_build_info_dispose(&info);
    assert_non_null(strstr(text, "host,tm=0"));
    assert_int_equal(libxl_domain_build_info_from_json(ctx, &info, text), 0);
    assert_int_equal(libxl_cpuid_policy_list_length(&info.cpuid), 1);
    assert_same_text(libxl_domain_build_info_to_json(ctx, &info), text);
    libxl_domain_build_info_dispose(&info);
    assert_int_not_equal(
        libxl_domain_build_info_from_json(ctx, &info, "{ \"cpuid\": \"no list\" }"), 0);
    libxl_domain_build_info_dispose(&info);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_the_callers),
        cmocka_unit_test(no_list_stays_null),
        cmocka_unit_test(out_is_filled),
        cmocka_unit_test(out_may_be_null),
        cmocka_unit_test(out_is_left_alone_on_failure),
        cmocka_unit_test(inout_comes_back),
        cmocka_unit_test(inout_comes_back_after_a_failure),
        cmocka_unit_test(in_is_only_read),
        cmocka_unit_test(equal_types_pass_straight_through),
        cmocka_unit_test(a_configuration_arrives_whole_and_comes_back_grown),
        cmocka_unit_test(a_configuration_survives_a_failure),
        cmocka_unit_test(a_guest_is_read_back_as_it_was_made),
        cmocka_unit_test(half_a_result_is_released),
        cmocka_unit_test(an_empty_configuration_passes),
        cmocka_unit_test(a_default_becomes_the_default_of_the_release),
        cmocka_unit_test(device_lists_are_the_callers),
        cmocka_unit_test(an_empty_list_can_be_freed),
        cmocka_unit_test(out_init_needs_no_init),
        cmocka_unit_test(xlutil_parses_into_the_callers_disk),
        cmocka_unit_test(a_cpuid_policy_is_made_copied_and_freed_by_libxl),
        cmocka_unit_test(a_cpuid_policy_has_libxls_own_json),
    };

    return run_over_every_release(tests, true);
}
