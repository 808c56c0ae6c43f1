#!/bin/sh
# `fetch`: wrong invocations, bad lists of tasks, folders in the way, links that lead out.
# sanitized: yes
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/bad_test.py"
