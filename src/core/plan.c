/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compiles plans. Runs none: that is translate.c. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* Where the compiler stands: the plan it writes, and the struct that it flattens into it. */
struct place {
    struct xls_plans *plans;
    struct xls_plan *plan;
    unsigned base_from, base_to;
    const char *prefix; /* of paths: "b_info." */
    bool broken;        /* the next copy must not join the last one */
};

static struct xls_step *append(struct xls_steps *steps, enum xls_operation operation)
{
    struct xls_step *step;

    if (steps->count == steps->room) {
        unsigned room = steps->room ? steps->room * 2 : 8;
        struct xls_step *grown = realloc(steps->step, room * sizeof(*grown));

        if (!grown)
            return NULL;
        steps->step = grown;
        steps->room = room;
    }
    step = &steps->step[steps->count++];
    memset(step, 0, sizeof(*step));
    step->operation = operation;
    return step;
}

/* Joins the last copy where both sides go on in step, over padding that neither side uses. */
static int add_copy(struct place *place, unsigned from, unsigned to, unsigned size)
{
    struct xls_steps *moves = &place->plan->moves;
    struct xls_step *last = moves->count ? &moves->step[moves->count - 1] : NULL;

    if (from != to)
        place->plan->alike = false;
    if (last && last->operation == XLS_COPY && !place->broken &&
        from - last->from == to - last->to && from >= last->from + last->size &&
        from - (last->from + last->size) < sizeof(void *)) {
        last->size = from + size - last->from;
        return 0;
    }
    place->broken = false;
    last = append(moves, XLS_COPY);
    if (!last)
        return -1;
    last->from = from;
    last->to = to;
    last->size = size;
    return 0;
}

static struct xls_step *add_check(struct place *place, enum xls_operation operation,
                                  const struct xls_field *field)
{
    struct xls_step *step = append(&place->plan->checks, operation);
    char *path;

    if (!step)
        return NULL;
    step->type = field->type;
    step->since = field->since;
    if (asprintf(&path, "%s%s", place->prefix, field->name) < 0)
        return NULL;
    step->path = path;
    return step;
}

static bool has_newer_values(unsigned type, xls_release release)
{
    const struct xls_type *t = &xls_types[type];

    for (unsigned i = 0; t->kind == XLS_KIND_ENUM && i < t->count; i++) {
        if (!xls_known(t->values[i].since, release))
            return true;
    }
    return false;
}

static int compile_fields(struct place *place, const struct xls_type *type, unsigned first,
                          unsigned end);

/* Compiles the members of a struct or group under a longer path. */
static int compile_inside(struct place *place, const struct xls_type *type, unsigned first,
                          unsigned end, unsigned from, unsigned to, const char *name)
{
    struct place inner = *place;
    char *prefix;
    int rc;

    if (asprintf(&prefix, "%s%s.", place->prefix, name) < 0)
        return -1;
    inner.prefix = prefix;
    inner.base_from += from;
    inner.base_to += to;
    rc = compile_fields(&inner, type, first, end);
    place->broken = inner.broken;
    free(prefix);
    return rc;
}

/* A value that both releases have. */
static int compile_value(struct place *place, const struct xls_field *field, unsigned from,
                         unsigned to)
{
    struct xls_plans *plans = place->plans;
    const struct xls_type *type = &xls_types[field->type];
    int64_t default_from = xls_default(field, plans->from->release);
    int64_t default_to = xls_default(field, plans->to->release);
    struct xls_step *step;

    if (type->kind == XLS_KIND_STRUCT)
        return compile_inside(place, type, 0, type->count, from, to, field->name);
    from += place->base_from;
    to += place->base_to;
    if (has_newer_values(field->type, plans->to->release)) {
        step = add_check(place, XLS_REQUIRE_VALUE, field);
        if (!step)
            return -1;
        step->from = from;
        place->plan->same = false;
    }
    if (field->bits && has_newer_values(field->bits, plans->to->release)) {
        step = add_check(place, XLS_REQUIRE_BITS, field);
        if (!step)
            return -1;
        step->from = from;
        step->type = field->bits;
        place->plan->same = false;
    }
    if (default_from == default_to)
        return add_copy(place, from, to, type->size);
    step = append(&place->plan->moves, XLS_CONVERT);
    if (!step)
        return -1;
    step->type = field->type;
    step->from = from;
    step->to = to;
    step->number = default_from;
    step->number_to = default_to;
    place->plan->alike = false;
    return 0;
}

