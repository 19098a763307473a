/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A field, value or function that the running release lacks: nothing is called, and one line in the
 * log names what it is, the release that has it and the one that runs. What it has arrives.
 */

/* Also those that a caller on this machine does not see. */
#define XLS_ALL_ARCHITECTURES

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

/* One thing that came after 4.14 each: how to set it, and what the log calls it. */

struct novelty {
    int since; /* 4.N */
    const char *path, *value;
    void (*set)(libxl_domain_config *config);
};

#define SET(name) static void set_##name(libxl_domain_config *config)
#define HVM config->b_info.u.hvm

SET(msr_relaxed) { libxl_defbool_set(&config->b_info.arch_x86.msr_relaxed, true); }
SET(vmtrace) { config->b_info.vmtrace_buf_kb = 64; }
SET(pci_name) { config->pcidevs->name = strdup("gpu"); }
SET(viridian)
{
    libxl_bitmap_alloc(NULL, &HVM.viridian_enable, 16);
    libxl_bitmap_set(&HVM.viridian_enable, LIBXL_VIRIDIAN_ENLIGHTENMENT_SYNIC);
    libxl_bitmap_set(&HVM.viridian_enable, LIBXL_VIRIDIAN_ENLIGHTENMENT_NO_VP_LIMIT);
}
SET(grant_version) { config->b_info.max_grant_version = 1; }
SET(stubdomain_cmdline) { config->b_info.stubdomain_cmdline = strdup("quiet"); }
SET(vpmu) { libxl_defbool_set(&config->b_info.vpmu, false); }
SET(specification) { config->disks[0].specification = LIBXL_DISK_SPECIFICATION_VIRTIO; }
SET(transport) { config->disks[1].transport = LIBXL_DISK_TRANSPORT_MMIO; }
SET(base) { config->disks[1].base = 0xfedcba9876543210; }
SET(disk_trusted) { libxl_defbool_set(&config->disks[1].trusted, false); }
SET(nic_trusted) { libxl_defbool_set(&config->nics->trusted, true); }
SET(standalone) { config->disks[0].backend = LIBXL_DISK_BACKEND_STANDALONE; }
SET(bootloader_user) { config->b_info.bootloader_user = strdup("nobody"); }
SET(smbios)
{
    HVM.num_smbios = 1;
    HVM.smbios = calloc(1, sizeof(*HVM.smbios));
    libxl_smbios_init(HVM.smbios);
    HVM.smbios->key = LIBXL_SMBIOS_TYPE_OEM;
    HVM.smbios->value = strdup("text");
}
SET(sve) { config->b_info.arch_arm.sve_vl = LIBXL_SVE_TYPE_256; }
SET(virtio)
{
    config->num_virtios = 1;
    config->virtios = calloc(1, sizeof(*config->virtios));
    libxl_device_virtio_init(config->virtios);
    config->virtios->type = strdup("virtio,device22");
}
SET(tee) { config->b_info.tee = LIBXL_TEE_TYPE_FFA; }
SET(pirq) { libxl_defbool_set(&HVM.pirq, true); }
SET(nr_spis) { config->b_info.arch_arm.nr_spis = 5; }
SET(grant_usage) { libxl_defbool_set(&config->disks[0].grant_usage, true); }
SET(vlan) { config->nics->vlan = strdup("42"); }
SET(max_files) { config->p9s->max_files = 10; }
SET(auto_delete) { config->p9s->auto_delete = true; }
SET(llc_colors)
{
    config->b_info.num_llc_colors = 2;
    config->b_info.llc_colors = calloc(2, sizeof(*config->b_info.llc_colors));
    config->b_info.llc_colors[1] = 1;
}
SET(bar_uc) { libxl_defbool_set(&HVM.xen_platform_pci_bar_uc, true); }
SET(arm_sci) { config->b_info.arch_arm.arm_sci.type = LIBXL_ARM_SCI_TYPE_SCMI_SMC; }
SET(altp2m_count) { config->b_info.altp2m_count = 0; }
SET(feature_mask) { config->b_info.xenstore_feature_mask = 3; }
SET(quota)
{
    config->b_info.xenstore_quota.num_quota = 1;
    config->b_info.xenstore_quota.quota = calloc(1, sizeof(libxl_xs_quota_item));
    config->b_info.xenstore_quota.quota->name = strdup("nodes");
    config->b_info.xenstore_quota.quota->val = 100;
}

