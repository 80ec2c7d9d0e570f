# SPDX-License-Identifier: GPL-2.0-or-later
# What bad_input.sh and bad_world.sh share; $sonde is the program.

# judge NAME WANTED TEXT: WANTED is ok, error or any; TEXT must stand in the messages. $code is the
# status; out and err are the streams.
judge() {
	why=
	case $code in
	0) [ "$2" != error ] || why='no error' ;;
	124) why='it does not end' ;;
	97) why='a sanitizer is upset' ;;
	1) [ "$2" != ok ] || why='an error' ;;
	*) why="status $code" ;;
	esac
	[ "$why" ] || [ $code -eq 0 ] || grep -qE 'ERROR: |^No probes to attach$' err || why='no message'
	[ "$why" ] || [ "$(wc -c <err)" -lt 50000 ] || why="$(wc -c <err) bytes of messages"
	[ "$why" ] || [ ! "$3" ] || grep -qF -- "$3" err || why="no '$3' in the message"
	if [ ! "$why" ]; then echo "ok bad/$1"; return; fi
	echo "not ok bad/$1: $why"
	head -c 3000 err | head -n 40 | cut -c 1-300 | sed 's/^/#   /'
}

# try NAME WANTED TEXT ARG...
try() {
	name=$1 wanted=$2 text=$3; shift 3
	timeout 30 "$sonde" "$@" >out 2>err </dev/null
	code=$?
	judge "$name" "$wanted" "$text"
}
