#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm_inspect.sh SUITE[-arm64]: runs the tests of bpftool's commands in a virtual machine with that suite's kernel,
# on this machine's files; on another architecture dumps machine code there and judges it here. Objects that
# tests/inspect made on this machine are taken. Prints "ok", "not ok" and "skip" lines.
set -u
cd "$(dirname "$0")/.." || exit
stage_name=vm-inspect kernel=$1
. tests/vm_kit.sh

# In the guest: each noun's test, its lines named after the kernel. Hundreds of comparisons with a bpftool that older
# kernels give trouble to are this machine's.
in_guest='
cd /mnt || exit
export SONDE=/root/sonde SONDE_TEST_NATIVE=
release=$(uname -r | sed "s/^\([0-9]*\.[0-9]*\).*/\1/")
for t in tests/inspect/*.sh; do
	case $t in */kit.sh | */jited.sh | */compare.sh) continue ;; esac
	# A fault of the kernel of 7.2: what it shows of a mount that delegates ends in a warning of its own.
	case $release:$t in 7.2:*/token.sh) echo "skip inspect/token: this kernel warns of its own list of mounts"; continue ;; esac
	timeout 600 sh "$t" 2>&1 || echo "not ok inspect/${t##*/}: ended with status $?"
done | sed "s| inspect/| inspect-$release/|"
'

# Loads objects in the guest and holds what its compiler made of them against llvm-objdump here.
judge_arm64() {
	tests/vm/vm-run --arch aarch64 --kernel "$suite" --timeout "${VM_TIMEOUT:-900}" \
		--file $build/sonde.stripped:/root/sonde --file "$stage/objects" --file tests/inspect/jited.sh -- \
		env SONDE=/root/sonde sh jited.sh dump objects >"$stage/dump" 2>"$stage/err"
}

case $kernel in
*-arm64)
	sh tests/inspect/jited.sh objects "$stage/objects"
	judge_arm64 && sh tests/inspect/jited.sh judge aarch64 "$stage/dump" | sed "s| inspect/| inspect-$version/|"
	;;
*)
	tests/vm/vm-run --kernel "$suite" --rootfs --share "$PWD" --timeout "${VM_TIMEOUT:-1800}" --append lsm=lockdown,yama,bpf \
		--file $build/sonde.stripped:/root/sonde -- sh -c "$in_guest" 2>"$stage/err"
	;;
esac
code=$?
[ $code -eq 0 ] || { echo "not ok vm-inspect/$kernel: vm-run ended with status $code"; tail -n 60 "$stage/err" | sed 's/^/# /'; }
