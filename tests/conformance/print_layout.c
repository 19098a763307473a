/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prints the layout that src/core computes for a release, for assertions.py: "TYPE SIZE ALIGN" and
 * "TYPE.PATH OFFSET", one per line.
 *
 * usage: print_layout 4.N
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/core/layout.h"

/* The groups around field `index`, from the outside; "u.hvm." */
static void print_path(const struct xls_type *type, unsigned index)
{
    for (unsigned i = 0; i < index; i++) {
        if (index <= i + type->fields[i].span)
            printf("%s.", type->fields[i].name);
    }
    printf("%s", type->fields[index].name);
}

/* A group of fields that all came later is none: C has no empty struct. */
static bool is_there(const struct xls_layout *layout, const struct xls_type *type, unsigned index)
{
    bool there = !type->fields[index].span;

    for (unsigned i = 1; i <= type->fields[index].span; i++)
        there = there || (type->fields[index + i].form <= XLS_FORM_ARRAY &&
                          xls_offset(layout, type, index + i) != XLS_ABSENT);
    return there && xls_offset(layout, type, index) != XLS_ABSENT;
}

int main(int argc, char **argv)
{
    struct xls_layout layout;

    if (argc != 2 || strncmp(argv[1], "4.", 2) != 0) {
        fprintf(stderr, "usage: print_layout 4.N\n");
        return 2;
    }
    xls_layout_compute(&layout, XLS_RELEASE(4, atoi(argv[1] + 2)));
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        const struct xls_type *type = &xls_types[id];

        if (!layout.type[id].size)
            continue;
        printf("%s %d %d\n", type->name, layout.type[id].size, layout.type[id].align);
        for (unsigned i = 0; type->kind == XLS_KIND_STRUCT && i < type->count; i++) {
            if (!is_there(&layout, type, i))
                continue;
            printf("%s.", type->name);
            print_path(type, i);
            printf(" %d\n", xls_offset(&layout, type, i));
        }
    }
    return 0;
}
