/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* _init, _init_KEY, _copy and _dispose, for every type of every release. */

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "unit.h"

static struct unit_image before, after;

/* Calls `run` for every type of every release, and every arm. */
static unsigned each_type(void (*run)(const struct unit_case *it))
{
    unsigned count = 0;

    EACH_RELEASE(r) {
        EACH_STRUCT(id, &unit_layouts[r]) {
            for (unsigned arm = 0; arm < unit_arms(id); arm++) {
                run(&(struct unit_case) { r, r, id, arm });
                count++;
            }
        }
    }
    return count;
}

static void fill(const struct unit_case *it, unsigned elements, void *object)
{
    struct filling filling = { .layout = &unit_layouts[it->from], .known = xls_releases[it->from],
                               .arm = it->arm, .elements = elements, .random = it->type };

    fill_object(&filling, it->type, object);
}

static bool all_zero(const unsigned char *bytes, size_t size)
{
    while (size && !bytes[size - 1])
        size--;
    return !size;
}

/* The bytes of an object that the schema tells: defaults, and zero for all else. */
static void expect_defaults(const struct xls_layout *layout, unsigned id, unsigned first,
                            unsigned end, unsigned char *expected)
{
    const struct xls_type *type = &xls_types[id];

    for (unsigned i = first; i < end; i++) {
        const struct xls_field *field = &type->fields[i];
        unsigned offset = xls_offset(layout, type, i);
        int64_t number = field->number;

        if (field->form == XLS_FORM_UNION)
            i += field->span;
        if (field->form != XLS_FORM_VALUE || offset == XLS_ABSENT)
            continue;
        if (xls_types[field->type].kind == XLS_KIND_STRUCT)
            expect_defaults(layout, field->type, 0, xls_types[field->type].count,
                            expected + offset);
        else if (number && field->default_from <= layout->release)
            memcpy(expected + offset, &number, xls_types[field->type].size);
    }
}

static void init_sets_the_defaults(const struct unit_case *it)
{
    const struct xls_layout *layout = &unit_layouts[it->from];
    unsigned char *object = unit_room(0), expected[8192] = { 0 };
    size_t size = xls_size(layout, it->type);

    xls_object_init(layout, it->type, object);
    expect_defaults(layout, it->type, 0, xls_types[it->type].count, expected);
    if (memcmp(object, expected, size))
        unit_fail(it, "not the defaults of the schema");
    if (object[size] != 0x5a)
        unit_fail(it, "wrote behind the object");
}

static void arm_sets_its_key_and_defaults(const struct unit_case *it)
{
    const struct xls_layout *layout = &unit_layouts[it->from];
    const struct xls_type *type = &xls_types[it->type];
    unsigned char *object = unit_room(0), expected[8192] = { 0 };

    for (unsigned i = 0; i < type->count; i++) {
        const struct xls_field *arm = &type->fields[i];
        const struct xls_field *key = &type->fields[arm->related];
        int number;

        if (arm->form != XLS_FORM_ARM)
            continue;
        number = xls_types[key->type].values[it->arm].number;
        xls_object_init(layout, it->type, object);
        xls_object_init_arm(layout, it->type, object, number);
        memset(expected, 0, sizeof(expected));
        expect_defaults(layout, it->type, 0, type->count, expected);
        memcpy(expected + xls_offset(layout, type, arm->related), &number, sizeof(number));
        for (unsigned k = 0; k < type->count; k++) {
            if (type->fields[k].form == XLS_FORM_ARM && type->fields[k].number == number)
                expect_defaults(layout, it->type, k + 1, k + 1 + type->fields[k].span, expected);
        }
        if (memcmp(object, expected, xls_size(layout, it->type)))
            unit_fail(it, "not the defaults of the arm");
    }
}

struct blocks {
    unsigned count;
    const void *block[8192];
};

static void collect(void *blocks, const void *block, size_t size)
{
    struct blocks *into = blocks;

    assert_true(into->count < sizeof(into->block) / sizeof(into->block[0]));
    into->block[into->count++] = block;
}

static int by_address(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;

    return (*x > *y) - (*x < *y);
}

