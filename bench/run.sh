#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh [NAME...]: builds the benchmarks and runs them, as root: start event stream readout; corpus, compile, memleak,
# opensnoop, introspection or tools alone.
# From the environment: SONDE and BPFTRACE, the programs; BENCH_BUILD, where to build.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
here=$root/bench
sonde=${SONDE:-$root/build/sonde}
[ "${SONDE-}" ] || [ ! -x "$sonde.stripped" ] || sonde=$sonde.stripped
out=${BENCH_BUILD:-$root/build/bench}

die() { echo "bench: $*" >&2; exit 1; }

# stale TARGET SOURCE...: is it older than one of them?
stale() {
	than=$1; shift
	[ -f "$than" ] || return 0
	for s; do [ ! "$(find "$s" -newer "$than")" ] || return 0; done
	return 1
}

compile() {
	# shellcheck disable=SC2046,SC2086
	${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wno-unused-parameter \
		-Wno-missing-field-initializers -Wno-sign-compare \
		-static "$@" $(pkg-config --static --libs libbpf) -lm
}

build_limit() {
	arch=$(cc -print-multiarch 2>/dev/null || :)
	for source in "$here"/limit/*.bpf.c; do
		object=$out/$(basename "$source" .c).o
		! stale "$object" "$source" "$here"/limit/*.h ||
			clang -O2 -g -target bpf -Wall ${arch:+-I/usr/include/$arch} \
				-c "$source" -o "$object"
	done
	! stale "$out/limit" "$here/limit/limit.c" "$here/limit/stream.h" ||
		compile -o "$out/limit" "$here/limit/limit.c"
}

# What is measured by compiling alone.
case " $* " in *" corpus "*)
	sh "$here/corpus/fill.sh" >"$out.table" && mv "$out.table" "$here/corpus/corpus.table"
	exit ;;
*" compile "*)
	[ -x "$sonde" ] || die "$sonde is not built"
	exec sh "$here/compile.sh" "$sonde" ;;
esac

[ "$(id -u)" -eq 0 ] || die "tracing needs root"
[ -x "$sonde" ] || die "$sonde is not built"
case " $* " in
*" memleak "*) exec sh "$here/memleak.sh" "$sonde" ;;
*" opensnoop "*) exec sh "$here/opensnoop.sh" "$sonde" ;;
*" introspection "*) exec sh "$here/introspection.sh" "$sonde" ;;
esac
mkdir -p "$out"
! stale "$out/bench" "$here"/*.[ch] || compile -o "$out/bench" "$here"/*.c

set -- -- "$@"
if command -v clang >/dev/null 2>&1; then
	build_limit
	set -- -l "$out/limit" "$@"
else
	echo "bench: without clang there is no C program to compare with" >&2
fi
if peer=$(command -v "${BPFTRACE:-bpftrace}"); then
	version=$("$peer" --version 2>/dev/null | sed -n 's/^bpftrace v*//p')
	set -- -p "$peer" -n "bpftrace ${version:-?}" "$@"
else
	echo "bench: bpftrace is not installed" >&2
fi
exec "$out/bench" -o "$sonde" -s "$here/scripts" "$@"
