/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asynchronous calls: whoever is told that one is complete finds its results, under the caller's
 * own name for it. The structs differ up to Xen 4.21 (domain_config) and 4.18 (device_disk); they
 * pass through after that, and libxl_domain_pause has none: it is the same everywhere.
 */

#include "harness.h"

#include <pthread.h>
#include <stdlib.h>

/* What a callback was told. It may run in any thread, where cmocka cannot fail. */
struct told {
    int times, rc;
    libxl_ctx *ctx;
    const libxl_domain_config *config; /* looked at when it is called */
    int disks;
    int order, progress_order; /* which came first */
    uint64_t progress_for_user;
    int progress_type, progress_domid;
};

static int next_order;

static void on_end(libxl_ctx *of, int rc, void *user)
{
    struct told *told = user;

    told->rc = rc;
    told->ctx = of;
    if (told->config)
        told->disks = told->config->num_disks;
    told->order = ++next_order;
    told->times++;
}

static void on_progress(libxl_ctx *of, libxl_event *event, void *user)
{
    struct told *told = user;

    told->progress_order = ++next_order;
    told->progress_type = event->type;
    told->progress_domid = event->domid;
    told->progress_for_user = event->for_user;
    libxl_event_free(of, event);
}

static libxl_asyncop_how callback_how(struct told *told)
{
    return (libxl_asyncop_how) { .callback = on_end, .u.for_callback = told };
}

static libxl_asyncop_how event_how(uint64_t number)
{
    return (libxl_asyncop_how) { .u.for_event = number };
}

static void assert_told(const struct told *told, int rc)
{
    assert_int_equal(told->times, 1);
    assert_int_equal(told->rc, rc);
    assert_ptr_equal(told->ctx, ctx);
}

static libxl_event *next_event(void)
{
    libxl_event *event = NULL;

    assert_int_equal(libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
    return event;
}

static void assert_no_event(void)
{
    libxl_event *event = NULL;

    assert_int_equal(libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL),
                     ERROR_NOT_READY);
}

static void assert_completes(libxl_event *event, uint64_t number, int rc)
{
    assert_int_equal(event->type, LIBXL_EVENT_TYPE_OPERATION_COMPLETE);
    assert_int_equal(event->for_user, number);
    assert_int_equal(event->u.operation_complete.rc, rc);
    libxl_event_free(ctx, event);
}

/* Results before the news */

static void results_are_there_before_the_callback(void **state)
{
    libxl_domain_config config;
    struct told told = { .config = &config };
    libxl_asyncop_how how = callback_how(&told);
    uint32_t domid = 0;

    make_config(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how, NULL), 0);
    memset(&how, 0, sizeof(how)); /* libxl copies it */
    assert_int_equal(told.times, 0);
    assert_int_equal(config.num_disks, 2);
    assert_true(fake->end_one(0));
    assert_told(&told, 0);
    assert_int_equal(told.disks, 3);
    assert_int_equal(domid, FAKE_DOMID);
    assert_string_equal(config.b_info.kernel, "/boot/vmlinuz");
    libxl_domain_config_dispose(&config);
    assert_no_event();
    assert_log("%s", "");
}

static void results_are_there_before_the_event(void **state)
{
    libxl_asyncop_how how = event_how(4711);
    libxl_domain_config config;
    libxl_event *event;
    uint32_t domid = 0;

    make_config(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how, NULL), 0);
    assert_no_event();
    assert_true(fake->end_one(0));
    event = next_event();
    assert_int_equal(config.num_disks, 3);
    assert_string_equal(config.disks[2].vdev, "hdz");
    assert_int_equal(domid, FAKE_DOMID);
    assert_completes(event, 4711, 0);
    libxl_domain_config_dispose(&config);
    assert_no_event();
}

static void results_are_there_after_waiting(void **state)
{
    libxl_asyncop_how how = event_how(0);
    libxl_domain_config config;
    libxl_event *event;
    uint32_t domid = 0;

    make_config(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how, NULL), 0);
    assert_true(fake->end_one(0));
    assert_int_equal(libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
    assert_int_equal(config.num_disks, 3);
    assert_completes(event, 0, 0);
    libxl_domain_config_dispose(&config);
}

