/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Diagnosis: reasons of failures, and the trace of XLSTABLE_DEBUG. */

#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

const char *xls_environment(const char *name)
{
    const char *value = secure_getenv(name);

    return value && *value ? value : NULL;
}

void xls_debug(const char *format, ...)
{
    const char *wanted = secure_getenv("XLSTABLE_DEBUG");
    va_list arguments;

    if (!wanted || !*wanted || (wanted[0] == '0' && !wanted[1]))
        return;
    va_start(arguments, format);
    flockfile(stderr);
    fputs("xlstable: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    funlockfile(stderr);
    va_end(arguments);
}

enum xls_backend_status xls_fail(const struct xls_backend_options *options,
                                 enum xls_backend_status status, const char *format, ...)
{
    char text[2048];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    xls_debug("%s", text);
    if (options->report)
        options->report(options->user, text);
    return status;
}
