/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes JSON texts through the real libxenlight of $XLSTABLE_XEN and through the level that
 * libxlstable's callers see, and writes down what each way makes of them. It judges nothing: that
 * is compare.py's.
 *
 * usage: through_level release|level <texts >results
 *
 *   release  the texts are for the real library: its from_json, translated up and down again
 *   level    the texts are for us: our from_json, translated down, the real to_json
 *
 * A text is "TYPE NAME LENGTH\n", LENGTH bytes and "\n"; a result is "NAME WAY LENGTH\n" and so on.
 * A value that could not be had begins with "!".
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/core/json.h"
#include "../../src/core/object.h"
#include "../../src/surface/runtime.h"

struct text {
    unsigned type;
    char name[256];
    char *body;
};

/* The real library's functions for one type. */
struct family {
    void (*init)(void *object);
    void (*dispose)(void *object); /* may be NULL */
    void (*copy)(libxl_ctx *ctx, void *dst, const void *src);
    char *(*to_json)(libxl_ctx *ctx, void *object);
    int (*from_json)(libxl_ctx *ctx, void *object, const char *text);
};

static libxl_ctx *ctx;

static void die(const char *what)
{
    fprintf(stderr, "through_level: %s\n", what);
    exit(1);
}

static void *some(size_t size)
{
    void *memory = calloc(1, size ? size : 1);

    if (!memory)
        die("out of memory");
    return memory;
}

