# SPDX-License-Identifier: LGPL-2.1-or-later

EXTRA_PROGRAMS = tests/bench/bench
tests_bench_bench_SOURCES = tests/bench/bench.c
tests_bench_bench_LDADD = libbackend.la libcore.la
CLEANFILES += tests/bench/bench
EXTRA_DIST += tests/bench/bench.sh tests/bench/full-config.json

# The figures of doc/performance.md.
bench: all tests/bench/bench
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/bench/bench.sh
.PHONY: bench
