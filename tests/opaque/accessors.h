/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the generated test of the accessors is made of. x is an object, y is libxl's struct. */
#ifndef ACCESSORS_H
#define ACCESSORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libxl.h>
#include <libxl_utils.h>
#include <xlstable.h>

static inline void assert_same_and_free(char *ours, char *theirs)
{
    assert_non_null(ours);
    assert_non_null(theirs);
    assert_string_equal(ours, theirs);
    free(ours);
    free(theirs);
}

/* The JSON of both is equal. */
#define SAME(type, x, libxl_type, y) \
    assert_same_and_free(type##_to_json(x), libxl_type##_to_json(NULL, y))

/* What y is to be, by way of JSON; what it held is released already. */
#define COPY_BACK(type, x, libxl_type, y)                                \
    do {                                                                 \
        char *text = type##_to_json(x);                                  \
                                                                         \
        assert_int_equal(libxl_type##_from_json(NULL, y, text), 0);      \
        free(text);                                                      \
    } while (0)

/* Text becomes an equal object again, and so does a copy. */
#define ROUND_TRIP(type, x, other)                                       \
    do {                                                                 \
        char *text = type##_to_json(x);                                  \
                                                                         \
        assert_int_equal(type##_from_json(other, text, 0), 0);           \
        assert_same_and_free(type##_to_json(other), strdup(text));       \
        assert_int_equal(type##_copy(other, x), 0);                      \
        assert_same_and_free(type##_to_json(other), text);               \
    } while (0)

#define GET_THROUGH(c_type, get, x, expected)                            \
    do {                                                                 \
        c_type value;                                                    \
                                                                         \
        memset(&value, 0x5a, sizeof(value));                             \
        assert_int_equal(get(x, &value), 0);                             \
        assert_true(value == (c_type)(expected));                        \
        assert_int_equal(get(x, NULL), XLS_ERROR_INVAL);                 \
    } while (0)

#define NUMBER_AT(c_type, at, x, index, expected)                        \
    do {                                                                 \
        c_type value;                                                    \
                                                                         \
        assert_int_equal(at(x, index, &value), 0);                       \
        assert_true(value == (c_type)(expected));                        \
        assert_int_equal(at(x, (index) + 1, &value), XLS_ERROR_OUT_OF_RANGE); \
    } while (0)

#define BYTES(get, set, x, y)                                            \
    do {                                                                 \
        unsigned char in[sizeof(y)], out[sizeof(y)] = { 0 };             \
                                                                         \
        for (size_t i = 0; i < sizeof(in); i++)                          \
            in[i] = (unsigned char)(17 * i + 1);                         \
        assert_int_equal(set(x, (void *)in), 0);                         \
        assert_int_equal(get(x, (void *)out), 0);                        \
        assert_memory_equal(in, out, sizeof(in));                        \
        memcpy(&(y), in, sizeof(in));                                    \
    } while (0)

/* Whatever it returns, it says why. */
#define WRONG_VARIANT(call)                                              \
    do {                                                                 \
        xls_domain_config_copy(NULL, NULL); /* another error before */   \
        assert_int_equal(xls_last_error(), XLS_ERROR_INVAL);             \
        (void)(call);                                                    \
        assert_int_equal(xls_last_error(), XLS_ERROR_WRONG_VARIANT);     \
        assert_non_null(xls_error_field());                              \
    } while (0)

#define ENUM_VALUE(type, libxl_type, ours, theirs)                       \
    do {                                                                 \
        assert_int_equal(ours, theirs);                                  \
        assert_string_equal(type##_to_string(ours), libxl_type##_to_string(theirs)); \
        assert_int_equal(type##_from_string(type##_to_string(ours), &value), 0); \
        assert_int_equal(value, ours);                                   \
    } while (0)

#endif
