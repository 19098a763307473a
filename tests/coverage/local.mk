# SPDX-License-Identifier: LGPL-2.1-or-later
# make coverage: the tests that need no Debian root, in a build folder of its own.

# The first runs setgid, so that counts cannot be written; the others run no code of the library that
# is not run elsewhere.
uncounted = tests/unit/environment_is_ignored_with_more_rights.sh $(abi_scripts) $(abi_tool_tests) \
	tests/schema/import_test.py

coverage:
	$(MKDIR_P) coverage
	cd coverage && '$(abs_top_srcdir)/configure' CC='$(CC)' --enable-coverage CFLAGS=-g >configure.log
	find coverage -name '*.gcda' -delete
	$(MAKE) -C coverage check-coverage >coverage/check.log 2>&1 || { tail -n 40 coverage/check.log; exit 1; }
	$(PYTHON) -B $(srcdir)/tests/coverage/report.py $(srcdir) coverage

check-coverage:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(filter-out $(uncounted),$(TESTS))'

clean-local:
	rm -rf coverage

.PHONY: coverage check-coverage
EXTRA_DIST += tests/coverage/report.py tests/coverage/uncovered
