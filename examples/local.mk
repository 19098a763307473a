# SPDX-License-Identifier: LGPL-2.1-or-later
# Built with the library, as a client would be: one header, one library. Not installed.

example_programs = examples/list examples/lifecycle examples/watch
noinst_PROGRAMS += $(example_programs)
examples_list_CPPFLAGS = -I$(builddir)/include
examples_list_LDADD = libxlstable.la
examples_lifecycle_CPPFLAGS = -I$(builddir)/include
examples_lifecycle_LDADD = libxlstable.la
examples_watch_CPPFLAGS = -I$(builddir)/include
examples_watch_LDADD = libxlstable.la

EXTRA_DIST += examples/README.md
