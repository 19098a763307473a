#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stands for the tests of the surface where they cannot be built: that is a failure, not a skip.
echo "cmocka was not found by configure: the tests of the surface cannot run (Debian: libcmocka-dev)"
exit 99
