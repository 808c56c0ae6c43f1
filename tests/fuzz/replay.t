#!/usr/bin/env bash
# Every reader of foreign bytes takes the fuzzers' corpus, and each input that once broke it, without a crash and as promised.
. "$(dirname "$0")/../lib.sh"

replay=${HYPERLIST%/*}/tests/fuzz/replay
export TMPDIR=$tmp
if [ -n "${SANITIZED:-}" ]; then # what other libraries keep for good, after files or command lines that are broken
  printf 'leak:libhdf5\nleak:libpopt\n' >"$tmp/leaks"
  export LSAN_OPTIONS="suppressions=$tmp/leaks:print_suppressions=0"
fi

run_folder() { # run_folder NAME FOLDER: all of it; then, if that fails, names the input that is to blame
  run "$replay" "$2"
  if [ "$status" = 0 ]; then
    pass "$1"
  else
    cp "$tmp/.stderr" "$tmp/why"
    run "$replay" -v "$2"
    fail "$1" "status: $status" "$(grep '^replay: ' "$tmp/.stderr" | tail -n 1)" \
      "$(grep -m 1 -E 'not as promised|ERROR: |runtime error' "$tmp/.stderr")"
  fi
  grep '^replayed ' "$tmp/.stdout" >"$tmp/counts"
}

run_folder 'the corpus is taken' tests/fuzz/corpus
is 'every target has some' "$(grep ' 0$' "$tmp/counts")" ''
is 'each file is of a target' "$(awk '{ n += $3 } END { print n }' "$tmp/counts")" "$(find tests/fuzz/corpus -type f | wc -l)"
run_folder 'what once broke a reader is taken' tests/fuzz/regressions
is 'each file is of a target' "$(awk '{ n += $3 } END { print n }' "$tmp/counts")" \
  "$(find tests/fuzz/regressions -type f | wc -l)"
is 'the corpus is small' "$(($(find tests/fuzz/corpus -type f -printf '%s\n' | awk '{ n += $1 } END { print n }') <= 2 << 20))" 1
done_testing