static const struct novelty novelties[] = {
    { 15, "b_info.arch_x86.msr_relaxed", "true", set_msr_relaxed },
    { 15, "b_info.vmtrace_buf_kb", "64", set_vmtrace },
    { 15, "pcidevs[0].name", "\"gpu\"", set_pci_name },
    { 15, "b_info.u.hvm.viridian_enable", "LIBXL_VIRIDIAN_ENLIGHTENMENT_NO_VP_LIMIT",
      set_viridian },
    { 16, "b_info.max_grant_version", "1", set_grant_version },
    { 16, "b_info.stubdomain_cmdline", "\"quiet\"", set_stubdomain_cmdline },
    { 16, "b_info.vpmu", "false", set_vpmu },
    { 17, "disks[0].specification", "LIBXL_DISK_SPECIFICATION_VIRTIO", set_specification },
    { 17, "disks[1].transport", "LIBXL_DISK_TRANSPORT_MMIO", set_transport },
    { 17, "disks[1].base", "18364758544493064720", set_base },
    { 17, "disks[1].trusted", "false", set_disk_trusted },
    { 17, "nics[0].trusted", "true", set_nic_trusted },
    { 17, "disks[0].backend", "LIBXL_DISK_BACKEND_STANDALONE", set_standalone },
    { 18, "b_info.bootloader_user", "\"nobody\"", set_bootloader_user },
    { 18, "b_info.u.hvm.num_smbios", "1", set_smbios },
    { 18, "b_info.arch_arm.sve_vl", "LIBXL_SVE_TYPE_256", set_sve },
    { 18, "num_virtios", "1", set_virtio },
    { 18, "b_info.tee", "LIBXL_TEE_TYPE_FFA", set_tee },
    { 19, "b_info.u.hvm.pirq", "true", set_pirq },
    { 19, "b_info.arch_arm.nr_spis", "5", set_nr_spis },
    { 19, "disks[0].grant_usage", "true", set_grant_usage },
    { 19, "nics[0].vlan", "\"42\"", set_vlan },
    { 19, "p9s[0].max_files", "10", set_max_files },
    { 19, "p9s[0].auto_delete", "1", set_auto_delete },
    { 20, "b_info.num_llc_colors", "2", set_llc_colors },
    { 21, "b_info.u.hvm.xen_platform_pci_bar_uc", "true", set_bar_uc },
    { 21, "b_info.arch_arm.arm_sci.type", "LIBXL_ARM_SCI_TYPE_SCMI_SMC", set_arm_sci },
    { 21, "b_info.altp2m_count", "0", set_altp2m_count },
    { 21, "b_info.xenstore_feature_mask", "3", set_feature_mask },
    { 22, "b_info.xenstore_quota.num_quota", "1", set_quota },
};

#define NOVELTIES (sizeof(novelties) / sizeof(novelties[0]))

static void callback(libxl_ctx *of, int rc, void *user)
{
    fail_msg("the callback of an operation that was never started");
}

static void each_field_is_refused_or_arrives(void **state)
{
    libxl_asyncop_how how = { .callback = callback };

    for (size_t i = 0; i < NOVELTIES; i++) {
        const struct novelty *novelty = &novelties[i];
        bool known = runs(novelty->since);
        libxl_domain_config config;
        uint32_t domid = 4711;
        char *before;
        int rc;

        fake->reset();
        make_config(&config);
        novelty->set(&config);
        before = config_text(&config);
        rc = libxl_domain_create_new(ctx, &config, &domid, i % 2 && !known ? &how : NULL, NULL);
        if (known) {
            if (rc)
                fail_msg("%s was refused: %d, %s", novelty->path, rc, take_log());
            assert_same_text(received_config_text(), before);
            assert_log("%s", "");
        } else {
            if (rc != ERROR_INVAL)
                fail_msg("%s was not refused: %d", novelty->path, rc);
            assert_log("error: libxl_domain_create_new: libxl_domain_config.%s is set to %s, which "
                       "Xen has since 4.%d; Xen 4.%d runs\n",
                       novelty->path, novelty->value, novelty->since, xen_minor);
            assert_int_equal(fake->calls("libxl_domain_create_new"), 0);
            assert_int_equal(domid, 4711);
            assert_same_text(config_text(&config), before);
        }
        libxl_domain_config_dispose(&config);
    }
}

