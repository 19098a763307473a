/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Soak: many lifecycles of guests over one simulated release, with faults on. No memory, no file
 * descriptor, no event and no domain may be left over or lost. Usage: soak [LIFECYCLES], with
 * GLIBC_TUNABLES=glibc.malloc.tcache_count=0, so that malloc does not count what is free as used.
 */

#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>

#define FAULTS                                                                                     \
    "libxl_domain_create_new=ERROR_FAIL%7 libxl_device_disk_add=ERROR_NOMEM%5 "                    \
    "libxl_domain_unpause=ERROR_FAIL%11 libxl_domain_destroy=ERROR_FAIL%13 "                       \
    "libxl_domain_shutdown=ERROR_GUEST_TIMEDOUT%17 libxl_evenable_domain_death=ERROR_NOMEM%19 "    \
    "libxl_set_memory_target=crash%23 libxl_domain_suspend=ERROR_FAIL%3 "                          \
    "libxl_domain_create_restore=ERROR_BADFAIL%4 libxl_domain_pause=delay:1%29"

static libxl_ctx *ctx;
static unsigned long created, failed_to_create, shutdowns, shutdowns_told, deaths, deaths_told;
static unsigned long saved, restored;
static char last_log[512];

static void keep(xentoollog_logger *self, xentoollog_level level, int errnoval,
                 const char *context, const char *format, va_list arguments)
{
    vsnprintf(last_log, sizeof(last_log), format, arguments);
}

static xentoollog_logger logger = { .vmessage = keep };

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "soak: %s, after %lu guests; the last line of the log: %s\n", what, created,
            last_log);
    exit(1);
}

/* The next event, which must be of that type and guest. */
static libxl_event *next_event(int type, uint32_t domid)
{
    struct timeval now = { 0 };
    libxl_event *event;

    for (int i = 0; i < 2000; i++) {
        struct pollfd fds[8];
        int number = 8, timeout = -1;

        if (!libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL)) {
            must((int)event->type == type && event->domid == domid, "another event came");
            return event;
        }
        must(!libxl_osevent_beforepoll(ctx, &number, fds, &timeout, now), "beforepoll failed");
        poll(fds, number, 5);
        libxl_osevent_afterpoll(ctx, number, fds, now);
    }
    must(false, "an event was lost");
    return NULL;
}

static void make_config(libxl_domain_config *config, unsigned long number)
{
    char name[32];

    snprintf(name, sizeof(name), "soak-%lu", number);
    libxl_domain_config_init(config);
    config->c_info.name = strdup(name);
    config->c_info.type = number % 2 ? LIBXL_DOMAIN_TYPE_PV : LIBXL_DOMAIN_TYPE_PVH;
    libxl_uuid_generate(&config->c_info.uuid);
    libxl_domain_build_info_init_type(&config->b_info, config->c_info.type);
    config->b_info.max_vcpus = 1 + number % 4;
    config->b_info.max_memkb = config->b_info.target_memkb = 65536;
    config->num_nics = 1;
    config->nics = malloc(sizeof(*config->nics));
    libxl_device_nic_init(config->nics);
    config->nics->bridge = strdup("br0");
}

static void hotplug(uint32_t domid)
{
    libxl_device_disk disk, *disks;
    int count, rc;

    libxl_device_disk_init(&disk);
    disk.vdev = strdup("xvdb");
    disk.pdev_path = strdup("/data.img");
    disk.format = LIBXL_DISK_FORMAT_RAW;
    rc = libxl_device_disk_add(ctx, domid, &disk, NULL);
    must(!rc || rc == ERROR_NOMEM, "a disk was not added, for another reason");
    disks = libxl_device_disk_list(ctx, domid, &count);
    must(count == !rc, "the list of disks is wrong");
    libxl_device_disk_list_free(disks, count);
    if (!rc)
        must(!libxl_device_disk_remove(ctx, domid, &disk, NULL), "a disk was not removed");
    libxl_device_disk_dispose(&disk);
}

static void destroy(uint32_t domid)
{
    int tries = 0;

    while (libxl_domain_destroy(ctx, domid, NULL))
        must(++tries < 3, "a guest cannot be destroyed");
}

