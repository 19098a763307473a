/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's life by the opaque surface, over every release: what libxl gets, and what comes back. */

#include "guest.h"

#include <stdio.h>
#include <stdlib.h>

static void create(uint32_t *domid)
{
    xls_domain_config *config = make_guest();
    xls_domain_build_info *build = xls_domain_config_get_b_info(config);

    assert_int_equal(xls_domain_build_info_cpuid_parse(build, "host,tm=0"), 0);
    assert_int_equal(xls_domain_build_info_cpuid_parse(build, "nonsense"), XLS_ERROR_INVAL);
    assert_int_equal(xls_domain_create_new(xen, config, domid, NULL), 0);
    /* Defaults are filled in, and what libxl added is there. */
    assert_string_equal(xls_domain_build_info_get_kernel(build), "/boot/vmlinuz");
    assert_int_equal(xls_domain_config_disks_count(config), 3);
    assert_string_equal(xls_device_disk_get_vdev(xls_domain_config_disks_at(config, 2)), "hdz");
    xls_domain_config_free(config);
}

static void a_guest_is_made_and_read_back(void **state)
{
    xls_domain_config *config = xls_domain_config_new();
    uint32_t domid = 0;

    create(&domid);
    assert_int_equal(domid, FAKE_DOMID);
    assert_string_equal(fake->text("libxl_domain_config", "c_info.name"), "guest");
    assert_string_equal(fake->text("libxl_domain_config", "b_info.u.hvm.boot"), "cd");
    assert_string_equal(fake->text("libxl_domain_config", "disks[1].pdev_path"), "/images/b");
    assert_int_equal(fake->number("libxl_domain_config", "b_info.max_memkb"), 262144);
    assert_int_equal(xls_domain_create_info_set_name(xls_domain_config_get_c_info(config), "old"),
                     0);
    assert_int_equal(xls_retrieve_domain_configuration(xen, domid, config, NULL), 0);
    assert_string_equal(xls_domain_create_info_get_name(xls_domain_config_get_c_info(config)),
                        "guest");
    assert_int_equal(xls_domain_config_nics_count(config), 1);
    assert_int_equal(xls_domain_pause(xen, domid, NULL), 0);
    assert_int_equal(xls_domain_destroy(xen, domid, NULL), 0);
    assert_int_equal(fake->calls("libxl_domain_destroy"), 1);
    xls_domain_config_free(config);
}

static void after_an_error_a_result_is_as_new(void **state)
{
    xls_domain_config *config = make_guest(), *fresh = xls_domain_config_new();
    char *left, *right;

    assert_int_equal(xls_retrieve_domain_configuration(xen, 1, config, NULL),
                     XLS_ERROR_DOMAIN_NOTFOUND);
    assert_error(XLS_ERROR_DOMAIN_NOTFOUND, "xls_retrieve_domain_configuration");
    left = xls_domain_config_to_json(config);
    right = xls_domain_config_to_json(fresh);
    assert_string_equal(left, right);
    free(left);
    free(right);
    xls_domain_config_free(config);
    xls_domain_config_free(fresh);
}

static void domains_are_listed(void **state)
{
    xls_dominfo_array *list;

    assert_int_equal(xls_list_domain(xen, &list), 0);
    assert_int_equal(xls_dominfo_array_count(list), FAKE_DOMAINS);
    for (size_t i = 0; i < FAKE_DOMAINS; i++)
        assert_int_equal(xls_dominfo_get_domid(xls_dominfo_array_at(list, i)), i);
    assert_null(xls_dominfo_array_at(list, FAKE_DOMAINS));
    assert_error(XLS_ERROR_OUT_OF_RANGE, "index 3");
    xls_dominfo_array_free(list);
    assert_int_equal(xls_dominfo_array_count(NULL), 0);
    xls_dominfo_array_free(NULL);
}

static void what_the_release_lacks_is_refused_by_name(void **state)
{
    xls_device_disk *disk = xls_device_disk_new();

    xls_device_disk_set_vdev(disk, "xvda");
    assert_int_equal(xls_device_disk_set_specification(disk, XLS_DISK_SPECIFICATION_VIRTIO), 0);
    assert_int_equal(xls_device_disk_add(xen, 1, disk, NULL), runs(17) ? 0 : XLS_ERROR_INVAL);
    if (!runs(17)) {
        assert_error(XLS_ERROR_INVAL, "specification");
        assert_string_equal(xls_error_field(), "device_disk.specification");
        assert_string_equal(xls_error_release(), "4.17");
        assert_int_equal(fake->calls("libxl_device_disk_add"), 0);
    }
    assert_int_equal(xls_device_disk_set_specification(disk, XLS_DISK_SPECIFICATION_UNKNOWN), 0);
    assert_int_equal(xls_device_disk_safe_remove(xen, 1, disk, NULL), runs(15) ? 0 : XLS_ERROR_NI);
    if (!runs(15))
        assert_error(XLS_ERROR_NI, "4.15");
    xls_device_disk_free(disk);
}

