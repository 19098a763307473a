# SPDX-License-Identifier: LGPL-2.1-or-later
# The manual of the opaque surface, made from its header. Which pages there are, only the header says.

manual_generator = $(srcdir)/src/generator/manual.py

man/stamp: gen/stamp $(manual_generator)
	$(AM_V_GEN)$(MKDIR_P) man && $(PYTHON) -B $(manual_generator) include/xlstable.h \
	  $(PACKAGE_VERSION) man && touch $@

all-local: man/stamp

install-data-local: man/stamp
	$(MKDIR_P) '$(DESTDIR)$(mandir)/man3' '$(DESTDIR)$(mandir)/man7'
	for page in `cat man/pages`; do case $$page in \
	  *.3) $(INSTALL_DATA) man/$$page '$(DESTDIR)$(mandir)/man3' ;; \
	  *.7) $(INSTALL_DATA) man/$$page '$(DESTDIR)$(mandir)/man7' ;; esac || exit 1; done

uninstall-local:
	-test ! -f man/pages || for page in `cat man/pages`; do \
	  rm -f '$(DESTDIR)$(mandir)/man3'/$$page '$(DESTDIR)$(mandir)/man7'/$$page; done

CLEANFILES += man/stamp man/pages man/*.3 man/*.7
EXTRA_DIST += src/generator/manual.py
