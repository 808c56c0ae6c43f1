#!/bin/sh
# Several lists in one table, against a twin in numpy.
# sanitized: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/evaluate_lists_test.py"
