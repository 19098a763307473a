/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * No text makes the reader crash, leak or leave half an object: it is accepted, or refused with a
 * message that names the key and the value.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "json.h"
#include "unit.h"

static const unsigned newest = XLS_RELEASE_COUNT - 1;

/* Reads; after a refusal checks that the value is empty. Nothing stays allocated. */
static int read_text(unsigned type, const char *text, char *problem, size_t size)
{
    const struct xls_layout *layout = &unit_layouts[newest];
    void *value = unit_room(0), *empty = unit_room(1);
    size_t live = allocations_live();
    int rc;

    memset(empty, 0, xls_size(layout, type));
    if (xls_types[type].kind == XLS_KIND_STRUCT)
        xls_object_init(layout, type, empty);
    snprintf(problem, size, "nothing said");
    rc = xls_json_read(layout, type, NULL, value, text, problem, size);
    if (rc && memcmp(value, empty, xls_size(layout, type)))
        fail_msg("%.80s: something is left in the refused %s", text, xls_types[type].name);
    if (rc && strcmp(problem, "nothing said") == 0)
        fail_msg("%.80s: refused without a word", text);
    if (!rc && xls_types[type].kind == XLS_KIND_STRUCT)
        xls_object_dispose(layout, type, value);
    if (allocations_live() != live)
        fail_msg("%.80s: leaks", text);
    return rc;
}

static void refuse(unsigned type, const char *text, const char *key, const char *value)
{
    char problem[512];

    if (!read_text(type, text, problem, sizeof(problem)))
        fail_msg("%.200s is accepted", text);
    if (!strstr(problem, key) || !strstr(problem, value))
        fail_msg("%.200s: the message is %s, without %s or %s", text, problem, key, value);
}

#define ID(name) XLS_TYPE_libxl_##name

/* Only the running libxenlight knows what a policy is. */
static void a_policy_without_libxenlight_is_refused(void **state)
{
    struct xls_policy_ops kept = xls_policy_ops;

    memset(&xls_policy_ops, 0, sizeof(xls_policy_ops));
    refuse(ID(domain_build_info), "{\"cpuid\": []}", "cpuid", "none is open");
    xls_policy_ops = kept;
}

