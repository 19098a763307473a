/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decisions, rooms and complaints of the fuzz targets. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "builtin.h"
#include "fuzz.h"

uint64_t fuzz_next(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

void fuzz_start(struct fuzz_source *source, const uint8_t *bytes, size_t size)
{
    source->bytes = bytes;
    source->left = size;
    source->state = 0xcbf29ce484222325;
    for (size_t i = 0; i < size; i++)
        source->state = (source->state ^ bytes[i]) * 0x100000001b3;
}

static uint8_t byte_of(struct fuzz_source *source)
{
    if (!source->left)
        return fuzz_next(&source->state);
    source->left--;
    return *source->bytes++;
}

uint64_t fuzz_number(struct fuzz_source *source)
{
    uint64_t number = 0;

    switch (byte_of(source) % 4) {
    case 0:
        return byte_of(source);
    case 1:
        return -(uint64_t)byte_of(source);
    case 2:
        return UINT64_C(1) << byte_of(source) % 64;
    }
    for (int i = 0; i < 8; i++)
        number = number << 8 | byte_of(source);
    return number;
}

unsigned fuzz_below(struct fuzz_source *source, unsigned below)
{
    return byte_of(source) % below;
}

void fuzz_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("fuzz: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}

/* Rooms */

#define ROOMS 8
#define ROOM_SIZE 65536
#define WATCHED 0xa5

static struct {
    char *start, *end;
    char *object;
} rooms[ROOMS];

static void make_room(unsigned number)
{
    size_t page = sysconf(_SC_PAGESIZE);
    char *start = mmap(NULL, ROOM_SIZE + page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (start == MAP_FAILED || mprotect(start + ROOM_SIZE, page, PROT_NONE))
        fuzz_fail("no memory for a room");
    rooms[number].start = start;
    rooms[number].end = start + ROOM_SIZE;
}

#define WATCH 256 /* bytes before an object */

void *fuzz_room(unsigned number, size_t size)
{
    if (number >= ROOMS || size > ROOM_SIZE - WATCH)
        fuzz_fail("room %u for %zu bytes: there is none", number, size);
    if (!rooms[number].start)
        make_room(number);
    rooms[number].object = rooms[number].end - size;
    memset(rooms[number].object - WATCH, WATCHED, WATCH);
    memset(rooms[number].object, 0x5a, size);
    return rooms[number].object;
}

void fuzz_check_rooms(void)
{
    for (int i = 0; i < ROOMS; i++) {
        for (int k = 1; rooms[i].object && k <= WATCH; k++) {
            if ((uint8_t)rooms[i].object[-k] != WATCHED)
                fuzz_fail("byte %d before object %d was written", k, i);
        }
    }
}

/* The policy */

static void policy_dispose(void *policy)
{
    free(*(char **)policy);
    *(char **)policy = NULL;
}

static int policy_copy(void *context, void *dst, const void *src)
{
    *(char **)dst = strdup(*(char *const *)src);
    return *(char **)dst ? 0 : -1;
}

static char *policy_to_json(void *context, const void *policy)
{
    return strdup(*(char *const *)policy);
}

static int policy_from_json(void *context, void *policy, const char *text)
{
    *(char **)policy = strdup(text);
    return *(char **)policy ? 0 : -1;
}

void fuzz_policy(void)
{
    xls_policy_ops = (struct xls_policy_ops) { policy_dispose, policy_copy, policy_to_json,
                                               policy_from_json };
}
