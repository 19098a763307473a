/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The schema of libxl at run time: what abi/libxl/ says, as constant tables that the generator
 * makes (schema_tables.c). One list of fields serves every release.
 */
#ifndef XLS_CORE_SCHEMA_H
#define XLS_CORE_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "schema_ids.h"

/* A Xen release, comparable as a number: XLS_RELEASE(4, 9) < XLS_RELEASE(4, 14). 0 is the first. */
typedef uint16_t xls_release;
#define XLS_RELEASE(major, minor)  ((xls_release)((major) << 8 | (minor)))
#define XLS_RELEASE_MAJOR(release) ((release) >> 8)
#define XLS_RELEASE_MINOR(release) ((release)&0xff)
#define XLS_RELEASE_FORMAT         "%d.%d"
#define XLS_RELEASE_ARGS(release)  XLS_RELEASE_MAJOR(release), XLS_RELEASE_MINOR(release)

enum xls_kind {
    XLS_KIND_BOOL,
    XLS_KIND_SIGNED,
    XLS_KIND_UNSIGNED,
    XLS_KIND_STRING,
    XLS_KIND_BUILTIN,
    XLS_KIND_ENUM,
    XLS_KIND_STRUCT,
};

enum xls_form {
    XLS_FORM_VALUE, /* one value of the type */
    XLS_FORM_ARRAY, /* a pointer to `related` many values */
    XLS_FORM_GROUP, /* an anonymous struct around the next `span` fields */
    XLS_FORM_UNION, /* a keyed union around the next `span` fields */
    XLS_FORM_ARM,   /* one arm of it: the next `span` fields, when `related` equals `number` */
};

/* Fields stand in preorder: a group is followed by its members. */
struct xls_field {
    const char *name;
    uint16_t type;            /* enum xls_type_id, of a value or of an array's elements */
    uint8_t form;             /* enum xls_form */
    bool hidden;              /* not in JSON: a constant, or libxl's own */
    uint16_t related;         /* index of the count of an array, or of the key of an arm */
    uint16_t span;            /* fields inside a group, union or arm */
    uint16_t bits;            /* of a bitmap: the enum that its bits stand for, or 0 */
    xls_release since;        /* 0: always there */
    xls_release default_from; /* before it the default was 0 */
    int64_t number;           /* the default, or the key value of an arm */
};

struct xls_value {
    const char *name;  /* LIBXL_DOMAIN_TYPE_PV */
    const char *label; /* pv: what strings and JSON call it */
    int number;
    xls_release since;
};

struct xls_type {
    const char *name;
    uint8_t kind; /* enum xls_kind */
    uint8_t size; /* of a scalar or builtin, in bytes */
    uint8_t align;
    xls_release since;
    uint16_t first; /* place of its first field in xls_layout.offset */
    uint16_t count; /* of fields or values */
    union {
        const struct xls_field *fields;
        const struct xls_value *values;
    };
};

extern const struct xls_type xls_types[XLS_TYPE_COUNT];

/* The releases that the schema describes, oldest first. XLS_LEVEL is the one that callers see. */
extern const xls_release xls_releases[XLS_RELEASE_COUNT];

/* A function that a release of libxenlight or libxlutil promises to export. */
struct xls_symbol {
    const char *name;
    xls_release since;
    bool util; /* in libxlutil, not libxenlight */
};

extern const struct xls_symbol xls_symbols[XLS_SYMBOL_COUNT];

static inline bool xls_known(xls_release since, xls_release release)
{
    return since <= release;
}

/* The default of a field in one release. */
static inline int64_t xls_default(const struct xls_field *field, xls_release release)
{
    return xls_known(field->default_from, release) ? field->number : 0;
}

/* The value of an enum, or NULL. */
const struct xls_value *xls_value_by_number(const struct xls_type *type, int64_t number);
const struct xls_value *xls_value_by_label(const struct xls_type *type, const char *label);

#endif
