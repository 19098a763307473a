/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libxl's small value types: defbool, UUID, MAC, lists, and the like. Needs no Xen. */

#include "../core/builtin.h"

#include <stdlib.h>
#include <sys/random.h>

#include "../core/json.h"
#include "runtime.h"

/* defbool: 0 is the default, so that a cleared struct has it */

void libxl_defbool_set(libxl_defbool *db, bool b)
{
    db->val = b ? 1 : -1;
}

void libxl_defbool_unset(libxl_defbool *db)
{
    db->val = 0;
}

bool libxl_defbool_is_default(libxl_defbool db)
{
    return !db.val;
}

void libxl_defbool_setdefault(libxl_defbool *db, bool b)
{
    if (libxl_defbool_is_default(*db))
        libxl_defbool_set(db, b);
}

/* libxl ends the process on an unset one; we take it for false, and say so. */
bool libxl_defbool_val(libxl_defbool db)
{
    if (libxl_defbool_is_default(db))
        xls_log(NULL, XTL_WARN, "libxl_defbool_val: the value is not set");
    return db.val > 0;
}

const char *libxl_defbool_to_string(libxl_defbool b)
{
    return xls_defbool_text(b.val);
}

/* uuid: 16 bytes, most significant first */

int libxl_uuid_is_nil(const libxl_uuid *uuid)
{
    static const libxl_uuid nil;

    return !memcmp(uuid, &nil, sizeof(nil));
}

void libxl_uuid_clear(libxl_uuid *uuid)
{
    memset(uuid, 0, sizeof(*uuid));
}

/* A random one: version 4, variant 1 of RFC 4122. */
void libxl_uuid_generate(libxl_uuid *uuid)
{
    while (getrandom(uuid->uuid, sizeof(uuid->uuid), 0) != sizeof(uuid->uuid) && errno == EINTR)
        ;
    uuid->uuid[6] = (uuid->uuid[6] & 0x0f) | 0x40;
    uuid->uuid[8] = (uuid->uuid[8] & 0x3f) | 0x80;
}

int libxl_uuid_from_string(libxl_uuid *uuid, const char *in)
{
    unsigned char parsed[16];

    if (!xls_uuid_from_text(in, parsed))
        return -1;
    memcpy(uuid->uuid, parsed, sizeof(parsed));
    return 0;
}

void libxl_uuid_copy(libxl_ctx *ctx_opt, libxl_uuid *dst, const libxl_uuid *src)
{
    (void)ctx_opt;
    *dst = *src;
}

int libxl_uuid_compare(const libxl_uuid *uuid1, const libxl_uuid *uuid2)
{
    return memcmp(uuid1, uuid2, sizeof(*uuid1));
}

const uint8_t *libxl_uuid_bytearray_const(const libxl_uuid *uuid)
{
    return uuid->uuid;
}

uint8_t *libxl_uuid_bytearray(libxl_uuid *uuid)
{
    return uuid->uuid;
}

/* plain copies */

void libxl_mac_copy(libxl_ctx *ctx, libxl_mac *dst, const libxl_mac *src)
{
    (void)ctx;
    memcpy(dst, src, sizeof(*dst));
}

void libxl_hwcap_copy(libxl_ctx *ctx, libxl_hwcap *dst, const libxl_hwcap *src)
{
    (void)ctx;
    memcpy(dst, src, sizeof(*dst));
}

void libxl_ms_vm_genid_copy(libxl_ctx *ctx, libxl_ms_vm_genid *dst, const libxl_ms_vm_genid *src)
{
    (void)ctx;
    *dst = *src;
}

bool libxl_ms_vm_genid_is_zero(const libxl_ms_vm_genid *id)
{
    return xls_builtin_is_default(XLS_TYPE_libxl_ms_vm_genid, id, 0);
}

/* strings and lists of them */

static void tell_no_memory(libxl_ctx *ctx, const char *function)
{
    xls_log(ctx, XTL_CRITICAL, "%s: out of memory; the copy is empty", function);
}

void libxl_string_copy(libxl_ctx *ctx, char **dst, char *const *src)
{
    *dst = *src ? strdup(*src) : NULL;
    if (*src && !*dst)
        tell_no_memory(ctx, "libxl_string_copy");
}

int libxl_string_list_length(const libxl_string_list *sl)
{
    return xls_string_list_length(*sl);
}

void libxl_string_list_copy(libxl_ctx *ctx, libxl_string_list *dst, const libxl_string_list *src)
{
    if (xls_string_list_copy(dst, *src))
        tell_no_memory(ctx, "libxl_string_list_copy");
}

void libxl_string_list_dispose(libxl_string_list *sl)
{
    xls_builtin_dispose(XLS_TYPE_libxl_string_list, sl);
}

int libxl_key_value_list_length(const libxl_key_value_list *kvl)
{
    return xls_key_value_list_length(*kvl);
}

void libxl_key_value_list_copy(libxl_ctx *ctx, libxl_key_value_list *dst,
                               const libxl_key_value_list *src)
{
    if (xls_key_value_list_copy(dst, *src))
        tell_no_memory(ctx, "libxl_key_value_list_copy");
}

void libxl_key_value_list_dispose(libxl_key_value_list *kvl)
{
    xls_builtin_dispose(XLS_TYPE_libxl_key_value_list, kvl);
}

/* the rest */

char *libxl_basename(const char *name)
{
    const char *slash;

    if (!name)
        return strdup(".");
    slash = strrchr(name, '/');
    return strdup(slash ? slash + 1 : name);
}

/* Ids from 0x7FF0 on mean something other than a guest. */
int libxl_domid_valid_guest(uint32_t domid)
{
    return domid > 0 && domid < 0x7ff0;
}

/* JSON of the builtin types */

yajl_gen_status libxl__uint64_gen_json(yajl_gen hand, uint64_t val)
{
    return xls_json_write(xls_level_layout(), hand, XLS_TYPE_uint64, NULL, &val);
}
