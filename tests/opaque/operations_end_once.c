/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asynchronous operations and events, by callback and by event, and many threads on one ctx. */

#include "guest.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct end {
    unsigned ends, progress; /* atomic */
    int result;
    char text[256];
};

static void on_done(xls_ctx *ctx, int result, void *user)
{
    struct end *end = user;

    end->result = result;
    snprintf(end->text, sizeof(end->text), "%s", result ? xls_error_text() : "");
    __atomic_fetch_add(&end->ends, 1, __ATOMIC_RELEASE);
}

static void on_progress(xls_ctx *ctx, const xls_event *event, void *user)
{
    struct end *end = user;

    assert_ptr_equal(ctx, xen);
    assert_int_equal(xls_event_get_type(event), XLS_EVENT_TYPE_DOMAIN_CREATE_CONSOLE_AVAILABLE);
    assert_int_equal(xls_event_get_domid(event), FAKE_DOMID);
    end->progress++;
}

static struct xls_async by_callback(struct end *end)
{
    return (struct xls_async){ .sz = sizeof(struct xls_async), .done = on_done, .user = end };
}

static void a_callback_tells_the_end(void **state)
{
    struct end end = { 0 };
    struct xls_async async = by_callback(&end);
    xls_domain_config *config = make_guest();
    uint32_t domid = 0;

    async.progress = on_progress;
    assert_int_equal(xls_domain_create_new(xen, config, &domid, &async), 0);
    memset(&async, 0, sizeof(async)); /* it was copied */
    assert_int_equal(end.ends, 0);
    assert_true(fake->end_one(0));
    assert_int_equal(end.ends, 1);
    assert_int_equal(end.progress, 1);
    assert_int_equal(end.result, 0);
    assert_int_equal(domid, FAKE_DOMID);
    assert_int_equal(xls_domain_config_disks_count(config), 3);
    xls_domain_config_free(config);
}

static void its_error_is_told_like_any_other(void **state)
{
    struct end end = { 0 };
    struct xls_async async = by_callback(&end);

    assert_int_equal(xls_domain_pause(xen, 1, &async), 0);
    fake->end_one(-4711);
    assert_int_equal(end.ends, 1);
    assert_int_equal(end.result, XLS_ERROR_FAIL);
    assert_non_null(strstr(end.text, "-4711"));
}

static void it_may_end_before_it_returns(void **state)
{
    struct end end = { 0 };
    struct xls_async async = by_callback(&end);

    fake->when = FAKE_NOW;
    assert_int_equal(xls_domain_pause(xen, 1, &async), 0);
    assert_int_equal(end.ends, 1);
}

static void what_cannot_start_does_not_end(void **state)
{
    struct end end = { 0 };
    struct xls_async async = by_callback(&end);

    fake->start_result = XLS_ERROR_LOCK_FAIL;
    assert_int_equal(xls_domain_pause(xen, 1, &async), XLS_ERROR_LOCK_FAIL);
    assert_int_equal(xls_cancel(xen, &async), XLS_ERROR_NOTFOUND);
    assert_int_equal(end.ends, 0);
}

static void an_event_tells_the_end(void **state)
{
    struct xls_async async = { .sz = sizeof(async), .for_event = 4711 };
    xls_event *event;
    int result = -1;

    assert_int_equal(xls_domain_pause(xen, 1, &async), 0);
    assert_int_equal(xls_event_check(xen, &event, XLS_EVENT_MASK_ALL, NULL, NULL),
                     XLS_ERROR_NOT_READY);
    assert_null(event);
    fake->end_one(0);
    assert_int_equal(xls_event_wait(xen, &event, XLS_EVENT_MASK_ALL, NULL, NULL), 0);
    assert_int_equal(xls_event_get_type(event), XLS_EVENT_TYPE_OPERATION_COMPLETE);
    assert_int_equal(xls_event_get_for_user(event), 4711);
    assert_int_equal(xls_event_get_operation_complete_rc(event, &result), 0);
    assert_int_equal(result, 0);
    assert_null(xls_event_get_disk_eject_vdev(event));
    assert_error(XLS_ERROR_WRONG_VARIANT, "disk_eject");
    xls_event_free(event);
}

