/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the generated functions of the simulation call. */
#ifndef XLS_SIM_SIMULATION_H
#define XLS_SIM_SIMULATION_H

#include "sim.h"

void sim_dispose(unsigned type, void *object);
char *sim_to_json(unsigned type, const void *value);
int sim_from_json(unsigned type, void *value, const char *text);
const char *sim_enum_text(unsigned type, int number); /* NULL: this release has no such value */
int sim_enum_number(unsigned type, const char *text, int *number);
void sim_list_free(unsigned type, void *elements, int count);

#endif
