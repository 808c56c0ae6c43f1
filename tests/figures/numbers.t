#!/bin/sh
# The numbers of every figure against numpy.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/numbers_test.py"
