#!/usr/bin/env bash
# The tests of what is computed, run by the program as built for another kind of processor: 32 bits, or the other byte order.
#
#   tests/torture/foreign.sh i386|s390x [TEST...]
#
# Needs the cross compiler and qemu-user (`make deps GROUP=foreign`). The foreign libraries are Debian's own, unpacked into
# $BUILD/foreign/ARCH/root: nothing is installed, and apt keeps its lists there too. The tests themselves run here, in this
# machine's Python; only the program and the units are foreign. Where the kernel runs 32-bit programs qemu is not used.
set -euo pipefail
cd "$(dirname "$0")/../.."

packages='libc6-dev libhdf5-dev libgsl-dev libcjson-dev libzip-dev zlib1g-dev libdeflate-dev libxxhash-dev libpopt-dev libcsv-dev
          libcurl4-openssl-dev libssl-dev check'
case ${1:-} in
i386) triplet=i386-linux-gnu compiler=i686-linux-gnu-gcc emulator=qemu-i386 flags="-msse2 -mfpmath=sse" ;;
s390x) triplet=s390x-linux-gnu compiler=s390x-linux-gnu-gcc emulator=qemu-s390x flags= ;;
*)
  sed -n 's/^#   //p' "$0" >&2
  exit 2
  ;;
esac
arch=$1
shift
for program in $compiler $emulator; do
  command -v "$program" >/dev/null || { echo "$program is not installed: make deps GROUP=foreign" >&2; exit 1; }
done

home=${BUILD:-build}/foreign/$arch
mkdir -p "$home"
home=$(realpath "$home")
root=$home/root

# An apt of its own, for that architecture alone: it sees this machine's sources and keys, and believes nothing is installed.
apt_of_its_own() {
  apt-get -qq -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o APT::Install-Recommends=false \
    -o Dir::State="$home/apt/state" -o Dir::State::status="$home/apt/status" -o Dir::Cache="$home/apt/cache" \
    -o APT::Sandbox::User= -o Debug::NoLocking=1 -o pkgCacheGen::Essential=none "$@"
}

if [ ! -e "$root/complete" ]; then
  echo "unpacking Debian's libraries for $arch into $root"
  rm -rf "$root"
  mkdir -p "$home/apt/state/lists/partial" "$home/apt/cache/archives/partial" "$root/usr/lib"
  : >"$home/apt/status"
  apt_of_its_own update || echo "not all lists of packages could be had: going on with the others"
  # shellcheck disable=SC2086 # a list of words
  apt_of_its_own --download-only --yes install $packages
  ln -s usr/lib "$root/lib" # libraries of /lib and of /usr/lib are in one folder, as on an installed system
  for package in "$home"/apt/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$root" --exclude='./usr/share/doc*'
  done
  find "$root" -lname '/*' | while IFS= read -r link; do # the linker shall not look outside
    ln -sfn "$root$(readlink "$link")" "$link"
  done
  rm -rf "$home/apt"
  touch "$root/complete"
fi

export PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$root/usr/lib/$triplet/pkgconfig:$root/usr/share/pkgconfig
make -j"$(nproc)" program tests BUILD="$home/build" CC="$compiler" CFLAGS="-O2 -g --sysroot=$root $flags" \
  LDFLAGS="-Wl,-rpath-link,$root/usr/lib/$triplet"
