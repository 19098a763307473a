/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each reason for which no libxenlight can be had has a status of its own, and a message that
 * names the thing and the value. This program is built with src/backend/load.c of its own, which
 * looks for the hypervisor in the folder "sysfs".
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/backend/internal.h"
#include "unit.h"

#define LIBRARY(name) UNIT_BUILD "/lib/" name

static struct xls_backend backend;
static char message[4096];
static unsigned reports;

static void report(void *user, const char *text)
{
    assert_ptr_equal(user, message);
    snprintf(message, sizeof(message), "%s", text);
    reports++;
}

static int forget_environment(void **state)
{
    unsetenv("XLSTABLE_XEN");
    unsetenv("XLSTABLE_LIBXENLIGHT");
    unsetenv("LD_LIBRARY_PATH");
    return unit_enter_folder(state);
}

/* The words must all be in the message, which is one line. */
static void expect(const struct xls_backend_options *options, enum xls_backend_status status,
                   const char *first, const char *second)
{
    struct xls_backend_options told = *options;
    enum xls_backend_status got;
    size_t live = allocations_live();

    told.report = report;
    told.user = message;
    reports = 0;
    got = xls_backend_open(&backend, &told);
    if (got != status || reports != 1 || !strstr(message, first) || !strstr(message, second) ||
        strchr(message, '\n'))
        fail_msg("status %d, and not %d; %u reports: %s", got, status, reports, message);
    assert_null(backend.light);
    assert_null(backend.util);
    assert_null(xls_backend_symbol(&backend, "libxl_ctx_alloc", false));
    assert_int_equal(allocations_live(), live);
    told.report = NULL; /* nobody listens */
    assert_int_equal(xls_backend_open(&backend, &told), status);
    xls_backend_close(&backend);
}

static void expect_of_path(const char *path, enum xls_backend_status status, const char *word)
{
    expect(&(struct xls_backend_options) { .path = path }, status, path, word);
    setenv("XLSTABLE_LIBXENLIGHT", path, 1);
    expect(&(struct xls_backend_options) { 0 }, status, path, word);
}

static void without_xen_nothing_is_guessed(void **state)
{
    if (access("/dev/xen/privcmd", F_OK) == 0 || access("/proc/xen/privcmd", F_OK) == 0)
        skip(); /* the hypervisor would answer */
    expect(&(struct xls_backend_options) { 0 }, XLS_BACKEND_NO_HYPERVISOR, "sysfs",
           "XLSTABLE_XEN");
    setenv("XLSTABLE_XEN", "", 1); /* as if not set */
    expect(&(struct xls_backend_options) { 0 }, XLS_BACKEND_NO_HYPERVISOR, "sysfs",
           "XLSTABLE_XEN");
}

static void the_hypervisor_may_be_unknown(void **state)
{
    unit_write_text("sysfs/type", "xen\n");
    unit_write_text("sysfs/version/major", "4\n");
    unit_write_text("sysfs/version/minor", "13\n");
    expect(&(struct xls_backend_options) { 0 }, XLS_BACKEND_UNKNOWN_RELEASE, "4.13",
           "4.14 to 4.22");
    unit_write_text("sysfs/version/minor", "99\n");
    expect(&(struct xls_backend_options) { 0 }, XLS_BACKEND_UNKNOWN_RELEASE, "4.99",
           "4.14 to 4.22");
}

static void a_wish_that_is_no_release_is_refused(void **state)
{
    static const char *const wishes[] = { "garbage", "4", "4.", "4.17.1", "-4.17", " 4.17",
                                          "260.17", "0.0" };

    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        setenv("XLSTABLE_XEN", wishes[i], 1);
        expect(&(struct xls_backend_options) { 0 }, XLS_BACKEND_UNKNOWN_RELEASE, "XLSTABLE_XEN",
               wishes[i]);
        /* Not passed over either where the library is named. */
        expect(&(struct xls_backend_options) { .path = LIBRARY("libxenlight.so.4.17") },
               XLS_BACKEND_UNKNOWN_RELEASE, "XLSTABLE_XEN", wishes[i]);
    }
    setenv("XLSTABLE_XEN", "4.99", 1);
    expect(&(struct xls_backend_options) { 0 }, XLS_BACKEND_UNKNOWN_RELEASE, "4.99",
           "4.14 to 4.22");
    expect(&(struct xls_backend_options) { .release = XLS_RELEASE(3, 1) },
           XLS_BACKEND_UNKNOWN_RELEASE, "3.1", "4.14 to 4.22"); /* the option wins */
}

/* No machine has all nine releases; those that it lacks must be missed by name. */
static void an_absent_library_is_missed_by_name(void **state)
{
    const struct xls_backend_options quiet = { 0 };
    unsigned absent = 0;

    for (int i = 0; i < XLS_RELEASE_COUNT; i++) {
        char path[4096], soname[32], text[8];

        if (xls_find(&quiet, xls_releases[i], path, sizeof(path)) != XLS_BACKEND_NOT_FOUND)
            continue;
        absent++;
        snprintf(soname, sizeof(soname), "libxenlight.so." XLS_RELEASE_FORMAT,
                 XLS_RELEASE_ARGS(xls_releases[i]));
        snprintf(text, sizeof(text), XLS_RELEASE_FORMAT, XLS_RELEASE_ARGS(xls_releases[i]));
        setenv("XLSTABLE_XEN", text, 1);
        expect(&quiet, XLS_BACKEND_NOT_FOUND, soname, "installed: ");
        unsetenv("XLSTABLE_XEN");
        expect(&(struct xls_backend_options) { .release = xls_releases[i] }, XLS_BACKEND_NOT_FOUND,
               soname, "the dynamic loader says");
        unit_write_text("sysfs/type", "xen\n");
        unit_write_text("sysfs/version/major", "4\n");
        unit_write_text("sysfs/version/minor", strchr(text, '.') + 1);
        expect(&quiet, XLS_BACKEND_NOT_FOUND, soname, "LD_LIBRARY_PATH");
    }
    assert_true(absent > 0);
}

