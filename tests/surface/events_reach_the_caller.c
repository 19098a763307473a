/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events, queued and by hook: in the caller's form, with the caller's number, freed once. The disk
 * in libxl_event changed in Xen 4.17 and 4.19. */

#include "harness.h"

#include <pthread.h>
#include <stdlib.h>

#define UNKNOWN_TYPE 99 /* of a Xen to come */

static void assert_ejected(const libxl_event *event)
{
    assert_int_equal(event->type, LIBXL_EVENT_TYPE_DISK_EJECT);
    assert_int_equal(event->domid, 5);
    assert_int_equal(event->for_user, 0xfedcba9876543210);
    assert_string_equal(event->u.disk_eject.vdev, "hdc");
    assert_string_equal(event->u.disk_eject.disk.vdev, "hdc");
    assert_string_equal(event->u.disk_eject.disk.pdev_path, "/iso");
    assert_int_equal(event->u.disk_eject.disk.is_cdrom, 1);
    assert_string_equal(event->u.disk_eject.disk.hidden_disk, "/hidden");
    assert_int_equal(event->u.disk_eject.disk.base, runs(17) ? 0x123456789 : 0);
    assert_int_equal(event->u.disk_eject.disk.trusted.val, runs(17) ? 1 : 0);
    assert_int_equal(event->u.disk_eject.disk.grant_usage.val, runs(19) ? -1 : 0);
}

static void eject(void)
{
    fake->happen(ctx, LIBXL_EVENT_TYPE_DISK_EJECT, 5, 0xfedcba9876543210);
}

static libxl_event *check(uint64_t mask, libxl_event_predicate *predicate, void *user)
{
    libxl_event *event = NULL;
    int rc = libxl_event_check(ctx, &event, mask, predicate, user);

    assert_int_equal(rc, event ? 0 : ERROR_NOT_READY);
    return event;
}

static libxl_event *next_event(void)
{
    return check(LIBXL_EVENTMASK_ALL, NULL, NULL);
}

/* Queued */

static void each_kind_is_whole(void **state)
{
    libxl_event *event;

    fake->happen(ctx, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, 3, 1);
    fake->happen(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 4, 2);
    eject();
    event = next_event();
    assert_int_equal(event->type, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN);
    assert_int_equal(event->domid, 3);
    assert_int_equal(event->for_user, 1);
    assert_int_equal(event->u.domain_shutdown.shutdown_reason, LIBXL_SHUTDOWN_REASON_CRASH);
    libxl_event_free(ctx, event);
    event = next_event();
    assert_int_equal(event->type, LIBXL_EVENT_TYPE_DOMAIN_DEATH);
    assert_int_equal(event->domid, 4);
    libxl_event_free(ctx, event);
    event = next_event();
    assert_ejected(event);
    libxl_event_free(ctx, event);
    assert_null(next_event());
    libxl_event_free(ctx, NULL);
    assert_log("%s", "");
}

static void an_unknown_kind_is_delivered_as_it_is(void **state)
{
    libxl_event *event;

    fake->happen(ctx, UNKNOWN_TYPE, 6, 7);
    event = next_event();
    assert_non_null(event);
    assert_int_equal(event->type, UNKNOWN_TYPE);
    assert_int_equal(event->domid, 6);
    assert_int_equal(event->for_user, 7);
    libxl_event_free(ctx, event);
    assert_log("%s", "");
}

static void the_typemask_chooses(void **state)
{
    libxl_event *event;

    fake->happen(ctx, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, 3, 1);
    fake->happen(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 4, 2);
    assert_null(check(1 << LIBXL_EVENT_TYPE_DISK_EJECT, NULL, NULL));
    event = check(1 << LIBXL_EVENT_TYPE_DOMAIN_DEATH, NULL, NULL);
    assert_int_equal(event->domid, 4);
    libxl_event_free(ctx, event);
    assert_int_equal(libxl_event_wait(ctx, &event, 1 << LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, NULL,
                                      NULL), 0);
    assert_int_equal(event->domid, 3);
    libxl_event_free(ctx, event);
}

/* The predicate */

struct seen {
    int times;
    uint64_t wanted; /* for_user */
    char *path;
    int grant_usage;
};