static void it_can_be_cancelled(void **state)
{
    struct end end = { 0 };
    struct xls_async async = by_callback(&end), other = by_callback(NULL);
    struct xls_async by_event = { .sz = sizeof(by_event), .for_event = 12 };

    assert_int_equal(xls_domain_pause(xen, 1, &async), 0);
    assert_int_equal(xls_cancel(xen, &other), XLS_ERROR_NOTFOUND);
    assert_int_equal(xls_cancel(xen, &async), 0);
    assert_int_equal(xls_cancel(xen, &async), XLS_ERROR_ABORTED);
    assert_int_equal(fake->aborted(), 1);
    fake->end_one(0);
    assert_int_equal(end.result, XLS_ERROR_ABORTED);
    assert_int_equal(xls_domain_pause(xen, 1, &by_event), 0);
    assert_int_equal(xls_cancel(xen, &by_event), 0);
    fake->end_one(0);
    assert_int_equal(xls_cancel(xen, NULL), XLS_ERROR_INVAL);
    assert_int_equal(xls_cancel(NULL, &async), XLS_ERROR_INVAL);
}

static void unknown_options_are_refused(void **state)
{
    struct end end = { 0 };
    struct {
        struct xls_async async;
        uint64_t later;
    } longer = { by_callback(&end), 1 };
    struct xls_async progress = { .sz = sizeof(progress), .progress = on_progress };
    struct xls_event_handler handler = { .sz = sizeof(handler), .mask = 2 };

    longer.async.sz = sizeof(longer);
    assert_int_equal(xls_domain_pause(xen, 1, &longer.async), XLS_ERROR_BAD_OPTION);
    assert_error(XLS_ERROR_BAD_OPTION, "xls_async");
    assert_int_equal(xls_domain_pause(xen, 1, &progress), XLS_ERROR_BAD_OPTION);
    assert_int_equal(fake->calls("libxl_domain_pause"), 0);
    assert_int_equal(xls_event_handle(xen, &handler), XLS_ERROR_BAD_OPTION);
    handler.sz = 0;
    assert_int_equal(xls_event_handle(xen, &handler), XLS_ERROR_BAD_OPTION);
}

/* Events */

static bool of_domain_2(const xls_event *event, void *user)
{
    (*(int *)user)++;
    return xls_event_get_domid(event) == 2;
}

static void events_are_chosen(void **state)
{
    const uint64_t ejected = UINT64_C(1) << XLS_EVENT_TYPE_DISK_EJECT;
    const uint64_t died = UINT64_C(1) << XLS_EVENT_TYPE_DOMAIN_DEATH;
    xls_device_disk *disk;
    xls_event *event;
    int seen = 0;

    fake->happen(libxl_of(xen), XLS_EVENT_TYPE_DOMAIN_DEATH, 1, 5);
    fake->happen(libxl_of(xen), XLS_EVENT_TYPE_DISK_EJECT, 1, 6);
    fake->happen(libxl_of(xen), XLS_EVENT_TYPE_DISK_EJECT, 2, 7);
    assert_int_equal(xls_event_check(xen, &event, ejected, of_domain_2, &seen), 0);
    assert_int_equal(seen, 2);
    assert_int_equal(xls_event_get_for_user(event), 7);
    assert_string_equal(xls_event_get_disk_eject_vdev(event), "hdc");
    disk = xls_event_get_disk_eject_disk(event);
    assert_string_equal(xls_device_disk_get_pdev_path(disk), "/iso");
    assert_int_equal(xls_device_disk_get_trusted(disk), runs(17));
    xls_event_free(event);
    assert_int_equal(xls_event_check(xen, &event, ejected, of_domain_2, &seen),
                     XLS_ERROR_NOT_READY);
    assert_int_equal(xls_event_wait(xen, &event, died, NULL, NULL), 0);
    assert_int_equal(xls_event_get_for_user(event), 5);
    xls_event_free(event);
    assert_int_equal(xls_event_check(NULL, &event, died, NULL, NULL), XLS_ERROR_INVAL);
    assert_int_equal(xls_event_check(xen, NULL, died, NULL, NULL), XLS_ERROR_INVAL);
    /* One is left in the queue: xls_close() frees it. */
}

struct watcher {
    unsigned events, disasters;
    uint32_t domid;
};

static void on_event(xls_ctx *ctx, xls_event *event, void *user)
{
    struct watcher *watcher = user;

    assert_ptr_equal(ctx, xen);
    watcher->events++;
    watcher->domid = xls_event_get_domid(event);
    xls_event_free(event);
}

static void on_disaster(xls_ctx *ctx, int type, const char *text, int errnum, void *user)
{
    assert_string_equal(text, "trouble");
    ((struct watcher *)user)->disasters++;
}

