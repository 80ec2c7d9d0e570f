# SPDX-License-Identifier: GPL-2.0-or-later
# try.sh SONDE LIST: starts each command line of the list (see starts.awk) until its probes are attached, and ends it as
# a user does. Options that leave the script as it was are passed over. Prints lines of "KIND<tab>TOOL<tab>ARGS<tab>TEXT":
# "start" with the milliseconds until then, or "refused" with the message.
sonde=$1 list=$2
export __BPFTRACE_NOTIFY_PROBES_ATTACHED=1
dir=$(mktemp -d) || exit
cd "$dir" || exit
disk=$(ls /sys/block | grep -m1 -E '^(vd|sd|nvme|loop)')
libc=$(ls /lib/*/libc.so.6 2>/dev/null | head -n 1)

milliseconds() { cut -d' ' -f1 /proc/uptime | tr -d .; }

# The line that says so appears, or the tool has ended.
attached() {
	for _ in $(seq 1200); do
		! grep -q __BPFTRACE_NOTIFY_PROBES_ATTACHED out || return 0
		kill -0 $! 2>/dev/null || return 0
		sleep 0.05
	done
	return 1
}

# start TOOL ARGS
start() {
	: >out
	eval "exec $sonde $1 $2" >out 2>err </dev/null &
	began=$(milliseconds)
	attached || echo "ERROR: nothing was attached in 60 seconds" >err
	took=$((($(milliseconds) - began) * 10))
	kill -INT $! 2>/dev/null
	wait $!
	code=$?
	if [ $code = 0 ] && ! grep -q ERROR err; then
		printf 'start\t%s\t%s\t%s\n' "$1" "$2" $took
	else
		printf 'refused\t%s\t%s\t%s\n' "$1" "$2" "$(grep -m1 ERROR err || echo "status $code, $(head -n 1 err)")"
	fi
}

last= seen=
while read -r tool args; do
	args=$(echo "$args" | sed "s|DISK|$disk|; s|SELF|$$|; s|FILE|${libc:-/no/libc}|")
	[ "$tool" = "$last" ] || seen=
	last=$tool
	sum=$(eval "$sonde $tool $args --script" 2>&1 | cksum)
	case $seen in *"<$sum>"*) continue ;; esac
	seen="$seen<$sum>"
	start "$tool" "$args"
done <"$list"
cd / && rm -r "$dir"
