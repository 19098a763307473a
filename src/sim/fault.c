/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Faults on request: XLSTABLE_SIM_FAULTS is a list, separated by blanks, of
 *
 *     FUNCTION[#N[+]]=ACTION      the Nth call of FUNCTION in this process, with + also those after
 *                                 it; without #, every call. FUNCTION * is any function
 *     FUNCTION[#N[+]]=ACTION%P    of these calls each P-th only
 *
 * ACTION is an error (ERROR_FAIL ...) that the call ends with; late:ERROR, one that the operation
 * ends with which the call starts; delay:MS, so long the call, or that operation, takes; or
 * shutdown, crash, eject, destroy: that happens to the guest just before the call does its work. A
 * list that cannot be read is told, and every ctx is refused.
 */

#include <stdlib.h>
#include <time.h>

#include "sim.h"

#define MAX_FAULTS 64

enum action { FAIL, LATE, DELAY, SHUTDOWN, CRASH, EJECT, DESTROY };

static struct fault {
    char function[64];
    enum action action;
    int number; /* the error, or milliseconds */
    unsigned from, to, every;
    unsigned calls;
} faults[MAX_FAULTS];

static int fault_count;
static char problem[160];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool read_action(struct fault *fault, const char *text)
{
    static const struct {
        const char *name;
        enum action action;
    } others[] = {
        { "shutdown", SHUTDOWN }, { "crash", CRASH }, { "eject", EJECT }, { "destroy", DESTROY }
    };
    const struct xls_type *errors = &xls_types[TYPE(error)];
    char *end;

    if (strncmp(text, "delay:", 6) == 0) {
        fault->action = DELAY;
        fault->number = strtol(text + 6, &end, 10);
        return text[6] && !*end && fault->number >= 0;
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(text, others[i].name) == 0) {
            fault->action = others[i].action;
            return true;
        }
    }
    fault->action = strncmp(text, "late:", 5) == 0 ? LATE : FAIL;
    text += fault->action == LATE ? 5 : 0;
    for (unsigned i = 0; i < errors->count; i++) {
        if (strcmp(text, errors->values[i].name) == 0) {
            fault->number = errors->values[i].number;
            return true;
        }
    }
    return false;
}

static bool read_fault(struct fault *fault, char *text)
{
    char *action = strchr(text, '='), *every, *which, *end;

    *fault = (struct fault){ .from = 1, .to = UINT32_MAX, .every = 1 };
    if (!action)
        return false;
    *action++ = '\0';
    every = strchr(action, '%');
    if (every) {
        *every++ = '\0';
        fault->every = strtoul(every, &end, 10);
        if (!*every || *end || !fault->every)
            return false;
    }
    which = strchr(text, '#');
    if (which) {
        *which++ = '\0';
        fault->from = fault->to = strtoul(which, &end, 10);
        if (*end == '+') {
            fault->to = UINT32_MAX;
            end++;
        }
        if (!*which || *end || !fault->from)
            return false;
    }
    if (!*text || strlen(text) >= sizeof(fault->function))
        return false;
    strcpy(fault->function, text);
    return read_action(fault, action);
}

__attribute__((constructor)) static void read_faults(void)
{
    const char *all = secure_getenv("XLSTABLE_SIM_FAULTS");
    char *copy = all ? strdup(all) : NULL, *rest = copy, *word;
    char shown[100];

    while ((word = strsep(&rest, " \n"))) {
        if (!*word)
            continue;
        snprintf(shown, sizeof(shown), "%s", word);
        if (fault_count == MAX_FAULTS || !read_fault(&faults[fault_count], word)) {
            snprintf(problem, sizeof(problem), "XLSTABLE_SIM_FAULTS: cannot read '%s'", shown);
            break;
        }
        fault_count++;
    }
    free(copy);
}

/* Whether it is this one's turn; counts the call. */
static bool meant(struct fault *fault, const char *function)
{
    if (strcmp(fault->function, "*") != 0 && strcmp(fault->function, function) != 0)
        return false;
    fault->calls++;
    return fault->calls >= fault->from && fault->calls <= fault->to &&
           (fault->calls - fault->from + 1) % fault->every == 0;
}

static void befall(uint32_t domid, enum action action)
{
    struct sim_domain *domain;

    if (domid == SIM_NO_DOMAIN || !domid || !sim_state)
        return;
    sim_lock();
    domain = sim_find(domid);
    if (domain && action == DESTROY)
        sim_destroy(domain);
    else if (domain && action == EJECT)
        sim_eject(domain);
    else if (domain && !domain->shutdown)
        sim_stop(domain,
                 action == CRASH ? LIBXL_SHUTDOWN_REASON_CRASH : LIBXL_SHUTDOWN_REASON_POWEROFF);
    sim_unlock();
}

/* Functions that may be told of a delay by the operation that they start. */
static __thread unsigned operation_delay;
static __thread int operation_error;

int sim_enter(const char *function, libxl_ctx *ctx, uint32_t domid)
{
    bool happens[MAX_FAULTS];
    int rc = 0;

    operation_delay = 0;
    operation_error = 0;
    if (*problem && strcmp(function, "libxl_ctx_alloc") == 0) {
        fprintf(stderr, "libxl (simulated): %s\n", problem);
        return ERROR_INVAL;
    }
    if (!fault_count)
        return 0;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < fault_count; i++)
        happens[i] = meant(&faults[i], function);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < fault_count; i++) {
        if (!happens[i])
            continue;
        if (faults[i].action == FAIL) {
            sim_log(ctx, XTL_ERROR, "%s: fails as XLSTABLE_SIM_FAULTS asks: %d", function,
                    faults[i].number);
            rc = faults[i].number;
        } else if (faults[i].action == LATE) {
            operation_error = faults[i].number;
        } else if (faults[i].action == DELAY) {
            operation_delay += faults[i].number;
        } else {
            befall(domid, faults[i].action);
        }
    }
    return rc;
}

unsigned sim_delay_ms(const char *function)
{
    return operation_delay;
}

int sim_late_error(void)
{
    return operation_error;
}

int sim_lacks(const char *function, libxl_ctx *ctx)
{
    sim_log(ctx, XTL_ERROR, "%s: not simulated", function);
    return ERROR_NI;
}
