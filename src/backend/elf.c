/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the SONAME out of an ELF file, trusting nothing in it. */

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

struct image {
    const unsigned char *bytes;
    size_t size;
    const ElfW(Phdr) * segments;
    unsigned count;
};

static bool inside(const struct image *image, uint64_t offset, uint64_t size)
{
    return offset <= image->size && size <= image->size - offset;
}

/* Where an address lies in the file, or NULL. */
static const void *at_address(const struct image *image, uint64_t address, uint64_t *room)
{
    for (unsigned i = 0; i < image->count; i++) {
        const ElfW(Phdr) *segment = &image->segments[i];

        if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
            address - segment->p_vaddr < segment->p_filesz) {
            *room = segment->p_filesz - (address - segment->p_vaddr);
            return image->bytes + segment->p_offset + (address - segment->p_vaddr);
        }
    }
    return NULL;
}

static const char *read_headers(struct image *image)
{
    const ElfW(Ehdr) *header = (const void *)image->bytes;

    if (!inside(image, 0, sizeof(*header)) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return "not an ELF file";
    if (header->e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) ||
        header->e_type != ET_DYN || header->e_phentsize != sizeof(ElfW(Phdr)))
        return "not a shared library of this machine";
    if (header->e_phoff % _Alignof(ElfW(Phdr)) ||
        !inside(image, header->e_phoff, (uint64_t)header->e_phnum * sizeof(ElfW(Phdr))))
        return "truncated: its program headers lie behind its end";
    image->segments = (const void *)(image->bytes + header->e_phoff);
    image->count = header->e_phnum;
    for (unsigned i = 0; i < image->count; i++) {
        if (!inside(image, image->segments[i].p_offset, image->segments[i].p_filesz))
            return "truncated: a segment lies behind its end";
    }
    return NULL;
}

static const char *read_dynamic(const struct image *image, char *soname, size_t size)
{
    uint64_t strings = 0, name = UINT64_MAX, room, count;
    const ElfW(Dyn) * dynamic;
    const char *text;
    unsigned i;

    for (i = 0; i < image->count && image->segments[i].p_type != PT_DYNAMIC; i++)
        ;
    if (i == image->count || image->segments[i].p_offset % _Alignof(ElfW(Dyn)))
        return "not a dynamic library";
    dynamic = (const void *)(image->bytes + image->segments[i].p_offset);
    count = image->segments[i].p_filesz / sizeof(*dynamic);
    for (uint64_t k = 0; k < count && dynamic[k].d_tag != DT_NULL; k++) {
        if (dynamic[k].d_tag == DT_STRTAB)
            strings = dynamic[k].d_un.d_ptr;
        else if (dynamic[k].d_tag == DT_SONAME)
            name = dynamic[k].d_un.d_val;
    }
    if (name == UINT64_MAX)
        return "a library without SONAME";
    text = at_address(image, strings + name, &room);
    if (!text || !memchr(text, '\0', room))
        return "its SONAME lies outside the file";
    snprintf(soname, size, "%s", text);
    return NULL;
}

int xls_elf_soname(const char *path, char *soname, size_t size, char *problem, size_t problem_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not make it wait */
    const char *wrong = NULL;
    struct image image = { 0 };
    struct stat status;

    if (fd < 0 || fstat(fd, &status)) {
        snprintf(problem, problem_size, "%m");
        goto out;
    }
    if (!S_ISREG(status.st_mode) || !status.st_size) {
        wrong = S_ISREG(status.st_mode) ? "an empty file" : "not a regular file";
        goto out;
    }
    image.size = status.st_size;
    image.bytes = mmap(NULL, image.size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (image.bytes == MAP_FAILED) {
        image.bytes = NULL;
        snprintf(problem, problem_size, "%m");
        fd = (close(fd), -1);
        goto out;
    }
    wrong = read_headers(&image);
    if (!wrong)
        wrong = read_dynamic(&image, soname, size);
    munmap((void *)image.bytes, image.size);
out:
    if (wrong)
        snprintf(problem, problem_size, "%s", wrong);
    if (fd >= 0)
        close(fd);
    return wrong || !image.bytes ? -1 : 0;
}