static void a_handler_gets_events(void **state)
{
    struct watcher watcher = { 0 };
    struct xls_event_handler handler = {
        .sz = sizeof(handler),
        .mask = UINT64_C(1) << XLS_EVENT_TYPE_DOMAIN_DEATH,
        .occurs = on_event,
        .disaster = on_disaster,
        .user = &watcher,
    };
    xls_event *event;

    assert_int_equal(xls_event_handle(xen, &handler), 0);
    memset(&handler, 0, sizeof(handler)); /* it was copied */
    fake->happen(libxl_of(xen), XLS_EVENT_TYPE_DOMAIN_DEATH, 9, 0);
    fake->happen(libxl_of(xen), XLS_EVENT_TYPE_DOMAIN_SHUTDOWN, 8, 0);
    fake->disaster(libxl_of(xen), XLS_EVENT_TYPE_DOMAIN_DEATH, "trouble", ENOMEM);
    assert_int_equal(watcher.events, 1);
    assert_int_equal(watcher.domid, 9);
    assert_int_equal(watcher.disasters, 1);
    assert_int_equal(xls_event_check(xen, &event, XLS_EVENT_MASK_ALL, NULL, NULL), 0);
    assert_int_equal(xls_event_get_domid(event), 8);
    xls_event_free(event);
    assert_int_equal(xls_event_handle(xen, NULL), 0);
    fake->happen(libxl_of(xen), XLS_EVENT_TYPE_DOMAIN_DEATH, 9, 0);
    assert_int_equal(watcher.events, 1);
}

/* Many threads, one ctx. cmocka cannot fail in a thread, so they count what went wrong. */

#define THREADS 8
#define ROUNDS 20

static unsigned wrong; /* atomic */

#define check(condition)                                                        \
    do {                                                                        \
        if (!(condition)) {                                                     \
            __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);                    \
            fprintf(stderr, "line %d: %s: %s\n", __LINE__, #condition, xls_error_text()); \
        }                                                                       \
    } while (0)

static struct end ends[THREADS][ROUNDS];

static void *work(void *number)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct xls_async async = by_callback(&ends[(intptr_t)number][i]);
        xls_device_disk *disk = xls_device_disk_new();
        xls_dominfo_array *list;

        check(xls_list_domain(xen, &list) == 0);
        check(xls_dominfo_array_count(list) == FAKE_DOMAINS);
        xls_dominfo_array_free(list);
        check(xls_device_disk_set_vdev(disk, "xvda") == 0);
        check(xls_device_disk_add(xen, 1, disk, NULL) == 0);
        check(strcmp(xls_device_disk_get_script(disk), "block") == 0);
        check(xls_domain_pause(xen, 1, &async) == 0);
        /* Each thread has an error of its own. */
        check(xls_device_disk_set_format(disk, 1000 + (int)(intptr_t)number) == XLS_ERROR_INVAL);
        check(strtol(strpbrk(xls_error_text(), "0123456789"), NULL, 10) ==
              1000 + (intptr_t)number);
        xls_device_disk_free(disk);
    }
    return NULL;
}

static void many_threads_use_one_ctx(void **state)
{
    pthread_t threads[THREADS];

    memset(ends, 0, sizeof(ends));
    fake->when = FAKE_THREAD;
    for (intptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, (void *)i), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    fake->join();
    assert_int_equal(wrong, 0);
    for (int t = 0; t < THREADS; t++) {
        for (int i = 0; i < ROUNDS; i++)
            assert_int_equal(ends[t][i].ends, 1);
    }
}

static void *fail_otherwise(void *unused)
{
    check(xls_last_error() == 0);
    check(xls_domain_pause(NULL, 1, NULL) == XLS_ERROR_INVAL);
    check(strstr(xls_error_text(), "ctx is NULL"));
    return NULL;
}

static void each_thread_has_its_own_last_error(void **state)
{
    pthread_t thread;

    assert_int_equal(xls_supports(xen, "no_such_thing"), XLS_ERROR_NOTFOUND);
    assert_int_equal(pthread_create(&thread, NULL, fail_otherwise, NULL), 0);
    pthread_join(thread, NULL);
    assert_int_equal(wrong, 0);
    assert_error(XLS_ERROR_NOTFOUND, "no_such_thing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        xen_test(a_callback_tells_the_end),      xen_test(its_error_is_told_like_any_other),
        xen_test(it_may_end_before_it_returns),  xen_test(what_cannot_start_does_not_end),
        xen_test(an_event_tells_the_end),        xen_test(it_can_be_cancelled),
        xen_test(unknown_options_are_refused),   xen_test(events_are_chosen),
        xen_test(a_handler_gets_events),         xen_test(many_threads_use_one_ctx),
        xen_test(each_thread_has_its_own_last_error),
    };

    return run_over_every_release(tests, false);
}
