/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists the domains of this host. Exit status: 0; 1 if that failed; 2 for wrong usage. */

#include <xlstable.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *state_of(const xls_dominfo *info)
{
    if (xls_dominfo_get_dying(info))
        return "dying";
    if (xls_dominfo_get_shutdown(info))
        return xls_shutdown_reason_to_string(xls_dominfo_get_shutdown_reason(info));
    return xls_dominfo_get_paused(info) ? "paused" : "runs";
}

int main(int argc, char **argv)
{
    xls_dominfo_array *domains;
    xls_ctx *ctx;

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        printf("Usage: list\nLists the domains: number, memory in KiB, state, name.\n");
        return 0;
    }
    if (argc != 1) {
        fprintf(stderr, "Usage: list\n");
        return 2;
    }
    if (xls_open(&ctx, NULL)) {
        fprintf(stderr, "list: no connection to Xen: %s\n", xls_error_text());
        return 1;
    }
    if (xls_list_domain(ctx, &domains)) {
        fprintf(stderr, "list: %s\n", xls_error_text());
        xls_close(ctx);
        return 1;
    }
    printf("Xen %s\n", xls_xen_release(ctx));
    for (size_t i = 0; i < xls_dominfo_array_count(domains); i++) {
        const xls_dominfo *info = xls_dominfo_array_at(domains, i);
        char *name = xls_domid_to_name(ctx, xls_dominfo_get_domid(info));
        const char *state = state_of(info);

        printf("%5u  %10llu  %-8s  %s\n", xls_dominfo_get_domid(info),
               (unsigned long long)xls_dominfo_get_current_memkb(info), state ? state : "?",
               name ? name : "");
        free(name);
    }
    xls_dominfo_array_free(domains);
    xls_close(ctx);
    return 0;
}
