/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs plans. Calls nothing of libxl. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "object.h"
#include "translate.h"

/* The checks */

static bool refuse(struct xls_fault *fault, const struct xls_step *step)
{
    snprintf(fault->path, sizeof(fault->path), "%s", step->path);
    fault->since = step->since;
    return false;
}

static void tell_value(struct xls_fault *fault, unsigned type, const void *value)
{
    size_t room = sizeof(fault->value);
    const struct xls_value *named;
    int64_t number;

    switch (xls_types[type].kind) {
    case XLS_KIND_STRING:
        snprintf(fault->value, room, "\"%.48s\"", *(char *const *)value);
        return;
    case XLS_KIND_BUILTIN:
        if (type == XLS_TYPE_libxl_defbool)
            snprintf(fault->value, room, "%s", *(const int *)value > 0 ? "true" : "false");
        else
            snprintf(fault->value, room, "a %s", xls_types[type].name);
        return;
    }
    number = xls_load(type, value);
    named = xls_types[type].kind == XLS_KIND_ENUM ? xls_value_by_number(&xls_types[type], number)
                                                  : NULL;
    if (named)
        snprintf(fault->value, room, "%s", named->name);
    else if (xls_types[type].kind == XLS_KIND_UNSIGNED)
        snprintf(fault->value, room, "%" PRIu64, (uint64_t)number);
    else
        snprintf(fault->value, room, "%" PRId64, number);
}

/* A default of ~0 has the width of its field. */
static bool holds(unsigned type, const void *value, int64_t number)
{
    int64_t expected = 0;

    xls_store(type, &expected, number);
    return memcmp(value, &expected, xls_types[type].size) == 0;
}

static bool check_default(const struct xls_step *step, const void *value, struct xls_fault *fault)
{
    bool fine;

    switch (xls_types[step->type].kind) {
    case XLS_KIND_STRING:
        fine = !*(char *const *)value;
        break;
    case XLS_KIND_BUILTIN:
        fine = xls_builtin_is_default(step->type, value, step->number);
        break;
    default:
        fine = holds(step->type, value, step->number);
    }
    if (fine)
        return true;
    tell_value(fault, step->type, value);
    return refuse(fault, step);
}

/* A value that no release names passes as a number: libxl judges it. */
static bool check_enum(const struct xls_plans *plans, const struct xls_step *step, int64_t number,
                       struct xls_fault *fault)
{
    const struct xls_value *value = xls_value_by_number(&xls_types[step->type], number);

    if (!value || xls_known(value->since, plans->to->release))
        return true;
    snprintf(fault->value, sizeof(fault->value), "%s", value->name);
    refuse(fault, step);
    fault->since = value->since;
    return false;
}

static bool check_bits(const struct xls_plans *plans, const struct xls_step *step,
                       const struct xls_bitmap *bitmap, struct xls_fault *fault)
{
    for (uint32_t bit = 0; bitmap->map && bit < bitmap->size * 8; bit++) {
        if ((bitmap->map[bit / 8] & 1 << bit % 8) && !check_enum(plans, step, bit, fault))
            return false;
    }
    return true;
}

static bool check_elements(const struct xls_plans *plans, const struct xls_step *step,
                           const void *object, struct xls_fault *fault)
{
    char *elements = *(char *const *)xls_at(object, step->from);
    int count = *(const int *)xls_at(object, step->count_from);
    size_t size = xls_size(plans->from, step->type);
    char inner[sizeof(fault->path)];

    if (count < 0 || (count && !elements)) {
        refuse(fault, step);
        fault->since = 0;
        snprintf(fault->value, sizeof(fault->value),
                 count < 0 ? "%d elements" : "%d elements at NULL", count);
        return false;
    }
    for (int i = 0; i < count; i++) {
        if (xls_check(plans, step->type, elements + i * size, fault))
            continue;
        memcpy(inner, fault->path, sizeof(inner));
        if (snprintf(fault->path, sizeof(fault->path), "%s[%d].%s", step->path, i, inner) < 0)
            fault->path[0] = '\0';
        return false;
    }
    return true;
}

static bool when_applies(const struct xls_step *step, const void *object)
{
    return xls_load(step->type, xls_at(object, step->from)) == step->number;
}

