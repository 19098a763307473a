/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whatever a release does not have is refused, naming the field, its value and the release that
 * has it; whatever it has passes. Every field, enum value and bit of the schema is tried, one at a
 * time, in every struct that contains it, for every pair of releases.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "unit.h"

/* One struct that is as _init leaves it, but for what is being tried. */
struct trial {
    unsigned from, to, type;
    const struct xls_plans *plans;
    const struct xls_layout *layout;
    void *object;
};

/* Where in it: the path so far, and since when it is there; 0 if the release has it. */
struct spot {
    char path[192];
    xls_release since;
};

/* What has been refused at least once. */
static bool field_refused[XLS_FIELD_COUNT];
static uint64_t values_refused[XLS_TYPE_COUNT];
static unsigned refused, accepted;

static void expect(const struct trial *trial, const char *path, const char *value,
                   xls_release since)
{
    struct xls_fault fault = { "none", "none", 0 };
    bool fine = xls_check(trial->plans, trial->type, trial->object, &fault);

    if (!value) {
        if (!fine)
            fail_msg("%s.%s, from Xen %s to %s: refused, for %s", xls_types[trial->type].name,
                     path, unit_name(trial->from), unit_name(trial->to), fault.path);
        accepted++;
        return;
    }
    if (fine || strcmp(fault.path, path) != 0 || strcmp(fault.value, value) != 0 ||
        fault.since != since)
        fail_msg("%s.%s, from Xen %s to %s: %s (%s is %s, since %#x), not: is %s, since %#x",
                 xls_types[trial->type].name, path, unit_name(trial->from), unit_name(trial->to),
                 fine ? "passes" : "refused", fault.path, fault.value, fault.since, value, since);
    refused++;
}

static void enter(struct spot *inner, const struct trial *trial, const struct spot *spot,
                  const struct xls_field *field, const char *separator)
{
    xls_release to = xls_releases[trial->to];

    int length = snprintf(inner->path, sizeof(inner->path), "%s%s%s", spot->path, field->name,
                          separator);

    assert_in_range(length, 1, sizeof(inner->path) - 1);
    inner->since = spot->since > field->since ? spot->since : field->since;
    if (inner->since <= to)
        inner->since = 0;
}

static void tell(char *text, size_t size, const struct xls_field *field, const void *value)
{
    const struct xls_type *type = &xls_types[field->type];

    if (type->kind == XLS_KIND_STRING)
        snprintf(text, size, "\"%s\"", *(char *const *)value);
    else if (field->type == XLS_TYPE_libxl_defbool)
        snprintf(text, size, "%s", *(const int *)value > 0 ? "true" : "false");
    else if (type->kind == XLS_KIND_BUILTIN)
        snprintf(text, size, "a %s", type->name);
    else if (type->kind == XLS_KIND_UNSIGNED)
        snprintf(text, size, "%" PRIu64, (uint64_t)xls_load(field->type, value));
    else
        snprintf(text, size, "%" PRId64, xls_load(field->type, value));
}

/* Each value of an enum but the default; the release may lack the field, or just the value. */
static void try_enum(const struct trial *trial, const struct spot *spot,
                     const struct xls_field *field, void *value)
{
    const struct xls_type *type = &xls_types[field->type];

    for (unsigned i = 0; i < type->count; i++) {
        xls_release since = type->values[i].since;

        if (type->values[i].number == field->number)
            continue;
        xls_store(field->type, value, type->values[i].number);
        if (spot->since) {
            expect(trial, spot->path, type->values[i].name, spot->since);
        } else if (since > xls_releases[trial->to]) {
            expect(trial, spot->path, type->values[i].name, since);
            values_refused[field->type] |= UINT64_C(1) << i;
        } else {
            expect(trial, spot->path, NULL, 0);
        }
    }
    /* A number that no release names is for libxl to judge, if it has the field. */
    xls_store(field->type, value, 12345);
    expect(trial, spot->path, spot->since ? "12345" : NULL, spot->since);
}

static void try_bits(const struct trial *trial, const struct spot *spot,
                     const struct xls_field *field, struct xls_bitmap *bitmap)
{
    const struct xls_type *bits = &xls_types[field->bits];

    bitmap->map = calloc(1, 8);
    bitmap->size = 8;
    expect(trial, spot->path, NULL, 0);
    for (unsigned i = 0; i < bits->count; i++) {
        int bit = bits->values[i].number;

        bitmap->map[bit / 8] |= 1 << bit % 8;
        if (bits->values[i].since > xls_releases[trial->to]) {
            expect(trial, spot->path, bits->values[i].name, bits->values[i].since);
            values_refused[field->bits] |= UINT64_C(1) << i;
        } else {
            expect(trial, spot->path, NULL, 0);
        }
        bitmap->map[bit / 8] = 0;
    }
    bitmap->map[7] = 0x80; /* a bit that nobody names */
    expect(trial, spot->path, NULL, 0);
    free(bitmap->map);
}

