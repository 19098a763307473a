/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The computed layouts are those of real libxenlight builds: abi/measured/, in both directions. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* Plain C structs and enums of the headers: measured, and passed through without a layout. */
static const char *const outside_schema[] = {
    "libxl_asyncop_how",       "libxl_asyncprogress_how", "libxl_childproc_hooks",
    "libxl_enum_string_table", "libxl_event_hooks",       "libxl_osevent_hooks",
};

struct row {
    char name[160];
    int figure[XLS_RELEASE_COUNT]; /* -1: the release does not have it */
    bool seen;
};

static struct row rows[2000];
static unsigned row_count;

static void read_row(char *line, struct row *row)
{
    char *rest, *word = strtok_r(line, "\t\n", &rest);

    snprintf(row->name, sizeof(row->name), "%s", word);
    EACH_RELEASE(r) {
        word = strtok_r(NULL, "\t\n", &rest);
        assert_non_null(word);
        row->figure[r] = strcmp(word, "-") == 0 ? -1 : atoi(word);
    }
    assert_null(strtok_r(NULL, "\t\n", &rest));
}

static int read_measured(void **state)
{
    FILE *file = fopen(UNIT_SOURCE "/abi/measured/x86_64.tsv", "re");
    bool headed = false;
    char line[512];

    if (!file)
        return -1;
    while (fgets(line, sizeof(line), file)) {
        if (*line == '#')
            continue;
        if (headed) {
            assert_true(row_count < sizeof(rows) / sizeof(rows[0]));
            read_row(line, &rows[row_count++]);
            continue;
        }
        EACH_RELEASE(r) /* the columns are the releases of the schema */
            assert_non_null(strstr(line, unit_name(r)));
        headed = true;
    }
    fclose(file);
    return unit_setup(state);
}

static struct row *row_of(const char *name)
{
    for (unsigned i = 0; i < row_count; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            rows[i].seen = true;
            return &rows[i];
        }
    }
    return NULL;
}

static void compare(const char *name, const int *computed)
{
    const struct row *row = row_of(name);

    if (!row)
        fail_msg("%s is in the schema, and nobody measured it", name);
    EACH_RELEASE(r) {
        if (row->figure[r] != computed[r])
            fail_msg("%s in Xen %s: measured %d, computed %d", name, unit_name(r), row->figure[r],
                     computed[r]);
    }
}

static void compare_fields(unsigned id, unsigned first, unsigned end, const char *prefix)
{
    const struct xls_type *type = &xls_types[id];
    int computed[XLS_RELEASE_COUNT];
    char name[160];

    for (unsigned i = first; i < end; i += 1 + type->fields[i].span) {
        snprintf(name, sizeof(name), "%s.%s", prefix, type->fields[i].name);
        if (type->fields[i].span) {
            compare_fields(id, i + 1, i + 1 + type->fields[i].span, name);
            continue;
        }
        EACH_RELEASE(r) {
            unsigned offset = xls_offset(&unit_layouts[r], type, i);

            /* What a layout says of the fields of a type that it lacks is of no meaning. */
            if (offset == XLS_ABSENT || !xls_size(&unit_layouts[r], id))
                computed[r] = -1;
            else
                computed[r] = offset;
        }
        compare(name, computed);
    }
}

static void every_type_and_field_of_the_schema_is_as_measured(void **state)
{
    int computed[XLS_RELEASE_COUNT];

    for (unsigned id = XLS_TYPE_libxl_domid; id < XLS_TYPE_COUNT; id++) {
        const struct xls_type *type = &xls_types[id];

        EACH_RELEASE(r)
            computed[r] = xls_size(&unit_layouts[r], id) ? (int)xls_size(&unit_layouts[r], id) : -1;
        compare(type->name, computed);
        if (type->kind == XLS_KIND_STRUCT)
            compare_fields(id, 0, type->count, type->name);
    }
}

static void everything_measured_is_in_the_schema(void **state)
{
    size_t outside = sizeof(outside_schema) / sizeof(outside_schema[0]);

    for (unsigned i = 0; i < row_count; i++) {
        bool known = rows[i].seen;

        for (size_t k = 0; k < outside; k++) {
            size_t length = strlen(outside_schema[k]);

            known |= strncmp(rows[i].name, outside_schema[k], length) == 0 &&
                     (!rows[i].name[length] || rows[i].name[length] == '.');
        }
        if (!known)
            fail_msg("%s was measured, and is not in the schema", rows[i].name);
    }
}

static void alignment_follows_the_members(void **state)
{
    EACH_RELEASE(r) {
        EACH_STRUCT(id, &unit_layouts[r]) {
            unsigned align = unit_layouts[r].type[id].align;

            assert_true(align == 1 || align == 2 || align == 4 || align == 8);
            assert_int_equal(xls_size(&unit_layouts[r], id) % align, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_and_field_of_the_schema_is_as_measured),
        cmocka_unit_test(everything_measured_is_in_the_schema), /* needs the one before */
        cmocka_unit_test(alignment_follows_the_members),
    };

    return cmocka_run_group_tests(tests, read_measured, unit_teardown);
}
