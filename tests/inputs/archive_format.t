#!/bin/sh
# Archives and scores files, as other tools see them.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/archive_format_test.py"
