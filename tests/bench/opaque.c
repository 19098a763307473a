/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the opaque surface costs beside the source-compatible one: each mode does one thing COUNT
 * times, on a simulated libxenlight where it needs one, so that two runs under callgrind tell the
 * instructions of one.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxl.h>
#include <libxl_utils.h>
#include <xlstable.h>

static libxl_domain_config config;
static xls_domain_config *object;
static libxl_ctx *ctx;
static xls_ctx *xen;

static void fail(const char *what)
{
    fprintf(stderr, "opaque: %s: %s\n", what, xls_error_text());
    exit(1);
}

/* A number set and read. */

static uint64_t number_struct(long i)
{
    config.b_info.max_memkb = i;
    return config.b_info.max_memkb;
}

static uint64_t number_object(long i)
{
    xls_domain_build_info *build = xls_domain_config_get_b_info(object);

    xls_domain_build_info_set_max_memkb(build, i);
    return xls_domain_build_info_get_max_memkb(build);
}

/* The same in a variant. */

static uint64_t variant_struct(long i)
{
    config.b_info.u.hvm.mca_caps = i;
    return config.b_info.type == LIBXL_DOMAIN_TYPE_HVM ? config.b_info.u.hvm.mca_caps : 0;
}

static uint64_t variant_object(long i)
{
    xls_domain_build_info *build = xls_domain_config_get_b_info(object);
    uint64_t value = 0;

    xls_domain_build_info_set_hvm_mca_caps(build, i);
    xls_domain_build_info_get_hvm_mca_caps(build, &value);
    return value;
}

/* A string replaced by another. */

static uint64_t string_struct(long i)
{
    free(config.b_info.kernel);
    config.b_info.kernel = strdup(i % 2 ? "/boot/one" : "/boot/two");
    return config.b_info.kernel[0];
}

static uint64_t string_object(long i)
{
    xls_domain_build_info *build = xls_domain_config_get_b_info(object);

    xls_domain_build_info_set_kernel(build, i % 2 ? "/boot/one" : "/boot/two");
    return xls_domain_build_info_get_kernel(build)[0];
}

/* A whole configuration made and freed: a disk with its names, and a few fields. */

static uint64_t whole_struct(long i)
{
    libxl_domain_config made;
    libxl_device_disk *disk;

    libxl_domain_config_init(&made);
    made.c_info.name = strdup("guest");
    libxl_domain_build_info_init_type(&made.b_info, LIBXL_DOMAIN_TYPE_HVM);
    made.b_info.max_vcpus = 4;
    made.b_info.u.hvm.boot = strdup("cd");
    made.disks = malloc(sizeof(*made.disks));
    made.num_disks = 1;
    disk = &made.disks[0];
    libxl_device_disk_init(disk);
    disk->vdev = strdup("xvda");
    disk->pdev_path = strdup("/images/a");
    libxl_domain_config_dispose(&made);
    return i;
}

static uint64_t whole_object(long i)
{
    xls_domain_config *made = xls_domain_config_new();
    xls_domain_build_info *build = xls_domain_config_get_b_info(made);
    xls_device_disk *disk;

    xls_domain_create_info_set_name(xls_domain_config_get_c_info(made), "guest");
    xls_domain_build_info_set_type(build, XLS_DOMAIN_TYPE_HVM);
    xls_domain_build_info_set_max_vcpus(build, 4);
    xls_domain_build_info_set_hvm_boot(build, "cd");
    disk = xls_domain_config_disks_append(made);
    xls_device_disk_set_vdev(disk, "xvda");
    xls_device_disk_set_pdev_path(disk, "/images/a");
    xls_domain_config_free(made);
    return i;
}

/* An operation, with a result that has to be translated on older releases. */

static uint64_t operation_struct(long i)
{
    libxl_dominfo info;

    libxl_dominfo_init(&info);
    if (libxl_domain_info(ctx, &info, 0))
        fail("libxl_domain_info");
    libxl_dominfo_dispose(&info);
    return i;
}

static uint64_t operation_object(long i)
{
    static xls_dominfo *info;

    if (!info)
        info = xls_dominfo_new();
    if (xls_domain_info(xen, info, 0))
        fail("xls_domain_info");
    return i;
}

static void start(void)
{
    libxl_domain_config_init(&config);
    libxl_domain_build_info_init_type(&config.b_info, LIBXL_DOMAIN_TYPE_HVM);
    object = xls_domain_config_new();
    xls_domain_build_info_set_type(xls_domain_config_get_b_info(object), XLS_DOMAIN_TYPE_HVM);
    if (xls_open(&xen, NULL) || libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, NULL))
        fail("no libxenlight");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        uint64_t (*run)(long i);
    } modes[] = {
        { "number_struct", number_struct },   { "number_object", number_object },
        { "variant_struct", variant_struct }, { "variant_object", variant_object },
        { "string_struct", string_struct },   { "string_object", string_object },
        { "whole_struct", whole_struct },     { "whole_object", whole_object },
        { "operation_struct", operation_struct }, { "operation_object", operation_object },
    };

    for (size_t m = 0; argc == 3 && m < sizeof(modes) / sizeof(modes[0]); m++) {
        volatile uint64_t sum = 0;

        if (strcmp(argv[1], modes[m].name))
            continue;
        start();
        for (long i = atol(argv[2]); i > 0; i--)
            sum += modes[m].run(i);
        return 0;
    }
    fprintf(stderr, "usage: opaque MODE COUNT\n");
    return 2;
}