static void everything_that_the_release_has_arrives_at_once(void **state)
{
    libxl_domain_config config, back;
    uint32_t domid;
    char *before;

    make_config(&config);
    for (size_t i = 0; i < NOVELTIES; i++) {
        if (runs(novelties[i].since))
            novelties[i].set(&config);
    }
    before = config_text(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), 0);
    assert_same_text(received_config_text(), before);
    libxl_domain_config_init(&back);
    assert_int_equal(libxl_retrieve_domain_configuration(ctx, domid, &back, NULL), 0);
    assert_same_text(config_text(&back), config_text(&config));
    libxl_domain_config_dispose(&back);
    libxl_domain_config_dispose(&config);
    assert_log("%s", "");
}

static void defaults_pass_everywhere(void **state)
{
    libxl_domain_config config;
    libxl_device_p9 p9;
    libxl_device_pci pci;
    libxl_device_nic nic;
    uint64_t need;

    libxl_domain_config_init(&config);
    libxl_domain_build_info_init_type(&config.b_info, LIBXL_DOMAIN_TYPE_HVM);
    assert_int_equal(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), 0);
    libxl_domain_config_dispose(&config);
    libxl_device_p9_init(&p9);
    assert_int_equal(libxl_device_p9_remove(ctx, 1, &p9, NULL), 0);
    libxl_device_pci_init(&pci);
    assert_int_equal(libxl_device_pci_add(ctx, 1, &pci, NULL), 0);
    libxl_device_nic_init(&nic);
    assert_int_equal(libxl_device_nic_add(ctx, 1, &nic, NULL), 0);
    assert_int_equal(fake->calls(NULL), 4);
    assert_log("%s", "");
}

/* The arm of a union that is not selected is not looked at. */
static void a_stale_arm_is_not_refused(void **state)
{
    libxl_domain_config config;
    uint64_t need;

    libxl_domain_config_init(&config);
    libxl_defbool_set(&config.b_info.u.hvm.pirq, true);
    libxl_domain_build_info_init_type(&config.b_info, LIBXL_DOMAIN_TYPE_PV);
    config.b_info.u.pv.cmdline = strdup("root=/dev/xvda");
    assert_int_equal(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), 0);
    assert_string_equal(fake->text("libxl_domain_config", "b_info.u.pv.cmdline"),
                        "root=/dev/xvda");
    libxl_domain_config_dispose(&config);
}

static void a_wrong_count_is_refused(void **state)
{
    libxl_domain_config config;
    uint64_t need;

    if (runs(22))
        return; /* passed on as it is: libxl judges it */
    libxl_domain_config_init(&config);
    config.num_disks = 1;
    if (!runs(19)) { /* the elements are translated */
        assert_int_equal(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), ERROR_INVAL);
        assert_log("error: libxl_domain_need_memory: libxl_domain_config.disks has 1 elements at "
                   "NULL\n");
        config.num_disks = -1;
        assert_int_equal(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), ERROR_INVAL);
        assert_log("error: libxl_domain_need_memory: libxl_domain_config.disks has -1 elements\n");
        assert_int_equal(fake->calls(NULL), 0);
    }
    config.num_disks = 0;
    libxl_domain_config_dispose(&config);
}

static void a_number_of_no_release_passes(void **state)
{
    libxl_device_disk disk;

    libxl_device_disk_init(&disk);
    disk.backend = 99;
    assert_int_equal(libxl_device_disk_add(ctx, 1, &disk, NULL), 0);
    assert_int_equal(fake->number("libxl_device_disk", "backend"), 99);
    libxl_device_disk_dispose(&disk);
}

/* Functions */

static void assert_lacks(const char *function, int since, int rc)
{
    if (runs(since)) {
        if (rc)
            fail_msg("%s: %d, %s", function, rc, take_log());
        assert_int_equal(fake->calls(function), 1);
        assert_log("%s", "");
        return;
    }
    assert_int_equal(rc, ERROR_NI);
    assert_log("error: %s: Xen has it since 4.%d, and Xen 4.%d runs\n", function, since, xen_minor);
}

static void a_function_that_is_not_there_is_refused(void **state)
{
    libxl_device_disk disk;
    libxl_device_p9 p9;
    libxl_xs_quota_list quota;

    libxl_device_disk_init(&disk);
    disk.vdev = strdup("xvda");
    assert_lacks("libxl_device_disk_safe_remove", 15,
                 libxl_device_disk_safe_remove(ctx, 1, &disk, NULL));
    libxl_device_disk_dispose(&disk);
    assert_lacks("libxl_console_add_xenstore", 18,
                 libxl_console_add_xenstore(ctx, 1, 0, 1, 2, NULL));
    libxl_device_p9_init(&p9);
    p9.tag = strdup("share");
    assert_lacks("libxl_device_9pfs_add", 19, libxl_device_9pfs_add(ctx, 1, &p9, NULL));
    libxl_device_p9_dispose(&p9);
    libxl_xs_quota_list_init(&quota);
    assert_lacks("libxl_xs_quota_global_get", 22, libxl_xs_quota_global_get(ctx, &quota));
    libxl_xs_quota_list_dispose(&quota);
}

