/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions of libxlutil that do something here. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define DISK TYPE(device_disk)

struct XLU_Config {
    FILE *report;
};

XLU_Config *xlu_cfg_init(FILE *report, const char *report_filename)
{
    XLU_Config *config = calloc(1, sizeof(*config));

    fake_called("xlu_cfg_init");
    config->report = report;
    return config;
}

void xlu_cfg_destroy(XLU_Config *cfg)
{
    fake_called("xlu_cfg_destroy");
    free(cfg);
}

/* "PATH,FORMAT,VDEV" */
int xlu_disk_parse(XLU_Config *cfg, int nspecs, const char *const *specs, libxl_device_disk *disk)
{
    char *text = strdup(specs[0]), *rest = text;
    const char *path = strsep(&rest, ","), *format = strsep(&rest, ","), *vdev = rest;

    fake_called("xlu_disk_parse");
    if (vdev) {
        sim_set_text(DISK, disk, "pdev_path", path);
        sim_set_text(DISK, disk, "vdev", vdev);
        sim_set_number(DISK, disk, "readwrite", 1);
        sim_set_number(DISK, disk, "format", strcmp(format, "qcow2") == 0
                                                  ? LIBXL_DISK_FORMAT_QCOW2
                                                  : LIBXL_DISK_FORMAT_RAW);
    } else {
        fprintf(cfg->report, "bad disk: %s\n", specs[0]);
    }
    free(text);
    return vdev ? 0 : EINVAL;
}
