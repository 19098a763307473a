/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's life on every simulated release, through the source-compatible surface. */

#include "simulated.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void guest_is_created_and_listed(void **state)
{
    uint32_t domid = create("first", LIBXL_DOMAIN_TYPE_PVH), found;
    libxl_dominfo info, *all;
    char *name;
    int count;

    libxl_dominfo_init(&info);
    assert_int_equal(libxl_domain_info(ctx, &info, domid), 0);
    assert_true(info.paused);
    assert_false(info.shutdown);
    assert_int_equal(info.domain_type, LIBXL_DOMAIN_TYPE_PVH);
    assert_int_equal(info.current_memkb, 128 * 1024);
    assert_int_equal(info.vcpu_max_id, 1);
    libxl_dominfo_dispose(&info);
    all = libxl_list_domain(ctx, &count);
    assert_int_equal(count, 2);
    assert_int_equal(all[0].domid, 0);
    libxl_dominfo_list_free(all, count);
    name = libxl_domid_to_name(ctx, domid);
    assert_string_equal(name, "first");
    free(name);
    assert_int_equal(libxl_name_to_domid(ctx, "first", &found), 0);
    assert_int_equal(found, domid);
    assert_int_equal(libxl_domain_destroy(ctx, domid, NULL), 0);
    assert_int_equal(libxl_domain_info(ctx, NULL, domid), ERROR_DOMAIN_NOTFOUND);
}

static void what_cannot_be_is_refused(void **state)
{
    libxl_domain_config config;
    uint32_t domid;

    create("twice", LIBXL_DOMAIN_TYPE_PV);
    make_config(&config, "twice", LIBXL_DOMAIN_TYPE_PV);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), ERROR_INVAL);
    assert_logged("a domain with the name twice exists");
    free(config.c_info.name);
    config.c_info.name = strdup("huge");
    config.b_info.max_memkb = config.b_info.target_memkb = UINT64_C(1) << 40;
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), ERROR_NOMEM);
    assert_logged("b_info.target_memkb 1099511627776: the host has");
    libxl_domain_config_dispose(&config);
}

static void life_cycle_is_told_by_events(void **state)
{
    uint32_t domid = create("events", LIBXL_DOMAIN_TYPE_HVM);
    libxl_evgen_domain_death *watch;
    libxl_event *event;
    libxl_dominfo info;

    assert_int_equal(libxl_evenable_domain_death(ctx, domid, 42, &watch), 0);
    assert_int_equal(libxl_domain_unpause(ctx, domid, NULL), 0);
    assert_int_equal(libxl_domain_shutdown(ctx, domid, NULL), 0);
    event = next_event();
    assert_int_equal(event->for_user, 42);
    assert_int_equal(event->u.domain_shutdown.shutdown_reason, LIBXL_SHUTDOWN_REASON_POWEROFF);
    assert_event(event, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, domid);
    libxl_dominfo_init(&info);
    assert_int_equal(libxl_domain_info(ctx, &info, domid), 0);
    assert_true(info.shutdown);
    assert_int_equal(info.shutdown_reason, LIBXL_SHUTDOWN_REASON_POWEROFF);
    libxl_dominfo_dispose(&info);
    assert_int_equal(libxl_domain_destroy(ctx, domid, NULL), 0);
    assert_event(next_event(), LIBXL_EVENT_TYPE_DOMAIN_DEATH, domid);
    libxl_evdisable_domain_death(ctx, watch);
}

