/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What it takes to turn a struct of one layout into the same struct of another: a flat list of
 * steps, compiled once for each type and pair of layouts.
 */
#ifndef XLS_CORE_PLAN_H
#define XLS_CORE_PLAN_H

#include <stddef.h>

#include "layout.h"

enum xls_operation {
    /* moves */
    XLS_COPY,     /* `size` bytes; pointers are moved, not what they point to */
    XLS_ELEMENTS, /* an array whose elements differ between the layouts */
    XLS_CONVERT,  /* a field whose default differs: default becomes default */
    XLS_FRESH,    /* a field that only the target has gets its default */
    XLS_DROP,     /* what only the source has is released, where its owner moves */
    XLS_DROP_ARRAY,
    XLS_FORGET, /* what only the target has is released, where the target is given up */
    XLS_FORGET_ARRAY,
    /* checks of what the target release does not know */
    XLS_REQUIRE_DEFAULT,
    XLS_REQUIRE_VALUE,    /* an enum whose newer values the target lacks */
    XLS_REQUIRE_BITS,     /* a bitmap over such an enum */
    XLS_REQUIRE_ELEMENTS, /* an array: its length makes sense, its elements pass their checks */
    /* anywhere */
    XLS_WHEN, /* the next `skip` steps apply only if the key has the value `number` */
};

struct xls_plan;

struct xls_step {
    uint8_t operation;
    uint16_t type;       /* of the value or the elements */
    uint16_t from, to;   /* offsets */
    uint16_t size;       /* bytes, of a copy */
    uint16_t count_from; /* offsets of an array's count */
    uint16_t count_to;
    uint16_t skip;
    int64_t number;    /* a default in `from`, or a key */
    int64_t number_to; /* the default in `to` */
    xls_release since; /* what the checks tell: the release that has the field */
    const char *path;  /* and where it is: "b_info.u.hvm.pirq" */
};

struct xls_steps {
    struct xls_step *step;
    unsigned count, room;
};

struct xls_plan {
    bool same;  /* nothing to do: pointers pass straight through */
    bool alike; /* nothing to move: the same bytes, of which some may have to be checked */
    /* In the order in which they run. A step for an array reads the old count of its target. */
    struct xls_steps checks, arrays, moves;
};

/* All plans of one direction, compiled at once and never changed after. */
struct xls_plans {
    const struct xls_layout *from, *to;
    struct xls_plan type[XLS_TYPE_COUNT];
};

/* 0, or -1 without memory: then there is nothing to free. */
int xls_plans_compile(struct xls_plans *plans, const struct xls_layout *from,
                      const struct xls_layout *to);
void xls_plans_free(struct xls_plans *plans);

#endif
