#!/bin/sh
# SIGINT, SIGTERM, and readers that go away.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/signals_test.py"
