/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every allocation of every operation fails once, alone and with all that follow it: the result is
 * the documented one, and nothing leaks. libyajl's own allocations are left out: that library does
 * not survive their failure.
 */

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "unit.h"

static const unsigned newest = XLS_RELEASE_COUNT - 1;

static struct unit_image before, after;
static unsigned failures;

/* Does something whose allocation number `n` fails. Whether it came to that. */
typedef bool operation(const struct unit_case *it, unsigned n, bool forever);

/* Lets the first allocation fail, then the second ..., until none is left to fail. */
static void each_failure(operation *run, const struct unit_case *it)
{
    for (int forever = 0; forever < 2; forever++) {
        bool failed = true;

        for (unsigned n = 0; failed; n++) {
            size_t live = allocations_live();

            failed = run(it, n, forever);
            failures += failed;
            if (allocations_live() != live)
                unit_fail(it, "leaks");
        }
    }
}

/* Every struct between the oldest and the newest release, both ways, and of the newest alone. */
static void each_struct(operation *run)
{
    static const unsigned pairs[][2] = { { XLS_RELEASE_COUNT - 1, 0 },
                                         { 0, XLS_RELEASE_COUNT - 1 } };

    failures = 0;
    for (int pair = 0; pair < 2; pair++) {
        unsigned from = pairs[pair][0], to = pairs[pair][1];

        unit_plans(from, to);
        unit_plans(to, from);
        EACH_STRUCT(id, &unit_layouts[from]) {
            unsigned arms = unit_arms(id);

#ifndef UNIT_INVENTED
            if (id == XLS_TYPE_libxl_domain_config)
                arms = 1; /* the others have had their turn in build_info */
#endif
            for (unsigned arm = 0; xls_size(&unit_layouts[to], id) && arm < arms; arm++) {
                if (unit_arm_is_known(id, arm, xls_releases[0]))
                    each_failure(run, &(struct unit_case) { from, to, id, arm });
            }
        }
    }
    print_message("%u failing allocations\n", failures);
    assert_true(failures > 0);
}

static void fill_known(const struct unit_case *it, unsigned release, unsigned elements,
                       xls_release known, void *object)
{
    struct filling filling = { .layout = &unit_layouts[release], .known = known, .arm = it->arm,
                               .elements = elements, .random = it->type };

    fill_object(&filling, it->type, object);
}

static void fill(const struct unit_case *it, unsigned release, unsigned elements, void *object)
{
    fill_known(it, release, elements, xls_releases[release], object);
}

/* An array that came out empty is emptied in the model, too; so are those inside. How many. */
static unsigned empty_likewise(const struct xls_layout *layout, unsigned id, void *model,
                               const struct xls_layout *object_layout, const void *object)
{
    const struct xls_type *type = &xls_types[id];
    unsigned emptied = 0;

    for (unsigned i = 0; i < type->count; i++) {
        const struct xls_field *field = &type->fields[i];
        void *value = xls_at(model, xls_offset(layout, type, i));
        const void *got = xls_at(object, xls_offset(object_layout, type, i));
        int *count = xls_at(model, xls_offset(layout, type, field->related));

        if (field->form == XLS_FORM_ARM && !xls_arm_is_active(layout, type, i, model))
            i += field->span;
        if (field->form > XLS_FORM_ARRAY || xls_types[field->type].kind != XLS_KIND_STRUCT ||
            xls_offset(layout, type, i) == XLS_ABSENT ||
            xls_offset(object_layout, type, i) == XLS_ABSENT)
            continue;
        if (field->form == XLS_FORM_VALUE) {
            emptied += empty_likewise(layout, field->type, value, object_layout, got);
        } else if (*(int *)xls_at(object, xls_offset(object_layout, type, field->related))) {
            for (int k = 0; k < *count; k++)
                emptied += empty_likewise(
                    layout, field->type, *(char **)value + k * xls_size(layout, field->type),
                    object_layout, *(char **)got + k * xls_size(object_layout, field->type));
        } else if (*count) {
            assert_null(*(void **)got);
            xls_elements_dispose(layout, field->type, *(void **)value, *count);
            *(void **)value = NULL;
            *count = 0;
            emptied++;
        }
    }
    return emptied;
}

