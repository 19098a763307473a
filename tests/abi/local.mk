# SPDX-License-Identifier: LGPL-2.1-or-later
# What callers depend on: the exported symbols, the headers, the layout of the structs.

abi_scripts = tests/abi/exports.py tests/abi/headers.py tests/abi/layout.py

TESTS += $(abi_scripts)
EXTRA_DIST += $(abi_scripts) tests/abi/abi_case.py