bool xls_check(const struct xls_plans *plans, unsigned type, const void *object,
               struct xls_fault *fault)
{
    const struct xls_steps *checks = &plans->type[type].checks;
    bool fine = true;

    for (unsigned i = 0; fine && i < checks->count; i++) {
        const struct xls_step *step = &checks->step[i];
        const void *value = xls_at(object, step->from);

        switch (step->operation) {
        case XLS_WHEN:
            if (!when_applies(step, object))
                i += step->skip;
            break;
        case XLS_REQUIRE_DEFAULT:
            fine = check_default(step, value, fault);
            break;
        case XLS_REQUIRE_VALUE:
            fine = check_enum(plans, step, xls_load(step->type, value), fault);
            break;
        case XLS_REQUIRE_BITS:
            fine = check_bits(plans, step, value, fault);
            break;
        case XLS_REQUIRE_ELEMENTS:
            fine = check_elements(plans, step, object, fault);
            break;
        }
    }
    return fine;
}

/* The moves */

/* Elements that the target held before keep the fields that only it has. */
static int move_elements(const struct xls_plans *plans, unsigned type, char *from, size_t count,
                         char *to, size_t held, enum xls_move move)
{
    int rc = 0;

    for (size_t i = 0; i < count; i++) {
        void *source = from + i * xls_size(plans->from, type);
        void *target = to + i * xls_size(plans->to, type);

        if (xls_translate(plans, type, source, target,
                          move == XLS_RESTORE && i >= held ? XLS_GIVE : move))
            rc = -1;
        if (rc && move == XLS_LEND) {
            while (i--)
                xls_undo(plans, type, to + i * xls_size(plans->to, type));
            break;
        }
    }
    return rc;
}

/* Elements that the target holds and that do not come back: what they own went with the source. */
static void forget_elements(const struct xls_plans *plans, unsigned type, char *to, int first,
                            int end)
{
    for (int i = first > 0 ? first : 0; i < end; i++)
        xls_undo(plans, type, to + i * xls_size(plans->to, type));
}

static int move_array(const struct xls_plans *plans, const struct xls_step *step, void *from,
                      void *to, enum xls_move move)
{
    char **source = xls_at(from, step->from), **target = xls_at(to, step->to);
    int *count = xls_at(from, step->count_from), *held = xls_at(to, step->count_to);
    size_t size = xls_size(plans->to, step->type);
    char *grown = *target;
    int rc;

    if (*count > *held) {
        grown = realloc(*target, *count * size);
        if (!grown)
            goto out_of_memory;
        *target = grown;
    }
    rc = move_elements(plans, step->type, *source, *count > 0 ? *count : 0, grown, *held, move);
    if (move == XLS_LEND) {
        if (rc) {
            free(grown);
            *target = NULL;
            return -1;
        }
    } else {
        forget_elements(plans, step->type, grown, *count, *held);
        free(*source);
        *source = NULL;
    }
    *held = *count;
    return rc;

out_of_memory:
    if (move != XLS_LEND) {
        xls_elements_dispose(plans->from, step->type, *source, *count);
        forget_elements(plans, step->type, *target, 0, *held);
        free(*target);
        *target = *source = NULL;
        *count = *held = 0;
    }
    return -1;
}

static int move_arrays(const struct xls_plans *plans, const struct xls_steps *arrays, void *from,
                       void *to, enum xls_move move)
{
    int rc = 0;

    for (unsigned i = 0; i < arrays->count; i++) {
        const struct xls_step *step = &arrays->step[i];

        if (step->operation == XLS_WHEN)
            i += when_applies(step, from) ? 0 : step->skip;
        else if (move_array(plans, step, from, to, move))
            rc = -1;
        if (rc && move == XLS_LEND)
            break;
    }
    return rc;
}

static void convert(const struct xls_step *step, const void *from, void *to)
{
    if (holds(step->type, from, step->number))
        xls_store(step->type, to, step->number_to);
    else
        memcpy(to, from, xls_types[step->type].size);
}

static void fill_fresh(const struct xls_plans *plans, const struct xls_step *step, void *to)
{
    if (xls_types[step->type].kind == XLS_KIND_STRUCT)
        xls_object_init(plans->to, step->type, to);
    else
        xls_store(step->type, to, step->number_to);
}