static void devices_come_and_go(void **state)
{
    uint32_t domid = create("devices", LIBXL_DOMAIN_TYPE_PV);
    libxl_device_disk disk, *disks;
    libxl_device_nic nic, *nics;
    libxl_diskinfo info;
    int count;

    libxl_device_disk_init(&disk);
    disk.vdev = strdup("xvda");
    disk.pdev_path = strdup("/var/a.img");
    disk.format = LIBXL_DISK_FORMAT_RAW;
    disk.readwrite = 1;
    assert_int_equal(libxl_device_disk_add(ctx, domid, &disk, NULL), 0);
    assert_int_equal(libxl_device_disk_add(ctx, domid, &disk, NULL), ERROR_DEVICE_EXISTS);
    disks = libxl_device_disk_list(ctx, domid, &count);
    assert_int_equal(count, 1);
    assert_string_equal(disks[0].vdev, "xvda");
    assert_string_equal(disks[0].pdev_path, "/var/a.img");
    libxl_device_disk_list_free(disks, count);
    libxl_diskinfo_init(&info);
    assert_int_equal(libxl_device_disk_getinfo(ctx, domid, &disk, &info), 0);
    assert_int_equal(info.state, 4);
    libxl_diskinfo_dispose(&info);
    assert_int_equal(libxl_device_disk_remove(ctx, domid, &disk, NULL), 0);
    assert_int_equal(libxl_device_disk_remove(ctx, domid, &disk, NULL), ERROR_NOTFOUND);
    libxl_device_disk_dispose(&disk);

    libxl_device_nic_init(&nic);
    assert_int_equal(libxl_device_nic_add(ctx, domid, &nic, NULL), 0);
    assert_int_equal(nic.devid, 0);
    libxl_device_nic_dispose(&nic);
    nics = libxl_device_nic_list(ctx, domid, &count);
    assert_int_equal(count, 1);
    assert_memory_equal(nics[0].mac, "\0\x16\x3e", 3);
    libxl_device_nic_list_free(nics, count);
    assert_int_equal(libxl_devid_to_device_nic(ctx, domid, 1, &nic), ERROR_NOTFOUND);
    libxl_device_nic_dispose(&nic);
}

static void memory_and_vcpus_follow(void **state)
{
    uint32_t domid = create("resources", LIBXL_DOMAIN_TYPE_PV);
    libxl_domain_sched_params params;
    libxl_vcpuinfo *vcpus;
    libxl_bitmap map;
    uint64_t target;
    int count, cpus;

    assert_int_equal(libxl_set_memory_target(ctx, domid, 64 * 1024, 0, 1), 0);
    assert_int_equal(libxl_get_memory_target(ctx, domid, &target), 0);
    assert_int_equal(target, 64 * 1024);
    assert_int_equal(libxl_set_memory_target(ctx, domid, 512 * 1024, 0, 1), ERROR_INVAL);
    assert_int_equal(libxl_cpu_bitmap_alloc(ctx, &map, 0), 0);
    libxl_bitmap_set(&map, 0);
    libxl_bitmap_set(&map, 1);
    assert_int_equal(libxl_set_vcpuonline(ctx, domid, &map, NULL), 0);
    assert_int_equal(libxl_set_vcpuaffinity(ctx, domid, 1, &map, NULL), 0);
    vcpus = libxl_list_vcpu(ctx, domid, &count, &cpus);
    assert_int_equal(count, 2);
    assert_true(vcpus[1].online);
    assert_int_equal(libxl_bitmap_count_set(&vcpus[1].cpumap), 2);
    assert_int_equal(libxl_bitmap_count_set(&vcpus[0].cpumap), cpus);
    libxl_vcpuinfo_list_free(vcpus, count);
    libxl_bitmap_set(&map, 7);
    assert_int_equal(libxl_set_vcpuonline(ctx, domid, &map, NULL), ERROR_INVAL);
    libxl_bitmap_dispose(&map);
    libxl_domain_sched_params_init(&params);
    params.weight = 512;
    assert_int_equal(libxl_domain_sched_params_set(ctx, domid, &params), 0);
    params.weight = -1;
    assert_int_equal(libxl_domain_sched_params_get(ctx, domid, &params), 0);
    assert_int_equal(params.weight, 512);
    params.weight = 0;
    assert_int_equal(libxl_domain_sched_params_set(ctx, domid, &params), ERROR_INVAL);
    libxl_domain_sched_params_dispose(&params);
}

