/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libxl does differently from release to release, and callers do not notice: see "Bridged" in
 * doc/behaviour.md. The fake does what libxl does, down to abort().
 */

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

/* Device models */

static void make_hvm(libxl_domain_config *config, libxl_device_model_version version,
                     libxl_bios_type bios)
{
    libxl_domain_config_init(config);
    config->c_info.type = LIBXL_DOMAIN_TYPE_HVM;
    libxl_domain_build_info_init_type(&config->b_info, LIBXL_DOMAIN_TYPE_HVM);
    config->b_info.max_memkb = 4096;
    config->b_info.device_model_version = version;
    config->b_info.u.hvm.bios = bios;
}

static void callback(libxl_ctx *of, int rc, void *user)
{
    fail_msg("the callback of an operation that was never started");
}

static void refused_everywhere(libxl_domain_config *config, const char *value)
{
    libxl_asyncop_how how = { .callback = callback };
    uint32_t domid = 4711;
    uint64_t need;

    for (int i = 0; i < 5; i++) {
        static const char *const functions[] = {
            "libxl_domain_create_new", "libxl_domain_create_restore", "libxl_domain_soft_reset",
            "libxl_domain_need_memory", "libxl_domain_need_memory_0x041200",
        };
        libxl_domain_restore_params params;
        int rc = 0;

        switch (i) {
        case 0:
            rc = libxl_domain_create_new(ctx, config, &domid, &how, NULL);
            break;
        case 1:
            libxl_domain_restore_params_init(&params);
            rc = libxl_domain_create_restore(ctx, config, &domid, -1, -1, &params, &how, NULL);
            libxl_domain_restore_params_dispose(&params);
            break;
        case 2:
            rc = libxl_domain_soft_reset(ctx, config, 1, &how, NULL);
            break;
        case 3:
            rc = libxl_domain_need_memory(ctx, config, INVALID_DOMID, &need);
            break;
        case 4:
            rc = libxl_domain_need_memory_0x041200(ctx, &config->b_info, &need);
            break;
        }
        assert_int_equal(rc, ERROR_INVAL);
        assert_log("error: %s: libxl_domain_%sdevice_model_version is set to %s, which libxl of "
                   "Xen 4.%d has no HVM guests with\n",
                   functions[i], i < 4 ? "config.b_info." : "build_info.", value, xen_minor);
        assert_int_equal(fake->calls(functions[i]), 0);
    }
    assert_int_equal(domid, 4711);
}

static void qemu_traditional_does_not_end_the_process(void **state)
{
    libxl_domain_config config;
    uint64_t need;

    make_hvm(&config, LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL, LIBXL_BIOS_TYPE_ROMBIOS);
    if (runs(21)) {
        refused_everywhere(&config, "1 (qemu_xen_traditional)");
    } else {
        assert_int_equal(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), 0);
        assert_int_equal(fake->number("libxl_domain_config", "b_info.device_model_version"), 1);
        assert_log("%s", "");
    }
    libxl_domain_config_dispose(&config);
}

static void an_unknown_device_model_does_not_end_the_process(void **state)
{
    libxl_domain_config config;

    make_hvm(&config, 99, LIBXL_BIOS_TYPE_SEABIOS);
    refused_everywhere(&config, "99 (of no release)");
    libxl_domain_config_dispose(&config);
}

static void a_missing_qemu_does_not_end_the_process(void **state)
{
    libxl_domain_config config;
    uint64_t need = 0;

    make_hvm(&config, LIBXL_DEVICE_MODEL_VERSION_UNKNOWN, LIBXL_BIOS_TYPE_SEABIOS);
    assert_int_equal(libxl_domain_need_memory_0x041200(ctx, &config.b_info, &need), 0);
    assert_int_equal(need, 4096);
    assert_int_equal(fake->number("libxl_domain_build_info", "device_model_version"),
                     runs(21) ? LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN : 0);
    assert_int_equal(config.b_info.device_model_version, 0); /* it is const */
    assert_int_equal(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), 0);
    assert_int_equal(fake->number("libxl_domain_config", "b_info.device_model_version"),
                     runs(21) ? LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN : 0);
    assert_log("%s", "");
    libxl_domain_config_dispose(&config);
}

