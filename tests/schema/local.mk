# SPDX-License-Identifier: LGPL-2.1-or-later

importer_files = src/generator/importer.py src/generator/import_compare.py \
	src/generator/import_headers.py src/generator/import_idl.py src/generator/import_text.py
EXTRA_DIST += $(importer_files) tests/schema/import_test.py \
	tests/schema/everything_is_documented_test.py tests/schema/import_real_xen_test.py \
	tests/schema/importer_case.py tests/schema/xen_tree.py

TESTS += tests/schema/import_test.py tests/schema/everything_is_documented_test.py
if REAL_XEN
TESTS += tests/schema/import_real_xen_test.py
endif
