/* What Xen's configure writes into tools/config.h, as Debian's Xen has it. */
#define HAVE_YAJL_YAJL_VERSION_H 1
#define XEN_CONFIG_DIR "/etc/xen"
#define XEN_SCRIPT_DIR "/etc/xen/scripts"
#define XENFIRMWAREDIR "/usr/lib/xen-4.20/boot"
#define XEN_LOCK_DIR "/run/lock"
#define XEN_LOG_DIR "/var/log/xen"
#define XEN_DUMP_DIR "/var/lib/xen/dump"
