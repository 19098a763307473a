/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors: the closed list, and what the calling thread's last one was about. */

#include <stdio.h>
#include <string.h>

#include "../surface/call.h"
#include "opaque.h"

struct detail {
    int code;
    char text[1024];
    char field[256];
    char release[16];
    char logged[1024]; /* the first line that libxl logged as an error since the call began */
};

static _Thread_local struct detail last;

const char *xls_strerror(int error)
{
    switch (error) {
    case 0:
        return "success";
    case XLS_ERROR_WRONG_VARIANT:
        return "the field does not exist while its key is as it is";
    case XLS_ERROR_OUT_OF_RANGE:
        return "out of range";
    case XLS_ERROR_BAD_OPTION:
        return "an option that this version does not have";
    case XLS_ERROR_BAD_JSON:
        return "JSON that does not fit";
    case XLS_ERROR_UNKNOWN_KEY:
        return "an unknown key in JSON";
    case XLS_ERROR_SYSTEM:
        return "a system call failed";
    default:
        return xls_error_meaning(error);
    }
}

int xls_last_error(void)
{
    return last.code;
}

const char *xls_error_text(void)
{
    return last.text;
}

const char *xls_error_field(void)
{
    return *last.field ? last.field : NULL;
}

const char *xls_error_release(void)
{
    return *last.release ? last.release : NULL;
}

int xls_error_set(int code, const char *format, ...)
{
    va_list arguments;

    last.code = code;
    last.field[0] = last.release[0] = '\0';
    va_start(arguments, format);
    vsnprintf(last.text, sizeof(last.text), format, arguments);
    va_end(arguments);
    return code;
}

int xls_error_field_set(int code, unsigned type, unsigned field, const char *what)
{
    char name[sizeof(last.field)];

    xls_field_name(type, field, name, sizeof(name));
    xls_error_set(code, "%s: %s", name, what);
    memcpy(last.field, name, sizeof(name));
    return code;
}

void xls_error_begin(void)
{
    last.logged[0] = '\0';
    xls_refusal.field[0] = '\0';
    xls_refusal.since = 0;
    xls_refusal.no_memory = false;
}

void xls_error_logged(const char *text)
{
    if (!*last.logged)
        snprintf(last.logged, sizeof(last.logged), "%s", text);
}

static const char *without_prefix(const char *name)
{
    return strncmp(name, "libxl_", 6) == 0 ? name + 6 : name;
}

int xls_error_libxl(const char *function, int rc)
{
    bool own = rc <= XLS_ERROR_WRONG_VARIANT && rc >= XLS_ERROR_SYSTEM;
    bool listed = own || xls_value_by_number(&xls_types[XLS_TYPE_libxl_error], rc);
    int code = listed ? rc : XLS_ERROR_FAIL;

    if (*last.logged)
        xls_error_set(code, "%s", last.logged);
    else if (listed)
        xls_error_set(code, "xls_%s: %s", without_prefix(function), xls_strerror(code));
    else
        xls_error_set(code, "xls_%s: libxl returned %d", without_prefix(function), rc);
    if (*xls_refusal.field)
        snprintf(last.field, sizeof(last.field), "%s", without_prefix(xls_refusal.field));
    if (xls_refusal.since)
        snprintf(last.release, sizeof(last.release), XLS_RELEASE_FORMAT,
                 XLS_RELEASE_ARGS(xls_refusal.since));
    return code;
}

int xls_options(const char *name, const void *given, size_t given_size, void *known, size_t size)
{
    const unsigned char *bytes = given;

    memset(known, 0, size);
    if (given_size < sizeof(size_t))
        return xls_error_set(XLS_ERROR_BAD_OPTION, "struct %s: sz is %zu: set it to its size", name,
                             given_size);
    for (size_t i = size; i < given_size; i++) {
        if (bytes[i])
            return xls_error_set(XLS_ERROR_BAD_OPTION,
                                 "struct %s: byte %zu is set, and this version knows %zu bytes",
                                 name, i, size);
    }
    memcpy(known, given, given_size < size ? given_size : size);
    return 0;
}
