#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh ARCH: a static binary, the test runner and the test programs for another architecture,
# in build-ARCH/. Status 3: the libraries could not be downloaded.
set -eu
cd "$(dirname "$0")/../.."
arch=$1
case $arch in
aarch64) deb=arm64 ;;
*) echo "build.sh: no cross file for '$arch'" >&2; exit 2 ;;
esac
# Libraries of the suite that the cross compiler is from: newer ones do not link with its C library.
# shellcheck disable=SC1091
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
cache=${VM_CACHE:-$PWD/.vm-cache}
sysroot=$cache/sysroot-$arch
packages='libbpf-dev libelf-dev libdw-dev libiberty-dev zlib1g-dev liblzma-dev libbz2-dev'
if [ "$(cat "$sysroot/done" 2>/dev/null)" != "$packages" ]; then
	rm -rf "$sysroot"
	# shellcheck disable=SC2086
	tests/vm/kernels unpack "$suite-$deb" "$sysroot" $packages || exit 3
	echo "$packages" >"$sysroot/done"
fi
if [ ! -f "build-$arch/build.ninja" ]; then
	# The cross file's constants, as the place of the libraries is known only now.
	mkdir -p "build-$arch"
	printf "[constants]\nsysroot = '%s'\n" "$sysroot" >"build-$arch/sysroot.ini"
	meson setup "build-$arch" --cross-file "build-$arch/sysroot.ini" --cross-file "scripts/cross/$arch.ini"
fi
ninja -C "build-$arch" --quiet all progs tests/test-runner
