/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xlstable-abi: tells packagers whether a libxenlight is what libxlstable takes it for. */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../backend/internal.h"
#include "abi.h"

static const char usage[] =
    "Usage: xlstable-abi [OPTION...] check LIBXENLIGHT\n"
    "       xlstable-abi [OPTION...] diff RELEASE RELEASE\n"
    "       xlstable-abi [OPTION...] list\n"
    "\n"
    "  check   is this libxenlight.so.4.N what the schema says of Xen 4.N: its functions, the\n"
    "          values of its enums, the size, defaults and fields of its structs? One line for\n"
    "          each difference. Needs no running Xen\n"
    "  diff    what changed between two Xen releases, and which functions that touches\n"
    "  list    the releases that the schema has\n"
    "\n"
    "  -t, --tap       as TAP, one line for each check (check only)\n"
    "  -j, --json      as JSON\n"
    "  -h, --help      this text\n"
    "  -V, --version   the version\n"
    "\n"
    "Exit status: 0 no difference; 1 differences; 2 wrong usage; 3 the library or the release\n"
    "cannot be judged. See xlstable-abi(1).\n";

static const struct option options[] = {
    { "tap", no_argument, NULL, 't' },
    { "json", no_argument, NULL, 'j' },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'V' },
    { NULL, 0, NULL, 0 },
};

static enum abi_status wrong_usage(void)
{
    fputs(usage, stderr);
    return ABI_USAGE;
}

static bool read_release(const char *text, xls_release *release)
{
    *release = xls_release_parse(text);
    if (!*release)
        fprintf(stderr, "xlstable-abi: %s is not a Xen release such as 4.17\n", text);
    else if (!xls_release_described(*release))
        fprintf(stderr, "xlstable-abi: Xen %s is not in the schema; see xlstable-abi list\n", text);
    else
        return true;
    return false;
}

static enum abi_status diff(char *const *names, enum abi_form form)
{
    xls_release from, to;

    if (!read_release(names[0], &from) || !read_release(names[1], &to))
        return ABI_NOT_JUDGED;
    return abi_diff(from, to, form);
}

int main(int argc, char **argv)
{
    enum abi_form form = ABI_TEXT;
    const char *command;
    int option, rest;

    while ((option = getopt_long(argc, argv, "tjhV", options, NULL)) != -1) {
        switch (option) {
        case 't':
        case 'j':
            if (form != ABI_TEXT)
                return wrong_usage();
            form = option == 't' ? ABI_TAP : ABI_JSON;
            break;
        case 'h':
            fputs(usage, stdout);
            return ABI_SAME;
        case 'V':
            puts("xlstable-abi " PACKAGE_VERSION);
            return ABI_SAME;
        default:
            return wrong_usage();
        }
    }
    rest = argc - optind - 1;
    if (rest < 0)
        return wrong_usage();
    command = argv[optind];
    if (strcmp(command, "check") == 0 && rest == 1)
        return abi_check(argv[optind + 1], form);
    if (strcmp(command, "diff") == 0 && rest == 2 && form != ABI_TAP)
        return diff(argv + optind + 1, form);
    if (strcmp(command, "list") == 0 && rest == 0 && form != ABI_TAP)
        return abi_list(form);
    return wrong_usage();
}
