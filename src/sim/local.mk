# SPDX-License-Identifier: LGPL-2.1-or-later
# The simulated libxenlight: everything is compiled once, and linked into two libraries for each
# release. They are data to us, opened at run time by their path: no libtool libraries.

sim_source = $(srcdir)/src/sim
sim_made = gen/sim/simulation.c gen/sim/functions.h

gen/sim/stamp: $(schema_files) $(generator_files)
	$(AM_V_GEN)$(GENERATE) simulation $(SCHEMA) gen/sim && touch $@

$(sim_made): gen/sim/stamp ; @:

noinst_LTLIBRARIES += libsim.la
libsim_la_SOURCES = src/sim/field.h src/sim/field.c src/sim/sim.h src/sim/simulation.h \
	src/sim/state.c src/sim/ctx.c src/sim/event.c src/sim/operation.c src/sim/value.c \
	src/sim/domain.c src/sim/create.c src/sim/device.c src/sim/memory.c src/sim/vcpu.c \
	src/sim/pool.c src/sim/host.c src/sim/policy.c src/sim/fault.c src/sim/rest.c src/sim/xlutil.c \
	src/surface/bitmap.c src/surface/builtin.c
nodist_libsim_la_SOURCES = $(sim_made)
libsim_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/src/sim \
	'-DXLS_SYMBOL(name)=__attribute__((visibility("default")))'
$(libsim_la_OBJECTS): $(sim_made) $(generated_headers)

sim_libraries = $(SCHEMA_RELEASES:%=sim/libxenlight.so.%) $(SCHEMA_RELEASES:%=sim/libxlutil.so.%)

sim/stamp: libsim.la libcore.la gen/sim/stamp $(sim_source)/link.sh
	$(AM_V_GEN)for release in $(SCHEMA_RELEASES); do for name in libxenlight libxlutil; do \
	  LIBS='$(YAJL_LIBS) $(TOOLLOG_LIBS)' $(SHELL) $(sim_source)/link.sh sim $$name $$release \
	    gen/sim/$$name-$$release.map '$(CC) $(CFLAGS) $(LDFLAGS)' .libs/libsim.a .libs/libcore.a \
	    || exit 1; done; done && touch $@

$(sim_libraries): sim/stamp ; @:

simdir = $(pkglibdir)/sim
sim_DATA = $(sim_libraries)

EXTRA_DIST += src/sim/link.sh src/sim/local.mk
CLEANFILES += gen/sim/stamp $(sim_made) gen/sim/*.map sim/stamp sim/*.so.*
