#!/bin/sh
# The general form of curves-json: what numpy finds in the archive, and what is refused.
# sanitized: yes
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/general_json_test.py"