static void out_is_written_at_the_end(void **state)
{
    struct told told = { 0 };
    libxl_asyncop_how how = callback_how(&told);
    libxl_domain_config config, back;
    uint32_t domid;

    make_config(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), 0);
    libxl_domain_config_init(&back);
    assert_int_equal(libxl_retrieve_domain_configuration(ctx, domid, &back, &how), 0);
    assert_null(back.c_info.name);
    told.config = &back;
    assert_true(fake->end_one(0));
    assert_told(&told, 0);
    assert_int_equal(told.disks, 3);
    assert_same_text(config_text(&back), config_text(&config));
    libxl_domain_config_dispose(&back);
    libxl_domain_config_dispose(&config);
}

static void a_failure_gives_everything_back(void **state)
{
    struct told told[2] = { 0 };
    libxl_asyncop_how how = callback_how(&told[0]), other = callback_how(&told[1]);
    libxl_domain_config config, back;
    uint32_t domid = 0;

    make_config(&config);
    libxl_domain_config_init(&back);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how, NULL), 0);
    assert_int_equal(libxl_retrieve_domain_configuration(ctx, 1, &back, &other), 0);
    assert_true(fake->end_one(ERROR_TIMEDOUT));
    assert_true(fake->end_one(ERROR_FAIL));
    assert_told(&told[0], ERROR_TIMEDOUT);
    assert_told(&told[1], ERROR_FAIL);
    assert_int_equal(domid, (uint32_t)INVALID_DOMID);
    assert_int_equal(config.num_disks, 2);
    assert_string_equal(config.b_info.kernel, "/boot/vmlinuz");
    libxl_domain_config_dispose(&config);
    libxl_domain_config_dispose(&back);
}

static void in_is_left_alone(void **state)
{
    struct told told = { 0 };
    libxl_asyncop_how how = callback_how(&told);
    libxl_device_disk disk, before;

    libxl_device_disk_init(&disk);
    disk.vdev = strdup("xvda");
    before = disk;
    assert_int_equal(libxl_device_disk_remove(ctx, 1, &disk, &how), 0);
    assert_true(fake->end_one(0));
    assert_told(&told, ERROR_NOTFOUND);
    assert_memory_equal(&disk, &before, sizeof(disk));
    libxl_device_disk_dispose(&disk);
}

static void what_has_no_struct_is_passed_on(void **state)
{
    struct told told = { 0 };
    libxl_asyncop_how how = callback_how(&told), other = event_how(99);

    assert_int_equal(libxl_domain_pause(ctx, 1, &how), 0);
    assert_int_equal(libxl_domain_pause(ctx, 2, &other), 0);
    assert_true(fake->end_one(0));
    assert_told(&told, 0);
    assert_true(fake->end_one(ERROR_FAIL));
    assert_completes(next_event(), 99, ERROR_FAIL);
    assert_int_equal(libxl_domain_pause(ctx, 3, NULL), 0);
    assert_int_equal(fake->calls("libxl_domain_pause"), 3);
}

/* Two at a time */

static void each_gets_its_own(void **state)
{
    libxl_domain_config config;
    libxl_device_disk disk;
    struct told of_config = { .config = &config }, of_disk = { 0 };
    libxl_asyncop_how how_config = callback_how(&of_config), how_disk = callback_how(&of_disk);
    libxl_asyncop_how how_event = event_how(17);
    libxl_domain_config back;
    uint32_t domid;

    make_config(&config);
    libxl_device_disk_init(&disk);
    disk.vdev = strdup("xvdq");
    libxl_domain_config_init(&back);
    assert_int_equal(libxl_device_disk_add(ctx, 1, &disk, &how_disk), 0);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how_config, NULL), 0);
    assert_int_equal(libxl_retrieve_domain_configuration(ctx, 1, &back, &how_event), 0);
    assert_int_equal(fake->under_way(), 3);
    assert_true(fake->end_one(ERROR_FAIL)); /* the disk */
    assert_told(&of_disk, ERROR_FAIL);
    assert_int_equal(of_config.times, 0);
    assert_true(fake->end_one(0)); /* the guest */
    assert_told(&of_config, 0);
    assert_int_equal(of_config.disks, 3);
    assert_null(back.c_info.name);
    assert_true(fake->end_one(0));
    assert_completes(next_event(), 17, 0);
    assert_string_equal(back.c_info.name, "guest");
    assert_int_equal(of_disk.times, 1);
    libxl_domain_config_dispose(&config);
    libxl_domain_config_dispose(&back);
    libxl_device_disk_dispose(&disk);
}

