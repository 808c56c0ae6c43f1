#!/bin/sh
# Every command, with each of its calls for memory, files and threads made to fail.
# sanitized: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/nth_test.py"
