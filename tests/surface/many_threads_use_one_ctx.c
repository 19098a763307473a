/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sixteen threads on one ctx, each doing everything in turn: calls that translate and calls that
 * are refused, operations with callbacks and with events, started in callbacks of others, aborted,
 * with progress; events are taken and freed by whoever meets them. XLS_STRESS_ROUNDS in the
 * environment makes it longer. Made to be run under ThreadSanitizer and helgrind, too: as helgrind
 * knows nothing of atomic variables, a mutex guards what threads hand to each other.
 */

#include "harness.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 16
#define ROUNDS 20
#define KINDS 6

static pthread_mutex_t hand_over = PTHREAD_MUTEX_INITIALIZER;
static unsigned wrong; /* cmocka cannot fail in a thread */

#define check(condition) check_one(condition, #condition, __LINE__)

static void check_one(bool condition, const char *text, int line)
{
    if (condition)
        return;
    pthread_mutex_lock(&hand_over);
    if (wrong++ < 20)
        fprintf(stderr, "Xen 4.%d, line %d: %s\n", xen_minor, line, text);
    pthread_mutex_unlock(&hand_over);
}

struct job {
    libxl_device_disk disk, second;
    unsigned ended, progress; /* under hand_over */
    int rc, second_rc;
    bool nested;
};

static void add_one(unsigned *count)
{
    pthread_mutex_lock(&hand_over);
    ++*count;
    pthread_mutex_unlock(&hand_over);
}

static unsigned read_count(const unsigned *count)
{
    unsigned now;

    pthread_mutex_lock(&hand_over);
    now = *count;
    pthread_mutex_unlock(&hand_over);
    return now;
}

static void on_second_end(libxl_ctx *of, int rc, void *user)
{
    struct job *job = user;

    job->second_rc = rc;
    add_one(&job->ended);
}

/* Starts another operation in its callback, which libxl allows. */
static void on_end(libxl_ctx *of, int rc, void *user)
{
    libxl_asyncop_how how = { .callback = on_second_end, .u.for_callback = user };
    struct job *job = user;

    check(of == ctx);
    job->rc = rc;
    if (job->nested) {
        libxl_device_disk_init(&job->second);
        job->second.vdev = strdup("xvdb");
        check(libxl_device_disk_add(of, 1, &job->second, &how) == 0);
    }
    add_one(&job->ended);
}

static void on_progress(libxl_ctx *of, libxl_event *event, void *user)
{
    struct job *job = user;

    check(event->type == LIBXL_EVENT_TYPE_DOMAIN_CREATE_CONSOLE_AVAILABLE);
    check(event->for_user == (uintptr_t)job);
    libxl_event_free(of, event);
    add_one(&job->progress);
}

/* Events are anybody's: of this thread's operations, or another's. */
static int wanted(const libxl_event *event, void *user)
{
    return event->type == LIBXL_EVENT_TYPE_OPERATION_COMPLETE ||
           event->type == LIBXL_EVENT_TYPE_DISK_EJECT;
}

static void take_an_event(void)
{
    libxl_event *event;

    if (libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, wanted, NULL))
        return;
    if (event->type == LIBXL_EVENT_TYPE_OPERATION_COMPLETE)
        on_end(ctx, event->u.operation_complete.rc, (void *)(uintptr_t)event->for_user);
    else
        check(strcmp(event->u.disk_eject.disk.pdev_path, "/iso") == 0);
    libxl_event_free(ctx, event);
}

/* So many turns no operation takes, on any machine: one that is lost must not hang the test. */
#define TURNS 20000000

static void wait_for(struct job *job, unsigned times)
{
    unsigned turns = 0;

    while (read_count(&job->ended) < times) {
        if (!fake->end_one(0))
            take_an_event();
        take_an_event();
        sched_yield();
        if (++turns == TURNS) {
            fprintf(stderr, "Xen 4.%d: an operation never ended\n", xen_minor);
            abort();
        }
    }
}

static void add_a_disk(bool by_event, bool nested, bool abort)
{
    struct job job = { .nested = nested };
    libxl_asyncop_how how = { 0 };

    if (by_event) {
        how.u.for_event = (uintptr_t)&job;
    } else {
        how.callback = on_end;
        how.u.for_callback = &job;
    }
    libxl_device_disk_init(&job.disk);
    job.disk.vdev = strdup("xvda");
    check(libxl_device_disk_add(ctx, 1, &job.disk, &how) == 0);
    if (abort)
        libxl_ao_abort(ctx, &how); /* found or not: it may have ended */
    wait_for(&job, nested ? 2 : 1);
    check(job.rc == 0 || (abort && job.rc == ERROR_ABORTED));
    check(job.rc || strcmp(job.disk.script, "block") == 0);
    libxl_device_disk_dispose(&job.disk);
    if (nested) {
        check(job.second_rc == 0);
        check(strcmp(job.second.script, "block") == 0);
        libxl_device_disk_dispose(&job.second);
    }
}

