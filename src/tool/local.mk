# SPDX-License-Identifier: LGPL-2.1-or-later
# xlstable-abi: tells whether a libxenlight is what the schema says, and how releases differ.

bin_PROGRAMS += xlstable-abi
xlstable_abi_SOURCES = src/tool/abi.h src/tool/abi.c src/tool/abi_report.c src/tool/abi_check.c \
	src/tool/abi_library.h src/tool/abi_library.c src/tool/abi_fields.c src/tool/abi_diff.c
nodist_xlstable_abi_SOURCES = gen/functions.c
xlstable_abi_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/src/tool
xlstable_abi_LDADD = libbackend.la libcore.la $(YAJL_LIBS)

dist_man_MANS += doc/xlstable-abi.1
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = src/tool/completion/xlstable-abi