/* Starting */

static void what_cannot_be_started_never_ends(void **state)
{
    struct told told = { 0 };
    libxl_asyncop_how hows[] = { callback_how(&told), event_how(5) };
    libxl_domain_config config;
    libxl_device_disk disk;
    uint32_t domid;

    fake->start_result = ERROR_NOPARAVIRT;
    for (int i = 0; i < 2; i++) {
        make_config(&config);
        assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &hows[i], NULL),
                         ERROR_NOPARAVIRT);
        assert_string_equal(config.b_info.kernel, "/boot/vmlinuz"); /* libxl had freed the old */
        libxl_domain_config_dispose(&config);
        libxl_device_disk_init(&disk);
        disk.vdev = strdup("xvda");
        assert_int_equal(libxl_device_disk_remove(ctx, 1, &disk, &hows[i]), ERROR_NOPARAVIRT);
        libxl_device_disk_dispose(&disk);
        assert_int_equal(libxl_ao_abort(ctx, &hows[i]), ERROR_NOTFOUND);
    }
    assert_int_equal(told.times, 0);
    assert_no_event();
}

static void it_may_end_while_it_starts(void **state)
{
    libxl_domain_config config;
    struct told told = { .config = &config };
    libxl_asyncop_how how = callback_how(&told), other = event_how(12);
    uint32_t domid = 0;

    fake->when = FAKE_NOW;
    make_config(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how, NULL), 0);
    assert_told(&told, 0);
    assert_int_equal(told.disks, 3);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &other, NULL), 0);
    assert_completes(next_event(), 12, 0);
    assert_int_equal(config.num_disks, 4);
    assert_int_equal(libxl_ao_abort(ctx, &how), ERROR_NOTFOUND);
    libxl_domain_config_dispose(&config);
}

static void it_may_fail_while_it_starts(void **state)
{
    struct told told = { 0 };
    libxl_asyncop_how how = callback_how(&told);
    libxl_domain_config config;
    uint32_t domid = 0;

    fake->when = FAKE_NOW;
    fake->result = ERROR_FAIL;
    make_config(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how, NULL), 0);
    assert_told(&told, ERROR_FAIL);
    assert_string_equal(config.b_info.kernel, "/boot/vmlinuz");
    libxl_domain_config_dispose(&config);
}

static void it_may_end_in_another_thread(void **state)
{
    libxl_domain_config config, other_config;
    struct told told = { .config = &config };
    libxl_asyncop_how how = callback_how(&told), other = event_how(3);
    uint32_t domid = 0, other_domid;
    libxl_event *event;

    fake->when = FAKE_THREAD;
    make_config(&config);
    make_config(&other_config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how, NULL), 0);
    assert_int_equal(libxl_domain_create_new(ctx, &other_config, &other_domid, &other, NULL), 0);
    assert_int_equal(libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
    assert_int_equal(other_config.num_disks, 3);
    assert_completes(event, 3, 0);
    fake->join();
    assert_told(&told, 0);
    assert_int_equal(told.disks, 3);
    libxl_domain_config_dispose(&config);
    libxl_domain_config_dispose(&other_config);
}

/* Aborting */

