#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm.sh SUITE[-arm64]: runs the scripts of tests/run in a virtual machine with that suite's kernel.
# Prints "ok", "not ok" and "skip" lines as every stage of the tests does.
set -u
cd "$(dirname "$0")/.." || exit
stage_name=vm kernel=$1
. tests/vm_kit.sh
gather_progs

# Scripts that were compiled here, for kernels that are not.
mkdir "$stage/objects"
for script in tests/vm/objects/*.bt; do
	[ $arch = x86_64 ] || break
	name=$(basename "$script" .bt)
	cp "$script" "$stage/objects/"
	(cd $build/tests && ../../$build/sonde build "../../$script" -o "$stage/objects/$name.bpf.o") || fail "cannot build $script"
done

# Tests work in /tmp, on a disk of its own.
# Emulated code runs about five times slower.
# shellcheck disable=SC2086
tests/vm/vm-run --arch $arch --kernel "$suite" --timeout "${VM_TIMEOUT:-1800}" $rootfs --disk 256:ext4 --modprobe loop \
	--file $build/sonde.stripped:/root/sonde --file $build/tests/test-runner --file "$stage/progs" \
	--file tests/run:/root/run --file "$stage/objects" -- \
	sh -c "mount -t ext4 /dev/vda /tmp && exec ./test-runner -v -l -x 5 -n '$version/' -s ./sonde -p progs ${VM_SCRIPTS:-run objects}" \
	2>"$stage/err"
code=$?
# 124: timed out, 125: the guest died or its kernel logged an oops or a warning.
case $code in
0 | 1) ;;
*) echo "not ok vm/$kernel: vm-run ended with status $code"; tail -n 60 "$stage/err" | sed 's/^/# /' ;;
esac
exit $code
