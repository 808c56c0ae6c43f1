#!/bin/sh
# An archive one can trust: check finds every fault by its place; growth along each axis, two writers, a full disk, kills.
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/trust_test.py"
