/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls every function of libxl and libxlutil once, each for a guest of its own, over the simulated
 * libxenlight that the environment chooses, and tells the results: "FUNCTION", and below it, indented
 * by a blank, "WHAT TYPE JSON" or "WHAT NUMBER". every_function_test.py compares them.
 *
 * every_function.py writes most calls; here are those that need another function's result.
 */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>
#include <libxlutil.h>

static libxl_ctx *ctx;
static uint32_t domid;
static int some_fd = -1;
static unsigned char some_bytes[64] = "bytes";
static libxl_defbool some_defbool = { 1 };
static libxl_uuid some_uuid;
static libxl_bitmap some_cpus;

struct call {
    const char *function;
    void (*run)(void);
};

/* Telling */

static void told(const char *function)
{
    printf("%s\n", function);
}

#define told_more(function) printf("%s\n", function)

static void tell_number(const char *what, long long number)
{
    printf(" %s %lld\n", what, number);
}

static void tell_text(const char *what, const char *text)
{
    printf(" %s text \"%s\"\n", what, text ? text : "(null)");
}

static void tell(const char *what, const char *type, char *json)
{
    printf(" %s %s ", what, type);
    for (const char *c = json ? json : "none"; *c; c++)
        putchar(*c == '\n' ? ' ' : *c);
    putchar('\n');
    free(json);
}

/* What structs need to be of use */

static void prepare_disk(libxl_device_disk *disk)
{
    disk->vdev = strdup("xvdb");
    disk->pdev_path = strdup("/images/b");
    disk->format = LIBXL_DISK_FORMAT_RAW;
    disk->backend = LIBXL_DISK_BACKEND_PHY;
    disk->readwrite = 1;
}

static void prepare_config(libxl_domain_config *config)
{
    config->c_info.type = LIBXL_DOMAIN_TYPE_PV;
    config->c_info.name = strdup("another");
    config->c_info.uuid.uuid[15] = 7;
    libxl_domain_build_info_init_type(&config->b_info, LIBXL_DOMAIN_TYPE_PV);
    config->b_info.max_vcpus = 1;
    config->b_info.max_memkb = config->b_info.target_memkb = 65536;
    config->b_info.kernel = strdup("/boot/vmlinuz");
    config->num_disks = 1;
    config->disks = malloc(sizeof(*config->disks));
    libxl_device_disk_init(config->disks);
    prepare_disk(config->disks);
}

static void prepare_build_info(libxl_domain_build_info *info)
{
    libxl_domain_build_info_init_type(info, LIBXL_DOMAIN_TYPE_PV);
    info->max_memkb = info->target_memkb = 65536;
}

static void prepare_p9(libxl_device_p9 *p9)
{
    p9->tag = strdup("share");
    p9->path = strdup("/srv");
    p9->security_model = strdup("none");
}

static void prepare_nothing(void *object)
{
}

#define prepare(object, type)                                                                      \
    _Generic(&(object), libxl_device_disk *: prepare_disk, libxl_domain_config *: prepare_config,  \
             libxl_domain_build_info *: prepare_build_info, libxl_device_p9 *: prepare_p9,         \
             default: prepare_nothing)(&(object))

/* By hand */

