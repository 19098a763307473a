/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libxl does differently from release to release, beyond its types; doc/behaviour.md lists
 * all of it. What can be bridged is bridged here.
 */
#ifndef XLS_SURFACE_QUIRKS_H
#define XLS_SURFACE_QUIRKS_H

#include "public.h"

/*
 * Before libxl sees a configuration: refuses what would make it abort() the process, and makes an
 * implicit choice explicit where libxl might abort() over it. 0 or ERROR_INVAL, logged.
 */
int xls_quirk_config(libxl_ctx *ctx, const char *function, libxl_domain_config *config);

/* The same where the caller's struct must not be changed: *info may point to the shadow after. */
int xls_quirk_build_info(libxl_ctx *ctx, const char *function, const libxl_domain_build_info **info,
                         libxl_domain_build_info *shadow);

/* A USB controller: libxl abort()s unless its type is one, or left open where libxl may choose. */
int xls_quirk_usbctrl(libxl_ctx *ctx, const char *function, const libxl_device_usbctrl *usbctrl,
                      bool may_choose);

/* The result of a function that takes a configuration: an ERROR_* that lost its sign gets it back.
 */
int xls_quirk_result(int rc);

#endif
