#!/bin/sh
# `fetch` stopped by a kill, a signal, a full disk; two at once; threads; TLS; and ingest of what it leaves.
exec "${PYTHON:-/usr/bin/python3}" -B "${0%/*}/stops_test.py"
