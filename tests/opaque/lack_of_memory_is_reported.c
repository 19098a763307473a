/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each allocation of a domain's life fails once, alone and with all that follow: that is an error
 * and nothing leaks. Over the oldest release, where most is translated, and over the newest. The
 * fake allocates by itself, as libxl does: what fails is ours.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xlstable.h>

#include "unit.h"

static void on_log(void *user, int level, const char *text)
{
}

static void on_done(xls_ctx *ctx, int result, void *user)
{
    *(int *)user = result;
}

/* Whatever fails for lack of memory says so. */
static void must_be_memory(const char *what)
{
    if (xls_last_error() != XLS_ERROR_NOMEM)
        fail_msg("%s: %d, %s", what, xls_last_error(), xls_error_text());
}

#define need(call)                  \
    do {                            \
        if (call) {                 \
            must_be_memory(#call);  \
            goto out;               \
        }                           \
    } while (0)

static xls_domain_config *build(void)
{
    xls_domain_config *config = xls_domain_config_new();
    xls_domain_create_info *create;
    xls_domain_build_info *build;
    xls_device_disk *disk;

    if (!config)
        return NULL;
    create = xls_domain_config_get_c_info(config);
    build = xls_domain_config_get_b_info(config);
    need(xls_domain_create_info_set_type(create, XLS_DOMAIN_TYPE_HVM));
    need(xls_domain_create_info_set_name(create, "guest"));
    need(xls_domain_create_info_set_xsdata(create, "key", "value"));
    need(xls_domain_create_info_set_xsdata(create, "key", "other"));
    need(xls_domain_build_info_set_type(build, XLS_DOMAIN_TYPE_HVM));
    need(xls_domain_build_info_set_kernel(build, "vmlinuz"));
    need(xls_bitmap_set(xls_domain_build_info_get_avail_vcpus(build), 2));
    need(xls_domain_build_info_extra_append(build, "-msg"));
    need(xls_domain_build_info_irqs_append(build, 7));
    need(!(disk = xls_domain_config_disks_append(config)));
    need(xls_device_disk_set_vdev(disk, "xvda"));
    need(xls_device_disk_set_pdev_path(disk, "/image"));
    return config;

out:
    xls_domain_config_free(config);
    return NULL;
}

static void live(void)
{
    struct xls_open_opts opts = { .sz = sizeof(opts), .log = on_log };
    int done = 1;
    struct xls_async async = { .sz = sizeof(async), .done = on_done, .user = &done };
    xls_domain_config *config = NULL, *copy = NULL;
    xls_device_disk_array *disks = NULL;
    xls_dominfo_array *list = NULL;
    xls_device_disk *disk = NULL;
    xls_ctx *ctx = NULL;
    uint32_t domid;
    char *text = NULL;

    need(xls_open(&ctx, &opts));
    config = build();
    if (!config) {
        must_be_memory("build");
        goto out;
    }
    need(!(copy = xls_domain_config_new()));
    need(xls_domain_config_copy(copy, config));
    need(xls_domain_config_set_b_info(copy, xls_domain_config_get_b_info(config)));
    text = xls_domain_config_to_json(config);
    if (text)
        need(xls_domain_config_from_json(copy, text, 0));
    need(xls_domain_create_new(ctx, config, &domid, NULL));
    need(xls_list_domain(ctx, &list));
    /* Here NULL may also mean that there is none. */
    need(xls_device_disk_list(ctx, domid, &disks));
    assert_int_equal(xls_device_disk_array_count(disks), 2); /* one is the fake's */
    need(xls_retrieve_domain_configuration(ctx, domid, copy, NULL));
    need(!(disk = xls_device_disk_new()));
    need(xls_device_disk_set_vdev(disk, "xvdb"));
    need(xls_device_disk_add(ctx, domid, disk, NULL));
    need(xls_domain_pause(ctx, domid, &async));
    need(xls_domain_destroy(ctx, domid, NULL));

out:
    xls_close(ctx);
    xls_domain_config_free(config);
    xls_domain_config_free(copy);
    xls_device_disk_free(disk);
    xls_dominfo_array_free(list);
    xls_device_disk_array_free(disks);
    free(text);
}

static void each_allocation_fails(bool forever)
{
    unsigned n;
    bool failed = true;

    for (n = 0; failed && n < 100000; n++) {
        allocations_fail(n, forever);
        live();
        failed = allocations_failed();
    }
    assert_true(n > 50);
    print_message("%u failing allocations\n", n - 1);
}

static void alone(void **state)
{
    each_allocation_fails(false);
}

static void with_all_that_follow(void **state)
{
    each_allocation_fails(true);
}

static int run_over(const char *release)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_all_that_follow),
        cmocka_unit_test(alone),
    };
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s/libxenlight.so.%s", FAKES, release, release);
    setenv("XLSTABLE_LIBXENLIGHT", path, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    static const char *const releases[] = { "4.14", "4.22" };
    int failed = 0, status;

    for (unsigned i = 0; i < 2; i++) {
        pid_t child = fork();

        if (!child)
            exit(run_over(releases[i]) != 0);
        if (child < 0 || waitpid(child, &status, 0) != child)
            abort();
        failed |= status != 0;
    }
    return failed;
}
