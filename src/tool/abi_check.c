/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xlstable-abi check: opens a libxenlight in a process of its own, as a library that is not what
 * the schema says may well crash, and collects what that process finds.
 */

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../backend/internal.h"
#include "abi.h"

#define SONAME "libxenlight.so."

__attribute__((format(printf, 1, 2))) static enum abi_status not_judged(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("xlstable-abi: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return ABI_NOT_JUDGED;
}

/* The release, by the SONAME; nothing of the file has run then. */
static enum abi_status identify(const char *path, xls_release *release)
{
    char soname[128], problem[256];

    if (xls_elf_soname(path, soname, sizeof(soname), problem, sizeof(problem)))
        return not_judged("%s cannot be loaded: %s", path, problem);
    if (strncmp(soname, SONAME, strlen(SONAME)) == 0)
        *release = xls_release_parse(soname + strlen(SONAME));
    if (!*release)
        return not_judged("%s is no libxenlight: its SONAME is %s", path, soname);
    if (!xls_release_described(*release))
        return not_judged("%s is of Xen " XLS_RELEASE_FORMAT ", which the schema does not have; it "
                          "has " XLS_RELEASE_FORMAT " to " XLS_RELEASE_FORMAT,
                          path, XLS_RELEASE_ARGS(*release), XLS_RELEASE_ARGS(xls_releases[0]),
                          XLS_RELEASE_ARGS(xls_releases[XLS_RELEASE_COUNT - 1]));
    return ABI_SAME;
}

/* The libxlutil beside it, if there is one. */
static void *open_util(const char *path, xls_release release)
{
    char *file;
    void *util;

    if (asprintf(&file, "%.*s/libxlutil.so." XLS_RELEASE_FORMAT, (int)(strrchr(path, '/') - path),
                 path, XLS_RELEASE_ARGS(release)) < 0)
        return NULL;
    util = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    free(file);
    return util;
}

/* In the child. The exit status tells whether the library could be opened. */
static void look(int fd, const char *path, xls_release release)
{
    void *light = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (!light) {
        not_judged("%s cannot be loaded: %s", path, dlerror());
        _exit(ABI_NOT_JUDGED);
    }
    abi_check_library(fd, light, open_util(path, release), release);
    _exit(ABI_SAME);
}

/* A line is "kind NAME", or "kind NAME text", separated by tabs; "at NAME" says what comes next. */
static void collect(FILE *from, struct abi_findings *findings, char *last, size_t size)
{
    char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, from) > 0) {
        char *kind = strtok(line, "\t\n"), *name = strtok(NULL, "\t\n"), *text = strtok(NULL, "\n");

        if (!kind || !name)
            continue;
        if (strcmp(kind, "at") == 0)
            snprintf(last, size, "%s", name);
        else
            abi_found(findings, kind, name, text ? "%s" : NULL, text);
    }
    findings->failed |= !feof(from);
    free(line);
}

/* Runs the child and takes in all that it finds; a crash is a finding. */
static enum abi_status ask(const char *path, xls_release release, struct abi_findings *findings)
{
    char last[160] = "the library";
    int fds[2], status = 0;
    FILE *from = NULL;
    pid_t child;

    if (pipe(fds))
        return not_judged("no pipe: %m");
    child = fork();
    if (child == 0) {
        close(fds[0]);
        look(fds[1], path, release);
    }
    close(fds[1]);
    from = child > 0 ? fdopen(fds[0], "r") : NULL;
    if (from)
        collect(from, findings, last, sizeof(last));
    else
        not_judged("no process to open the library in: %m");
    if (!from || fclose(from))
        close(fds[0]);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!from || (WIFEXITED(status) && WEXITSTATUS(status)))
        return ABI_NOT_JUDGED;
    if (WIFSIGNALED(status))
        abi_found(findings, "crash", last, "the library ended its process: %s",
                  strsignal(WTERMSIG(status)));
    return ABI_SAME;
}

enum abi_status abi_check(const char *name, enum abi_form form)
{
    struct abi_findings findings = { 0 };
    char *path, release_name[16], summary[128];
    const char *heading[] = { "library", name, "release", release_name, NULL };
    enum abi_status status;
    xls_release release = 0;

    /* Without a slash the dynamic loader would search for it, and find another file. */
    if (asprintf(&path, "%s%s", strchr(name, '/') ? "" : "./", name) < 0)
        return not_judged("no memory");
    status = identify(path, &release);
    if (!status)
        status = ask(path, release, &findings);
    free(path);
    if (!status) {
        snprintf(release_name, sizeof(release_name), XLS_RELEASE_FORMAT, XLS_RELEASE_ARGS(release));
        snprintf(summary, sizeof(summary), "Xen %s: %zu checks, %zu differences from the schema",
                 release_name, findings.count, findings.different);
        status = abi_print(&findings, form, heading, summary);
    }
    abi_free(&findings);
    return status;
}
