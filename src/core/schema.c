/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Look-ups in the schema tables. */

#include <stddef.h>
#include <strings.h>

#include "schema.h"

const struct xls_value *xls_value_by_number(const struct xls_type *type, int64_t number)
{
    for (unsigned i = 0; i < type->count; i++) {
        if (type->values[i].number == number)
            return &type->values[i];
    }
    return NULL;
}

/* libxl compares labels without regard to case. */
const struct xls_value *xls_value_by_label(const struct xls_type *type, const char *label)
{
    for (unsigned i = 0; i < type->count; i++) {
        if (strcasecmp(type->values[i].label, label) == 0)
            return &type->values[i];
    }
    return NULL;
}
