/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events on their way from libxl to the caller. */
#ifndef XLS_SURFACE_EVENT_H
#define XLS_SURFACE_EVENT_H

#include "public.h"

/*
 * The caller's form of an event that libxl handed over; libxl's own is gone. NULL without memory:
 * then the event is lost, and that is logged.
 */
libxl_event *xls_event_up(libxl_ctx *ctx, libxl_event *event);

#endif
