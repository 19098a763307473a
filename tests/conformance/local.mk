# SPDX-License-Identifier: LGPL-2.1-or-later
# The schema against the real headers and libraries of Xen 4.14, 4.17 and 4.20.

# What check-valgrind runs with VALGRIND set: scripts that start programs in the root.
real_tests =

EXTRA_DIST += tests/conformance/assertions.py tests/conformance/headers_test.py \
	tests/conformance/library_test.py tests/conformance/real_headers.py

if REAL_XEN
check_PROGRAMS += tests/conformance/print_layout
tests_conformance_print_layout_SOURCES = tests/conformance/print_layout.c
tests_conformance_print_layout_LDADD = libcore.la
TESTS += tests/conformance/headers_test.py
if !SANITIZERS
check_PROGRAMS += tests/conformance/library_fits_schema
tests_conformance_library_fits_schema_SOURCES = tests/conformance/library_fits_schema.c
tests_conformance_library_fits_schema_LDADD = libbackend.la libcore.la

real_tests += tests/conformance/library_test.py
TESTS += tests/conformance/library_test.py
endif
endif

# Every function of the schema, called over every simulated release.

tests/conformance/every_function.h: tests/conformance/every_function.py \
		tests/conformance/every_function.c $(schema_files) $(generator_files)
	$(AM_V_GEN)$(PYTHON) -B $(srcdir)/tests/conformance/every_function.py $(SCHEMA) $@

check_PROGRAMS += tests/conformance/every_function
tests_conformance_every_function_CPPFLAGS = -I$(builddir)/include -I$(builddir)/tests/conformance
tests_conformance_every_function_LDADD = libxlstable.la
$(tests_conformance_every_function_OBJECTS): tests/conformance/every_function.h $(generated_headers)
EXTRA_tests_conformance_every_function_DEPENDENCIES = sim/stamp

conformance_tests = tests/conformance/every_function_test.py
TESTS += $(conformance_tests)
EXTRA_DIST += $(conformance_tests) tests/conformance/every_function.py
CLEANFILES += tests/conformance/every_function.h