static void saved_guest_comes_back(void **state)
{
    uint32_t domid = create("saved", LIBXL_DOMAIN_TYPE_PV), again;
    int file = memfd_create("stream", MFD_CLOEXEC);
    libxl_domain_restore_params params;
    libxl_domain_config config;

    assert_true(file >= 0);
    libxl_domain_config_init(&config);
    assert_int_equal(libxl_retrieve_domain_configuration(ctx, domid, &config, NULL), 0);
    assert_int_equal(libxl_domain_unpause(ctx, domid, NULL), 0);
    assert_int_equal(libxl_domain_suspend(ctx, domid, file, 0, NULL), 0);
    assert_int_equal(libxl_domain_destroy(ctx, domid, NULL), 0);
    lseek(file, 0, SEEK_SET);
    libxl_domain_restore_params_init(&params);
    assert_int_equal(libxl_domain_create_restore(ctx, &config, &again, file, -1, &params, NULL,
                                                 NULL), 0);
    assert_int_not_equal(again, domid);
    assert_int_equal(libxl_domain_destroy(ctx, again, NULL), 0);
    /* half a stream */
    assert_int_equal(ftruncate(file, 100), 0);
    lseek(file, 0, SEEK_SET);
    assert_int_equal(libxl_domain_create_restore(ctx, &config, &again, file, -1, &params, NULL,
                                                 NULL), ERROR_FAIL);
    assert_logged("it ends too early");
    libxl_domain_restore_params_dispose(&params);
    libxl_domain_config_dispose(&config);
    close(file);
}

static void the_host_is_described(void **state)
{
    libxl_cputopology *topology;
    libxl_numainfo *nodes;
    libxl_physinfo host;
    int count;

    assert_int_equal(libxl_get_version_info(ctx)->xen_version_minor, xen_minor);
    libxl_physinfo_init(&host);
    assert_int_equal(libxl_get_physinfo(ctx, &host), 0);
    assert_int_equal(host.nr_cpus, 16);
    assert_int_equal(host.cap_gnttab_v2, xen_minor >= 16);
    libxl_physinfo_dispose(&host);
    topology = libxl_get_cpu_topology(ctx, &count);
    assert_int_equal(count, 16);
    assert_int_equal(topology[15].node, 1);
    libxl_cputopology_list_free(topology, count);
    nodes = libxl_get_numainfo(ctx, &count);
    assert_int_equal(count, 2);
    assert_int_equal(nodes[1].num_dists, 2);
    assert_int_equal(nodes[1].dists[0], 21);
    libxl_numainfo_list_free(nodes, count);
}

static void pools_hold_cpus(void **state)
{
    uint32_t pool, domid = create("pooled", LIBXL_DOMAIN_TYPE_PV);
    libxl_cpupoolinfo info;
    libxl_uuid uuid;
    libxl_bitmap none;

    libxl_bitmap_init(&none);
    libxl_uuid_generate(&uuid);
    assert_int_equal(libxl_cpupool_cpuremove(ctx, 0, 15), 0);
    assert_int_equal(libxl_cpupool_create(ctx, "other", LIBXL_SCHEDULER_CREDIT, none, &uuid, &pool), 0);
    assert_int_equal(libxl_cpupool_cpuadd(ctx, pool, 14), ERROR_FAIL);
    assert_int_equal(libxl_cpupool_cpuadd(ctx, pool, 15), 0);
    assert_int_equal(libxl_cpupool_movedomain(ctx, pool, domid), 0);
    assert_int_equal(libxl_cpupool_destroy(ctx, pool), ERROR_FAIL);
    libxl_cpupoolinfo_init(&info);
    assert_int_equal(libxl_cpupool_info(ctx, &info, pool), 0);
    assert_string_equal(info.pool_name, "other");
    assert_int_equal(info.n_dom, 1);
    assert_int_equal(libxl_bitmap_count_set(&info.cpumap), 1);
    libxl_cpupoolinfo_dispose(&info);
    assert_int_equal(libxl_domain_destroy(ctx, domid, NULL), 0);
    assert_int_equal(libxl_cpupool_destroy(ctx, pool), 0);
    assert_int_equal(libxl_cpupool_cpuadd(ctx, 0, 15), 0);
}

static void data_stays_with_a_domain(void **state)
{
    uint32_t domid = create("data", LIBXL_DOMAIN_TYPE_PV);
    uint8_t *data;
    int length;

    assert_int_equal(libxl_userdata_store(ctx, domid, "test", (const uint8_t *)"abc", 3), 0);
    assert_int_equal(libxl_userdata_retrieve(ctx, domid, "test", &data, &length), 0);
    assert_int_equal(length, 3);
    assert_memory_equal(data, "abc", 3);
    free(data);
    assert_int_equal(libxl_userdata_unlink(ctx, domid, "test"), 0);
    assert_int_equal(libxl_userdata_retrieve(ctx, domid, "test", &data, &length), 0);
    assert_null(data);
}

