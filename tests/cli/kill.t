#!/bin/sh
# A kill -9 at 30 random moments of an ingest.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/kill_test.py"