static void wrong_values_are_named(void **state)
{
    static const struct {
        unsigned type;
        const char *text, *key, *value;
    } bad[] = {
        { ID(domain_config), "{\"c_info\": {\"uuid\": \"nonsense\"}}", "c_info.uuid", "nonsense" },
        { ID(domain_config), "{\"c_info\": {\"uuid\": 7}}", "c_info.uuid", "7" },
        { ID(domain_config), "{\"c_info\": \"text\"}", "c_info", "text" },
        { ID(domain_config), "{\"c_info\": 7}", "c_info", "7" },
        { ID(domain_config), "{\"disks\": \"text\"}", "disks", "text" },
        { ID(domain_config), "{\"disks\": 7}", "disks", "7" },
        { ID(vminfo), "{\"uuid\": \"00112233-4455-6677-8899-aabbccddee\"}", "uuid", "0011" },
        { ID(vminfo), "{\"uuid\": \"00112233-4455-6677-8899-aabbccddeeff0\"}", "uuid", "ff0" },
        { ID(device_nic), "{\"mac\": \"00:16:3e:00:00\"}", "mac", "00:16:3e:00:00" },
        { ID(device_nic), "{\"mac\": \"00:16:3e:00:00:01:02\"}", "mac", "00:16:3e:00:00:01:02" },
        { ID(device_nic), "{\"mac\": [0, 22]}", "mac", "an array" },
        { ID(device_nic), "{\"mtu\": \"1500\"}", "mtu", "1500" },
        { ID(device_nic), "{\"mtu\": 1500.5}", "mtu", "1500.5" },
        { ID(device_nic), "{\"mtu\": 1e3}", "mtu", "1e3" },
        { ID(device_nic), "{\"mtu\": 2147483648}", "mtu", "2147483648" },
        { ID(device_nic), "{\"mtu\": -2147483649}", "mtu", "-2147483649" },
        { ID(device_nic), "{\"mtu\": null}", "mtu", "null" },
        { ID(device_nic), "{\"rate_interval_usecs\": -1}", "rate_interval_usecs", "-1" },
        { ID(device_nic), "{\"rate_bytes_per_interval\": -1}", "rate_bytes_per_interval", "-1" },
        { ID(device_nic), "{\"rate_bytes_per_interval\": 18446744073709551616}",
          "rate_bytes_per_interval", "18446744073709551616" },
        { ID(device_nic), "{\"rate_bytes_per_interval\": 1" "000000000000000000000000000000000000"
          "0000000000000000000000000000000000000000000000000000000000000000000000000000000000}",
          "rate_bytes_per_interval", "10000000000000" },
        { ID(device_nic), "{\"nictype\": \"token_ring\"}", "nictype", "token_ring" },
        { ID(device_nic), "{\"nictype\": 2}", "nictype", "2" },
        { ID(device_nic), "{\"ip\": 10}", "ip", "10" },
        { ID(device_nic), "{\"trusted\": true}", "trusted", "boolean" },
        { ID(device_nic), "{\"trusted\": \"true\"}", "trusted", "true" },
        { ID(device_pci), "{\"func\": 256}", "func", "256" },
        { ID(device_pci), "{\"seize\": 1}", "seize", "1" },
        { ID(device_pci), "{\"seize\": \"True\"}", "seize", "True" },
        { ID(device_pci), "{\"seize\": null}", "seize", "null" },
        { ID(pcitopology), "{\"seg\": 65536}", "seg", "65536" },
        { ID(vcpuinfo), "{\"cpumap\": [2147483648]}", "cpumap", "2147483648" },
        { ID(vcpuinfo), "{\"cpumap\": [4294967296]}", "cpumap", "4294967296" },
        { ID(vcpuinfo), "{\"cpumap\": [1048576]}", "cpumap", "1048576" },
        { ID(vcpuinfo), "{\"cpumap\": [0, -1]}", "cpumap", "-1" },
        { ID(vcpuinfo), "{\"cpumap\": [0, \"1\"]}", "cpumap", "1" },
        { ID(vcpuinfo), "{\"cpumap\": {\"0\": 1}}", "cpumap", "map" },
        { ID(physinfo), "{\"hw_cap\": [1, 2, 3]}", "hw_cap", "3" },
        { ID(physinfo), "{\"hw_cap\": [1, 2, 3, 4294967296]}", "hw_cap", "4294967296" },
        { ID(domain_create_info), "{\"xsdata\": [\"a\", \"b\"]}", "xsdata", "an array" },
        { ID(domain_create_info), "{\"xsdata\": {\"a\": \"b\", \"c\": 1}}", "xsdata", "1" },
        { ID(domain_create_info), "{\"type\": \"vm\"}", "type", "vm" },
        { ID(domain_build_info), "{\"extra\": {\"a\": 1}}", "extra", "map" },
        { ID(domain_build_info), "{\"extra\": [\"a\", \"b\", 7]}", "extra", "7" },
        { ID(domain_build_info), "{\"extra\": [\"a\", null]}", "extra", "null" },
        { ID(domain_build_info), "{\"irqs\": [1, \"two\"]}", "irqs[1]", "two" },
        { ID(domain_build_info), "{\"irqs\": 1}", "irqs", "1" },
        { ID(domain_build_info), "{\"arch_arm\": 4}", "arch_arm", "4" },
        { ID(domain_build_info), "{\"arch_arm\": {\"vuart\": 4}}", "arch_arm.vuart", "4" },
        { ID(domain_build_info), "{\"type.hvm\": {}, \"type.pv\": {}}", "type.pv", "hvm" },
        { ID(domain_build_info), "{\"type.hvm\": []}", "type.hvm", "an array" },
        { ID(domain_build_info), "{\"type.hvm\": {\"serial\": \"pty\", \"ms_vm_genid\": [1]}}",
          "type.hvm.ms_vm_genid", "1" },
        { ID(domain_build_info), "{\"type.hvm\": {\"vnc\": {\"passwd\": {}}}}",
          "type.hvm.vnc.passwd", "map" },
        { ID(domain_build_info), "{\"vcpu_hard_affinity\": [[1], [2], \"x\"]}",
          "vcpu_hard_affinity[2]", "x" },
        { ID(domain_config), "{\"disks\": [{\"vdev\": \"xvda\"}, {\"format\": \"floppy\"}]}",
          "disks[1].format", "floppy" },
        { ID(domain_config), "{\"disks\": [{\"vdev\": \"xvda\"}, 5]}", "disks[1]", "5" },
        { ID(domain_config), "{\"vsnds\": [{\"pcms\": [{\"streams\": [{\"type\": 1}]}]}]}",
          "vsnds[0].pcms[0].streams[0].type", "1" },
        { ID(domain_config), "[]", "whole", "array" },
        { ID(domain_config), "\"text\"", "whole", "text" },
        { ID(domain_config), "12", "whole", "12" },
        { ID(domain_config), "null", "whole", "null" },
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        refuse(bad[i].type, bad[i].text, bad[i].key, bad[i].value);
}

static void types_that_are_no_struct_own_nothing_when_refused(void **state)
{
    refuse(ID(string_list), "[\"a\", \"b\", 7]", "whole", "7");
    refuse(ID(key_value_list), "{\"a\": \"b\", \"c\": \"d\", \"e\": 7}", "whole", "7");
    refuse(ID(bitmap), "[1, 2, -3]", "whole", "-3");
    refuse(ID(uuid), "\"x\"", "whole", "x");
    refuse(ID(mac), "\"x\"", "whole", "x");
    refuse(ID(hwcap), "[1, 2, 3, -4]", "whole", "-4");
    refuse(ID(ms_vm_genid), "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 256]", "whole",
           "256");
    refuse(ID(defbool), "\"yes\"", "whole", "yes");
    refuse(ID(domid), "-1", "whole", "-1");
    refuse(ID(domain_type), "\"vm\"", "whole", "vm");
    refuse(ID(string_list), "", "whole", "EOF");
}

/* Every JSON value for every field: accepted or refused by name. */
static const char *const values[] = {
    "null", "true", "false", "0", "-1", "1.5", "1e400", "99999999999999999999999999",
    "-99999999999999999999999999", "\"\"", "\"value\"", "\"\\u0000\"", "[]", "{}", "[1]",
    "[null]", "[[]]", "[{}]", "{\"value\":1}", "{\"\":null}", "[\"value\",1,null,{},[],true]",
};

static void try_fields(unsigned type, unsigned first, unsigned end, const char *before,
                       const char *behind, unsigned *refused)
{
    const struct xls_type *t = &xls_types[type];
    char text[512], problem[512], inner_before[256], inner_behind[64];

    for (unsigned i = first; i < end; i += 1 + t->fields[i].span) {
        const struct xls_field *field = &t->fields[i];
        const char *name = field->name;

        snprintf(inner_before, sizeof(inner_before), "%s", before);
        snprintf(inner_behind, sizeof(inner_behind), "%s", behind);
        if (field->form == XLS_FORM_ARM) {
            const struct xls_field *key = &t->fields[field->related];

            snprintf(inner_before, sizeof(inner_before), "%s\"%s.%s\":{", before, key->name,
                     xls_value_by_number(&xls_types[key->type], field->number)->label);
            snprintf(inner_behind, sizeof(inner_behind), "}%s", behind);
        } else if (field->form == XLS_FORM_GROUP) {
            snprintf(inner_before, sizeof(inner_before), "%s\"%s\":{", before, name);
            snprintf(inner_behind, sizeof(inner_behind), "}%s", behind);
        }
        if (field->span) {
            try_fields(type, i + 1, i + 1 + field->span, inner_before, inner_behind, refused);
            continue;
        }
        for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
            snprintf(text, sizeof(text), "%s\"%s\":%s%s", before, name, values[v], behind);
            if (!read_text(type, text, problem, sizeof(problem)))
                continue;
            ++*refused;
            if (!strstr(problem, name))
                fail_msg("%s: %s does not name %s", text, problem, name);
        }
    }
}