/* How it was started is compared by content: an equal one will do. */
static void abort_finds_it_by_content(void **state)
{
    struct told told = { 0 };
    libxl_asyncop_how hows[] = { callback_how(&told), event_how(8) }, equal, other;
    libxl_domain_config config;
    uint32_t domid;

    for (int i = 0; i < 4; i++) {
        make_config(&config);
        if (i < 2)
            assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &hows[i % 2], NULL), 0);
        else
            assert_int_equal(libxl_domain_pause(ctx, 1, &hows[i % 2]), 0);
        other = i % 2 ? event_how(9) : callback_how(&told + 1);
        assert_int_equal(libxl_ao_abort(ctx, &other), ERROR_NOTFOUND);
        assert_int_equal(libxl_ao_abort(ctx, &hows[1 - i % 2]), ERROR_NOTFOUND);
        assert_int_equal(fake->aborted(), 0);
        equal = hows[i % 2];
        assert_int_equal(libxl_ao_abort(ctx, &equal), 0);
        assert_int_equal(libxl_ao_abort(ctx, &equal), ERROR_ABORTED);
        assert_int_equal(fake->aborted(), 1);
        assert_true(fake->end_one(0));
        if (i % 2)
            assert_completes(next_event(), 8, ERROR_ABORTED);
        else
            assert_told(&told, ERROR_ABORTED);
        told.times = 0;
        assert_int_equal(libxl_ao_abort(ctx, &equal), ERROR_NOTFOUND);
        libxl_domain_config_dispose(&config);
    }
}

static void abort_stops_only_the_one_that_is_meant(void **state)
{
    struct told told[3] = { 0 };
    libxl_asyncop_how hows[3];
    libxl_device_disk disks[3];

    for (int i = 0; i < 3; i++) {
        hows[i] = callback_how(&told[i]);
        libxl_device_disk_init(&disks[i]);
        disks[i].vdev = strdup("xvda");
        assert_int_equal(libxl_device_disk_add(ctx, 1, &disks[i], &hows[i]), 0);
    }
    assert_int_equal(libxl_ao_abort(ctx, &hows[1]), 0);
    for (int i = 0; i < 3; i++) {
        assert_true(fake->end_one(0));
        assert_told(&told[i], i == 1 ? ERROR_ABORTED : 0);
        libxl_device_disk_dispose(&disks[i]);
    }
}

/* Progress */

static void assert_progress(const struct told *told, uint64_t number)
{
    assert_int_equal(told->progress_type, LIBXL_EVENT_TYPE_DOMAIN_CREATE_CONSOLE_AVAILABLE);
    assert_int_equal(told->progress_domid, FAKE_DOMID);
    assert_int_equal(told->progress_for_user, number);
}

static void progress_is_told_before_the_end(void **state)
{
    struct told told = { 0 };
    libxl_asyncop_how how = callback_how(&told);
    libxl_asyncprogress_how progress = { on_progress, 77, &told };
    libxl_domain_config config;
    uint32_t domid;

    make_config(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how, &progress), 0);
    memset(&progress, 0, sizeof(progress)); /* libxl copies it */
    assert_int_equal(told.progress_order, 0);
    assert_true(fake->end_one(0));
    assert_told(&told, 0);
    assert_progress(&told, 77);
    assert_true(told.progress_order < told.order);
    libxl_domain_config_dispose(&config);
    assert_no_event();
}

static void progress_of_a_synchronous_call_is_told_meanwhile(void **state)
{
    struct told told = { 0 };
    libxl_asyncprogress_how progress = { on_progress, 78, &told };
    libxl_domain_config config;
    uint32_t domid;

    make_config(&config);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, NULL, &progress), 0);
    assert_progress(&told, 78);
    libxl_domain_config_dispose(&config);
}

