#!/bin/sh
# Every legal dress of a released file gives the same archive.
# sanitized: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/npz_variants_test.py"
