/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A libxenlight that cannot be used: libxl_ctx_alloc returns an error that tells the kind of
 * trouble, one line in the log tells the rest, and the process can try again. Nothing is opened in
 * this process before.
 */

#include "harness.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LIGHT "4.%d/libxenlight.so.4.%d", xen_minor, xen_minor

/* Fails, and leaves nothing open. */
static void assert_fails(int rc)
{
    libxl_ctx *none = (void *)1;

    assert_int_equal(libxl_ctx_alloc(&none, LIBXL_VERSION, 0, logger), rc);
    assert_null(none);
    assert_false(is_mapped("libxenlight"));
    assert_false(is_mapped("libxlutil"));
}

static void use(const char *path)
{
    if (path)
        setenv("XLSTABLE_LIBXENLIGHT", path, 1);
    else
        unsetenv("XLSTABLE_LIBXENLIGHT");
}

static int restore(void **state)
{
    use(fake_path(LIGHT));
    unsetenv("XLSTABLE_XEN");
    unsetenv("LD_LIBRARY_PATH");
    unsetenv("FAKE_LARGER");
    unsetenv("FAKE_SMALLER");
    unsetenv("FAKE_DEFAULT");
    free(take_log());
    return 0;
}

static void no_hypervisor(void **state)
{
    if (access("/sys/hypervisor/type", F_OK) == 0 || access("/dev/xen/privcmd", F_OK) == 0)
        skip();
    use(NULL);
    assert_fails(ERROR_FAIL);
    assert_log("error: no Xen hypervisor runs here (neither /sys/hypervisor nor the xen_version "
               "hypercall tells a release), and neither an option nor XLSTABLE_XEN names one\n");
}

static void unknown_release(void **state)
{
    use(NULL);
    setenv("XLSTABLE_XEN", "4.99", 1);
    assert_fails(ERROR_VERSION);
    assert_log("error: Xen 4.99 is not known to this libxlstable, which knows 4.14 to 4.%d\n",
               newest_minor);
    setenv("XLSTABLE_XEN", "newest", 1);
    assert_fails(ERROR_VERSION);
    assert_log("error: XLSTABLE_XEN=newest is not a Xen release such as 4.17, nor a "
               "simulated one such as sim-4.17\n");
    unsetenv("XLSTABLE_XEN");
    use(fake_path("4.99/libxenlight.so.4.99"));
    assert_fails(ERROR_VERSION);
    assert_log("error: Xen 4.99 is not known to this libxlstable, which knows 4.14 to 4.%d\n",
               newest_minor);
}

static void not_installed(void **state)
{
    char pattern[64], *log, *expected;
    glob_t found = { 0 };
    bool there;

    snprintf(pattern, sizeof(pattern), "/usr/lib/*/libxenlight.so.4.%d", xen_minor);
    there = glob(pattern, 0, NULL, &found) == 0;
    globfree(&found);
    if (there)
        skip();
    use(NULL);
    snprintf(pattern, sizeof(pattern), "4.%d", xen_minor);
    setenv("XLSTABLE_XEN", pattern, 1);
    assert_fails(ERROR_NOTFOUND);
    log = take_log();
    if (asprintf(&expected, "error: Xen 4.%d needs libxenlight.so.4.%d, which is neither in "
                 "LD_LIBRARY_PATH nor in the usual folders; the dynamic loader says: "
                 "libxenlight.so.4.%d: cannot open shared object file: No such file or directory; "
                 "installed: ", xen_minor, xen_minor, xen_minor) < 0)
        abort();
    if (strncmp(log, expected, strlen(expected)) != 0)
        fail_msg("%s", log);
    free(expected);
    free(log);
}

static void no_library(void **state)
{
    char file[] = "/tmp/xlstable-test-XXXXXX", head[5000];
    FILE *library;
    size_t size;
    int fd;

    use("/nonexistent");
    assert_fails(ERROR_FAIL);
    assert_log("error: /nonexistent cannot be loaded: No such file or directory\n");
    use("/tmp");
    assert_fails(ERROR_FAIL);
    assert_log("error: /tmp cannot be loaded: not a regular file\n");
    fd = mkstemp(file);
    assert_true(fd >= 0);
    use(file);
    assert_fails(ERROR_FAIL);
    assert_log("error: %s cannot be loaded: an empty file\n", file);
    assert_int_equal(write(fd, "a text, and no library", 22), 22);
    assert_fails(ERROR_FAIL);
    assert_log("error: %s cannot be loaded: not an ELF file\n", file);
    library = fopen(fake_path(LIGHT), "re");
    assert_non_null(library);
    size = fread(head, 1, sizeof(head), library);
    fclose(library);
    assert_int_equal(pwrite(fd, head, size, 0), size);
    assert_fails(ERROR_FAIL);
    assert_log("error: %s cannot be loaded: truncated: a segment lies behind its end\n", file);
    close(fd);
    unlink(file);
}

