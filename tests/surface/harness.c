/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the surface share. */

#include "harness.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int xen_minor, newest_minor;
libxl_ctx *ctx;
struct fake_control *fake, *fake_util;

/* The logger */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char *log_text;

static void keep(xentoollog_logger *self, xentoollog_level level, int errnoval,
                 const char *context, const char *format, va_list arguments)
{
    const char *name = level >= XTL_CRITICAL ? "critical"
                       : level == XTL_ERROR  ? "error"
                       : level == XTL_WARN   ? "warning"
                                             : "info";
    char *line, *longer;

    if (vasprintf(&line, format, arguments) < 0)
        abort();
    pthread_mutex_lock(&log_lock);
    if (asprintf(&longer, "%s%s: %s\n", log_text ? log_text : "", name, line) < 0)
        abort();
    free(log_text);
    log_text = longer;
    pthread_mutex_unlock(&log_lock);
    free(line);
}

static xentoollog_logger keeper = { .vmessage = keep };
xentoollog_logger *logger = &keeper;

char *take_log(void)
{
    char *text;

    pthread_mutex_lock(&log_lock);
    text = log_text ? log_text : strdup("");
    log_text = NULL;
    pthread_mutex_unlock(&log_lock);
    return text;
}

void assert_log(const char *format, ...)
{
    char *expected, *actual = take_log();
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&expected, format, arguments) < 0)
        abort();
    va_end(arguments);
    assert_string_equal(actual, expected);
    free(actual);
    free(expected);
}

/* The fake */

const char *fake_path(const char *format, ...)
{
    static char path[4096];
    int used = snprintf(path, sizeof(path), "%s/", FAKES);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(path + used, sizeof(path) - used, format, arguments);
    va_end(arguments);
    return path;
}

struct fake_control *fake_open(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    struct fake_control *control;

    if (!library)
        fail_msg("%s was not opened by libxlstable: %s", path, dlerror());
    control = dlsym(library, "fake_control");
    assert_non_null(control);
    dlclose(library); /* libxlstable holds it */
    return control;
}

bool is_mapped(const char *part)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[4096];
    bool found = false;

    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps))
        found = found || strstr(line, part);
    fclose(maps);
    return found;
}

/* Running */

static int start(void **state)
{
    int rc = libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, logger);

    if (rc) {
        print_error("libxl_ctx_alloc: %d, %s", rc, take_log());
        return rc;
    }
    fake = fake_open(fake_path("4.%d/libxenlight.so.4.%d", xen_minor, xen_minor));
    fake_util = fake_open(fake_path("4.%d/libxlutil.so.4.%d", xen_minor, xen_minor));
    fake->reset();
    fake_util->reset();
    return 0;
}

static int stop(void **state)
{
    fake->join();
    libxl_ctx_free(ctx);
    ctx = NULL;
    fake->reset();
    fake_util->reset();
    free(take_log());
    return 0;
}

static int run_here(const struct CMUnitTest *tests, size_t count, bool with_ctx)
{
    struct CMUnitTest *named = calloc(count, sizeof(*named));
    int failed;

    setenv("XLSTABLE_LIBXENLIGHT", fake_path("4.%d/libxenlight.so.4.%d", xen_minor, xen_minor), 1);
    unsetenv("XLSTABLE_XEN");
    for (size_t i = 0; i < count; i++) {
        char *name;

        if (asprintf(&name, "Xen 4.%d: %s", xen_minor, tests[i].name) < 0)
            abort();
        named[i] = tests[i];
        named[i].name = name;
        if (with_ctx) {
            named[i].setup_func = start;
            named[i].teardown_func = stop;
        }
    }
    failed = _cmocka_run_group_tests("surface", named, count, NULL, NULL);
    for (size_t i = 0; i < count; i++)
        free((char *)named[i].name);
    free(named);
    fflush(NULL);
    return failed;
}

