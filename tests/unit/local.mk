# SPDX-License-Identifier: LGPL-2.1-or-later
# Unit tests of core and backend. Each program holds what it tests, and is linked with --wrap, so
# that it counts allocations and can let them fail: see allocations.c.

unit_cppflags = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(srcdir)/tests/unit \
	-DUNIT_SOURCE='"$(abs_top_srcdir)"' -DUNIT_BUILD='"$(abs_builddir)/tests/unit"'
unit_ldflags = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=strdup \
	-Wl,--wrap=strndup,--wrap=asprintf,--wrap=vasprintf,--wrap=__asprintf_chk
unit_ldadd = tests/unit/libunit.la libbackend.la libcore.la $(CMOCKA_LIBS)

# The programs, also for check-valgrind and check-sanitized.
unit_tests = \
	tests/unit/layout_equals_measured \
	tests/unit/translate_round_trip_keeps_everything \
	tests/unit/translate_follows_what_the_library_did \
	tests/unit/translate_keeps_default_as_default \
	tests/unit/translate_refuses_what_the_release_lacks \
	tests/unit/object_is_copied_deep_and_disposed_whole \
	tests/unit/lack_of_memory_is_survived \
	tests/unit/json_survives_round_trip \
	tests/unit/json_refuses_hostile_text \
	tests/unit/release_is_found_where_xen_tells \
	tests/unit/elf_is_read_without_trust \
	tests/unit/backend_tells_why_there_is_none \
	tests/unit/invented_round_trip tests/unit/invented_changes tests/unit/invented_defaults \
	tests/unit/invented_refusals tests/unit/invented_lack_of_memory

# What tests the programs that we build.
unit_scripts = tests/unit/tool_exits_as_documented.sh \
	tests/unit/environment_is_ignored_with_more_rights.sh

if CMOCKA
check_LTLIBRARIES += tests/unit/libunit.la
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
else
TESTS += tests/unit/cmocka_is_missing.sh
endif
TESTS += $(unit_scripts)
check_PROGRAMS += tests/unit/print_environment
EXTRA_DIST += $(unit_scripts) tests/unit/cmocka_is_missing.sh tests/unit/library.c

tests_unit_libunit_la_SOURCES = tests/unit/unit.h tests/unit/unit.c tests/unit/filled.c \
	tests/unit/compared.c tests/unit/folder.c tests/unit/allocations.c
tests_unit_libunit_la_CPPFLAGS = $(unit_cppflags)
$(tests_unit_libunit_la_OBJECTS): $(generated_headers)

tests_unit_print_environment_LDADD = libbackend.la libcore.la

# Libraries that are not what they should be

unit_libraries = tests/unit/lib/libxenlight.so.4.17 tests/unit/lib/libxenlight.so.4.99 \
	tests/unit/lib/other.so tests/unit/lib/nameless.so tests/unit/lib/needy/libxenlight.so.4.17
check_DATA = $(unit_libraries)
CLEANFILES += $(unit_libraries)

unit_library = $(MKDIR_P) tests/unit/lib/needy && $(CC) $(LDFLAGS) -shared -fPIC -nostdlib \
	-o $@ $(srcdir)/tests/unit/library.c

tests/unit/lib/libxenlight.so.4.17: tests/unit/library.c
	$(AM_V_CCLD)$(unit_library) -Wl,-soname,libxenlight.so.4.17
tests/unit/lib/libxenlight.so.4.99: tests/unit/library.c
	$(AM_V_CCLD)$(unit_library) -Wl,-soname,libxenlight.so.4.99
tests/unit/lib/other.so: tests/unit/library.c
	$(AM_V_CCLD)$(unit_library) -Wl,-soname,libother.so.1
tests/unit/lib/nameless.so: tests/unit/library.c
	$(AM_V_CCLD)$(unit_library)
tests/unit/lib/needy/libxenlight.so.4.17: tests/unit/library.c
	$(AM_V_CCLD)$(unit_library) -DNEEDY -Wl,-soname,libxenlight.so.4.17

tests_unit_layout_equals_measured_CPPFLAGS = $(unit_cppflags)
tests_unit_layout_equals_measured_LDFLAGS = $(unit_ldflags)
tests_unit_layout_equals_measured_LDADD = $(unit_ldadd)

tests_unit_translate_round_trip_keeps_everything_CPPFLAGS = $(unit_cppflags)
tests_unit_translate_round_trip_keeps_everything_LDFLAGS = $(unit_ldflags)
tests_unit_translate_round_trip_keeps_everything_LDADD = $(unit_ldadd)

tests_unit_translate_follows_what_the_library_did_CPPFLAGS = $(unit_cppflags)
tests_unit_translate_follows_what_the_library_did_LDFLAGS = $(unit_ldflags)
tests_unit_translate_follows_what_the_library_did_LDADD = $(unit_ldadd)

tests_unit_translate_keeps_default_as_default_CPPFLAGS = $(unit_cppflags)
tests_unit_translate_keeps_default_as_default_LDFLAGS = $(unit_ldflags)
tests_unit_translate_keeps_default_as_default_LDADD = $(unit_ldadd)

tests_unit_translate_refuses_what_the_release_lacks_CPPFLAGS = $(unit_cppflags)
tests_unit_translate_refuses_what_the_release_lacks_LDFLAGS = $(unit_ldflags)
tests_unit_translate_refuses_what_the_release_lacks_LDADD = $(unit_ldadd)

tests_unit_object_is_copied_deep_and_disposed_whole_CPPFLAGS = $(unit_cppflags)
tests_unit_object_is_copied_deep_and_disposed_whole_LDFLAGS = $(unit_ldflags)
tests_unit_object_is_copied_deep_and_disposed_whole_LDADD = $(unit_ldadd)

