#!/bin/sh
# Lists and evaluations against their definition, on small random tables.
# sanitized: yes
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/definition_test.py"
