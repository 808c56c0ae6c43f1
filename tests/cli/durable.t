#!/bin/sh
# Full disks and several writers: the archive is what it was or what it was to be.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/durable_test.py"