static bool may_own(const struct xls_field *field)
{
    unsigned kind = xls_types[field->type].kind;

    return field->form == XLS_FORM_ARRAY || kind == XLS_KIND_STRUCT || kind == XLS_KIND_STRING ||
           kind == XLS_KIND_BUILTIN;
}

/* What only the source has stays behind when the rest moves. */
static int compile_drop(struct place *place, const struct xls_type *type,
                        const struct xls_field *field, unsigned from)
{
    bool array = field->form == XLS_FORM_ARRAY;
    struct xls_step *step;

    if (!may_own(field))
        return 0;
    step = append(&place->plan->moves, array ? XLS_DROP_ARRAY : XLS_DROP);
    if (!step)
        return -1;
    step->type = field->type;
    step->from = place->base_from + from;
    if (array)
        step->count_from = place->base_from + xls_offset(place->plans->from, type, field->related);
    return 0;
}

static int compile_lost(struct place *place, const struct xls_field *field, unsigned from,
                        xls_release since);

/* The fields [first, end) of a struct that is lost. Its keys have their default then, so that only
 * the arm of the default can hold anything. */
static int compile_lost_fields(struct place *place, const struct xls_type *type, unsigned first,
                               unsigned end, xls_release since)
{
    int rc = 0;

    for (unsigned i = first; !rc && i < end; i++) {
        const struct xls_field *field = &type->fields[i];
        unsigned offset = xls_offset(place->plans->from, type, i);

        if (field->form == XLS_FORM_ARM &&
            xls_default(&type->fields[field->related], place->plans->from->release) !=
                field->number)
            i += field->span;
        else if (offset != XLS_ABSENT && field->form <= XLS_FORM_ARRAY)
            rc = compile_lost(place, field, offset, since);
    }
    return rc;
}

/* Only the source has it: it must have its default there, at every depth. */
static int compile_lost(struct place *place, const struct xls_field *field, unsigned from,
                        xls_release since)
{
    const struct xls_type *type = &xls_types[field->type];
    struct xls_field told = *field;
    struct xls_step *step;

    told.since = field->since > since ? field->since : since;
    if (field->form == XLS_FORM_ARRAY)
        return 0; /* its count is a field of its own, and tells */
    if (type->kind == XLS_KIND_STRUCT) {
        struct place inner = *place;
        char *prefix;
        int rc;

        if (asprintf(&prefix, "%s%s.", place->prefix, field->name) < 0)
            return -1;
        inner.prefix = prefix;
        inner.base_from += from;
        rc = compile_lost_fields(&inner, type, 0, type->count, told.since);
        free(prefix);
        return rc;
    }
    step = add_check(place, XLS_REQUIRE_DEFAULT, &told);
    if (!step)
        return -1;
    step->from = place->base_from + from;
    step->number = xls_default(field, place->plans->from->release);
    return 0;
}

/* Only the target has it: its default, where that is not just zeros. */
static int compile_fresh(struct place *place, const struct xls_type *type,
                         const struct xls_field *field, unsigned to)
{
    bool array = field->form == XLS_FORM_ARRAY;
    struct xls_step *step;

    if (may_own(field)) {
        step = append(&place->plan->moves, array ? XLS_FORGET_ARRAY : XLS_FORGET);
        if (!step)
            return -1;
        step->type = field->type;
        step->to = place->base_to + to;
        if (array)
            step->count_to = place->base_to + xls_offset(place->plans->to, type, field->related);
    }
    if (field->form != XLS_FORM_VALUE)
        return 0;
    if (xls_types[field->type].kind != XLS_KIND_STRUCT &&
        !xls_default(field, place->plans->to->release))
        return 0;
    step = append(&place->plan->moves, XLS_FRESH);
    if (!step)
        return -1;
    step->type = field->type;
    step->to = place->base_to + to;
    step->number_to = xls_default(field, place->plans->to->release);
    return 0;
}

static struct xls_step *aim_at_array(struct place *place, const struct xls_type *type,
                                     const struct xls_field *field, unsigned from, unsigned to,
                                     struct xls_step *step)
{
    const struct xls_plans *plans = place->plans;

    if (!step)
        return NULL;
    step->type = field->type;
    step->from = place->base_from + from;
    step->to = place->base_to + to;
    step->count_from = place->base_from + xls_offset(plans->from, type, field->related);
    step->count_to = place->base_to + xls_offset(plans->to, type, field->related);
    return step;
}

