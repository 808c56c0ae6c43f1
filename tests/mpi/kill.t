#!/bin/sh
# A rank is killed; the next run goes on.
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/kill_test.py"
