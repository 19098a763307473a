/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * .note.dlopen: tells packaging tools which libraries this one opens at run time. The form is
 * that of the UAPI group's "dlopen metadata" specification: owner "FDO", type 0x407c0c0a, JSON.
 */

#include <elf.h>

#define LIBRARIES                                                                                  \
    "[{\"feature\":\"xen\",\"description\":\"the libxenlight and libxlutil of the running Xen\","  \
    "\"priority\":\"recommended\",\"soname\":["                                                    \
    "\"libxenlight.so.4.22\",\"libxenlight.so.4.21\",\"libxenlight.so.4.20\","                     \
    "\"libxenlight.so.4.19\",\"libxenlight.so.4.18\",\"libxenlight.so.4.17\","                     \
    "\"libxenlight.so.4.16\",\"libxenlight.so.4.15\",\"libxenlight.so.4.14\"]},"                   \
    "{\"feature\":\"xen-version\",\"description\":\"asks the hypervisor where sysfs does not "     \
    "tell\","                                                                                      \
    "\"priority\":\"suggested\",\"soname\":[\"libxencall.so.1\"]}]"

static const struct {
    Elf64_Nhdr header;
    char owner[4];
    char json[sizeof(LIBRARIES)];
} note __attribute__((used, aligned(4), section(".note.dlopen"))) = {
    .header = { .n_namesz = 4, .n_descsz = sizeof(LIBRARIES), .n_type = 0x407c0c0a },
    .owner = "FDO",
    .json = LIBRARIES,
};
