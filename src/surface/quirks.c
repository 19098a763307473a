/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bridges between the behaviour of releases. Each is for one item of doc/behaviour.md. */

#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "ctx.h"
#include "quirks.h"
#include "runtime.h"

/* The release that dropped qemu-traditional. */
#define WITHOUT_TRADITIONAL XLS_RELEASE(4, 21)

/*
 * Device models of HVM guests. While it fills in defaults, libxl abort()s over a device model that
 * it does not know once the BIOS is chosen; 4.21 and later no longer know qemu-traditional.
 */

static bool knows_device_model(int version)
{
    switch (version) {
    case LIBXL_DEVICE_MODEL_VERSION_UNKNOWN:
    case LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN:
        return true;
    case LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL:
        return !xls_runs(WITHOUT_TRADITIONAL);
    default:
        return false;
    }
}

static int refuse_device_model(libxl_ctx *ctx, const char *function, const char *prefix,
                               const libxl_domain_build_info *info)
{
    int version = info->device_model_version;
    const char *name;

    if (info->type != LIBXL_DOMAIN_TYPE_HVM || knows_device_model(version))
        return 0;
    name = libxl_device_model_version_to_string(version);
    xls_log(ctx, XTL_ERROR,
            "%s: %sdevice_model_version is set to %d (%s), which libxl of Xen " XLS_RELEASE_FORMAT
            " has no HVM guests with",
            function, prefix, version, name ? name : "of no release",
            XLS_RELEASE_ARGS(xls_runtime()->backend.layout.release));
    return ERROR_INVAL;
}

/* Left open, it becomes QEMU_XEN in any case since 4.21, unless that is not installed: then libxl
 * abort()s over a chosen BIOS. Chosen, it is an ordinary failure to start the device model. */
static bool leaves_device_model_open(const libxl_domain_build_info *info)
{
    return xls_runs(WITHOUT_TRADITIONAL) && info->type == LIBXL_DOMAIN_TYPE_HVM &&
           info->device_model_version == LIBXL_DEVICE_MODEL_VERSION_UNKNOWN && info->u.hvm.bios;
}

/*
 * USB controllers. What type one is, libxl chooses where it adds it, and reads from xenstore where
 * it lists it; where it removes it, it relies on the caller. It abort()s over any other type.
 */

int xls_quirk_usbctrl(libxl_ctx *ctx, const char *function, const libxl_device_usbctrl *usbctrl,
                      bool may_choose)
{
    const char *name = libxl_usbctrl_type_to_string(usbctrl->type);

    if (name && (usbctrl->type != LIBXL_USBCTRL_TYPE_AUTO || may_choose))
        return 0;
    xls_log(ctx, XTL_ERROR,
            "%s: the type of USB controller %d is set to %d (%s), which libxl cannot %s", function,
            usbctrl->devid, usbctrl->type, name ? name : "of no release",
            may_choose ? "add" : "remove");
    return ERROR_INVAL;
}

/* Configurations */

int xls_quirk_config(libxl_ctx *ctx, const char *function, libxl_domain_config *config)
{
    int rc = refuse_device_model(ctx, function, "libxl_domain_config.b_info.", &config->b_info);

    for (int i = 0; !rc && i < config->num_usbctrls; i++)
        rc = xls_quirk_usbctrl(ctx, function, &config->usbctrls[i], true);
    if (!rc && leaves_device_model_open(&config->b_info))
        config->b_info.device_model_version = LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN;
    return rc;
}

int xls_quirk_build_info(libxl_ctx *ctx, const char *function, const libxl_domain_build_info **info,
                         libxl_domain_build_info *shadow)
{
    int rc = refuse_device_model(ctx, function, "libxl_domain_build_info.", *info);

    if (!rc && leaves_device_model_open(*info)) {
        *shadow = **info;
        shadow->device_model_version = LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN;
        *info = shadow;
    }
    return rc;
}

/* Since 4.16 a max_grant_version that the host lacks is -ERROR_INVAL. */
int xls_quirk_result(int rc)
{
    return rc > 0 ? -rc : rc;
}

/*
 * The strings of the hypervisor. libxl of 4.20 and later asks in a way that an older hypervisor
 * does not know, leaves them NULL, and asks again, and leaks, at every call. Linux tells most of
 * them; what is not told is empty.
 */

static bool is_whole(const libxl_version_info *info)
{
    return info->xen_version_extra && info->capabilities && info->changeset && info->commandline;
}

/* -1 without memory. */
static int fill_in(char **text, const char *name)
{
    char line[1024] = "";

    if (*text)
        return 0;
    if (name && !xls_hypervisor_tells(name, line, sizeof(line)))
        line[0] = '\0';
    *text = strdup(line);
    return *text ? 0 : -1;
}

static libxl_version_info *whole_copy(libxl_ctx *ctx, const libxl_version_info *info)
{
    libxl_version_info *copy = malloc(sizeof(*copy));

    if (!copy)
        return NULL;
    libxl_version_info_copy(ctx, copy, info);
    if (fill_in(&copy->xen_version_extra, "version/extra") ||
        fill_in(&copy->capabilities, "properties/capabilities") ||
        fill_in(&copy->changeset, "properties/changeset") || fill_in(&copy->commandline, NULL)) {
        libxl_version_info_dispose(copy);
        free(copy);
        return NULL;
    }
    return copy;
}

const libxl_version_info *libxl_get_version_info(libxl_ctx *ctx)
{
    const libxl_version_info *info = xls_ctx_version(ctx);
    libxl_version_info *copy;

    if (info)
        return info;
    info = XLS_REAL(libxl_get_version_info)(ctx);
    if (!info || is_whole(info))
        return info;
    copy = whole_copy(ctx, info);
    if (!copy) {
        xls_log(ctx, XTL_ERROR, "libxl_get_version_info: out of memory");
        return NULL;
    }
    return xls_ctx_keep_version(ctx, copy);
}
