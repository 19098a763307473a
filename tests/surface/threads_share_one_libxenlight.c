/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many threads at once: the first calls open one libxenlight, every call under way ends once, and
 * events reach one thread while another aborts. Also made to be run under a thread sanitizer.
 * cmocka cannot fail in a thread, so that the threads count what went wrong.
 */

#include "harness.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 8
#define ROUNDS 20

static unsigned wrong; /* atomic */

#define check(condition) check_one(condition, #condition, __LINE__)

static void check_one(bool condition, const char *text, int line)
{
    if (condition)
        return;
    __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
    fprintf(stderr, "Xen 4.%d, line %d: %s\n", xen_minor, line, text);
}

static void run_threads(void *(*run)(void *number))
{
    pthread_t threads[THREADS];

    for (intptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, (void *)i), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(wrong, 0);
}

/* First calls */

static pthread_barrier_t barrier;

/* Some need no ctx, and so no ctx_alloc comes before them. */
static void *call_first(void *number)
{
    libxl_cpuid_policy_list policy = NULL;
    libxl_device_pci pci;
    libxl_ctx *own = NULL;
    int count;

    pthread_barrier_wait(&barrier);
    switch ((intptr_t)number % 3) {
    case 0:
        check(libxl_ctx_alloc(&own, LIBXL_VERSION, 0, logger) == 0);
        libxl_dominfo_list_free(libxl_list_domain(own, &count), FAKE_DOMAINS);
        libxl_ctx_free(own);
        break;
    case 1:
        check(libxl_cpuid_parse_config(&policy, "host,tm=0") == 0);
        libxl_cpuid_dispose(&policy);
        break;
    case 2:
        libxl_device_pci_init(&pci);
        check(xlu_pci_parse_bdf(NULL, &pci, "03:00.0") == 0);
        libxl_device_pci_dispose(&pci);
        break;
    }
    return NULL;
}

static void the_first_calls_open_one(void **state)
{
    pthread_barrier_init(&barrier, NULL, THREADS);
    run_threads(call_first);
    pthread_barrier_destroy(&barrier);
    assert_log("%s", "");
    fake = fake_open(fake_path("4.%d/libxenlight.so.4.%d", xen_minor, xen_minor));
}

/* Contexts and synchronous calls */

static void *use_a_ctx(void *number)
{
    for (int i = 0; i < ROUNDS; i++) {
        libxl_domain_config config;
        libxl_device_disk disk;
        libxl_ctx *own;
        uint64_t need;
        int count = 0;

        check(libxl_ctx_alloc(&own, LIBXL_VERSION, 0, logger) == 0);
        libxl_dominfo_list_free(libxl_list_domain(own, &count), FAKE_DOMAINS);
        check(count == FAKE_DOMAINS);
        libxl_device_disk_init(&disk);
        disk.vdev = strdup("xvda");
        check(libxl_device_disk_add(own, 1, &disk, NULL) == 0);
        check(strcmp(disk.script, "block") == 0);
        libxl_device_disk_dispose(&disk);
        make_config(&config);
        check(libxl_domain_need_memory(own, &config, INVALID_DOMID, &need) == 0);
        check(need == 262144 + 2048);
        config.b_info.xenstore_feature_mask = 1;
        check(libxl_domain_need_memory(own, &config, INVALID_DOMID, &need) ==
              (runs(21) ? 0 : ERROR_INVAL));
        libxl_domain_config_dispose(&config);
        check(libxl_ctx_free(own) == 0);
    }
    return NULL;
}

static void each_may_have_a_ctx(void **state)
{
    run_threads(use_a_ctx);
    free(take_log()); /* the refusals */
}

/* One ctx for all: operations start, end and are aborted in different threads. */

struct job {
    libxl_device_disk disk;
    unsigned ended; /* atomic */
    int rc;
};

static struct job jobs[THREADS][ROUNDS];
static unsigned events_seen, starters_done; /* atomic */

static void on_end(libxl_ctx *of, int rc, void *user)
{
    struct job *job = user;

    job->rc = rc;
    __atomic_fetch_add(&job->ended, 1, __ATOMIC_RELEASE);
}

static void on_event(void *user, libxl_event *event)
{
    if (event->type == LIBXL_EVENT_TYPE_OPERATION_COMPLETE) {
        struct job *job = (struct job *)(uintptr_t)event->for_user;

        on_end(user, event->u.operation_complete.rc, job);
    } else {
        check(event->type == LIBXL_EVENT_TYPE_DISK_EJECT);
        check(strcmp(event->u.disk_eject.disk.pdev_path, "/iso") == 0);
        __atomic_fetch_add(&events_seen, 1, __ATOMIC_RELAXED);
    }
    libxl_event_free(user, event);
}

