#!/bin/sh
# Every command's output is the same bytes for any number of threads, language, time zone, home, umask and folder.
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/same_outputs_test.py"
