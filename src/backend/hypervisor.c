/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which Xen runs. Asks sysfs, else the hypervisor itself by way of libxencall, whose ABI is stable.
 */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define HYPERVISOR_XEN_VERSION 17 /* the hypercall; XENVER_version is its subcommand 0 */

xls_release xls_release_parse(const char *text)
{
    char *end;
    unsigned long major, minor;

    if (*text < '0' || *text > '9')
        return 0;
    major = strtoul(text, &end, 10);
    if (*end != '.' || end[1] < '0' || end[1] > '9')
        return 0;
    minor = strtoul(end + 1, &end, 10);
    if (*end || major > 0xff || minor > 0xff)
        return 0;
    return XLS_RELEASE(major, minor);
}

bool xls_release_described(xls_release release)
{
    for (int i = 0; i < XLS_RELEASE_COUNT; i++) {
        if (xls_releases[i] == release)
            return true;
    }
    return false;
}

static bool read_line(const char *folder, const char *name, char *line, size_t size)
{
    char path[512];
    FILE *file;
    bool fine;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "re");
    if (!file)
        return false;
    fine = fgets(line, size, file);
    fclose(file);
    if (fine)
        line[strcspn(line, "\n")] = '\0';
    return fine;
}

static xls_release ask_sysfs(const char *sysfs)
{
    char type[32], major[16], minor[16], text[40];

    if (!read_line(sysfs, "type", type, sizeof(type)) || strcmp(type, "xen") != 0)
        return 0;
    if (!read_line(sysfs, "version/major", major, sizeof(major)) ||
        !read_line(sysfs, "version/minor", minor, sizeof(minor)))
        return 0;
    snprintf(text, sizeof(text), "%s.%s", major, minor);
    xls_debug("%s/version says Xen %s", sysfs, text);
    return xls_release_parse(text);
}

static xls_release ask_hypervisor(void)
{
    void *library, *(*open_call)(void *logger, unsigned flags);
    int (*close_call)(void *call);
    int (*call2)(void *call, unsigned op, uint64_t arg1, uint64_t arg2);
    int version = -1;
    void *call;

    /* xencall_open complains on stderr where there is no Xen. */
    if (access("/dev/xen/privcmd", F_OK) && access("/proc/xen/privcmd", F_OK)) {
        xls_debug("no /dev/xen/privcmd: no hypercall can be made");
        return 0;
    }
    library = dlopen("libxencall.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        xls_debug("libxencall.so.1: %s", dlerror());
        return 0;
    }
    open_call = dlsym(library, "xencall_open");
    close_call = dlsym(library, "xencall_close");
    call2 = dlsym(library, "xencall2");
    call = open_call && close_call && call2 ? open_call(NULL, 0) : NULL;
    if (call) {
        version = call2(call, HYPERVISOR_XEN_VERSION, 0, 0);
        close_call(call);
    }
    dlclose(library);
    if (version <= 0)
        return 0;
    xls_debug("the xen_version hypercall says Xen %d.%d", version >> 16, version & 0xffff);
    return XLS_RELEASE(version >> 16, version & 0xff);
}

bool xls_hypervisor_tells(const char *name, char *text, size_t size)
{
    return read_line(XLS_SYSFS, name, text, size);
}

xls_release xls_hypervisor_release(const char *sysfs)
{
    xls_release release = ask_sysfs(sysfs);

    return release ? release : ask_hypervisor();
}
