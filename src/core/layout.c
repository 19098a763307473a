/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Computes layouts. Knows types, and no function of libxl. */

#include <stddef.h>
#include <string.h>

#include "layout.h"

struct extent {
    unsigned size, align;
};

static unsigned round_up(unsigned size, unsigned align)
{
    return (size + align - 1) / align * align;
}

/* Puts a member behind what is already there, or at the start of a union. */
static unsigned place(struct extent *around, struct extent member, bool overlay)
{
    unsigned offset = overlay ? 0 : round_up(around->size, member.align);

    if (offset + member.size > around->size)
        around->size = offset + member.size;
    if (member.align > around->align)
        around->align = member.align;
    return offset;
}

static void shift(struct xls_layout *layout, const struct xls_type *type, unsigned field,
                  unsigned end, unsigned by)
{
    for (; field < end; field++) {
        if (layout->offset[type->first + field] != XLS_ABSENT)
            layout->offset[type->first + field] += by;
    }
}

/* Lays out the fields [field, end), which share one enclosing struct or union. */
static struct extent lay_out(struct xls_layout *layout, const struct xls_type *type, unsigned field,
                             unsigned end, bool overlay)
{
    struct extent around = { 0, 1 };

    while (field < end) {
        const struct xls_field *f = &type->fields[field];
        unsigned next = field + 1 + f->span;
        struct extent member;

        if (!xls_known(f->since, layout->release)) {
            for (; field < next; field++)
                layout->offset[type->first + field] = XLS_ABSENT;
            continue;
        }
        if (f->form == XLS_FORM_VALUE) {
            member = (struct extent){ layout->type[f->type].size, layout->type[f->type].align };
        } else if (f->form == XLS_FORM_ARRAY) {
            member = (struct extent){ sizeof(void *), _Alignof(void *) };
        } else {
            member = lay_out(layout, type, field + 1, next, f->form == XLS_FORM_UNION);
            member.size = round_up(member.size, member.align);
        }
        layout->offset[type->first + field] = place(&around, member, overlay);
        shift(layout, type, field + 1, next, layout->offset[type->first + field]);
        field = next;
    }
    return around;
}

void xls_layout_compute(struct xls_layout *layout, xls_release release)
{
    memset(layout, 0, sizeof(*layout));
    layout->release = release;
    /* The tables hold a type behind those that it contains. */
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        const struct xls_type *type = &xls_types[id];
        struct extent whole = { type->size, type->align };

        if (type->kind == XLS_KIND_STRUCT) {
            whole = lay_out(layout, type, 0, type->count, false);
            whole.size = round_up(whole.size, whole.align);
        }
        if (!xls_known(type->since, release))
            whole.size = 0;
        layout->type[id].size = whole.size;
        layout->type[id].align = whole.align;
    }
}
