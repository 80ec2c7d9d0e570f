# SPDX-License-Identifier: GPL-2.0-or-later
# table.awk build/tools-KERNEL.PART...: the page docs/tools-kernels.md, of the results that tests/tools.sh keeps.

# text KEY: the string of that name in a line of JSON, with its escapes taken back
function text(key,    at, s) {
	at = index($0, "\"" key "\":\"")
	if (!at)
		return ""
	s = substr($0, at + length(key) + 4)
	match(s, /^([^"\\]|\\.)*/)
	return unescaped(substr(s, 1, RLENGTH))
}

function unescaped(s) {
	gsub(/\\"/, "\"", s)
	gsub(/\\\\/, "\\", s)
	return s
}

# list KEY, INTO: its strings; how many
function list(key, into,    at, s, n) {
	n = 0
	at = index($0, "\"" key "\":[")
	if (!at)
		return 0
	s = substr($0, at + length(key) + 4)
	while (match(s, /^,?"([^"\\]|\\.)*"/)) {
		into[++n] = unescaped(substr(s, index(s, "\"") + 1, RLENGTH - index(s, "\"") - 1))
		s = substr(s, RLENGTH + 1)
	}
	return n
}

# Reasons and notes are told once, below the table.
function footnote(said) {
	if (!(said in number)) {
		number[said] = ++told
		said_at[told] = said
	}
	return " [" number[said] "]"
}

# Kinds of probes, each once.
function kinds(    i, n, probe, kind, seen, all) {
	n = list("probes", probe)
	all = ""
	for (i = 1; i <= n; i++) {
		kind = probe[i]
		sub(/:.*/, "", kind)
		if (kind == "rawtracepoint")
			kind = "tracepoint"
		if (kind in seen)
			continue
		seen[kind] = 1
		all = all (all ? ", " : "") kind
	}
	return all ? all : "as asked"
}

# The tool of a test: the longest name that the test's begins with.
function tool_of(test,    name) {
	name = test
	sub(/^tool\//, "", name)
	sub(/:.*/, "", name)
	while (!(name in is_tool) && name ~ /-/)
		sub(/-[^-]*$/, "", name)
	return name in is_tool ? name : ""
}

# verdict WHAT, TEST: "ok", "skip" or why not; of a test that was done again the last one counts
function verdict(what, test) {
	sub(/^tool\//, "", test)
	sub(/:$/, "", test)
	if (!((test, kernel) in verdicts))
		tested[++ntested] = test SUBSEP kernel
	verdicts[test, kernel] = what
}

function count_verdicts(    i, part, what) {
	for (i = 1; i <= ntested; i++) {
		split(tested[i], part, SUBSEP)
		what = verdicts[part[1], part[2]]
		if (tool_of(part[1]) == "")
			continue
		if (what != "skip")
			tests[tool_of(part[1]), part[2], what == "ok" ? "ok" : "bad"]++
		if (what != "ok" && what != "skip")
			failed[++nfailed] = part[1] " (" part[2] "): " what
	}
}

/^kernel / {
	kernel = $2
	if (!(kernel in is_kernel))
		kernels[++nkernels] = kernel
	is_kernel[kernel] = 1
	next
}

/^\{"name":/ {
	tool = text("name")
	if (!(tool in is_tool))
		tools[++ntools] = tool
	is_tool[tool] = 1
	if (/"runs":false/) {
		cell[tool, kernel] = "no" footnote(text("reason"))
		next
	}
	cell[tool, kernel] = kinds()
	n = list("notes", note)
	for (i = 1; i <= n; i++)
		cell[tool, kernel] = cell[tool, kernel] footnote(note[i])
	next
}

/^ok / { verdict("ok", $2) }
/^not ok / { verdict(substr($0, index($0, ": ") + 2), $3) }
/^skip / {
	verdict("skip", $2)
	name = substr($2, 6)
	why = $0
	sub(/^[^:]*: /, "", why)
	sub(/:$/, "", name)
	if (tool_of($2) != "") {
		if (!((name, why) in skipped))
			order[++nskips] = name SUBSEP why
		skipped[name, why] = skipped[name, why] (skipped[name, why] ? ", " : "") kernel
	}
}

/^(start|refused)\t/ {
	split($0, part, "\t")
	starts[part[2], kernel]++
	if (part[1] == "start") {
		started[part[2], kernel]++
		next
	}
	# A tool that cannot run there says why in the table.
	if (cell[part[2], kernel] ~ /^no /)
		next
	what = part[2] " " part[3]
	sub(/ +$/, "", what)
	sub(/^[a-z0-9]+(:[0-9-]+)*: /, "", part[4])
	sub(/^ERROR: /, "", part[4])
	if (!((what, part[4]) in refused))
		refusals[++nrefused] = what SUBSEP part[4]
	refused[what, part[4]] = refused[what, part[4]] (refused[what, part[4]] ? ", " : "") kernel
}

function heading(title,    i) {
	printf "\n| %s |", title
	for (i = 1; i <= nkernels; i++)
		printf " %s |", kernels[i]
	printf "\n|---|"
	for (i = 1; i <= nkernels; i++)
		printf "---|"
	print ""
}

# "3 of 3": tests that passed of those that were run, then starts
function of_all(good, all) { return all == 0 ? "-" : good == all ? all : (good + 0) " of " all }

function score(tool, kernel,    good, all) {
	good = tests[tool, kernel, "ok"]
	all = good + tests[tool, kernel, "bad"]
	return of_all(good, all) "; " of_all(started[tool, kernel], starts[tool, kernel])
}

END {
	count_verdicts()
	print "# Tools on kernels"
	print ""
	print "This page is made by `sh tests/tools.sh`, in virtual machines with kernels of Debian: 5.10, 6.1, 6.12 and 7.2 of"
	print "x86-64, 6.12 of AArch64. `sonde tools` tells the same of your kernel."
	print ""
	print "## Sources"
	print ""
	print "What each tool attaches to without options; raw and ordinary tracepoints are one. A number is a remark below the table:"
	print "where a tool does not have its best source, what differs by that, or why it cannot run. Tools that are told what to"
	print "trace attach to that (\"as asked\")."
	heading("tool")
	for (t = 1; t <= ntools; t++) {
		printf "| %s |", tools[t]
		for (i = 1; i <= nkernels; i++)
			printf " %s |", cell[tools[t], kernels[i]]
		print ""
	}
	print ""
	for (i = 1; i <= told; i++)
		print i ". " said_at[i]
	print ""
	print "## Tests and starts"
	print ""
	print "Before the semicolon the tool's own tests (`tests/run/tool`), behind it starts of the tool, by itself, with each of its options"
	print "that changes what is compiled, and with all filters of the common set: loaded, attached and ended. One number: all were"
	print "good."
	heading("tool")
	for (t = 1; t <= ntools; t++) {
		printf "| %s |", tools[t]
		for (i = 1; i <= nkernels; i++)
			printf " %s |", score(tools[t], kernels[i])
		print ""
	}
	if (nfailed)
		print "\nTests that failed:\n"
	for (i = 1; i <= nfailed; i++)
		print "- " failed[i]
	if (nrefused)
		print "\nStarts that were refused:\n"
	for (i = 1; i <= nrefused; i++) {
		split(refusals[i], part, SUBSEP)
		print "- `" part[1] "` (" refused[part[1], part[2]] "): " part[2]
	}
	if (nskips)
		print "\nTests that were left out:\n"
	for (i = 1; i <= nskips; i++) {
		split(order[i], part, SUBSEP)
		print "- " part[1] " (" skipped[part[1], part[2]] "): " part[2]
	}
}
