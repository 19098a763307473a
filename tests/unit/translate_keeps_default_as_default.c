/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A struct as _init leaves it in one release becomes what _init leaves in the other, though the
 * default of a field may differ: nr_spis was 0 up to Xen 4.20 and is ~0 since.
 */

#include <string.h>

#include "unit.h"

static void init_becomes_init(const struct unit_case *it)
{
    const struct xls_layout *from = &unit_layouts[it->from], *to = &unit_layouts[it->to];
    void *mine = unit_room(0), *lent = unit_room(1), *expected = unit_room(2);
    struct xls_fault fault;

    unit_start(to, it->type, it->arm, expected);
    for (enum xls_move move = XLS_LEND; move <= XLS_RESTORE; move++) {
        unit_start(from, it->type, it->arm, mine);
        memset(lent, 0x5a, xls_size(to, it->type));
        if (move == XLS_RESTORE) /* over what the caller has */
            memcpy(lent, expected, xls_size(to, it->type));
        if (!xls_check(unit_plans(it->from, it->to), it->type, mine, &fault))
            unit_fail(it, fault.path);
        assert_int_equal(xls_translate(unit_plans(it->from, it->to), it->type, mine, lent, move),
                         0);
        if (memcmp(lent, expected, xls_size(to, it->type)))
            unit_fail(it, "is not what _init leaves");
    }
}

static void every_init_becomes_the_other_init(void **state)
{
    assert_true(unit_each_pair(init_becomes_init) > UNIT_PAIRS);
}

#ifndef UNIT_INVENTED
/* One field whose default differs, in a struct that is otherwise as _init leaves it. */
static int64_t carried(unsigned from, unsigned to, unsigned type, unsigned field, int64_t number,
                       enum xls_move move)
{
    const struct xls_type *t = &xls_types[type];
    void *mine = unit_room(0), *lent = unit_room(1);

    xls_object_init(&unit_layouts[from], type, mine);
    xls_object_init(&unit_layouts[to], type, lent);
    xls_store(t->fields[field].type, xls_at(mine, xls_offset(&unit_layouts[from], t, field)),
              number);
    assert_int_equal(xls_translate(unit_plans(from, to), type, mine, lent, move), 0);
    number = 0;
    memcpy(&number, xls_at(lent, xls_offset(&unit_layouts[to], t, field)),
           xls_types[t->fields[field].type].size);
    return number;
}

static void a_changed_default_is_converted_both_ways(void **state)
{
    unsigned type = XLS_TYPE_libxl_domain_build_info, field = 0, cases = 0;
    const struct xls_type *t = &xls_types[type];

    while (strcmp(t->fields[field].name, "nr_spis") != 0)
        assert_true(++field < t->count);
    for (enum xls_move move = XLS_LEND; move <= XLS_RESTORE; move++) {
        EACH_RELEASE(from) {
            EACH_RELEASE(to) {
                bool from_new = xls_releases[from] >= XLS_RELEASE(4, 21);
                bool to_new = xls_releases[to] >= XLS_RELEASE(4, 21);
                int64_t unset_from = from_new ? UINT32_MAX : 0, unset_to = to_new ? UINT32_MAX : 0;

                if (unit_common(from, to) < XLS_RELEASE(4, 19))
                    continue; /* without the field */
                assert_int_equal(carried(from, to, type, field, unset_from, move), unset_to);
                assert_int_equal(carried(from, to, type, field, 32, move), 32);
                if (from_new == to_new)
                    assert_int_equal(carried(from, to, type, field, ~unset_from & UINT32_MAX, move),
                                     ~unset_from & UINT32_MAX);
                cases++;
            }
        }
    }
    assert_int_equal(cases, 3 * 4 * 4); /* moves, releases from 4.19 on */
}

/* So that the test above is extended when libxl changes another default. */
static void no_other_default_changed(void **state)
{
    unsigned changed = 0;

    EACH_STRUCT(id, &unit_layouts[XLS_RELEASE_COUNT - 1]) {
        for (unsigned i = 0; i < xls_types[id].count; i++)
            changed += xls_types[id].fields[i].default_from != 0;
    }
    assert_int_equal(changed, 1);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_init_becomes_the_other_init),
#ifndef UNIT_INVENTED
        cmocka_unit_test(a_changed_default_is_converted_both_ways),
        cmocka_unit_test(no_other_default_changed),
#endif
    };

    return cmocka_run_group_tests(tests, unit_setup, unit_teardown);
}
