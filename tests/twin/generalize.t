#!/bin/sh
# Every series of generalize, for every kind of split, against the numpy twin.
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/generalize_test.py"
