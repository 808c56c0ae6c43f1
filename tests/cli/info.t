#!/bin/sh
# `info` tells at a glance what is in an archive, a scores file or a list.
# sanitized: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/info_test.py"
