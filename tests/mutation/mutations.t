#!/usr/bin/env bash
# The list of mutations is one of today's code: each text still stands in its file, once.
. "$(dirname "$0")/../lib.sh"

run "$PYTHON" -B tests/mutation/run --check
is 'each mutation can be applied' "$status: $(grep -v 'can be applied$' "$tmp/.stdout")" '0: '
done_testing