static libxl_asyncop_how how_of(struct job *job)
{
    libxl_asyncop_how how = { 0 };

    if ((job - &jobs[0][0]) % 2) {
        how.callback = on_end;
        how.u.for_callback = job;
    } else {
        how.u.for_event = (uintptr_t)job;
    }
    return how;
}

static void start_and_abort(struct job *mine)
{
    for (int i = 0; i < ROUNDS; i++) {
        libxl_asyncop_how how = how_of(&mine[i]);

        libxl_device_disk_init(&mine[i].disk);
        mine[i].disk.vdev = strdup("xvda");
        check(libxl_device_disk_add(ctx, 1, &mine[i].disk, &how) == 0);
        if (i % 2)
            libxl_ao_abort(ctx, &how); /* found or not: it may have ended */
    }
    __atomic_fetch_add(&starters_done, 1, __ATOMIC_RELEASE);
}

/* Half of the threads start and abort, the other half end what there is and make events. */
static void *start_or_end(void *number)
{
    if ((intptr_t)number % 2) {
        start_and_abort(jobs[(intptr_t)number]);
        return NULL;
    }
    for (int i = 0; i < ROUNDS; i++) {
        fake->happen(ctx, LIBXL_EVENT_TYPE_DISK_EJECT, 1, 2);
        fake->end_one(0);
    }
    while (__atomic_load_n(&starters_done, __ATOMIC_ACQUIRE) < THREADS / 2)
        fake->end_one(0);
    while (fake->end_one(0))
        ;
    return NULL;
}

static void everything_that_was_started_ends_once(void **state)
{
    static const libxl_event_hooks hooks = { LIBXL_EVENTMASK_ALL, on_event, NULL };
    int succeeded = 0, aborted = 0;

    assert_int_equal(libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, logger), 0);
    libxl_event_register_callbacks(ctx, &hooks, ctx);
    run_threads(start_or_end);
    assert_int_equal(fake->under_way(), 0);
    for (int t = 1; t < THREADS; t += 2) {
        for (int i = 0; i < ROUNDS; i++) {
            struct job *job = &jobs[t][i];

            assert_int_equal(job->ended, 1);
            assert_true(job->rc == 0 || (job->rc == ERROR_ABORTED && i % 2));
            succeeded += job->rc == 0;
            aborted += job->rc == ERROR_ABORTED;
            assert_string_equal(job->disk.vdev, "xvda");
            if (!job->rc)
                assert_string_equal(job->disk.script, "block");
            libxl_device_disk_dispose(&job->disk);
        }
    }
    assert_int_equal(succeeded + aborted, THREADS / 2 * ROUNDS);
    assert_int_equal(events_seen, THREADS / 2 * ROUNDS);
    assert_log("%s", "");
    libxl_ctx_free(ctx);
    ctx = NULL;
}

/* Operations that end in threads of libxl's, while they start or later. */

static void *start_only(void *number)
{
    struct job *mine = jobs[(intptr_t)number];

    for (int i = 0; i < ROUNDS; i++) {
        libxl_asyncop_how how = { .callback = on_end, .u.for_callback = &mine[i] };

        memset(&mine[i], 0, sizeof(mine[i]));
        libxl_device_disk_init(&mine[i].disk);
        mine[i].disk.vdev = strdup("xvda");
        check(libxl_device_disk_add(ctx, 1, &mine[i].disk, &how) == 0);
    }
    return NULL;
}

static void they_may_end_in_other_threads(void **state)
{
    assert_int_equal(libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, logger), 0);
    fake->when = FAKE_THREAD;
    run_threads(start_only);
    fake->join();
    for (int t = 0; t < THREADS; t++) {
        for (int i = 0; i < ROUNDS; i++) {
            assert_int_equal(jobs[t][i].ended, 1);
            assert_string_equal(jobs[t][i].disk.script, "block");
            libxl_device_disk_dispose(&jobs[t][i].disk);
        }
    }
    libxl_ctx_free(ctx);
    ctx = NULL;
    fake->reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_calls_open_one), /* nothing may be open before */
        cmocka_unit_test(each_may_have_a_ctx),
        cmocka_unit_test(everything_that_was_started_ends_once),
        cmocka_unit_test(they_may_end_in_other_threads),
    };

    return run_over_every_release(tests, false);
}
