#!/bin/sh
# Every script test of what the program computes, reads and writes, by the program under ASan and UBSan: `make check` so runs those
# that read foreign bytes. Needs what `make torture` has built.
cd "${0%/*}/../.." || exit
sanitized=$PWD/${BUILD:-build}/asan
[ -x "$sanitized/hyperlist" ] || { echo "skipped: $sanitized/hyperlist is not there"; exit 0; }
export HYPERLIST="$sanitized/hyperlist" SANITIZED=1 TORTURE='' ASAN_OPTIONS="${ASAN_OPTIONS:-exitcode=99}"
exec "${PROVE:-prove}" --exec '' --timer tests/archive/*.t tests/cli/check.t tests/cli/generalize.t tests/cli/growth.t \
  tests/cli/list_in_use.t tests/cli/told.t tests/fetch/faults.t tests/inputs/*.t tests/report/page.t