tests_unit_lack_of_memory_is_survived_CPPFLAGS = $(unit_cppflags)
tests_unit_lack_of_memory_is_survived_LDFLAGS = $(unit_ldflags)
tests_unit_lack_of_memory_is_survived_LDADD = $(unit_ldadd)

tests_unit_json_survives_round_trip_CPPFLAGS = $(unit_cppflags)
tests_unit_json_survives_round_trip_LDFLAGS = $(unit_ldflags)
tests_unit_json_survives_round_trip_LDADD = $(unit_ldadd)

tests_unit_json_refuses_hostile_text_CPPFLAGS = $(unit_cppflags)
tests_unit_json_refuses_hostile_text_LDFLAGS = $(unit_ldflags)
tests_unit_json_refuses_hostile_text_LDADD = $(unit_ldadd)

tests_unit_release_is_found_where_xen_tells_CPPFLAGS = $(unit_cppflags)
tests_unit_release_is_found_where_xen_tells_LDFLAGS = $(unit_ldflags)
tests_unit_release_is_found_where_xen_tells_LDADD = $(unit_ldadd)

tests_unit_elf_is_read_without_trust_CPPFLAGS = $(unit_cppflags)
tests_unit_elf_is_read_without_trust_LDFLAGS = $(unit_ldflags)
tests_unit_elf_is_read_without_trust_LDADD = $(unit_ldadd)

tests_unit_backend_tells_why_there_is_none_SOURCES = \
	tests/unit/backend_tells_why_there_is_none.c src/backend/load.c
tests_unit_backend_tells_why_there_is_none_CPPFLAGS = $(unit_cppflags) -DXLS_SYSFS='"sysfs"'
tests_unit_backend_tells_why_there_is_none_LDFLAGS = $(unit_ldflags)
tests_unit_backend_tells_why_there_is_none_LDADD = $(unit_ldadd)

# The tests of translation once more, over an invented schema; see invented/types.schema.

invented_schema = tests/unit/invented/types.schema tests/unit/invented/functions.schema \
	tests/unit/invented/constants.schema tests/unit/invented/releases tests/unit/invented/levels
EXTRA_DIST += $(invented_schema)
CLEANFILES += tests/unit/invented/stamp tests/unit/invented/schema_ids.h \
	tests/unit/invented/schema_tables.c

tests/unit/invented/stamp: $(invented_schema) $(generator_files)
	$(AM_V_GEN)$(GENERATE) tables $(srcdir)/tests/unit/invented tests/unit/invented && touch $@
tests/unit/invented/schema_ids.h tests/unit/invented/schema_tables.c: tests/unit/invented/stamp

if CMOCKA
check_LTLIBRARIES += tests/unit/libinvented.la
endif
tests_unit_libinvented_la_SOURCES = $(libcore_la_SOURCES) tests/unit/unit.h tests/unit/unit.c \
	tests/unit/filled.c tests/unit/compared.c tests/unit/allocations.c
nodist_tests_unit_libinvented_la_SOURCES = tests/unit/invented/schema_tables.c
tests_unit_libinvented_la_CPPFLAGS = $(invented_cppflags)
$(tests_unit_libinvented_la_OBJECTS): tests/unit/invented/schema_ids.h

invented_cppflags = -I$(builddir)/tests/unit/invented -DUNIT_INVENTED $(unit_cppflags)
invented_ldadd = tests/unit/libinvented.la $(CMOCKA_LIBS) $(YAJL_LIBS)

tests_unit_invented_round_trip_SOURCES = tests/unit/translate_round_trip_keeps_everything.c
tests_unit_invented_round_trip_CPPFLAGS = $(invented_cppflags)
tests_unit_invented_round_trip_LDFLAGS = $(unit_ldflags)
tests_unit_invented_round_trip_LDADD = $(invented_ldadd)
$(tests_unit_invented_round_trip_OBJECTS): tests/unit/invented/schema_ids.h

tests_unit_invented_changes_SOURCES = tests/unit/translate_follows_what_the_library_did.c
tests_unit_invented_changes_CPPFLAGS = $(invented_cppflags)
tests_unit_invented_changes_LDFLAGS = $(unit_ldflags)
tests_unit_invented_changes_LDADD = $(invented_ldadd)
$(tests_unit_invented_changes_OBJECTS): tests/unit/invented/schema_ids.h

tests_unit_invented_defaults_SOURCES = tests/unit/translate_keeps_default_as_default.c
tests_unit_invented_defaults_CPPFLAGS = $(invented_cppflags)
tests_unit_invented_defaults_LDFLAGS = $(unit_ldflags)
tests_unit_invented_defaults_LDADD = $(invented_ldadd)
$(tests_unit_invented_defaults_OBJECTS): tests/unit/invented/schema_ids.h

tests_unit_invented_refusals_SOURCES = tests/unit/translate_refuses_what_the_release_lacks.c
tests_unit_invented_refusals_CPPFLAGS = $(invented_cppflags)
tests_unit_invented_refusals_LDFLAGS = $(unit_ldflags)
tests_unit_invented_refusals_LDADD = $(invented_ldadd)
$(tests_unit_invented_refusals_OBJECTS): tests/unit/invented/schema_ids.h

tests_unit_invented_lack_of_memory_SOURCES = tests/unit/lack_of_memory_is_survived.c
tests_unit_invented_lack_of_memory_CPPFLAGS = $(invented_cppflags)
tests_unit_invented_lack_of_memory_LDFLAGS = $(unit_ldflags)
tests_unit_invented_lack_of_memory_LDADD = $(invented_ldadd)
$(tests_unit_invented_lack_of_memory_OBJECTS): tests/unit/invented/schema_ids.h
