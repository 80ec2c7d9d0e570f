#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# refusals: what the verifier says at last may not be what is wrong; the hint of each of the commonest causes.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang

# hint CAUSE SENTENCE HINT: of the program compiled with -DCAUSE; SENTENCE is a pattern.
hint() {
	compile tests/inspect/progs/refusals.c "$tmp/$1.o" -g "-D$1" || { bad "$1 compiles"; return; }
	got=$("$bt" prog load "$tmp/$1.o" "$pins" 2>&1 >/dev/null); code=$?
	# shellcheck disable=SC2254
	case $code:$got in
	255:*"Error: failed to load "*$2*"Hint: $3 (-d shows the whole log)") ok "$1" ;;
	*) bad "$1" "$code: $got" ;;
	esac
}

hint PACKET "program 'wrong': invalid access to packet" "compare the pointer's end with data_end before the packet is read"
hint LOOP "program 'wrong': infinite loop detected at insn" "a loop has no bound that the verifier can see"
hint STACK "program 'wrong': *stack" "an index into a variable of the function can be anything here: bound it first"
hint CONTEXT "program 'wrong': invalid bpf_context access" \
	"the context of this type of program has no such member, or not for writing"
hint RETURN "program 'wrong': At program exit the register R0" "what is attached there may return these numbers only"
hint FUNCTION "object file: prog 'wrong': failed to find kernel BTF type ID of 'no_such_function_here'" \
	"the kernel has no such function, or it is inlined: see sonde -l 'fentry:NAME*'"
[ ! -e "$pins" ] && ok "nothing is pinned" || bad "nothing is pinned"

# Its source line is among the steps shown.
case $("$bt" prog load "$tmp/PACKET.o" "$pins" 2>&1) in
"The verifier's last steps in program 'wrong':"*"; return ((char *)(long)ctx->data)[14];"*"Error: "*) ok "the source line" ;;
*) bad "the source line" ;;
esac
same "JSON" "{\"error\":\"failed to load program 'wrong': infinite loop detected at insn N\"}" \
	"$("$bt" -j prog load "$tmp/LOOP.o" "$pins" | sed 's/insn [0-9]*/insn N/')"
