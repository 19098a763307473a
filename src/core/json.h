/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxl's JSON of any type: written with libyajl's generator, read with its tree parser. The form
 * is libxl's own: fields at their default are left out, a keyed union is "KEY.ARM": { ... }.
 */
#ifndef XLS_CORE_JSON_H
#define XLS_CORE_JSON_H

#include <yajl/yajl_gen.h>
#include <yajl/yajl_tree.h>

#include "layout.h"

/* `context` goes to xls_policy_ops. */
yajl_gen_status xls_json_write(const struct xls_layout *layout, yajl_gen hand, unsigned type,
                               void *context, const void *value);

/* malloc'ed text, or NULL without memory. */
char *xls_json_text(const struct xls_layout *layout, unsigned type, void *context,
                    const void *value);

/* The text of a parsed tree, malloc'ed, or NULL without memory. */
char *xls_json_tree_text(yajl_val tree);

/*
 * Initialises the value and fills it from the text. 0, or -1 with the reason in `problem`, which
 * names the key and the value; the value is then empty and owns nothing.
 */
int xls_json_read(const struct xls_layout *layout, unsigned type, void *context, void *value,
                  const char *text, char *problem, size_t problem_size);

/*
 * Words of an enum that came after this release, or after that of the layout, are refused when
 * read: so does the libxl that runs. Set once, with an atomic store, when it is known.
 */
extern xls_release xls_json_words;

/* "True", "False", "<default>" */
const char *xls_defbool_text(int value);

bool xls_uuid_from_text(const char *text, unsigned char uuid[16]);

#define XLS_UUID_FORMAT                                                                            \
    "%02hhx%02hhx%02hhx%02hhx-%02hhx%02hhx-%02hhx%02hhx-%02hhx%02hhx-"                             \
    "%02hhx%02hhx%02hhx%02hhx%02hhx%02hhx"
#define XLS_UUID_ARGS(u)                                                                           \
    (u)[0], (u)[1], (u)[2], (u)[3], (u)[4], (u)[5], (u)[6], (u)[7], (u)[8], (u)[9], (u)[10],       \
        (u)[11], (u)[12], (u)[13], (u)[14], (u)[15]

#endif
