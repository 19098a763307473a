/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is written as JSON and read back is what it was, in every type of every release. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "unit.h"

static const unsigned newest = XLS_RELEASE_COUNT - 1;

static char *text_of(unsigned release, unsigned type, const void *value)
{
    char *text = xls_json_text(&unit_layouts[release], type, NULL, value);

    assert_non_null(text);
    return text;
}

static void read_text(unsigned release, unsigned type, void *value, const char *text)
{
    char problem[256] = "";

    if (xls_json_read(&unit_layouts[release], type, NULL, value, text, problem, sizeof(problem)))
        fail_msg("%s of Xen %s: %s\n%s", xls_types[type].name, unit_name(release), problem, text);
}

static void round_trip(unsigned release, unsigned type, unsigned arm, unsigned elements)
{
    const struct xls_layout *layout = &unit_layouts[release];
    struct filling filling = { .layout = layout, .known = layout->release, .arm = arm,
                               .elements = elements, .json = true, .random = type };
    void *written = unit_room(0), *read = unit_room(1);
    char *text, *again;
    const char *difference;

    fill_object(&filling, type, written);
    text = text_of(release, type, written);
    read_text(release, type, read, text);
    difference = unit_difference(UNIT_JSON, layout, layout, type, written, read);
    if (difference)
        fail_msg("%s%s of Xen %s is not what was written:\n%s", xls_types[type].name, difference,
                 unit_name(release), text);
    again = text_of(release, type, read);
    assert_string_equal(text, again);
    free(text);
    free(again);
    xls_object_dispose(layout, type, written);
    xls_object_dispose(layout, type, read);
    if (allocations_live())
        fail_msg("%s of Xen %s leaks", xls_types[type].name, unit_name(release));
}

static void every_struct_comes_back(void **state)
{
    EACH_RELEASE(r) {
        EACH_STRUCT(id, &unit_layouts[r]) {
            for (unsigned arm = 0; arm < unit_arms(id); arm++) {
                round_trip(r, id, arm, 0);
                round_trip(r, id, arm, 3);
            }
        }
    }
}

/* Enums, numbers and builtins have a JSON of their own. */
static void every_other_type_comes_back(void **state)
{
    const struct xls_layout *layout = &unit_layouts[newest];
    struct filling filling = { .layout = layout, .known = layout->release, .json = true };

    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        struct xls_field field = { .type = id, .number = -12345 };
        void *written = unit_room(0), *read = unit_room(1);
        char *text, *again;

        if (xls_types[id].kind == XLS_KIND_STRUCT || id == XLS_TYPE_libxl_ev_link)
            continue;
        memset(written, 0, 64);
        fill_value(&filling, &field, written);
        text = text_of(newest, id, written);
        read_text(newest, id, read, text);
        again = text_of(newest, id, read);
        assert_string_equal(text, again);
        free(text);
        free(again);
        xls_value_dispose(layout, id, written);
        xls_value_dispose(layout, id, read);
        if (allocations_live())
            fail_msg("%s leaks", xls_types[id].name);
    }
}

static void every_enum_value_comes_back(void **state)
{
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        for (unsigned i = 0; xls_types[id].kind == XLS_KIND_ENUM && i < xls_types[id].count; i++) {
            int written = xls_types[id].values[i].number, read = 999;
            char *text = text_of(newest, id, &written);

            read_text(newest, id, &read, text);
            assert_int_equal(read, written);
            for (char *letter = text; *letter; letter++) /* libxl does not regard the case */
                *letter = *letter >= 'a' && *letter <= 'z' ? *letter - 'a' + 'A' : *letter;
            read = 999;
            read_text(newest, id, &read, text);
            assert_int_equal(read, written);
            free(text);
        }
    }
}

static void expect_maps_only(unsigned type, yajl_val json)
{
    if (json->type != yajl_t_object)
        fail_msg("%s writes a default", xls_types[type].name);
    for (size_t i = 0; i < json->u.object.len; i++) {
        if (strcmp(json->u.object.keys[i], "hw_cap") != 0)
            expect_maps_only(type, json->u.object.values[i]);
    }
}

/* As libxl does it, structs and groups are written as empty maps; nothing else is, but hw_cap. */
static void defaults_are_left_out(void **state)
{
    EACH_RELEASE(r) {
        EACH_STRUCT(id, &unit_layouts[r]) {
            for (unsigned arm = 0; arm < unit_arms(id); arm++) {
                void *object = unit_room(0), *read = unit_room(1);
                yajl_val json;
                char *text;

                unit_start(&unit_layouts[r], id, arm, object);
                text = text_of(r, id, object);
                json = yajl_tree_parse(text, NULL, 0);
                assert_non_null(json);
                expect_maps_only(id, json);
                yajl_tree_free(json);
                read_text(r, id, read, text);
                assert_memory_equal(object, read, xls_size(&unit_layouts[r], id));
                free(text);
            }
        }
    }
}

