/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stands in front of libxencall, libxenforeignmemory, libxendevicemodel, libxenevtchn and
 * libxenstore, by LD_PRELOAD, so that a real libxl_ctx_alloc succeeds on a machine without Xen.
 * Every hypercall fails with ENOSYS and Xenstore is empty: nothing here acts like a hypervisor.
 * It serves libxenlight 4.14 to 4.22.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#define STUB __attribute__((visibility("default")))

/* What the libraries hand out is opaque to libxl: one byte tells leaks and double frees. */
static void *open_handle(void)
{
    return malloc(1);
}

static int close_handle(void *handle)
{
    free(handle);
    return 0;
}

#define HANDLE(name)                                      \
    STUB void *name##_open(void *logger, unsigned flags); \
    STUB void *name##_open(void *logger, unsigned flags)  \
    {                                                     \
        return open_handle();                             \
    }                                                     \
    STUB int name##_close(void *handle);                  \
    STUB int name##_close(void *handle)                   \
    {                                                     \
        return close_handle(handle);                      \
    }

HANDLE(xencall)
HANDLE(xenforeignmemory)
HANDLE(xendevicemodel)
HANDLE(xenevtchn)

/* A function that fails. Its arguments do not matter, as the caller removes them (System V ABI). */
#define FAILS(type, name, result) \
    STUB type name(void *handle); \
    STUB type name(void *handle)  \
    {                             \
        errno = ENOSYS;           \
        return result;            \
    }

FAILS(int, xencall0, -1)
FAILS(int, xencall1, -1)
FAILS(int, xencall2, -1)
FAILS(int, xencall3, -1)
FAILS(int, xencall4, -1)
FAILS(int, xencall5, -1)
FAILS(long, xencall2L, -1)
FAILS(int, xencall_fd, -1)

/* Hypercall buffers: plain memory, in whole pages, as libxenctrl expects. */

STUB void *xencall_alloc_buffer_pages(void *handle, size_t pages);
STUB void *xencall_alloc_buffer_pages(void *handle, size_t pages)
{
    return aligned_alloc(getpagesize(), pages * getpagesize());
}

STUB void xencall_free_buffer_pages(void *handle, void *buffer, size_t pages);
STUB void xencall_free_buffer_pages(void *handle, void *buffer, size_t pages)
{
    free(buffer);
}

STUB void *xencall_alloc_buffer(void *handle, size_t size);
STUB void *xencall_alloc_buffer(void *handle, size_t size)
{
    return malloc(size);
}

STUB void xencall_free_buffer(void *handle, void *buffer);
STUB void xencall_free_buffer(void *handle, void *buffer)
{
    free(buffer);
}

STUB int xencall_buffers_never_fault(void *handle);
STUB int xencall_buffers_never_fault(void *handle)
{
    return 1;
}

/* Xenstore. 4.14 opens it with xs_daemon_open, later releases with xs_open. */

STUB void *xs_open(unsigned long flags);
STUB void *xs_open(unsigned long flags)
{
    return open_handle();
}

STUB void *xs_daemon_open(void);
STUB void *xs_daemon_open(void)
{
    return open_handle();
}

STUB void *xs_domain_open(void);
STUB void *xs_domain_open(void)
{
    return open_handle();
}

STUB void xs_close(void *handle);
STUB void xs_close(void *handle)
{
    close_handle(handle);
}

STUB void xs_daemon_close(void *handle);
STUB void xs_daemon_close(void *handle)
{
    close_handle(handle);
}

FAILS(int, xs_fileno, -1)
FAILS(bool, xs_watch, false)
FAILS(bool, xs_unwatch, false)
FAILS(char **, xs_check_watch, NULL)
FAILS(char **, xs_read_watch, NULL)
FAILS(unsigned, xs_transaction_start, 0)
FAILS(bool, xs_transaction_end, false)
FAILS(bool, xs_write, false)
FAILS(bool, xs_mkdir, false)
FAILS(bool, xs_rm, false)
FAILS(bool, xs_set_permissions, false)
FAILS(void *, xs_get_permissions, NULL)
FAILS(char *, xs_get_domain_path, NULL)
FAILS(bool, xs_is_domain_introduced, false)

/* "No such entry" rather than "no such function": libxl tells the two apart. */
#define EMPTY(type, name)         \
    STUB type name(void *handle); \
    STUB type name(void *handle)  \
    {                             \
        errno = ENOENT;           \
        return NULL;              \
    }

EMPTY(void *, xs_read)
EMPTY(char **, xs_directory)
