/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One client binary for every release: `client list` lists the domains, `client life` lives through
 * a guest's life and prints a line for each step, "ok STEP", "lacks STEP: why" or "FAILED STEP: why".
 * It sees what any libxl caller sees: our headers, and the release that runs.
 */

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>

static libxl_ctx *ctx;
static char last_log[512];
static int failures;

static void keep(xentoollog_logger *self, xentoollog_level level, int errnoval,
                 const char *context, const char *format, va_list arguments)
{
    vsnprintf(last_log, sizeof(last_log), format, arguments);
}

static xentoollog_logger logger = { .vmessage = keep };

static void step(const char *name, bool good)
{
    if (good)
        printf("ok %s\n", name);
    else
        printf("FAILED %s: %s\n", name, last_log);
    failures += !good;
}

static int list(void)
{
    int count;
    libxl_dominfo *all = libxl_list_domain(ctx, &count);

    if (!all)
        return 1;
    for (int i = 0; i < count; i++) {
        char *name = libxl_domid_to_name(ctx, all[i].domid);

        printf("%5u  %8llu KiB  %s\n", all[i].domid, (unsigned long long)all[i].current_memkb,
               name ? name : "");
        free(name);
    }
    libxl_dominfo_list_free(all, count);
    return 0;
}

static bool next_is(int type)
{
    struct timeval now = { 0 };
    libxl_event *event;
    bool right;

    for (int i = 0; i < 1000; i++) {
        struct pollfd fds[8];
        int number = 8, timeout = -1;

        if (!libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL)) {
            right = event->type == (libxl_event_type)type;
            libxl_event_free(ctx, event);
            return right;
        }
        if (libxl_osevent_beforepoll(ctx, &number, fds, &timeout, now))
            return false;
        poll(fds, number, 10);
        libxl_osevent_afterpoll(ctx, number, fds, now);
    }
    return false;
}

static void make_config(libxl_domain_config *config)
{
    libxl_domain_config_init(config);
    config->c_info.name = strdup("life");
    config->c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    libxl_uuid_generate(&config->c_info.uuid);
    libxl_domain_build_info_init_type(&config->b_info, LIBXL_DOMAIN_TYPE_PVH);
    config->b_info.max_vcpus = 2;
    config->b_info.max_memkb = config->b_info.target_memkb = 128 * 1024;
    config->b_info.kernel = strdup("/boot/vmlinuz");
}

/* What newer releases have, asked of this one: taken, or refused by name. */
static void newer(libxl_domain_config *config, const char *name)
{
    uint32_t domid;
    int rc;

    free(config->c_info.name);
    config->c_info.name = strdup("newer");
    libxl_uuid_generate(&config->c_info.uuid);
    rc = libxl_domain_create_new(ctx, config, &domid, NULL, NULL);
    if (!rc) {
        libxl_domain_destroy(ctx, domid, NULL);
        printf("ok %s\n", name);
    } else if (rc == ERROR_INVAL && strstr(last_log, "since")) {
        printf("lacks %s: %s\n", name, last_log);
    } else {
        step(name, false);
    }
}

static int life(void)
{
    int stream = memfd_create("stream", MFD_CLOEXEC);
    libxl_evgen_domain_death *watch;
    libxl_domain_restore_params params;
    libxl_domain_config config;
    libxl_device_disk disk;
    uint32_t domid;

    make_config(&config);
    step("create", !libxl_domain_create_new(ctx, &config, &domid, NULL, NULL));
    step("list", !list());
    step("unpause", !libxl_domain_unpause(ctx, domid, NULL));
    libxl_device_disk_init(&disk);
    disk.vdev = strdup("xvdb");
    disk.pdev_path = strdup("/var/lib/xen/images/data.img");
    disk.format = LIBXL_DISK_FORMAT_RAW;
    disk.readwrite = 1;
    step("hotplug", !libxl_device_disk_add(ctx, domid, &disk, NULL));
    step("unplug", !libxl_device_disk_remove(ctx, domid, &disk, NULL));
    libxl_device_disk_dispose(&disk);
    step("balloon", !libxl_set_memory_target(ctx, domid, 96 * 1024, 0, 1));
    step("save", !libxl_domain_suspend(ctx, domid, stream, 0, NULL) &&
                     !libxl_domain_destroy(ctx, domid, NULL));
    lseek(stream, 0, SEEK_SET);
    libxl_domain_restore_params_init(&params);
    step("restore", !libxl_domain_create_restore(ctx, &config, &domid, stream, -1, &params, NULL,
                                                 NULL) &&
                        !libxl_domain_unpause(ctx, domid, NULL));
    libxl_domain_restore_params_dispose(&params);
    step("shutdown", !libxl_evenable_domain_death(ctx, domid, 0, &watch) &&
                         !libxl_domain_shutdown(ctx, domid, NULL) &&
                         next_is(LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN));
    step("destroy", !libxl_domain_destroy(ctx, domid, NULL) &&
                        next_is(LIBXL_EVENT_TYPE_DOMAIN_DEATH));
    libxl_evdisable_domain_death(ctx, watch);
    config.num_virtios = 1;
    config.virtios = calloc(1, sizeof(*config.virtios));
    libxl_device_virtio_init(config.virtios);
    newer(&config, "virtio");
    libxl_domain_config_dispose(&config);
    close(stream);
    return failures > 0;
}

int main(int argc, char **argv)
{
    int rc;

    if (argc != 2 || (strcmp(argv[1], "list") && strcmp(argv[1], "life"))) {
        fprintf(stderr, "Usage: client list|life\n");
        return 2;
    }
    rc = libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger);
    if (rc) {
        fprintf(stderr, "client: no ctx: %d: %s\n", rc, last_log);
        return 1;
    }
    rc = strcmp(argv[1], "list") ? life() : list();
    libxl_ctx_free(ctx);
    return rc;
}
