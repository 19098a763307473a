/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libxlutil: of its parsers only the one for disks, in its short form. */

#include <errno.h>
#include <stdlib.h>

#include "sim.h"

struct XLU_Config {
    FILE *report;
};

XLU_Config *sim_xlu_cfg_init(FILE *report, const char *report_filename)
{
    XLU_Config *config = calloc(1, sizeof(*config));

    if (config)
        config->report = report;
    return config;
}

void sim_xlu_cfg_destroy(XLU_Config *cfg)
{
    free(cfg);
}

/* "PATH,FORMAT,VDEV,ACCESS", the short form of xl's disk specifications. */
int sim_xlu_disk_parse(XLU_Config *cfg, int nspecs, const char *const *specs,
                       libxl_device_disk *disk)
{
    char *text = strdup(nspecs ? specs[0] : ""), *rest = text;
    const char *path = strsep(&rest, ","), *format = strsep(&rest, ","), *vdev = strsep(&rest, ","),
               *access = rest;
    unsigned type = TYPE(device_disk);
    int64_t number = LIBXL_DISK_FORMAT_RAW;
    int rc = 0;

    if (!vdev || !*vdev) {
        rc = EINVAL;
    } else if (*format) {
        const struct xls_value *value = xls_value_by_label(&xls_types[TYPE(disk_format)], format);

        rc = value ? 0 : EINVAL;
        number = value ? value->number : 0;
    }
    if (rc) {
        fprintf(cfg->report, "config parsing error in disk specification: %s\n",
                nspecs ? specs[0] : "none");
    } else {
        sim_set_text(type, disk, "pdev_path", path);
        sim_set_text(type, disk, "vdev", vdev);
        sim_set_number(type, disk, "format", number);
        sim_set_number(type, disk, "readwrite", !access || strcmp(access, "r") != 0);
    }
    free(text);
    return rc;
}
