# SPDX-License-Identifier: LGPL-2.1-or-later
# The opaque surface, over the fake libxenlight of tests/surface.

opaque_folder = $(srcdir)/tests/opaque
opaque_tests = tests/opaque/accessors_agree_with_structs \
	tests/opaque/operations_reach_libxl \
	tests/opaque/guests_live_and_die \
	tests/opaque/operations_end_once \
	tests/opaque/json_errors_name_line_and_key \
	tests/opaque/lack_of_memory_is_reported tests/opaque/the_loop_drives_operations \
	tests/opaque/the_loop_watches_for_libxl
opaque_scripts = tests/opaque/header_stands_alone.py tests/opaque/manual_test.py
opaque_made = tests/opaque/accessors_agree_with_structs.c tests/opaque/operations_reach_libxl.c

if CMOCKA
check_LTLIBRARIES += tests/opaque/libguest.la
check_PROGRAMS += $(opaque_tests)
TESTS += $(opaque_tests)
endif
TESTS += $(opaque_scripts)
EXTRA_DIST += $(opaque_scripts) tests/opaque/generate.py
CLEANFILES += $(opaque_made) tests/opaque/made.stamp

# Without a test, an accessor or operation ends the run of the generator.
tests/opaque/made.stamp: $(schema_files) $(generator_files) $(opaque_folder)/generate.py
	$(AM_V_GEN)$(MKDIR_P) tests/opaque && \
	$(PYTHON) -B $(opaque_folder)/generate.py $(SCHEMA) tests/opaque && touch $@

$(opaque_made): tests/opaque/made.stamp ; @:

opaque_cppflags = $(surface_cppflags) -I$(opaque_folder)
opaque_libs = tests/opaque/libguest.la $(surface_libs)

tests_opaque_libguest_la_SOURCES = tests/opaque/guest.h tests/opaque/guest.c
tests_opaque_libguest_la_CPPFLAGS = $(opaque_cppflags)
$(tests_opaque_libguest_la_OBJECTS): $(generated_headers)

nodist_tests_opaque_accessors_agree_with_structs_SOURCES = \
	tests/opaque/accessors_agree_with_structs.c
tests_opaque_accessors_agree_with_structs_SOURCES = tests/opaque/accessors.h
tests_opaque_accessors_agree_with_structs_CPPFLAGS = $(opaque_cppflags)
tests_opaque_accessors_agree_with_structs_LDADD = libxlstable.la $(CMOCKA_LIBS)

nodist_tests_opaque_operations_reach_libxl_SOURCES = tests/opaque/operations_reach_libxl.c
tests_opaque_operations_reach_libxl_SOURCES = tests/opaque/operations.h
tests_opaque_operations_reach_libxl_CPPFLAGS = $(opaque_cppflags)
tests_opaque_operations_reach_libxl_LDADD = $(opaque_libs)
EXTRA_tests_opaque_operations_reach_libxl_DEPENDENCIES = tests/surface/fake/linked.stamp

tests_opaque_guests_live_and_die_CPPFLAGS = $(opaque_cppflags)
tests_opaque_guests_live_and_die_LDADD = $(opaque_libs)
EXTRA_tests_opaque_guests_live_and_die_DEPENDENCIES = tests/surface/fake/linked.stamp
tests_opaque_operations_end_once_CPPFLAGS = $(opaque_cppflags)
tests_opaque_operations_end_once_LDADD = $(opaque_libs)
EXTRA_tests_opaque_operations_end_once_DEPENDENCIES = tests/surface/fake/linked.stamp
tests_opaque_json_errors_name_line_and_key_CPPFLAGS = $(opaque_cppflags)
tests_opaque_json_errors_name_line_and_key_LDADD = libxlstable.la $(CMOCKA_LIBS)
tests_opaque_the_loop_drives_operations_CPPFLAGS = $(sim_cppflags)
tests_opaque_the_loop_drives_operations_LDADD = $(sim_libs)
EXTRA_tests_opaque_the_loop_drives_operations_DEPENDENCIES = sim/stamp
tests_opaque_the_loop_watches_for_libxl_CPPFLAGS = $(opaque_cppflags)
tests_opaque_the_loop_watches_for_libxl_LDADD = $(opaque_libs)
EXTRA_tests_opaque_the_loop_watches_for_libxl_DEPENDENCIES = tests/surface/fake/linked.stamp

# Holds the library itself, so that its allocations can be let fail one by one.
tests_opaque_lack_of_memory_is_reported_SOURCES = tests/opaque/lack_of_memory_is_reported.c \
	tests/unit/allocations.c
tests_opaque_lack_of_memory_is_reported_CPPFLAGS = $(unit_cppflags) $(opaque_cppflags)
tests_opaque_lack_of_memory_is_reported_LDFLAGS = $(unit_ldflags)
tests_opaque_lack_of_memory_is_reported_LDADD = libopaque.la libsurface.la libbackend.la \
	libcore.la $(CMOCKA_LIBS) -lpthread
EXTRA_tests_opaque_lack_of_memory_is_reported_DEPENDENCIES = tests/surface/fake/linked.stamp
