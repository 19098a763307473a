/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the generated test of the operations is made of. */
#ifndef OPERATIONS_H
#define OPERATIONS_H

#include <stdlib.h>

#include "guest.h"

/* For handles that only libxl looks into. */
__attribute__((unused)) static long placeholder;

/* The call gets to libxl's function once; where the release or the machine lacks it, that is the
 * error, and nothing is called. */
#define REACHES(function, since, there, call)                           \
    do {                                                                \
        unsigned before = fake->calls(#function);                       \
                                                                        \
        call;                                                           \
        if (runs(since) && (there)) {                                   \
            assert_int_equal(fake->calls(#function), before + 1);       \
        } else {                                                        \
            assert_int_equal(fake->calls(#function), before);           \
            assert_error(XLS_ERROR_NI, #function);                      \
        }                                                               \
    } while (0)

#define NEEDS_CTX(call)                                                 \
    do {                                                                \
        call;                                                           \
        assert_error(XLS_ERROR_INVAL, "ctx is NULL");                   \
    } while (0)

#endif