static bool compile_plans(const struct unit_case *it, unsigned n, bool forever)
{
    static struct xls_plans plans;
    size_t live = allocations_live();
    bool failed;
    int rc;

    allocations_fail(n, forever);
    rc = xls_plans_compile(&plans, &unit_layouts[it->from], &unit_layouts[it->to]);
    failed = allocations_failed();
    assert_int_equal(rc, failed ? -1 : 0);
    if (failed && allocations_live() != live)
        unit_fail(it, "something is left to free");
    xls_plans_free(&plans); /* harmless after a failure */
    return failed;
}

static bool lend(const struct unit_case *it, unsigned n, bool forever)
{
    const struct xls_plans *plans = unit_plans(it->from, it->to);
    void *mine = unit_room(0), *lent = unit_room(1);
    bool failed;
    int rc;

    fill(it, it->from, 2, mine);
    unit_take_image(&before, plans->from, it->type, mine);
    allocations_fail(n, forever);
    rc = xls_translate(plans, it->type, mine, lent, XLS_LEND);
    failed = allocations_failed();
    assert_int_equal(rc, failed ? -1 : 0);
    unit_take_image(&after, plans->from, it->type, mine);
    if (!unit_images_equal(&before, &after))
        unit_fail(it, "lending changed the lender's");
    if (!failed)
        xls_undo(plans, it->type, lent);
    xls_object_dispose(plans->from, it->type, mine);
    return failed;
}

/* What `given` was is what `mine` is, but for arrays that were lost for want of memory. */
static void judge_arrival(const struct unit_case *it, const struct xls_plans *up, void *expected,
                          void *mine, bool failed)
{
    unsigned emptied = empty_likewise(up->from, it->type, expected, up->to, mine);
    const char *difference;

    if (failed != !!emptied)
        unit_fail(it, failed ? "no array was lost" : "an array was lost");
    difference = unit_difference(UNIT_LENIENT, up->from, up->to, it->type, expected, mine);
    if (difference)
        unit_fail(it, difference);
    xls_object_dispose(up->from, it->type, expected);
    xls_object_dispose(up->to, it->type, mine);
}

static bool give(const struct unit_case *it, unsigned n, bool forever)
{
    const struct xls_plans *plans = unit_plans(it->from, it->to);
    void *given = unit_room(0), *mine = unit_room(1), *expected = unit_room(2);
    bool failed;
    int rc;

    fill(it, it->from, 2, given);
    assert_int_equal(xls_object_copy(plans->from, it->type, NULL, expected, given), 0);
    allocations_fail(n, forever);
    rc = xls_translate(plans, it->type, given, mine, XLS_GIVE);
    failed = allocations_failed();
    assert_int_equal(rc, failed ? -1 : 0);
    judge_arrival(it, plans, expected, mine, failed);
    return failed;
}

/* The release replaced all that it was lent, and arrays must grow on the way back. */
static bool restore(const struct unit_case *it, unsigned n, bool forever)
{
    const struct xls_plans *down = unit_plans(it->from, it->to), *up = unit_plans(it->to, it->from);
    void *mine = unit_room(0), *lent = unit_room(1), *expected = unit_room(2);
    bool failed;
    int rc;

    fill_known(it, it->from, 1, xls_releases[0], mine);
    assert_int_equal(xls_translate(down, it->type, mine, lent, XLS_LEND), 0);
    xls_object_dispose(down->to, it->type, lent);
    fill(it, it->to, 2, lent);
    assert_int_equal(xls_object_copy(down->to, it->type, NULL, expected, lent), 0);
    allocations_fail(n, forever);
    rc = xls_translate(up, it->type, lent, mine, XLS_RESTORE);
    failed = allocations_failed();
    assert_int_equal(rc, failed ? -1 : 0);
    judge_arrival(it, up, expected, mine, failed);
    return failed;
}

static bool translate_list(const struct unit_case *it, unsigned n, bool forever)
{
    const struct xls_plans *plans = unit_plans(it->from, it->to);
    size_t size = xls_size(plans->from, it->type);
    char *list = malloc(2 * size), *mine;
    bool failed;

    fill(it, it->from, 2, list);
    fill(it, it->from, 2, list + size);
    allocations_fail(n, forever);
    mine = xls_translate_array(plans, it->type, list, 2);
    failed = allocations_failed();
    assert_true(failed == !mine);
    if (mine)
        xls_elements_dispose(plans->to, it->type, mine, 2);
    return failed;
}

