/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A schema that nobody wrote: enums and structs with random values and fields, each since some
 * release. It keeps the rules of abi/README.md, and nothing else.
 */

#include <stdio.h>
#include <string.h>

/* The rest of the program sees constant tables; here they are made. */
#define xls_types xls_types_of_others
#include "fuzz.h"
#undef xls_types

#define ENUMS 4
#define STRUCTS 6
#define VALUES 6
#define FIELDS 24 /* as many as types.schema has room for */

extern const struct xls_type fuzz_first_types[XLS_TYPE_COUNT];
struct xls_type xls_types[XLS_TYPE_COUNT];

static struct xls_value values[ENUMS][VALUES];
static struct xls_field fields[STRUCTS][FIELDS];
static char names[FIELDS][8];

static xls_release since_of(struct fuzz_source *source, xls_release least)
{
    xls_release since = 0;

    if (!fuzz_below(source, 2))
        since = xls_releases[fuzz_below(source, XLS_RELEASE_COUNT)];
    return since > least ? since : least;
}

static void make_enum(struct fuzz_source *source, unsigned index)
{
    struct xls_type *type = &xls_types[XLS_TYPE_libxl_e0 + index];

    type->since = since_of(source, 0);
    type->count = 1 + fuzz_below(source, VALUES);
    type->values = values[index];
    for (unsigned i = 0; i < type->count; i++) {
        /* The first one is the default, and always there. */
        values[index][i] = (struct xls_value) {
            .name = names[i], .label = names[i], .number = i + index,
            .since = i ? since_of(source, type->since) : 0,
        };
    }
}

/* Any type that may be used in a struct of this number. */
static unsigned type_of(struct fuzz_source *source, unsigned index, unsigned *structs)
{
    switch (fuzz_below(source, 4)) {
    case 0:
        return XLS_TYPE_libxl_e0 + fuzz_below(source, ENUMS);
    case 1:
        if (index && *structs) {
            --*structs;
            return XLS_TYPE_libxl_s0 + fuzz_below(source, index);
        }
        return XLS_TYPE_string;
    default:
        return fuzz_below(source, XLS_TYPE_libxl_ev_link + 1);
    }
}

static void make_value(struct fuzz_source *source, struct xls_field *field, unsigned type,
                       xls_release least)
{
    const struct xls_type *t = &xls_types[type];

    field->form = XLS_FORM_VALUE;
    field->type = type;
    field->since = since_of(source, t->since > least ? t->since : least);
    if (type == XLS_TYPE_libxl_bitmap && fuzz_below(source, 2)) {
        field->bits = XLS_TYPE_libxl_e0 + fuzz_below(source, ENUMS);
    } else if (t->kind == XLS_KIND_ENUM) {
        field->number = t->values[0].number;
    } else if (t->kind == XLS_KIND_SIGNED || t->kind == XLS_KIND_UNSIGNED) {
        if (!fuzz_below(source, 3))
            field->number = fuzz_below(source, 2) ? -1 : (int)fuzz_below(source, 100);
        if (field->number && !fuzz_below(source, 2))
            field->default_from = xls_releases[fuzz_below(source, XLS_RELEASE_COUNT)];
    }
}

/* Values, and arrays behind their count. Where the next field goes. */
static unsigned make_fields(struct fuzz_source *source, unsigned index, unsigned at, unsigned end,
                            unsigned *structs, xls_release least)
{
    struct xls_field *made = fields[index];

    while (at < end) {
        unsigned type = type_of(source, index, structs);

        made[at] = (struct xls_field) { .name = names[at] };
        if (at + 1 < end && !fuzz_below(source, 4)) {
            xls_release since = xls_types[type].since > least ? xls_types[type].since : least;

            since = since_of(source, since);
            made[at].type = XLS_TYPE_int;
            made[at].since = since;
            made[at + 1] = (struct xls_field) { .name = names[at + 1], .form = XLS_FORM_ARRAY,
                                                .type = type, .related = at, .since = since };
            at += 2;
        } else {
            make_value(source, &made[at++], type, least);
        }
    }
    return at;
}

/* A key and a union with an arm for some of its values. */
static unsigned make_union(struct fuzz_source *source, unsigned index, unsigned at,
                           unsigned *structs)
{
    struct xls_field *made = fields[index];
    unsigned key = XLS_TYPE_libxl_e0 + fuzz_below(source, ENUMS), around = at + 1, arms = 0;

    if (xls_types[key].since)
        return at;
    made[at] = (struct xls_field) { .name = names[at], .type = key,
                                    .number = xls_types[key].values[0].number };
    made[around] = (struct xls_field) { .name = names[around], .form = XLS_FORM_UNION };
    at += 2;
    for (unsigned i = 0; i < xls_types[key].count && arms < 3; i++) {
        unsigned size = fuzz_below(source, 4), arm = at;

        if (!size)
            continue;
        made[arm] = (struct xls_field) { .name = names[arm], .form = XLS_FORM_ARM,
                                         .related = around - 1, .span = size,
                                         .number = xls_types[key].values[i].number };
        if (i) {
            at = make_fields(source, index, at + 1, at + 1 + size, structs, 0);
        } else {
            /* _init selects this one, and does not fill it in: it has no defaults but zero. */
            for (at++; at < arm + 1 + size; at++)
                made[at] = (struct xls_field) { .name = names[at], .type = XLS_TYPE_string,
                                                .since = since_of(source, 0) };
        }
        arms++;
    }
    made[around].span = at - around - 1;
    return arms ? at : around - 1;
}

static void make_struct(struct fuzz_source *source, unsigned index)
{
    struct xls_type *type = &xls_types[XLS_TYPE_libxl_s0 + index];
    struct xls_field *made = fields[index];
    unsigned structs = 2, at; /* so many other structs in each, or it grows without bounds */

    memset(made, 0, sizeof(fields[index]));
    /* No C struct is ever empty. */
    made[0] = (struct xls_field) { .name = names[0], .type = XLS_TYPE_uint8 + fuzz_below(source, 4) };
    at = make_fields(source, index, 1, 1 + fuzz_below(source, 6), &structs, 0);
    if (fuzz_below(source, 2))
        at = make_union(source, index, at, &structs);
    if (fuzz_below(source, 2)) {
        unsigned group = at, size = 1 + fuzz_below(source, 2);

        made[group] = (struct xls_field) { .name = names[group], .form = XLS_FORM_GROUP,
                                           .span = size };
        at = make_fields(source, index, at + 1, at + 1 + size, &structs, 0);
    }
    type->since = since_of(source, 0);
    type->count = at;
    type->fields = made;
}

void fuzz_schema(struct fuzz_source *source)
{
    memcpy(xls_types, fuzz_first_types, sizeof(xls_types));
    memset(values, 0, sizeof(values));
    for (unsigned i = 0; i < FIELDS; i++)
        snprintf(names[i], sizeof(names[i]), "f%u", i);
    for (unsigned i = 0; i < ENUMS; i++)
        make_enum(source, i);
    for (unsigned i = 0; i < STRUCTS; i++)
        make_struct(source, i);
}