static void every_value_for_every_field(void **state)
{
    unsigned refused = 0;

    EACH_STRUCT(id, &unit_layouts[newest])
        try_fields(id, 0, xls_types[id].count, "{", "}", &refused);
    print_message("%u texts refused\n", refused);
    assert_true(refused > 500 * 10);
}

static char *nested(const char *open, size_t depth)
{
    size_t length = strlen(open);
    char *text = malloc(length * depth + 1);

    for (size_t i = 0; i < depth; i++)
        memcpy(text + i * length, open, length);
    text[length * depth] = '\0';
    return text;
}

static void deep_nesting_is_refused(void **state)
{
    static const char *const opens[] = { "[", "{\"a\":", "{\"disks\":[", "[[{\"a\":", " [" };

    for (size_t i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
        char *text = nested(opens[i], 100000);

        refuse(ID(domain_config), text, "whole", "deeper than 64");
        free(text);
    }
    /* Brackets in strings do not count, an escaped quote does not end a string. */
    refuse(ID(vminfo), "{\"uuid\": \"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
           "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}", "uuid", "[[[[");
}

/* libyajl judges UTF-8, and lets overlong forms and surrogates pass. */
static void broken_texts_are_refused(void **state)
{
    static const char *const broken[] = {
        "", " ", "\n", "{", "}", "[", "\"", "{\"", "{\"a\"", "{\"a\":", "{\"a\":1,", "{\"a\":1,}",
        "{a:1}", "{'a':1}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":nul}", "tru", "-",
        "{\"name\":\"\xff\"}", "{\"name\":\"\xc3\"}", "{\"name\":\"\x80\"}",
        "{\"name\":\"\xf8\x88\x80\x80\x80\"}", "{\"name\xff\":\"\"}", "{\"name\":\"\\x\"}",
        "{\"name\":\"\\u12\"}",
        "{\"name\":\"a\nb\"}", "\xef\xbb\xbf{}", "{}}", "{} {}", "// nothing", "{\"a\":1 /*",
    };
    char problem[256];

    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        if (!read_text(ID(domain_create_info), broken[i], problem, sizeof(problem)))
            fail_msg("\"%s\" is accepted", broken[i]);
    }
}

