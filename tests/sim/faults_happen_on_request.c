/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XLSTABLE_SIM_FAULTS: any call fails with any error, is slow, or something befalls the guest. */

#include "simulated.h"

#include <stdlib.h>
#include <string.h>

#define FAULTS                                                                                     \
    "libxl_domain_pause#2=ERROR_QEMU_API libxl_domain_unpause#2+=ERROR_FAIL%2 "                    \
    "libxl_device_disk_list#1=ERROR_NOMEM "                          \
    "libxl_set_memory_target#1=shutdown libxl_domain_rename=destroy libxl_send_trigger=crash "  \
    "libxl_domain_reboot=late:ERROR_LOCK_FAIL libxl_send_sysrq=eject"

static void the_second_call_fails(void **state)
{
    uint32_t domid = create("second", LIBXL_DOMAIN_TYPE_PV);

    assert_int_equal(libxl_domain_pause(ctx, domid, NULL), 0);
    assert_int_equal(libxl_domain_pause(ctx, domid, NULL), ERROR_QEMU_API);
    assert_logged("libxl_domain_pause: fails as XLSTABLE_SIM_FAULTS asks: -32");
    assert_int_equal(libxl_domain_pause(ctx, domid, NULL), 0);
}

static void every_second_call_from_the_second_on_fails(void **state)
{
    uint32_t domid = create("every", LIBXL_DOMAIN_TYPE_PV);
    const int expected[] = { 0, 0, ERROR_FAIL, 0, ERROR_FAIL, 0 };

    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        assert_int_equal(libxl_domain_unpause(ctx, domid, NULL), expected[i]);
}

static void a_list_fails_with_null(void **state)
{
    uint32_t domid = create("list", LIBXL_DOMAIN_TYPE_PV);
    int count = 0;

    assert_null(libxl_device_disk_list(ctx, domid, &count));
}

static int reason_of(uint32_t domid)
{
    libxl_dominfo info;
    int reason;

    libxl_dominfo_init(&info);
    assert_int_equal(libxl_domain_info(ctx, &info, domid), 0);
    reason = info.shutdown ? (int)info.shutdown_reason : -1;
    libxl_dominfo_dispose(&info);
    return reason;
}

static void the_guest_dies_at_the_worst_moment(void **state)
{
    uint32_t domid = create("worst", LIBXL_DOMAIN_TYPE_PV);

    assert_int_equal(reason_of(domid), -1);
    assert_int_equal(libxl_set_memory_target(ctx, domid, 65536, 0, 1), 0);
    assert_int_equal(reason_of(domid), LIBXL_SHUTDOWN_REASON_POWEROFF);
    assert_int_equal(libxl_domain_rename(ctx, domid, "worst", "gone"), ERROR_DOMAIN_NOTFOUND);
    domid = create("crashed", LIBXL_DOMAIN_TYPE_PV);
    assert_int_equal(libxl_send_trigger(ctx, domid, LIBXL_TRIGGER_NMI, 0, NULL), 0);
    assert_int_equal(reason_of(domid), LIBXL_SHUTDOWN_REASON_CRASH);
}

static void done(libxl_ctx *with, int rc, void *for_callback)
{
    *(int *)for_callback = rc;
}

/* Started, and ended with the error; the guest has seen nothing of it. */
static void an_operation_ends_with_the_error(void **state)
{
    uint32_t domid = create("late", LIBXL_DOMAIN_TYPE_PV);
    libxl_asyncop_how how = { .callback = done };
    libxl_event *event;
    int rc = 1;

    assert_int_equal(libxl_domain_reboot(ctx, domid, NULL), ERROR_LOCK_FAIL);
    how.u.for_callback = &rc;
    assert_int_equal(libxl_domain_reboot(ctx, domid, &how), 0);
    how = (libxl_asyncop_how){ .u.for_event = 77 };
    assert_int_equal(libxl_domain_reboot(ctx, domid, &how), 0);
    event = next_event(); /* of the second one; the first has called back then */
    assert_int_equal(rc, ERROR_LOCK_FAIL);
    assert_int_equal(event->for_user, 77);
    assert_int_equal(event->u.operation_complete.rc, ERROR_LOCK_FAIL);
    assert_event(event, LIBXL_EVENT_TYPE_OPERATION_COMPLETE, domid);
    assert_int_equal(reason_of(domid), -1);
}

static void the_guest_ejects_its_medium(void **state)
{
    libxl_evgen_disk_eject *watch, *other;
    libxl_domain_config config;
    libxl_device_disk *disk;
    libxl_event *event;
    uint32_t domid;

    make_config(&config, "drive", LIBXL_DOMAIN_TYPE_HVM);
    config.disks = realloc(config.disks, (config.num_disks + 1) * sizeof(*config.disks));
    disk = &config.disks[config.num_disks++];
    libxl_device_disk_init(disk);
    disk->vdev = strdup("hdc");
    disk->pdev_path = strdup("/images/medium.iso");
    disk->format = LIBXL_DISK_FORMAT_RAW;
    disk->is_cdrom = 1;
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), 0);
    libxl_domain_config_dispose(&config);
    assert_int_equal(libxl_evenable_disk_eject(ctx, domid, "hda", 1, &other), 0);
    assert_int_equal(libxl_evenable_disk_eject(ctx, domid, "hdc", 42, &watch), 0);
    assert_int_equal(libxl_send_sysrq(ctx, domid, 's'), 0);
    event = next_event();
    assert_int_equal(event->for_user, 42);
    assert_string_equal(event->u.disk_eject.vdev, "hdc");
    assert_string_equal(event->u.disk_eject.disk.vdev, "hdc");
    assert_string_equal(event->u.disk_eject.disk.pdev_path, "");
    assert_int_equal(event->u.disk_eject.disk.format, LIBXL_DISK_FORMAT_EMPTY);
    assert_event(event, LIBXL_EVENT_TYPE_DISK_EJECT, domid);
    assert_int_equal(libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL),
                     ERROR_NOT_READY);
    libxl_evdisable_disk_eject(ctx, watch);
    libxl_evdisable_disk_eject(ctx, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_call_fails),
        cmocka_unit_test(every_second_call_from_the_second_on_fails),
        cmocka_unit_test(a_list_fails_with_null),
        cmocka_unit_test(the_guest_dies_at_the_worst_moment),
        cmocka_unit_test(an_operation_ends_with_the_error),
        cmocka_unit_test(the_guest_ejects_its_medium),
    };

    return run_simulated(tests, FAULTS);
}
