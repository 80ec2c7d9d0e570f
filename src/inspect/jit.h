/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machine code as the kernel's BPF compilers write it, as text. */
#ifndef INSPECT_JIT_H
#define INSPECT_JIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

struct jit_insn {
	struct strbuf operation;   /* mnemonic with its prefixes */
	struct strbuf operands[4];
	unsigned n;                /* operands */
	uint64_t target;           /* of calls and jumps; 0: none */
};

/*
 * Reads the instruction at code, of n bytes at most, that lies at address; the buffers are reset first. The
 * bytes it takes; one that is not known becomes ".byte" or ".word", so it is never 0 but for n = 0.
 */
typedef unsigned jit_decode(const uint8_t *code, size_t n, uint64_t address, struct jit_insn *ret);

/* In the words of LLVM, AT&T syntax. */
jit_decode jit_x86_64;
/* The general instructions, with the names of all extensions ("paciasp", not "hint #25"). */
jit_decode jit_arm64;

void jit_insn_reset(struct jit_insn *in);
void jit_insn_done(struct jit_insn *in);

#endif