static char *full_text(unsigned type)
{
    const struct xls_layout *layout = &unit_layouts[newest];
    struct filling filling = { .layout = layout, .known = layout->release, .elements = 1 };
    void *object = unit_room(2);
    char *text;

    fill_object(&filling, type, object);
    text = xls_json_text(layout, type, NULL, object);
    xls_object_dispose(layout, type, object);
    assert_non_null(text);
    return text;
}

static void truncated_texts_are_refused(void **state)
{
    static const struct {
        unsigned type, step;
    } tried[] = { { ID(device_disk), 1 }, { ID(event), 1 }, { ID(domain_config), 131 } };
    char problem[256];

    for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
        char *text = full_text(tried[i].type);
        size_t length = strrchr(text, '}') - text;

        for (text[length] = '\0'; text[0]; text[length] = '\0') {
            if (!read_text(tried[i].type, text, problem, sizeof(problem)))
                fail_msg("a truncated text is accepted: ... %.40s", text + length - 40);
            length -= length < tried[i].step ? length : tried[i].step;
        }
        free(text);
    }
}

static void damaged_texts_do_no_harm(void **state)
{
    char *text = full_text(ID(domain_config)), problem[256];
    size_t length = strlen(text);
    uint32_t random = 1;

    for (int i = 0; i < 400; i++) {
        size_t at = (random = random * 1664525 + 1013904223) % length;
        char saved = text[at];

        text[at] = "\"{}[]:,\\0-9ntf\x01\xff"[random >> 28];
        read_text(ID(domain_config), text, problem, sizeof(problem));
        text[at] = saved;
    }
    free(text);
}

static void a_short_problem_buffer_is_kept_to(void **state)
{
    char problem[64];

    for (size_t size = 0; size < 40; size++) {
        memset(problem, '#', sizeof(problem));
        assert_int_equal(xls_json_read(&unit_layouts[newest], ID(device_nic), NULL, unit_room(0),
                                       "{\"mac\": \"xyz\"}", problem, size), -1);
        assert_int_equal(problem[size], '#');
        assert_true(!size || memchr(problem, '\0', size));
    }
}

static void the_first_of_equal_keys_counts(void **state)
{
    char problem[64];

    assert_int_equal(read_text(ID(device_nic), "{\"ip\": \"a\", \"ip\": \"b\"}", problem, 64), 0);
    assert_int_equal(read_text(ID(device_nic), "{\"ip\": \"a\", \"ip\": 7}", problem, 64), 0);
    refuse(ID(device_nic), "{\"ip\": 7, \"ip\": \"a\"}", "ip", "7");
}

/* A count comes from the array; in the text it would be a lie. */
static void a_count_in_the_text_is_passed_over(void **state)
{
    const struct xls_layout *layout = &unit_layouts[newest];
    void *value = unit_room(0), *empty = unit_room(1);
    char problem[64];

    assert_int_equal(read_text(ID(domain_config), "{\"disks\": [{}], \"num_disks\": -1}", problem,
                               64), 0);
    xls_object_init(layout, ID(domain_config), empty);
    assert_int_equal(xls_json_read(layout, ID(domain_config), NULL, value,
                                   "{\"num_disks\": 1000000, \"num_nics\": \"x\"}", problem,
                                   sizeof(problem)), 0);
    assert_memory_equal(value, empty, xls_size(layout, ID(domain_config)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_values_are_named),
        cmocka_unit_test(a_policy_without_libxenlight_is_refused),
        cmocka_unit_test(types_that_are_no_struct_own_nothing_when_refused),
        cmocka_unit_test(every_value_for_every_field),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(broken_texts_are_refused),
        cmocka_unit_test(truncated_texts_are_refused),
        cmocka_unit_test(damaged_texts_do_no_harm),
        cmocka_unit_test(a_short_problem_buffer_is_kept_to),
        cmocka_unit_test(the_first_of_equal_keys_counts),
        cmocka_unit_test(a_count_in_the_text_is_passed_over),
    };

    return cmocka_run_group_tests(tests, unit_setup, unit_teardown);
}