/* Saves it and restores it under another number; the old one goes on if that fails. */
static uint32_t move(uint32_t domid, libxl_domain_config *config)
{
    libxl_domain_restore_params params;
    uint32_t moved = domid;
    int stream = memfd_create("stream", MFD_CLOEXEC);

    must(stream >= 0, "no file for a stream");
    if (!libxl_domain_suspend(ctx, domid, stream, 0, NULL)) {
        destroy(domid);
        saved++;
        libxl_domain_restore_params_init(&params);
        for (int tries = 0;; tries++) {
            lseek(stream, 0, SEEK_SET);
            if (!libxl_domain_create_restore(ctx, config, &moved, stream, -1, &params, NULL, NULL))
                break;
            must(tries < 3, "a guest cannot be restored");
        }
        libxl_domain_restore_params_dispose(&params);
        restored++;
        while (libxl_domain_unpause(ctx, moved, NULL))
            ;
    }
    close(stream);
    return moved;
}

static void live(unsigned long number)
{
    libxl_evgen_domain_death *watch = NULL;
    libxl_domain_config config;
    libxl_dominfo info;
    uint32_t domid;
    bool down;

    make_config(&config, number);
    if (libxl_domain_create_new(ctx, &config, &domid, NULL, NULL)) {
        failed_to_create++;
        libxl_domain_config_dispose(&config);
        return;
    }
    created++;
    while (libxl_domain_unpause(ctx, domid, NULL))
        ;
    hotplug(domid);
    if (number % 10 == 0)
        domid = move(domid, &config);
    libxl_domain_config_dispose(&config);
    while (libxl_evenable_domain_death(ctx, domid, number, &watch))
        ;
    libxl_domain_pause(ctx, domid, NULL);
    while (libxl_domain_unpause(ctx, domid, NULL))
        ;
    libxl_set_memory_target(ctx, domid, 32768, 0, 1);
    libxl_domain_shutdown(ctx, domid, NULL);
    libxl_dominfo_init(&info);
    must(!libxl_domain_info(ctx, &info, domid), "a guest is lost");
    down = info.shutdown;
    libxl_dominfo_dispose(&info);
    if (down) {
        libxl_event *event = next_event(LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, domid);

        shutdowns++;
        shutdowns_told += event->for_user == number;
        libxl_event_free(ctx, event);
    }
    destroy(domid);
    deaths++;
    {
        libxl_event *event = next_event(LIBXL_EVENT_TYPE_DOMAIN_DEATH, domid);

        deaths_told += event->for_user == number;
        libxl_event_free(ctx, event);
    }
    libxl_evdisable_domain_death(ctx, watch);
}

static unsigned descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;

    must(folder, "/proc/self/fd cannot be read");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static long resident(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long all, pages = 0;

    must(file && fscanf(file, "%ld %ld", &all, &pages) == 2, "/proc/self/statm cannot be read");
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv)
{
    unsigned long lifecycles = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000, number;
    unsigned long warm = lifecycles / 10;
    unsigned fds = 0;
    size_t bytes = 0, bytes_end;
    long kib = 0;
    libxl_vminfo *guests;
    int count;

    if (lifecycles < 100) {
        fprintf(stderr, "Usage: soak [LIFECYCLES], at least 100\n");
        return 2;
    }
    setenv("XLSTABLE_SIM_FAULTS", FAULTS, 1);
    must(!libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger), "no ctx");
    for (number = 0; number < lifecycles; number++) {
        if (number == warm) {
            fds = descriptors();
            bytes = mallinfo2().uordblks;
            kib = resident();
        }
        live(number);
    }
    guests = libxl_list_vm(ctx, &count);
    libxl_vminfo_list_free(guests, count);
    must(count == 0, "guests are left");
    bytes_end = mallinfo2().uordblks;
    printf("%lu guests created, %lu refused by a fault, %lu saved, %lu restored\n", created,
           failed_to_create, saved, restored);
    printf("shutdowns %lu, told %lu; deaths %lu, told %lu\n", shutdowns, shutdowns_told, deaths,
           deaths_told);
    printf("after %lu and at the end: bytes of malloc %zu, %zu; descriptors %u, %u; KiB resident "
           "%ld, %ld\n",
           warm, bytes, bytes_end, fds, descriptors(), kib, resident());
    must(shutdowns == shutdowns_told && deaths == deaths_told && deaths == created,
         "an event is not what it should be");
    must(failed_to_create && restored && shutdowns < deaths, "no fault has happened");
    must(bytes_end <= bytes, "memory has grown");
    must(descriptors() == fds, "file descriptors have grown");
    libxl_ctx_free(ctx);
    return 0;
}
