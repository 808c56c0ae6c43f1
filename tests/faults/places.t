#!/bin/sh
# Read-only folders, full disks, quotas, and a stdout that is closed or full.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/places_test.py"