static bool copy(const struct unit_case *it, unsigned n, bool forever)
{
    const struct xls_layout *layout = &unit_layouts[it->from];
    void *object = unit_room(0), *copied = unit_room(1);
    bool failed;
    int rc;

    fill(it, it->from, 1, object);
    unit_take_image(&before, layout, it->type, object);
    allocations_fail(n, forever);
    rc = xls_object_copy(layout, it->type, NULL, copied, object);
    failed = allocations_failed();
    assert_int_equal(rc, failed ? -1 : 0);
    unit_take_image(&after, layout, it->type, object);
    if (!unit_images_equal(&before, &after))
        unit_fail(it, "copying changed the original");
    xls_object_dispose(layout, it->type, copied); /* also a part of a copy */
    xls_object_dispose(layout, it->type, object);
    return failed;
}

static bool read_json(const struct unit_case *it, unsigned n, bool forever)
{
    const struct xls_layout *layout = &unit_layouts[it->from];
    void *object = unit_room(0), *empty = unit_room(1);
    static unsigned known_type = XLS_TYPE_COUNT, known_from, known_arm;
    static char text[64 * 1024];
    char problem[256] = "";
    bool failed;
    int rc;

    if (known_type != it->type || known_from != it->from || known_arm != it->arm) {
        char *written;

        fill(it, it->from, 1, object);
        written = xls_json_text(layout, it->type, NULL, object);
        assert_true(strlen(written) < sizeof(text));
        strcpy(text, written);
        free(written);
        xls_object_dispose(layout, it->type, object);
        known_type = it->type;
        known_from = it->from;
        known_arm = it->arm;
    }
    xls_object_init(layout, it->type, empty);
    allocations_fail(n, forever);
    rc = xls_json_read(layout, it->type, NULL, object, text, problem, sizeof(problem));
    failed = allocations_failed();
    assert_int_equal(rc, failed ? -1 : 0);
    if (failed && !strstr(problem, "out of memory") && !strstr(problem, "does not accept"))
        unit_fail(it, problem);
    if (failed)
        assert_memory_equal(object, empty, xls_size(layout, it->type));
    xls_object_dispose(layout, it->type, object);
    return failed;
}

/* NULL, or the whole text: never a part of it. */
static bool write_json(const struct unit_case *it, unsigned n, bool forever)
{
    const struct xls_layout *layout = &unit_layouts[it->from];
    void *object = unit_room(0);
    char *text, *whole;
    bool failed;

    fill(it, it->from, 1, object);
    whole = xls_json_text(layout, it->type, NULL, object);
    allocations_fail(n, forever);
    text = xls_json_text(layout, it->type, NULL, object);
    failed = allocations_failed();
    assert_true(failed || text);
    if (text)
        assert_string_equal(text, whole);
    free(text);
    free(whole);
    xls_object_dispose(layout, it->type, object);
    return failed;
}

static void compiling_plans(void **state)
{
    failures = 0;
    EACH_RELEASE(r) {
        each_failure(compile_plans, &(struct unit_case) { newest, r, 0, 0 });
        each_failure(compile_plans, &(struct unit_case) { r, newest, 0, 0 });
    }
    print_message("%u failing allocations\n", failures);
}

#define OPERATION_TEST(name, run)    \
    static void name(void **state)   \
    {                                \
        each_struct(run);            \
    }

OPERATION_TEST(lending, lend)
OPERATION_TEST(giving, give)
OPERATION_TEST(restoring, restore)
OPERATION_TEST(translating_lists, translate_list)
OPERATION_TEST(copying, copy)
OPERATION_TEST(reading_json, read_json)
OPERATION_TEST(writing_json, write_json)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compiling_plans), cmocka_unit_test(lending),
        cmocka_unit_test(giving),          cmocka_unit_test(restoring),
        cmocka_unit_test(translating_lists), cmocka_unit_test(copying),
        cmocka_unit_test(reading_json),    cmocka_unit_test(writing_json),
    };

    return cmocka_run_group_tests(tests, unit_setup, unit_teardown);
}
