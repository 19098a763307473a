/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A caller of libxlstable 1.0.0 through <libxl.h>. Its object was built against the headers of that
 * version and stays as it is; it prints the same with every later library, over every Xen.
 */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxl.h>
#include <libxl_event.h>
#include <libxl_json.h>
#include <libxl_utils.h>
#include <libxl_uuid.h>
#include <libxlutil.h>

static libxl_ctx *ctx;
static int completed;

static void quiet(xentoollog_logger *logger, xentoollog_level level, int errnoval,
                  const char *context, const char *format, va_list arguments)
{
}

static xentoollog_logger logger = { .vmessage = quiet };

/* Tables and strings; a table is data that this program may have a copy of. */
static void enums(void)
{
    libxl_domain_type type;

    for (libxl_enum_string_table *row = libxl_shutdown_reason_string_table; row->s; row++)
        printf("shutdown reason %d %s\n", row->v, row->s);
    printf("type %s\n", libxl_domain_type_to_string(LIBXL_DOMAIN_TYPE_PVH));
    printf("from string %d ", libxl_domain_type_from_string("hvm", &type));
    printf("%d\n", type);
    printf("unknown %d\n", libxl_domain_type_from_string("none such", &type) != 0);
    printf("error %s\n", libxl_error_to_string(ERROR_NI));
}

static void values(void)
{
    libxl_bitmap map, copy;
    libxl_uuid uuid, other;
    libxl_defbool choice;
    char *text;

    libxl_bitmap_init(&map);
    libxl_bitmap_init(&copy);
    printf("bitmap %d ", libxl_bitmap_alloc(ctx, &map, 20));
    libxl_bitmap_set(&map, 3);
    libxl_bitmap_set(&map, 17);
    libxl_bitmap_copy_alloc(ctx, &copy, &map);
    text = libxl_bitmap_to_hex_string(ctx, &copy);
    printf("%u bytes, %d set, %d equal, %s\n", map.size, libxl_bitmap_count_set(&copy),
           libxl_bitmap_equal(&map, &copy, 0), text);
    free(text);
    libxl_bitmap_dispose(&map);
    libxl_bitmap_dispose(&copy);

    printf("uuid %d ", libxl_uuid_from_string(&uuid, "12345678-9abc-def0-1122-334455667788"));
    libxl_uuid_copy(ctx, &other, &uuid);
    printf("%d %02x %d\n", libxl_uuid_compare(&uuid, &other), libxl_uuid_bytearray(&uuid)[15],
           libxl_uuid_is_nil(&uuid));

    libxl_defbool_unset(&choice);
    printf("defbool %d ", libxl_defbool_is_default(choice));
    libxl_defbool_setdefault(&choice, true);
    printf("%d %s\n", libxl_defbool_val(choice), libxl_defbool_to_string(choice));
}

static void make_config(libxl_domain_config *config)
{
    libxl_domain_config_init(config);
    config->c_info.name = strdup("old caller");
    config->c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    libxl_uuid_from_string(&config->c_info.uuid, "12345678-9abc-def0-1122-334455667788");
    libxl_domain_build_info_init_type(&config->b_info, LIBXL_DOMAIN_TYPE_PVH);
    config->b_info.max_vcpus = 2;
    config->b_info.max_memkb = config->b_info.target_memkb = 65536;
    config->b_info.kernel = strdup("/boot/vmlinuz");
    libxl_defbool_set(&config->b_info.nested_hvm, false);
    config->disks = calloc(1, sizeof(*config->disks));
    config->num_disks = 1;
    libxl_device_disk_init(config->disks);
    config->disks[0].vdev = strdup("xvda");
    config->disks[0].pdev_path = strdup("/images/root.img");
    config->disks[0].format = LIBXL_DISK_FORMAT_RAW;
    config->disks[0].readwrite = 1;
}

