#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# asan.sh build: makes build-asan/ with the address and undefined-behaviour sanitizers.
# asan.sh errors: runs the tests of diagnostics with it.
set -eu
cd "$(dirname "$0")/.."
# What a sanitizer finds gives status 97, which no test expects. What is left at exit is no fault:
# the arena of a script lives as long as the process.
export ASAN_OPTIONS=exitcode=97:detect_leaks=0:allocator_may_return_null=1
export UBSAN_OPTIONS=halt_on_error=1:exitcode=97:print_stacktrace=1
case $1 in
build)
	[ -f build-asan/build.ninja ] ||
		meson setup build-asan -Db_sanitize=address,undefined -Dbuildtype=debug -Doptimization=1 >/dev/null
	ninja -C build-asan --quiet all units ;;
errors)
	build/tests/test-runner -e -x 4 -j 2 -n asan/ -s build-asan/sonde -p build/tests/progs tests/errors ;;
bad-input)
	sh tests/bad_input.sh "$PWD/build-asan/sonde"
	sh tests/bad_world.sh "$PWD/build-asan/sonde" ;;
esac
