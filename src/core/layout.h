/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the fields of every type lie in one release: computed by the C rules (LP64) from the order
 * of the fields that the release knows.
 */
#ifndef XLS_CORE_LAYOUT_H
#define XLS_CORE_LAYOUT_H

#include "schema.h"

#define XLS_ABSENT UINT16_MAX

struct xls_layout {
    xls_release release;
    struct {
        uint16_t size; /* 0: the release does not have the type */
        uint16_t align;
    } type[XLS_TYPE_COUNT];
    uint16_t offset[XLS_FIELD_COUNT]; /* from the start of the struct, or XLS_ABSENT */
};

void xls_layout_compute(struct xls_layout *layout, xls_release release);

static inline uint16_t xls_offset(const struct xls_layout *layout, const struct xls_type *type,
                                  unsigned field)
{
    return layout->offset[type->first + field];
}

static inline size_t xls_size(const struct xls_layout *layout, unsigned type)
{
    return layout->type[type].size;
}

#endif