static void events(void)
{
    static const libxl_event_hooks hooks = { 0 };
    static const libxl_childproc_hooks children = { .chldowner = libxl_sigchld_owner_libxl };
    libxl_evgen_domain_death *death = NULL;
    libxl_evgen_disk_eject *eject = NULL;
    libxl_asyncop_how how = { .u.for_event = 5 };
    libxl_event *event = NULL;
    struct timeval now = { 1, 0 };
    struct pollfd fds[64];
    int count = 64, timeout = -1, rc;

    rc = libxl_evenable_domain_death(ctx, domid, 3, &death);
    told("libxl_evenable_domain_death");
    tell_number("result", rc);
    rc = libxl_evenable_disk_eject(ctx, domid, "xvda", 4, &eject);
    told("libxl_evenable_disk_eject");
    tell_number("result", rc);
    rc = libxl_osevent_beforepoll(ctx, &count, fds, &timeout, now);
    told("libxl_osevent_beforepoll");
    tell_number("result", rc);
    libxl_osevent_afterpoll(ctx, count, fds, now);
    told("libxl_osevent_afterpoll");
    tell_number("domain_destroy", libxl_domain_destroy(ctx, domid, NULL));
    rc = libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
    told("libxl_event_check");
    tell_number("result", rc);
    if (!rc) {
        tell_number("type", event->type);
        libxl_event_free(ctx, event);
    }
    told("libxl_event_free");
    rc = libxl_domain_pause(ctx, 0, &how);
    tell_number("asynchronous", rc);
    if (!rc && !libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL))
        libxl_event_free(ctx, event);
    told("libxl_event_wait");
    rc = libxl_ao_abort(ctx, &how);
    told("libxl_ao_abort");
    tell_number("result", rc);
    if (death)
        libxl_evdisable_domain_death(ctx, death);
    told("libxl_evdisable_domain_death");
    if (eject)
        libxl_evdisable_disk_eject(ctx, eject);
    told("libxl_evdisable_disk_eject");
    libxl_event_register_callbacks(ctx, &hooks, NULL);
    libxl_event_register_callbacks(ctx, NULL, NULL);
    told("libxl_event_register_callbacks");
    libxl_childproc_setmode(ctx, &children, NULL);
    told("libxl_childproc_setmode");
    libxl_childproc_sigchld_occurred(ctx);
    told("libxl_childproc_sigchld_occurred");
}

/* On a ctx of their own: from then on the caller would poll, were there anything to poll for. */

static int on_fd(void *user, int fd, void **for_app, short wanted, void *for_libxl)
{
    return 0;
}

static int on_fd_change(void *user, int fd, void **for_app, short wanted)
{
    return 0;
}

static void on_fd_end(void *user, int fd, void *for_app)
{
}

static int on_timeout(void *user, void **for_app, struct timeval when, void *for_libxl)
{
    return 0;
}

static int on_timeout_change(void *user, void **for_app, struct timeval when)
{
    return 0;
}

static void on_timeout_end(void *user, void *for_app)
{
}

static void hooks_of_the_caller(void)
{
    static const libxl_osevent_hooks hooks = { on_fd, on_fd_change, on_fd_end, on_timeout,
                                               on_timeout_change, on_timeout_end };
    libxl_ctx *own = NULL;
    int rc = libxl_ctx_alloc(&own, LIBXL_VERSION, 0, NULL);

    told("libxl_ctx_alloc");
    tell_number("result", rc);
    libxl_osevent_register_hooks(own, &hooks, NULL);
    told("libxl_osevent_register_hooks");
    rc = libxl_ctx_free(own);
    told("libxl_ctx_free");
    tell_number("result", rc);
}

static void hypervisor_log(void)
{
    libxl_xen_console_reader *reader = libxl_xen_console_read_start(ctx, 0);
    char *line = NULL;
    int rc = 0;

    told("libxl_xen_console_read_start");
    tell_number("result", reader != NULL);
    if (reader)
        rc = libxl_xen_console_read_line(ctx, reader, &line);
    told("libxl_xen_console_read_line");
    tell_number("result", rc);
    if (reader)
        libxl_xen_console_read_finish(ctx, reader);
    told("libxl_xen_console_read_finish");
}

