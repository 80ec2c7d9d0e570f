# SPDX-License-Identifier: GPL-2.0-or-later
# starts.awk tools/*.bt: command lines of the tools, "TOOL ARGS...": each with what it must be given, then with each
# of its own options by itself, then with those of the common set all at once, as its declarations have them. Left out
# are those that only say how things are shown, and for how long. A tool that is another one with options is started
# once, as its options are that one's.

BEGIN {
	# Words that a tool must have.
	needed["argdist"] = "-C 't:sched:sched_switch():u32:args->prev_pid'"
	needed["funccount"] = needed["stackcount"] = needed["trace"] = "t:sched:sched_switch"
	needed["funclatency"] = needed["funcslower"] = "vfs_read"
	# Values that the type of an option does not give.
	given["argdist --histogram"] = given["argdist --count"] = "'t:sched:sched_switch():u32:args->prev_pid'"
	given["argdist --include"] = given["trace --include"] = "linux/fs.h"
	given["bashreadline --shared"] = "/bin/bash"
	given["gethostlatency --libc"] = "FILE"
	given["memleak --obj"] = "FILE --pid SELF"
	given["fsdist --read"] = given["fsslower --read"] = "generic_file_read_iter"
	given["fsdist --write"] = given["fsslower --write"] = "generic_file_write_iter"
	given["fsdist --open"] = given["fsslower --open"] = "generic_file_open"
	given["fsdist --sync"] = given["fsslower --sync"] = "generic_file_fsync"
	given["dirtop --root-directories"] = "/tmp"
	given["tcprtt --laddr"] = given["tcprtt --raddr"] = "127.0.0.1"
	# The common set.
	value["pid"] = value["process"] = value["tid"] = "SELF"
	value["uid"] = "0"
	value["name"] = "sh"
	value["command"] = "true"
	value["cgroup"] = "/sys/fs/cgroup"
	value["mntns"] = "/proc/self/ns/mnt"
	value["pidns"] = "/proc/self/ns/pid"
	value["failed"] = value["time"] = value["timestamp"] = ""
	long["process"] = "--pid"
}

FNR == 1 {
	tool = FILENAME
	gsub(/.*\/|\.bt$/, "", tool)
	order[++tools] = tool
}

function start(args) { starts[tool] = starts[tool] "|" args }

# word(-L,--long,...): of the common set. A container that runs is not there to be named; a command is traced instead
# of a process.
function common(word,    name, inside, at) {
	name = word
	sub(/\(.*/, "", name)
	inside = substr(word, length(name) + 1)
	if (name == "units")
		start("-m")
	if (name == "process")
		start("--pid SELF")
	if (name == "command")
		start("--command true")
	if (!(name in value) || name == "process" || name == "command")
		return
	at = name in long ? long[name] : "--" name
	if (match(inside, /--[a-z-]+/))
		at = substr(inside, RSTART, RLENGTH)
	if (name == "tid") # not with --pid
		start(at " " value[name])
	else
		filters[tool] = filters[tool] " " at " " value[name]
}

# of_type TYPE: a value
function of_type(type) {
	if (type ~ /^(text|regex)/)
		return "sh"
	if (type ~ /^user/)
		return "0"
	if (type ~ /^pid|^netns.pid/)
		return "SELF"
	if (type == "oflags")
		return "O_CREAT"
	if (type == "errno")
		return "ENOENT"
	if (type == "syscall")
		return "read"
	if (type == "disk")
		return "DISK"
	if (type == "folder")
		return "/tmp"
	if (type == "netns")
		return "/proc/self/ns/net"
	if (type == "command")
		return "true"
	if (type == "cgroup")
		return "/sys/fs/cgroup"
	return "1"
}

# option [-L] --name [ARG:TYPE[=DEFAULT]] HELP
function option(    i, name, type, n, words) {
	i = $3 ~ /^-[A-Za-z0-9]$/ ? 4 : 3
	name = $i
	type = $(i + 1)
	if (type !~ /^[A-Z][A-Za-z_,.]*:[a-z]/) {
		start(name)
		return
	}
	sub(/^[^:]*:/, "", type)
	sub(/=[^()]*$/, "", type)
	if (tool " " name in given) {
		start(name " " given[tool " " name])
	} else if (type ~ /^choice/) {
		gsub(/^choice\(|\)$/, "", type)
		n = split(type, words, ",")
		for (i = 1; i <= n; i++)
			start(name " " words[i])
	} else if (type !~ /^(probe|span|event|sample)/) {
		start(name " " of_type(type))
	}
}

$1 != "//!" { next }
$2 == "common" { for (i = 3; i <= NF; i++) common($i) }
$2 == "option" { option() }
$2 == "argument" && $3 ~ /:(number|time|bytes)/ { start("1") }

END {
	for (t = 1; t <= tools; t++) {
		tool = order[t]
		print tool, needed[tool]
		n = split(starts[tool] (filters[tool] ? "|" filters[tool] : ""), each, "|")
		for (i = 2; i <= n; i++)
			print tool, each[i], needed[tool]
	}
}
