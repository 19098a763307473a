/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The functions that only deal with values work without Xen, and open no library, although a good
 * libxenlight is there to be opened. Runs once, as no release is involved.
 */

#include "harness.h"

#include <link.h>
#include <stdlib.h>

static int count_one(struct dl_phdr_info *info, size_t size, void *count)
{
    ++*(int *)count;
    return 0;
}

static int count_objects(void)
{
    int count = 0;

    dl_iterate_phdr(count_one, &count);
    return count;
}

static int objects_before;

static int start(void **state)
{
    setenv("XLSTABLE_LIBXENLIGHT", fake_path("4.18/libxenlight.so.4.18"), 1);
    objects_before = count_objects();
    return 0;
}

static int stop(void **state)
{
    bool opened = count_objects() != objects_before || is_mapped("libxenlight");

    if (opened)
        print_error("a library was opened\n");
    return opened ? -1 : 0;
}

static void structs(void **state)
{
    libxl_domain_config config, copy;
    libxl_event event;
    libxl_physinfo host;
    char *text;

    make_config(&config);
    libxl_domain_config_copy(NULL, &copy, &config);
    assert_ptr_not_equal(copy.disks, config.disks);
    assert_ptr_not_equal(copy.c_info.name, config.c_info.name);
    assert_string_equal(copy.c_info.name, "guest");
    assert_string_equal(copy.c_info.xsdata[1], "value");
    assert_int_equal(copy.num_disks, 2);
    assert_true(libxl_bitmap_test(&copy.b_info.avail_vcpus, 2));
    text = config_text(&copy);
    assert_same_text(config_text(&config), text);
    libxl_domain_config_dispose(&config);
    assert_null(config.disks);
    assert_string_equal(copy.disks[1].vdev, "xvdb");
    text = config_text(&copy);
    libxl_domain_config_dispose(&copy);
    libxl_domain_config_dispose(&copy); /* disposed of already: nothing happens */
    assert_int_equal(libxl_domain_config_from_json(NULL, &config, text), 0);
    assert_same_text(config_text(&config), text);
    libxl_domain_config_dispose(&config);

    libxl_event_init(&event);
    libxl_event_init_type(&event, LIBXL_EVENT_TYPE_DISK_EJECT);
    event.u.disk_eject.vdev = strdup("hdc");
    libxl_event_dispose(&event);
    libxl_physinfo_init(&host);
    libxl_physinfo_dispose(&host);
}

static void defaults(void **state)
{
    libxl_domain_build_info info;
    libxl_device_nic nic;

    memset(&info, 0xa5, sizeof(info));
    libxl_domain_build_info_init(&info);
    assert_int_equal(info.max_memkb, LIBXL_MEMKB_DEFAULT);
    assert_int_equal(info.type, LIBXL_DOMAIN_TYPE_INVALID);
    assert_int_equal(info.arch_arm.nr_spis, UINT32_MAX);
    assert_int_equal(info.max_grant_version, -1);
    libxl_domain_build_info_init_type(&info, LIBXL_DOMAIN_TYPE_HVM);
    assert_int_equal(info.u.hvm.mmio_hole_memkb, LIBXL_MEMKB_DEFAULT);
    assert_int_equal(info.u.hvm.hdtype, LIBXL_HDTYPE_IDE);
    libxl_domain_build_info_dispose(&info);
    libxl_device_nic_init(&nic);
    assert_int_equal(nic.devid, -1);
    libxl_device_nic_dispose(&nic);
}

static void bitmaps(void **state)
{
    libxl_bitmap a, b, c;
    char *text;

    libxl_bitmap_init(&a);
    assert_int_equal(libxl_bitmap_alloc(NULL, &a, 12), 0);
    assert_int_equal(a.size, 2);
    assert_true(libxl_bitmap_is_empty(&a));
    libxl_bitmap_set(&a, 0);
    libxl_bitmap_set(&a, 9);
    libxl_bitmap_set(&a, 16); /* beyond the end */
    libxl_bitmap_set(&a, -1);
    assert_int_equal(libxl_bitmap_count_set(&a), 2);
    assert_true(libxl_bitmap_test(&a, 9));
    assert_false(libxl_bitmap_test(&a, 8));
    assert_false(libxl_bitmap_test(&a, 1000));
    text = libxl_bitmap_to_hex_string(NULL, &a);
    assert_string_equal(text, "0x0201");
    free(text);
    libxl_bitmap_copy_alloc(NULL, &b, &a);
    libxl_bitmap_reset(&b, 0);
    assert_false(libxl_bitmap_equal(&a, &b, 0));
    assert_int_equal(libxl_bitmap_and(NULL, &c, &a, &b), 0);
    assert_int_equal(libxl_bitmap_count_set(&c), 1);
    libxl_bitmap_dispose(&c);
    assert_int_equal(libxl_bitmap_or(NULL, &c, &a, &b), 0);
    assert_true(libxl_bitmap_equal(&c, &a, 0));
    libxl_bitmap_copy(NULL, &c, &b);
    assert_true(libxl_bitmap_equal(&c, &b, 0));
    libxl_bitmap_set_any(&c);
    assert_true(libxl_bitmap_is_full(&c));
    libxl_bitmap_dispose(&a);
    libxl_bitmap_dispose(&b);
    libxl_bitmap_dispose(&c);
    assert_null(c.map);
    libxl_bitmap_dispose(&c);
    libxl_bitmap_dispose(NULL);
}

