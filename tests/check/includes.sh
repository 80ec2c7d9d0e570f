#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every #include "..." below src/ is allowed by includes.table; nothing includes inspect, serve, cli.
cd "$(dirname "$0")/../../src" || exit
find . -name '*.[ch]' | sed 's|^\./||' | LC_ALL=C sort | while read -r f; do
	sed -n 's|^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*|'"$f"' \1|p' "$f"
done | awk -v table=../tests/check/includes.table '
# A pattern of the table as a regular expression: * is any text.
function matches(pattern, path) {
	gsub(/\./, "\\.", pattern)
	gsub(/\*/, ".*", pattern)
	return path ~ ("^" pattern "$")
}
function room(path) { sub(/\/.*/, "", path); return path }
function allowed(from, to,   i, j, n, part) {
	if (from ~ /_test\.[ch]$/ || room(from) == room(to))
		return 1
	if (room(to) ~ /^(cli|inspect|serve)$/ && room(from) !~ /^(cli|inspect|serve)$/)
		return 0
	for (i = 1; i <= rules; i++) {
		n = split(rule[i], part)
		if (!matches(part[1], from))
			continue
		for (j = 2; j <= n; j++)
			if (matches(part[j], to))
				return 1
		return 0
	}
	return 0
}
BEGIN {
	while ((getline line < table) > 0)
		if (line !~ /^#/ && line !~ /^[ \t]*$/)
			rule[++rules] = line
}
!allowed($1, $2) { print "# src/" $1 " may not include " $2; bad++ }
END {
	if (bad) { print "not ok check/includes: " bad " includes against tests/check/includes.table"; exit 1 }
	print "ok check/includes"
}'
