/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the fuzz targets share. A target reads its decisions from the bytes that it is given, and
 * goes on with numbers made from them where they end: equal bytes, equal run.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "layout.h"

/* The target, by the name that libFuzzer knows; driver.c calls it, too. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* For driver.c: makes the next input from a text of the corpus, or from nothing. The size. */
size_t fuzz_mutate(uint64_t *state, const uint8_t *from, size_t from_size, uint8_t *to,
                   size_t room);

struct fuzz_source {
    const uint8_t *bytes;
    size_t left;
    uint64_t state;
};

void fuzz_start(struct fuzz_source *source, const uint8_t *bytes, size_t size);
uint64_t fuzz_number(struct fuzz_source *source);
/* 0 to below - 1; below is at most 256. */
unsigned fuzz_below(struct fuzz_source *source, unsigned below);
uint64_t fuzz_next(uint64_t *state); /* splitmix64 */

/* Tells what does not hold, and ends the process: that is what a fuzzer looks for. */
_Noreturn void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A block of exactly this size, the next byte after it is none of ours, and the bytes before it
 * are watched. There are 8 of them, each lasting until it is taken again. */
void *fuzz_room(unsigned number, size_t size);
void fuzz_check_rooms(void);

/* Random tables in place of libxl's (random_schema.c); without them, libxl's. */
void fuzz_schema(struct fuzz_source *source);

/* An initialised object with random fields of what the release `known` has. */
void fuzz_object(struct fuzz_source *source, const struct xls_layout *layout, xls_release known,
                 unsigned type, void *object);
/* Changes, as a library might, some of the fields of an object that was filled. */
void fuzz_change(struct fuzz_source *source, const struct xls_layout *layout, unsigned type,
                 void *object);

/* A CPUID policy that is a malloc'ed text. */
void fuzz_policy(void);

#endif
