/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libxl_bitmap: bit b is bit b % 8 of byte b / 8. Needs no Xen. */

#include <stdio.h>
#include <stdlib.h>

#include "runtime.h"

void libxl_bitmap_init(libxl_bitmap *map)
{
    memset(map, 0, sizeof(*map));
}

void libxl_bitmap_dispose(libxl_bitmap *map)
{
    if (!map)
        return;
    free(map->map);
    libxl_bitmap_init(map);
}

static int allocate(libxl_ctx *ctx, libxl_bitmap *bitmap, uint32_t bytes)
{
    bitmap->map = calloc(bytes ? bytes : 1, 1);
    bitmap->size = bitmap->map ? bytes : 0;
    if (bitmap->map)
        return 0;
    xls_log(ctx, XTL_ERROR, "libxl_bitmap: out of memory for %u bytes", bytes);
    return ERROR_NOMEM;
}

int libxl_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *bitmap, int n_bits)
{
    if (n_bits < 0) {
        xls_log(ctx, XTL_ERROR, "libxl_bitmap_alloc: %d bits", n_bits);
        libxl_bitmap_init(bitmap);
        return ERROR_INVAL;
    }
    return allocate(ctx, bitmap, ((uint32_t)n_bits + 7) / 8);
}

int libxl_bitmap_test(const libxl_bitmap *bitmap, int bit)
{
    if (bit < 0 || (uint32_t)bit / 8 >= bitmap->size)
        return 0;
    return (bitmap->map[bit / 8] & 1 << bit % 8) != 0;
}

void libxl_bitmap_set(libxl_bitmap *bitmap, int bit)
{
    if (bit >= 0 && (uint32_t)bit / 8 < bitmap->size)
        bitmap->map[bit / 8] |= 1 << bit % 8;
}

void libxl_bitmap_reset(libxl_bitmap *bitmap, int bit)
{
    if (bit >= 0 && (uint32_t)bit / 8 < bitmap->size)
        bitmap->map[bit / 8] &= ~(1 << bit % 8);
}

int libxl_bitmap_count_set(const libxl_bitmap *bitmap)
{
    int count = 0;

    for (uint32_t i = 0; i < bitmap->size; i++)
        count += __builtin_popcount(bitmap->map[i]);
    return count;
}

int libxl_bitmap_is_full(const libxl_bitmap *bitmap)
{
    for (uint32_t i = 0; i < bitmap->size; i++) {
        if (bitmap->map[i] != 0xff)
            return 0;
    }
    return 1;
}

int libxl_bitmap_is_empty(const libxl_bitmap *bitmap)
{
    for (uint32_t i = 0; i < bitmap->size; i++) {
        if (bitmap->map[i])
            return 0;
    }
    return 1;
}

/* The target keeps its size: what the source has beyond it is left out. */
void libxl_bitmap_copy(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr)
{
    uint32_t size = dptr->size < sptr->size ? dptr->size : sptr->size;

    if (dptr->size != sptr->size)
        xls_log(ctx, XTL_WARN, "libxl_bitmap_copy: %u bytes into %u bytes", sptr->size, dptr->size);
    if (size)
        memcpy(dptr->map, sptr->map, size);
}

void libxl_bitmap_copy_alloc(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr)
{
    libxl_bitmap_init(dptr);
    if (sptr->size && !allocate(ctx, dptr, sptr->size))
        memcpy(dptr->map, sptr->map, sptr->size);
}

/* Of two sizes the larger for a union, where the shorter map counts as zeros behind its end. */
int libxl_bitmap_or(libxl_ctx *ctx, libxl_bitmap *or_map, const libxl_bitmap *map1,
                    const libxl_bitmap *map2)
{
    const libxl_bitmap *large = map1->size > map2->size ? map1 : map2;
    const libxl_bitmap *small = map1->size > map2->size ? map2 : map1;
    int rc = allocate(ctx, or_map, large->size);

    if (rc)
        return rc;
    for (uint32_t i = 0; i < large->size; i++)
        or_map->map[i] = large->map[i] | (i < small->size ? small->map[i] : 0);
    return 0;
}

int libxl_bitmap_and(libxl_ctx *ctx, libxl_bitmap *and_map, const libxl_bitmap *map1,
                     const libxl_bitmap *map2)
{
    uint32_t size = map1->size < map2->size ? map1->size : map2->size;
    int rc = allocate(ctx, and_map, size);

    if (rc)
        return rc;
    for (uint32_t i = 0; i < size; i++)
        and_map->map[i] = map1->map[i] & map2->map[i];
    return 0;
}

/* "0x" and two digits a byte, the last byte first. */
char *libxl_bitmap_to_hex_string(libxl_ctx *ctx, const libxl_bitmap *bitmap)
{
    char *text = malloc((size_t)bitmap->size * 2 + 3), *place = text;

    if (!text) {
        xls_log(ctx, XTL_ERROR, "libxl_bitmap_to_hex_string: out of memory");
        return NULL;
    }
    place += sprintf(place, "0x");
    for (uint32_t i = bitmap->size; i-- > 0;)
        place += sprintf(place, "%02x", bitmap->map[i]);
    return text;
}
