/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Objects in the layout of one release, reached by the names of their fields: "b_info.max_vcpus",
 * "disks[0].vdev". What a simulated libxenlight is written with, as the C structs of <libxl.h> are
 * those of the newest release only. Knows types, and no function of libxl.
 */
#ifndef XLS_SIM_FIELD_H
#define XLS_SIM_FIELD_H

#include "../core/object.h"

extern const int sim_minor;          /* 4.N, given by whoever links the library */
extern struct xls_layout sim_layout; /* of that release */

unsigned sim_type(const char *name);

/* Where the field is and, if wanted, its type; NULL if the release lacks it. A name that no release
 * has is a mistake of the caller's and ends the process. */
void *sim_at(unsigned type, const void *object, const char *path, unsigned *field_type);

/* 0 and NULL for a field that the release lacks. Setting one does nothing. */
int64_t sim_number(unsigned type, const void *object, const char *path);
char *sim_text(unsigned type, const void *object, const char *path);
void sim_set_number(unsigned type, void *object, const char *path, int64_t number);
void sim_set_text(unsigned type, void *object, const char *path, const char *text);

void *sim_new(unsigned type);
void sim_free(unsigned type, void *object);

/* Appends an initialised element to an array, which moves. */
void *sim_append(unsigned type, void *object, const char *array, const char *count);

#endif
