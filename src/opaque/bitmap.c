/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of numbers, and UUIDs. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opaque.h"

#define BITMAP      XLS_TYPE_libxl_bitmap
#define HIGHEST_BIT 1048575

xls_bitmap *xls_bitmap_new(void)
{
    return xls_handle_new(BITMAP);
}

void xls_bitmap_free(xls_bitmap *bitmap)
{
    xls_handle_free(BITMAP, bitmap);
}

int xls_bitmap_copy(xls_bitmap *to, const xls_bitmap *from)
{
    return xls_handle_copy(BITMAP, to, from);
}

int xls_bitmap_set(xls_bitmap *bitmap, unsigned bit)
{
    uint32_t size = bit / 8 + 1;
    uint8_t *map;

    if (!bitmap)
        return xls_error_set(XLS_ERROR_INVAL, "xls_bitmap_set: bitmap is NULL");
    if (bit > HIGHEST_BIT)
        return xls_error_set(XLS_ERROR_OUT_OF_RANGE, "xls_bitmap_set: bit %u is above %u", bit,
                             HIGHEST_BIT);
    if (size > bitmap->size) {
        map = realloc(bitmap->map, size);
        if (!map)
            return xls_error_set(XLS_ERROR_NOMEM, "xls_bitmap_set: out of memory");
        memset(map + bitmap->size, 0, size - bitmap->size);
        bitmap->map = map;
        bitmap->size = size;
    }
    bitmap->map[bit / 8] |= 1u << bit % 8;
    return 0;
}

int xls_bitmap_unset(xls_bitmap *bitmap, unsigned bit)
{
    if (!bitmap)
        return xls_error_set(XLS_ERROR_INVAL, "xls_bitmap_unset: bitmap is NULL");
    if (bit > HIGHEST_BIT)
        return xls_error_set(XLS_ERROR_OUT_OF_RANGE, "xls_bitmap_unset: bit %u is above %u", bit,
                             HIGHEST_BIT);
    if (bit / 8 < bitmap->size)
        bitmap->map[bit / 8] &= (uint8_t) ~(1u << bit % 8);
    return 0;
}

void xls_bitmap_clear(xls_bitmap *bitmap)
{
    if (bitmap)
        xls_handle_reset(BITMAP, bitmap);
}

bool xls_bitmap_test(const xls_bitmap *bitmap, unsigned bit)
{
    return bitmap && bit / 8 < bitmap->size && bitmap->map[bit / 8] & 1u << bit % 8;
}

size_t xls_bitmap_count(const xls_bitmap *bitmap)
{
    size_t count = 0;

    for (uint32_t i = 0; bitmap && i < bitmap->size; i++)
        count += (size_t)__builtin_popcount(bitmap->map[i]);
    return count;
}

size_t xls_bitmap_size(const xls_bitmap *bitmap)
{
    return bitmap ? (size_t)bitmap->size * 8 : 0;
}

int xls_bitmap_next(const xls_bitmap *bitmap, int after)
{
    size_t bits = xls_bitmap_size(bitmap);

    for (size_t bit = after < 0 ? 0 : (size_t)after + 1; bit < bits && bit <= INT32_MAX; bit++) {
        if (xls_bitmap_test(bitmap, (unsigned)bit))
            return (int)bit;
    }
    return -1;
}

int xls_uuid_parse(const char *text, uint8_t uuid[16])
{
    if (!text || !uuid || libxl_uuid_from_string((libxl_uuid *)uuid, text))
        return xls_error_set(XLS_ERROR_INVAL, "'%s' is no UUID", text ? text : "(null)");
    return 0;
}

void xls_uuid_format(const uint8_t uuid[16], char text[XLS_UUID_TEXT_SIZE])
{
    snprintf(text, XLS_UUID_TEXT_SIZE, XLS_UUID_FORMAT, XLS_UUID_ARGS(uuid));
}

void xls_uuid_generate(uint8_t uuid[16])
{
    libxl_uuid_generate((libxl_uuid *)uuid);
}