static void defbools(void **state)
{
    libxl_defbool value = { 5 };

    libxl_defbool_unset(&value);
    assert_true(libxl_defbool_is_default(value));
    assert_string_equal(libxl_defbool_to_string(value), "<default>");
    libxl_defbool_setdefault(&value, true);
    assert_true(libxl_defbool_val(value));
    libxl_defbool_setdefault(&value, false);
    assert_true(libxl_defbool_val(value));
    libxl_defbool_set(&value, false);
    assert_false(libxl_defbool_val(value));
    assert_false(libxl_defbool_is_default(value));
    assert_string_equal(libxl_defbool_to_string(value), "False");
}

static void uuids(void **state)
{
    static const char text[] = "01234567-89ab-cdef-0123-456789abcdef";
    libxl_uuid uuid, other;

    assert_int_equal(libxl_uuid_from_string(&uuid, text), 0);
    assert_int_equal(libxl_uuid_bytearray(&uuid)[15], 0xef);
    assert_int_equal(libxl_uuid_bytearray_const(&uuid)[0], 0x01);
    assert_true(libxl_uuid_from_string(&other, "no uuid") < 0);
    libxl_uuid_copy(NULL, &other, &uuid);
    assert_int_equal(libxl_uuid_compare(&uuid, &other), 0);
    libxl_uuid_generate(&other);
    assert_int_not_equal(libxl_uuid_compare(&uuid, &other), 0);
    assert_int_equal(other.uuid[6] >> 4, 4);
    assert_false(libxl_uuid_is_nil(&other));
    libxl_uuid_clear(&other);
    assert_true(libxl_uuid_is_nil(&other));
}

static void enums(void **state)
{
    libxl_domain_type type = LIBXL_DOMAIN_TYPE_PV;
    char *text;

    assert_string_equal(libxl_domain_type_to_string(LIBXL_DOMAIN_TYPE_HVM), "hvm");
    assert_null(libxl_domain_type_to_string(1234));
    assert_int_equal(libxl_domain_type_from_string("PVH", &type), 0);
    assert_int_equal(type, LIBXL_DOMAIN_TYPE_PVH);
    assert_int_equal(libxl_domain_type_from_string("vax", &type), ERROR_INVAL);
    assert_int_equal(type, LIBXL_DOMAIN_TYPE_PVH);
    assert_string_equal(libxl_disk_backend_to_string(LIBXL_DISK_BACKEND_STANDALONE), "standalone");
    assert_string_equal(libxl_error_to_string(ERROR_NOMEM), "nomem");
    text = libxl_event_type_to_json(NULL, LIBXL_EVENT_TYPE_DISK_EJECT);
    assert_non_null(strstr(text, "disk_eject"));
    free(text);
    assert_int_equal(libxl_domain_type_from_json(NULL, &type, "\"pv\""), 0);
    assert_int_equal(type, LIBXL_DOMAIN_TYPE_PV);
}

static void lists_and_strings(void **state)
{
    char *words[] = { "a", "bc", NULL }, *pairs[] = { "k", "v", NULL };
    libxl_string_list list = words, list_copy;
    libxl_key_value_list pair_list = pairs, pair_copy;
    char *text = "text", *copy;

    libxl_string_list_copy(NULL, &list_copy, &list);
    assert_int_equal(libxl_string_list_length(&list_copy), 2);
    assert_string_equal(list_copy[1], "bc");
    libxl_string_list_dispose(&list_copy);
    assert_null(list_copy);
    libxl_string_list_dispose(&list_copy);
    libxl_key_value_list_copy(NULL, &pair_copy, &pair_list);
    assert_int_equal(libxl_key_value_list_length(&pair_copy), 1);
    libxl_key_value_list_dispose(&pair_copy);
    libxl_string_copy(NULL, &copy, &text);
    assert_string_equal(copy, "text");
    free(copy);
    copy = libxl_basename("/usr/lib/x");
    assert_string_equal(copy, "x");
    free(copy);
    assert_true(libxl_domid_valid_guest(1));
    assert_false(libxl_domid_valid_guest(0));
}

/* No policy: none is needed to copy it, count it or free it. */
static void no_policy(void **state)
{
    libxl_cpuid_policy_list policy = NULL, copy = (void *)1;

    libxl_cpuid_policy_list_copy(NULL, &copy, &policy);
    assert_null(copy);
    assert_int_equal(libxl_cpuid_policy_list_length(&copy), 0);
    libxl_cpuid_dispose(&copy);
}

static void list_frees(void **state)
{
    libxl_device_pci *list = calloc(2, sizeof(*list));

    libxl_device_pci_init(&list[0]);
    libxl_device_pci_init(&list[1]);
    list[1].name = strdup("gpu");
    libxl_device_pci_list_free(list, 2);
    libxl_device_pci_list_free(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(structs, start, stop),
        cmocka_unit_test_setup_teardown(defaults, start, stop),
        cmocka_unit_test_setup_teardown(bitmaps, start, stop),
        cmocka_unit_test_setup_teardown(defbools, start, stop),
        cmocka_unit_test_setup_teardown(uuids, start, stop),
        cmocka_unit_test_setup_teardown(enums, start, stop),
        cmocka_unit_test_setup_teardown(lists_and_strings, start, stop),
        cmocka_unit_test_setup_teardown(no_policy, start, stop),
        cmocka_unit_test_setup_teardown(list_frees, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