static void progress_can_be_an_event(void **state)
{
    libxl_asyncop_how how = event_how(1);
    libxl_asyncprogress_how progress = { .for_event = 79 };
    libxl_domain_config config;
    libxl_event *event;
    uint32_t domid;

    for (int i = 0; i < 2; i++) {
        make_config(&config);
        assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, i ? &how : NULL, &progress),
                         0);
        assert_int_equal(fake->end_one(0), i);
        event = next_event();
        assert_int_equal(event->type, LIBXL_EVENT_TYPE_DOMAIN_CREATE_CONSOLE_AVAILABLE);
        assert_int_equal(event->for_user, 79);
        assert_int_equal(event->domid, FAKE_DOMID);
        libxl_event_free(ctx, event);
        if (i)
            assert_completes(next_event(), 1, 0);
        libxl_domain_config_dispose(&config);
        assert_no_event();
    }
}

/* The end of the ctx. libxl forbids the first case; it should not be worse for us. */

static void the_ctx_may_go_while_it_runs(void **state)
{
    struct told told = { 0 };
    libxl_asyncop_how hows[] = { callback_how(&told), event_how(8) };
    libxl_domain_config config[2], back[2];
    libxl_device_disk disk[2];
    uint32_t domid;

    for (int i = 0; i < 2; i++) {
        make_config(&config[i]);
        libxl_domain_config_init(&back[i]);
        libxl_device_disk_init(&disk[i]);
        disk[i].vdev = strdup("xvda");
        assert_int_equal(libxl_domain_create_new(ctx, &config[i], &domid, &hows[i], NULL), 0);
        assert_int_equal(libxl_retrieve_domain_configuration(ctx, 1, &back[i], &hows[i]), 0);
        assert_int_equal(libxl_device_disk_remove(ctx, 1, &disk[i], &hows[i]), 0);
    }
    libxl_ctx_free(ctx);
    ctx = NULL;
    for (int i = 0; i < 2; i++) {
        assert_string_equal(config[i].b_info.kernel, "/boot/vmlinuz");
        libxl_domain_config_dispose(&config[i]);
        libxl_domain_config_dispose(&back[i]);
        libxl_device_disk_dispose(&disk[i]);
    }
    assert_int_equal(told.times, 0);
}

static void the_ctx_may_go_before_the_event_is_fetched(void **state)
{
    libxl_asyncop_how how = event_how(8), other = event_how(9);
    libxl_domain_config config, back;
    uint32_t domid;

    make_config(&config);
    libxl_domain_config_init(&back);
    assert_int_equal(libxl_domain_create_new(ctx, &config, &domid, &how, NULL), 0);
    assert_true(fake->end_one(0));
    assert_int_equal(libxl_retrieve_domain_configuration(ctx, domid, &back, &other), 0);
    assert_true(fake->end_one(0));
    libxl_ctx_free(ctx);
    ctx = NULL;
    assert_int_equal(config.num_disks, 3); /* libxl would have written it long ago */
    assert_string_equal(config.b_info.kernel, "/boot/vmlinuz");
    assert_int_equal(back.num_disks, 3);
    libxl_domain_config_dispose(&config);
    libxl_domain_config_dispose(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_there_before_the_callback),
        cmocka_unit_test(results_are_there_before_the_event),
        cmocka_unit_test(results_are_there_after_waiting),
        cmocka_unit_test(out_is_written_at_the_end),
        cmocka_unit_test(a_failure_gives_everything_back),
        cmocka_unit_test(in_is_left_alone),
        cmocka_unit_test(what_has_no_struct_is_passed_on),
        cmocka_unit_test(each_gets_its_own),
        cmocka_unit_test(what_cannot_be_started_never_ends),
        cmocka_unit_test(it_may_end_while_it_starts),
        cmocka_unit_test(it_may_fail_while_it_starts),
        cmocka_unit_test(it_may_end_in_another_thread),
        cmocka_unit_test(abort_finds_it_by_content),
        cmocka_unit_test(abort_stops_only_the_one_that_is_meant),
        cmocka_unit_test(progress_is_told_before_the_end),
        cmocka_unit_test(progress_of_a_synchronous_call_is_told_meanwhile),
        cmocka_unit_test(progress_can_be_an_event),
        cmocka_unit_test(the_ctx_may_go_while_it_runs),
        cmocka_unit_test(the_ctx_may_go_before_the_event_is_fetched),
    };

    return run_over_every_release(tests, true);
}
