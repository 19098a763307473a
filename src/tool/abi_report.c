/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps what xlstable-abi finds, and prints it as text, TAP or JSON. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_gen.h>

#include "abi.h"

void abi_found(struct abi_findings *findings, const char *kind, const char *name,
               const char *format, ...)
{
    struct abi_finding finding = { .kind = strdup(kind), .name = strdup(name) };
    va_list arguments;
    int length = 0;

    if (format) {
        va_start(arguments, format);
        length = vasprintf(&finding.text, format, arguments);
        va_end(arguments);
    }
    if (findings->count == findings->room) {
        size_t room = findings->room ? findings->room * 2 : 256;
        void *larger = reallocarray(findings->list, room, sizeof(*findings->list));

        if (larger) {
            findings->list = larger;
            findings->room = room;
        }
    }
    if (!finding.kind || !finding.name || length < 0 || findings->count == findings->room) {
        free(finding.kind);
        free(finding.name);
        if (length > 0)
            free(finding.text);
        findings->failed = true;
        return;
    }
    findings->list[findings->count++] = finding;
    findings->different += finding.text != NULL;
}

void abi_free(struct abi_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->list[i].kind);
        free(findings->list[i].name);
        free(findings->list[i].text);
    }
    free(findings->list);
    memset(findings, 0, sizeof(*findings));
}

/* The fields around one another, the outermost first. */
void abi_field_path(unsigned type_id, unsigned field, char *path, size_t size)
{
    const struct xls_type *type = &xls_types[type_id];
    size_t used = 0;

    for (unsigned i = 0; i <= field; i++) {
        int written;

        if (i + type->fields[i].span < field)
            continue; /* it ends before the field */
        written = snprintf(path + used, size - used, used ? ".%s" : "%s", type->fields[i].name);
        if (written < 0 || (size_t)written >= size - used)
            return;
        used += written;
    }
}

static void print_text(const struct abi_findings *findings, const char *summary)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct abi_finding *finding = &findings->list[i];

        if (finding->text)
            printf("%-9s %s%s%s\n", finding->kind, finding->name, *finding->text ? ": " : "",
                   finding->text);
    }
    printf("%s\n", summary);
}

static void print_tap(const struct abi_findings *findings, const char *summary)
{
    printf("1..%zu\n", findings->count);
    for (size_t i = 0; i < findings->count; i++) {
        const struct abi_finding *finding = &findings->list[i];

        printf("%s %zu - %s %s\n", finding->text ? "not ok" : "ok", i + 1, finding->kind,
               finding->name);
        if (finding->text)
            printf("# %s %s: %s\n", finding->kind, finding->name, finding->text);
    }
    printf("# %s\n", summary);
}

static void json_pair(yajl_gen json, const char *key, const char *value)
{
    yajl_gen_string(json, (const unsigned char *)key, strlen(key));
    yajl_gen_string(json, (const unsigned char *)value, strlen(value));
}

static bool print_json(const struct abi_findings *findings, const char *const *heading,
                       const char *summary)
{
    yajl_gen json = yajl_gen_alloc(NULL);
    const unsigned char *text = NULL;
    size_t length;

    if (!json)
        return false;
    yajl_gen_config(json, yajl_gen_beautify, 1);
    yajl_gen_map_open(json);
    for (; *heading; heading += 2)
        json_pair(json, heading[0], heading[1]);
    json_pair(json, "summary", summary);
    yajl_gen_string(json, (const unsigned char *)"checks", strlen("checks"));
    yajl_gen_integer(json, findings->count);
    yajl_gen_string(json, (const unsigned char *)"findings", strlen("findings"));
    yajl_gen_array_open(json);
    for (size_t i = 0; i < findings->count; i++) {
        if (!findings->list[i].text)
            continue;
        yajl_gen_map_open(json);
        json_pair(json, "kind", findings->list[i].kind);
        json_pair(json, "name", findings->list[i].name);
        json_pair(json, "text", findings->list[i].text);
        yajl_gen_map_close(json);
    }
    yajl_gen_array_close(json);
    yajl_gen_map_close(json);
    /* What is no UTF-8 makes yajl stop; then there is no text, or not all of it. */
    if (yajl_gen_get_buf(json, &text, &length) == yajl_gen_status_ok && text)
        fwrite(text, 1, length, stdout);
    yajl_gen_free(json);
    return text != NULL;
}

enum abi_status abi_print(const struct abi_findings *findings, enum abi_form form,
                          const char *const *heading, const char *summary)
{
    bool whole = !findings->failed;

    if (form == ABI_JSON)
        whole = print_json(findings, heading, summary) && whole;
    else if (form == ABI_TAP)
        print_tap(findings, summary);
    else
        print_text(findings, summary);
    if (!whole || fflush(stdout) || ferror(stdout)) {
        fputs("xlstable-abi: the list is not whole: no memory, or the output could not be "
              "written\n",
              stderr);
        return ABI_NOT_JUDGED;
    }
    return findings->different ? ABI_DIFFERENT : ABI_SAME;
}