/* Values whose arm the release lacks. The others are tried with their arms. */
static void try_key(const struct trial *trial, const struct spot *spot,
                    const struct xls_field *field, void *value)
{
    const struct xls_type *type = &xls_types[field->type];

    for (unsigned i = 0; i < type->count; i++) {
        if (type->values[i].since <= xls_releases[trial->to])
            continue;
        xls_store(field->type, value, type->values[i].number);
        expect(trial, spot->path, type->values[i].name, type->values[i].since);
        values_refused[field->type] |= UINT64_C(1) << i;
    }
}

static void try_value(const struct trial *trial, const struct spot *spot,
                      const struct xls_field *field, void *value)
{
    struct filling filling = { .layout = trial->layout, .known = trial->layout->release };
    char text[64];

    if (xls_types[field->type].kind == XLS_KIND_ENUM) {
        try_enum(trial, spot, field, value);
    } else if (field->bits) {
        try_bits(trial, spot, field, value);
    } else if (field->type == XLS_TYPE_libxl_defbool) {
        for (*(int *)value = -1; *(int *)value <= 1; *(int *)value += 2)
            expect(trial, spot->path,
                   !spot->since ? NULL : *(int *)value < 0 ? "false" : "true", spot->since);
    } else {
        fill_value(&filling, field, value);
        tell(text, sizeof(text), field, value);
        expect(trial, spot->path, spot->since ? text : NULL, spot->since);
        xls_value_dispose(trial->layout, field->type, value);
    }
}

static void try_fields(const struct trial *trial, const struct spot *spot, unsigned id,
                       unsigned first, unsigned end, void *object);

static void try_array(const struct trial *trial, const struct spot *outer, unsigned id,
                      unsigned index, void *object)
{
    const struct xls_type *type = &xls_types[id];
    const struct xls_field *field = &type->fields[index];
    char **elements = xls_at(object, xls_offset(trial->layout, type, index));
    int *count = xls_at(object, xls_offset(trial->layout, type, field->related));
    bool is_struct = xls_types[field->type].kind == XLS_KIND_STRUCT;
    size_t size = xls_size(trial->layout, field->type);
    struct spot array, length, inside;
    bool judged;

    enter(&array, trial, outer, field, "");
    enter(&length, trial, outer, &type->fields[field->related], "");
    enter(&inside, trial, outer, field, "[1].");
    *elements = calloc(2, size);
    *count = 2;
    for (int i = 0; is_struct && i < *count; i++)
        unit_start(trial->layout, field->type, 0, *elements + i * size);
    expect(trial, length.path, length.since ? "2" : NULL, length.since);
    if (length.since)
        field_refused[type->first + index] = field_refused[type->first + field->related] = true;
    else if (is_struct)
        try_fields(trial, &inside, field->type, 0, xls_types[field->type].count, *elements + size);
    free(*elements);
    *elements = NULL;

    /* An array whose elements are the same on both sides passes through: libxl judges its count. */
    judged = is_struct && !trial->plans->type[field->type].same;
    if (length.since)
        expect(trial, length.path, "2", length.since);
    else
        expect(trial, array.path, judged ? "2 elements at NULL" : NULL, 0);
    *count = -1;
    if (length.since)
        expect(trial, length.path, "-1", length.since);
    else
        expect(trial, array.path, judged ? "-1 elements" : NULL, 0);
    *count = 0;
}

static void try_field(const struct trial *trial, const struct spot *spot, unsigned id,
                      unsigned index, void *object)
{
    const struct xls_type *type = &xls_types[id];
    const struct xls_field *field = &type->fields[index];
    struct spot inner;

    enter(&inner, trial, spot, field, field->span ? "." : "");
    if (field->form == XLS_FORM_ARRAY) {
        try_array(trial, spot, id, index, object);
    } else if (field->form == XLS_FORM_ARM) {
        xls_object_init_arm(trial->layout, id, object, field->number);
        try_fields(trial, &inner, id, index + 1, index + 1 + field->span, object);
    } else if (field->form != XLS_FORM_VALUE) {
        try_fields(trial, &inner, id, index + 1, index + 1 + field->span, object);
    } else if (xls_types[field->type].kind == XLS_KIND_STRUCT) {
        enter(&inner, trial, spot, field, ".");
        try_fields(trial, &inner, field->type, 0, xls_types[field->type].count,
                   xls_at(object, xls_offset(trial->layout, type, index)));
    } else if (unit_is_key(type, index)) {
        try_key(trial, &inner, field, xls_at(object, xls_offset(trial->layout, type, index)));
    } else if (!unit_is_count(type, index)) {
        try_value(trial, &inner, field, xls_at(object, xls_offset(trial->layout, type, index)));
    }
    field_refused[type->first + index] |= inner.since != 0;
}

