/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is lent to a release and comes back is what it was, to the byte, pointers included, and
 * also where the release lacks fields. In between, the release sees all that it knows.
 */

#include <string.h>

#include "unit.h"

static struct unit_image before, after;

static void fill(const struct unit_case *it, xls_release known, void *object)
{
    struct filling filling = { .layout = &unit_layouts[it->from], .known = known, .arm = it->arm,
                               .elements = 1 + (it->type + it->to) % 3,
                               .random = it->from * 1000 + it->to };

    fill_object(&filling, it->type, object);
}

static void lend(const struct unit_case *it, void *mine, void *lent)
{
    if (xls_translate(unit_plans(it->from, it->to), it->type, mine, lent, XLS_LEND))
        unit_fail(it, "nothing lent");
}

static void come_back_unchanged(const struct unit_case *it)
{
    const struct xls_layout *layout = &unit_layouts[it->from];
    void *mine = unit_room(0), *lent = unit_room(1);
    size_t live = allocations_live();

    fill(it, layout->release, mine);
    unit_take_image(&before, layout, it->type, mine);
    lend(it, mine, lent);
    if (xls_translate(unit_plans(it->to, it->from), it->type, lent, mine, XLS_RESTORE))
        unit_fail(it, "nothing restored");
    unit_take_image(&after, layout, it->type, mine);
    if (!unit_images_equal(&before, &after))
        unit_fail(it, "came back changed");
    xls_object_dispose(layout, it->type, mine);
    if (allocations_live() != live)
        unit_fail(it, "leaks");
}

static void lent_is_all_that_the_release_knows(const struct unit_case *it)
{
    const struct xls_layout *layout = &unit_layouts[it->from];
    void *mine = unit_room(0), *lent = unit_room(1);
    size_t live = allocations_live();
    const char *difference;

    fill(it, layout->release, mine);
    unit_take_image(&before, layout, it->type, mine);
    lend(it, mine, lent);
    difference = unit_difference(UNIT_LENIENT, layout, &unit_layouts[it->to], it->type, mine, lent);
    if (difference)
        unit_fail(it, difference);
    unit_take_image(&after, layout, it->type, mine);
    if (!unit_images_equal(&before, &after))
        unit_fail(it, "lending changed the lender's");
    xls_undo(unit_plans(it->from, it->to), it->type, lent);
    unit_take_image(&after, layout, it->type, mine);
    if (!unit_images_equal(&before, &after))
        unit_fail(it, "undoing changed the lender's");
    xls_object_dispose(layout, it->type, mine);
    if (allocations_live() != live)
        unit_fail(it, "leaks");
}

/* What only the target has gets the target's default. */
static void what_both_know_is_equal(const struct unit_case *it)
{
    const struct xls_layout *layout = &unit_layouts[it->from];
    void *mine = unit_room(0), *lent = unit_room(1);
    struct xls_fault fault;
    const char *difference;

    fill(it, unit_common(it->from, it->to), mine);
    if (!xls_check(unit_plans(it->from, it->to), it->type, mine, &fault))
        unit_fail(it, fault.path);
    lend(it, mine, lent);
    difference = unit_difference(UNIT_STRICT, layout, &unit_layouts[it->to], it->type, mine, lent);
    if (difference)
        unit_fail(it, difference);
    xls_undo(unit_plans(it->from, it->to), it->type, lent);
    xls_object_dispose(layout, it->type, mine);
}

static void nothing_allocated_beside_arrays(const struct unit_case *it)
{
    void *mine = unit_room(0), *lent = unit_room(1);
    struct filling filling = { .layout = &unit_layouts[it->from], .arm = it->arm,
                               .known = xls_releases[it->from] };
    size_t live;

    fill_object(&filling, it->type, mine);
    live = allocations_live();
    lend(it, mine, lent);
    if (allocations_live() != live)
        unit_fail(it, "allocates without need");
    xls_object_dispose(&unit_layouts[it->from], it->type, mine);
}

/* A plan that says "same" lets pointers pass: then both releases must agree on every byte. */
static void same_means_same(const struct unit_case *it)
{
    const struct xls_layout *from = &unit_layouts[it->from], *to = &unit_layouts[it->to];
    const struct xls_type *type = &xls_types[it->type];
    bool same = xls_size(from, it->type) == xls_size(to, it->type);

    for (unsigned i = 0; i < type->count; i++) {
        same &= xls_offset(from, type, i) == xls_offset(to, type, i);
        if (xls_offset(from, type, i) != XLS_ABSENT &&
            xls_types[type->fields[i].type].kind == XLS_KIND_STRUCT &&
            type->fields[i].form <= XLS_FORM_ARRAY)
            same &= unit_plans(it->from, it->to)->type[type->fields[i].type].same;
        same &= xls_default(&type->fields[i], from->release) ==
                    xls_default(&type->fields[i], to->release) ||
                xls_offset(from, type, i) == XLS_ABSENT;
    }
    /* It may be stricter: a newer enum value has to be checked for. */
    if (unit_plans(it->from, it->to)->type[it->type].same && !same)
        unit_fail(it, "is not the same");
    if (it->from == it->to && it->to == XLS_RELEASE_COUNT - 1 &&
        !unit_plans(it->from, it->to)->type[it->type].same)
        unit_fail(it, "is not the same as itself");
}

#define PAIR_TEST(name)                                             \
    static void name##_for_all(void **state)                        \
    {                                                               \
        assert_true(unit_each_pair(name) > UNIT_PAIRS);                \
    }

PAIR_TEST(come_back_unchanged)
PAIR_TEST(lent_is_all_that_the_release_knows)
PAIR_TEST(what_both_know_is_equal)
PAIR_TEST(nothing_allocated_beside_arrays)
PAIR_TEST(same_means_same)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(come_back_unchanged_for_all),
        cmocka_unit_test(lent_is_all_that_the_release_knows_for_all),
        cmocka_unit_test(what_both_know_is_equal_for_all),
        cmocka_unit_test(nothing_allocated_beside_arrays_for_all),
        cmocka_unit_test(same_means_same_for_all),
    };

    return cmocka_run_group_tests(tests, unit_setup, unit_teardown);
}
