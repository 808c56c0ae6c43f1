#!/bin/sh
# Bad inputs and invocations: exit code, one line that names what is wrong, nothing left behind.
# sanitized: yes
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/bad_test.py"
