#!/bin/sh
# `make install` and `uninstall`; what is installed, moved elsewhere: program, libraries, examples, manual, completion.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/install_test.py"
