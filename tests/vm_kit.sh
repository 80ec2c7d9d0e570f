# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests in virtual machines share. In: $stage_name, $kernel (SUITE[-arm64]). Out: the kernel and the programs
# are ready, or the test ends with a "skip" or "not ok" line. $suite and $arch name the machine, $version its kernel
# ("6.1", "6.12-aarch64"); $build has the programs for it, $stage is a folder that is gone at the end. $rootfs is the
# option that gives the guest this machine's files, empty where it cannot run them.
suite=${kernel%%-*}
build=build arch=x86_64 qemu=qemu-system-x86_64
rootfs=--rootfs
[ "$(uname -m)" = x86_64 ] || rootfs=
case $kernel in *-arm64) build=build-aarch64 arch=aarch64 qemu=qemu-system-aarch64 rootfs= ;; esac

skip() { echo "skip $stage_name/$kernel: $*"; exit 0; }
fail() { echo "not ok $stage_name/$kernel: $*"; exit 1; }

for tool in "$qemu" cpio modprobe xzcat zstdcat dpkg-deb apt-get; do
	command -v "$tool" >/dev/null 2>&1 || skip "$tool is not installed"
done
[ -x /sbin/mkfs.ext4 ] || skip "mkfs.ext4 is not installed"
dir=$(tests/vm/kernels fetch "$kernel" 2>build/"vm-$kernel.log") || {
	sed 's/^/# /' build/"vm-$kernel.log"
	skip "its kernel cannot be downloaded"
}
if [ $build = build-aarch64 ]; then
	command -v aarch64-linux-gnu-gcc >/dev/null 2>&1 || skip "aarch64-linux-gnu-gcc is not installed"
	sh scripts/cross/build.sh aarch64 >build/cross.log 2>&1 || {
		code=$?
		tail -n 30 build/cross.log | sed 's/^/# /'
		[ $code -ne 3 ] || skip "the libraries for aarch64 cannot be downloaded"
		fail "the cross build failed"
	}
fi
[ -f $build/sonde.stripped ] || fail "there is no $build/sonde.stripped"

# "6.1" of "6.1.0-56-amd64"
version=$(sed 's/^\([0-9]*\.[0-9]*\).*/\1/' "$dir/release")
[ $arch = x86_64 ] || version=$version-$arch

stage=$(mktemp -d) || exit
trap 'rm -rf "$stage"' EXIT

# gather_progs: the test programs, in $stage/progs.
gather_progs() {
	mkdir "$stage/progs"
	for prog in "$build"/tests/progs/*; do
		case $prog in *-shared) continue ;; esac
		[ -d "$prog" ] || cp "$prog" "$stage/progs/"
	done
}
