/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small programs that inspect writes itself, instruction by instruction. */
#ifndef INSPECT_CODE_H
#define INSPECT_CODE_H

#include <linux/bpf.h>
#include <stdint.h>

#define CODE_MAX 256

struct code {
	struct bpf_insn insns[CODE_MAX];
	uint32_t n;
};

/* Appends one; what no longer fits is left out, and the verifier refuses the program without its end. */
static inline void code_add(struct code *c, uint8_t code, int dst, int src, int off, int imm)
{
	if (c->n < CODE_MAX)
		c->insns[c->n++] = (struct bpf_insn){ .code = code, .dst_reg = dst & 15, .src_reg = src & 15,
						      .off = (int16_t)off, .imm = imm };
}

#endif
