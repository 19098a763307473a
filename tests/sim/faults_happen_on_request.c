/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XLSTABLE_SIM_FAULTS: any call fails with any error, is slow, or something befalls the guest. */

#include "simulated.h"

#include <stdlib.h>

#define FAULTS                                                                                     \
    "libxl_domain_pause#2=ERROR_QEMU_API libxl_domain_unpause#2+=ERROR_FAIL%2 "                    \
    "libxl_device_disk_list#1=ERROR_NOMEM "                          \
    "libxl_set_memory_target#1=shutdown libxl_domain_rename=destroy libxl_send_trigger=crash"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_call_fails),
        cmocka_unit_test(every_second_call_from_the_second_on_fails),
        cmocka_unit_test(a_list_fails_with_null),
        cmocka_unit_test(the_guest_dies_at_the_worst_moment),
    };

    return run_simulated(tests, FAULTS);
}
