# SPDX-License-Identifier: LGPL-2.1-or-later
# The simulated libxenlight of every release, through the source-compatible surface.

sim_tests = tests/sim/guests_live_on_every_release tests/sim/operations_take_their_time \
	tests/sim/faults_happen_on_request

if CMOCKA
check_LTLIBRARIES += tests/sim/libsimulated.la
check_PROGRAMS += $(sim_tests)
TESTS += $(sim_tests)
endif
TESTS += tests/sim/unreadable_faults_are_refused.sh tests/sim/processes_share_a_state.sh \
	tests/sim/what_is_not_simulated_is_told_test.py
check_PROGRAMS += tests/sim/client tests/sim/soak

sim_cppflags = -I$(builddir)/include -I$(srcdir)/tests/sim $(CMOCKA_CFLAGS) \
	-DSIMULATIONS='"$(abs_builddir)/sim"'
sim_libs = tests/sim/libsimulated.la libxlstable.la $(CMOCKA_LIBS) -lpthread

tests_sim_libsimulated_la_SOURCES = tests/sim/simulated.h tests/sim/simulated.c
tests_sim_libsimulated_la_CPPFLAGS = $(sim_cppflags)
$(tests_sim_libsimulated_la_OBJECTS): $(generated_headers)

tests_sim_guests_live_on_every_release_CPPFLAGS = $(sim_cppflags)
tests_sim_guests_live_on_every_release_LDADD = $(sim_libs)
EXTRA_tests_sim_guests_live_on_every_release_DEPENDENCIES = sim/stamp
tests_sim_operations_take_their_time_CPPFLAGS = $(sim_cppflags)
tests_sim_operations_take_their_time_LDADD = $(sim_libs)
EXTRA_tests_sim_operations_take_their_time_DEPENDENCIES = sim/stamp
tests_sim_faults_happen_on_request_CPPFLAGS = $(sim_cppflags)
tests_sim_faults_happen_on_request_LDADD = $(sim_libs)
EXTRA_tests_sim_faults_happen_on_request_DEPENDENCIES = sim/stamp
tests_sim_client_CPPFLAGS = -I$(builddir)/include
tests_sim_client_LDADD = libxlstable.la

tests_sim_soak_CPPFLAGS = -I$(builddir)/include
tests_sim_soak_LDADD = libxlstable.la

# 10,000 guests on the oldest and the newest release; SOAK=N for another number.
soak: tests/sim/soak sim/stamp
	for release in 4.14 4.22; do GLIBC_TUNABLES=glibc.malloc.tcache_count=0 XLSTABLE_SIM_DIR=sim \
	  XLSTABLE_XEN=sim-$$release tests/sim/soak $(SOAK) || exit 1; done
.PHONY: soak

EXTRA_DIST += tests/sim/demo tests/sim/unreadable_faults_are_refused.sh tests/sim/processes_share_a_state.sh \
	tests/sim/what_is_not_simulated_is_told_test.py