static void what_runs_is_told_beforehand(void **state)
{
    char release[8];

    snprintf(release, sizeof(release), "4.%d", xen_minor);
    assert_string_equal(xls_xen_release(xen), release);
    assert_string_equal(xls_level(), "4.22");
    assert_int_equal(xls_supports(xen, "xls_domain_pause"), 1);
    assert_int_equal(xls_supports(xen, "xls_device_disk_safe_remove"), runs(15));
    assert_int_equal(xls_supports(xen, "device_disk.vdev"), 1);
    assert_int_equal(xls_supports(xen, "device_disk.specification"), runs(17));
    assert_int_equal(xls_supports(xen, "domain_build_info.hvm_pirq"), runs(19));
    assert_int_equal(xls_supports(xen, "domain_build_info.arch_arm_nr_spis"), runs(19));
    assert_int_equal(xls_supports(xen, "device_virtio"), runs(18));
    assert_int_equal(xls_supports(xen, "XLS_DISK_BACKEND_PHY"), 1);
    assert_int_equal(xls_supports(xen, "XLS_DISK_BACKEND_STANDALONE"), runs(17));
    assert_int_equal(xls_supports(xen, "XLS_ERROR_FAIL"), 1);
    assert_int_equal(xls_supports(xen, "device_disk.colour"), XLS_ERROR_NOTFOUND);
    assert_int_equal(xls_supports(xen, "xls_no_such"), XLS_ERROR_NOTFOUND);
    assert_int_equal(xls_supports(xen, "XLS_NO_SUCH"), XLS_ERROR_NOTFOUND);
    assert_int_equal(xls_supports(NULL, "device_disk"), XLS_ERROR_INVAL);
    assert_int_equal(xls_supports(xen, NULL), XLS_ERROR_INVAL);
}

static void unknown_options_are_refused(void **state)
{
    struct {
        struct xls_open_opts opts;
        uint64_t later;
    } longer = { .opts.sz = sizeof(longer) };
    struct xls_open_opts small = { .sz = 1 };
    struct xls_loop_hooks hooks = { .sz = sizeof(hooks) };
    xls_ctx *other;

    assert_int_equal(xls_open(&other, &longer.opts), 0); /* zero: not asked for */
    xls_close(other);
    longer.later = 1;
    assert_int_equal(xls_open(&other, &longer.opts), XLS_ERROR_BAD_OPTION);
    assert_error(XLS_ERROR_BAD_OPTION, "xls_open_opts");
    assert_null(other);
    assert_int_equal(xls_open(&other, &small), XLS_ERROR_BAD_OPTION);
    small.sz = sizeof(small);
    small.log_level = 99;
    assert_int_equal(xls_open(&other, &small), XLS_ERROR_BAD_OPTION);
    assert_error(XLS_ERROR_BAD_OPTION, "99");
    small.log_level = 0;
    small.sigchld = -1;
    assert_int_equal(xls_open(&other, &small), XLS_ERROR_BAD_OPTION);
    small.sigchld = 0;
    small.hooks = &hooks;
    assert_int_equal(xls_open(&other, &small), XLS_ERROR_BAD_OPTION);
    assert_error(XLS_ERROR_BAD_OPTION, "hook is missing");
    hooks.sz = 0;
    assert_int_equal(xls_open(&other, &small), XLS_ERROR_BAD_OPTION);
    assert_error(XLS_ERROR_BAD_OPTION, "xls_loop_hooks");
    assert_int_equal(xls_open(NULL, NULL), XLS_ERROR_INVAL);
    assert_int_equal(xls_open(&other, NULL), 0);
    xls_close(other);
    xls_close(NULL);
}

static void every_error_has_words(void **state)
{
    for (int code = 0; code >= -32; code--)
        assert_string_not_equal(xls_strerror(code), xls_strerror(-50));
    for (int code = XLS_ERROR_WRONG_VARIANT; code >= XLS_ERROR_SYSTEM; code--)
        assert_string_not_equal(xls_strerror(code), xls_strerror(-50));
}

/* What libxl may return in a release to come is not passed on as it is. */
static void errors_stay_in_the_list(void **state)
{
    fake->result = -4711;
    assert_int_equal(xls_domain_pause(xen, 1, NULL), XLS_ERROR_FAIL);
    assert_error(XLS_ERROR_FAIL, "-4711");
    fake->result = XLS_ERROR_GUEST_TIMEDOUT;
    assert_int_equal(xls_domain_pause(xen, 1, NULL), XLS_ERROR_GUEST_TIMEDOUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        xen_test(a_guest_is_made_and_read_back),
        xen_test(after_an_error_a_result_is_as_new),
        xen_test(domains_are_listed),
        xen_test(what_the_release_lacks_is_refused_by_name),
        xen_test(what_runs_is_told_beforehand),
        xen_test(unknown_options_are_refused),
        xen_test(every_error_has_words),
        xen_test(errors_stay_in_the_list),
    };

    return run_over_every_release(tests, false);
}
