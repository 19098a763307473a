/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which release runs: out of a text, and out of what the hypervisor shows in sysfs. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/backend/internal.h"
#include "unit.h"

static void a_release_is_two_numbers(void **state)
{
    static const struct {
        const char *text;
        xls_release release;
    } texts[] = {
        { "4.17", XLS_RELEASE(4, 17) }, { "4.2", XLS_RELEASE(4, 2) },
        { "4.20", XLS_RELEASE(4, 20) },
        { "10.0", XLS_RELEASE(10, 0) }, { "255.255", XLS_RELEASE(255, 255) },
        { "04.017", XLS_RELEASE(4, 17) },
        /* no release */
        { "", 0 }, { "4", 0 }, { "4.", 0 }, { ".17", 0 }, { "4.17.1", 0 }, { "4.17-rc1", 0 },
        { "4.17 ", 0 }, { " 4.17", 0 }, { "4. 17", 0 }, { "+4.17", 0 }, { "4.+17", 0 },
        { "-4.17", 0 }, { "4.-17", 0 }, { "4,17", 0 }, { "xen", 0 }, { "4.x", 0 }, { "0x4.17", 0 },
        { "256.1", 0 }, { "4.256", 0 }, { "260.17", 0 }, { "99999999999999999999.1", 0 },
        { "4.18446744073709551633", 0 }, { "4.17\n", 0 },
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (xls_release_parse(texts[i].text) != texts[i].release)
            fail_msg("\"%s\" is read as %#x", texts[i].text, xls_release_parse(texts[i].text));
    }
}

static void releases_compare_as_numbers(void **state)
{
    assert_true(XLS_RELEASE(4, 9) < XLS_RELEASE(4, 14));
    assert_true(XLS_RELEASE(4, 22) < XLS_RELEASE(5, 0));
    for (int i = 1; i < XLS_RELEASE_COUNT; i++)
        assert_true(xls_releases[i - 1] < xls_releases[i]);
}

static void only_releases_of_the_schema_are_described(void **state)
{
    for (int minor = 0; minor < 256; minor++)
        assert_true(xls_release_described(XLS_RELEASE(4, minor)) == (minor >= 14 && minor <= 22));
    assert_false(xls_release_described(0));
    assert_false(xls_release_described(XLS_RELEASE(3, 17)));
    assert_false(xls_release_described(XLS_RELEASE(5, 17)));
}

/* On a Xen host the hypervisor itself would answer where sysfs does not. */
static bool xen_runs_here(void)
{
    return access("/dev/xen/privcmd", F_OK) == 0 || access("/proc/xen/privcmd", F_OK) == 0;
}

static void expect(const char *what, const char *type, const char *major, const char *minor,
                   xls_release expected)
{
    static int number;
    char folder[64], path[128];

    snprintf(folder, sizeof(folder), "sysfs-%d", number++);
    mkdir(folder, 0777);
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = { "type", "version/major", "version/minor" };
        const char *text = (const char *[]) { type, major, minor }[i];

        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        if (text)
            unit_write_text(path, text);
    }
    if (xls_hypervisor_release(folder) != expected)
        fail_msg("%s: %#x", what, xls_hypervisor_release(folder));
}

static void sysfs_tells_the_release(void **state)
{
    expect("as Xen writes it", "xen\n", "4\n", "17\n", XLS_RELEASE(4, 17));
    expect("without newlines", "xen", "4", "20", XLS_RELEASE(4, 20));
    expect("not described", "xen\n", "5\n", "1\n", XLS_RELEASE(5, 1));
}

static void sysfs_of_no_use_is_no_release(void **state)
{
    static char much[100000];

    if (xen_runs_here())
        skip();
    memset(much, '4', sizeof(much) - 1);
    expect("nothing there", NULL, NULL, NULL, 0);
    expect("no version", "xen\n", NULL, NULL, 0);
    expect("no minor", "xen\n", "4\n", NULL, 0);
    expect("another hypervisor", "kvm\n", "4\n", "17\n", 0);
    expect("type as part of a word", "xenomorph\n", "4\n", "17\n", 0);
    expect("an empty type", "", "4\n", "17\n", 0);
    expect("empty versions", "xen\n", "", "", 0);
    expect("empty lines", "xen\n", "\n", "\n", 0);
    expect("garbage", "xen\n", "four\n", "\x01\x02\xff\n", 0);
    expect("negative", "xen\n", "-4\n", "17\n", 0);
    expect("a release in one file", "xen\n", "4.17\n", "17\n", 0);
    expect("too large", "xen\n", "4\n", "1000000\n", 0);
    expect("endless", much, much, much, 0);
    expect("endless minor", "xen\n", "4\n", much, 0);
    assert_int_equal(xls_hypervisor_release("no/such/folder"), 0);
    assert_int_equal(mkdir("directories", 0777), 0);
    assert_int_equal(mkdir("directories/type", 0777), 0);
    assert_int_equal(xls_hypervisor_release("directories"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_release_is_two_numbers),
        cmocka_unit_test(releases_compare_as_numbers),
        cmocka_unit_test(only_releases_of_the_schema_are_described),
        cmocka_unit_test(sysfs_tells_the_release),
        cmocka_unit_test(sysfs_of_no_use_is_no_release),
    };

    return cmocka_run_group_tests(tests, unit_enter_folder, unit_leave_folder);
}
