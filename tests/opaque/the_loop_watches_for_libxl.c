/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libxl asks the loop to watch: descriptors that it shares, and timers. The test is libxl. */

#include <errno.h>
#include <libxl_event.h>
#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

#include "guest.h"

static const libxl_osevent_hooks *hooks;
static void *user;
static int pipe_fds[2];

static int start(void **state)
{
    if (open_xen(state) || pipe(pipe_fds))
        return -1;
    hooks = fake->os_hooks;
    user = fake->os_user;
    return hooks ? 0 : -1;
}

static int stop(void **state)
{
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    return close_xen(state);
}

static bool readable(void)
{
    struct pollfd fd = { .fd = xls_fd(xen), .events = POLLIN };

    return poll(&fd, 1, 0) == 1;
}

static struct timeval in_seconds(int seconds)
{
    struct timeval at;

    gettimeofday(&at, NULL);
    at.tv_sec += seconds;
    return at;
}

static void a_descriptor_is_told_of_while_it_is_ready(void **state)
{
    void *watch = NULL;
    int mine;

    assert_int_equal(hooks->fd_register(user, pipe_fds[0], &watch, POLLIN, &mine), 0);
    assert_false(readable());
    assert_int_equal(xls_dispatch(xen, 0), 0);
    assert_int_equal(write(pipe_fds[1], "x", 1), 1);
    assert_true(readable());
    assert_int_equal(xls_dispatch(xen, 0), 1);
    assert_int_equal(xls_dispatch(xen, -1), 1); /* as long as nobody reads it */
    assert_ptr_equal(fake->os_for_libxl, &mine);
    assert_int_equal(fake->os_revents, POLLIN);
    assert_int_equal(hooks->fd_modify(user, pipe_fds[0], &watch, 0), 0);
    assert_int_equal(xls_dispatch(xen, 0), 0);
    assert_int_equal(hooks->fd_modify(user, pipe_fds[0], &watch, POLLIN), 0);
    assert_int_equal(xls_dispatch(xen, 0), 1);
    hooks->fd_deregister(user, pipe_fds[0], watch);
    assert_false(readable());
    assert_int_equal(fake->os_fds, 3);
}

static void a_descriptor_may_be_watched_twice(void **state)
{
    void *first = NULL, *second = NULL;
    int one, other;

    assert_int_equal(hooks->fd_register(user, pipe_fds[1], &first, POLLOUT, &one), 0);
    assert_int_equal(hooks->fd_register(user, pipe_fds[1], &second, POLLIN, &other), 0);
    assert_int_equal(xls_dispatch(xen, 0), 1); /* it can be written to, and not read */
    assert_ptr_equal(fake->os_for_libxl, &one);
    assert_int_equal(fake->os_revents, POLLOUT);
    hooks->fd_deregister(user, pipe_fds[1], first);
    assert_int_equal(xls_dispatch(xen, 0), 0);
    close(pipe_fds[0]);
    assert_int_equal(xls_dispatch(xen, 0), 1); /* an error is told to whoever is left */
    assert_ptr_equal(fake->os_for_libxl, &other);
    hooks->fd_deregister(user, pipe_fds[1], second);
    assert_int_equal(pipe(pipe_fds), 0);
}

static void what_cannot_be_watched_is_refused(void **state)
{
    void *watch = NULL;

    assert_int_equal(hooks->fd_register(user, -1, &watch, POLLIN, NULL),
                     XLS_ERROR_OSEVENT_REG_FAIL);
    assert_null(watch);
    assert_int_equal(xls_dispatch(xen, 0), 0);
}

static void timers_fire_once_when_due(void **state)
{
    void *late = NULL, *due = NULL;
    int later, now;

    assert_int_equal(hooks->timeout_register(user, &late, in_seconds(3600), &later), 0);
    assert_false(readable());
    assert_int_equal(hooks->timeout_register(user, &due, in_seconds(-1), &now), 0);
    assert_int_equal(xls_dispatch(xen, -1), 1);
    assert_ptr_equal(fake->os_for_libxl, &now);
    assert_int_equal(xls_dispatch(xen, 0), 0);
    /* libxl moves one to now, which is { 0, 0 }. */
    assert_int_equal(hooks->timeout_modify(user, &late, (struct timeval){ 0 }), 0);
    assert_int_equal(xls_dispatch(xen, -1), 1);
    assert_ptr_equal(fake->os_for_libxl, &later);
    assert_int_equal(xls_dispatch(xen, 0), 0);
    /* One that fired already, as another thread may have seen to. */
    assert_int_equal(hooks->timeout_modify(user, &late, (struct timeval){ 0 }), 0);
    assert_int_equal(xls_dispatch(xen, 0), 0);
    assert_int_equal(fake->os_timeouts, 2);
    /* Closing frees those that are left. */
    assert_int_equal(hooks->timeout_register(user, &late, in_seconds(3600), &later), 0);
}

#define loop_test(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        loop_test(a_descriptor_is_told_of_while_it_is_ready),
        loop_test(a_descriptor_may_be_watched_twice),
        loop_test(what_cannot_be_watched_is_refused),
        loop_test(timers_fire_once_when_due),
    };

    return run_over_every_release(tests, false);
}
