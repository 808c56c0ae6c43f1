#!/bin/sh
# The page of `report` in a real browser.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/chromium_test.py"
