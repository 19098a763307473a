/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints what the backend sees of its environment; environment_is_ignored_with_more_rights.sh
 * runs it with more rights than its user. */

#include <stdio.h>

#include "../../src/backend/internal.h"

/* The leak checker of a sanitized build cannot look into such a process. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

int main(void)
{
    static struct xls_backend backend;
    static const char *const names[] = { "XLSTABLE_XEN", "XLSTABLE_LIBXENLIGHT" };

    for (int i = 0; i < 2; i++)
        printf("%s=%s\n", names[i], xls_environment(names[i]) ? xls_environment(names[i]) : "");
    printf("status=%d\n", xls_backend_open(&backend, &(struct xls_backend_options) { 0 }));
    return 0;
}