/* Without a BIOS libxl chooses or refuses by itself, and PV guests have no such device model. */
static void what_libxl_judges_is_left_to_it(void **state)
{
    libxl_domain_config config;
    uint64_t need;

    make_hvm(&config, LIBXL_DEVICE_MODEL_VERSION_UNKNOWN, LIBXL_BIOS_TYPE_UNKNOWN);
    assert_int_equal(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), 0);
    assert_int_equal(fake->number("libxl_domain_config", "b_info.device_model_version"), 0);
    libxl_domain_config_dispose(&config);
    libxl_domain_config_init(&config);
    libxl_domain_build_info_init_type(&config.b_info, LIBXL_DOMAIN_TYPE_PV);
    config.b_info.device_model_version = LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL;
    assert_int_equal(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), 0);
    assert_int_equal(fake->number("libxl_domain_config", "b_info.device_model_version"), 1);
    libxl_domain_config_dispose(&config);
    assert_log("%s", "");
}

/* USB controllers */
static void a_usb_controller_without_a_type_does_not_end_the_process(void **state)
{
    static const struct {
        const char *name, *verb;
        int (*call)(libxl_ctx *, uint32_t, libxl_device_usbctrl *, const libxl_asyncop_how *);
        libxl_usbctrl_type good;
    } functions[] = {
        { "libxl_device_usbctrl_add", "add", libxl_device_usbctrl_add, LIBXL_USBCTRL_TYPE_AUTO },
        { "libxl_device_usbctrl_remove", "remove", libxl_device_usbctrl_remove,
          LIBXL_USBCTRL_TYPE_QUSB },
        { "libxl_device_usbctrl_destroy", "remove", libxl_device_usbctrl_destroy,
          LIBXL_USBCTRL_TYPE_PV },
    };
    libxl_asyncop_how how = { .callback = callback };
    libxl_device_usbctrl usbctrl;

    libxl_device_usbctrl_init(&usbctrl);
    usbctrl.devid = 2;
    for (int i = 0; i < 3; i++) {
        usbctrl.type = 99;
        assert_int_equal(functions[i].call(ctx, 1, &usbctrl, &how), ERROR_INVAL);
        assert_log("error: %s: the type of USB controller 2 is set to 99 (of no release), which "
                   "libxl cannot %s\n",
                   functions[i].name, functions[i].verb);
        if (i > 0) {
            usbctrl.type = LIBXL_USBCTRL_TYPE_AUTO;
            assert_int_equal(functions[i].call(ctx, 1, &usbctrl, &how), ERROR_INVAL);
            assert_log("error: %s: the type of USB controller 2 is set to 0 (auto), which libxl "
                       "cannot remove\n",
                       functions[i].name);
        }
        assert_int_equal(fake->calls(functions[i].name), 0);
        usbctrl.type = functions[i].good;
        assert_int_equal(functions[i].call(ctx, 1, &usbctrl, NULL), 0);
        assert_int_equal(fake->calls(functions[i].name), 1);
        assert_log("%s", "");
    }
    libxl_device_usbctrl_dispose(&usbctrl);
}

static void so_in_a_configuration(void **state)
{
    libxl_domain_config config;
    uint32_t domid;

    make_config(&config);
    config.usbctrls = calloc(2, sizeof(*config.usbctrls));
    config.num_usbctrls = 2;
    for (int i = 0; i < 2; i++)
        libxl_device_usbctrl_init(&config.usbctrls[i]);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), 0);
    config.usbctrls[1].type = 99;
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), ERROR_INVAL);
    assert_log("error: libxl_domain_create_new: the type of USB controller -1 is set to 99 (of no "
               "release), which libxl cannot add\n");
    assert_int_equal(fake->calls("libxl_domain_create_new"), 1);
    libxl_domain_config_dispose(&config);
}

/* Results */

static int ended;

static void on_end(libxl_ctx *of, int rc, void *user)
{
    ended = rc;
}

static void an_error_has_its_sign(void **state)
{
    libxl_asyncop_how how = { .callback = on_end }, by_event = { .u.for_event = 5 };
    libxl_domain_config config;
    libxl_event *event;
    uint32_t domid;
    uint64_t need;

    make_config(&config);
    fake->result = -ERROR_INVAL;
    assert_int_equal(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), ERROR_INVAL);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), ERROR_INVAL);
    fake->start_result = -ERROR_INVAL;
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how, NULL), ERROR_INVAL);
    fake->start_result = 0;
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how, NULL), 0);
    assert_true(fake->end_one(-ERROR_INVAL));
    assert_int_equal(ended, ERROR_INVAL);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &by_event, NULL), 0);
    assert_true(fake->end_one(-ERROR_INVAL));
    assert_int_equal(libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
    assert_int_equal(event->for_user, 5);
    assert_int_equal(event->u.operation_complete.rc, ERROR_INVAL);
    libxl_event_free(ctx, event);
    libxl_domain_config_dispose(&config);
}

/* Lists. libxl leaves the count alone where there is none; list_vcpu does so since 4.17. */