/* Elements that are alike move with their pointer, even where one way their values are checked. */
static int compile_array(struct place *place, const struct xls_type *type,
                         const struct xls_field *field, unsigned from, unsigned to)
{
    const struct xls_plan *elements = &place->plans->type[field->type];
    bool is_struct = xls_types[field->type].kind == XLS_KIND_STRUCT;

    if (is_struct && !elements->same) {
        if (!aim_at_array(place, type, field, from, to,
                          add_check(place, XLS_REQUIRE_ELEMENTS, field)))
            return -1;
        place->plan->same = false;
    }
    if (!is_struct || elements->alike)
        return add_copy(place, place->base_from + from, place->base_to + to, sizeof(void *));
    if (!aim_at_array(place, type, field, from, to, append(&place->plan->arrays, XLS_ELEMENTS)))
        return -1;
    place->plan->alike = false;
    place->broken = true;
    return 0;
}

/* The steps of an arm follow an XLS_WHEN in every list, which tells how many they are. */
static int compile_arm(struct place *place, const struct xls_type *type, unsigned index)
{
    const struct xls_field *arm = &type->fields[index];
    struct xls_steps *lists[] = { &place->plan->checks, &place->plan->arrays, &place->plan->moves };
    unsigned when[3];
    int rc;

    for (int i = 0; i < 3; i++) {
        struct xls_step *step = append(lists[i], XLS_WHEN);

        if (!step)
            return -1;
        step->type = type->fields[arm->related].type;
        step->from = place->base_from + xls_offset(place->plans->from, type, arm->related);
        step->to = place->base_to + xls_offset(place->plans->to, type, arm->related);
        step->number = arm->number;
        when[i] = lists[i]->count;
    }
    place->broken = true;
    rc = compile_inside(place, type, index + 1, index + 1 + arm->span, 0, 0, arm->name);
    place->broken = true;
    for (int i = 0; i < 3; i++)
        lists[i]->step[when[i] - 1].skip = lists[i]->count - when[i];
    return rc;
}

static int compile_field(struct place *place, const struct xls_type *type, unsigned index)
{
    const struct xls_field *field = &type->fields[index];
    unsigned from = xls_offset(place->plans->from, type, index);
    unsigned to = xls_offset(place->plans->to, type, index);

    if (from == XLS_ABSENT && to == XLS_ABSENT)
        return 0;
    if (from == XLS_ABSENT || to == XLS_ABSENT) {
        place->plan->alike = false;
        place->broken = true;
        if (to != XLS_ABSENT)
            return compile_fresh(place, type, field, to);
        return compile_lost(place, field, from, field->since) ||
               compile_drop(place, type, field, from);
    }
    switch (field->form) {
    case XLS_FORM_VALUE:
        return compile_value(place, field, from, to);
    case XLS_FORM_ARRAY:
        return compile_array(place, type, field, from, to);
    case XLS_FORM_ARM:
        return compile_arm(place, type, index);
    default:
        return compile_inside(place, type, index + 1, index + 1 + field->span, 0, 0, field->name);
    }
}

static int compile_fields(struct place *place, const struct xls_type *type, unsigned first,
                          unsigned end)
{
    int rc = 0;

    for (unsigned i = first; !rc && i < end; i += 1 + type->fields[i].span)
        rc = compile_field(place, type, i);
    return rc;
}

static int compile(struct xls_plans *plans, unsigned id)
{
    const struct xls_type *type = &xls_types[id];
    struct xls_plan *plan = &plans->type[id];
    struct place place = { .plans = plans, .plan = plan, .prefix = "" };

    plan->alike = plan->same = xls_size(plans->from, id) == xls_size(plans->to, id);
    if (type->kind != XLS_KIND_STRUCT || !xls_size(plans->from, id) || !xls_size(plans->to, id))
        return 0;
    if (compile_fields(&place, type, 0, type->count))
        return -1;
    plan->same = plan->same && plan->alike;
    return 0;
}

int xls_plans_compile(struct xls_plans *plans, const struct xls_layout *from,
                      const struct xls_layout *to)
{
    memset(plans, 0, sizeof(*plans));
    plans->from = from;
    plans->to = to;
    /* The tables hold a type behind those that it contains. */
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        if (compile(plans, id)) {
            xls_plans_free(plans);
            return -1;
        }
    }
    return 0;
}

void xls_plans_free(struct xls_plans *plans)
{
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        struct xls_plan *plan = &plans->type[id];

        for (unsigned i = 0; i < plan->checks.count; i++)
            free((char *)plan->checks.step[i].path);
        free(plan->checks.step);
        free(plan->arrays.step);
        free(plan->moves.step);
    }
    memset(plans, 0, sizeof(*plans));
}
