#!/bin/sh
# Every call for memory, files and threads of every command made to fail; arguments: only commands whose names hold one of them.
cd "${0%/*}/../.." && TORTURE=${TORTURE-1} exec "${PYTHON:-/usr/bin/python3}" -B tests/faults/nth_test.py "$@"
