/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A libxenlight with one thing changed, in front of a whole one that it is linked with: TYPE is
 * libxl_dominfo with 8 more bytes before byte AT (INSERT), with the 4 bytes at AT and at AT + 4
 * swapped (SWAP), with another default there (DEFAULT), without what reads its field (DEAF), or
 * with an _init that dies (CRASH); or an enum has another name (NAME).
 */

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 4096

static void *behind(const char *name)
{
    static void *handle;

    if (!handle)
        handle = dlopen(BEHIND, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        abort();
    return dlsym(handle, name);
}

/* The library's own object from an altered one, and back. */
static void straight(unsigned char *own, const unsigned char *altered)
{
    memcpy(own, altered, TYPE_SIZE);
#ifdef INSERT
    memcpy(own + AT, altered + AT + 8, TYPE_SIZE - AT);
#elif defined SWAP
    memcpy(own + AT, altered + AT + 4, 4);
    memcpy(own + AT + 4, altered + AT, 4);
#endif
}

static void alter(unsigned char *altered, const unsigned char *own)
{
    memcpy(altered, own, TYPE_SIZE);
#ifdef INSERT
    memset(altered + AT, 0, 8);
    memcpy(altered + AT + 8, own + AT, TYPE_SIZE - AT);
#elif defined SWAP
    memcpy(altered + AT, own + AT + 4, 4);
    memcpy(altered + AT + 4, own + AT, 4);
#endif
}

#ifdef NAME

const char *libxl_shutdown_reason_to_string(int number)
{
    const char *(*real)(int) = (const char *(*)(int))behind("libxl_shutdown_reason_to_string");

    return number == 3 ? "crashed" : real(number);
}

#else

void libxl_dominfo_init(unsigned char *p)
{
    void (*init)(void *) = (void (*)(void *))behind("libxl_dominfo_init");
    unsigned char own[SIZE];

#ifdef CRASH
    abort();
#endif
    init(own);
#ifdef DEFAULT
    own[AT] ^= 1;
#endif
    alter(p, own);
}

void libxl_dominfo_dispose(unsigned char *p)
{
    void (*dispose)(void *) = (void (*)(void *))behind("libxl_dominfo_dispose");
    unsigned char own[SIZE];

    straight(own, p);
    dispose(own);
    alter(p, own);
}

int libxl_dominfo_from_json(void *ctx, unsigned char *p, const char *json)
{
    int (*from_json)(void *, void *, const char *) =
        (int (*)(void *, void *, const char *))behind("libxl_dominfo_from_json");
    unsigned char own[SIZE];
    int result;

    straight(own, p);
#ifdef DEAF
    if (strstr(json, "\"" DEAF "\""))
        return 0;
#endif
    result = from_json(ctx, own, json);
#ifdef DEFAULT
    {
        void (*init)(void *) = (void (*)(void *))behind("libxl_dominfo_init");
        unsigned char fresh[SIZE];

        init(fresh);
        if (own[AT] == fresh[AT]) /* some start anew when they read */
            own[AT] ^= 1;
    }
#endif
    alter(p, own);
    return result;
}

#endif