static void message(xentoollog_logger *logger, xentoollog_level level, int number,
                    const char *context, const char *format, va_list arguments)
{
    fprintf(stderr, "%s: ", context ? context : "");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

static void progress(xentoollog_logger *logger, const char *context, const char *doing,
                     int percent, unsigned long done, unsigned long total)
{
}

static xentoollog_logger logger = { .vmessage = message, .progress = progress };

/* Reading and writing */

static bool read_text(struct text *text)
{
    char type[128];
    size_t length;

    if (scanf("%127s %255s %zu", type, text->name, &length) != 3)
        return false;
    for (text->type = 0; text->type < XLS_TYPE_COUNT; text->type++) {
        if (strcmp(xls_types[text->type].name, type) == 0)
            break;
    }
    if (text->type == XLS_TYPE_COUNT || getchar() != '\n')
        die("the texts are broken");
    text->body = some(length + 1);
    if (fread(text->body, 1, length, stdin) != length)
        die("the texts end too early");
    return true;
}

static void tell(const struct text *text, const char *way, const char *result)
{
    printf("%s %s %zu\n%s\n", text->name, way, strlen(result), result);
}

static void tell_and_free(const struct text *text, const char *way, char *result)
{
    tell(text, way, result ? result : "!nothing");
    free(result);
}

/* The two libraries */

static void *real(const char *type, const char *function)
{
    char name[128];

    snprintf(name, sizeof(name), "%s_%s", type, function);
    return xls_backend_symbol(&xls_runtime()->backend, name, false);
}

static struct family family_of(unsigned type)
{
    const char *name = xls_types[type].name;

    return (struct family) { .init = real(name, "init"), .dispose = real(name, "dispose"),
                             .copy = real(name, "copy"), .to_json = real(name, "to_json"),
                             .from_json = real(name, "from_json") };
}

static void *real_object(const struct family *family, unsigned type)
{
    void *object = some(xls_size(&xls_runtime()->backend.layout, type));

    family->init(object);
    return object;
}

static void real_free(const struct family *family, void *object)
{
    if (family->dispose)
        family->dispose(object);
    free(object);
}

static void *level_object(unsigned type)
{
    void *object = some(xls_size(xls_level_layout(), type));

    xls_object_init(xls_level_layout(), type, object);
    return object;
}

static void level_free(unsigned type, void *object)
{
    xls_object_dispose(xls_level_layout(), type, object);
    free(object);
}

static void tell_level(const struct text *text, const char *way, const void *object)
{
    tell_and_free(text, way, xls_json_text(xls_level_layout(), text->type, ctx, object));
}

/* The ways */

static void translate(const struct xls_plans *plans, unsigned type, void *from, void *to,
                      enum xls_move move)
{
    if (xls_translate(plans, type, from, to, move))
        die("out of memory");
}

static bool allowed(const struct text *text, const char *way, const void *object)
{
    struct xls_fault fault = { 0 };
    char line[512];

    if (xls_check(&xls_runtime()->down, text->type, object, &fault))
        return true;
    snprintf(line, sizeof(line), "!refused %s since " XLS_RELEASE_FORMAT " value %s", fault.path,
             XLS_RELEASE_ARGS(fault.since), fault.value);
    tell(text, way, line);
    return false;
}

/* As a call with an in argument does, and then with an inout argument. */
static void lend(const struct text *text, const struct family *family, void *level)
{
    void *lent = real_object(family, text->type);

    translate(&xls_runtime()->down, text->type, level, lent, XLS_LEND);
    tell_and_free(text, "lent", family->to_json(ctx, lent));
    xls_undo(&xls_runtime()->down, text->type, lent);
    free(lent);
    tell_level(text, "undone", level);

    lent = real_object(family, text->type);
    translate(&xls_runtime()->down, text->type, level, lent, XLS_LEND);
    translate(&xls_runtime()->up, text->type, lent, level, XLS_RESTORE);
    free(lent);
    tell_level(text, "restored", level);
}

/* Down to the real library, in every way; `level` is used up. */
static void go_down(const struct text *text, const struct family *family, void *level)
{
    void *given;

    if (!allowed(text, "lent", level)) {
        level_free(text->type, level);
        return;
    }
    if (xls_same(text->type))
        tell_and_free(text, "direct", family->to_json(ctx, level));
    lend(text, family, level);
    given = real_object(family, text->type);
    translate(&xls_runtime()->down, text->type, level, given, XLS_GIVE);
    free(level);
    tell_and_free(text, "given", family->to_json(ctx, given));
    real_free(family, given);
}

/* What our own reader makes of the text. */
static void read_by_us(const struct text *text)
{
    void *level = some(xls_size(xls_level_layout(), text->type));
    char problem[512];

    if (xls_json_read(xls_level_layout(), text->type, ctx, level, text->body, problem, sizeof(problem))) {
        tell(text, "read", "!refused");
        free(level);
        return;
    }
    tell_level(text, "read", level);
    if (xls_types[text->type].kind == XLS_KIND_STRUCT)
        level_free(text->type, level);
    else
        free(level);
}

static void copies(const struct text *text, const struct family *family, void *theirs, void *level)
{
    void *copy;

    if (theirs) {
        copy = some(xls_size(&xls_runtime()->backend.layout, text->type));
        family->copy(ctx, copy, theirs);
        tell_and_free(text, "real-copy", family->to_json(ctx, copy));
        real_free(family, copy);
        return;
    }
    copy = some(xls_size(xls_level_layout(), text->type));
    if (xls_object_copy(xls_level_layout(), text->type, ctx, copy, level))
        die("out of memory");
    tell_level(text, "copy", copy);
    level_free(text->type, copy);
}

static void struct_of_release(const struct text *text)
{
    struct family family = family_of(text->type);
    void *theirs = real_object(&family, text->type), *level;
    int rc = family.from_json(ctx, theirs, text->body);

    if (rc) {
        tell(text, "own", "!refused");
        real_free(&family, theirs);
        return;
    }
    tell_and_free(text, "own", family.to_json(ctx, theirs));
    copies(text, &family, theirs, NULL);
    level = level_object(text->type);
    translate(&xls_runtime()->up, text->type, theirs, level, XLS_GIVE);
    free(theirs);
    tell_level(text, "level", level);
    copies(text, &family, NULL, level);
    go_down(text, &family, level);
}

static void struct_of_level(const struct text *text)
{
    struct family family = family_of(text->type);
    void *level = some(xls_size(xls_level_layout(), text->type));
    char problem[512], line[600];

    if (xls_json_read(xls_level_layout(), text->type, ctx, level, text->body, problem,
                      sizeof(problem))) {
        snprintf(line, sizeof(line), "!unread %s", problem);
        tell(text, "lent", line);
        free(level);
        return;
    }
    go_down(text, &family, level);
}

/* Enums have no layout; only their words can differ. */
static void enum_of_release(const struct text *text)
{
    const char *type = xls_types[text->type].name;
    char *(*to_json)(libxl_ctx * ctx, int value) = real(type, "to_json");
    int (*from_json)(libxl_ctx * ctx, int *value, const char *text) = real(type, "from_json");
    int value = 0;

    if (from_json(ctx, &value, text->body))
        tell(text, "own", "!refused");
    else
        tell_and_free(text, "own", to_json(ctx, value));
    tell_and_free(text, "level", xls_json_text(xls_level_layout(), text->type, ctx, &value));
}

int main(int argc, char **argv)
{
    bool of_level = argc == 2 && strcmp(argv[1], "level") == 0;
    struct text text;

    if (argc != 2 || (!of_level && strcmp(argv[1], "release") != 0))
        die("usage: through_level release|level <texts >results");
    if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger))
        die("no libxl context");
    while (read_text(&text)) {
        bool is_struct = xls_types[text.type].kind == XLS_KIND_STRUCT;

        if (of_level) {
            struct_of_level(&text);
        } else {
            (is_struct ? struct_of_release : enum_of_release)(&text);
            read_by_us(&text);
        }
        free(text.body);
    }
    libxl_ctx_free(ctx);
    return fflush(stdout) ? 1 : 0;
}