static void no_list_has_no_elements(void **state)
{
    int vcpus = 4711, cpus = 0, pools = 4711, vms = 4711, nodes = 4711, domains = 4711;

    assert_null(libxl_list_vcpu(ctx, 1, &vcpus, &cpus));
    assert_int_equal(vcpus, 0);
    assert_null(libxl_list_cpupool(ctx, &pools));
    assert_int_equal(pools, 0);
    assert_null(libxl_list_vm(ctx, &vms));
    assert_int_equal(vms, 0);
    assert_null(libxl_get_numainfo(ctx, &nodes));
    assert_int_equal(nodes, 0);
    fake->result = ERROR_FAIL;
    assert_null(libxl_list_domain(ctx, &domains));
    assert_int_equal(domains, 0);
}

/* The hypervisor's strings */

static void the_hypervisor_always_has_strings(void **state)
{
    const libxl_version_info *info;

    fake->old_hypervisor = true;
    for (int i = 0; i < 2; i++) {
        info = libxl_get_version_info(ctx);
        assert_non_null(info);
        assert_int_equal(info->xen_version_major, 4);
        assert_non_null(info->xen_version_extra);
        assert_non_null(info->capabilities);
        assert_non_null(info->changeset);
        assert_non_null(info->commandline);
    }
    /* The ctx's own, and libxl is not asked again: it would leak. */
    assert_ptr_equal(info, libxl_get_version_info(ctx));
    assert_int_equal(fake->calls("libxl_get_version_info"), runs(20) ? 1 : 3);
    assert_log("%s", "");
}

static void the_hypervisors_own_strings_pass(void **state)
{
    const libxl_version_info *info = libxl_get_version_info(ctx);

    assert_string_equal(info->xen_version_extra, ".1");
    assert_string_equal(info->capabilities, "xen-3.0-x86_64");
    assert_string_equal(info->changeset, "c0ffee");
    assert_string_equal(info->commandline, "dom0_mem=1G");
    assert_ptr_equal(libxl_get_version_info(ctx), info);
    assert_int_equal(fake->calls("libxl_get_version_info"), 2);
}

/* PCI devices: before 4.15 libxl has no list_free, and its elements own nothing. */
static void a_list_of_pci_devices_is_freed_as_a_list(void **state)
{
    libxl_domain_config config;
    libxl_device_pci *list;
    uint32_t domid;
    int count = 0;

    make_config(&config);
    if (runs(15))
        config.pcidevs->name = strdup("gpu");
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), 0);
    list = libxl_device_pci_list(ctx, domid, &count);
    assert_int_equal(count, 1);
    assert_int_equal(list->bus, 3);
    if (runs(15))
        assert_string_equal(list->name, "gpu");
    else
        assert_null(list->name);
    libxl_device_pci_list_free(list, count);
    assert_int_equal(fake->calls("libxl_device_pci_list_free"), 0);
    libxl_domain_config_dispose(&config);
}

/* JSON: unknown keys are passed over everywhere, unknown words are refused. */
static void a_word_that_the_release_lacks_is_refused(void **state)
{
    libxl_device_disk disk;
    int rc = libxl_device_disk_from_json(ctx, &disk, "{\"backend\": \"standalone\"}");

    if (runs(17)) {
        assert_int_equal(rc, 0);
        assert_int_equal(disk.backend, LIBXL_DISK_BACKEND_STANDALONE);
        assert_log("%s", "");
    } else {
        assert_int_equal(rc, ERROR_FAIL);
        assert_log("error: libxl_device_disk_from_json: backend: \"standalone\" is a "
                   "libxl_disk_backend since Xen 4.17\n");
    }
    libxl_device_disk_dispose(&disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(qemu_traditional_does_not_end_the_process),
        cmocka_unit_test(an_unknown_device_model_does_not_end_the_process),
        cmocka_unit_test(a_missing_qemu_does_not_end_the_process),
        cmocka_unit_test(what_libxl_judges_is_left_to_it),
        cmocka_unit_test(a_usb_controller_without_a_type_does_not_end_the_process),
        cmocka_unit_test(so_in_a_configuration),
        cmocka_unit_test(an_error_has_its_sign),
        cmocka_unit_test(no_list_has_no_elements),
        cmocka_unit_test(the_hypervisor_always_has_strings),
        cmocka_unit_test(the_hypervisors_own_strings_pass),
        cmocka_unit_test(a_list_of_pci_devices_is_freed_as_a_list),
        cmocka_unit_test(a_word_that_the_release_lacks_is_refused),
    };

    return run_over_every_release(tests, true);
}
