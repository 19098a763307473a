/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two halves of the JSON reader share: structs in json_read.c, values in json_value.c. */
#ifndef XLS_CORE_JSON_READ_H
#define XLS_CORE_JSON_READ_H

#include "json.h"

struct xls_reader {
    const struct xls_layout *layout;
    void *context;
    char path[256]; /* where the reader is: "b_info.type.hvm.vga" */
    size_t path_length;
    char *problem;
    size_t problem_size;
};

/* Tells what is wrong at the reader's place, and returns -1. */
__attribute__((format(printf, 2, 3))) int xls_json_wrong(struct xls_reader *r, const char *format,
                                                         ...);

/* 0, or -1 if the JSON has another type; `what` names the right one. */
int xls_json_expect(struct xls_reader *r, yajl_val json, yajl_type type, const char *what);

/* Anything but a struct. */
int xls_json_read_value(struct xls_reader *r, unsigned type, yajl_val json, void *value);

#endif