static void a_file_that_is_no_library_is_broken(void **state)
{
    unsigned char *bytes;
    size_t size;

    expect_of_path("no-such-file.so", XLS_BACKEND_BROKEN, "No such file");
    expect_of_path("/", XLS_BACKEND_BROKEN, "not a regular file");
    unit_write_text("text.so", "no library\n");
    expect_of_path("text.so", XLS_BACKEND_BROKEN, "not an ELF file");
    unit_write_text("empty.so", "");
    expect_of_path("empty.so", XLS_BACKEND_BROKEN, "an empty file");
    assert_int_equal(mkfifo("fifo.so", 0600), 0);
    expect_of_path("fifo.so", XLS_BACKEND_BROKEN, "not a regular file");
    expect_of_path(LIBRARY("nameless.so"), XLS_BACKEND_BROKEN, "without SONAME");

    bytes = unit_read(LIBRARY("libxenlight.so.4.17"), &size);
    unit_write("cut.so", bytes, size / 3);
    expect_of_path("cut.so", XLS_BACKEND_BROKEN, "truncated");
    unit_write("cut.so", bytes, 100);
    expect_of_path("cut.so", XLS_BACKEND_BROKEN, "truncated");
    free(bytes);
}

/* Its headers are fine, and still the dynamic loader does not take it. */
static void what_the_loader_refuses_is_broken(void **state)
{
    expect_of_path(LIBRARY("needy/libxenlight.so.4.17"), XLS_BACKEND_BROKEN,
                   "undefined symbol: nobody_has_this");
}

static void another_library_is_told_by_its_soname(void **state)
{
    expect_of_path(LIBRARY("other.so"), XLS_BACKEND_WRONG_SONAME, "libother.so.1");
    expect(&(struct xls_backend_options) { .path = LIBRARY("libxenlight.so.4.99") },
           XLS_BACKEND_UNKNOWN_RELEASE, "4.99", "4.14 to 4.22");
}

static void another_release_is_told_by_its_soname(void **state)
{
    const char *path = LIBRARY("libxenlight.so.4.17");

    expect(&(struct xls_backend_options) { .path = path, .release = XLS_RELEASE(4, 16) },
           XLS_BACKEND_WRONG_SONAME, "libxenlight.so.4.17", "libxenlight.so.4.16");
    setenv("XLSTABLE_XEN", "4.18", 1);
    expect_of_path(path, XLS_BACKEND_WRONG_SONAME, "libxenlight.so.4.18");
}

/* Right by name, and empty: what is missing is a matter of verify.c, but the way there is ours. */
static void an_empty_library_lacks_functions(void **state)
{
    expect_of_path(LIBRARY("libxenlight.so.4.17"), XLS_BACKEND_MISSING_SYMBOL,
                   "which Xen 4.17 has");
}

/* A name without slash is the file of that name, and nothing that the dynamic loader finds. */
static void a_name_without_slash_is_a_file(void **state)
{
    size_t size;
    unsigned char *bytes = unit_read(LIBRARY("libxenlight.so.4.17"), &size);

    unit_write("libxenlight.so.4.17", bytes, size);
    free(bytes);
    expect_of_path("libxenlight.so.4.17", XLS_BACKEND_MISSING_SYMBOL, "./libxenlight.so.4.17");
}

static void the_library_path_is_searched_first(void **state)
{
    static const char *const lists[] = {
        LIBRARY(""), "/no/such:" LIBRARY(""), "::;" LIBRARY("") ":/usr/lib", "/no;" LIBRARY("") ";",
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        setenv("LD_LIBRARY_PATH", lists[i], 1);
        expect(&(struct xls_backend_options) { .release = XLS_RELEASE(4, 17) },
               XLS_BACKEND_MISSING_SYMBOL, LIBRARY(""), "4.17");
    }
}

/* A folder whose name leaves no room for the file's cannot exist, and the next one is looked at. */
static void a_folder_with_too_long_a_name_is_passed_over(void **state)
{
    static char list[6000];

    memset(list, 'a', 5000);
    list[0] = '/';
    strcpy(list + 5000, ":" LIBRARY(""));
    setenv("LD_LIBRARY_PATH", list, 1);
    expect(&(struct xls_backend_options) { .release = XLS_RELEASE(4, 17) },
           XLS_BACKEND_MISSING_SYMBOL, LIBRARY(""), "4.17");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, forget_environment, unit_leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_xen_nothing_is_guessed),
        TEST(the_hypervisor_may_be_unknown),
        TEST(a_wish_that_is_no_release_is_refused),
        TEST(an_absent_library_is_missed_by_name),
        TEST(a_file_that_is_no_library_is_broken),
        TEST(what_the_loader_refuses_is_broken),
        TEST(another_library_is_told_by_its_soname),
        TEST(another_release_is_told_by_its_soname),
        TEST(an_empty_library_lacks_functions),
        TEST(a_name_without_slash_is_a_file),
        TEST(the_library_path_is_searched_first),
        TEST(a_folder_with_too_long_a_name_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
