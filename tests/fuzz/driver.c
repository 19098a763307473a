/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a fuzz target without libFuzzer: over every file of its corpus, then over a fixed number of
 * inputs that are made from them. The same seed makes the same inputs.
 *
 * usage: TARGET [CORPUS-FOLDER]     without one, its own in the source tree, found by $srcdir
 * ITERATIONS and SEED in the environment change what make check runs. The input under way when a
 * target fails is left in the file fuzz-failed; `TARGET FILE` runs it again.
 */

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

#define ROOM 65536
#define FILES 512

static struct {
    uint8_t *bytes;
    size_t size;
} files[FILES];
static unsigned file_count;

static uint8_t input[ROOM];
static size_t input_size;

/* What is needed to see a failure again. The heap may be broken: plain system calls only. */
static void keep_input(int signal_number)
{
    int file;

    signal(signal_number, SIG_DFL);
    file = open("fuzz-failed", O_CREAT | O_WRONLY | O_TRUNC, 0666);
    if (file >= 0 && write(file, input, input_size) >= 0)
        close(file);
    raise(signal_number);
}

static void run(const uint8_t *bytes, size_t size)
{
    memmove(input, bytes, size);
    input_size = size;
    LLVMFuzzerTestOneInput(input, input_size);
}

static void load(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(ROOM);

    if (!file || !bytes || file_count == FILES)
        fuzz_fail("%s cannot be read", path);
    files[file_count].size = fread(bytes, 1, ROOM, file);
    files[file_count++].bytes = bytes;
    fclose(file);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void load_folder(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, by_name);
    char name[8192];

    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            load(name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    if (!file_count)
        fuzz_fail("%s holds no corpus", path);
}

static unsigned long long setting(const char *name, unsigned long long otherwise)
{
    const char *text = getenv(name);

    return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

int main(int argc, char **argv)
{
    unsigned long long iterations = setting("ITERATIONS", FUZZ_ITERATIONS);
    uint64_t state = setting("SEED", 1);
    static uint8_t made[ROOM];
    const char *tree = getenv("srcdir");
    char path[4096];
    struct stat about;

    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/" FUZZ_CORPUS, tree ? tree : ".");
    if (argc > 1)
        snprintf(path, sizeof(path), "%s", argv[1]);
    if (argc > 2 || stat(path, &about))
        fuzz_fail("%s: no such corpus; usage: %s [CORPUS-FOLDER | FILE]", path, argv[0]);
    signal(SIGABRT, keep_input);
    signal(SIGSEGV, keep_input);
    if (S_ISDIR(about.st_mode)) {
        load_folder(path);
    } else {
        load(path);
        iterations = 0;
    }
    for (unsigned i = 0; i < file_count; i++)
        run(files[i].bytes, files[i].size);
    for (unsigned long long i = 0; i < iterations; i++) {
        unsigned chosen = fuzz_next(&state) % file_count;
        size_t size = fuzz_mutate(&state, files[chosen].bytes, files[chosen].size, made, ROOM);

        run(made, size);
    }
    printf("%u files, %llu made inputs\n", file_count, iterations);
    for (unsigned i = 0; i < file_count; i++)
        free(files[i].bytes);
    return 0;
}
