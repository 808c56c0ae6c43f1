#!/bin/sh
# Long CSV tables: every legal variant, the grid rule and the scores against a twin in Python, and what is refused.
# sanitized: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/csv_test.py"
