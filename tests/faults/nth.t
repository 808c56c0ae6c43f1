#!/bin/sh
# In every command calls of every kind are made to fail, to be interrupted, to take a part only.
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/nth_test.py"
