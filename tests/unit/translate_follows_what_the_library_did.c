/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a release made of a lent struct, or filled in itself, arrives at the caller whole: arrays
 * that grew, shrank or went away, strings that were replaced. Nothing of it leaks.
 */

#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* How many elements each array has in the end. */
static unsigned wanted;

/* As libxl does it: with realloc, and an array that becomes empty is freed. */
static void resize(struct filling *filling, const struct xls_field *array, char **elements,
                   int *count)
{
    size_t size = xls_size(filling->layout, array->type);

    for (int i = wanted; i < *count; i++)
        xls_value_dispose(filling->layout, array->type, *elements + i * size);
    if (wanted) {
        *elements = realloc(*elements, wanted * size);
        assert_non_null(*elements);
    } else {
        free(*elements);
        *elements = NULL;
    }
    if (*count < (int)wanted)
        fill_elements(filling, array, *elements, *count, wanted);
    *count = wanted;
}

/* Every array of an object and of the structs inside it, and every string. */
static void work_on(struct filling *filling, unsigned id, void *object)
{
    const struct xls_type *type = &xls_types[id];

    for (unsigned i = 0; i < type->count; i++) {
        const struct xls_field *field = &type->fields[i];
        unsigned offset = xls_offset(filling->layout, type, i);

        if (field->form == XLS_FORM_ARM &&
            !xls_arm_is_active(filling->layout, type, i, object)) {
            i += field->span;
            continue;
        }
        if (offset == XLS_ABSENT || field->form > XLS_FORM_ARRAY ||
            !xls_known(field->since, filling->known))
            continue;
        if (field->form == XLS_FORM_ARRAY) {
            resize(filling, field, xls_at(object, offset),
                   xls_at(object, xls_offset(filling->layout, type, field->related)));
        } else if (xls_types[field->type].kind == XLS_KIND_STRUCT) {
            work_on(filling, field->type, xls_at(object, offset));
        } else if (field->type == XLS_TYPE_string) {
            free(*(char **)xls_at(object, offset));
            fill_value(filling, field, xls_at(object, offset));
        }
    }
}

/* The release works on what it was lent; `known` is the newest thing it puts there. */
static void change_while_lent_knowing(const struct unit_case *it, unsigned elements, unsigned later,
                                      enum unit_comparison how, xls_release known)
{
    const struct xls_layout *ours = &unit_layouts[it->from], *theirs = &unit_layouts[it->to];
    struct filling filling = { .layout = ours, .known = unit_common(it->from, it->to),
                               .arm = it->arm, .elements = elements, .random = 7 };
    void *mine = unit_room(0), *lent = unit_room(1), *expected = unit_room(2);
    size_t live = allocations_live();
    const char *difference;

    fill_object(&filling, it->type, mine);
    assert_int_equal(xls_translate(unit_plans(it->from, it->to), it->type, mine, lent, XLS_LEND),
                     0);
    filling.layout = theirs;
    filling.known = known;
    wanted = later;
    work_on(&filling, it->type, lent);
    assert_int_equal(xls_object_copy(theirs, it->type, NULL, expected, lent), 0);
    assert_int_equal(
        xls_translate(unit_plans(it->to, it->from), it->type, lent, mine, XLS_RESTORE), 0);
    difference = unit_difference(how, theirs, ours, it->type, expected, mine);
    if (difference)
        unit_fail(it, difference);
    xls_object_dispose(theirs, it->type, expected);
    xls_object_dispose(ours, it->type, mine);
    if (allocations_live() != live)
        unit_fail(it, "leaks");
}

/* Where both releases have the same struct, pointers pass straight through; once is enough. */
static bool passes_through(const struct unit_case *it)
{
    return it->from && unit_plans(it->from, it->to)->type[it->type].same &&
           unit_plans(it->to, it->from)->type[it->type].same;
}

static void change_while_lent(const struct unit_case *it, unsigned elements, unsigned later)
{
    if (passes_through(it))
        return;
    change_while_lent_knowing(it, elements, later, UNIT_STRICT, unit_common(it->from, it->to));
    /* What a release newer than the caller's level sets beyond it is released. */
    if (it->to > it->from)
        change_while_lent_knowing(it, elements, later, UNIT_LENIENT, xls_releases[it->to]);
}

static void grow(const struct unit_case *it)
{
    change_while_lent(it, 2, 5);
}