static void create_a_guest(void)
{
    struct job job = { 0 };
    libxl_asyncop_how how = { .callback = on_end, .u.for_callback = &job };
    libxl_asyncprogress_how progress = { on_progress, (uintptr_t)&job, &job };
    libxl_domain_config config;
    uint32_t domid = 0;

    make_config(&config);
    check(libxl_domain_create_new(ctx, &config, &domid, &how, &progress) == 0);
    wait_for(&job, 1);
    check(job.rc == 0);
    check(domid == FAKE_DOMID);
    check(config.num_disks == 3);
    check(read_count(&job.progress) == 1);
    libxl_domain_config_dispose(&config);
}

static void call_and_be_refused(void)
{
    libxl_domain_config config;
    const libxl_version_info *info;
    uint64_t need;
    int count = 0;

    libxl_dominfo_list_free(libxl_list_domain(ctx, &count), FAKE_DOMAINS);
    check(count == FAKE_DOMAINS);
    info = libxl_get_version_info(ctx);
    check(info->capabilities && info->commandline);
    make_config(&config);
    check(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need) == 0);
    config.b_info.device_model_version = 99;
    check(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need) == ERROR_INVAL);
    libxl_domain_config_dispose(&config);
    fake->happen(ctx, LIBXL_EVENT_TYPE_DISK_EJECT, 1, 2);
}

static unsigned rounds(void)
{
    const char *text = getenv("XLS_STRESS_ROUNDS");

    return text && *text ? strtoul(text, NULL, 10) : ROUNDS;
}

static void *do_everything(void *number)
{
    unsigned end = rounds();

    for (unsigned i = 0; i < end; i++) {
        switch ((i + (intptr_t)number) % KINDS) {
        case 0:
            add_a_disk(false, false, false);
            break;
        case 1:
            add_a_disk(true, false, false);
            break;
        case 2:
            add_a_disk(false, true, false);
            break;
        case 3:
            add_a_disk(i % 2, false, true);
            break;
        case 4:
            create_a_guest();
            break;
        case 5:
            call_and_be_refused();
            break;
        }
    }
    return NULL;
}

static void sixteen_threads_do_everything(void **state)
{
    pthread_t threads[THREADS];

    assert_true(rounds() > 0);
    fake->old_hypervisor = true;
    for (intptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, do_everything, (void *)i), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(wrong, 0);
    assert_int_equal(fake->under_way(), 0);
    assert_true(fake->calls("libxl_device_disk_add") > 0);
    free(take_log()); /* the refusals */
}

/* An operation may be aborted, and the next one started, in the callback of one. */

struct chain {
    libxl_device_disk disks[4];
    int started, ended, aborted;
};

static void start_next(struct chain *chain);

static void on_link(libxl_ctx *of, int rc, void *user)
{
    struct chain *chain = user;
    libxl_asyncop_how how = { .callback = on_link, .u.for_callback = chain };

    assert_true(rc == 0 || rc == ERROR_ABORTED);
    chain->ended++;
    chain->aborted += rc == ERROR_ABORTED;
    if (chain->started == 4)
        return;
    start_next(chain);
    if (chain->started % 2 == 0)
        assert_int_equal(libxl_ao_abort(of, &how), 0);
}

static void start_next(struct chain *chain)
{
    libxl_asyncop_how how = { .callback = on_link, .u.for_callback = chain };
    libxl_device_disk *disk = &chain->disks[chain->started++];

    libxl_device_disk_init(disk);
    disk->vdev = strdup("xvda");
    assert_int_equal(libxl_device_disk_add(ctx, 1, disk, &how), 0);
}

static void a_callback_may_start_and_abort(void **state)
{
    struct chain chain = { 0 };

    start_next(&chain);
    while (fake->end_one(0))
        ;
    assert_int_equal(chain.ended, 4);
    assert_int_equal(chain.aborted, 2);
    for (int i = 0; i < 4; i++)
        libxl_device_disk_dispose(&chain.disks[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_callback_may_start_and_abort),
        cmocka_unit_test(sixteen_threads_do_everything),
    };

    return run_over_every_release(tests, true);
}
