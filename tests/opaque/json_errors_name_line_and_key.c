/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with a text is told by line, key and value; the object stays as it was. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <xlstable.h>

static xls_domain_config *config;

static int start(void **state)
{
    config = xls_domain_config_new();
    return xls_domain_create_info_set_name(xls_domain_config_get_c_info(config), "before");
}

static int stop(void **state)
{
    xls_domain_config_free(config);
    return 0;
}

static void expect(int code, const char *text, const char *problem)
{
    assert_int_equal(xls_domain_config_from_json(config, text, 0), code);
    assert_int_equal(xls_last_error(), code);
    assert_string_equal(xls_error_text(), problem);
    assert_string_equal(xls_domain_create_info_get_name(xls_domain_config_get_c_info(config)),
                        "before");
}

static void unknown_keys_are_errors(void **state)
{
    expect(XLS_ERROR_UNKNOWN_KEY, "{ \"colour\": 1 }",
           "line 1: colour: domain_config has no such key");
    expect(XLS_ERROR_UNKNOWN_KEY,
           "{\n  \"b_info\": {\n    \"max_vcpus\": 2,\n    \"max_vcpu\": 2\n  }\n}",
           "line 4: b_info.max_vcpu: domain_config has no such key");
    expect(XLS_ERROR_UNKNOWN_KEY, "{ \"disks\": [ {},\n{ \"vdev\": \"a\",\n \"name\": 1 } ] }",
           "line 3: disks[1].name: domain_config has no such key");
    expect(XLS_ERROR_UNKNOWN_KEY, "{ \"b_info\": { \"type.hvm\": { \"slack_memkb\": 1 } } }",
           "line 1: b_info.type.hvm.slack_memkb: domain_config has no such key");
    expect(XLS_ERROR_UNKNOWN_KEY, "{ \"num_disks\": 3 }",
           "line 1: num_disks: domain_config has no such key");
}

static void they_may_be_passed_over(void **state)
{
    assert_int_equal(xls_domain_config_from_json(
                         config, "{ \"colour\": { \"a\": [ 1, {} ] }, \"on_crash\": \"preserve\" }",
                         XLS_JSON_IGNORE_UNKNOWN),
                     0);
    assert_int_equal(xls_domain_config_get_on_crash(config), XLS_ACTION_ON_SHUTDOWN_PRESERVE);
    assert_int_equal(xls_domain_config_from_json(config, "{}", 2), XLS_ERROR_BAD_OPTION);
}

static void keys_of_pairs_are_free(void **state)
{
    xls_domain_create_info *create;

    assert_int_equal(xls_domain_config_from_json(
                         config, "{ \"c_info\": { \"xsdata\": { \"any\": \"thing\" } } }", 0),
                     0);
    create = xls_domain_config_get_c_info(config);
    assert_string_equal(xls_domain_create_info_get_xsdata(create, "any"), "thing");
}

static void values_that_do_not_fit_are_named(void **state)
{
    expect(XLS_ERROR_BAD_JSON, "{\n \"b_info\": {\n\n  \"max_vcpus\": \"two\" } }",
           "line 4: b_info.max_vcpus: \"two\" is a string, and should be an integer");
    expect(XLS_ERROR_BAD_JSON, "{ \"disks\": [\n {},\n { \"format\": \"jpeg\" } ] }",
           "line 3: disks[1].format: \"jpeg\" is not a libxl_disk_format");
    expect(XLS_ERROR_BAD_JSON, "{ \"b_info\": { \"cmdline\": \"\",\n\"type.hvm\": {\n\"boot\": 1}}}",
           "line 3: b_info.type.hvm.boot: 1 is a number, and should be a string or null");
    expect(XLS_ERROR_BAD_JSON, "{\n\"disks\": {} }",
           "line 2: disks: a map, and should be an array");
    expect(XLS_ERROR_BAD_JSON, "[]", "line 1: the whole: an array, and should be a map");
}

static void what_is_no_json_is_told_by_line(void **state)
{
    assert_int_equal(xls_domain_config_from_json(config, "{\n\n\"a\" 1 }",
                                                 XLS_JSON_IGNORE_UNKNOWN), XLS_ERROR_BAD_JSON);
    assert_true(strncmp(xls_error_text(), "line 3: ", 8) == 0);
    assert_int_equal(xls_domain_config_from_json(config, "{}\n{", 0), XLS_ERROR_BAD_JSON);
    assert_int_equal(xls_domain_config_from_json(config, "", 0), XLS_ERROR_BAD_JSON);
    assert_int_equal(xls_domain_config_from_json(config, NULL, 0), XLS_ERROR_INVAL);
    assert_int_equal(xls_domain_config_from_json(NULL, "{}", 0), XLS_ERROR_INVAL);
}

static void nesting_has_a_limit(void **state)
{
    char text[1024];

    memset(text, '[', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(xls_domain_config_from_json(config, text, XLS_JSON_IGNORE_UNKNOWN),
                     XLS_ERROR_BAD_JSON);
    assert_non_null(strstr(xls_error_text(), "deeper than 64"));
}

#define json_test(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        json_test(unknown_keys_are_errors),          json_test(they_may_be_passed_over),
        json_test(keys_of_pairs_are_free),           json_test(values_that_do_not_fit_are_named),
        json_test(what_is_no_json_is_told_by_line),  json_test(nesting_has_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
