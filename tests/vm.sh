#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm.sh SUITE[-arm64]: runs the scripts of tests/run in a virtual machine with that suite's kernel.
# Prints "ok", "not ok" and "skip" lines as every stage of the tests does.
set -u
cd "$(dirname "$0")/.." || exit
kernel=$1
suite=${kernel%%-*}
build=build arch=x86_64 qemu=qemu-system-x86_64
case $kernel in *-arm64) build=build-aarch64 arch=aarch64 qemu=qemu-system-aarch64 ;; esac

skip() { echo "skip vm/$kernel: $*"; exit 0; }
fail() { echo "not ok vm/$kernel: $*"; exit 1; }

for tool in "$qemu" cpio modprobe xzcat zstdcat dpkg-deb apt-get; do
	command -v "$tool" >/dev/null 2>&1 || skip "$tool is not installed"
done
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
mkdir "$stage/progs"
for prog in "$build"/tests/progs/*; do
	case $prog in *-shared) continue ;; esac
	[ -d "$prog" ] || cp "$prog" "$stage/progs/"
done

# Scripts that were compiled here, for kernels that are not.
mkdir "$stage/objects"
for script in tests/vm/objects/*.bt; do
	[ $arch = x86_64 ] || break
	name=$(basename "$script" .bt)
	cp "$script" "$stage/objects/"
	(cd $build/tests && ../../$build/sonde build "../../$script" -o "$stage/objects/$name.bpf.o") || fail "cannot build $script"
done

# Emulated code runs about five times slower.
tests/vm/vm-run --arch $arch --kernel "$suite" --timeout "${VM_TIMEOUT:-600}" \
	--file $build/sonde.stripped:/root/sonde --file $build/tests/test-runner --file "$stage/progs" \
	--file tests/run:/root/run --file "$stage/objects" -- \
	./test-runner -v -l -x 5 -n "$version/" -s ./sonde -p progs ${VM_SCRIPTS:-run objects} 2>"$stage/err"
code=$?
# 124: timed out, 125: the guest died or its kernel logged an oops or a warning.
case $code in
0 | 1) ;;
*) echo "not ok vm/$kernel: vm-run ended with status $code"; tail -n 60 "$stage/err" | sed 's/^/# /' ;;
esac
exit $code