static void drop(const struct xls_plans *plans, const struct xls_step *step, void *from)
{
    void *value = xls_at(from, step->from);

    if (step->operation == XLS_DROP_ARRAY) {
        xls_elements_dispose(plans->from, step->type, *(void **)value,
                             *(int *)xls_at(from, step->count_from));
        *(void **)value = NULL;
    } else {
        xls_value_dispose(plans->from, step->type, value);
    }
}

static void forget(const struct xls_plans *plans, const struct xls_step *step, void *to)
{
    void *value = xls_at(to, step->to);

    if (step->operation == XLS_FORGET_ARRAY) {
        xls_elements_dispose(plans->to, step->type, *(void **)value,
                             *(int *)xls_at(to, step->count_to));
        *(void **)value = NULL;
    } else if (step->operation == XLS_FORGET) {
        xls_value_dispose(plans->to, step->type, value);
    }
}

static bool arm_applies(const struct xls_step *step, const void *from, const void *to)
{
    const void *key = from ? xls_at(from, step->from) : xls_at(to, step->to);

    return xls_load(step->type, key) == step->number;
}

/* While `to` has no keys yet, `from` tells which arms there are; it is NULL where `to` has them. */
static void undo(const struct xls_plans *plans, unsigned type, const void *from, void *to)
{
    const struct xls_steps *arrays = &plans->type[type].arrays, *moves = &plans->type[type].moves;

    for (unsigned i = 0; i < moves->count; i++) {
        const struct xls_step *step = &moves->step[i];

        if (step->operation != XLS_WHEN)
            forget(plans, step, to);
        else if (!arm_applies(step, from, to))
            i += step->skip;
    }
    for (unsigned i = 0; i < arrays->count; i++) {
        const struct xls_step *step = &arrays->step[i];
        char **elements = xls_at(to, step->to);

        if (step->operation == XLS_WHEN) {
            i += arm_applies(step, from, to) ? 0 : step->skip;
            continue;
        }
        for (int k = 0; *elements && k < *(int *)xls_at(to, step->count_to); k++)
            undo(plans, step->type, NULL, *elements + k * xls_size(plans->to, step->type));
        free(*elements);
        *elements = NULL;
    }
}

int xls_translate(const struct xls_plans *plans, unsigned type, void *from, void *to,
                  enum xls_move move)
{
    const struct xls_plan *plan = &plans->type[type];
    int rc;

    if (move != XLS_RESTORE)
        memset(to, 0, xls_size(plans->to, type));
    rc = move_arrays(plans, &plan->arrays, from, to, move);
    if (rc && move == XLS_LEND) {
        undo(plans, type, from, to);
        return rc;
    }
    for (unsigned i = 0; i < plan->moves.count; i++) {
        const struct xls_step *step = &plan->moves.step[i];

        switch (step->operation) {
        case XLS_COPY:
            memcpy(xls_at(to, step->to), xls_at(from, step->from), step->size);
            break;
        case XLS_CONVERT:
            convert(step, xls_at(from, step->from), xls_at(to, step->to));
            break;
        case XLS_FRESH:
            if (move != XLS_RESTORE)
                fill_fresh(plans, step, xls_at(to, step->to));
            break;
        case XLS_DROP:
        case XLS_DROP_ARRAY:
            if (move != XLS_LEND)
                drop(plans, step, from);
            break;
        case XLS_WHEN:
            if (!when_applies(step, from))
                i += step->skip;
            break;
        }
    }
    return rc;
}

void xls_undo(const struct xls_plans *plans, unsigned type, void *to)
{
    undo(plans, type, NULL, to);
}

void *xls_translate_array(const struct xls_plans *plans, unsigned type, void *from, size_t count)
{
    char *to = calloc(count ? count : 1, xls_size(plans->to, type));

    if (!to) {
        xls_elements_dispose(plans->from, type, from, count);
        return NULL;
    }
    if (move_elements(plans, type, from, count, to, 0, XLS_GIVE)) {
        xls_elements_dispose(plans->to, type, to, count);
        to = NULL;
    }
    free(from);
    return to;
}
