#!/bin/sh
# SIGINT, SIGTERM, and inputs that vanish, grow or are cut while a command reads them.
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/events_test.py"
