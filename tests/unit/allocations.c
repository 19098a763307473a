/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counts allocations, and lets a chosen one fail. The programs are linked with --wrap, which
 * reaches what is linked into them and not libyajl: that does not survive a failing malloc, and
 * is no matter of ours.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

void *__real_malloc(size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);
int __wrap_vasprintf(char **text, const char *format, va_list arguments);
int __wrap_asprintf(char **text, const char *format, ...);
int __wrap___asprintf_chk(char **text, int flag, const char *format, ...);

static size_t live;
static bool armed, lasting, failed;
static unsigned remaining;

size_t allocations_live(void)
{
    return live;
}

void allocations_fail(unsigned after, bool forever)
{
    armed = true;
    lasting = forever;
    failed = false;
    remaining = after;
}

bool allocations_failed(void)
{
    armed = false;
    return failed;
}

static bool may_allocate(void)
{
    if (!armed || (failed && !lasting))
        return true;
    if (!failed && remaining--)
        return true;
    failed = true;
    return false;
}

void *__wrap_malloc(size_t size)
{
    void *block = may_allocate() ? __real_malloc(size) : NULL;

    live += !!block;
    return block;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *block = __wrap_malloc(count * size);

    return block ? memset(block, 0, count * size) : NULL;
}

void *__wrap_realloc(void *block, size_t size)
{
    void *grown = may_allocate() ? __real_realloc(block, size) : NULL;

    live += grown && !block;
    return grown;
}

void __wrap_free(void *block)
{
    live -= !!block;
    __real_free(block);
}

char *__wrap_strndup(const char *text, size_t length)
{
    size_t size = strnlen(text, length);
    char *copy = __wrap_malloc(size + 1);

    if (copy) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    return copy;
}

char *__wrap_strdup(const char *text)
{
    return __wrap_strndup(text, strlen(text));
}

int __wrap_vasprintf(char **text, const char *format, va_list arguments)
{
    va_list again;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    *text = __wrap_malloc(length + 1);
    return *text ? vsnprintf(*text, length + 1, format, arguments) : -1;
}

int __wrap_asprintf(char **text, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = __wrap_vasprintf(text, format, arguments);
    va_end(arguments);
    return length;
}

/* What _FORTIFY_SOURCE makes of asprintf. */
int __wrap___asprintf_chk(char **text, int flag, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = __wrap_vasprintf(text, format, arguments);
    va_end(arguments);
    return length;
}
