#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tools.sh [KERNEL...]: what the tools do on each kernel. In virtual machines with it: what "sonde tools" says (the part
# "list"), the tools' own tests ("tests"), and a start of every tool with each of its options ("starts"; with SHORT=1 only
# a plain one). PARTS names the parts to be done, all without it; TESTS names tests that are done once more. The results
# are kept as build/tools-KERNEL.PART, and docs/tools-kernels.md is made of those that are there. Prints "ok", "not ok"
# and "skip" lines.
set -u
cd "$(dirname "$0")/.." || exit
stage_name=tools
kernels='bullseye bookworm trixie sid trixie-arm64'
parts=${PARTS:-list tests starts}

# In the guest. The modules are those whose functions and events the tools look for.
in_guest='
for module in ext4 xfs btrfs f2fs nfs fuse md_mod; do modprobe $module 2>/dev/null; done
mount -t ext4 /dev/vda /tmp
echo "kernel $version"
case $part in
list)
	exec ./sonde tools --json ;;
tests)
	exec ./test-runner -v -x 5 -n "" -s ./sonde -p progs run ;;
starts)
	exec sh ./try.sh /root/sonde /root/starts ;;
esac
'

# In $stage: what the guest is given.
gather() {
	gather_progs
	mkdir "$stage/run"
	mkdir "$stage/run/tool"
	for name in ${TESTS:-$(cd tests/run/tool && ls)}; do cp "tests/run/tool/${name%.bt}.bt" "$stage/run/tool/"; done
	awk -f tests/tools/starts.awk tools/*.bt | awk -v short="${SHORT-}" '!short || $1 != last; { last = $1 }' >"$stage/starts"
}

# run KERNEL PART
run() (
	kernel=$1
	. tests/vm_kit.sh
	gather
	# A test that failed makes 1 of it.
	# shellcheck disable=SC2086
	tests/vm/vm-run --arch $arch --kernel "$suite" --timeout "${VM_TIMEOUT:-2400}" $rootfs --disk 256:ext4 --modprobe loop \
		--file $build/sonde.stripped:/root/sonde --file $build/tests/test-runner --file "$stage/progs" --file "$stage/run" \
		--file tests/tools/try.sh --file "$stage/starts" -- \
		env version="$version" part="$2" sh -c "$in_guest" >"$stage/results" 2>"$stage/err"
	code=$?
	[ $code -le 1 ] || {
		echo "not ok tools/$kernel: vm-run ended with status $code"
		tail -n 30 "$stage/err" | sed 's/^/# /'
	}
	[ "${TESTS-}" ] || : >"build/tools-$kernel.$2"
	cat "$stage/results" >>"build/tools-$kernel.$2"
)

# Each line of the results as every stage of the tests has it.
report() {
	awk -F'\t' -v k="$1" '
		/^(ok|skip) / { sub(/ /, " " k "/"); print }
		/^not ok / { sub(/^not ok /, "not ok " k "/"); print }
		$1 == "start" { print "ok " k "/start " $2 " " $3 }
		$1 == "refused" { print "not ok " k "/start " $2 " " $3 ": " $4 }
	' "build/tools-$1.$2"
}

for k in ${*:-$kernels}; do
	for part in $parts; do
		run "$k" "$part"
		report "$k" "$part"
	done
done
results=
for k in $kernels; do
	for part in list tests starts; do
		[ ! -s "build/tools-$k.$part" ] || results="$results build/tools-$k.$part"
	done
done
# shellcheck disable=SC2086
awk -f tests/tools/table.awk $results >build/tools-kernels.md && cp build/tools-kernels.md docs/tools-kernels.md
