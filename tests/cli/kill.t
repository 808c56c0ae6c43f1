#!/bin/sh
# A kill -9 at ten moments of an ingest.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/kill_test.py"
