/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where libxenlight.so.4.N is. */

#include <dlfcn.h>
#include <errno.h>
#include <glob.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Besides LD_LIBRARY_PATH; %d.%d is the release. Last of all the dynamic loader is asked. */
static const char *const folders[] = {
    "/usr/lib/xen-%d.%d/lib",
    "/opt/xen-%d.%d/lib",
    "/usr/local/lib",
#ifdef XLS_MULTIARCH
    "/usr/lib/" XLS_MULTIARCH,
    "/lib/" XLS_MULTIARCH,
#endif
    "/usr/lib64",
    "/usr/lib",
};

static bool try(const char *folder, int length, xls_release release, char *path, size_t size)
{
    int written = snprintf(path, size, "%.*s/libxenlight.so." XLS_RELEASE_FORMAT, length, folder,
                           XLS_RELEASE_ARGS(release));

    if (written < 0 || (size_t)written >= size)
        return false;
    if (access(path, F_OK)) {
        xls_debug("%s: %s", path, strerror(errno));
        return false;
    }
    xls_debug("%s: found", path);
    return true;
}

/* The dynamic loader knows more places than we do; it only tells by loading. */
static bool ask_loader(xls_release release, char *path, size_t size)
{
    struct link_map *map;
    char soname[32];
    void *handle;

    snprintf(soname, sizeof(soname), "libxenlight.so." XLS_RELEASE_FORMAT,
             XLS_RELEASE_ARGS(release));
    handle = dlopen(soname, RTLD_LAZY | RTLD_LOCAL);
    if (!handle) {
        snprintf(path, size, "%s", dlerror());
        xls_debug("%s", path);
        return false;
    }
    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0)
        snprintf(path, size, "%s", map->l_name);
    dlclose(handle);
    xls_debug("%s: found by the dynamic loader", path);
    return true;
}

/* Names what there is instead, so that the message helps. */
static void list_installed(char *text, size_t size)
{
    static const char *const patterns[] = { "/usr/lib/*/libxenlight.so.4.*[0-9]",
                                            "/usr/lib/libxenlight.so.4.*[0-9]",
                                            "/usr/lib64/libxenlight.so.4.*[0-9]",
                                            "/usr/local/lib/libxenlight.so.4.*[0-9]" };
    glob_t found = { 0 };
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        glob(patterns[i], i ? GLOB_APPEND : 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc && used < size; i++) {
        const char *soname = strrchr(found.gl_pathv[i], '/') + 1;

        /* libxenlight.so.4.17.0 is the file behind libxenlight.so.4.17 */
        if (strspn(soname + strlen("libxenlight.so.4."), "0123456789") ==
            strlen(soname + strlen("libxenlight.so.4.")))
            used += snprintf(text + used, size - used, "%s%s", used ? ", " : "", found.gl_pathv[i]);
    }
    globfree(&found);
    if (!used)
        snprintf(text, size, "no libxenlight at all");
}

enum xls_backend_status xls_find(const struct xls_backend_options *options, xls_release release,
                                 char *path, size_t size)
{
    const char *list = secure_getenv("LD_LIBRARY_PATH");
    char folder[128], installed[1024];

    for (; list && *list; list += strspn(list, ":;")) {
        int length = strcspn(list, ":;");

        if (length && try(list, length, release, path, size))
            return XLS_BACKEND_OK;
        list += length;
    }
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        snprintf(folder, sizeof(folder), folders[i], XLS_RELEASE_ARGS(release));
        if (try(folder, strlen(folder), release, path, size))
            return XLS_BACKEND_OK;
    }
    if (ask_loader(release, path, size))
        return XLS_BACKEND_OK;
    list_installed(installed, sizeof(installed));
    return xls_fail(options, XLS_BACKEND_NOT_FOUND,
                    "Xen " XLS_RELEASE_FORMAT " needs libxenlight.so." XLS_RELEASE_FORMAT
                    ", which is neither in LD_LIBRARY_PATH nor in the usual folders; the dynamic "
                    "loader says: %s; installed: %s",
                    XLS_RELEASE_ARGS(release), XLS_RELEASE_ARGS(release), path, installed);
}

enum xls_backend_status xls_find_simulated(const struct xls_backend_options *options,
                                           xls_release release, char *path, size_t size)
{
    const char *folder = xls_environment("XLSTABLE_SIM_DIR");

    folder = folder ? folder : XLS_SIM_DIR;
    if (try(folder, strlen(folder), release, path, size))
        return XLS_BACKEND_OK;
    return xls_fail(options, XLS_BACKEND_NOT_FOUND,
                    "no simulation of Xen " XLS_RELEASE_FORMAT " is installed in %s",
                    XLS_RELEASE_ARGS(release), folder);
}
