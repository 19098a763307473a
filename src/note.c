/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * .note.dlopen: tells packaging tools which libraries this one opens at run time. The form is
 * that of the UAPI group's "dlopen metadata" specification: owner "FDO", type 0x407c0c0a, JSON.
 */

#include <elf.h>

#include "schema_ids.h"

#define ENTRY(feature, description, priority, sonames)                                             \
    "{\"feature\":\"" feature "\",\"description\":\"" description "\","                            \
    "\"priority\":\"" priority "\",\"soname\":[" sonames "]}"

#define LIGHT ENTRY("xen", "drives the running Xen", "recommended", XLS_LIBXENLIGHT_SONAMES)
#define UTIL  ENTRY("xlutil", "parses configurations", "recommended", XLS_LIBXLUTIL_SONAMES)
#define CALL  ENTRY("xen-version", "asks which Xen runs", "suggested", "\"libxencall.so.1\"")

#define LIBRARIES "[" LIGHT "," UTIL "," CALL "]"

static const struct {
    Elf64_Nhdr header;
    char owner[4];
    char json[sizeof(LIBRARIES)];
} note __attribute__((used, aligned(4), section(".note.dlopen"))) = {
    .header = { .n_namesz = 4, .n_descsz = sizeof(LIBRARIES), .n_type = 0x407c0c0a },
    .owner = "FDO",
    .json = LIBRARIES,
};
