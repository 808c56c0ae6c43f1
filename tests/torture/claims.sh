#!/bin/sh
# The heavy claims: bombs of gigabytes, a CSV line of 1 GB, chunks of 2 GB; and more hostile names, each by itself. Then what files
# claim, hostile names and one sweep in four formats by the sanitized program, where `make torture` has built it.
cd "${0%/*}/../.." || exit
failed=0
run() { "${PROVE:-prove}" --exec '' --timer "$@"; }
TORTURE=1 run tests/inputs/claims.t tests/inputs/hostile.t || failed=1
sanitized=$PWD/${BUILD:-build}/asan/hyperlist
if [ -x "$sanitized" ]; then
  export HYPERLIST="$sanitized" SANITIZED=1 TORTURE='' ASAN_OPTIONS="${ASAN_OPTIONS:-exitcode=99}"
  run tests/inputs/claims.t tests/inputs/hostile.t tests/inputs/one_sweep.t || failed=1
else
  echo "skipped: under sanitizers: $sanitized is not there"
fi
exit "$failed"
