#!/bin/sh
# Power cuts after every call on a file: the output is what it was or what it was to be.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/power_test.py"
