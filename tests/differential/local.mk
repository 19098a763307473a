# SPDX-License-Identifier: LGPL-2.1-or-later
# Texts through the real libxenlights of Xen 4.14, 4.17 and 4.20, against what they say themselves.

differential_files = tests/differential/differential_test.py \
	tests/differential/public_api_test.py tests/differential/simulated_test.py \
	tests/differential/exceptions.py \
	tests/differential/records.py tests/differential/root.py tests/differential/texts.py
EXTRA_DIST += $(differential_files) tests/debian/enter tests/debian/fetch

if REAL_XEN
if !SANITIZERS
check_LTLIBRARIES += tests/differential/nohypervisor.la
tests_differential_nohypervisor_la_SOURCES = tests/differential/nohypervisor.c
tests_differential_nohypervisor_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere

# It reaches below the surface, so it has the library's parts in it.
check_PROGRAMS += tests/differential/through_level tests/differential/public_api
tests_differential_through_level_SOURCES = tests/differential/through_level.c
tests_differential_through_level_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/src/surface
tests_differential_through_level_LDADD = libsurface.la libbackend.la libcore.la

tests_differential_public_api_SOURCES = tests/differential/public_api.c
tests_differential_public_api_LDADD = libxlstable.la
tests_differential_public_api_LDFLAGS = -no-install
EXTRA_tests_differential_public_api_DEPENDENCIES = sim/stamp

real_tests += tests/differential/differential_test.py tests/differential/public_api_test.py
TESTS += tests/differential/differential_test.py tests/differential/public_api_test.py \
	tests/differential/simulated_test.py
endif
endif
