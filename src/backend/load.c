/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decides on a release, opens its libraries and has them verified. */

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define SONAME "libxenlight.so."

/* "4.17", or "sim-4.17" for our simulation of it. False: it is neither. */
bool xls_xen_parse(const char *text, xls_release *release, bool *simulated)
{
    *simulated = strncmp(text, "sim-", 4) == 0;
    *release = xls_release_parse(text + (*simulated ? 4 : 0));
    return *release;
}

/* The release that the caller or the environment names; 0 if none does. */
static enum xls_backend_status named_release(const struct xls_backend_options *options,
                                             xls_release *release, bool *simulated)
{
    const char *wanted = xls_environment("XLSTABLE_XEN");

    *release = options->release;
    *simulated = options->simulated;
    if (*release || !wanted)
        return XLS_BACKEND_OK;
    if (!xls_xen_parse(wanted, release, simulated))
        return xls_fail(options, XLS_BACKEND_UNKNOWN_RELEASE,
                        "XLSTABLE_XEN=%s is not a Xen release such as 4.17, nor a simulated one "
                        "such as sim-4.17",
                        wanted);
    return XLS_BACKEND_OK;
}

/* Asks the hypervisor, unless somebody named a release. */
static enum xls_backend_status choose_release(const struct xls_backend_options *options,
                                              xls_release *release)
{
    const char *source = options->release ? "the caller's option" : "XLSTABLE_XEN";

    if (!*release) {
        source = "the hypervisor";
        *release = xls_hypervisor_release(XLS_SYSFS);
    }
    if (!*release)
        return xls_fail(options, XLS_BACKEND_NO_HYPERVISOR,
                        "no Xen hypervisor runs here (neither %s nor the xen_version hypercall "
                        "tells a release), and neither an option nor XLSTABLE_XEN names one",
                        XLS_SYSFS);
    xls_debug("Xen " XLS_RELEASE_FORMAT ", says %s", XLS_RELEASE_ARGS(*release), source);
    return XLS_BACKEND_OK;
}

static enum xls_backend_status require_described(const struct xls_backend_options *options,
                                                 xls_release release)
{
    if (xls_release_described(release))
        return XLS_BACKEND_OK;
    return xls_fail(options, XLS_BACKEND_UNKNOWN_RELEASE,
                    "Xen " XLS_RELEASE_FORMAT
                    " is not known to this libxlstable, which knows " XLS_RELEASE_FORMAT
                    " to " XLS_RELEASE_FORMAT,
                    XLS_RELEASE_ARGS(release), XLS_RELEASE_ARGS(xls_releases[0]),
                    XLS_RELEASE_ARGS(xls_releases[XLS_RELEASE_COUNT - 1]));
}

/* Reads the SONAME before anything of the file runs; it tells the release. */
static enum xls_backend_status inspect(const struct xls_backend_options *options, const char *path,
                                       xls_release *release)
{
    char soname[128], problem[256];
    xls_release found = 0;

    if (xls_elf_soname(path, soname, sizeof(soname), problem, sizeof(problem)))
        return xls_fail(options, XLS_BACKEND_BROKEN, "%s cannot be loaded: %s", path, problem);
    if (strncmp(soname, SONAME, strlen(SONAME)) == 0)
        found = xls_release_parse(soname + strlen(SONAME));
    if (!found)
        return xls_fail(options, XLS_BACKEND_WRONG_SONAME, "%s is no libxenlight: its SONAME is %s",
                        path, soname);
    if (*release && found != *release)
        return xls_fail(options, XLS_BACKEND_WRONG_SONAME,
                        "%s has the SONAME %s, but Xen " XLS_RELEASE_FORMAT
                        " needs libxenlight.so." XLS_RELEASE_FORMAT,
                        path, soname, XLS_RELEASE_ARGS(*release), XLS_RELEASE_ARGS(*release));
    *release = found;
    return XLS_BACKEND_OK;
}

static enum xls_backend_status
open_light(struct xls_backend *backend, const struct xls_backend_options *options, const char *file)
{
    backend->light = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!backend->light)
        return xls_fail(options, XLS_BACKEND_BROKEN, "%s cannot be loaded: %s", file, dlerror());
    xls_debug("%s: opened", file);
    return XLS_BACKEND_OK;
}

/* Beside libxenlight, else where the dynamic loader finds it. A host may have none. */
static void open_util(struct xls_backend *backend, xls_release release)
{
    char soname[32], path[sizeof(backend->path) + sizeof(soname)];
    const char *slash = strrchr(backend->path, '/');

    snprintf(soname, sizeof(soname), "libxlutil.so." XLS_RELEASE_FORMAT, XLS_RELEASE_ARGS(release));
    if (slash) {
        snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - backend->path), backend->path,
                 soname);
        backend->util = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    }
    if (!backend->util)
        backend->util = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    if (backend->util) {
        xls_debug("%s: opened", soname);
        return;
    }
    snprintf(backend->util_problem, sizeof(backend->util_problem), "%s", dlerror());
    xls_debug("no xlu_ functions: %s", backend->util_problem);
}

enum xls_backend_status xls_backend_open(struct xls_backend *backend,
                                         const struct xls_backend_options *options)
{
    const char *path = options->path ? options->path : xls_environment("XLSTABLE_LIBXENLIGHT");
    enum xls_backend_status status;
    xls_release release;

    memset(backend, 0, sizeof(*backend));
    status = named_release(options, &release, &backend->simulated);
    if (status)
        return status;
    if (path) {
        /* Without a slash the dynamic loader would search for it, and find another file. */
        snprintf(backend->path, sizeof(backend->path), "%s%s", strchr(path, '/') ? "" : "./", path);
    } else {
        status = choose_release(options, &release);
        if (!status)
            status = require_described(options, release);
        if (!status)
            status = (backend->simulated ? xls_find_simulated : xls_find)(
                options, release, backend->path, sizeof(backend->path));
        if (status)
            return status;
    }
    status = inspect(options, backend->path, &release);
    if (!status)
        status = require_described(options, release);
    if (!status)
        status = open_light(backend, options, backend->path);
    if (status)
        return status;
    open_util(backend, release);
    xls_layout_compute(&backend->layout, release);
    status = xls_verify(backend, options);
    if (status)
        xls_backend_close(backend);
    return status;
}

void xls_backend_close(struct xls_backend *backend)
{
    if (backend->util)
        dlclose(backend->util);
    if (backend->light)
        dlclose(backend->light);
    backend->light = backend->util = NULL;
}

void *xls_backend_symbol(const struct xls_backend *backend, const char *name, bool util)
{
    void *handle = util ? backend->util : backend->light;

    return handle ? dlsym(handle, name) : NULL;
}
