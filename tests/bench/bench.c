/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libxlstable costs. Each mode does one thing COUNT times, so that two runs under callgrind
 * tell the instructions of one; those of time and memory print their figure.
 */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../src/backend/backend.h"
#include "../../src/core/json.h"
#include "../../src/core/translate.h"

#define CONFIG XLS_TYPE_libxl_domain_config

static struct xls_layout level, release;
static struct xls_plans down, up;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static char *read_file(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

    if (!length)
        fail(path);
    text[length] = '\0';
    fclose(file);
    return text;
}

static xls_release release_of(const char *text)
{
    unsigned major, minor;

    if (sscanf(text, "%u.%u", &major, &minor) != 2)
        fail(text);
    return XLS_RELEASE(major, minor);
}

/* translate RELEASE FILE COUNT: a full domain_config lent to the release and restored. */
static void translate(char **argument)
{
    static char ours[4096], theirs[4096];
    long count = atol(argument[2]);
    struct xls_fault fault;
    char problem[256];
    double begin;

    xls_layout_compute(&level, XLS_LEVEL);
    xls_layout_compute(&release, release_of(argument[0]));
    if (xls_plans_compile(&down, &level, &release) || xls_plans_compile(&up, &release, &level))
        fail("no memory");
    if (xls_json_read(&level, CONFIG, NULL, ours, read_file(argument[1]), problem,
                      sizeof(problem)))
        fail(problem);
    begin = now();
    for (long i = 0; i < count; i++) {
        if (!xls_check(&down, CONFIG, ours, &fault))
            fail(fault.path);
        if (xls_translate(&down, CONFIG, ours, theirs, XLS_LEND) ||
            xls_translate(&up, CONFIG, theirs, ours, XLS_RESTORE))
            fail("no memory");
    }
    printf("%.3f\n", (now() - begin) / count * 1e6);
}

/* call LIBRARY FUNCTION COUNT: a call of unsigned long f(unsigned long, unsigned). */
static void call(char **argument)
{
    void *library = dlopen(argument[0], RTLD_NOW);
    unsigned long (*function)(unsigned long, unsigned) =
        library ? dlsym(library, argument[1]) : NULL;
    volatile unsigned long sum = 0;

    if (!function)
        fail(dlerror());
    for (long i = atol(argument[2]); i > 0; i--)
        sum += function(1048576, 4);
}

/* policy LIBRARY PREFIX COUNT: a CPUID policy parsed and freed, two calls of the real library. */
static void policy(char **argument)
{
    void *library = dlopen(argument[0], RTLD_NOW), *parsed = NULL;
    int (*parse)(void *policy, const char *text);
    void (*dispose)(void *policy);
    char name[64];

    if (!library)
        fail(dlerror());
    snprintf(name, sizeof(name), "%slibxl_cpuid_parse_config", argument[1]);
    parse = dlsym(library, name);
    snprintf(name, sizeof(name), "%slibxl_cpuid_dispose", argument[1]);
    dispose = dlsym(library, name);
    if (!parse || !dispose)
        fail(name);
    for (long i = atol(argument[2]); i > 0; i--) {
        if (parse(&parsed, "sse3=0"))
            fail("sse3=0 is refused");
        dispose(&parsed);
    }
}

/* load: milliseconds to find, open, verify and plan; and of that all but the plans. */
static void load(char **argument)
{
    static struct xls_backend backend;
    struct xls_backend_options options = { 0 };
    double begin = now(), plain;

    (void)argument;
    if (xls_backend_open(&backend, &options))
        fail("no libxenlight");
    plain = now() - begin;
    xls_layout_compute(&level, XLS_LEVEL);
    if (xls_plans_compile(&down, &level, &backend.layout) ||
        xls_plans_compile(&up, &backend.layout, &level))
        fail("no memory");
    printf("%.3f %.3f\n", (now() - begin) * 1e3, plain * 1e3);
}

/* open LIBRARY...: milliseconds of dlopen alone. */
static void open_only(char **argument)
{
    double begin = now();

    for (; *argument; argument++) {
        if (!dlopen(*argument, RTLD_NOW))
            fail(dlerror());
    }
    printf("%.3f\n", (now() - begin) * 1e3);
}

static long resident_kib(void)
{
    long total, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (!file || fscanf(file, "%ld %ld", &total, &resident) != 2)
        fail("/proc/self/statm");
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* memory LIBXENLIGHT LIBXLUTIL LIBXLSTABLE: KiB that we add to a process that has libxenlight. */
static void memory(char **argument)
{
    unsigned char config[4096];
    void (*init)(void *config);
    int (*parse)(void *policy, const char *text);
    void *library, *policy = NULL;
    long before;

    if (!dlopen(argument[0], RTLD_NOW) || !dlopen(argument[1], RTLD_NOW))
        fail(dlerror());
    before = resident_kib();
    library = dlopen(argument[2], RTLD_NOW);
    init = library ? dlsym(library, "xls_libxl_domain_config_init") : NULL;
    parse = library ? dlsym(library, "xls_libxl_cpuid_parse_config") : NULL;
    if (!init || !parse)
        fail(dlerror());
    init(config);
    parse(&policy, "sse3=0"); /* needs the real library, and so loads and verifies it */
    if (!policy)
        fail("libxlstable did not load its libxenlight");
    printf("%ld\n", resident_kib() - before);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int arguments;
        void (*run)(char **argument);
    } modes[] = { { "translate", 3, translate }, { "call", 3, call }, { "policy", 3, policy }, { "load", 0, load },
                  { "open", 1, open_only },      { "memory", 3, memory } };

    for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcmp(argv[1], modes[i].name) == 0 && argc - 2 >= modes[i].arguments) {
            modes[i].run(argv + 2);
            return 0;
        }
    }
    fprintf(stderr, "usage: bench translate|call|policy|load|open|memory ARGUMENT...\n");
    return 2;
}
