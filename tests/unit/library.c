/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A library of no use, built under several SONAMEs: see local.mk. */

int unit_library(void);

#ifdef NEEDY
int nobody_has_this(void);
#endif

__attribute__((visibility("default"))) int unit_library(void)
{
#ifdef NEEDY
    return nobody_has_this();
#else
    return 4;
#endif
}