static void try_fields(const struct trial *trial, const struct spot *spot, unsigned id,
                       unsigned first, unsigned end, void *object)
{
    const struct xls_type *type = &xls_types[id];
    char saved[4096];

    for (unsigned i = first; i < end; i += 1 + type->fields[i].span) {
        if (xls_offset(trial->layout, type, i) == XLS_ABSENT)
            continue;
        memcpy(saved, object, xls_size(trial->layout, id));
        try_field(trial, spot, id, i, object);
        memcpy(object, saved, xls_size(trial->layout, id));
    }
}

static void try_struct(const struct unit_case *it)
{
    struct trial trial = { it->from, it->to, it->type, unit_plans(it->from, it->to),
                           &unit_layouts[it->from], unit_room(0) };
    const struct spot top = { "", 0 };

    if (it->arm)
        return;
    unit_start(trial.layout, it->type, 0, trial.object);
    try_fields(&trial, &top, it->type, 0, xls_types[it->type].count, trial.object);
}

static void every_field_and_value_is_judged_right(void **state)
{
    unit_each_pair(try_struct);
    print_message("%u refused, %u accepted\n", refused, accepted);
}

/* Nothing of the schema escaped: of every `since`, something was refused. */
static void nothing_newer_was_left_out(void **state)
{
    unsigned fields = 0, values = 0;

    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        const struct xls_type *type = &xls_types[id];

        for (unsigned i = 0; type->kind == XLS_KIND_STRUCT && i < type->count; i++) {
            fields += type->fields[i].since != 0;
            if (type->fields[i].since && !field_refused[type->first + i])
                fail_msg("%s.%s was never refused", type->name, type->fields[i].name);
        }
        for (unsigned i = 0; type->kind == XLS_KIND_ENUM && i < type->count; i++) {
            values += type->values[i].since != 0;
            if (type->values[i].since && !(values_refused[id] & UINT64_C(1) << i))
                fail_msg("%s was never refused", type->values[i].name);
        }
    }
    print_message("%u fields, %u values\n", fields, values);
    assert_true(fields > 10 && values >= 3);
}

#ifndef UNIT_INVENTED

static void an_inactive_arm_is_not_looked_at(void **state)
{
    const struct xls_layout *newest = &unit_layouts[XLS_RELEASE_COUNT - 1];
    unsigned id = XLS_TYPE_libxl_domain_build_info, at = 0;
    const struct xls_type *type = &xls_types[id];
    void *object = unit_room(0);
    struct xls_fault fault;

    xls_object_init(newest, id, object);
    while (type->fields[at].form != XLS_FORM_UNION)
        at++;
    memset(xls_at(object, xls_offset(newest, type, at)), 0xff,
           xls_offset(newest, type, at + 1 + type->fields[at].span) - xls_offset(newest, type, at));
    EACH_RELEASE(to)
        assert_true(xls_check(unit_plans(XLS_RELEASE_COUNT - 1, to), id, object, &fault));
}

/* A reader of log lines finds the element. */
static void the_path_leads_into_the_element(void **state)
{
    const struct xls_layout *newest = &unit_layouts[XLS_RELEASE_COUNT - 1];
    struct filling filling = { .layout = newest, .known = xls_releases[0], .elements = 2 };
    const struct xls_type *config = &xls_types[XLS_TYPE_libxl_domain_config];
    const struct xls_type *disk = &xls_types[XLS_TYPE_libxl_device_disk];
    unsigned disks = 0, transport = 0;
    void *object = unit_room(0);
    struct xls_fault fault;
    char *elements;

    while (strcmp(config->fields[disks].name, "disks") != 0)
        disks++;
    while (strcmp(disk->fields[transport].name, "transport") != 0)
        transport++;
    fill_object(&filling, XLS_TYPE_libxl_domain_config, object);
    assert_true(xls_check(unit_plans(XLS_RELEASE_COUNT - 1, 0), XLS_TYPE_libxl_domain_config,
                          object, &fault));
    elements = *(char **)xls_at(object, xls_offset(newest, config, disks));
    *(int *)(elements + xls_size(newest, XLS_TYPE_libxl_device_disk) +
             xls_offset(newest, disk, transport)) = 1;
    assert_false(xls_check(unit_plans(XLS_RELEASE_COUNT - 1, 0), XLS_TYPE_libxl_domain_config,
                           object, &fault));
    assert_string_equal(fault.path, "disks[1].transport");
    assert_string_equal(fault.value, "LIBXL_DISK_TRANSPORT_MMIO");
    assert_int_equal(fault.since, XLS_RELEASE(4, 17));
    xls_object_dispose(newest, XLS_TYPE_libxl_domain_config, object);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_and_value_is_judged_right),
        cmocka_unit_test(nothing_newer_was_left_out), /* needs the one before */
#ifndef UNIT_INVENTED
        cmocka_unit_test(an_inactive_arm_is_not_looked_at),
        cmocka_unit_test(the_path_leads_into_the_element),
#endif
    };

    return cmocka_run_group_tests(tests, unit_setup, unit_teardown);
}
