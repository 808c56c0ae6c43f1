#!/bin/sh
# Which tasks a selector takes.
# sanitized: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/selectors_test.py"
