#!/bin/sh
# Lists for other programs, and other people's lists: export, import, and the way there and back.
# sanitized: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/export_test.py"