static void grow_from_nothing(const struct unit_case *it)
{
    change_while_lent(it, 0, 3);
}

static void shrink(const struct unit_case *it)
{
    change_while_lent(it, 3, 1);
}

static void become_empty(const struct unit_case *it)
{
    change_while_lent(it, 3, 0);
}

static void keep_their_size(const struct unit_case *it)
{
    change_while_lent(it, 2, 2);
}

/* The release filled in the struct itself, as for a list or an out parameter. */
static void give(const struct unit_case *it, unsigned elements, enum unit_comparison how,
                 xls_release known)
{
    const struct xls_layout *theirs = &unit_layouts[it->from], *ours = &unit_layouts[it->to];
    struct filling filling = { .layout = theirs, .known = known, .arm = it->arm,
                               .elements = elements, .random = it->type };
    void *given = unit_room(0), *mine = unit_room(1), *expected = unit_room(2);
    size_t live = allocations_live();
    const char *difference;

    fill_object(&filling, it->type, given);
    assert_int_equal(xls_object_copy(theirs, it->type, NULL, expected, given), 0);
    assert_int_equal(xls_translate(unit_plans(it->from, it->to), it->type, given, mine, XLS_GIVE),
                     0);
    difference = unit_difference(how, theirs, ours, it->type, expected, mine);
    if (difference)
        unit_fail(it, difference);
    xls_object_dispose(theirs, it->type, expected);
    xls_object_dispose(ours, it->type, mine);
    if (allocations_live() != live)
        unit_fail(it, "leaks");
}

static void are_given_away(const struct unit_case *it)
{
    if (passes_through(it))
        return;
    give(it, 3, UNIT_STRICT, unit_common(it->from, it->to));
    give(it, 0, UNIT_STRICT, unit_common(it->from, it->to));
    /* Also where the release knows more than the caller's level. */
    give(it, 3, UNIT_LENIENT, xls_releases[it->from]);
}

static void give_list(const struct unit_case *it, size_t count)
{
    const struct xls_layout *theirs = &unit_layouts[it->from], *ours = &unit_layouts[it->to];
    struct filling filling = { .layout = theirs, .known = xls_releases[it->from], .arm = it->arm,
                               .elements = 2, .random = it->type };
    size_t size = xls_size(theirs, it->type);
    char *list = malloc(count ? count * size : 1), *expected = malloc(count * size + 1), *mine;

    for (size_t i = 0; i < count; i++) {
        fill_object(&filling, it->type, list + i * size);
        assert_int_equal(xls_object_copy(theirs, it->type, NULL, expected + i * size,
                                         list + i * size), 0);
    }
    mine = xls_translate_array(unit_plans(it->from, it->to), it->type, list, count);
    assert_non_null(mine);
    for (size_t i = 0; i < count; i++) {
        void *element = mine + i * xls_size(ours, it->type);
        const char *difference = unit_difference(UNIT_LENIENT, theirs, ours, it->type,
                                                 expected + i * size, element);

        if (difference)
            unit_fail(it, difference);
    }
    xls_elements_dispose(theirs, it->type, expected, count);
    xls_elements_dispose(ours, it->type, mine, count);
}

static void lists_are_given_away(const struct unit_case *it)
{
    size_t live = allocations_live();

    if (passes_through(it))
        return;
    for (size_t count = 0; count < 4; count++)
        give_list(it, count);
    if (allocations_live() != live)
        unit_fail(it, "leaks");
}

#define PAIR_TEST(name)                                   \
    static void arrays_that_##name(void **state)          \
    {                                                     \
        assert_true(unit_each_pair(name) > UNIT_PAIRS);      \
    }

PAIR_TEST(grow)
PAIR_TEST(grow_from_nothing)
PAIR_TEST(shrink)
PAIR_TEST(become_empty)
PAIR_TEST(keep_their_size)
PAIR_TEST(are_given_away)

static void structs_in_lists(void **state)
{
    assert_true(unit_each_pair(lists_are_given_away) > UNIT_PAIRS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_that_grow),
        cmocka_unit_test(arrays_that_grow_from_nothing),
        cmocka_unit_test(arrays_that_shrink),
        cmocka_unit_test(arrays_that_become_empty),
        cmocka_unit_test(arrays_that_keep_their_size),
        cmocka_unit_test(arrays_that_are_given_away),
        cmocka_unit_test(structs_in_lists),
    };

    return cmocka_run_group_tests(tests, unit_setup, unit_teardown);
}
