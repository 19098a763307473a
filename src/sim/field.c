/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects of one release, reached by the names of their fields. */

#include <stdlib.h>
#include <string.h>

#include "field.h"

struct xls_layout sim_layout;

__attribute__((constructor)) static void compute(void)
{
    xls_layout_compute(&sim_layout, XLS_RELEASE(4, sim_minor));
}

unsigned sim_type(const char *name)
{
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        if (strcmp(xls_types[id].name, name) == 0)
            return id;
    }
    abort(); /* a mistake of the caller's */
}

/* The field of that name among [first, end), or XLS_ABSENT. */
static unsigned find(const struct xls_type *type, unsigned first, unsigned end, const char *name,
                     size_t length)
{
    for (unsigned i = first; i < end; i += 1 + type->fields[i].span) {
        if (strncmp(type->fields[i].name, name, length) == 0 && !type->fields[i].name[length])
            return i;
    }
    abort();
}

void *sim_at(unsigned type_id, const void *object, const char *path, unsigned *field_type)
{
    const struct xls_type *type = &xls_types[type_id];
    unsigned first = 0, end = type->count, index;

    for (;;) {
        size_t length = strcspn(path, ".[");
        const struct xls_field *field = &type->fields[index = find(type, first, end, path, length)];
        unsigned offset = xls_offset(&sim_layout, type, index);

        if (offset == XLS_ABSENT)
            return NULL;
        path += length;
        if (field->form == XLS_FORM_ARRAY && *path == '[') {
            unsigned long element = strtoul(path + 1, (char **)&path, 10);

            path++; /* the bracket */
            object =
                *(char **)xls_at(object, offset) + element * xls_size(&sim_layout, field->type);
            offset = 0;
        }
        if (!*path) {
            if (field_type)
                *field_type = field->type;
            return xls_at(object, offset);
        }
        path++; /* the dot */
        first = 0;
        if (field->form > XLS_FORM_ARRAY) {
            first = index + 1;
            end = first + field->span;
            continue; /* offsets count from the struct around the group */
        }
        object = xls_at(object, offset);
        type = &xls_types[field->type];
        end = type->count;
    }
}

int64_t sim_number(unsigned type, const void *object, const char *path)
{
    unsigned field_type;
    void *place = sim_at(type, object, path, &field_type);

    return place ? xls_load(field_type, place) : 0;
}

char *sim_text(unsigned type, const void *object, const char *path)
{
    char **place = sim_at(type, object, path, NULL);

    return place ? *place : NULL;
}

void sim_set_number(unsigned type, void *object, const char *path, int64_t number)
{
    unsigned field_type;
    void *place = sim_at(type, object, path, &field_type);

    if (place)
        xls_store(field_type, place, number);
}

void sim_set_text(unsigned type, void *object, const char *path, const char *text)
{
    char **place = sim_at(type, object, path, NULL);
    char *copy;

    if (!place)
        return;
    copy = strdup(text); /* before the old one goes: they may be the same, and must differ */
    free(*place);
    *place = copy;
}

void *sim_new(unsigned type)
{
    void *object = malloc(xls_size(&sim_layout, type));

    xls_object_init(&sim_layout, type, object);
    return object;
}

void sim_free(unsigned type, void *object)
{
    if (object)
        xls_object_dispose(&sim_layout, type, object);
    free(object);
}

void *sim_append(unsigned type, void *object, const char *array, const char *count)
{
    unsigned element;
    char **place = sim_at(type, object, array, &element);
    int64_t number = sim_number(type, object, count);
    size_t size = xls_size(&sim_layout, element);

    *place = realloc(*place, (number + 1) * size);
    sim_set_number(type, object, count, number + 1);
    xls_object_init(&sim_layout, element, *place + number * size);
    return *place + number * size;
}