static void wrong_soname(void **state)
{
    int other = xen_minor == newest_minor ? 14 : xen_minor + 1;
    char release[16];

    use(fake_path("4.%d/libxlutil.so.4.%d", xen_minor, xen_minor));
    assert_fails(ERROR_VERSION);
    assert_log("error: %s is no libxenlight: its SONAME is libxlutil.so.4.%d\n",
               getenv("XLSTABLE_LIBXENLIGHT"), xen_minor);
    use(fake_path(LIGHT));
    snprintf(release, sizeof(release), "4.%d", other);
    setenv("XLSTABLE_XEN", release, 1);
    assert_fails(ERROR_VERSION);
    assert_log("error: %s has the SONAME libxenlight.so.4.%d, but Xen 4.%d needs "
               "libxenlight.so.4.%d\n", fake_path(LIGHT), xen_minor, other, other);
}

static void missing_function(void **state)
{
    use(fake_path("4.%d/incomplete/libxenlight.so.4.%d", xen_minor, xen_minor));
    assert_fails(ERROR_NI);
    assert_log("error: %s has no function libxl_domain_rename, which Xen 4.%d has\n",
               getenv("XLSTABLE_LIBXENLIGHT"), xen_minor);
}

static void wrong_size(void **state)
{
    int size = runs(18) ? 136 : 128;

    setenv("FAKE_LARGER", "libxl_physinfo", 1);
    assert_fails(ERROR_VERSION);
    assert_log("error: %s: libxl_physinfo has %d bytes there, and %d bytes by the schema of "
               "Xen 4.%d\n", fake_path(LIGHT), size + 8, size, xen_minor);
    unsetenv("FAKE_LARGER");
    setenv("FAKE_SMALLER", "libxl_physinfo", 1);
    assert_fails(ERROR_VERSION);
    assert_log("error: %s: libxl_physinfo has %d bytes there, and %d bytes by the schema of "
               "Xen 4.%d\n", fake_path(LIGHT), size - 8, size, xen_minor);
}

static void changed_default(void **state)
{
    setenv("FAKE_DEFAULT", "libxl_device_vkb", 1);
    assert_fails(ERROR_VERSION);
    assert_log("error: %s: libxl_device_vkb_init leaves 0x01 at byte 63 of libxl_device_vkb (about "
               "multi_touch_num_contacts), and 0x00 is right by the schema of Xen 4.%d\n",
               fake_path(LIGHT), xen_minor);
}

/* The field is named through the structs around it. */
static void changed_default_deep_inside(void **state)
{
    char *said;

    setenv("FAKE_DEFAULT", "libxl_domain_build_info", 1);
    assert_fails(ERROR_VERSION);
    said = take_log();
    if (!strstr(said, "libxl_domain_build_info_init leaves 0x"))
        fail_msg("%s", said);
    if (runs(22) && !strstr(said, "(about xenstore_quota.quota)"))
        fail_msg("%s", said);
    free(said);
}

/* Who needs a ctx first fails likewise; without one there is only stderr to log to. */
static void other_first_calls(void **state)
{
    libxl_cpuid_policy_list policy = NULL;

    use("/nonexistent");
    assert_int_equal(libxl_cpuid_parse_config(&policy, "host,tm=0"), ERROR_FAIL);
    assert_null(policy);
    assert_null(xlu_cfg_init(stderr, "test"));
}

/* Last, as a process opens one libxenlight only. */
static void a_good_one_works_after_all(void **state)
{
    char path[4096], release[16];
    int count;

    use(NULL); /* but found, this time */
    snprintf(release, sizeof(release), "4.%d", xen_minor);
    snprintf(path, sizeof(path), "/nonexistent:%s", fake_path("4.%d", xen_minor));
    setenv("XLSTABLE_XEN", release, 1);
    setenv("LD_LIBRARY_PATH", path, 1);
    assert_int_equal(libxl_ctx_alloc(&ctx, 1234, 0, logger), ERROR_VERSION);
    assert_null(ctx);
    assert_int_equal(libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, logger), 0);
    assert_log("%s", "");
    libxl_dominfo_list_free(libxl_list_domain(ctx, &count), FAKE_DOMAINS);
    assert_int_equal(count, FAKE_DOMAINS);
    assert_int_equal(libxl_ctx_free(ctx), 0);
    assert_int_equal(libxl_ctx_free(NULL), 0);
    fake_open(fake_path(LIGHT))->reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_hypervisor, restore),
        cmocka_unit_test_setup(unknown_release, restore),
        cmocka_unit_test_setup(not_installed, restore),
        cmocka_unit_test_setup(no_library, restore),
        cmocka_unit_test_setup(wrong_soname, restore),
        cmocka_unit_test_setup(missing_function, restore),
        cmocka_unit_test_setup(wrong_size, restore),
        cmocka_unit_test_setup(changed_default, restore),
        cmocka_unit_test_setup(changed_default_deep_inside, restore),
        cmocka_unit_test_setup(other_first_calls, restore),
        cmocka_unit_test_setup(a_good_one_works_after_all, restore),
    };

    return run_over_every_release(tests, false);
}
