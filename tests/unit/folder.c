/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files for the unit tests, in a folder that goes away with the test. */

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static char folder[PATH_MAX];
static int home = -1;

int unit_enter_folder(void **state)
{
    const char *temporary = getenv("TMPDIR");

    snprintf(folder, sizeof(folder), "%s/xls-unit-XXXXXX", temporary ? temporary : "/tmp");
    home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return home < 0 || !mkdtemp(folder) || chdir(folder) ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    return remove(path);
}

int unit_leave_folder(void **state)
{
    int rc = fchdir(home);

    close(home);
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) || rc ? -1 : 0;
}

void unit_write(const char *path, const void *bytes, size_t size)
{
    char outer[256];
    FILE *file;

    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(outer, sizeof(outer), "%.*s", (int)(slash - path), path);
        mkdir(outer, 0777);
    }
    file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void unit_write_text(const char *path, const char *text)
{
    unit_write(path, text, strlen(text));
}

unsigned char *unit_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "re");
    struct stat status;
    unsigned char *bytes;

    if (!file || fstat(fileno(file), &status))
        fail_msg("%s: %m", path);
    *size = status.st_size;
    bytes = malloc(*size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}
