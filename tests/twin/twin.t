#!/bin/sh
# The program against its numpy twin.
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/twin_test.py" "$@"
