#!/bin/sh
# What commands tell of tables that are rare.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/told_test.py"
