/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The translator, on random objects of random types between any two releases. What holds: lending
 * and taking back is the identity, whatever the other release knows; what the check lets pass goes
 * there and back as a gift unchanged; what a library changes arrives; nothing is read or written
 * outside, and nothing leaks. Built over libxl's schema, and over random ones (FUZZ_RANDOM).
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "unit.h"

struct run {
    struct fuzz_source *source;
    struct xls_layout from, to;
    struct xls_plans down, up;
    unsigned type;
    xls_release known; /* what the object may use */
};

#define broken(run, what)                                                                            \
    fuzz_fail("%s from Xen " XLS_RELEASE_FORMAT " to " XLS_RELEASE_FORMAT ": %s",                  \
              xls_types[(run)->type].name, XLS_RELEASE_ARGS((run)->from.release),                  \
              XLS_RELEASE_ARGS((run)->to.release), what)

static void *mine(const struct run *run, unsigned room)
{
    return fuzz_room(room, xls_size(&run->from, run->type));
}

static void *theirs(const struct run *run, unsigned room)
{
    return fuzz_room(room, xls_size(&run->to, run->type));
}

static void expect_equal(const struct run *run, enum unit_comparison how,
                         const struct xls_layout *a_layout, const struct xls_layout *b_layout,
                         const void *a, const void *b)
{
    const char *difference = unit_difference(how, a_layout, b_layout, run->type, a, b);

    if (difference)
        broken(run, difference);
}

static void lend_and_take_back(struct run *run, void *object)
{
    static struct unit_image before, after;
    void *lent = theirs(run, 1);

    unit_take_image(&before, &run->from, run->type, object);
    for (int i = 0; i < 2; i++) {
        if (xls_translate(&run->down, run->type, object, lent, XLS_LEND))
            broken(run, "nothing lent");
        expect_equal(run, UNIT_LENIENT, &run->from, &run->to, object, lent);
        if (i)
            xls_undo(&run->down, run->type, lent);
        else if (xls_translate(&run->up, run->type, lent, object, XLS_RESTORE))
            broken(run, "nothing restored");
        unit_take_image(&after, &run->from, run->type, object);
        if (!unit_images_equal(&before, &after))
            broken(run, i ? "undoing changed the lender's" : "came back changed");
    }
}

static void give_there_and_back(struct run *run, const void *object)
{
    void *copy = mine(run, 2), *given = theirs(run, 3), *back = mine(run, 4);

    if (xls_object_copy(&run->from, run->type, NULL, copy, object))
        broken(run, "no copy");
    if (xls_translate(&run->down, run->type, copy, given, XLS_GIVE) ||
        xls_translate(&run->up, run->type, given, back, XLS_GIVE))
        broken(run, "nothing given");
    expect_equal(run, UNIT_STRICT, &run->from, &run->from, object, back);
    xls_object_dispose(&run->from, run->type, back);
}

static void give_a_list(struct run *run, const void *object)
{
    unsigned count = fuzz_below(run->source, 4);
    size_t size = xls_size(&run->from, run->type);
    char *list = malloc(count * size + 1);

    for (unsigned i = 0; i < count; i++) {
        if (xls_object_copy(&run->from, run->type, NULL, list + i * size, object))
            broken(run, "no copy");
    }
    list = xls_translate_array(&run->down, run->type, list, count);
    if (list)
        list = xls_translate_array(&run->up, run->type, list, count);
    if (!list)
        broken(run, "no list");
    for (unsigned i = 0; i < count; i++)
        expect_equal(run, UNIT_STRICT, &run->from, &run->from, object, list + i * size);
    xls_elements_dispose(&run->from, run->type, list, count);
}

static void follow_the_library(struct run *run, void *object)
{
    void *lent = theirs(run, 5), *copy = theirs(run, 6);

    if (xls_translate(&run->down, run->type, object, lent, XLS_LEND))
        broken(run, "nothing lent");
    fuzz_change(run->source, &run->to, run->type, lent);
    if (xls_object_copy(&run->to, run->type, NULL, copy, lent))
        broken(run, "no copy");
    if (xls_translate(&run->up, run->type, lent, object, XLS_RESTORE))
        broken(run, "nothing restored");
    expect_equal(run, UNIT_LENIENT, &run->to, &run->from, copy, object);
    xls_object_dispose(&run->to, run->type, copy);
}

static void check(struct run *run, void *object)
{
    struct xls_fault fault = { 0 };

    if (xls_check(&run->down, run->type, object, &fault)) {
        give_there_and_back(run, object);
        give_a_list(run, object);
        return;
    }
    if (run->known <= run->to.release)
        fuzz_fail("%s: what both know is refused: %s is %s, since %x", xls_types[run->type].name,
                  fault.path, fault.value, fault.since);
    if (!fault.path[0] || !fault.value[0] || fault.since <= run->to.release ||
        fault.since > run->from.release)
        broken(run, "refused without a reason");
}

static bool choose(struct run *run)
{
    run->from.release = xls_releases[fuzz_below(run->source, XLS_RELEASE_COUNT)];
    run->to.release = xls_releases[fuzz_below(run->source, XLS_RELEASE_COUNT)];
    xls_layout_compute(&run->from, run->from.release);
    xls_layout_compute(&run->to, run->to.release);
    run->known = run->from.release;
    if (run->to.release < run->known && fuzz_below(run->source, 2))
        run->known = run->to.release;
    for (unsigned tries = 0; tries < 64; tries++) {
        run->type = fuzz_below(run->source, XLS_TYPE_COUNT < 256 ? XLS_TYPE_COUNT : 256);
        if (xls_types[run->type].kind == XLS_KIND_STRUCT && xls_size(&run->from, run->type) &&
            xls_size(&run->to, run->type))
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct run run; /* large */
    struct fuzz_source source;
    size_t live = allocations_live();
    void *object;

    fuzz_start(&source, bytes, size);
    fuzz_policy();
#ifdef FUZZ_RANDOM
    fuzz_schema(&source);
#endif
    run.source = &source;
    if (!choose(&run))
        return 0;
    if (xls_plans_compile(&run.down, &run.from, &run.to) ||
        xls_plans_compile(&run.up, &run.to, &run.from))
        broken(&run, "no plans");
    object = mine(&run, 0);
    fuzz_object(&source, &run.from, run.known, run.type, object);
    lend_and_take_back(&run, object);
    check(&run, object);
    follow_the_library(&run, object);
    fuzz_check_rooms();
    xls_object_dispose(&run.from, run.type, object);
    xls_plans_free(&run.down);
    xls_plans_free(&run.up);
    if (allocations_live() != live)
        broken(&run, "leaks");
    return 0;
}

/* Bytes are decisions, and any will do. */
size_t fuzz_mutate(uint64_t *state, const uint8_t *from, size_t from_size, uint8_t *to, size_t room)
{
    size_t size = from_size < room ? from_size : room;

    memcpy(to, from, size);
    if (!size || fuzz_next(state) % 2) {
        for (size = 0; size < 64 && size < room; size++)
            to[size] = fuzz_next(state);
    }
    for (unsigned i = fuzz_next(state) % 4; i; i--)
        to[fuzz_next(state) % size] = fuzz_next(state);
    return size;
}
