#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tools.sh [KERNEL...]: what the tools do on each kernel. In a virtual machine with it: what "sonde tools" says, the
# tools' own tests, and a start of every tool with each of its options. The results are kept as build/tools-KERNEL, and
# docs/tools-kernels.md is made of those that are there. With SHORT=1 only the tools' plain starts, and no page is made.
# Prints "ok", "not ok" and "skip" lines.
set -u
cd "$(dirname "$0")/.." || exit
stage_name=tools
kernels='bullseye bookworm trixie sid trixie-arm64'

# In the guest.
in_guest='
mount -t ext4 /dev/vda /tmp
echo "kernel $version"
./sonde tools --json
[ "$short" ] || ./test-runner -v -x 5 -n "" -s ./sonde -p progs run
sh ./try.sh /root/sonde starts
'

# run KERNEL
run() (
	kernel=$1
	. tests/vm_kit.sh
	mkdir -p "$stage/progs" "$stage/run"
	for prog in "$build"/tests/progs/*; do
		[ -d "$prog" ] || case $prog in *-shared) ;; *) cp "$prog" "$stage/progs/" ;; esac
	done
	cp -r tests/run/tool "$stage/run/"
	awk -f tests/tools/starts.awk tools/*.bt >"$stage/starts"
	[ ! "${SHORT-}" ] || awk '$1 != last { print; last = $1 }' "$stage/starts" >"$stage/short"
	[ ! "${SHORT-}" ] || mv "$stage/short" "$stage/starts"
	rootfs=
	[ $arch != "$(uname -m)" ] || rootfs=--rootfs
	# The modules whose functions and events the tools look for.
	# shellcheck disable=SC2086
	tests/vm/vm-run --arch $arch --kernel "$suite" --timeout "${VM_TIMEOUT:-2400}" $rootfs --disk 256:ext4 \
		--modprobe loop --modprobe ext4 --modprobe xfs --modprobe btrfs --modprobe nfs --modprobe fuse --modprobe md_mod \
		--file $build/sonde.stripped:/root/sonde --file $build/tests/test-runner --file "$stage/progs" --file "$stage/run" \
		--file tests/tools/try.sh --file "$stage/starts" -- \
		env version="$version" short="${SHORT-}" sh -c "$in_guest" >"$stage/results" 2>"$stage/err" || {
		echo "not ok tools/$kernel: vm-run ended with status $?"
		tail -n 30 "$stage/err" | sed 's/^/# /'
	}
	cp "$stage/results" "build/tools-$kernel"
)

# Each line of the results as every stage of the tests has it.
report() {
	awk -F'\t' -v k="$1" '
		/^(ok|skip) / { print $1 " " k "/" substr($0, index($0, " ") + 1) }
		/^not ok / { print "not ok " k "/" substr($0, 8) }
		$1 == "start" { print "ok " k "/start " $2 " " $3 }
		$1 == "refused" { print "not ok " k "/start " $2 " " $3 ": " $4 }
	' "build/tools-$1"
}

for k in ${*:-$kernels}; do
	run "$k"
	report "$k"
done
[ "${SHORT-}" ] && exit
results=
for k in $kernels; do [ ! -s "build/tools-$k" ] || results="$results build/tools-$k"; done
# shellcheck disable=SC2086
awk -f tests/tools/table.awk $results >build/tools-kernels.md && cp build/tools-kernels.md docs/tools-kernels.md
