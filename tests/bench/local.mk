# SPDX-License-Identifier: LGPL-2.1-or-later

EXTRA_PROGRAMS = tests/bench/bench tests/bench/opaque
tests_bench_bench_SOURCES = tests/bench/bench.c
tests_bench_bench_LDADD = libbackend.la libcore.la
tests_bench_opaque_SOURCES = tests/bench/opaque.c
tests_bench_opaque_CPPFLAGS = -I$(builddir)/include
tests_bench_opaque_LDADD = libxlstable.la
CLEANFILES += tests/bench/bench tests/bench/opaque
EXTRA_DIST += tests/bench/bench.sh tests/bench/full-config.json

# The figures of doc/performance.md.
bench: all tests/bench/bench tests/bench/opaque sim/stamp
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/bench/bench.sh
.PHONY: bench
