/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs plans: turns a struct of one layout into the same struct of another.
 *
 * Both sides share one malloc heap, so what a struct owns is moved, never copied: after a
 * translation both structs hold the same pointers, and one of them must be forgotten.
 */
#ifndef XLS_CORE_TRANSLATE_H
#define XLS_CORE_TRANSLATE_H

#include "plan.h"

/* What a release cannot express, for a log line. */
struct xls_fault {
    char path[192];    /* the field: "disks[0].transport" */
    char value[64];    /* what it is set to */
    xls_release since; /* the release that has it; 0 if the value is wrong everywhere */
};

/* Before anything is called: does the target release know all that the object asks for? */
bool xls_check(const struct xls_plans *plans, unsigned type, const void *object,
               struct xls_fault *fault);

enum xls_move {
    XLS_LEND,    /* `from` stays the owner; `to` is overwritten, and given back with xls_undo */
    XLS_GIVE,    /* `to` is overwritten and becomes the owner; `from` is left without arrays */
    XLS_RESTORE, /* `to` is what was lent and becomes the owner again: its arrays are reused, and
                    the fields that only it has keep their values */
};

/*
 * 0, or -1 without memory. LEND then leaves nothing behind. GIVE and RESTORE go on with the rest:
 * an array that could not be moved is released and is empty in `to`.
 */
int xls_translate(const struct xls_plans *plans, unsigned type, void *from, void *to,
                  enum xls_move move);

/* Frees what LEND allocated for `to` and what only `to` has, and nothing that `from` owns. */
void xls_undo(const struct xls_plans *plans, unsigned type, void *to);

/*
 * Turns a malloc'ed array of `count` elements into one of the other layout, and frees the old one.
 * NULL without memory: then the old one and all that it owned is released.
 */
void *xls_translate_array(const struct xls_plans *plans, unsigned type, void *from, size_t count);

#endif