/* No block is owned twice, by one object or by both. */
static void expect_disjoint(const struct unit_case *it, const void *a, const void *b)
{
    static struct blocks blocks;

    blocks.count = 0;
    unit_blocks(&unit_layouts[it->from], it->type, a, collect, &blocks);
    unit_blocks(&unit_layouts[it->from], it->type, b, collect, &blocks);
    qsort(blocks.block, blocks.count, sizeof(blocks.block[0]), by_address);
    for (unsigned i = 1; i < blocks.count; i++) {
        if (blocks.block[i] == blocks.block[i - 1])
            unit_fail(it, "a pointer is shared");
    }
    /* Between two live objects, everything counted is theirs. */
    if (blocks.count != allocations_live())
        unit_fail(it, "memory that neither object owns");
}

static void copy_is_deep_and_equal(const struct unit_case *it, unsigned elements)
{
    const struct xls_layout *layout = &unit_layouts[it->from];
    void *object = unit_room(0), *copy = unit_room(1);
    char *text, *copied_text;
    const char *difference;

    fill(it, elements, object);
    unit_take_image(&before, layout, it->type, object);
    assert_int_equal(xls_object_copy(layout, it->type, NULL, copy, object), 0);
    difference = unit_difference(UNIT_STRICT, layout, layout, it->type, object, copy);
    if (difference)
        unit_fail(it, difference);
    expect_disjoint(it, object, copy);
    text = xls_json_text(layout, it->type, NULL, object);
    copied_text = xls_json_text(layout, it->type, NULL, copy);
    assert_non_null(text);
    assert_string_equal(text, copied_text);
    free(text);
    free(copied_text);
    xls_object_dispose(layout, it->type, copy);
    if (!all_zero(copy, xls_size(layout, it->type)))
        unit_fail(it, "dispose leaves something");
    unit_take_image(&after, layout, it->type, object);
    if (!unit_images_equal(&before, &after))
        unit_fail(it, "the original changed");
    xls_object_dispose(layout, it->type, object);
    xls_object_dispose(layout, it->type, object); /* harmless */
    if (allocations_live())
        unit_fail(it, "leaks");
}

static void copies_are_deep_and_equal(const struct unit_case *it)
{
    copy_is_deep_and_equal(it, 0);
    copy_is_deep_and_equal(it, 3);
}

/* A count without elements, which an interrupted caller may leave, is an empty array. */
static void count_without_elements_is_empty(const struct unit_case *it)
{
    const struct xls_layout *layout = &unit_layouts[it->from];
    const struct xls_type *type = &xls_types[it->type];
    void *object = unit_room(0), *copy = unit_room(1);

    unit_start(layout, it->type, it->arm, object);
    for (unsigned i = 0; i < type->count; i++) {
        if (type->fields[i].form == XLS_FORM_ARM && !xls_arm_is_active(layout, type, i, object))
            i += type->fields[i].span;
        else if (xls_offset(layout, type, i) != XLS_ABSENT && unit_is_count(type, i))
            *(int *)xls_at(object, xls_offset(layout, type, i)) = 3;
    }
    assert_int_equal(xls_object_copy(layout, it->type, NULL, copy, object), 0);
    for (unsigned i = 0; i < type->count; i++) {
        if (type->fields[i].form == XLS_FORM_ARM && !xls_arm_is_active(layout, type, i, copy))
            i += type->fields[i].span;
        else if (xls_offset(layout, type, i) != XLS_ABSENT && unit_is_count(type, i))
            assert_int_equal(*(int *)xls_at(copy, xls_offset(layout, type, i)), 0);
    }
    xls_object_dispose(layout, it->type, copy);
    xls_object_dispose(layout, it->type, object);
    if (allocations_live())
        unit_fail(it, "leaks");
}

#define TYPE_TEST(name)                              \
    static void name##_for_all(void **state)         \
    {                                                \
        assert_true(each_type(name) > 9 * 60);       \
    }

TYPE_TEST(init_sets_the_defaults)
TYPE_TEST(arm_sets_its_key_and_defaults)
TYPE_TEST(copies_are_deep_and_equal)
TYPE_TEST(count_without_elements_is_empty)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_sets_the_defaults_for_all),
        cmocka_unit_test(arm_sets_its_key_and_defaults_for_all),
        cmocka_unit_test(copies_are_deep_and_equal_for_all),
        cmocka_unit_test(count_without_elements_is_empty_for_all),
    };

    return cmocka_run_group_tests(tests, unit_setup, unit_teardown);
}