static void unknown_keys_are_passed_over(void **state)
{
    const struct xls_layout *layout = &unit_layouts[newest];
    struct filling filling = { .layout = layout, .known = layout->release, .elements = 1,
                               .json = true };

    EACH_STRUCT(id, layout) {
        void *written = unit_room(0), *read = unit_room(1);
        char *text, *longer;

        fill_object(&filling, id, written);
        text = text_of(newest, id, written);
        assert_true(asprintf(&longer, "{ \"no_such\": [ 1, { \"a\": null } ], \"type.no_such\": 5,"
                             " \"\": {}%s%s", text[1] == '}' ? "" : ",", text + 1) > 0);
        read_text(newest, id, read, longer);
        assert_null(unit_difference(UNIT_JSON, layout, layout, id, written, read));
        free(text);
        free(longer);
        xls_object_dispose(layout, id, written);
        xls_object_dispose(layout, id, read);
    }
    assert_int_equal(allocations_live(), 0);
}

/* A text of a newer release: a field that this one lacks is an unknown key, a word is refused. */
static void texts_of_newer_releases_are_read(void **state)
{
    unsigned refused = 0;

    EACH_RELEASE(to) {
        EACH_STRUCT(id, &unit_layouts[to]) {
            const struct xls_layout *layout = &unit_layouts[newest];
            struct filling filling = { .layout = layout, .known = xls_releases[to], .elements = 2,
                                       .json = true, .arm = 1 };
            void *written = unit_room(0), *read = unit_room(1);
            char *text, problem[256];

            /* What both know is carried over ... */
            fill_object(&filling, id, written);
            text = text_of(newest, id, written);
            read_text(to, id, read, text);
            assert_null(unit_difference(UNIT_JSON, layout, &unit_layouts[to], id, written, read));
            free(text);
            xls_object_dispose(layout, id, written);
            xls_object_dispose(&unit_layouts[to], id, read);

            /* ... and what is new does no harm. */
            filling.known = layout->release;
            fill_object(&filling, id, written);
            text = text_of(newest, id, written);
            if (xls_json_read(&unit_layouts[to], id, NULL, read, text, problem, sizeof(problem))) {
                if (!strstr(problem, " since Xen 4."))
                    fail_msg("%s of Xen %s: %s", xls_types[id].name, unit_name(to), problem);
                refused++;
            }
            free(text);
            xls_object_dispose(layout, id, written);
            xls_object_dispose(&unit_layouts[to], id, read);
            assert_int_equal(allocations_live(), 0);
        }
    }
    assert_true(refused > 0);
}

static void large_numbers_survive(void **state)
{
    static const uint64_t numbers[] = { INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX - 1,
                                        UINT64_MAX, 0, 1 };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        uint64_t range[3] = { numbers[i], numbers[i], numbers[i] }, read[3] = { 5, 5, 5 };
        char *text = text_of(newest, XLS_TYPE_libxl_iomem_range, range), digits[24];

        snprintf(digits, sizeof(digits), "%llu", (unsigned long long)numbers[i]);
        assert_true(!numbers[i] || strstr(text, digits));
        read_text(newest, XLS_TYPE_libxl_iomem_range, read, text);
        assert_memory_equal(range, read, sizeof(range));
        free(text);
    }
    for (int64_t number = INT32_MIN; number <= INT32_MAX; number += UINT32_MAX) {
        int written = number, read = 5;
        char *text = text_of(newest, XLS_TYPE_int, &written);

        read_text(newest, XLS_TYPE_int, &read, text);
        assert_int_equal(read, written);
        free(text);
    }
}

static void a_union_is_named_by_key_and_arm(void **state)
{
    const struct xls_layout *layout = &unit_layouts[newest];
    void *object = unit_room(0);
    char *text;

    xls_object_init(layout, XLS_TYPE_libxl_device_channel, object);
    xls_object_init_arm(layout, XLS_TYPE_libxl_device_channel, object, 2);
    text = text_of(newest, XLS_TYPE_libxl_device_channel, object);
    assert_non_null(strstr(text, "\"connection.socket\": {"));
    free(text);

    read_text(newest, XLS_TYPE_libxl_device_channel, object,
              "{\"connection.socket\": {\"path\": \"/run/x\"}, \"name\": null}");
    text = text_of(newest, XLS_TYPE_libxl_device_channel, object);
    assert_non_null(strstr(text, "/run/x"));
    free(text);
    xls_object_dispose(layout, XLS_TYPE_libxl_device_channel, object);
    assert_int_equal(allocations_live(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_struct_comes_back),
        cmocka_unit_test(every_other_type_comes_back),
        cmocka_unit_test(every_enum_value_comes_back),
        cmocka_unit_test(defaults_are_left_out),
        cmocka_unit_test(unknown_keys_are_passed_over),
        cmocka_unit_test(texts_of_newer_releases_are_read),
        cmocka_unit_test(large_numbers_survive),
        cmocka_unit_test(a_union_is_named_by_key_and_arm),
    };

    return cmocka_run_group_tests(tests, unit_setup, unit_teardown);
}
