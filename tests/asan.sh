#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# asan.sh build: makes build-asan/ with the address and undefined-behaviour sanitizers.
# asan.sh errors|run|inspect|bad-input: runs the tests of that name with it; all but the first and last as root.
set -eu
cd "$(dirname "$0")/.."
# What a sanitizer finds gives status 97, which no test expects; memory that nothing points to any more at the end
# is a finding, too.
export ASAN_OPTIONS=exitcode=97:allocator_may_return_null=1
export UBSAN_OPTIONS=halt_on_error=1:exitcode=97:print_stacktrace=1
case $1 in
build)
	[ -f build-asan/build.ninja ] ||
		meson setup build-asan -Db_sanitize=address,undefined -Dbuildtype=debug -Doptimization=1 >/dev/null
	ninja -C build-asan --quiet all units ;;
errors)
	build/tests/test-runner -e -x 4 -j 2 -n asan/ -s build-asan/sonde -p build/tests/progs tests/errors ;;
run)
	build/tests/test-runner -x 6 -n asan/ -s build-asan/sonde -p build/tests/progs tests/run ;;
inspect)
	for script in tests/inspect/*.sh; do
		[ "${script##*/}" = kit.sh ] || SONDE=$PWD/build-asan/sonde timeout 600 sh "$script" ||
			echo "not ok ${script##*/}: ended with status $?"
	done | sed -E 's/^(ok|not ok|skip) /&asan\//' ;;
bad-input)
	sh tests/bad_input.sh "$PWD/build-asan/sonde"
	sh tests/bad_world.sh "$PWD/build-asan/sonde" ;;
esac
