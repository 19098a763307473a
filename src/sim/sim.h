/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the simulated libxenlight share: its state, its contexts, its operations.
 *
 * One source serves every release: structs are only touched by the names of their fields (field.h),
 * in the layout of the release that the library was linked for. The functions here are named
 * sim_libxl_...; src/generator/simulation.py makes the libxl_... around them, where faults happen.
 */
#ifndef XLS_SIM_H
#define XLS_SIM_H

/* Our headers, but under libxl's own symbols. */
#ifndef XLS_SYMBOL
#define XLS_SYMBOL(name) __attribute__((visibility("default")))
#endif

#include <pthread.h>

#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>
#include <libxlutil.h>

#include "../core/json.h"
#include "field.h"

/* A function that one of the files here has, or none. */
#define SIM_OPTIONAL __attribute__((weak, visibility("hidden")))
#include "sim/functions.h"

#define TYPE(name) XLS_TYPE_libxl_##name
#define CONFIG     TYPE(domain_config)

/* The host. CPU c is thread c % 2 of core c / 2; each node has half of them. */
#define SIM_CPUS          16
#define SIM_NODES         2
#define SIM_ALL_CPUS      0xffff
#define SIM_TOTAL_KB      (UINT64_C(64) << 20)
#define SIM_DOM0_KB       (UINT64_C(1) << 20)
#define SIM_DOMAINS       96
#define SIM_POOLS         8
#define SIM_VCPUS         64
#define SIM_USERDATA      4
#define SIM_QUOTAS        5
#define SIM_NO_DOMAIN     UINT32_MAX
#define SIM_MEMKB_DEFAULT ((int64_t)LIBXL_MEMKB_DEFAULT)

struct sim_userdata {
    char id[48]; /* empty: not used */
    uint32_t size;
    unsigned char data[32 * 1024];
};

struct sim_sched {
    int weight, cap, period, budget, extratime;
};

struct sim_domain {
    bool used, paused, shutdown;
    uint8_t reason;
    unsigned ejects;  /* how often the guest has ejected a medium, */
    char ejected[32]; /* and of which disk the last time */
    bool quota_set;   /* else the host's hold */
    uint32_t quota[SIM_QUOTAS];
    uint32_t domid;
    unsigned char uuid[16];
    char name[128];
    int type;
    uint64_t max_kb, target_kb;
    uint32_t vcpus, pool, started;
    uint64_t online;
    uint16_t hard[SIM_VCPUS], soft[SIM_VCPUS];
    uint8_t nodes;
    struct sim_sched sched;
    struct sim_userdata userdata[SIM_USERDATA];
    char config[160 * 1024]; /* JSON of its domain_config, devices included */
};

struct sim_pool {
    bool used;
    uint32_t id;
    char name[64];
    int sched;
    uint16_t cpus;
    int tslice, ratelimit, delay;
};

/* In memory of the process, or in a file that several processes map. */
struct sim_state {
    char magic[16];
    uint32_t release; /* the minor number of the one that made it */
    pthread_mutex_t lock;
    uint64_t bell; /* written when something happens that a ctx may wait for */
    uint32_t last_domid;
    uint32_t assignable; /* bit per PCI device of the host */
    uint32_t quota[SIM_QUOTAS];
    struct sim_domain domain[SIM_DOMAINS];
    struct sim_pool pool[SIM_POOLS];
};

/* state.c */
extern struct sim_state *sim_state;
int sim_open_state(libxl_ctx *ctx); /* once; 0 or an ERROR_* */
void sim_lock(void);                /* recursive; never held in a callback */
void sim_unlock(void);
struct sim_domain *sim_find(uint32_t domid); /* NULL: there is none; under the lock */
void sim_ring(void);                         /* something has happened */
int sim_bell_fd(void);                       /* a new one, readable after a sim_ring() */
void sim_bell_read(int fd);
void sim_bell_close(int fd);
uint64_t sim_used_kb(void); /* by all domains */

/* fault.c: XLSTABLE_SIM_FAULTS. 0, or the error that the call shall end with. */
int sim_enter(const char *function, libxl_ctx *ctx, uint32_t domid);
unsigned sim_delay_ms(const char *function); /* of operations, */
int sim_late_error(void);                    /* and how they shall end: 0, or an error */
int sim_lacks(const char *function, libxl_ctx *ctx);

/* ctx.c */
struct sim_watch {
    struct sim_watch *next;
    uint32_t domid;
    unsigned char uuid[16]; /* so that a later domain of this number is not mistaken for it */
    libxl_ev_user user;
    bool shutdown_told, death_told;
    bool eject;
    char vdev[32];
    unsigned seen; /* ejects that were told */
};

struct sim_queued {
    struct sim_queued *next;
    void *event;
};

struct libxl__ctx {
    xentoollog_logger *logger;
    const libxl_osevent_hooks *os;
    void *os_user, *os_fd;
    const libxl_event_hooks *hooks;
    void *hooks_user;
    int epoll, bell, timer; /* the first watches the others */
    struct sim_watch *watches;
    struct sim_queued *events;
    struct sim_operation *operations;
    void *version;
};

__attribute__((format(printf, 3, 4))) void sim_log(libxl_ctx *ctx, xentoollog_level level,
                                                   const char *format, ...);

/* event.c */
void *sim_event(int type, const struct sim_domain *domain, uint64_t for_user);
void sim_deliver(libxl_ctx *ctx, void *event); /* not under the lock */
void sim_dispatch(libxl_ctx *ctx);             /* what is due: operations, then events */

/* operation.c: what libxl may do later */
struct sim_operation {
    struct sim_operation *next;
    libxl_ctx *ctx;
    const char *function;
    /* Does it, under the lock; 0 or an ERROR_*. */
    int (*work)(struct sim_operation *operation);
    uint32_t domid;
    unsigned type; /* of object */
    void *object;
    uint32_t *domid_out;
    const char *text;
    int fd, number;
    bool console; /* tell progress->callback that there is one */
    const libxl_asyncprogress_how *progress;
    /* set by sim_operate */
    bool has_progress, aborted, done;
    int late; /* an error that it shall end with */
    libxl_asyncprogress_how progress_how;
    libxl_asyncop_how how;
    uint64_t due; /* milliseconds of the monotonic clock */
};

int sim_operate(const struct sim_operation *operation, const libxl_asyncop_how *how);
bool sim_end_due(libxl_ctx *ctx); /* whether one has ended; not under the lock */
void sim_forget_operations(libxl_ctx *ctx);
uint64_t sim_now(void);

/* value.c: whole objects */
void *sim_read(unsigned type, const char *json); /* NULL: not that */
void sim_copy_into(unsigned type, void *to, const void *from);
void sim_move_into(unsigned type, void *to, void *from); /* frees from, but what it owns */
void sim_bitmap(unsigned type, void *object, const char *path, uint64_t bits, int size);
uint64_t sim_bits(const libxl_bitmap *map, uint64_t none);
bool sim_has(unsigned type, const char *name); /* a field at the top of it, in this release */

/* domain.c, create.c, device.c */
void *sim_config(const struct sim_domain *domain);                 /* caller frees with sim_free */
int sim_set_config(struct sim_domain *domain, const void *config); /* ERROR_NOMEM: too large */
void sim_name_domain(struct sim_domain *domain, const char *name);
void sim_stop(struct sim_domain *domain, int reason);
void sim_destroy(struct sim_domain *domain);
void sim_device_defaults(void *config, uint32_t domid);
void sim_eject(struct sim_domain *domain); /* the guest opens the tray of its first CD-ROM drive */

#endif
