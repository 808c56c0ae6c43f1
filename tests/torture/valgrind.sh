#!/usr/bin/env bash
# Every command on the fixtures (the chain of tests/cli/outputs.py, its refusals too) and every unit, under valgrind's memcheck: no byte
# read that was not written or is not ours, no memory lost, and the outputs are those of the program alone.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
command -v valgrind >/dev/null || { echo 'skipped: no valgrind: make deps GROUP=dev'; exit 0; }
tmp=$(mktemp -d "${TMPDIR:-/tmp}/hyperlist-valgrind.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
build=$(realpath "${BUILD:-build}")
failed=0

memcheck="valgrind -q --leak-check=full --errors-for-leak-kinds=definite,indirect --show-leak-kinds=definite,indirect --error-exitcode=97"
printf '#!/bin/sh\nexec %s --log-file=%s/logs/%%p %s "$@"\n' "$memcheck" "$tmp" "$build/hyperlist" >"$tmp/hyperlist"
chmod +x "$tmp/hyperlist"
mkdir "$tmp/logs"
/usr/bin/python3 -B tests/cli/outputs.py "$build/hyperlist" "$tmp/alone" >"$tmp/alone.digest"
/usr/bin/python3 -B tests/cli/outputs.py "$tmp/hyperlist" "$tmp/watched" >"$tmp/watched.digest"
if diff "$tmp/alone.digest" "$tmp/watched.digest"; then
  echo "commands: $(find "$tmp/logs" -type f | wc -l) runs, the same bytes in $(wc -l <"$tmp/alone.digest") outputs"
else
  failed=1
fi
find "$tmp/logs" -size +0 -type f -exec cat {} + | head -n 200 >"$tmp/found"
if [ -s "$tmp/found" ]; then
  cat "$tmp/found"
  failed=1
fi

n=0
for unit in "$build"/tests/*_test; do
  n=$((n + 1))
  CK_FORK=no CK_TIMEOUT_MULTIPLIER=50 $memcheck "$unit" >"$tmp/unit" 2>&1 || { echo "not clean: $unit"; grep -E '^(==|not ok)' "$tmp/unit" | head -n 40; failed=1; }
done
echo "units: $n"
exit "$failed"
