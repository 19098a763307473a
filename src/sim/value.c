/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole objects in the layout of this release: copied, moved, read from JSON. */

#include <stdlib.h>

#include "../surface/runtime.h"
#include "simulation.h"

void *sim_read(unsigned type, const char *json)
{
    void *object = malloc(xls_size(&sim_layout, type));
    char problem[256];

    if (object && xls_json_read(&sim_layout, type, NULL, object, json, problem, sizeof(problem))) {
        free(object);
        return NULL;
    }
    return object;
}

/* Without memory the copy is empty. */
void sim_copy_into(unsigned type, void *to, const void *from)
{
    if (xls_object_copy(&sim_layout, type, NULL, to, from))
        xls_object_dispose(&sim_layout, type, to);
}

void sim_move_into(unsigned type, void *to, void *from)
{
    memcpy(to, from, xls_size(&sim_layout, type));
    free(from);
}

/* A bitmap field of `size` bits. */
void sim_bitmap(unsigned type, void *object, const char *path, uint64_t bits, int size)
{
    libxl_bitmap *map = sim_at(type, object, path, NULL);

    if (!map)
        return;
    free(map->map);
    map->size = (size + 7) / 8;
    map->map = calloc(map->size ? map->size : 1, 1);
    for (int i = 0; map->map && i < size; i++)
        map->map[i / 8] |= (bits >> i & 1) << i % 8;
}

/* The first 64 bits; `none` for no bitmap at all. */
uint64_t sim_bits(const libxl_bitmap *map, uint64_t none)
{
    uint64_t bits = 0;

    if (!map || !map->size)
        return none;
    for (uint32_t i = 0; i < map->size && i < sizeof(bits); i++)
        bits |= (uint64_t)map->map[i] << i * 8;
    return bits;
}

bool sim_has(unsigned type, const char *name)
{
    for (unsigned i = 0; i < xls_types[type].count; i++) {
        if (strcmp(xls_types[type].fields[i].name, name) == 0)
            return xls_offset(&sim_layout, &xls_types[type], i) != XLS_ABSENT;
    }
    return false;
}

/* What Xen's generator makes for each type */

void sim_dispose(unsigned type, void *object)
{
    if (object)
        xls_object_dispose(&sim_layout, type, object);
}

char *sim_to_json(unsigned type, const void *value)
{
    return xls_json_text(&sim_layout, type, NULL, value);
}

int sim_from_json(unsigned type, void *value, const char *text)
{
    char problem[256];

    return xls_json_read(&sim_layout, type, NULL, value, text, problem, sizeof(problem))
               ? ERROR_FAIL
               : 0;
}

const char *sim_enum_text(unsigned type, int number)
{
    const struct xls_value *value = xls_value_by_number(&xls_types[type], number);

    return value && xls_known(value->since, sim_layout.release) ? value->label : NULL;
}

int sim_enum_number(unsigned type, const char *text, int *number)
{
    const struct xls_value *value = xls_value_by_label(&xls_types[type], text);

    if (!value || !xls_known(value->since, sim_layout.release))
        return ERROR_FAIL;
    *number = value->number;
    return 0;
}

void sim_list_free(unsigned type, void *elements, int count)
{
    xls_elements_dispose(&sim_layout, type, elements, count);
}

/* For the functions of the surface that need no Xen, and are in here as well. */

const struct xls_layout *xls_level_layout(void)
{
    return &sim_layout;
}