static int wants(const libxl_event *event, void *user)
{
    struct seen *seen = user;

    seen->times++;
    if (event->type == LIBXL_EVENT_TYPE_DISK_EJECT) {
        free(seen->path);
        seen->path = strdup(event->u.disk_eject.disk.pdev_path);
        seen->grant_usage = event->u.disk_eject.disk.grant_usage.val;
    }
    return event->for_user == seen->wanted;
}

static void the_predicate_sees_the_callers_form(void **state)
{
    struct seen seen = { .wanted = 2 };
    libxl_event *event;

    eject();
    fake->happen(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 4, 2);
    event = check(LIBXL_EVENTMASK_ALL, wants, &seen);
    assert_int_equal(event->domid, 4);
    libxl_event_free(ctx, event);
    assert_int_equal(seen.times, 2);
    assert_string_equal(seen.path, "/iso");
    assert_int_equal(seen.grant_usage, runs(19) ? -1 : 0);
    assert_null(check(LIBXL_EVENTMASK_ALL, wants, &seen));
    seen.wanted = 0xfedcba9876543210;
    assert_int_equal(libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, wants, &seen), 0);
    assert_ejected(event); /* having been shown has not hurt it */
    libxl_event_free(ctx, event);
    free(seen.path);
}

static void the_predicate_sees_the_callers_number(void **state)
{
    libxl_asyncop_how how = { .u.for_event = 31 }, other = { .u.for_event = 32 };
    struct seen seen = { .wanted = 32 };
    libxl_device_disk disk[2];
    libxl_event *event;

    for (int i = 0; i < 2; i++) {
        libxl_device_disk_init(&disk[i]);
        disk[i].vdev = strdup("xvda");
        assert_int_equal(libxl_device_disk_add(ctx, 1, &disk[i], i ? &other : &how), 0);
        assert_true(fake->end_one(0));
    }
    event = check(LIBXL_EVENTMASK_ALL, wants, &seen);
    assert_int_equal(event->for_user, 32);
    assert_string_equal(disk[1].script, "block");
    libxl_event_free(ctx, event);
    seen.wanted = 31;
    event = check(LIBXL_EVENTMASK_ALL, wants, &seen);
    assert_int_equal(event->for_user, 31);
    assert_string_equal(disk[0].script, "block");
    libxl_event_free(ctx, event);
    for (int i = 0; i < 2; i++)
        libxl_device_disk_dispose(&disk[i]);
}

/* Hooks */

struct caught {
    libxl_event *events[8];
    int count;
    const libxl_domain_config *config; /* looked at when an event comes */
    int disks;
    int disaster_type, disaster_errno;
    char disaster[64];
};

static void on_event(void *user, libxl_event *event)
{
    struct caught *caught = user;

    if (caught->config)
        caught->disks = caught->config->num_disks;
    caught->events[caught->count++] = event;
}

static void on_disaster(void *user, libxl_event_type type, const char *msg, int errnoval)
{
    struct caught *caught = user;

    caught->disaster_type = type;
    caught->disaster_errno = errnoval;
    strncpy(caught->disaster, msg, sizeof(caught->disaster) - 1);
}

static void *free_event(void *event)
{
    libxl_event_free(ctx, event);
    return NULL;
}

static void a_hook_gets_events_and_frees_them_elsewhere(void **state)
{
    static const libxl_event_hooks hooks = { LIBXL_EVENTMASK_ALL, on_event, on_disaster };
    struct caught caught = { 0 };
    pthread_t thread;

    libxl_event_register_callbacks(ctx, &hooks, &caught);
    eject();
    fake->happen(ctx, UNKNOWN_TYPE, 6, 7);
    assert_int_equal(caught.count, 2);
    assert_ejected(caught.events[0]);
    assert_int_equal(caught.events[1]->type, UNKNOWN_TYPE);
    for (int i = 0; i < caught.count; i++) {
        assert_int_equal(pthread_create(&thread, NULL, free_event, caught.events[i]), 0);
        pthread_join(thread, NULL);
    }
    assert_null(next_event());
    fake->disaster(ctx, 3, "it went wrong", EIO);
    assert_int_equal(caught.disaster_type, 3);
    assert_int_equal(caught.disaster_errno, EIO);
    assert_string_equal(caught.disaster, "it went wrong");
}