int run_over_releases(const struct CMUnitTest *tests, size_t count, bool with_ctx)
{
    const char *only = getenv("FAKE_ONLY");
    int failed = 0, run = 0, status;

    for (newest_minor = 13; access(fake_path("4.%d", newest_minor + 1), F_OK) == 0; newest_minor++)
        ;
    for (xen_minor = 14; xen_minor <= newest_minor; xen_minor++) {
        pid_t child;

        if (only && (strncmp(only, "4.", 2) || atoi(only + 2) != xen_minor))
            continue;
        fflush(NULL);
        child = fork();
        if (!child)
            exit(run_here(tests, count, with_ctx) != 0);
        if (child < 0 || waitpid(child, &status, 0) != child)
            abort();
        if (status) {
            printf("Xen 4.%d: FAILED (%s %d)\n", xen_minor,
                   WIFSIGNALED(status) ? "signal" : "exit status",
                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
            failed = 1;
        }
        run++;
    }
    if (!only && run < 9) {
        printf("%d releases below %s, instead of 9 or more\n", run, FAKES);
        failed = 1;
    }
    return failed;
}

/* A guest */

static void add_disk(libxl_domain_config *config, const char *vdev, const char *path)
{
    libxl_device_disk *disk;

    config->disks = realloc(config->disks, (config->num_disks + 1) * sizeof(*config->disks));
    disk = &config->disks[config->num_disks++];
    libxl_device_disk_init(disk);
    disk->vdev = strdup(vdev);
    disk->pdev_path = strdup(path);
    disk->format = LIBXL_DISK_FORMAT_QCOW2;
    disk->backend = LIBXL_DISK_BACKEND_QDISK;
    disk->readwrite = 1;
    libxl_defbool_set(&disk->discard_enable, true);
    disk->colo_port = 9000;
    disk->hidden_disk = strdup("/hidden");
}

static char **strings(const char *first, const char *second)
{
    char **list = calloc(3, sizeof(*list));

    list[0] = strdup(first);
    list[1] = strdup(second);
    return list;
}

void make_config(libxl_domain_config *config)
{
    libxl_domain_config_init(config);
    config->c_info.type = LIBXL_DOMAIN_TYPE_HVM;
    config->c_info.name = strdup("guest");
    libxl_uuid_generate(&config->c_info.uuid);
    config->c_info.xsdata = strings("key", "value");
    libxl_domain_build_info_init_type(&config->b_info, LIBXL_DOMAIN_TYPE_HVM);
    config->b_info.max_vcpus = 4;
    config->b_info.max_memkb = 262144;
    libxl_bitmap_alloc(NULL, &config->b_info.avail_vcpus, 4);
    libxl_bitmap_set(&config->b_info.avail_vcpus, 2);
    config->b_info.kernel = strdup("vmlinuz");
    config->b_info.extra = strings("-msg", "timestamp=on");
    config->b_info.u.hvm.boot = strdup("cd");
    config->b_info.u.hvm.mca_caps = 1;
    config->b_info.u.hvm.serial_list = strings("pty", "null");
    config->b_info.altp2m = LIBXL_ALTP2M_MODE_MIXED;
    add_disk(config, "xvda", "/images/a");
    add_disk(config, "xvdb", "/images/b");
    config->num_nics = 1;
    config->nics = malloc(sizeof(*config->nics));
    libxl_device_nic_init(config->nics);
    config->nics->model = strdup("e1000");
    config->nics->bridge = strdup("br0");
    config->nics->mac[5] = 9;
    config->nics->colo_checkpoint_port = strdup("8889");
    config->num_pcidevs = 1;
    config->pcidevs = malloc(sizeof(*config->pcidevs));
    libxl_device_pci_init(config->pcidevs);
    config->pcidevs->bus = 3;
    config->pcidevs->vfunc_mask = 1;
    config->num_p9s = 1;
    config->p9s = malloc(sizeof(*config->p9s));
    libxl_device_p9_init(config->p9s);
    config->p9s->tag = strdup("share");
    config->p9s->path = strdup("/srv");
    config->on_crash = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
    if (ctx)
        assert_int_equal(libxl_cpuid_parse_config(&config->b_info.cpuid, "host,tm=0"), 0);
}

char *config_text(libxl_domain_config *config)
{
    char *text = libxl_domain_config_to_json(ctx, config);

    assert_non_null(text);
    return text;
}

/* By way of the caller's struct: each release writes empty structs of its own into its text. */
char *received_config_text(void)
{
    char *text = fake->json("libxl_domain_config");
    libxl_domain_config config;

    assert_int_equal(libxl_domain_config_from_json(ctx, &config, text), 0);
    free(text);
    text = config_text(&config);
    libxl_domain_config_dispose(&config);
    return text;
}

void assert_same_text(char *actual, char *expected)
{
    size_t same = 0, from;

    while (actual[same] && actual[same] == expected[same])
        same++;
    from = same < 150 ? 0 : same - 150; /* cmocka would cut long texts off */
    if (actual[same] != expected[same])
        fail_msg("at byte %zu: \"...%.300s...\" instead of \"...%.300s...\"", same, actual + from,
                 expected + from);
    free(actual);
    free(expected);
}
