/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests over the simulated libxenlight share. */

#include "simulated.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int xen_minor;
libxl_ctx *ctx;

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char *log_text;

static void keep(xentoollog_logger *self, xentoollog_level level, int errnoval,
                 const char *context, const char *format, va_list arguments)
{
    char *line, *longer;

    if (vasprintf(&line, format, arguments) < 0)
        abort();
    pthread_mutex_lock(&log_lock);
    if (asprintf(&longer, "%s%s\n", log_text ? log_text : "", line) < 0)
        abort();
    free(log_text);
    log_text = longer;
    pthread_mutex_unlock(&log_lock);
    free(line);
}

static xentoollog_logger logger = { .vmessage = keep };

char *take_log(void)
{
    char *text;

    pthread_mutex_lock(&log_lock);
    text = log_text ? log_text : strdup("");
    log_text = NULL;
    pthread_mutex_unlock(&log_lock);
    return text;
}

void assert_logged(const char *part)
{
    char *text = take_log();

    if (!strstr(text, part))
        fail_msg("not logged: %s; but: %s", part, text);
    free(text);
}

static int start(void **state)
{
    int rc = libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger);

    if (rc)
        print_error("libxl_ctx_alloc: %d, %s", rc, take_log());
    return rc;
}

/* No guest is left for the next test. */
static int stop(void **state)
{
    int count;
    libxl_vminfo *guests = libxl_list_vm(ctx, &count);

    for (int i = 0; i < count; i++)
        libxl_domain_destroy(ctx, guests[i].domid, NULL);
    libxl_vminfo_list_free(guests, count);
    libxl_ctx_free(ctx);
    ctx = NULL;
    free(take_log());
    return 0;
}

static int run_here(const struct CMUnitTest *tests, size_t count, const char *faults)
{
    struct CMUnitTest named[count];
    char xen[16], *name;
    int failed;

    snprintf(xen, sizeof(xen), "sim-4.%d", xen_minor);
    setenv("XLSTABLE_XEN", xen, 1);
    setenv("XLSTABLE_SIM_DIR", SIMULATIONS, 1);
    unsetenv("XLSTABLE_LIBXENLIGHT");
    unsetenv("XLSTABLE_SIM_STATE");
    unsetenv("XLSTABLE_SIM_FAULTS");
    if (faults)
        setenv("XLSTABLE_SIM_FAULTS", faults, 1);
    for (size_t i = 0; i < count; i++) {
        named[i] = tests[i];
        named[i].setup_func = tests[i].setup_func ? tests[i].setup_func : start;
        named[i].teardown_func = tests[i].teardown_func ? tests[i].teardown_func : stop;
        if (asprintf(&name, "Xen 4.%d: %s", xen_minor, tests[i].name) < 0)
            abort();
        named[i].name = name;
    }
    failed = _cmocka_run_group_tests(xen, named, count, NULL, NULL);
    for (size_t i = 0; i < count; i++)
        free((char *)named[i].name);
    return failed;
}

int run_over_simulated(const struct CMUnitTest *tests, size_t count, const char *faults)
{
    const char *only = getenv("SIM_ONLY");
    int failed = 0, ran = 0, status, wanted = 0;

    if (only && sscanf(only, "4.%d", &wanted) != 1) {
        fprintf(stderr, "SIM_ONLY=%s is no release\n", only);
        return 1;
    }
    for (xen_minor = 14; xen_minor <= 22; xen_minor++) {
        pid_t child;

        if (wanted && wanted != xen_minor)
            continue;
        fflush(NULL);
        child = fork();
        if (child < 0)
            return 1;
        if (!child)
            exit(run_here(tests, count, faults) ? 1 : 0);
        if (waitpid(child, &status, 0) != child || status)
            failed++;
        ran++;
    }
    return failed || !ran;
}

/* Guests */

void make_config(libxl_domain_config *config, const char *name, libxl_domain_type type)
{
    libxl_domain_config_init(config);
    config->c_info.name = strdup(name);
    config->c_info.type = type;
    libxl_uuid_generate(&config->c_info.uuid);
    libxl_domain_build_info_init_type(&config->b_info, type);
    config->b_info.max_vcpus = 2;
    assert_int_equal(libxl_cpu_bitmap_alloc(ctx, &config->b_info.avail_vcpus, 2), 0);
    libxl_bitmap_set(&config->b_info.avail_vcpus, 0);
    config->b_info.max_memkb = 256 * 1024;
    config->b_info.target_memkb = 128 * 1024;
    config->b_info.kernel = strdup("/boot/vmlinuz");
}

uint32_t create(const char *name, libxl_domain_type type)
{
    libxl_domain_config config;
    uint32_t domid = UINT32_MAX;
    int rc;

    make_config(&config, name, type);
    rc = libxl_domain_create_new(ctx, &config, &domid, NULL, NULL);
    if (rc)
        fail_msg("libxl_domain_create_new: %d, %s", rc, take_log());
    libxl_domain_config_dispose(&config);
    return domid;
}

libxl_event *next_event(void)
{
    libxl_event *event;
    struct timeval now = { 0 };

    for (int i = 0; i < 2000; i++) {
        struct pollfd fds[4];
        int count = 4, timeout = -1;

        if (!libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL))
            return event;
        assert_int_equal(libxl_osevent_beforepoll(ctx, &count, fds, &timeout, now), 0);
        poll(fds, count, 5);
        libxl_osevent_afterpoll(ctx, count, fds, now);
    }
    fail_msg("no event within 10 seconds");
    return NULL;
}

void assert_event(libxl_event *event, int type, uint32_t domid)
{
    assert_int_equal(event->type, type);
    assert_int_equal(event->domid, domid);
    libxl_event_free(ctx, event);
}
