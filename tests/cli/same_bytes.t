#!/bin/sh
# The same inputs give the same bytes, however they are worked on.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/same_bytes_test.py"
