/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the generated functions of the fake call. */
#ifndef FAKE_FAMILY_H
#define FAKE_FAMILY_H

#include "internal.h"
#include "json.h"

void fake_init_arm(unsigned type, void *object, int key);
void fake_dispose(unsigned type, void *object);
void fake_copy(unsigned type, void *dst, const void *src);
char *fake_to_json(unsigned type, const void *value);
int fake_from_json(unsigned type, void *value, const char *text);

#endif
