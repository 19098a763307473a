/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells when a domain shuts down and when it is gone, in a loop of its own around poll().
 * Exit status: 0 when all are gone; 1 if watching failed; 2 for wrong usage.
 */

#include <xlstable.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int left; /* how many of them live */

static void tell(xls_ctx *ctx, xls_event *event, void *user)
{
    uint8_t reason = 0;
    const char *why;

    (void)ctx;
    (void)user;
    switch (xls_event_get_type(event)) {
    case XLS_EVENT_TYPE_DOMAIN_SHUTDOWN:
        xls_event_get_domain_shutdown_shutdown_reason(event, &reason);
        why = xls_shutdown_reason_to_string(reason);
        printf("domain %u is down: %s\n", xls_event_get_domid(event), why ? why : "?");
        break;
    case XLS_EVENT_TYPE_DOMAIN_DEATH:
        printf("domain %u is gone\n", xls_event_get_domid(event));
        left--;
        break;
    }
    fflush(stdout);
    xls_event_free(event);
}

int main(int argc, char **argv)
{
    struct xls_event_handler handler = { .sz = sizeof(handler), .mask = UINT64_MAX,
                                         .occurs = tell };
    xls_evgen_domain_death *death; /* ends with the ctx */
    uint32_t domid;
    xls_ctx *ctx;
    int status = 0;

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        printf("Usage: watch DOMAIN...\nTells when domains, named or numbered, end.\n");
        return 0;
    }
    if (argc < 2) {
        fprintf(stderr, "Usage: watch DOMAIN...\n");
        return 2;
    }
    if (xls_open(&ctx, NULL)) {
        fprintf(stderr, "watch: no connection to Xen: %s\n", xls_error_text());
        return 1;
    }
    if (xls_event_handle(ctx, &handler))
        status = 1;
    for (int i = 1; i < argc && !status; i++, left++) {
        if (xls_domain_qualifier_to_domid(ctx, argv[i], &domid) ||
            xls_evenable_domain_death(ctx, domid, 0, &death)) {
            fprintf(stderr, "watch: %s: %s\n", argv[i], xls_error_text());
            status = 1;
        }
    }
    if (!status) {
        printf("watching\n");
        fflush(stdout);
    }
    while (left > 0 && !status) {
        struct pollfd ready = { .fd = xls_fd(ctx), .events = POLLIN };

        if ((poll(&ready, 1, -1) < 0 && errno != EINTR) || xls_dispatch(ctx, 0) < 0) {
            fprintf(stderr, "watch: %s\n", xls_error_text());
            status = 1;
        }
    }
    xls_close(ctx);
    return status;
}
