#!/bin/sh
# An archive that grows, along every axis, is the archive made at once; what contradicts it is refused.
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/growth_test.py"