static void structs(void)
{
    libxl_domain_config config, copy;
    libxl_dominfo info;
    char *text, *again;

    libxl_dominfo_init(&info);
    printf("dominfo %d %d\n", info.shutdown_reason, info.domain_type);
    libxl_dominfo_dispose(&info);
    make_config(&config);
    text = libxl_domain_config_to_json(ctx, &config);
    libxl_domain_config_init(&copy);
    printf("json %d ", libxl_domain_config_from_json(ctx, &copy, text));
    again = libxl_domain_config_to_json(ctx, &copy);
    printf("same %d disks %d %s\n%s\n", !strcmp(text, again), copy.num_disks, copy.disks[0].vdev,
           text);
    free(text);
    free(again);
    libxl_domain_config_dispose(&copy);
    libxl_domain_config_copy(ctx, &copy, &config);
    printf("copy %s %s\n", copy.c_info.name, copy.b_info.kernel);
    libxl_domain_config_dispose(&copy);
    libxl_domain_config_dispose(&config);
}

static void done(libxl_ctx *caller, int rc, void *for_callback)
{
    completed += rc == 0 && for_callback == &completed;
}

/* Turns the loop until an event of the type, or until an operation has completed. */
static bool wait_for(int type)
{
    struct timeval now = { 0 };
    libxl_event *event;

    for (int i = 0; i < 1000; i++) {
        struct pollfd fds[8];
        int number = 8, timeout = -1;

        if (!type && completed)
            return true;
        if (type && !libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL)) {
            bool right = event->type == (libxl_event_type)type;

            if (event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN)
                printf("shut down, reason %d\n", event->u.domain_shutdown.shutdown_reason);
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

static void guests(void)
{
    libxl_asyncop_how how = { .callback = done, .u.for_callback = &completed };
    libxl_evgen_domain_death *watch;
    libxl_domain_config config;
    libxl_device_disk *disks;
    libxl_dominfo info, *all;
    int count = 0, before = 0;
    uint32_t domid;
    char *name;

    all = libxl_list_domain(ctx, &before);
    libxl_dominfo_list_free(all, before);
    make_config(&config);
    printf("create %d\n", libxl_domain_create_new(ctx, &config, &domid, NULL, NULL));
    libxl_domain_config_dispose(&config);
    all = libxl_list_domain(ctx, &count);
    printf("list %d\n", count - before);
    libxl_dominfo_list_free(all, count);
    name = libxl_domid_to_name(ctx, domid);
    printf("name %s\n", name);
    free(name);
    libxl_dominfo_init(&info);
    printf("info %d ", libxl_domain_info(ctx, &info, domid));
    printf("type %d paused %d vcpus %u\n", info.domain_type, info.paused, info.vcpu_max_id + 1);
    printf("nobody %d\n", libxl_domain_info(ctx, &info, 4711));
    libxl_dominfo_dispose(&info);
    disks = libxl_device_disk_list(ctx, domid, &count);
    printf("disks %d %s\n", count, count ? disks[0].vdev : "");
    libxl_device_disk_list_free(disks, count);
    printf("unpause %d ", libxl_domain_unpause(ctx, domid, &how));
    printf("completed %d\n", wait_for(0));
    printf("watch %d ", libxl_evenable_domain_death(ctx, domid, 0, &watch));
    printf("shutdown %d\n", libxl_domain_shutdown(ctx, domid, NULL));
    printf("event %d\n", wait_for(LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN));
    printf("destroy %d ", libxl_domain_destroy(ctx, domid, NULL));
    printf("event %d\n", wait_for(LIBXL_EVENT_TYPE_DOMAIN_DEATH));
    libxl_evdisable_domain_death(ctx, watch);
}

int main(void)
{
    int rc = libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger);

    printf("ctx %d\n", rc);
    if (rc)
        return 1;
    enums();
    values();
    structs();
    guests();
    printf("free %d\n", libxl_ctx_free(ctx));
    return 0;
}
