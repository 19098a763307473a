#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stands for the unit tests where they cannot be built: that is a failure, not a skip.
echo "cmocka was not found by configure: the unit tests cannot run (Debian: libcmocka-dev)"
exit 1
