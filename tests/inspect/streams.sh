#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# streams: what programs send through a perf event array and to their streams, and what the kernel writes there.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang gcc taskset
mkdir "$pins"
head -c 64 /dev/zero >"$tmp/data"

# piped WORD... -- OPTION...: what event_pipe prints of one event on the first CPU, without its time.
piped() {
	place=
	while [ "$1" != -- ]; do place="$place $1"; shift; done
	shift
	: >"$tmp/events"
	# shellcheck disable=SC2086
	"$bt" "$@" map event_pipe pinned "$pins/events" $place >"$tmp/events" 2>"$tmp/err" & piper=$!
	n=0
	while [ ! -s "$tmp/events" ] && [ $n -lt 50 ]; do
		sleep 0.1
		n=$((n + 1))
		taskset -c 0 "$bt" prog run pinned "$pins/send" data_in "$tmp/data" >"$tmp/ran"
	done
	kill -INT $piper
	wait $piper || echo "status $?: $(cat "$tmp/err")"
	sed -e 's/@[0-9.]* /@TIME /; s/"timestamp":[0-9]*/"timestamp":TIME/g; s/\(},\).*/}]/' "$tmp/events" | head -n 2
}

object events
load_all "$tmp/events.o" "$pins" pinmaps "$pins"
text='== @TIME CPU: 0 index: 0 =====
01 02 03 04 05 06 07 08  00 00 00 00'
json='[{"type":9,"cpu":0,"index":0,"timestamp":TIME,"data":[1,2,3,4,5,6,7,8,0,0,0,0]}]'
same "event_pipe" "$text" "$(piped --)"
same "event_pipe in JSON" "$json" "$(piped -- -j)"
same "event_pipe of one CPU" "$text" "$(piped cpu 0 index 0 --)"
same "event_pipe of one CPU in JSON" "$json" "$(piped cpu 0 index 0 -- -j)"

# said FORM STREAM: what is in a program's stream.
said() { "$bt" $1 prog tracelog "$2" pinned "$pins/stream"; }

# The function has had two forms; a program that is refused for want of it is no fault here.
object stream -DSAY=bpf_stream_vprintk_impl -DWITH_AUX
if ! "$bt" prog load "$tmp/stream.o" "$pins/stream" 2>"$tmp/err"; then
	object stream
	"$bt" prog load "$tmp/stream.o" "$pins/stream" 2>"$tmp/err"
fi
if [ ! -e "$pins/stream" ]; then
	grep -q "extern (func ksym) 'bpf_stream_vprintk': " "$tmp/err" && skip "this kernel's programs have no streams" ||
		bad "a program with streams" "$(cat "$tmp/err")"
	exit 0
fi
"$bt" prog run pinned "$pins/stream" data_in "$tmp/data" >"$tmp/ran" || bad "a program with streams runs"
if grep -q 'Return value: 0,' "$tmp/ran"; then
	same "its output" "said 42" "$(said '' stdout)"
	same "its errors in JSON" '"wrong 42\n"' "$(said -j stderr)"
else
	skip "this kernel has no memory for streams: $(cat "$tmp/ran")"
fi
same "what was read is gone" "" "$(said '' stdout)"
same "nothing in JSON" '""' "$(said -j stdout)"
rm "$pins/stream"

# What the kernel says of a program that it stopped.
host_program kinds
if "$tmp/kinds" "$pins/stream" endless >/dev/null 2>"$tmp/err"; then
	"$bt" prog run pinned "$pins/stream" data_in "$tmp/data" >/dev/null || bad "an endless program runs"
	case $(said '' stderr) in
	"ERROR: Timeout detected for may_goto instruction
CPU: "*"Call trace:
"*) ok "a program that took too long" ;;
	'') skip "this kernel has no memory for streams, or does not write to them" ;;
	*) bad "a program that took too long" "$("$bt" prog tracelog stderr pinned "$pins/stream")" ;;
	esac
else
	skip "a loop with a limit of time: $(cat "$tmp/err")"
fi
