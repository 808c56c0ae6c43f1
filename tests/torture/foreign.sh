#!/usr/bin/env bash
# 32 bits, and the other byte order: where the cross compilers are (`make deps GROUP=foreign`).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
failed=0
for arch in i386 s390x; do
  if command -v "qemu-$arch" >/dev/null; then
    tests/foreign/run "$arch" || failed=1
  else
    echo "skipped: $arch: qemu-user is not installed: make deps GROUP=foreign"
  fi
done
exit "$failed"
