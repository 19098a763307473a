/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layouts, plans and a CPUID policy for the unit tests. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "unit.h"

struct xls_layout unit_layouts[XLS_RELEASE_COUNT];

static struct xls_plans plans[XLS_RELEASE_COUNT][XLS_RELEASE_COUNT];

static void policy_dispose(void *policy)
{
    free(*(char **)policy);
    *(char **)policy = NULL;
}

static int policy_copy(void *context, void *dst, const void *src)
{
    *(char **)dst = strdup(*(char *const *)src);
    return *(char **)dst ? 0 : -1;
}

static char *policy_to_json(void *context, const void *policy)
{
    return strdup(*(char *const *)policy);
}

static int policy_from_json(void *context, void *policy, const char *text)
{
    *(char **)policy = strdup(text);
    return *(char **)policy ? 0 : -1;
}

int unit_setup(void **state)
{
    EACH_RELEASE(r)
        xls_layout_compute(&unit_layouts[r], xls_releases[r]);
    xls_policy_ops = (struct xls_policy_ops) { policy_dispose, policy_copy, policy_to_json,
                                               policy_from_json };
    return 0;
}

int unit_teardown(void **state)
{
    EACH_RELEASE(from) {
        EACH_RELEASE(to)
            xls_plans_free(&plans[from][to]);
    }
    return allocations_live() ? -1 : 0;
}

const struct xls_plans *unit_plans(unsigned from, unsigned to)
{
    struct xls_plans *wanted = &plans[from][to];

    if (!wanted->from && xls_plans_compile(wanted, &unit_layouts[from], &unit_layouts[to]))
        fail_msg("no plans from %s to %s", unit_name(from), unit_name(to));
    return wanted;
}

bool unit_arm_is_known(unsigned type, unsigned arm, xls_release release)
{
    for (unsigned i = 0; i < xls_types[type].count; i++) {
        const struct xls_field *field = &xls_types[type].fields[i];
        const struct xls_type *inner = &xls_types[field->type];

        if (unit_is_key(&xls_types[type], i) &&
            !xls_known(inner->values[arm % inner->count].since, release))
            return false;
        if (field->form <= XLS_FORM_ARRAY && inner->kind == XLS_KIND_STRUCT &&
            !unit_arm_is_known(field->type, arm, release))
            return false;
    }
    return true;
}

unsigned unit_each_pair(void (*run)(const struct unit_case *it))
{
    unsigned count = 0;

    EACH_RELEASE(from) {
        EACH_RELEASE(to) {
            unit_plans(from, to);
            unit_plans(to, from); /* both now: a test that counts allocations is not to see it */
            EACH_STRUCT(id, &unit_layouts[from]) {
                for (unsigned arm = 0; xls_size(&unit_layouts[to], id) && arm < unit_arms(id);
                     arm++) {
                    if (!unit_arm_is_known(id, arm, unit_common(from, to)))
                        continue;
                    run(&(struct unit_case) { from, to, id, arm });
                    count++;
                }
            }
        }
    }
    return count;
}

xls_release unit_common(unsigned from, unsigned to)
{
    return xls_releases[from < to ? from : to];
}

const char *unit_name(unsigned release)
{
    static char names[XLS_RELEASE_COUNT][8];

    snprintf(names[release], sizeof(names[release]), XLS_RELEASE_FORMAT,
             XLS_RELEASE_ARGS(xls_releases[release]));
    return names[release];
}

void *unit_room(unsigned number)
{
    static union {
        max_align_t align;
        char bytes[8192];
    } rooms[8];

    assert_true(number < sizeof(rooms) / sizeof(rooms[0]));
    EACH_RELEASE(r) {
        EACH_STRUCT(id, &unit_layouts[r])
            assert_true(xls_size(&unit_layouts[r], id) <= sizeof(rooms[0]));
    }
    /* Whatever does not initialise its target shows itself. */
    return memset(&rooms[number], 0x5a, sizeof(rooms[number]));
}
