#!/bin/sh
# `check` finds what is wrong, all of it, and counts what is there.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/check_test.py"
