#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# No file over 700 lines; a report of the functions' lengths, none over 80 lines unless it is a
# table or a switch (listed in lengths.allowed as FILE FUNCTION, with the reason).
cd "$(dirname "$0")/../.." || exit
files=$(find src tests tools scripts bench dev -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.bt' \
	-o -name '*.def' -o -name dev \) 2>/dev/null | LC_ALL=C sort)
# shellcheck disable=SC2086
long=$(wc -l $files | awk '$2 != "total" && $1 > 700 { print "# " $2 ": " $1 " lines" }')
if [ "$long" ]; then
	echo "$long"
	echo "not ok check/file-length: files over 700 lines, split them by idea"
else
	echo "ok check/file-length"
fi

# "FILE LINES NAME" of every function: from its name's line to the brace that ends it.
functions() {
	if ctags --version 2>/dev/null | grep -q Universal; then
		find src tests -name '*.c' | ctags -L - -f - --languages=C --kinds-C=f --fields=+ne 2>/dev/null |
			awk -F'\t' '{
				for (i = 4; i <= NF; i++) {
					if ($i ~ /^line:/) from = substr($i, 6)
					if ($i ~ /^end:/) to = substr($i, 5)
				}
				print $2, to - from + 1, $1
			}'
	else
		# Kernel style: a definition's name stands in the first column, its braces as well.
		find src tests -name '*.c' -exec awk '
			/^[a-zA-Z_].*\(/ && !/;/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name); start = FNR }
			/^}/ && start { print FILENAME, FNR - start + 1, name; start = 0 }' {} +
	fi
}
functions | sort -k2 -n | awk -v allowed=tests/check/lengths.allowed '
BEGIN { while ((getline line < allowed) > 0) if (split(line, f) >= 2) ok[f[1] " " f[2]] = 1 }
{
	n++; lines[n] = $2; short += $2 <= 40
	if ($2 > 80 && !(($1 " " $3) in ok)) { print "# " $1 ": " $3 " has " $2 " lines"; bad++ }
}
END {
	if (n)
		printf "# %d functions: median %d lines, %d %% of at most 40, longest %d\n", n, lines[int((n + 1) / 2)], short * 100 / n, lines[n]
	if (bad) print "not ok check/function-length: " bad " functions over 80 lines"
	else print "ok check/function-length"
	exit bad > 0
}' && [ ! "$long" ]