static void strings(void)
{
    char *text = strdup("text"), *copy = NULL;
    libxl_string_list list = calloc(2, sizeof(char *)), list_copy = NULL;
    libxl_key_value_list pairs = calloc(3, sizeof(char *)), pairs_copy = NULL;
    int rc;

    libxl_string_copy(ctx, &copy, &text);
    told("libxl_string_copy");
    tell_text("copy", copy);
    free(text);
    free(copy);
    list[0] = strdup("one");
    libxl_string_list_copy(ctx, &list_copy, &list);
    told("libxl_string_list_copy");
    rc = libxl_string_list_length(&list_copy);
    told("libxl_string_list_length");
    tell_number("result", rc);
    libxl_string_list_dispose(&list);
    libxl_string_list_dispose(&list_copy);
    told("libxl_string_list_dispose");
    pairs[0] = strdup("key");
    pairs[1] = strdup("value");
    libxl_key_value_list_copy(ctx, &pairs_copy, &pairs);
    told("libxl_key_value_list_copy");
    rc = libxl_key_value_list_length(&pairs_copy);
    told("libxl_key_value_list_length");
    tell_number("result", rc);
    libxl_key_value_list_dispose(&pairs);
    libxl_key_value_list_dispose(&pairs_copy);
    told("libxl_key_value_list_dispose");
}

/* All three are about one pipe. */
static void bytes(void)
{
    char read_back[6] = "";
    int ends[2] = { -1, -1 }, rc = libxl_pipe(ctx, ends);

    told("libxl_pipe");
    tell_number("result", rc);
    rc = libxl_write_exactly(ctx, ends[1], "hello", 6, "a pipe", "text");
    told("libxl_write_exactly");
    tell_number("result", rc);
    rc = libxl_read_exactly(ctx, ends[0], read_back, 6, "a pipe", "text");
    told("libxl_read_exactly");
    tell_number("result", rc);
    tell_text("data", read_back);
    close(ends[0]);
    close(ends[1]);
}

