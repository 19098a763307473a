/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The SONAME of a file is read, or a reason is given, whatever the file holds: cut off at every
 * length, and with thousands of damaged headers.
 */

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/backend/internal.h"
#include "unit.h"

#define SONAME "libxenlight.so.4.17"

static unsigned char *library;
static size_t library_size;

static int enter(void **state)
{
    library = unit_read(UNIT_BUILD "/lib/" SONAME, &library_size);
    return unit_enter_folder(state);
}

static int leave(void **state)
{
    free(library);
    return unit_leave_folder(state);
}

/* 0 or -1; checks that the result is whole. */
static int read_soname(const char *path, char *soname, size_t size, char *problem)
{
    int rc;

    memset(soname, '#', size);
    memset(problem, 0, 256);
    rc = xls_elf_soname(path, soname, size, problem, 256);
    assert_true(rc == 0 || rc == -1);
    if (rc)
        assert_true(*problem);
    else
        assert_non_null(memchr(soname, '\0', size));
    return rc;
}

static void expect_problem(const char *path, const char *expected)
{
    char soname[64], problem[256];

    assert_int_equal(read_soname(path, soname, sizeof(soname), problem), -1);
    if (!strstr(problem, expected))
        fail_msg("%s: %s, and not: %s", path, problem, expected);
}

static void a_good_library_has_its_soname(void **state)
{
    char soname[64], problem[256];

    assert_int_equal(read_soname(UNIT_BUILD "/lib/" SONAME, soname, sizeof(soname), problem), 0);
    assert_string_equal(soname, SONAME);
    soname[8] = '@';
    assert_int_equal(read_soname(UNIT_BUILD "/lib/" SONAME, soname, 8, problem), 0);
    assert_string_equal(soname, "libxenl"); /* cut off, not overrun */
    assert_int_equal(soname[8], '@');
}

static void what_is_no_library_is_told(void **state)
{
    expect_problem("no-such-file", "No such file");
    expect_problem(".", "not a regular file");
    expect_problem("/dev/null", "not a regular file");
    unit_write_text("empty", "");
    expect_problem("empty", "an empty file");
    unit_write_text("text", "/* GNU ld script */\nINPUT(libxenlight.so.4.17)\nmuch longer than a"
                            " header, so that it is not just too short to be one\n");
    expect_problem("text", "not an ELF file");
    unit_write_text("short", "\177ELF");
    expect_problem("short", "not an ELF file");
    expect_problem(UNIT_BUILD "/lib/nameless.so", "a library without SONAME");
    expect_problem("/proc/self/mem", ""); /* regular, and claims to be empty */
    assert_int_equal(mkfifo("fifo", 0600), 0);
    expect_problem("fifo", "not a regular file"); /* and nobody waits for a writer */
}

/* Sets some bytes of the library's header, and expects a problem. */
static void damage(size_t at, const void *bytes, size_t size, const char *expected)
{
    unsigned char *copy = malloc(library_size);

    memcpy(copy, library, library_size);
    memcpy(copy + at, bytes, size);
    unit_write("damaged", copy, library_size);
    free(copy);
    expect_problem("damaged", expected);
}

#define DAMAGE(field, type, value, expected) \
    damage(offsetof(ElfW(Ehdr), field), &(type) { value }, sizeof(type), expected)

static void each_header_field_is_judged(void **state)
{
    DAMAGE(e_ident[EI_CLASS], unsigned char, ELFCLASS32, "of this machine");
    DAMAGE(e_type, ElfW(Half), ET_EXEC, "of this machine");
    DAMAGE(e_type, ElfW(Half), ET_REL, "of this machine");
    DAMAGE(e_phentsize, ElfW(Half), 32, "of this machine");
    DAMAGE(e_phoff, ElfW(Off), library_size, "program headers lie behind its end");
    DAMAGE(e_phoff, ElfW(Off), UINT64_MAX - 7, "program headers lie behind its end");
    DAMAGE(e_phoff, ElfW(Off), 65, "program headers lie behind its end"); /* not aligned */
    DAMAGE(e_phnum, ElfW(Half), UINT16_MAX, "program headers lie behind its end");
    DAMAGE(e_phnum, ElfW(Half), 0, "not a dynamic library");
}

