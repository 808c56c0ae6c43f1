#!/usr/bin/env bash
# The sources elsewhere: as strict C11 by gcc and clang, against musl's headers, and from a tarball that knows no git, built by
# make -j in a folder with blanks and UTF-8 in its name, where check-fast passes.
#
# musl: `make deps GROUP=dev` (musl-tools); skipped aloud without. Only our own code is held against it, for Debian's other
# libraries are made for glibc: their headers are lent, none of glibc's.
set -euo pipefail
cd "$(dirname "$0")/../.."
tmp=$(mktemp -d "${TMPDIR:-/tmp}/hyperlist-portable.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
build=${BUILD:-build}

sources=()
for source in src/*/*.c analysis/*.c; do [[ $source == *ranks_mpi.c ]] || sources+=("$source"); done
ours=(-std=c11 -pedantic -Wall -Wextra -Werror -fsyntax-only -Iinclude -Isrc -iquote . "-I$build/src" -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE)
hdf5=$(pkg-config --exists hdf5 && echo hdf5 || echo hdf5-serial)
mapfile -t system < <(pkg-config --cflags "$hdf5" libcjson | tr ' ' '\n' | sed -n 's/^-I/-isystem/p')

all() { # all NAME COMPILER FLAGS...: every source
  local source failed=0
  for source in "${sources[@]}"; do "${@:2}" "${ours[@]}" "$source" || { failed=$((failed + 1)); echo "$1: $source"; }; done
  printf '%s: %d of %d sources\n' "$1" $((${#sources[@]} - failed)) ${#sources[@]}
  [ "$failed" = 0 ]
}

make -s -j"$(nproc)" program
for compiler in gcc clang; do
  if command -v $compiler >/dev/null; then all "strict C11, $compiler" $compiler "${system[@]}"; else echo "skipped: no $compiler"; fi
done

if command -v musl-gcc >/dev/null; then
  lent=$tmp/lent
  mkdir -p "$lent/openssl"
  for header in gsl zip.h zipconf.h zlib.h zconf.h libdeflate.h xxhash.h popt.h csv.h cjson linux asm-generic; do ln -s "/usr/include/$header" "$lent"; done
  for header in asm curl; do ln -s "/usr/include/$(gcc -print-multiarch)/$header" "$lent"; done
  ln -sf /usr/include/openssl/* "/usr/include/$(gcc -print-multiarch)"/openssl/* "$lent/openssl"
  all musl musl-gcc -isystem "$lent" -isystem "/usr/include/${hdf5/hdf5-serial/hdf5/serial}" -isystem /usr/include/hdf5/serial
else
  echo 'skipped: no musl-gcc'
fi

tarball=$(make -s dist)
place="$tmp/a place, für Umlaute"
mkdir -p "$place"
tar -xzf "$tarball" -C "$place" --strip-components=1
env -u MAKEFLAGS -u MFLAGS make -s -C "$place" -j8 all tests
env -u MAKEFLAGS -u MFLAGS make -s -C "$place" check-fast
echo 'a tarball in a folder with blanks and UTF-8: built, check-fast passed'