static void the_mask_of_a_hook_chooses(void **state)
{
    static const libxl_event_hooks hooks = { 1 << LIBXL_EVENT_TYPE_DISK_EJECT, on_event, NULL };
    struct caught caught = { 0 };
    libxl_event *event;

    libxl_event_register_callbacks(ctx, &hooks, &caught);
    fake->happen(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 4, 2);
    eject();
    assert_int_equal(caught.count, 1);
    assert_ejected(caught.events[0]);
    libxl_event_free(ctx, caught.events[0]);
    event = next_event();
    assert_int_equal(event->type, LIBXL_EVENT_TYPE_DOMAIN_DEATH);
    libxl_event_free(ctx, event);

    libxl_event_register_callbacks(ctx, NULL, NULL);
    eject();
    assert_int_equal(caught.count, 1);
    event = next_event();
    assert_ejected(event);
    libxl_event_free(ctx, event);
}

static void the_latest_hook_counts(void **state)
{
    static const libxl_event_hooks hooks = { LIBXL_EVENTMASK_ALL, on_event, NULL };
    struct caught first = { 0 }, second = { 0 };

    libxl_event_register_callbacks(ctx, &hooks, &first);
    libxl_event_register_callbacks(ctx, &hooks, &second);
    eject();
    assert_int_equal(first.count, 0);
    assert_int_equal(second.count, 1);
    libxl_event_free(ctx, second.events[0]);
}

static void a_hook_learns_of_an_end_after_the_results(void **state)
{
    static const libxl_event_hooks hooks = { LIBXL_EVENTMASK_ALL, on_event, NULL };
    libxl_asyncprogress_how progress = { .for_event = 79 };
    libxl_asyncop_how how = { .u.for_event = 15 };
    struct caught caught = { 0 };
    libxl_domain_config config;
    uint32_t domid;

    libxl_event_register_callbacks(ctx, &hooks, &caught);
    make_config(&config);
    caught.config = &config;
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how, &progress), 0);
    assert_true(fake->end_one(0));
    assert_int_equal(caught.count, 2);
    assert_int_equal(caught.events[0]->type, LIBXL_EVENT_TYPE_DOMAIN_CREATE_CONSOLE_AVAILABLE);
    assert_int_equal(caught.events[0]->for_user, 79);
    assert_int_equal(caught.events[1]->type, LIBXL_EVENT_TYPE_OPERATION_COMPLETE);
    assert_int_equal(caught.events[1]->for_user, 15);
    assert_int_equal(caught.disks, 3);
    for (int i = 0; i < caught.count; i++)
        libxl_event_free(ctx, caught.events[i]);
    libxl_domain_config_dispose(&config);
}

/* Two contexts */

static void each_ctx_has_its_own(void **state)
{
    static const libxl_event_hooks hooks = { LIBXL_EVENTMASK_ALL, on_event, NULL };
    struct caught caught = { 0 }, other_caught = { 0 };
    libxl_ctx *other;

    assert_int_equal(libxl_ctx_alloc(&other, LIBXL_VERSION, 0, logger), 0);
    libxl_event_register_callbacks(ctx, &hooks, &caught);
    libxl_event_register_callbacks(other, &hooks, &other_caught);
    eject();
    fake->happen(other, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 4, 2);
    assert_int_equal(caught.count, 1);
    assert_int_equal(caught.events[0]->domid, 5);
    assert_int_equal(other_caught.count, 1);
    assert_int_equal(other_caught.events[0]->domid, 4);
    libxl_event_free(ctx, caught.events[0]);
    libxl_event_free(other, other_caught.events[0]);
    assert_int_equal(libxl_ctx_free(other), 0);
}

static void queued_events_go_with_the_ctx(void **state)
{
    eject();
    fake->happen(ctx, UNKNOWN_TYPE, 6, 7);
    assert_int_equal(libxl_ctx_free(ctx), 0);
    ctx = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_whole),
        cmocka_unit_test(an_unknown_kind_is_delivered_as_it_is),
        cmocka_unit_test(the_typemask_chooses),
        cmocka_unit_test(the_predicate_sees_the_callers_form),
        cmocka_unit_test(the_predicate_sees_the_callers_number),
        cmocka_unit_test(a_hook_gets_events_and_frees_them_elsewhere),
        cmocka_unit_test(the_mask_of_a_hook_chooses),
        cmocka_unit_test(the_latest_hook_counts),
        cmocka_unit_test(a_hook_learns_of_an_end_after_the_results),
        cmocka_unit_test(each_ctx_has_its_own),
        cmocka_unit_test(queued_events_go_with_the_ctx),
    };

    return run_over_every_release(tests, true);
}
