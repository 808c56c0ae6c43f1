#!/bin/sh
# Every command: each call for memory, files and threads made to fail; signals and changing inputs at every way through the code;
# power cuts after each call. Arguments: only commands whose names hold one of them.
cd "${0%/*}/../.." || exit
failed=0
for test in nth events power; do
  TORTURE=${TORTURE-1} "${PYTHON:-/usr/bin/python3}" -B "tests/faults/${test}_test.py" "$@" || failed=1
done
exit "$failed"
