# shellcheck shell=bash
# Helpers for script tests in bash, printing TAP. A test is an executable file tests/FOLDER/NAME.t, run from anywhere:
#
#   #!/usr/bin/env bash
#   # What it shows, in one line.
#   # sanitized: yes                        (optional: `make check` runs it with the sanitized program too)
#   # long: yes                             (optional: `make check` begins with it)
#   . "$(dirname "$0")/../lib.sh"
#
#   ok      'the archive is made'           hyperlist ingest -o "$tmp/a.h5" fixtures/release
#   exits   2 'a set must be named'         hyperlist learn "$tmp/s.h5" -o "$tmp/l.json"
#   refused 4 'a.npz: .*expected PK' 'not a zip'  hyperlist ingest -o "$tmp/b.h5" "$tmp/a.npz"
#   absent  'no archive is left'            "$tmp/b.h5"
#   is      'three rows'                    "$(wc -l <"$tmp/x.tsv")" 3
#   like    'the version is told'           "$(hyperlist --version)" '^hyperlist [0-9]'
#   same    'the bytes of yesterday'        "$tmp/x.tsv" tests/golden/x.tsv
#   skip    'reads pictures' 'no convert installed'
#   done_testing
#
# NAMES come first, but for exits and refused, where the status does. What is there: $root, the project's root, which is also
# where the test runs; $tmp, a folder of its own, removed at the end; $HYPERLIST, the program's absolute path, and the
# function hyperlist, which runs it; $PYTHON, a python3 (a test in Python begins with #!/usr/bin/python3, where numpy is);
# after each check of a command $status, and its output in the files $tmp/.stdout and $tmp/.stderr.
# Do not check in a pipe or a subshell: the count would be lost. Nothing stops a test early but skip_all and bail.
set -uo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root" || exit
HYPERLIST=${HYPERLIST:-$root/build/hyperlist}
PYTHON=${PYTHON:-/usr/bin/python3}
export HYPERLIST PYTHON HYPERLIST_SHARE="${HYPERLIST_SHARE:-$root}"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/hyperlist-test.XXXXXX") || exit
trap 'chmod -R u+rwX "$tmp"; rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

n_checks=0 n_failed=0 status=0

hyperlist() { "$HYPERLIST" "$@"; }

note() { printf '%s\n' "$@" | sed 's/^/# /' >&2; }

pass() { # pass NAME
  n_checks=$((n_checks + 1))
  printf 'ok %d - %s\n' "$n_checks" "$1"
}

fail() { # fail NAME [WHY...]
  n_checks=$((n_checks + 1)) n_failed=$((n_failed + 1))
  printf 'not ok %d - %s\n' "$n_checks" "$1"
  note "failed in $0: $1" "${@:2}"
}

run() { # run COMMAND...: sets $status and the two files of output
  status=0
  "$@" >"$tmp/.stdout" 2>"$tmp/.stderr" </dev/null || status=$?
}

told() { note "command: $*" "status: $status" "stderr: $(head -c 2000 "$tmp/.stderr")"; }

ok() { # ok NAME COMMAND...: ends with 0
  exits 0 "$@"
}

exits() { # exits STATUS NAME COMMAND...: ends with that status
  run "${@:3}"
  if [ "$status" = "$1" ]; then pass "$2"; else fail "$2" "expected status $1" && told "${@:3}"; fi
}

refused() { # refused STATUS REGEX NAME COMMAND...: ends with that status and one line `hyperlist...: ...`, matching, on stderr
  run "${@:4}"
  local line why=() begins='^hyperlist( [a-z]+)?: '
  IFS= read -r line <"$tmp/.stderr" || true
  [ "$status" = "$1" ] || why+=("expected status $1")
  [ "$(wc -l <"$tmp/.stderr")" = 1 ] || why+=("expected one line on stderr")
  [[ $line =~ $begins ]] || why+=("expected the line to begin with the command")
  [[ $line =~ $2 ]] || why+=("expected on stderr: $2")
  [ ! -s "$tmp/.stdout" ] || why+=("expected nothing on stdout")
  if [ ${#why[@]} = 0 ]; then pass "$3"; else fail "$3" "${why[@]}" && told "${@:4}"; fi
}

is() { # is NAME GOT EXPECTED
  if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got:" "$2" "expected:" "$3"; fi
}

like() { # like NAME GOT REGEX (extended)
  if [[ $2 =~ $3 ]]; then pass "$1"; else fail "$1" "got:" "$2" "expected to match:" "$3"; fi
}

same() { # same NAME FILE EXPECTED_FILE: byte for byte
  if cmp -s "$2" "$3"; then pass "$1"; else fail "$1" "$(diff -a "$3" "$2" 2>&1 | head -n 20)"; fi
}

absent() { # absent NAME PATH...: nothing is there
  local path
  for path in "${@:2}"; do
    if [ -e "$path" ] || [ -L "$path" ]; then fail "$1" "is there: $path" && return; fi
  done
  pass "$1"
}

skip() { # skip NAME REASON: counts as passed, but says so
  n_checks=$((n_checks + 1))
  printf 'ok %d - %s # SKIP %s\n' "$n_checks" "$1" "$2"
  note "skipped in $0: $1: $2"
}

skip_all() { # skip_all REASON: the whole file; before any check
  printf '1..0 # SKIP %s\n' "$1"
  exit 0
}

bail() { # bail REASON: this file cannot go on, and has failed
  fail "$1"
  done_testing
}

needs() { # needs PROGRAM...: skip the whole file where one is missing
  local program
  for program in "$@"; do command -v "$program" >/dev/null || skip_all "$program is not installed"; done
}

done_testing() { # the last line of every test
  printf '1..%d\n' "$n_checks"
  exit $((n_failed > 0))
}
