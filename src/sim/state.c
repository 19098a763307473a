/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of the simulated Xen: in this process, or in a file that several processes share. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

#define MAGIC     "xlstable-sim-2"
#define MAX_BELLS 256

struct sim_state *sim_state;
static int file = -1;         /* of a shared state */
static const char *file_name; /* its name */
static int bells[MAX_BELLS];  /* eventfds of the contexts of this process, else 0 */

static void make_lock(struct sim_state *state)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&state->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

static void make_dom0(struct sim_state *state)
{
    struct sim_domain *dom0 = &state->domain[0];
    struct sim_pool *pool = &state->pool[0];

    dom0->used = true;
    strcpy(dom0->name, "Domain-0");
    dom0->type = LIBXL_DOMAIN_TYPE_PV;
    dom0->max_kb = dom0->target_kb = SIM_DOM0_KB;
    dom0->vcpus = SIM_CPUS;
    dom0->online = SIM_ALL_CPUS;
    dom0->nodes = 3;
    dom0->sched = (struct sim_sched){ .weight = 256 };
    dom0->started = time(NULL);
    for (int i = 0; i < SIM_CPUS; i++)
        dom0->hard[i] = dom0->soft[i] = SIM_ALL_CPUS;
    pool->used = true;
    strcpy(pool->name, "Pool-0");
    pool->sched = LIBXL_SCHEDULER_CREDIT2;
    pool->cpus = SIM_ALL_CPUS;
    pool->tslice = 30;
    pool->ratelimit = 1000;
    state->assignable = 3;
    memcpy(state->quota, (uint32_t[]){ 1000, 2048, 128, 10, 20 }, sizeof(state->quota));
}

static void make(struct sim_state *state)
{
    make_lock(state);
    make_dom0(state);
    state->release = sim_minor;
    strcpy(state->magic, MAGIC);
}

/* Whoever comes first fills the file. */
static int open_file(libxl_ctx *ctx, const char *name)
{
    struct sim_state *state = MAP_FAILED;
    struct stat found;
    int rc = ERROR_FAIL;

    file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || flock(file, LOCK_EX) || fstat(file, &found)) {
        sim_log(ctx, XTL_ERROR, "XLSTABLE_SIM_STATE=%s: %s", name, strerror(errno));
        goto out;
    }
    if (found.st_size && found.st_size != sizeof(*state)) {
        sim_log(ctx, XTL_ERROR, "XLSTABLE_SIM_STATE=%s is no state of the simulation: %lld bytes",
                name, (long long)found.st_size);
        goto out;
    }
    if (!found.st_size && ftruncate(file, sizeof(*state))) {
        sim_log(ctx, XTL_ERROR, "XLSTABLE_SIM_STATE=%s: %s", name, strerror(errno));
        goto out;
    }
    state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (state == MAP_FAILED) {
        sim_log(ctx, XTL_ERROR, "XLSTABLE_SIM_STATE=%s: %s", name, strerror(errno));
        goto out;
    }
    if (!found.st_size)
        make(state);
    if (strncmp(state->magic, MAGIC, sizeof(state->magic)) != 0) {
        sim_log(ctx, XTL_ERROR, "XLSTABLE_SIM_STATE=%s is no state of the simulation", name);
        goto out;
    }
    if (state->release != (uint32_t)sim_minor) {
        sim_log(ctx, XTL_ERROR, "XLSTABLE_SIM_STATE=%s is of Xen 4.%u, this is Xen 4.%d", name,
                state->release, sim_minor);
        goto out;
    }
    file_name = name;
    sim_state = state;
    state = MAP_FAILED;
    rc = 0;
out:
    if (state != MAP_FAILED)
        munmap(state, sizeof(*state));
    if (file >= 0)
        flock(file, LOCK_UN);
    if (rc && file >= 0) {
        close(file);
        file = -1;
    }
    return rc;
}

int sim_open_state(libxl_ctx *ctx)
{
    static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
    const char *name = secure_getenv("XLSTABLE_SIM_STATE");
    struct sim_state *state;
    int rc = 0;

    pthread_mutex_lock(&once);
    if (sim_state) {
        rc = 0;
    } else if (name && *name) {
        rc = open_file(ctx, name);
    } else {
        state =
            mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        rc = state == MAP_FAILED ? ERROR_NOMEM : 0;
        if (!rc) {
            make(state);
            sim_state = state;
        }
    }
    pthread_mutex_unlock(&once);
    return rc;
}

void sim_lock(void)
{
    /* Whoever held it has died; what it changed is whole enough, field by field. */
    if (pthread_mutex_lock(&sim_state->lock) == EOWNERDEAD)
        pthread_mutex_consistent(&sim_state->lock);
}

void sim_unlock(void)
{
    pthread_mutex_unlock(&sim_state->lock);
}

struct sim_domain *sim_find(uint32_t domid)
{
    for (int i = 0; i < SIM_DOMAINS; i++) {
        if (sim_state->domain[i].used && sim_state->domain[i].domid == domid)
            return &sim_state->domain[i];
    }
    return NULL;
}

uint64_t sim_used_kb(void)
{
    uint64_t sum = 0;

    for (int i = 0; i < SIM_DOMAINS; i++)
        sum += sim_state->domain[i].used ? sim_state->domain[i].target_kb : 0;
    return sum;
}

/* The bell: an eventfd for each ctx; over a shared file, an inotify on the file. */

int sim_bell_fd(void)
{
    int fd;

    if (file >= 0) {
        fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (fd >= 0 && inotify_add_watch(fd, file_name, IN_MODIFY) < 0) {
            close(fd);
            fd = -1;
        }
        return fd;
    }
    fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    sim_lock();
    for (int i = 0; i < MAX_BELLS && fd > 0; i++) {
        if (!bells[i]) {
            bells[i] = fd;
            sim_unlock();
            return fd;
        }
    }
    sim_unlock();
    if (fd >= 0)
        close(fd);
    return -1;
}

void sim_bell_close(int fd)
{
    sim_lock();
    for (int i = 0; i < MAX_BELLS; i++)
        bells[i] = bells[i] == fd ? 0 : bells[i];
    sim_unlock();
    close(fd);
}

void sim_bell_read(int fd)
{
    char buffer[4096];

    while (read(fd, buffer, file >= 0 ? sizeof(buffer) : sizeof(uint64_t)) > 0)
        ;
}

void sim_ring(void)
{
    static const uint64_t one = 1;
    ssize_t written;

    sim_lock();
    if (file >= 0) {
        uint64_t bell = sim_state->bell + 1;

        /* Not by the mapping: only a write is seen by inotify. */
        written = pwrite(file, &bell, sizeof(bell), offsetof(struct sim_state, bell));
    } else {
        for (int i = 0; i < MAX_BELLS; i++) {
            if (bells[i])
                written = write(bells[i], &one, sizeof(one));
        }
    }
    (void)written; /* a full eventfd is readable all the same */
    sim_unlock();
}