/* Without a ctx the reason goes to stderr. */
static void a_function_of_xlutil_that_is_not_there_is_refused(void **state)
{
    libxl_device_pci pci;

    libxl_device_pci_init(&pci);
    assert_int_equal(xlu_pci_parse_spec_string(NULL, &pci, "03:00.0"), runs(15) ? 0 : ERROR_NI);
    assert_int_equal(fake_util->calls("xlu_pci_parse_spec_string"), runs(15));
    libxl_device_pci_dispose(&pci);
}

static void a_function_of_another_machine_is_refused(void **state)
{
#if defined(__x86_64__)
    char overlay[] = "dtbo";

    assert_int_equal(libxl_dt_overlay(ctx, overlay, 4, LIBXL_DT_OVERLAY_ADD), ERROR_NI);
    if (runs(18))
        assert_log("error: libxl_dt_overlay: Xen 4.%d does not have it on this machine\n",
                   xen_minor);
    else
        assert_log("error: libxl_dt_overlay: Xen has it since 4.18, and Xen 4.%d runs\n",
                   xen_minor);
#else
    assert_int_equal(libxl_psr_cmt_enabled(ctx), ERROR_NI);
    assert_log("error: libxl_psr_cmt_enabled: Xen 4.%d does not have it on this machine\n",
               xen_minor);
#endif
}

static void an_asynchronous_function_that_is_not_there_never_ends(void **state)
{
    libxl_asyncop_how how = { .callback = callback };
    libxl_device_p9 p9;

    if (runs(19))
        return;
    libxl_device_p9_init(&p9);
    p9.tag = strdup("share");
    assert_int_equal(libxl_device_9pfs_add(ctx, 1, &p9, &how), ERROR_NI);
    assert_int_equal(libxl_ao_abort(ctx, &how), ERROR_NOTFOUND);
    libxl_device_p9_dispose(&p9);
}

static void a_parameter_that_is_not_there_is_refused_unless_default(void **state)
{
    char escape[] = "^]";
    int rc;

    assert_int_equal(libxl_console_exec(ctx, 1, 0, LIBXL_CONSOLE_TYPE_PV, -1, NULL), 0);
    assert_int_equal(fake->calls("libxl_console_exec"), 1);
    assert_log("%s", "");
    rc = libxl_console_exec(ctx, 1, 0, LIBXL_CONSOLE_TYPE_PV, -1, escape);
    if (runs(18)) {
        assert_int_equal(rc, 0);
        assert_ptr_equal(fake->escape_character(), escape);
        return;
    }
    assert_int_equal(rc, ERROR_INVAL);
    assert_int_equal(fake->calls("libxl_console_exec"), 1);
    assert_log("error: libxl_console_exec: escape_character is set, which Xen has since 4.18; "
               "Xen 4.%d runs\n", xen_minor);
    assert_int_equal(libxl_primary_console_exec(ctx, 1, -1, escape), ERROR_INVAL);
    assert_int_equal(fake->calls("libxl_primary_console_exec"), 0);
    assert_log("error: libxl_primary_console_exec: escape_character is set, which Xen has since "
               "4.18; Xen 4.%d runs\n", xen_minor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_is_refused_or_arrives),
        cmocka_unit_test(everything_that_the_release_has_arrives_at_once),
        cmocka_unit_test(defaults_pass_everywhere),
        cmocka_unit_test(a_stale_arm_is_not_refused),
        cmocka_unit_test(a_wrong_count_is_refused),
        cmocka_unit_test(a_number_of_no_release_passes),
        cmocka_unit_test(a_function_that_is_not_there_is_refused),
        cmocka_unit_test(a_function_of_xlutil_that_is_not_there_is_refused),
        cmocka_unit_test(a_function_of_another_machine_is_refused),
        cmocka_unit_test(an_asynchronous_function_that_is_not_there_never_ends),
        cmocka_unit_test(a_parameter_that_is_not_there_is_refused_unless_default),
    };

    return run_over_every_release(tests, true);
}
