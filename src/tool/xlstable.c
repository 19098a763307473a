/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command-line tool: tells which libxenlight would be used here, and whether it fits. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../backend/backend.h"

#define EXIT_USAGE 2

static const char usage[] =
    "Usage: xlstable [OPTION...] status\n"
    "\n"
    "Finds the libxenlight that libxlstable uses for the running Xen, opens it, and verifies\n"
    "every function, struct and default of it.\n"
    "\n"
    "  -x, --xen RELEASE         for this Xen (4.17) instead of the running one; sim-4.17 is our\n"
    "                            simulation of it\n"
    "  -l, --libxenlight FILE    this library instead of the one that is found\n"
    "  -h, --help                this text\n"
    "  -V, --version             the version\n"
    "\n"
    "XLSTABLE_XEN and XLSTABLE_LIBXENLIGHT say the same to every program that uses libxlstable;\n"
    "XLSTABLE_DEBUG=1 shows every path tried. Exit status: 0 it fits; 2 wrong usage; 10 no "
    "memory;\n"
    "11 no Xen runs; 12 unknown release; 13 no libxenlight for it; 14 not loadable; 15 wrong\n"
    "SONAME; 16 a function is missing; 17 a struct differs. See xlstable(1).\n";

static const struct option options[] = {
    { "xen", required_argument, NULL, 'x' },
    { "libxenlight", required_argument, NULL, 'l' },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'V' },
    { NULL, 0, NULL, 0 },
};

static void report(void *user, const char *text)
{
    fprintf(stderr, "xlstable: %s\n", text);
}

static int status(const struct xls_backend_options *wanted)
{
    static struct xls_backend backend;
    enum xls_backend_status result = xls_backend_open(&backend, wanted);

    if (result)
        return result;
    printf("release      Xen " XLS_RELEASE_FORMAT "%s\n", XLS_RELEASE_ARGS(backend.layout.release),
           backend.simulated ? ", simulated" : "");
    printf("libxenlight  %s\n", backend.path);
    printf("libxlutil    %s\n", backend.util ? "found" : backend.util_problem);
    printf("verified     functions, structs and defaults are as the schema has them\n");
    xls_backend_close(&backend);
    return 0;
}

int main(int argc, char **argv)
{
    struct xls_backend_options wanted = { .report = report };
    int option;

    while ((option = getopt_long(argc, argv, "x:l:hV", options, NULL)) != -1) {
        switch (option) {
        case 'x':
            if (!xls_xen_parse(optarg, &wanted.release, &wanted.simulated)) {
                fprintf(stderr, "xlstable: %s is not a Xen release such as 4.17\n", optarg);
                return EXIT_USAGE;
            }
            break;
        case 'l':
            wanted.path = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            return 0;
        case 'V':
            puts("xlstable " PACKAGE_VERSION);
            return 0;
        default:
            fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (argc - optind != 1 || strcmp(argv[optind], "status") != 0) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return status(&wanted);
}
