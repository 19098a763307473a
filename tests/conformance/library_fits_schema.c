/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The real libxenlight of $XLSTABLE_XEN against the schema, by what it does: what each _init leaves
 * in how many bytes, what the enums are called, which functions there are. And that the backend's
 * own verification, which asks the same at every start, fails where something is different.
 */

#include <ctype.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/backend/internal.h"
#include "../../src/core/object.h"

#define ROOM 16384

static struct xls_backend backend;
static int number, failures;
static char last_report[2048];

__attribute__((format(printf, 2, 3))) static void result(bool fine, const char *format, ...)
{
    va_list arguments;

    printf("%s %d - ", fine ? "ok" : "not ok", ++number);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    failures += !fine;
}

static void report(void *user, const char *text)
{
    snprintf(last_report, sizeof(last_report), "%s", text);
}

static const struct xls_backend_options quiet = { .report = report };

static void *symbol(const char *type, const char *function)
{
    char name[160];

    snprintf(name, sizeof(name), "%s_%s", type, function);
    return xls_backend_symbol(&backend, name, false);
}

/* Structs */

/* What an _init leaves in memory full of `mark`; the number of bytes that it wrote. */
static size_t image_of(const struct xls_type *type, const struct xls_field *arm, int mark,
                       unsigned char *image)
{
    void (*init)(void *object) = symbol(type->name, "init");
    size_t size = ROOM;
    char name[64];

    memset(image, mark, ROOM);
    init(image);
    if (arm) {
        void (*init_arm)(void *object, int key);

        snprintf(name, sizeof(name), "init_%s", type->fields[arm->related].name);
        init_arm = symbol(type->name, name);
        init_arm(image, arm->number);
    }
    while (size && image[size - 1] == mark)
        size--;
    return size;
}

static bool image_fits(unsigned id, const struct xls_field *arm)
{
    const struct xls_type *type = &xls_types[id];
    static unsigned char theirs[ROOM], ours[ROOM];
    size_t size = xls_size(&backend.layout, id);
    static const int marks[] = { 0xa5, 0x5a };

    xls_object_init(&backend.layout, id, ours);
    if (arm)
        xls_object_init_arm(&backend.layout, id, ours, arm->number);
    for (int i = 0; i < 2; i++) {
        size_t written = image_of(type, arm, marks[i], theirs);

        if (written != size) {
            printf("# %s: %zu bytes, and %zu by the schema\n", type->name, written, size);
            return false;
        }
        if (memcmp(theirs, ours, size)) {
            printf("# %s%s%s: another image\n", type->name, arm ? ", arm " : "",
                   arm ? arm->name : "");
            return false;
        }
    }
    return true;
}

static void structs_fit(void)
{
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        const struct xls_type *type = &xls_types[id];
        bool fine = true;
        int arms = 0;

        if (type->kind != XLS_KIND_STRUCT || !xls_known(type->since, backend.layout.release))
            continue;
        fine = image_fits(id, NULL);
        for (unsigned i = 0; i < type->count; i++) {
            if (type->fields[i].form != XLS_FORM_ARM)
                continue;
            fine = image_fits(id, &type->fields[i]) && fine;
            arms++;
        }
        result(fine, "%s: %zu bytes, %d arms", type->name, xls_size(&backend.layout, id), arms);
    }
}

/* Enums */

static bool value_fits(const struct xls_type *type, const struct xls_value *value)
{
    const char *(*to_string)(int number) = symbol(type->name, "to_string");
    int (*from_string)(const char *text, int *number) = symbol(type->name, "from_string");
    const char *text = to_string(value->number);
    int known = xls_known(value->since, backend.layout.release), read = 12345;
    char upper[96] = "";

    if (!known)
        return !text && from_string(value->label, &read);
    for (size_t i = 0; value->label[i]; i++)
        upper[i] = toupper((unsigned char)value->label[i]);
    return text && strcmp(text, value->label) == 0 && !from_string(value->label, &read) &&
           read == value->number && !from_string(upper, &read) && read == value->number;
}

/* The exported table has the values in the order of the schema, and NULL behind the last. */
static bool table_fits(const struct xls_type *type)
{
    const struct {
        const char *s;
        int v;
    } *row = symbol(type->name, "string_table");

    for (unsigned i = 0; i < type->count; i++) {
        if (!xls_known(type->values[i].since, backend.layout.release))
            continue;
        if (!row->s || strcmp(row->s, type->values[i].label) || row->v != type->values[i].number)
            return false;
        row++;
    }
    return !row->s;
}

static void enums_fit(void)
{
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        const struct xls_type *type = &xls_types[id];
        const char *(*to_string)(int number);
        int values = 0;
        bool fine;

        if (type->kind != XLS_KIND_ENUM || !xls_known(type->since, backend.layout.release))
            continue;
        to_string = symbol(type->name, "to_string");
        fine = table_fits(type) && !to_string(0x7ffffff0);
        for (unsigned i = 0; i < type->count; i++) {
            if (!value_fits(type, &type->values[i])) {
                printf("# %s\n", type->values[i].name);
                fine = false;
            }
            values += xls_known(type->values[i].since, backend.layout.release);
        }
        result(fine, "%s: %d values to and from strings", type->name, values);
    }
}

/* Functions: those of the release are there, and those of later ones are not. */

static void functions_fit(void)
{
    int there = 0, later = 0;
    bool fine = backend.util;

    for (int i = 0; i < XLS_SYMBOL_COUNT; i++) {
        const struct xls_symbol *s = &xls_symbols[i];
        bool known = xls_known(s->since, backend.layout.release);

        if (!xls_backend_symbol(&backend, s->name, s->util) != !known) {
            printf("# %s is %s\n", s->name, known ? "missing" : "there already");
            fine = false;
        }
        known ? there++ : later++;
    }
    result(fine, "%d functions are there, %d later ones are not", there, later);
}

