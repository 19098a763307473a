/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Uses libxlstable.so as any program does, over the real libxenlight of $XLSTABLE_XEN, and prints
 * what it gets: one "WHAT = RESULT" per line, JSON in one line. public_api_test.py knows what is
 * right, and what must be the same for every release.
 *
 * usage: public_api <configs, each libxl_domain_config in JSON, one a line
 */

#include <libxl.h>
#include <libxl_utils.h>
#include <libxlutil.h>
#include <stdio.h>
#include <stdlib.h>

static libxl_ctx *ctx;

static void message(xentoollog_logger *logger, xentoollog_level level, int number,
                    const char *context, const char *format, va_list arguments)
{
    if (level < XTL_WARN)
        return;
    printf("log = ");
    vprintf(format, arguments);
    putchar('\n');
}

static void progress(xentoollog_logger *logger, const char *context, const char *doing,
                     int percent, unsigned long done, unsigned long total)
{
}

static xentoollog_logger logger = { .vmessage = message, .progress = progress };

static void tell_int(const char *what, const char *of, int result)
{
    printf("%s %s = %d\n", what, of, result);
}

/* Strings of ours hold no line break, so each one in JSON is for the eye. */
static void tell_json(const char *what, const char *of, char *json)
{
    printf("%s %s = ", what, of);
    for (const char *c = json ? json : "NULL"; *c; c++)
        putchar(*c == '\n' ? ' ' : *c);
    putchar('\n');
    free(json);
}

/* JSON, copy and dispose of whole configurations */

static void config_through(const char *text, int number)
{
    libxl_domain_config config, copy;
    char name[16];
    int rc;

    snprintf(name, sizeof(name), "%d", number);
    libxl_domain_config_init(&config);
    rc = libxl_domain_config_from_json(ctx, &config, text);
    tell_int("config from_json", name, rc);
    tell_json("config", name, libxl_domain_config_to_json(ctx, &config));
    libxl_domain_config_init(&copy);
    libxl_domain_config_copy(ctx, &copy, &config);
    libxl_domain_config_dispose(&config);
    tell_json("config copy", name, libxl_domain_config_to_json(ctx, &copy));
    libxl_domain_config_dispose(&copy);
    tell_json("config disposed", name, libxl_domain_config_to_json(ctx, &copy));
}

static void configs(void)
{
    char *line = NULL;
    size_t room = 0;

    for (int number = 0; getline(&line, &room, stdin) > 0; number++)
        config_through(line, number);
    free(line);
}

/* CPUID policies, which only the real library understands */

static void policy_json(const char *what, libxl_cpuid_policy_list policy)
{
    libxl_domain_build_info info;

    libxl_domain_build_info_init(&info);
    info.cpuid = policy; /* lent */
    tell_json("cpuid", what, libxl_domain_build_info_to_json(ctx, &info));
    info.cpuid = NULL;
    libxl_domain_build_info_dispose(&info);
}

static void policies(void)
{
    static const char *const settings[] = { "family=6", "tm=0", "maxhvleaf=0x40000005",
                                            "nosuchname=1", "tm", "tm=q" };
    /* A register that the first list sets is not set again here: libxl leaks the first text. */
    static const char *const xend[] = { "1:ecx=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1,ebx="
                                        "0xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                                        "7,0:ebx=kkkkkkkkkkkkkkkkssssssssssssssss", "1:ecx=1",
                                        "1:abc=1" };
    libxl_cpuid_policy_list policy = NULL, copy = NULL;

    tell_int("cpuid length", "of none", libxl_cpuid_policy_list_length(&policy));
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        tell_int("cpuid parse", settings[i], libxl_cpuid_parse_config(&policy, settings[i]));
    policy_json("of parse", policy);
    for (size_t i = 0; i < sizeof(xend) / sizeof(xend[0]); i++)
        tell_int("cpuid parse", xend[i], libxl_cpuid_parse_config_xend(&policy, xend[i]));
    policy_json("of both", policy);
    tell_int("cpuid length", "of both", libxl_cpuid_policy_list_length(&policy));
    libxl_cpuid_policy_list_copy(ctx, &copy, &policy);
    libxl_cpuid_dispose(&policy);
    tell_int("cpuid disposed", "is NULL", policy == NULL);
    tell_int("cpuid length", "of copy", libxl_cpuid_policy_list_length(&copy));
    policy_json("of copy", copy);
    libxl_cpuid_dispose(&copy);
}

/* xl's notations */

static void disks(XLU_Config *cfg)
{
    static const char *const specs[] = {
        "/dev/vg/guest,raw,xvda,rw", "phy:/dev/sdb,hdc:cdrom,r",
        "format=qcow2, vdev=hda, access=rw, target=/images/a b.qcow2",
        "/disk.vhd,vhd,hdb,w,backendtype=qdisk,script=block-nbd,discard",
        ",empty,hdd,cdrom", "format=raw,vdev=xvdb,direct-io-safe,backend=driver,target=/x",
        "colo,colo-host=h,colo-port=9000,colo-export=e,active-disk=/a,hidden-disk=/h,vdev=xvdc,"
        "access=rw,target=/y",
        "vdev=xvda,specification=virtio,target=/z", "vdev=xvda,nonsense=1,target=/z",
    };

    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
        libxl_device_disk disk;
        int rc;

        libxl_device_disk_init(&disk);
        rc = xlu_disk_parse(cfg, 1, &specs[i], &disk);
        tell_int("disk parse", specs[i], rc);
        if (!rc)
            tell_json("disk", specs[i], libxl_device_disk_to_json(ctx, &disk));
        libxl_device_disk_dispose(&disk);
    }
}