/* The segment that holds the name ends in the middle of it, and with it what is trusted. */
static void a_name_must_end_inside_its_segment(void **state)
{
    const ElfW(Ehdr) *header = (const void *)library;
    const unsigned char *name = memmem(library, library_size, SONAME, sizeof(SONAME));
    size_t at = name - library;

    assert_non_null(name);
    for (unsigned i = 0; i < header->e_phnum; i++) {
        size_t place = header->e_phoff + i * sizeof(ElfW(Phdr));
        ElfW(Phdr) segment = *(const ElfW(Phdr) *)(library + place);

        if (segment.p_type != PT_LOAD || at < segment.p_offset ||
            at >= segment.p_offset + segment.p_filesz)
            continue;
        for (segment.p_filesz = at - segment.p_offset;
             segment.p_filesz < at - segment.p_offset + sizeof(SONAME); segment.p_filesz++)
            damage(place, &segment, sizeof(segment), "its SONAME lies outside the file");
        return;
    }
    fail_msg("no segment holds the name");
}

static void every_length_is_survived(void **state)
{
    size_t needed = 0;
    char soname[64], problem[256];

    for (unsigned i = 0; i < ((ElfW(Ehdr) *)library)->e_phnum; i++) {
        ElfW(Phdr) *segment = (ElfW(Phdr) *)(library + ((ElfW(Ehdr) *)library)->e_phoff) + i;

        if (segment->p_offset + segment->p_filesz > needed)
            needed = segment->p_offset + segment->p_filesz;
    }
    assert_true(needed && needed <= library_size);
    unit_write("cut", library, library_size);
    for (size_t size = library_size; size-- > 0;) {
        assert_int_equal(truncate("cut", size), 0);
        if (size < needed) {
            assert_int_equal(read_soname("cut", soname, sizeof(soname), problem), -1);
        } else { /* only section headers are missing, which nobody loads */
            assert_int_equal(read_soname("cut", soname, sizeof(soname), problem), 0);
            assert_string_equal(soname, SONAME);
        }
    }
}

/* Headers are all in the first page or in the dynamic section; damage is done to both. */
static void damaged_headers_are_survived(void **state)
{
    int fd = open("fuzzed", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    static const unsigned char values[] = { 0x00, 0xff, 0x7f, 0x80, 0x01 };
    size_t headers = sizeof(ElfW(Ehdr)) + ((ElfW(Ehdr) *)library)->e_phnum * sizeof(ElfW(Phdr));
    unsigned accepted = 0, refused = 0;
    char soname[64], problem[256];
    uint32_t random = 1;

    assert_int_equal(pwrite(fd, library, library_size, 0), library_size);
    for (size_t at = 0; at < headers; at++) {
        for (size_t v = 0; v < sizeof(values); v++) {
            assert_int_equal(pwrite(fd, &values[v], 1, at), 1);
            if (read_soname("fuzzed", soname, sizeof(soname), problem))
                refused++;
            else
                accepted++;
        }
        assert_int_equal(pwrite(fd, library + at, 1, at), 1);
    }
    for (int variant = 0; variant < 5000; variant++) {
        for (int flip = 0; flip < 1 + variant % 4; flip++) {
            size_t at = (random = random * 1664525 + 1013904223) >> 8;
            unsigned char byte;

            at %= flip & 1 ? library_size : headers;
            byte = library[at] ^ 1 << (random >> 5 & 7);
            assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        }
        if (read_soname("fuzzed", soname, sizeof(soname), problem))
            refused++;
        else
            accepted++;
        assert_int_equal(pwrite(fd, library, library_size, 0), library_size);
    }
    close(fd);
    print_message("%u accepted, %u refused\n", accepted, refused);
    assert_true(accepted > 100 && refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_library_has_its_soname),
        cmocka_unit_test(what_is_no_library_is_told),
        cmocka_unit_test(each_header_field_is_judged),
        cmocka_unit_test(a_name_must_end_inside_its_segment),
        cmocka_unit_test(every_length_is_survived),
        cmocka_unit_test(damaged_headers_are_survived),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
