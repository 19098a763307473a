/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Creates a guest, lets it run, asks it to power off, waits until it has, and destroys it.
 * Exit status: 0; 1 if a step failed; 2 for wrong usage.
 */

#include <xlstable.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] =
    "Usage: lifecycle [--seconds N] TYPE KERNEL [RAMDISK [CMDLINE]]\n"
    "Creates a guest of 128 MiB named xls-lifecycle, lets it run for N seconds (default: 0), asks it to\n"
    "power off, and destroys it when it has, or after a minute. TYPE is pv, pvh or hvm.\n";

static xls_ctx *ctx;

static int failed(const char *step)
{
    fprintf(stderr, "lifecycle: %s: %s\n", step, xls_error_text());
    return -1;
}

static xls_domain_config *describe(int type, char **files)
{
    xls_domain_config *config = xls_domain_config_new();
    xls_domain_create_info *create;
    xls_domain_build_info *build;

    if (!config)
        return NULL;
    create = xls_domain_config_get_c_info(config);
    build = xls_domain_config_get_b_info(config);
    if (xls_domain_create_info_set_name(create, "xls-lifecycle") ||
        xls_domain_create_info_set_type(create, type) ||
        xls_domain_build_info_set_type(build, type) ||
        xls_domain_build_info_set_max_vcpus(build, 1) ||
        xls_domain_build_info_set_max_memkb(build, 128 * 1024) ||
        xls_domain_build_info_set_target_memkb(build, 128 * 1024) ||
        xls_domain_build_info_set_kernel(build, files[0]) ||
        (files[0] && files[1] && xls_domain_build_info_set_ramdisk(build, files[1])) ||
        (files[0] && files[1] && files[2] && xls_domain_build_info_set_cmdline(build, files[2]))) {
        xls_domain_config_free(config);
        return NULL;
    }
    return config;
}

/* Lets the library work for so many seconds, or until the guest is down. 1: it is. */
static int watch(int seconds, const char **how)
{
    time_t end = time(NULL) + seconds;
    xls_event *event;

    do {
        if (xls_dispatch(ctx, 100) < 0)
            return failed("waiting");
        while (!xls_event_check(ctx, &event, UINT64_MAX, NULL, NULL)) {
            int type = xls_event_get_type(event);
            uint8_t reason = 0;

            if (type == XLS_EVENT_TYPE_DOMAIN_SHUTDOWN) {
                xls_event_get_domain_shutdown_shutdown_reason(event, &reason);
                *how = xls_shutdown_reason_to_string(reason);
            }
            xls_event_free(event);
            if (type == XLS_EVENT_TYPE_DOMAIN_SHUTDOWN || type == XLS_EVENT_TYPE_DOMAIN_DEATH)
                return 1;
        }
    } while (time(NULL) < end);
    return 0;
}

static int live(uint32_t domid, int seconds)
{
    xls_evgen_domain_death *death;
    const char *how = "it did not power off within a minute";
    int down;

    if (xls_evenable_domain_death(ctx, domid, 0, &death))
        return failed("asking for events");
    if (xls_domain_unpause(ctx, domid, NULL))
        return failed("starting");
    printf("domain %u runs\n", domid);
    fflush(stdout);
    down = seconds ? watch(seconds, &how) : 0;
    if (!down && xls_domain_shutdown(ctx, domid, NULL))
        return failed("shutting down");
    if (!down)
        down = watch(60, &how);
    if (down < 0)
        return -1;
    printf("domain %u is down: %s\n", domid, how ? how : "?");
    xls_evdisable_domain_death(ctx, death);
    return down ? 0 : -1;
}

int main(int argc, char **argv)
{
    xls_domain_config *config;
    uint32_t domid = XLS_INVALID_DOMID;
    int type, seconds = 0, status = 1;

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc > 2 && strcmp(argv[1], "--seconds") == 0) {
        seconds = atoi(argv[2]);
        argv += 2;
        argc -= 2;
    }
    if (argc < 3 || argc > 5 || xls_domain_type_from_string(argv[1], &type)) {
        fputs(usage, stderr);
        return 2;
    }
    if (xls_open(&ctx, NULL)) {
        fprintf(stderr, "lifecycle: no connection to Xen: %s\n", xls_error_text());
        return 1;
    }
    config = describe(type, argv + 2);
    if (!config || xls_domain_create_new(ctx, config, &domid, NULL)) {
        failed("creating");
    } else {
        status = live(domid, seconds) ? 1 : 0;
    }
    /* Also a guest that was made by half. */
    if (domid != XLS_INVALID_DOMID && xls_domain_destroy(ctx, domid, NULL)) {
        failed("destroying");
        status = 1;
    } else if (!status) {
        printf("domain %u is gone\n", domid);
    }
    xls_domain_config_free(config);
    xls_close(ctx);
    return status;
}
