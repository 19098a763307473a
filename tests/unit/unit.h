/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the unit tests share: the layouts and plans of every release, objects with something in
 * every field, comparisons that know nothing of src/core/object.c, and a count of allocations.
 */
#ifndef XLS_UNIT_H
#define XLS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "layout.h"
#include "object.h"
#include "plan.h"
#include "translate.h"

/*
 * The tests of translation are built twice: over libxl, and over a schema that changes in every way
 * that libxl may yet change (invented/). UNIT_PAIRS is the least number of cases that they run.
 */
#ifdef UNIT_INVENTED
#define UNIT_PAIRS (XLS_RELEASE_COUNT * XLS_RELEASE_COUNT * 9)
#else
#define UNIT_PAIRS (XLS_RELEASE_COUNT * XLS_RELEASE_COUNT * 60)
#endif

#define EACH_RELEASE(r) for (unsigned r = 0; r < XLS_RELEASE_COUNT; r++)

/* Every struct that `layout` has. */
#define EACH_STRUCT(id, layout)                      \
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) \
        if (xls_types[id].kind == XLS_KIND_STRUCT && xls_size(layout, id))

/* One struct that two releases have, with one arm of its union. */
struct unit_case {
    unsigned from, to; /* places in xls_releases */
    unsigned type, arm;
};

/* Calls `run` for every pair of releases, every struct and every arm that both have. How often. */
unsigned unit_each_pair(void (*run)(const struct unit_case *it));

/* Fails the test, telling what it was about; for cleaner messages than a line number. */
#define unit_fail(it, what)                                                                \
    fail_msg("%s, arm %u, from Xen %s to %s: %s", xls_types[(it)->type].name, (it)->arm,   \
             unit_name((it)->from), unit_name((it)->to), what)

extern struct xls_layout unit_layouts[XLS_RELEASE_COUNT];

/* For cmocka_run_group_tests. Set up, there is a CPUID policy too: a malloc'ed JSON text. */
int unit_setup(void **state);
int unit_teardown(void **state);

/* Compiled on first use. */
const struct xls_plans *unit_plans(unsigned from, unsigned to);

/* The older of two places in xls_releases: what both of them know. */
xls_release unit_common(unsigned from, unsigned to);

/* "4.14", of a place in xls_releases; good for several at a time. */
const char *unit_name(unsigned release);

/* Memory for an object of any type, without allocating: one for each number from 0 to 7. */
void *unit_room(unsigned number);

/* Filling */

struct filling {
    const struct xls_layout *layout;
    xls_release known; /* fields and values of later releases stay at their default */
    unsigned arm;      /* which value of its key a union gets */
    unsigned elements; /* of every array */
    bool json;         /* only what JSON carries */
    uint64_t random;   /* state; the same one gives the same object */
};

/* Initialises an object and puts something other than the default into every field. */
void fill_object(struct filling *filling, unsigned type, void *object);

/* Initialises an object and starts an arm of every union, and fills nothing. */
void unit_start(const struct xls_layout *layout, unsigned type, unsigned arm, void *object);

void fill_value(struct filling *filling, const struct xls_field *field, void *value);
void fill_elements(struct filling *filling, const struct xls_field *array, char *elements,
                   unsigned first, unsigned end);

/* How many different `arm` make a difference to the type; at least 1. */
unsigned unit_arms(unsigned type);

/* Whether a release has the key that the number stands for, in all of the struct. */
bool unit_arm_is_known(unsigned type, unsigned arm, xls_release release);

bool unit_is_count(const struct xls_type *type, unsigned index);
bool unit_is_key(const struct xls_type *type, unsigned index);

/* Comparing */

enum unit_comparison {
    UNIT_STRICT,  /* a field that only one side has must have its default */
    UNIT_LENIENT, /* it is not looked at */
    UNIT_JSON,    /* as STRICT, leaving out what JSON does not carry */
};

/* The path of the first difference, or NULL. A default of one release equals that of the other. */
const char *unit_difference(enum unit_comparison how, const struct xls_layout *a_layout,
                            const struct xls_layout *b_layout, unsigned type, const void *a,
                            const void *b);

/* Every block of memory that the object owns. */
void unit_blocks(const struct xls_layout *layout, unsigned type, const void *object,
                 void (*visit)(void *user, const void *block, size_t size), void *user);

/* The bytes of an object and of all that it owns, addresses included. */
struct unit_image {
    size_t used;
    unsigned char bytes[512 * 1024];
};

void unit_take_image(struct unit_image *image, const struct xls_layout *layout, unsigned type,
                     const void *object);
bool unit_images_equal(const struct unit_image *a, const struct unit_image *b);

/* Files: a setup and teardown that run a test in an empty folder of its own */

int unit_enter_folder(void **state);
int unit_leave_folder(void **state);

/* Makes the folders on the way, too. */
void unit_write(const char *path, const void *bytes, size_t size);
void unit_write_text(const char *path, const char *text);

/* The whole file; the caller frees it. */
unsigned char *unit_read(const char *path, size_t *size);

/* Allocations of the code under test and of the tests, not of shared libraries */

size_t allocations_live(void);

/* The allocation after the next `after` fails, and with `forever` all that follow. */
void allocations_fail(unsigned after, bool forever);

/* Ends that. Whether an allocation has failed. */
bool allocations_failed(void);

#endif
