#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh [--all] [STAGE...]: runs the tests of build/ (made by ./dev test); tests/README.md.
# Stages: unit check errors run inspect browser asan vm asan-run vm-inspect (the last two only if named, or with --all).
# Each prints "ok NAME", "not ok NAME: why" and "skip NAME: why" lines, and "#" lines of detail; only what is not ok is shown. The last line is
# "N passed, N failed, N skipped"; the full log is build/test.log.
set -u
cd "$(dirname "$0")/.." || exit
all=
case ${1-} in --all) all=1; shift ;; esac
stages=${*:-unit check errors run inspect browser asan vm${all:+ asan-run vm-inspect}}
log=build/test.log
: >"$log"
export SONDE="$PWD/build/sonde"

# stage NAME COMMAND...: runs it, shows what matters. A command that fails says why, or dies here.
stage() {
	stage_name=$1; shift
	started=$(date +%s)
	"$@" >"build/test.$stage_name" 2>&1 </dev/null
	code=$?
	if [ $code -ne 0 ] && ! grep -q '^not ok' "build/test.$stage_name"; then
		echo "not ok $stage_name: ended with status $code" >>"build/test.$stage_name"
	fi
	report "$stage_name" $(($(date +%s) - started))
}

# report NAME SECONDS: shows a stage's failures with their details, skips and counts.
report() {
	cat "build/test.$1" >>"$log"
	awk -v name="$1" -v seconds="$2" '
		/^ok/ { ok++; shown = 0; held = "" }
		/^not ok/ { bad++; shown = 1; printf "%s", held; held = ""; print }
		/^skip/ { skipped++; shown = 0; held = ""; print }
		!/^(ok|not ok|skip) / { if (shown) print; else held = held $0 "\n" }
		END { printf "== %s: %d passed, %d failed, %d skipped in %d s\n", name, ok, bad, skipped, seconds }
	' "build/test.$1"
}

# units FOLDER PREFIX
units() {
	for unit in "$1"/unit-*; do
		if [ ! -x "$unit" ] || [ -d "$unit" ]; then continue; fi
		name=$2${unit##*/unit-}
		if text=$(timeout 120 "$unit" 2>&1); then
			echo "ok $name"
		else
			echo "not ok $name: status $?"; echo "$text" | tail -n 60 | sed 's/^/# /'
		fi
	done
}

checks() {
	for check in tests/check/*.sh; do sh "$check" || :; done
}

# scripts FOLDER [OPTION...]: the scripts of a folder, on this kernel
scripts() {
	folder=$1; shift
	if [ ! -x "$SONDE" ]; then echo "not ok $folder: there is no $SONDE"; return; fi
	[ -d "tests/$folder" ] || return 0
	build/tests/test-runner -s "$SONDE" -p build/tests/progs "$@" "tests/$folder"
}

native() {
	if [ "$(id -u)" -ne 0 ]; then echo "skip run: not root"; return; fi
	scripts run
}

# bpftool's commands: each file a test of a noun.
introspection() {
	if [ "$(id -u)" -ne 0 ]; then echo "skip inspect: not root"; return; fi
	for script in tests/inspect/*.sh; do
		[ "${script##*/}" = kit.sh ] || timeout 300 sh "$script" ||
			echo "not ok inspect/${script##*/}: ended with status $?"
	done
}

# The same input that must give good messages, under the address and undefined-behaviour sanitizers.
sanitized() {
	if ! sh tests/asan.sh build; then echo "not ok asan: does not build"; return; fi
	units build-asan unit-asan/
	[ -x build-asan/sonde ] || { echo "not ok asan: there is no build-asan/sonde"; return; }
	[ ! -d tests/errors ] || sh tests/asan.sh errors
	sh tests/asan.sh bad-input
}

# Every script and command under the sanitizers, on this kernel.
sanitized_run() {
	if [ "$(id -u)" -ne 0 ]; then echo "skip asan-run: not root"; return; fi
	if ! sh tests/asan.sh build; then echo "not ok asan-run: does not build"; return; fi
	sh tests/asan.sh run
	sh tests/asan.sh inspect
}

# Kernels to test besides this one: one older, one newer; --all: every one that the rig knows well.
kernels='bookworm sid'
[ ! "$all" ] || kernels='bullseye bookworm trixie sid trixie-arm64'

# Two guests at a time, beside whatever else runs.
guests() {
	running=0
	for k in $kernels; do
		sh tests/vm.sh "$k" >"build/test.vm-$k.part" 2>&1 </dev/null &
		running=$((running + 1))
		[ $((running % 2)) -ne 0 ] || wait
	done
	wait
	for k in $kernels; do cat "build/test.vm-$k.part"; done
}

# bpftool's commands on kernels before and after this one, and another machine's code.
inspected_guests() {
	for k in bullseye bookworm sid trixie-arm64; do sh tests/vm_inspect.sh "$k"; done
}

for s in $stages; do
	case $s in
	unit) stage unit units build unit/ ;;
	check) stage check checks ;;
	errors) stage errors scripts errors -e -j 2 ;;
	run) stage run native ;;
	inspect) stage inspect introspection ;;
	browser) stage browser sh tests/browser.sh ;;
	asan) stage asan sanitized ;;
	asan-run) stage asan-run sanitized_run ;;
	vm) stage vm guests ;;
	vm-inspect) stage vm-inspect inspected_guests ;;
	*) echo "run.sh: no stage '$s'" >&2; exit 2 ;;
	esac
done

awk '/^ok/ { ok++ } /^not ok/ { bad++ } /^skip/ { skipped++ }
END {
	printf "%d passed, %d failed, %d skipped\n", ok, bad, skipped
	exit bad > 0 || ok == 0
}' "$log"
