/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asynchronous operations of the simulation: ended by a callback or an event, aborted, forgotten. */

#include "simulated.h"

#include <poll.h>
#include <stdlib.h>

#define FAULTS "libxl_domain_create_new=delay:20 libxl_domain_core_dump=delay:60000"

static struct {
    int calls, rc, consoles;
    uint32_t domid_of_console;
} seen;

static void done(libxl_ctx *of, int rc, void *for_callback)
{
    assert_ptr_equal(of, ctx);
    assert_ptr_equal(for_callback, &seen);
    seen.calls++;
    seen.rc = rc;
}

static void console(libxl_ctx *of, libxl_event *event, void *for_callback)
{
    seen.consoles++;
    seen.domid_of_console = event->domid;
    assert_int_equal(event->type, LIBXL_EVENT_TYPE_DOMAIN_CREATE_CONSOLE_AVAILABLE);
    assert_int_equal(seen.calls, 0);
    libxl_event_free(of, event);
}

static const libxl_asyncop_how by_callback = { .callback = done, .u.for_callback = &seen };

static void give_time_until(const int *counter)
{
    struct timeval now = { 0 };

    for (int i = 0; i < 2000 && !*counter; i++) {
        struct pollfd fds[4];
        int count = 4, timeout = -1;

        libxl_osevent_beforepoll(ctx, &count, fds, &timeout, now);
        poll(fds, count, 5);
        libxl_osevent_afterpoll(ctx, count, fds, now);
    }
    assert_int_not_equal(*counter, 0);
}

static void callback_ends_a_creation(void **state)
{
    libxl_asyncprogress_how progress = { .callback = console };
    libxl_domain_config config;
    uint32_t domid = 0;

    memset(&seen, 0, sizeof(seen));
    make_config(&config, "slow", LIBXL_DOMAIN_TYPE_PVH);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &by_callback, &progress), 0);
    assert_int_equal(seen.calls, 0);
    assert_int_equal(domid, 0);
    give_time_until(&seen.calls);
    assert_int_equal(seen.rc, 0);
    assert_int_equal(seen.consoles, 1);
    assert_int_equal(seen.domid_of_console, domid);
    assert_int_equal(libxl_domain_info(ctx, NULL, domid), 0);
    libxl_domain_config_dispose(&config);
}

static void event_ends_a_creation(void **state)
{
    const libxl_asyncop_how by_event = { .u.for_event = 77 };
    libxl_domain_config config;
    libxl_event *event;
    uint32_t domid = 0;

    make_config(&config, "slow", LIBXL_DOMAIN_TYPE_PVH);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &by_event, NULL), 0);
    assert_int_equal(libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
    assert_int_equal(event->type, LIBXL_EVENT_TYPE_OPERATION_COMPLETE);
    assert_int_equal(event->for_user, 77);
    assert_int_equal(event->u.operation_complete.rc, 0);
    libxl_event_free(ctx, event);
    assert_int_equal(libxl_domain_info(ctx, NULL, domid), 0);
    libxl_domain_config_dispose(&config);
}

static void aborted_operation_ends_at_once(void **state)
{
    uint32_t domid = create("aborted", LIBXL_DOMAIN_TYPE_PV);

    memset(&seen, 0, sizeof(seen));
    assert_int_equal(libxl_domain_core_dump(ctx, domid, "/nowhere/core", &by_callback), 0);
    assert_int_equal(libxl_ao_abort(ctx, &by_callback), 0);
    assert_int_equal(libxl_ao_abort(ctx, &by_callback), ERROR_ABORTED);
    give_time_until(&seen.calls);
    assert_int_equal(seen.rc, ERROR_ABORTED);
    assert_int_equal(libxl_ao_abort(ctx, &by_callback), ERROR_NOTFOUND);
}

/* The teardown frees the ctx with the operation under way. */
static void ctx_is_freed_with_an_operation_under_way(void **state)
{
    uint32_t domid = create("forgotten", LIBXL_DOMAIN_TYPE_PV);

    memset(&seen, 0, sizeof(seen));
    assert_int_equal(libxl_domain_core_dump(ctx, domid, "/nowhere/core", &by_callback), 0);
    assert_int_equal(seen.calls, 0);
}

/* A program with a loop of its own gives hooks. */

static int registered_fd = -1, hook_events;
static void *registered_for;

static int fd_register(void *user, int fd, void **for_app, short events, void *for_libxl)
{
    assert_int_equal(events, POLLIN);
    registered_fd = fd;
    registered_for = for_libxl;
    *for_app = &registered_fd;
    return 0;
}

static int fd_modify(void *user, int fd, void **for_app, short events)
{
    return 0;
}

static void fd_deregister(void *user, int fd, void *for_app)
{
    assert_int_equal(fd, registered_fd);
    registered_fd = -1;
}

static int timeout_register(void *user, void **for_app, struct timeval when, void *for_libxl)
{
    return 0;
}

static int timeout_modify(void *user, void **for_app, struct timeval when)
{
    return 0;
}

static void timeout_deregister(void *user, void *for_app)
{
}

static void occurs(void *user, const libxl_event *event)
{
    if (event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN)
        hook_events++;
    libxl_event_free(ctx, (libxl_event *)event);
}

static void hooks_get_everything(void **state)
{
    static const libxl_osevent_hooks os = { fd_register,      fd_modify,      fd_deregister,
                                            timeout_register, timeout_modify, timeout_deregister };
    static const libxl_event_hooks hooks = {
        .event_occurs_mask = LIBXL_EVENTMASK_ALL,
        .event_occurs = (void (*)(void *, LIBXL_EVENT_OCCURS_CONST libxl_event *))occurs,
    };
    libxl_evgen_domain_death *watch;
    uint32_t domid;

    hook_events = 0;
    libxl_osevent_register_hooks(ctx, &os, NULL);
    libxl_event_register_callbacks(ctx, &hooks, NULL);
    assert_true(registered_fd >= 0);
    domid = create("hooked", LIBXL_DOMAIN_TYPE_PV);
    assert_int_equal(libxl_domain_unpause(ctx, domid, NULL), 0);
    assert_int_equal(libxl_evenable_domain_death(ctx, domid, 0, &watch), 0);
    assert_int_equal(libxl_domain_reboot(ctx, domid, NULL), 0);
    for (int i = 0; i < 2000 && !hook_events; i++) {
        struct pollfd fds = { .fd = registered_fd, .events = POLLIN };

        if (poll(&fds, 1, 5) > 0)
            libxl_osevent_occurred_fd(ctx, registered_for, registered_fd, POLLIN, POLLIN);
    }
    assert_int_equal(hook_events, 1);
    libxl_evdisable_domain_death(ctx, watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callback_ends_a_creation),
        cmocka_unit_test(event_ends_a_creation),
        cmocka_unit_test(aborted_operation_ends_at_once),
        cmocka_unit_test(ctx_is_freed_with_an_operation_under_way),
        cmocka_unit_test(hooks_get_everything),
    };

    return run_simulated(tests, FAULTS);
}
