#!/bin/sh
# The same bytes from any number of ranks.
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/same_bytes_test.py"
