# SPDX-License-Identifier: LGPL-2.1-or-later
# Fuzz targets of the core. make check runs a fixed number of inputs over the corpus in the tree;
# "make fuzz" runs libFuzzer (of clang) for FUZZ_SECONDS on each target, and keeps what it finds in
# build/tests/fuzz/found. Without clang: ITERATIONS=100000000 SEED=2 tests/fuzz/fuzz_schema.

FUZZ_SECONDS = 600
fuzz_folder = $(srcdir)/tests/fuzz
fuzz_tests = tests/fuzz/fuzz_schema tests/fuzz/fuzz_libxl tests/fuzz/fuzz_json
check_PROGRAMS += $(fuzz_tests)
TESTS += $(fuzz_tests)

fuzz_helpers = tests/fuzz/fuzz.h tests/fuzz/source.c tests/unit/compared.c tests/unit/allocations.c \
	tests/unit/unit.h
fuzz_cppflags = -I$(fuzz_folder) -I$(srcdir)/tests/unit $(unit_cppflags)

tests_fuzz_fuzz_libxl_SOURCES = tests/fuzz/driver.c tests/fuzz/translate.c tests/fuzz/object.c \
	$(fuzz_helpers)
tests_fuzz_fuzz_libxl_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_ITERATIONS=20000 -DFUZZ_CORPUS='"libxl"'
tests_fuzz_fuzz_libxl_LDFLAGS = $(unit_ldflags)
tests_fuzz_fuzz_libxl_LDADD = libcore.la $(CMOCKA_LIBS)
$(tests_fuzz_fuzz_libxl_OBJECTS): $(generated_headers)

tests_fuzz_fuzz_json_SOURCES = tests/fuzz/driver.c tests/fuzz/json.c $(fuzz_helpers)
tests_fuzz_fuzz_json_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_ITERATIONS=20000 -DFUZZ_CORPUS='"json"'
tests_fuzz_fuzz_json_LDFLAGS = $(unit_ldflags)
tests_fuzz_fuzz_json_LDADD = libcore.la $(CMOCKA_LIBS)
$(tests_fuzz_fuzz_json_OBJECTS): $(generated_headers)

# Random schemas: the core once more, over tables that are made at run time.

fuzz_schema_files = tests/fuzz/random/types.schema tests/fuzz/random/functions.schema \
	tests/fuzz/random/constants.schema tests/fuzz/random/releases tests/fuzz/random/levels
tests/fuzz/random/stamp: $(fuzz_schema_files) $(generator_files)
	$(AM_V_GEN)$(GENERATE) tables $(fuzz_folder)/random tests/fuzz/random && touch $@
tests/fuzz/random/schema_ids.h tests/fuzz/random/schema_tables.c: tests/fuzz/random/stamp

check_LTLIBRARIES += tests/fuzz/libfirst.la
nodist_tests_fuzz_libfirst_la_SOURCES = tests/fuzz/random/schema_tables.c
tests_fuzz_libfirst_la_SOURCES =
tests_fuzz_libfirst_la_CPPFLAGS = $(fuzz_random_cppflags) -Dxls_types=fuzz_first_types
$(tests_fuzz_libfirst_la_OBJECTS): tests/fuzz/random/schema_ids.h

fuzz_random_cppflags = -I$(builddir)/tests/fuzz/random -DFUZZ_RANDOM $(fuzz_cppflags)
tests_fuzz_fuzz_schema_SOURCES = tests/fuzz/driver.c tests/fuzz/translate.c tests/fuzz/object.c \
	tests/fuzz/random_schema.c $(fuzz_helpers) $(libcore_la_SOURCES)
tests_fuzz_fuzz_schema_CPPFLAGS = $(fuzz_random_cppflags) -DFUZZ_ITERATIONS=50000 \
	-DFUZZ_CORPUS='"schema"'
tests_fuzz_fuzz_schema_LDFLAGS = $(unit_ldflags)
tests_fuzz_fuzz_schema_LDADD = tests/fuzz/libfirst.la $(CMOCKA_LIBS) $(YAJL_LIBS)
$(tests_fuzz_fuzz_schema_OBJECTS): tests/fuzz/random/schema_ids.h

# The long run. All objects are made by clang for it, in one go.
fuzz: gen/stamp tests/fuzz/random/stamp
	SRCDIR='$(srcdir)' BUILDDIR='$(builddir)' CPPFLAGS='$(CMOCKA_CFLAGS) $(YAJL_CFLAGS)' \
	LIBS='$(CMOCKA_LIBS) $(YAJL_LIBS)' $(SHELL) $(fuzz_folder)/long.sh $(FUZZ_SECONDS)
.PHONY: fuzz

EXTRA_DIST += $(fuzz_schema_files) tests/fuzz/long.sh tests/fuzz/corpus
CLEANFILES += tests/fuzz/random/stamp tests/fuzz/random/schema_ids.h \
	tests/fuzz/random/schema_tables.c fuzz-failed
