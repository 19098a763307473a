/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The JSON reader, on texts that start as good ones. The first byte of an input chooses the type,
 * the second the release. What holds: a text is refused with a message that says where, and leaves
 * nothing behind; or it is read, and what is written then is read again as the same.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "json.h"
#include "unit.h"

static unsigned structs[XLS_TYPE_COUNT];

static unsigned type_of(uint8_t byte)
{
    unsigned count = 0;

    for (unsigned id = 0; id < XLS_TYPE_COUNT; id++) {
        if (xls_types[id].kind == XLS_KIND_STRUCT)
            structs[count++] = id;
    }
    return structs[byte % count];
}

static void write_and_read_again(const struct xls_layout *layout, unsigned type, void *object)
{
    void *again = fuzz_room(1, xls_size(layout, type));
    char *text = xls_json_text(layout, type, NULL, object), problem[256], *second;

    if (!text)
        return; /* no UTF-8: there is no JSON of it */
    if (xls_json_read(layout, type, NULL, again, text, problem, sizeof(problem)))
        fuzz_fail("%s: what was written is refused: %s\n%s", xls_types[type].name, problem, text);
    second = xls_json_text(layout, type, NULL, again);
    if (!second || strcmp(text, second))
        fuzz_fail("%s: read again it is another\n%s\n%s", xls_types[type].name, text,
                  second ? second : "none");
    free(text);
    free(second);
    xls_object_dispose(layout, type, again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct xls_layout layout;
    size_t live = allocations_live();
    char *text, problem[256] = "";
    unsigned type;
    void *object;

    if (size < 2)
        return 0;
    fuzz_policy();
    type = type_of(bytes[0]);
    xls_layout_compute(&layout, xls_releases[bytes[1] % XLS_RELEASE_COUNT]);
    if (!xls_size(&layout, type))
        return 0;
    text = strndup((const char *)bytes + 2, size - 2);
    object = fuzz_room(0, xls_size(&layout, type));
    if (!xls_json_read(&layout, type, NULL, object, text, problem, sizeof(problem))) {
        write_and_read_again(&layout, type, object);
        xls_object_dispose(&layout, type, object);
    } else if (!problem[0]) {
        fuzz_fail("%s: refused without a word: %s", xls_types[type].name, text);
    }
    fuzz_check_rooms();
    free(text);
    if (allocations_live() != live)
        fuzz_fail("%s: leaks", xls_types[type].name);
    return 0;
}

/* Texts */

static const char *const pieces[] = {
    "{", "}", "[", "]", "\"", ",", ":", "null", "true", "-1", "0", "1e400", "18446744073709551616",
    "9223372036854775808", "\\u0000", "\xff", "{\"type.hvm\":{}}", "\"<default>\"", "\"True\"",
    "[[[[[[[[", "{\"\":", "\"b_info\":", "\"cpuid\":", "\"num_disks\":", ".5", "\\",
};

static size_t insert(uint8_t *to, size_t size, size_t room, size_t at, const void *piece,
                     size_t length)
{
    if (length > room - size)
        return size;
    memmove(to + at + length, to + at, size - at);
    memcpy(to + at, piece, length);
    return size + length;
}

size_t fuzz_mutate(uint64_t *state, const uint8_t *from, size_t from_size, uint8_t *to, size_t room)
{
    size_t size = from_size < room ? from_size : room;
    uint8_t repeated[40];

    memcpy(to, from, size);
    for (unsigned i = 1 + fuzz_next(state) % 6; i && size > 2; i--) {
        size_t at = 2 + fuzz_next(state) % (size - 2), length;
        const char *piece = pieces[fuzz_next(state) % (sizeof(pieces) / sizeof(pieces[0]))];

        switch (fuzz_next(state) % 6) {
        case 0:
            to[at] = fuzz_next(state);
            break;
        case 1: /* takes out */
            length = fuzz_next(state) % (size - at < 20 ? size - at : 20);
            memmove(to + at, to + at + length, size - at - length);
            size -= length;
            break;
        case 2: /* repeats */
            length = fuzz_next(state) % (size - at < 40 ? size - at : 40);
            memcpy(repeated, to + at, length);
            size = insert(to, size, room, at, repeated, length);
            break;
        case 3:
            to[fuzz_next(state) % 2] = fuzz_next(state);
            break;
        case 4:
            to[at] = "{}[]\",:0"[fuzz_next(state) % 8];
            break;
        default:
            size = insert(to, size, room, at, piece, strlen(piece));
        }
    }
    return size;
}
