#!/usr/bin/env bash
# The outputs of every command (tests/cli/outputs.py), HDF5 files included, are the same bytes from gcc and clang, without any
# optimization and with all that this processor can do, and built and run in a folder with blanks and UTF-8 in its name.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
tmp=$(mktemp -d "${TMPDIR:-/tmp}/hyperlist-compilers.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

digest() { # digest NAME PROGRAM: of each output
  /usr/bin/python3 -B "$root/tests/cli/outputs.py" "$2" "$tmp/outputs $1" >"$tmp/$1.digest"
  rm -rf "$tmp/outputs $1"
}

failed=0 first=
agree() { # agree NAME: its outputs are those of the first
  [ -n "$first" ] || first=$1
  if diff "$tmp/$first.digest" "$tmp/$1.digest"; then
    printf '%s: the same bytes as %s in %d outputs\n' "$1" "$first" "$(wc -l <"$tmp/$1.digest")"
  else
    failed=1
  fi
}

for build in 'gcc -O2' 'gcc -O0' 'gcc -O3 -march=native' 'clang -O0' 'clang -O3 -march=native'; do
  compiler=${build%% *}
  command -v "$compiler" >/dev/null || { echo "skipped: $build: no $compiler"; continue; }
  env -u MAKEFLAGS -u MFLAGS make -s -j"$(nproc)" program BUILD="$tmp/build" CC="$compiler" CFLAGS="${build#* }" >/dev/null
  digest "$build" "$tmp/build/hyperlist"
  agree "$build"
  rm -rf "$tmp/build"
done

place="$tmp/ein Ordner für 日本"
mkdir "$place"
git ls-files -z 2>/dev/null | grep -zvE '^tests/(fuzz/corpus|bench)/' | tar --null -T - -cf - | tar -xf - -C "$place"
env -u MAKEFLAGS -u MFLAGS make -s -j"$(nproc)" -C "$place" program CC=gcc CFLAGS=-O2 >/dev/null
digest 'elsewhere' "$place/build/hyperlist"
agree 'elsewhere'
exit "$failed"
