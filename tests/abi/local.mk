# SPDX-License-Identifier: LGPL-2.1-or-later
# What callers depend on: the exported symbols, the headers, the layout of the structs, and that all
# of it stays what the baselines in abi/baselines say.

abi_scripts = tests/abi/exports.py tests/abi/headers.py tests/abi/layout.py tests/abi/baselines.py \
	tests/abi/old_callers.py

TESTS += $(abi_scripts) $(abi_tool_tests)
EXTRA_DIST += $(abi_scripts) tests/abi/abi_case.py tests/abi/view.py tests/abi/baseline.py \
	tests/abi/update.py tests/abi/old-callers abi/baselines symbols/libxlstable1.symbols tests/abi/altered.c \
	tests/abi/tool_case.py tests/abi/tool_test.py tests/abi/tool_real_test.py \
	tests/abi/mutations.py tests/abi/mistakes.py doc/abi.md doc/adding-a-symbol.md \
	doc/adding-a-xen-release.md

# xlstable-abi, over simulated libxenlights; and over real libxenlights, into which no sanitizer can go.
abi_tool_tests = tests/abi/tool_test.py
tests/abi/tool_test.log: tests/surface/fake/linked.stamp sim/stamp
tests/abi/old_callers.log: sim/stamp
if REAL_XEN
if !SANITIZERS
abi_tool_tests += tests/abi/tool_real_test.py
endif
endif

check-abi: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(abi_scripts)'

# For whoever develops: they write into the source. A new name goes into the newest node.
update-map:
	$(GENERATE) map $(SCHEMA) $(srcdir)/symbols

update-abi: all
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' CC='$(CC)' $(PYTHON) -B $(srcdir)/tests/abi/update.py

release-abi: check-abi
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' $(PYTHON) -B $(srcdir)/tests/abi/update.py release

.PHONY: check-abi update-map update-abi release-abi
