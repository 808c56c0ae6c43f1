#!/bin/sh
# The examples in the help and on the manual pages work; help and manual say the same of each option; near misses are told.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/examples_test.py"
