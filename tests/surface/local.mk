# SPDX-License-Identifier: LGPL-2.1-or-later
# The source-compatible surface, over a fake libxenlight of every release.

surface_folder = $(srcdir)/tests/surface

# The fake: everything is compiled once, and linked into two libraries for each release.

surface_fake_made = tests/surface/fake/generated.c tests/surface/fake/counters.h
surface_fake_generator = $(surface_folder)/fake/generate.py $(generator_files:%=$(srcdir)/%)

tests/surface/fake/generated.stamp: $(schema_files) $(surface_fake_generator)
	$(AM_V_GEN)$(PYTHON) -B $(surface_folder)/fake/generate.py $(SCHEMA) tests/surface/fake && touch $@

$(surface_fake_made): tests/surface/fake/generated.stamp

check_LTLIBRARIES += tests/surface/libfake.la
tests_surface_libfake_la_SOURCES = tests/surface/fake/fake.h tests/surface/fake/internal.h \
	tests/surface/fake/family.h src/sim/field.h src/sim/field.c tests/surface/fake/family.c \
	tests/surface/fake/control.c tests/surface/fake/operation.c tests/surface/fake/event.c \
	tests/surface/fake/libxenlight.c tests/surface/fake/libxlutil.c
nodist_tests_surface_libfake_la_SOURCES = tests/surface/fake/generated.c
tests_surface_libfake_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(surface_folder)/fake \
	-I$(builddir)/tests/surface/fake
$(tests_surface_libfake_la_OBJECTS): $(surface_fake_made) $(generated_headers)

tests/surface/fake/linked.stamp: tests/surface/libfake.la libcore.la \
		tests/surface/fake/generated.stamp $(surface_folder)/fake/link.sh $(srcdir)/src/sim/link.sh
	$(AM_V_GEN)LIBS='$(YAJL_LIBS)' $(SHELL) $(surface_folder)/fake/link.sh \
		$(SCHEMA)/releases tests/surface/fake '$(CC) $(CFLAGS) $(LDFLAGS)' \
		tests/surface/$(surface_objects)/libfake.a $(surface_objects)/libcore.a && touch $@
surface_objects = .libs

# The tests: each runs its cases once per release, in a process of its own.

surface_tests = tests/surface/arguments_are_translated_and_owned_once \
	tests/surface/what_a_release_lacks_is_refused \
	tests/surface/asynchronous_calls_complete_once \
	tests/surface/events_reach_the_caller \
	tests/surface/load_failures_are_told_apart \
	tests/surface/threads_share_one_libxenlight \
	tests/surface/many_threads_use_one_ctx \
	tests/surface/what_changed_between_releases_is_bridged \
	tests/surface/values_need_no_xen

if CMOCKA
check_LTLIBRARIES += tests/surface/libharness.la
check_PROGRAMS += $(surface_tests)
TESTS += $(surface_tests)
else
TESTS += tests/surface/cmocka-is-missing.sh
endif

tests_surface_libharness_la_SOURCES = tests/surface/harness.h tests/surface/harness.c
tests_surface_libharness_la_CPPFLAGS = $(surface_cppflags)
$(tests_surface_libharness_la_OBJECTS): $(generated_headers)

# Programs see what a caller sees: the public headers, and the exported symbols.
surface_cppflags = -I$(builddir)/include -I$(surface_folder) $(CMOCKA_CFLAGS) \
	-DFAKES='"$(abs_builddir)/tests/surface/fake"'
surface_libs = tests/surface/libharness.la libxlstable.la $(CMOCKA_LIBS) -lpthread

tests_surface_arguments_are_translated_and_owned_once_CPPFLAGS = $(surface_cppflags)
tests_surface_arguments_are_translated_and_owned_once_LDADD = $(surface_libs)
EXTRA_tests_surface_arguments_are_translated_and_owned_once_DEPENDENCIES = tests/surface/fake/linked.stamp
tests_surface_what_a_release_lacks_is_refused_CPPFLAGS = $(surface_cppflags)
tests_surface_what_a_release_lacks_is_refused_LDADD = $(surface_libs)
EXTRA_tests_surface_what_a_release_lacks_is_refused_DEPENDENCIES = tests/surface/fake/linked.stamp
tests_surface_asynchronous_calls_complete_once_CPPFLAGS = $(surface_cppflags)
tests_surface_asynchronous_calls_complete_once_LDADD = $(surface_libs)
EXTRA_tests_surface_asynchronous_calls_complete_once_DEPENDENCIES = tests/surface/fake/linked.stamp
tests_surface_events_reach_the_caller_CPPFLAGS = $(surface_cppflags)
tests_surface_events_reach_the_caller_LDADD = $(surface_libs)
EXTRA_tests_surface_events_reach_the_caller_DEPENDENCIES = tests/surface/fake/linked.stamp
tests_surface_load_failures_are_told_apart_CPPFLAGS = $(surface_cppflags)
tests_surface_load_failures_are_told_apart_LDADD = $(surface_libs)
EXTRA_tests_surface_load_failures_are_told_apart_DEPENDENCIES = tests/surface/fake/linked.stamp
tests_surface_threads_share_one_libxenlight_CPPFLAGS = $(surface_cppflags)
tests_surface_threads_share_one_libxenlight_LDADD = $(surface_libs)
EXTRA_tests_surface_threads_share_one_libxenlight_DEPENDENCIES = tests/surface/fake/linked.stamp
tests_surface_what_changed_between_releases_is_bridged_CPPFLAGS = $(surface_cppflags)
tests_surface_what_changed_between_releases_is_bridged_LDADD = $(surface_libs)
EXTRA_tests_surface_what_changed_between_releases_is_bridged_DEPENDENCIES = tests/surface/fake/linked.stamp
tests_surface_many_threads_use_one_ctx_CPPFLAGS = $(surface_cppflags)
tests_surface_many_threads_use_one_ctx_LDADD = $(surface_libs)
EXTRA_tests_surface_many_threads_use_one_ctx_DEPENDENCIES = tests/surface/fake/linked.stamp
tests_surface_values_need_no_xen_CPPFLAGS = $(surface_cppflags)
tests_surface_values_need_no_xen_LDADD = $(surface_libs)
EXTRA_tests_surface_values_need_no_xen_DEPENDENCIES = tests/surface/fake/linked.stamp

EXTRA_DIST += tests/surface/fake/generate.py tests/surface/fake/link.sh \
	tests/surface/cmocka-is-missing.sh
CLEANFILES += tests/surface/fake/*.stamp $(surface_fake_made) tests/surface/fake/*.map \
	tests/surface/fake/4.*/*.so.* tests/surface/fake/4.*/incomplete/*.so.*