static void two_disk_specs(XLU_Config *cfg)
{
    const char *const specs[] = { "/dev/sda,raw,xvda,rw", "discard" };
    libxl_device_disk disk;

    libxl_device_disk_init(&disk);
    tell_int("disk parse", "of two", xlu_disk_parse(cfg, 2, specs, &disk));
    tell_json("disk", "of two", libxl_device_disk_to_json(ctx, &disk));
    libxl_device_disk_dispose(&disk);
}

/* xlu_pci_parse_bdf("03:00.*") is not asked: 4.14 ends the process by an assertion. */
static void pcis(XLU_Config *cfg)
{
    static const char *const specs[] = { "0000:03:1f.7", "0000:03:00.0,rdm_policy=strict",
                                         "03:00.1@7,permissive=1,msitranslate=1,power_mgmt=1,"
                                         "seize=1", "nonsense" };

    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
        libxl_device_pci pci;

        libxl_device_pci_init(&pci);
        tell_int("pci parse", specs[i], xlu_pci_parse_bdf(cfg, &pci, specs[i]));
        tell_json("pci", specs[i], libxl_device_pci_to_json(ctx, &pci));
        libxl_device_pci_dispose(&pci);
        libxl_device_pci_init(&pci);
        tell_int("pci spec_string", specs[i], xlu_pci_parse_spec_string(cfg, &pci, specs[i]));
        tell_json("pci of spec_string", specs[i], libxl_device_pci_to_json(ctx, &pci));
        libxl_device_pci_dispose(&pci);
    }
}

static void rates(XLU_Config *cfg)
{
    static const char *const rate[] = { "10Mb/s", "250KB/s@20ms", "1GB/s@1s", "fast" };

    for (size_t i = 0; i < sizeof(rate) / sizeof(rate[0]); i++) {
        libxl_device_nic nic;

        libxl_device_nic_init(&nic);
        nic.model = strdup("e1000"); /* it must still be there after */
        tell_int("rate parse", rate[i], xlu_vif_parse_rate(cfg, rate[i], &nic));
        tell_json("rate", rate[i], libxl_device_nic_to_json(ctx, &nic));
        libxl_device_nic_dispose(&nic);
    }
}

static void config_files(XLU_Config *cfg)
{
    static const char data[] = "name = \"guest\"\nmemory = 512\nflag = 1\n"
                               "disk = [ 'one,raw', \"two\" ]\nmemory2 = 'x'\n";
    const char *string = NULL;
    libxl_defbool flag = { 0 };
    XLU_ConfigList *list;
    long number = 0;
    int count = 0;

    tell_int("cfg", "readdata", xlu_cfg_readdata(cfg, data, strlen(data)));
    tell_int("cfg", "get_string", xlu_cfg_get_string(cfg, "name", &string, 0));
    printf("cfg name = %s\n", string);
    tell_int("cfg", "get_long", xlu_cfg_get_long(cfg, "memory", &number, 0));
    tell_int("cfg", "memory", number);
    tell_int("cfg", "get_defbool", xlu_cfg_get_defbool(cfg, "flag", &flag, 0));
    printf("cfg flag = %s\n", libxl_defbool_to_string(flag));
    tell_int("cfg", "get_list", xlu_cfg_get_list(cfg, "disk", &list, &count, 0));
    for (int i = 0; i <= count; i++)
        printf("cfg disk %d = %s\n", i, xlu_cfg_get_listitem(list, i));
    tell_int("cfg", "missing", xlu_cfg_get_string(cfg, "missing", &string, 1));
    tell_int("cfg", "no number", xlu_cfg_get_long(cfg, "memory2", &number, 1));
}

static void notations(void)
{
    XLU_Config *cfg = xlu_cfg_init(stderr, "public_api");

    disks(cfg);
    two_disk_specs(cfg);
    pcis(cfg);
    rates(cfg);
    config_files(cfg);
    xlu_cfg_destroy(cfg);
}

/* Fields that an older release lacks */

static void need_memory(const char *what, bool with_vpmu)
{
    libxl_domain_config config;
    uint64_t need = 0;

    libxl_domain_config_init(&config);
    config.c_info.type = LIBXL_DOMAIN_TYPE_PV;
    config.c_info.name = strdup("guest");
    libxl_domain_build_info_init_type(&config.b_info, LIBXL_DOMAIN_TYPE_PV);
    config.b_info.max_memkb = config.b_info.target_memkb = 1 << 20;
    if (with_vpmu)
        libxl_defbool_set(&config.b_info.vpmu, true);
    tell_int("need_memory", what, libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need));
    printf("need_memory name = %s\n", config.c_info.name);
    libxl_domain_config_dispose(&config);
}

static void newer_fields(void)
{
    libxl_device_disk disk;

    need_memory("plain", false);
    need_memory("with vpmu", true);
    libxl_device_disk_init(&disk);
    disk.vdev = strdup("xvda");
    disk.specification = LIBXL_DISK_SPECIFICATION_VIRTIO;
    tell_int("disk_add", "virtio", libxl_device_disk_add(ctx, 1, &disk, NULL));
    libxl_device_disk_dispose(&disk);
    tell_int("console_add_xenstore", "", libxl_console_add_xenstore(ctx, 1, 0, 1, 1, NULL));
}

int main(void)
{
    int rc = libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger);

    setvbuf(stdout, NULL, _IONBF, 0); /* log lines and results stay in order, whatever happens */
    tell_int("ctx_alloc", "", rc);
    if (rc)
        return 1;
    configs();
    policies();
    notations();
    newer_fields();
    tell_int("ctx_free", "", libxl_ctx_free(ctx));
    return 0;
}
