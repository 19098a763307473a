/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a test sees and steers. */

#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "family.h"

pthread_mutex_t fake_lock;

static void *received[XLS_TYPE_COUNT];   /* copies */
static const void *given[XLS_TYPE_COUNT]; /* the pointers that came */

void fake_called(const char *function)
{
    for (int i = 0; i < FAKE_COUNTERS; i++) {
        if (strcmp(fake_counters[i].function, function) == 0) {
            __atomic_fetch_add(&fake_counters[i].calls, 1, __ATOMIC_RELAXED);
            return;
        }
    }
    abort();
}

static unsigned calls(const char *function)
{
    unsigned sum = 0;

    for (int i = 0; i < FAKE_COUNTERS; i++) {
        if (!function || strcmp(fake_counters[i].function, function) == 0)
            sum += __atomic_load_n(&fake_counters[i].calls, __ATOMIC_RELAXED);
    }
    return sum;
}

void fake_received(unsigned type, const void *object)
{
    void *copy = malloc(xls_size(&sim_layout, type));

    fake_copy(type, copy, object);
    pthread_mutex_lock(&fake_lock);
    sim_free(type, received[type]);
    received[type] = copy;
    given[type] = object;
    pthread_mutex_unlock(&fake_lock);
}

static const void *last(unsigned type)
{
    if (!received[type])
        abort(); /* a mistake in a test: nothing of the type came */
    return received[type];
}

static int64_t number(const char *type, const char *path)
{
    return sim_number(sim_type(type), last(sim_type(type)), path);
}

static const char *text(const char *type, const char *path)
{
    return sim_text(sim_type(type), last(sim_type(type)), path);
}

static char *json(const char *type)
{
    return fake_to_json(sim_type(type), last(sim_type(type)));
}

static const void *pointer(const char *type)
{
    return given[sim_type(type)];
}

static void happen(void *ctx, int type, uint32_t domid, uint64_t for_user)
{
    fake_occurs(ctx, fake_event(type, domid, for_user));
}

static void disaster(void *ctx, int type, const char *what, int errnoval)
{
    const struct libxl__ctx *of = ctx;

    of->hooks->disaster(of->hooks_user, type, what, errnoval);
}

static void reset(void)
{
    fake_forget_operations(NULL);
    fake_forget_domain();
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        sim_free(id, received[id]);
        received[id] = NULL;
    }
    for (int i = 0; i < FAKE_COUNTERS; i++)
        fake_counters[i].calls = 0;
    fake_control.when = FAKE_LATER;
    fake_control.old_hypervisor = false;
    fake_control.os_fds = fake_control.os_timeouts = 0;
    fake_control.start_result = fake_control.result = 0;
}

struct fake_control fake_control = {
    .end_one = fake_end_one,
    .under_way = fake_under_way,
    .aborted = fake_aborted,
    .join = fake_join,
    .happen = happen,
    .disaster = disaster,
    .calls = calls,
    .number = number,
    .text = text,
    .json = json,
    .pointer = pointer,
    .escape_character = fake_escape_character,
    .reset = reset,
};

__attribute__((constructor)) static void make_lock(void)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&fake_lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}
