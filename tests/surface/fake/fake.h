/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a test tells a fake libxenlight what to do, and sees what it was given. The fake is a shared
 * library of its own, opened by libxlstable; fake_open() in ../harness.h finds it there.
 *
 * Before it is opened, the environment says how it differs from its release:
 *     FAKE_LARGER, FAKE_SMALLER  a type: its _init writes 8 bytes more, or less
 *     FAKE_DEFAULT               a type: its _init leaves another default in the last byte
 * A libxenlight without libxl_domain_rename lies in fake/4.N/incomplete, and one of a release that
 * nobody knows in fake/4.99.
 */
#ifndef FAKE_H
#define FAKE_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_DOMID 7 /* of the domain that libxl_domain_create_new makes */
#define FAKE_DOMAINS 3 /* libxl_list_domain lists 0, 1 and 2 */

/* When an operation that was given a libxl_asyncop_how ends. */
enum fake_when {
    FAKE_LATER,  /* when the test calls end_one() */
    FAKE_NOW,    /* before the function that starts it returns */
    FAKE_THREAD, /* at once, in another thread */
};

struct fake_control {
    /* Read when an operation starts. */
    enum fake_when when;
    int start_result; /* not 0: it cannot be started */
    bool old_hypervisor; /* older than this libxenlight, so that it tells no strings */
    int result;       /* how it ends, unless end_one() says so or it is aborted */

    /* Ends the oldest operation under way. False: there is none. */
    bool (*end_one)(int rc);
    unsigned (*under_way)(void);
    unsigned (*aborted)(void); /* how many of them libxl_ao_abort was called for */
    void (*join)(void);        /* waits for the threads of FAKE_THREAD */

    /* Makes events, of any number; a disk eject carries a disk that uses all that there is. */
    void (*happen)(void *ctx, int type, uint32_t domid, uint64_t for_user);
    void (*disaster)(void *ctx, int type, const char *text, int errnoval);

    /* How often a function was called, but for _init and the like; NULL: any function. */
    unsigned (*calls)(const char *function);

    /* The last object of a type that was given to a function, by the path of a field, such as
     * "disks[0].trusted"; 0 and NULL for a field that the release lacks. */
    int64_t (*number)(const char *type, const char *path);
    const char *(*text)(const char *type, const char *path);
    char *(*json)(const char *type); /* the whole object; the caller frees it */
    const void *(*pointer)(const char *type); /* as it came; not to be followed */
    const char *(*escape_character)(void);    /* of libxl_console_exec */

    /* The libxl_osevent_hooks of the last ctx that got some, and its user; and how often, and with
     * what, libxl_osevent_occurred_fd and _timeout were called last. */
    const void *os_hooks;
    void *os_user;
    unsigned os_fds, os_timeouts;
    void *os_for_libxl;
    short os_revents;

    void (*reset)(void); /* forgets and frees all of the above, but for the hooks of a live ctx */
};

#endif
