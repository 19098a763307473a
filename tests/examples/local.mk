# SPDX-License-Identifier: LGPL-2.1-or-later
# The example programs and those of the tutorial, over the simulated Xen.

TESTS += tests/examples/examples_do_what_they_say.sh tests/examples/tutorial_test.py
EXTRA_DIST += tests/examples/examples_do_what_they_say.sh tests/examples/tutorial_test.py \
	doc/tutorial.md
