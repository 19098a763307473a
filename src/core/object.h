/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can be done with a libxl struct of any type in any release: _init, _dispose, _copy. The
 * schema drives it; there is no code per type.
 */
#ifndef XLS_CORE_OBJECT_H
#define XLS_CORE_OBJECT_H

#include <stddef.h>

#include "layout.h"

void xls_object_init(const struct xls_layout *layout, unsigned type, void *object);

/* Starts one arm of the keyed union: sets its key and the defaults of the arm's fields. */
void xls_object_init_arm(const struct xls_layout *layout, unsigned type, void *object, int key);

/* Releases everything that the object owns, and clears it. */
void xls_object_dispose(const struct xls_layout *layout, unsigned type, void *object);

/* The same for one value of any type, and for an array of them, which is freed. */
void xls_value_dispose(const struct xls_layout *layout, unsigned type, void *value);
void xls_elements_dispose(const struct xls_layout *layout, unsigned type, void *elements,
                          int64_t count);

/*
 * A deep copy over *dst, which is not disposed of first. 0, or -1 without memory: then dst holds a
 * part, and may be disposed of. `context` is handed to whoever copies what the schema cannot see.
 */
int xls_object_copy(const struct xls_layout *layout, unsigned type, void *context, void *dst,
                    const void *src);

/*
 * Walks the values and arrays of one object, entering groups and the arm that its key selects.
 * Start with index 0 and call until NULL; `*index` then belongs to the field returned.
 */
struct xls_cursor {
    const struct xls_layout *layout;
    const struct xls_type *type;
    const void *object;
    unsigned next;  /* where to go on */
    unsigned index; /* of the field last returned */
};

const struct xls_field *xls_cursor_next(struct xls_cursor *cursor);

/* Scalars of any size, sign-extended. */
int64_t xls_load(unsigned type, const void *value);
void xls_store(unsigned type, void *value, int64_t number);

static inline void *xls_at(const void *object, unsigned offset)
{
    return (char *)object + offset;
}

/* Whether an arm is the one that the object's key selects. */
bool xls_arm_is_active(const struct xls_layout *layout, const struct xls_type *type, unsigned field,
                       const void *object);

#endif
