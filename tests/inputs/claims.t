#!/bin/sh
# Files that claim more than they hold, and files that hold more than anybody wants: refused or read in bounded memory and time.
# long: yes
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/claims_test.py"
