# SPDX-License-Identifier: GPL-2.0-or-later
# To be sourced: programs of traced/ that measure themselves while a tool traces them, in $work.
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkfifo "$work/go" "$work/said"

traced_build() { ${CC:-cc} -O1 -fno-omit-frame-pointer -o "$work/$1" "$here/traced/$1.c"; }

# traced NAME CALLS [TRACER...]: ns a call; the tracer is given the process and a second to attach. What it prints
# is in $work/out then.
traced() {
	name=$1 calls=$2; shift 2
	"$work/$name" "$calls" <"$work/go" >"$work/said" &
	traced=$!
	exec 3>"$work/go" 4<"$work/said"
	read -r _ <&4
	tracer=
	if [ $# -gt 0 ]; then
		"$@" -p $traced >"$work/out" 2>"$work/err" &
		tracer=$!
		sleep 1
	fi
	echo >&3
	read -r ns <&4
	exec 3>&- 4<&-
	wait $traced
	[ ! "$tracer" ] || sleep 0.2
	# It may have ended with the traced process.
	[ ! "$tracer" ] || { kill -INT $tracer || kill -TERM $tracer; wait $tracer; } 2>/dev/null || :
	echo "$ns"
}

median() { sort -n "$1" | sed -n 3p; }
