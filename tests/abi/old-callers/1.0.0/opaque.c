/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A caller of libxlstable 1.0.0 through <xlstable.h>. Its object was built against the header of
 * that version and stays as it is; it prints the same with every later library, over every Xen.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xlstable.h>

static int completed;

static void quiet(void *user, int level, const char *text)
{
}

static void done(xls_ctx *ctx, int result, void *user)
{
    completed += result == 0 && user == &completed;
}

static xls_domain_config *make_config(void)
{
    static const uint8_t uuid[16] = { 0x12, 0x34 };
    xls_domain_config *config = xls_domain_config_new();
    xls_domain_create_info *create = xls_domain_config_get_c_info(config);
    xls_domain_build_info *build = xls_domain_config_get_b_info(config);
    xls_device_disk *disk = xls_domain_config_disks_append(config);

    xls_domain_create_info_set_type(create, XLS_DOMAIN_TYPE_PVH);
    xls_domain_create_info_set_name(create, "old caller");
    xls_domain_create_info_set_uuid(create, uuid);
    xls_domain_build_info_set_type(build, XLS_DOMAIN_TYPE_PVH);
    xls_domain_build_info_set_max_vcpus(build, 2);
    xls_domain_build_info_set_max_memkb(build, 65536);
    xls_domain_build_info_set_target_memkb(build, 65536);
    xls_domain_build_info_set_kernel(build, "/boot/vmlinuz");
    xls_device_disk_set_vdev(disk, "xvda");
    xls_device_disk_set_pdev_path(disk, "/images/root.img");
    xls_device_disk_set_format(disk, XLS_DISK_FORMAT_RAW);
    xls_device_disk_set_readwrite(disk, 1);
    return config;
}

static void objects(void)
{
    xls_domain_config *config = make_config(), *copy = xls_domain_config_new();
    char *text = xls_domain_config_to_json(config);
    char *again;
    int reason;

    printf("reason %s ", xls_shutdown_reason_to_string(XLS_SHUTDOWN_REASON_CRASH));
    printf("%d ", xls_shutdown_reason_from_string("reboot", &reason));
    printf("%d\n", reason);
    printf("read %d ", xls_domain_config_from_json(copy, text, 0));
    again = xls_domain_config_to_json(copy);
    printf("same %d disks %zu ", !strcmp(text, again), xls_domain_config_disks_count(copy));
    printf("%s\n", xls_device_disk_get_vdev(xls_domain_config_disks_at(copy, 0)));
    printf("bad json %d\n", xls_domain_config_from_json(copy, "{ \"c_info\": 3 }", 0));
    printf("last error %d, %s\n", xls_last_error(), xls_strerror(XLS_ERROR_BAD_JSON));
    free(text);
    free(again);
    xls_domain_config_free(config);
    xls_domain_config_free(copy);
}

static void guests(xls_ctx *ctx)
{
    struct xls_async async = { .sz = sizeof(async), .done = done, .user = &completed };
    xls_domain_config *config = make_config();
    xls_dominfo *info = xls_dominfo_new();
    xls_device_disk_array *disks = NULL;
    xls_dominfo_array *list = NULL;
    uint32_t domid;
    size_t before;
    char *name;

    printf("list %d\n", xls_list_domain(ctx, &list));
    before = xls_dominfo_array_count(list);
    xls_dominfo_array_free(list);
    printf("create %d\n", xls_domain_create_new(ctx, config, &domid, NULL));
    printf("list %d ", xls_list_domain(ctx, &list));
    printf("%zu more\n", xls_dominfo_array_count(list) - before);
    xls_dominfo_array_free(list);
    name = xls_domid_to_name(ctx, domid);
    printf("name %s\n", name);
    free(name);
    printf("info %d ", xls_domain_info(ctx, info, domid));
    printf("type %d\n", xls_dominfo_get_domain_type(info));
    printf("nobody %d\n", xls_domain_info(ctx, info, 4711));
    printf("disks %d ", xls_device_disk_list(ctx, domid, &disks));
    printf("%s\n", xls_device_disk_get_vdev(xls_device_disk_array_at(disks, 0)));
    xls_device_disk_array_free(disks);
    printf("unpause %d ", xls_domain_unpause(ctx, domid, &async));
    for (int i = 0; i < 1000 && !completed; i++)
        xls_dispatch(ctx, 10);
    printf("completed %d\n", completed);
    printf("destroy %d\n", xls_domain_destroy(ctx, domid, NULL));
    xls_dominfo_free(info);
    xls_domain_config_free(config);
}

int main(void)
{
    struct xls_open_opts opts = { .sz = sizeof(opts), .log = quiet };
    struct {
        struct xls_open_opts opts;
        int later;
    } larger = { .opts = { .sz = sizeof(larger) }, .later = 1 };
    xls_ctx *ctx;

    objects();
    printf("an unknown option %d\n", xls_open(&ctx, &larger.opts));
    printf("open %d\n", xls_open(&ctx, &opts));
    if (!ctx)
        return 1;
    printf("supports %d %d\n", xls_supports(ctx, "xls_domain_pause"), xls_supports(ctx, "nothing"));
    guests(ctx);
    xls_close(ctx);
    return 0;
}