/* The backend's verification fails where it must */

/* Verifies with a layout that is wrong; what the schema lacks for this release stays away. */
static void refuses(const struct xls_layout *wrong, const char *name, const char *what)
{
    struct xls_backend altered = backend;
    enum xls_backend_status status;

    altered.layout = *wrong;
    altered.layout.release = backend.layout.release;
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        if (!xls_known(xls_types[id].since, backend.layout.release))
            altered.layout.type[id].size = 0;
    }
    last_report[0] = '\0';
    status = xls_verify(&altered, &quiet);
    result(status == XLS_BACKEND_WRONG_LAYOUT && strstr(last_report, name), "refused: %s: %s", what,
           last_report);
}

static void layouts_of_other_releases(void)
{
    for (int i = 0; i < XLS_RELEASE_COUNT; i++) {
        struct xls_layout other;
        char what[64];

        if (xls_releases[i] == backend.layout.release)
            continue;
        xls_layout_compute(&other, xls_releases[i]);
        snprintf(what, sizeof(what), "the layout of " XLS_RELEASE_FORMAT,
                 XLS_RELEASE_ARGS(xls_releases[i]));
        refuses(&other, "libxl_", what);
    }
}

/* Each struct a little larger, or with a default in another place. */
static void altered_structs(void)
{
    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        const struct xls_type *type = &xls_types[id];
        struct xls_layout other = backend.layout;

        if (type->kind != XLS_KIND_STRUCT || !xls_known(type->since, backend.layout.release))
            continue;
        other.type[id].size += other.type[id].align;
        refuses(&other, type->name, "a longer struct");
    }
}

static void altered_defaults(void)
{
    static const unsigned types[] = { XLS_TYPE_libxl_domain_build_info,
                                      XLS_TYPE_libxl_device_pci };

    for (size_t k = 0; k < sizeof(types) / sizeof(types[0]); k++) {
        const struct xls_type *type = &xls_types[types[k]];

        for (unsigned i = 0; i < type->count; i++) {
            struct xls_layout other = backend.layout;
            uint16_t *offset = &other.offset[type->first + i];
            const struct xls_field *field = &type->fields[i];

            if (field->form != XLS_FORM_VALUE || *offset == XLS_ABSENT ||
                !xls_default(field, backend.layout.release))
                continue;
            *offset += *offset + 8u < xls_size(&other, types[k]) ? 4 : -4;
            refuses(&other, type->name, field->name);
        }
    }
}

/* Copies of the library that say they are another release's */

static void set_soname(char *bytes, size_t size, xls_release from, xls_release to)
{
    char old[32], new[32];

    snprintf(old, sizeof(old), "libxenlight.so." XLS_RELEASE_FORMAT, XLS_RELEASE_ARGS(from));
    snprintf(new, sizeof(new), "libxenlight.so." XLS_RELEASE_FORMAT, XLS_RELEASE_ARGS(to));
    for (char *at = bytes; (at = memmem(at, bytes + size - at, old, strlen(old) + 1)); at++)
        memcpy(at, new, strlen(new) + 1);
}

static bool copy_as(const char *path, xls_release release)
{
    FILE *from = fopen(backend.path, "re"), *to = fopen(path, "we");
    static char bytes[16 << 20];
    size_t size = from ? fread(bytes, 1, sizeof(bytes), from) : 0;
    bool fine = size && size < sizeof(bytes) && to;

    if (fine) {
        set_soname(bytes, size, backend.layout.release, release);
        fine = fwrite(bytes, 1, size, to) == size;
    }
    if (from)
        fclose(from);
    return to ? !fclose(to) && fine : false;
}

static void copy_is(xls_release release, enum xls_backend_status expected)
{
    char path[] = "/tmp/libxenlight-copy-XXXXXX";
    struct xls_backend_options options = { .report = report, .path = path, .release = release };
    struct xls_backend copy;
    enum xls_backend_status status = XLS_BACKEND_NO_MEMORY;
    int fd = mkstemp(path);

    if (fd >= 0)
        close(fd);
    last_report[0] = '\0';
    if (fd >= 0 && copy_as(path, release))
        status = xls_backend_open(&copy, &options);
    if (status == XLS_BACKEND_OK)
        xls_backend_close(&copy);
    unlink(path);
    result(status == expected, "a copy with the SONAME of " XLS_RELEASE_FORMAT ": status %d: %s",
           XLS_RELEASE_ARGS(release), status, last_report);
}

static void copies(void)
{
    xls_release mine = backend.layout.release;

    copy_is(mine, XLS_BACKEND_OK);
    /* All that the older release has is there, but structs have grown. */
    copy_is(mine - 1, mine == xls_releases[0] ? XLS_BACKEND_UNKNOWN_RELEASE
                                              : XLS_BACKEND_WRONG_LAYOUT);
    copy_is(mine + 1, XLS_BACKEND_MISSING_SYMBOL);
}

int main(void)
{
    enum xls_backend_status status = xls_backend_open(&backend, &quiet);

    setvbuf(stdout, NULL, _IONBF, 0);
    result(status == XLS_BACKEND_OK, "%s opens %s", backend.path, last_report);
    if (status)
        return 1;
    structs_fit();
    enums_fit();
    functions_fit();
    layouts_of_other_releases();
    altered_structs();
    altered_defaults();
    copies();
    printf("1..%d\n", number);
    xls_backend_close(&backend);
    return failures ? 1 : 0;
}
