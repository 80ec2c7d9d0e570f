#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# bad_input.sh SONDE: input that is broken, huge or hostile. Each must end by itself, soon, with a
# message of bearable length and a status that says so; none may crash or upset a sanitizer
# (status 97, tests/asan.sh).
set -u
sonde=$1
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit

. "$here/bad_judge.sh"

# repeat N TEXT
repeat() { awk -v n="$1" -v text="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%s", text }'; }

# nested NAME OPEN MIDDLE CLOSE: 10 000 deep, in a probe
nested() {
	{ printf 'begin { '; repeat 10000 "$2"; printf '%s' "$3"; repeat 10000 "$4"; echo ' }'; } >"$1.bt"
	try "nested-$1" error '' --dry-run "$1.bt"
}

nested parentheses '(' '1' ')'
nested blocks 'if (1) {' '' '}'
nested bare-blocks '{' '' '}'
nested minus '@ = - ' '1' ''
nested not '!' '1' ''
nested ternary '1 ? ' '1' ' : 2'
nested ternary-right '1 ? 2 : ' '3' ''
nested calls 'str(' '1' ')'
nested index '@[' '1' ']'
nested casts '(uint64)' '1' ''
nested dereference '*' '1' ''
nested tuples '(1, ' '1' ')'
nested else 'if (0) {} else ' '{}' ''
nested unclosed '(' '' ''
nested while 'while (1) { ' '' '}'
nested pointers '$x = (int32 ' '*' ') 0'
{ repeat 10000 'struct a { '; echo; } >structs.bt
try nested-structs error '' --dry-run structs.bt
{ printf 'begin { @ = 1'; repeat 100000 ' + 1'; echo '; }'; } >sum.bt
try long-sum any '' --dry-run sum.bt
{ printf 'begin { @ = $1'; repeat 20000 ' + pid'; echo '; }'; } >sum2.bt
try long-sum-of-calls any '' --dry-run sum2.bt 1

{ echo 'begin { }'; repeat 200000 '// a line of fifty characters, all of it a comment
'; } >comments.bt
try ten-megabytes-of-comments ok '' --dry-run comments.bt
{ printf 'begin { '; repeat 1000000 '@a = 1; '; echo ' }'; } >statements.bt
try ten-megabytes-of-statements any '' --dry-run statements.bt
repeat 1000000 'abcdefghij' >name.bt
try ten-megabytes-of-one-name error '' --dry-run name.bt
{ printf 'begin { printf("'; repeat 1000000 'abcdefghij'; echo '"); }'; } >string.bt
try ten-megabytes-of-one-string any '' --dry-run string.bt
{ printf 'begin { @ = '; repeat 1000000 '1234567890'; echo '; }'; } >number.bt
try ten-megabytes-of-one-number error '' --dry-run number.bt
repeat 10000000 '(' >open.bt
try ten-megabytes-of-one-character error '' --dry-run open.bt
repeat 100000 'begin { @ = 1; } ' >probes.bt
try many-probes any '' --dry-run probes.bt
repeat 500000 '"' >quotes.bt
try many-quotes error '' --dry-run quotes.bt

: >empty.bt
try empty-script error '' --dry-run empty.bt
printf 'begin { @ = 1; }\000 begin { }' >nul.bt
try nul-byte error '' --dry-run nul.bt
printf '\377\376begin { }' >bom.bt
try not-text error '' --dry-run bom.bt
cp "$(command -v ls)" program.bt
try a-program-as-script error '' --dry-run program.bt
for seed in 1 2 3 4 5 6 7 8; do
	awk -v seed=$seed 'BEGIN { srand(seed); for (i = 0; i < 4000; i++) printf "%c", 1 + int(rand() * 255) }' >garbage.bt
	try "garbage-$seed" error '' --dry-run garbage.bt
done
try no-such-script error nothere.bt --dry-run nothere.bt
try a-folder-as-script error '' --dry-run /
try endless-script error '' --dry-run /dev/zero

printf '#include "self.h"\n' >self.h
printf '#include "self.h"\nbegin { }\n' >include.bt
try include-of-itself error '' --dry-run include.bt
printf '#define A B\n#define B A\nbegin { @ = A; }\n' >macro.bt
try macros-of-each-other error '' --dry-run macro.bt
{
	echo '#define M0 1'
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
		echo "#define M$i M$((i - 1)) + M$((i - 1))"
	done
	echo 'begin { @ = M30; }'
} >bomb.bt
try macros-that-double error '' --dry-run bomb.bt
{ echo 'struct s { struct s inner; };'; echo 'begin { @ = sizeof(struct s); }'; } >struct.bt
try struct-in-itself error '' --dry-run struct.bt
echo 'struct s { int a[4294967295][4294967295]; }; begin { @ = sizeof(struct s); }' >array.bt
try array-without-end error '' --dry-run array.bt

try uprobe-no-binary error /nonexistent/prog -e 'uprobe:/nonexistent/prog:main { }'
printf 'just a text\n' >text
try uprobe-not-elf error text -e "uprobe:$dir/text:main { }"
: >nothing
try uprobe-empty-file error nothing -e "uprobe:$dir/nothing:main { }"
prog=$(command -v "$sonde")
for size in 3 20 63 64 200 5000; do
	head -c "$size" "$prog" >cut.elf
	try "uprobe-elf-of-$size-bytes" error cut.elf -e "uprobe:$dir/cut.elf:main { }"
done
# Sections and names point anywhere.
for seed in 1 2 3 4 5 6; do
	{
		head -c 16 "$prog"
		awk -v seed=$seed 'BEGIN { srand(seed); for (i = 0; i < 3000; i++) printf "%c", 1 + int(rand() * 255) }'
	} >noise
	try "uprobe-elf-noise-$seed" error '' -e "uprobe:$dir/noise:main { }"
	try "usdt-elf-noise-$seed" error '' -e "usdt:$dir/noise:a:b { }"
done
try uprobe-folder error '' -e 'uprobe:/tmp:main { }'

# Scripts that are right, with something torn out.
n=0
for script in $(find "$here/run" "$here/../tools" -name '*.bt' 2>/dev/null | LC_ALL=C sort); do
	n=$((n + 1))
	awk -v seed=$n -v kind=$((n % 4)) 'BEGIN { srand(seed); RS = "\001" }
	{
		at = 1 + int(rand() * length($0)); len = 1 + int(rand() * 12)
		if (kind == 0) print substr($0, 1, at)
		if (kind == 1) print substr($0, 1, at) substr($0, at + len)
		if (kind == 2) print substr($0, 1, at) substr("{}()[]\"@$/*,;:.?-><!&|", 1 + int(rand() * 23), 1) substr($0, at)
		if (kind == 3) print substr($0, 1, at + len) substr($0, at)
	}' "$script" >torn.bt
	timeout 30 "$sonde" --dry-run torn.bt >out 2>err </dev/null
	code=$?
	name=$(basename "$script" .bt)
	verdict=$(judge "torn-$name" any '')
	case $verdict in ok*) ;; *) printf '%s\n' "$verdict"; sed 's/^/# script: /' torn.bt ;; esac
done
echo "ok bad/torn ($n scripts)"
