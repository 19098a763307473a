/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The source-compatible headers as the library itself sees them: what they declare is exported,
 * and nothing else is.
 */
#ifndef XLS_SURFACE_PUBLIC_H
#define XLS_SURFACE_PUBLIC_H

/* One ABI on all machines: what a machine's libxl lacks returns ERROR_NI there. */
#define XLS_ALL_ARCHITECTURES

#ifndef XLS_SYMBOL /* the simulation has some of these functions under their own names */
#define XLS_SYMBOL(name) __asm__("xls_" #name) __attribute__((visibility("default")))
#endif

#include <libxl.h>
#include <libxl_event.h>
#include <libxl_json.h>
#include <libxl_utils.h>
#include <libxl_uuid.h>
#include <libxlutil.h>

#endif
