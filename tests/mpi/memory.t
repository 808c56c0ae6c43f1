#!/bin/sh
# A table larger than a rank may hold.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/memory_test.py"