static void configuration_files(void)
{
    const char *specs[] = { "/images/a,raw,xvda,rw" };
    XLU_Config *cfg = xlu_cfg_init(stderr, "conformance");
    XLU_ConfigList *list = NULL;
    libxl_string_list strings_of = NULL;
    libxl_device_disk disk;
    const char *text = NULL;
    char *replaced = NULL;
    long number = 0;
    libxl_defbool flag = { 0 };
    libxl_device_pci pci;
    libxl_device_nic nic;
    libxl_rdm_reserve rdm;
    int count = 0, rc;

    told("xlu_cfg_init");
    tell_number("result", cfg != NULL);
    libxl_device_disk_init(&disk);
    rc = xlu_disk_parse(cfg, 1, specs, &disk);
    told("xlu_disk_parse");
    tell_number("result", rc);
    tell("disk", "libxl_device_disk", libxl_device_disk_to_json(ctx, &disk));
    libxl_device_disk_dispose(&disk);
#define ASK(function, ...)                                                                         \
    do {                                                                                           \
        rc = function(__VA_ARGS__);                                                                \
        told(#function);                                                                           \
        tell_number("result", rc);                                                                 \
    } while (0)
    ASK(xlu_cfg_readdata, cfg, "", 0);
    ASK(xlu_cfg_readfile, cfg, "/nowhere");
    ASK(xlu_cfg_get_string, cfg, "a", &text, 1);
    ASK(xlu_cfg_replace_string, cfg, "a", &replaced, 1);
    ASK(xlu_cfg_get_long, cfg, "a", &number, 1);
    ASK(xlu_cfg_get_bounded_long, cfg, "a", 0, 1, &number, 1);
    ASK(xlu_cfg_get_defbool, cfg, "a", &flag, 1);
    ASK(xlu_cfg_get_list, cfg, "a", &list, &count, 1);
    ASK(xlu_cfg_get_list_as_string_list, cfg, "a", &strings_of, 1);
    /* Without a list there is no item and no value to ask for: what has none is told so. */
    text = xlu_cfg_get_listitem(list, 0);
    told("xlu_cfg_get_listitem");
    tell_number("result", text != NULL);
    tell_number("second", xlu_cfg_get_listitem2(list, 0) != NULL);
    told("xlu_cfg_get_listitem2");
    rc = xlu_cfg_value_type(NULL);
    told("xlu_cfg_value_type");
    tell_number("result", rc);
    ASK(xlu_cfg_value_get_string, cfg, NULL, &replaced, 1);
    ASK(xlu_cfg_value_get_list, cfg, NULL, &list, 1);
    libxl_device_pci_init(&pci);
    ASK(xlu_pci_parse_bdf, cfg, &pci, "03:00.0");
    ASK(xlu_pci_parse_spec_string, cfg, &pci, "03:00.0");
    libxl_device_pci_dispose(&pci);
    libxl_device_nic_init(&nic);
    ASK(xlu_vif_parse_rate, cfg, "10Mb/s", &nic);
    libxl_device_nic_dispose(&nic);
    libxl_rdm_reserve_init(&rdm);
    ASK(xlu_rdm_parse, cfg, &rdm, "strategy=host");
    libxl_rdm_reserve_dispose(&rdm);
    xlu_cfg_destroy(cfg);
    told("xlu_cfg_destroy");
}

static void lists_of_nothing(void)
{
    libxl_psr_cat_info_list_free(NULL, 0);
    told("libxl_psr_cat_info_list_free");
    libxl_psr_hw_info_list_free(NULL, 0);
    told("libxl_psr_hw_info_list_free");
}

static void a_policy(void)
{
    libxl_cpuid_policy_list policy = NULL, copy = NULL;
    int rc = libxl_cpuid_parse_config(&policy, "host,tm=0");

    told("libxl_cpuid_parse_config");
    tell_number("result", rc);
    libxl_cpuid_policy_list_copy(ctx, &copy, &policy);
    told("libxl_cpuid_policy_list_copy");
    libxl_cpuid_dispose(&policy);
    libxl_cpuid_dispose(&copy);
    told("libxl_cpuid_dispose");
}

#include "every_function.h"

static const struct call more[] = {
    { "events", events }, { "hooks", hooks_of_the_caller }, { "log", hypervisor_log },
    { "strings", strings }, { "bytes", bytes }, { "files", configuration_files },
    { "lists", lists_of_nothing }, { "policy", a_policy },
};

static void end_guests(void)
{
    int count = 0;
    libxl_dominfo *all = libxl_list_domain(ctx, &count);

    for (int i = 0; i < count; i++) {
        if (all[i].domid)
            libxl_domain_destroy(ctx, all[i].domid, NULL);
    }
    libxl_dominfo_list_free(all, count);
}

/* A guest for each call, as some end it. */
static void run(const struct call *call)
{
    libxl_domain_config config;
    int rc;

    fprintf(stderr, "%s\n", call->function); /* who ended the process, if one did */
    libxl_domain_config_init(&config);
    prepare_config(&config);
    free(config.c_info.name);
    config.c_info.name = strdup("guest");
    rc = libxl_domain_create_new(ctx, &config, &domid, NULL, NULL);
    if (rc) {
        fprintf(stderr, "no guest for %s: %d\n", call->function, rc);
        exit(1);
    }
    libxl_domain_config_dispose(&config);
    call->run();
    end_guests();
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/conformance-XXXXXX";

    /* Some write the file "text": each into an empty folder. */
    if (!mkdtemp(folder) || chdir(folder))
        return 1;
    setvbuf(stdout, NULL, _IONBF, 0);
    for (unsigned pass = 0; pass < 2; pass++) {
        const struct call *list = pass ? more : calls;
        size_t count = pass ? sizeof(more) / sizeof(more[0]) : sizeof(calls) / sizeof(calls[0]);

        for (size_t i = 0; i < count; i++) {
            if (argc > 1 && strcmp(argv[1], list[i].function))
                continue;
            if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, NULL))
                return 1;
            libxl_bitmap_alloc(ctx, &some_cpus, 8);
            run(&list[i]);
            libxl_bitmap_dispose(&some_cpus);
            libxl_ctx_free(ctx);
            unlink("text");
        }
    }
    return rmdir(folder) != 0;
}
