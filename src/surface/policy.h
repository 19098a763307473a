/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUID policies: opaque, and different inside in each libxenlight. */
#ifndef XLS_SURFACE_POLICY_H
#define XLS_SURFACE_POLICY_H

/* Lets the core reach the policies of the libxenlight that was just opened. */
void xls_policy_bind(void);

#endif