static void what_a_release_lacks_is_refused_by_name(void **state)
{
    libxl_domain_config config;
    uint32_t domid;
    int rc;

    make_config(&config, "newer", LIBXL_DOMAIN_TYPE_PV);
    config.num_virtios = 1;
    config.virtios = calloc(1, sizeof(*config.virtios));
    libxl_device_virtio_init(config.virtios);
    rc = libxl_domain_create_new(ctx, &config, &domid, NULL, NULL);
    if (xen_minor >= 18) {
        assert_int_equal(rc, 0);
    } else {
        assert_int_equal(rc, ERROR_INVAL);
        assert_logged("virtios");
    }
    libxl_domain_config_dispose(&config);
}

static void the_monitor_answers(void **state)
{
    uint32_t hvm = create("monitored", LIBXL_DOMAIN_TYPE_HVM);
    uint32_t pv = create("unmonitored", LIBXL_DOMAIN_TYPE_PV);
    char *output = NULL;

    assert_int_equal(libxl_qemu_monitor_command(ctx, hvm, "info status", &output, NULL), 0);
    assert_string_equal(output, "simulated: info status");
    free(output);
    assert_int_equal(libxl_qemu_monitor_command(ctx, pv, "info status", &output, NULL),
                     ERROR_FAIL);
    assert_logged("it has no QEMU");
    assert_int_equal(libxl_console_exec(ctx, hvm, 0, LIBXL_CONSOLE_TYPE_PV, -1, NULL), ERROR_FAIL);
    assert_logged("no console client to run");
    assert_int_equal(libxl_psr_cmt_enabled(ctx), 0);
}

static uint32_t quota(const libxl_xs_quota_list *list, const char *name)
{
    for (int i = 0; i < list->num_quota; i++) {
        if (strcmp(list->quota[i].name, name) == 0)
            return list->quota[i].val;
    }
    fail_msg("no quota %s", name);
    return 0;
}

/* A guest has the host's until it gets its own. Xen has them since 4.22. */
static void quotas_are_kept(void **state)
{
    uint32_t domid = create("thrifty", LIBXL_DOMAIN_TYPE_PV);
    libxl_xs_quota_list list;

    if (xen_minor < 22) {
        assert_int_equal(libxl_xs_quota_global_get(ctx, &list), ERROR_NI);
        return;
    }
    assert_int_equal(libxl_xs_quota_domain_get(ctx, domid, &list), 0);
    assert_int_equal(quota(&list, "nodes"), 1000);
    for (int i = 0; i < list.num_quota; i++)
        list.quota[i].val = 7;
    assert_int_equal(libxl_xs_quota_domain_set(ctx, domid, &list), 0);
    libxl_xs_quota_list_dispose(&list);
    assert_int_equal(libxl_xs_quota_domain_get(ctx, domid, &list), 0);
    assert_int_equal(quota(&list, "watches"), 7);
    free(list.quota[0].name);
    list.quota[0].name = strdup("apples");
    assert_int_equal(libxl_xs_quota_global_set(ctx, &list), ERROR_FAIL);
    assert_logged("no quota 'apples'");
    libxl_xs_quota_list_dispose(&list);
    assert_int_equal(libxl_xs_quota_global_get(ctx, &list), 0);
    assert_int_equal(quota(&list, "watches"), 128);
    libxl_xs_quota_list_dispose(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guest_is_created_and_listed),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(life_cycle_is_told_by_events),
        cmocka_unit_test(devices_come_and_go),
        cmocka_unit_test(memory_and_vcpus_follow),
        cmocka_unit_test(saved_guest_comes_back),
        cmocka_unit_test(the_host_is_described),
        cmocka_unit_test(pools_hold_cpus),
        cmocka_unit_test(data_stays_with_a_domain),
        cmocka_unit_test(what_a_release_lacks_is_refused_by_name),
        cmocka_unit_test(the_monitor_answers),
        cmocka_unit_test(quotas_are_kept),
    };

    return run_simulated(tests, NULL);
}
