/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The event loop, over a simulated libxenlight of every release: one descriptor that is polled, a
 * thread that dispatches, and hooks for a loop of the program's own.
 */

#include "simulated.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <xlstable.h>

static xls_ctx *xen;
static struct xls_open_opts opts;

static void log_nothing(void *user, int level, const char *text)
{
}

static int open_xen(void **state)
{
    opts.sz = sizeof(opts);
    opts.log = log_nothing;
    if (xls_open(&xen, &opts)) {
        print_error("%s\n", xls_error_text());
        return -1;
    }
    return 0;
}

static int close_xen(void **state)
{
    xls_vminfo_array *guests;

    if (!xls_list_vm(xen, &guests)) {
        for (size_t i = 0; i < xls_vminfo_array_count(guests); i++)
            xls_domain_destroy(xen, xls_vminfo_get_domid(xls_vminfo_array_at(guests, i)), NULL);
        xls_vminfo_array_free(guests);
    }
    xls_close(xen);
    memset(&opts, 0, sizeof(opts));
    return 0;
}

#define succeeds(call)                                    \
    do {                                                  \
        if ((call) < 0)                                   \
            fail_msg("%s: %s", #call, xls_error_text());  \
    } while (0)

static xls_domain_config *guest_config(const char *name)
{
    xls_domain_config *config = xls_domain_config_new();
    xls_domain_create_info *create = xls_domain_config_get_c_info(config);
    xls_domain_build_info *build = xls_domain_config_get_b_info(config);
    uint8_t uuid[16];

    xls_uuid_generate(uuid);
    succeeds(xls_domain_create_info_set_type(create, XLS_DOMAIN_TYPE_PVH));
    succeeds(xls_domain_create_info_set_name(create, name));
    succeeds(xls_domain_create_info_set_uuid(create, uuid));
    succeeds(xls_domain_build_info_set_type(build, XLS_DOMAIN_TYPE_PVH));
    succeeds(xls_domain_build_info_set_max_vcpus(build, 2));
    succeeds(xls_domain_build_info_set_max_memkb(build, 65536));
    succeeds(xls_domain_build_info_set_target_memkb(build, 65536));
    succeeds(xls_domain_build_info_set_kernel(build, "/boot/vmlinuz"));
    return config;
}

static uint32_t make_guest(const char *name)
{
    xls_domain_config *config = guest_config(name);
    uint32_t domid = 0;

    succeeds(xls_domain_create_new(xen, config, &domid, NULL));
    xls_domain_config_free(config);
    return domid;
}

struct end {
    int ended; /* atomic */
    int result;
};

static void on_done(xls_ctx *ctx, int result, void *user)
{
    struct end *end = user;

    end->result = result;
    __atomic_store_n(&end->ended, 1, __ATOMIC_RELEASE);
}

/* The program's loop: nothing but poll and xls_dispatch. */
static void poll_until(const int *flag)
{
    while (!__atomic_load_n(flag, __ATOMIC_ACQUIRE)) {
        struct pollfd fd = { .fd = xls_fd(xen), .events = POLLIN };

        if (poll(&fd, 1, 10000) != 1)
            fail_msg("nothing to do for 10 seconds");
        succeeds(xls_dispatch(xen, 0));
    }
}

static void one_descriptor_is_polled(void **state)
{
    struct end end = { 0 };
    struct xls_async async = { .sz = sizeof(async), .done = on_done, .user = &end };
    xls_domain_config *config = guest_config("polled");
    xls_dominfo *info = xls_dominfo_new();
    uint32_t domid = 0;

    assert_true(xls_fd(xen) >= 0);
    assert_int_equal(xls_dispatch(xen, 0), 0);
    succeeds(xls_domain_create_new(xen, config, &domid, &async));
    poll_until(&end.ended);
    assert_int_equal(end.result, 0);
    succeeds(xls_domain_info(xen, info, domid));
    assert_int_equal(xls_dominfo_get_domid(info), domid);
    assert_true(xls_dominfo_get_paused(info));
    end.ended = 0;
    succeeds(xls_domain_unpause(xen, domid, &async));
    poll_until(&end.ended);
    succeeds(xls_domain_info(xen, info, domid));
    assert_false(xls_dominfo_get_paused(info));
    xls_dominfo_free(info);
    xls_domain_config_free(config);
}

static void events_come_by_dispatching(void **state)
{
    const uint64_t died = UINT64_C(1) << XLS_EVENT_TYPE_DOMAIN_DEATH;
    uint32_t domid = make_guest("dies");
    xls_evgen_domain_death *watch = NULL;
    xls_event *event;

    succeeds(xls_evenable_domain_death(xen, domid, 77, &watch));
    assert_int_equal(xls_event_check(xen, &event, died, NULL, NULL), XLS_ERROR_NOT_READY);
    succeeds(xls_domain_destroy(xen, domid, NULL));
    while (xls_event_check(xen, &event, died, NULL, NULL) == XLS_ERROR_NOT_READY)
        succeeds(xls_dispatch(xen, 10000));
    assert_non_null(event);
    assert_int_equal(xls_event_get_domid(event), domid);
    assert_int_equal(xls_event_get_for_user(event), 77);
    xls_event_free(event);
    xls_evdisable_domain_death(xen, watch);
}

/* A thread that dispatches, and others that start. */

#define THREADS 4
#define ROUNDS 10

static int stop_dispatching; /* atomic */
static unsigned wrong;       /* atomic */

static void *dispatch(void *unused)
{
    while (!__atomic_load_n(&stop_dispatching, __ATOMIC_ACQUIRE)) {
        if (xls_dispatch(xen, 20) < 0)
            __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

static void *start_and_wait(void *domid)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct end end = { 0 };
        struct xls_async async = { .sz = sizeof(async), .done = on_done, .user = &end };

        if (xls_domain_pause(xen, (uintptr_t)domid, &async))
            __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
        else
            while (!__atomic_load_n(&end.ended, __ATOMIC_ACQUIRE))
                sched_yield();
        if (end.result || xls_domain_unpause(xen, (uintptr_t)domid, NULL))
            __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

static void a_thread_may_dispatch_for_others(void **state)
{
    uintptr_t domid = make_guest("shared");
    pthread_t threads[THREADS], dispatcher;

    stop_dispatching = 0;
    wrong = 0;
    assert_int_equal(pthread_create(&dispatcher, NULL, dispatch, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, start_and_wait, (void *)domid), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    __atomic_store_n(&stop_dispatching, 1, __ATOMIC_RELEASE);
    pthread_join(dispatcher, NULL);
    assert_int_equal(wrong, 0);
}

/* A loop of the program's own: it watches what the hooks were told of. */

#define MOST 64

static struct {
    bool used, timer;
    int fd;
    short events;
    struct timeval at;
    void *for_xls;
} watched[MOST];
static int registrations;

static int add(bool timer, int fd, short events, struct timeval at, void *for_xls,
               void **registration)
{
    for (int i = 0; i < MOST; i++) {
        if (watched[i].used)
            continue;
        watched[i].used = true;
        watched[i].timer = timer;
        watched[i].fd = fd;
        watched[i].events = events;
        watched[i].at = at;
        watched[i].for_xls = for_xls;
        *registration = &watched[i];
        registrations++;
        return 0;
    }
    return XLS_ERROR_OSEVENT_REG_FAIL;
}

static int index_of(void *registration)
{
    return (int)(((char *)registration - (char *)watched) / sizeof(watched[0]));
}

static int fd_register(void *user, int fd, void **registration, short events, void *for_xls)
{
    assert_ptr_equal(user, watched);
    return add(false, fd, events, (struct timeval){ 0 }, for_xls, registration);
}

static int fd_modify(void *user, int fd, void **registration, short events)
{
    watched[index_of(*registration)].events = events;
    return 0;
}

static void fd_deregister(void *user, int fd, void *registration)
{
    watched[index_of(registration)].used = false;
}

static int timeout_register(void *user, void **registration, struct timeval at, void *for_xls)
{
    return add(true, -1, 0, at, for_xls, registration);
}

static int timeout_modify(void *user, void **registration, struct timeval at)
{
    watched[index_of(*registration)].at = at;
    return 0;
}

static const struct xls_loop_hooks hooks = {
    .sz = sizeof(hooks),
    .fd_register = fd_register,
    .fd_modify = fd_modify,
    .fd_deregister = fd_deregister,
    .timeout_register = timeout_register,
    .timeout_modify = timeout_modify,
};

static int open_with_hooks(void **state)
{
    memset(watched, 0, sizeof(watched));
    registrations = 0;
    opts.hooks = &hooks;
    opts.hooks_user = watched;
    return open_xen(state);
}

/* Polls all descriptors for up to 10 ms, then tells what is ready and what is due. */
static void turn(void)
{
    struct timeval now;

    for (int i = 0; i < MOST; i++) {
        struct pollfd fd = { .fd = watched[i].fd, .events = watched[i].events };

        if (watched[i].used && !watched[i].timer && poll(&fd, 1, 1) == 1)
            xls_loop_fd(xen, watched[i].for_xls, fd.fd, fd.events, fd.revents);
    }
    gettimeofday(&now, NULL);
    for (int i = 0; i < MOST; i++) {
        if (watched[i].used && watched[i].timer && !timercmp(&now, &watched[i].at, <)) {
            watched[i].used = false;
            xls_loop_timeout(xen, watched[i].for_xls);
        }
    }
}

static void the_program_may_have_a_loop(void **state)
{
    struct end end = { 0 };
    struct xls_async async = { .sz = sizeof(async), .done = on_done, .user = &end };
    uint32_t domid = make_guest("hooked");

    assert_int_equal(xls_fd(xen), XLS_ERROR_INVAL);
    assert_int_equal(xls_dispatch(xen, 0), XLS_ERROR_INVAL);
    succeeds(xls_domain_unpause(xen, domid, &async));
    for (int turns = 0; !end.ended && turns < 10000; turns++)
        turn();
    assert_int_equal(end.ended, 1);
    assert_int_equal(end.result, 0);
    assert_true(registrations > 0);
}

#define loop_test(name, open) cmocka_unit_test_setup_teardown(name, open, close_xen)

int main(void)
{
    const struct CMUnitTest tests[] = {
        loop_test(one_descriptor_is_polled, open_xen),
        loop_test(events_come_by_dispatching, open_xen),
        loop_test(a_thread_may_dispatch_for_others, open_xen),
        loop_test(the_program_may_have_a_loop, open_with_hooks),
    };

    return run_simulated(tests, "");
}
