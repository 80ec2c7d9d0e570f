/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small programs that inspect writes itself, instruction by instruction. */
#ifndef INSPECT_CODE_H
#define INSPECT_CODE_H

#include <linux/bpf.h>
#include <stdint.h>

#include "bpf/insn.h"

#define CODE_MAX 512

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

static inline void code_mov_imm(struct code *c, int dst, int imm)
{
	code_add(c, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm);
}

/* dst = src + imm */
static inline void code_mov_add(struct code *c, int dst, int src, int imm)
{
	code_add(c, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
	if (imm)
		code_add(c, BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, imm);
}

static inline void code_load_map(struct code *c, int dst, int fd)
{
	code_add(c, BPF_LD_IMM64, dst, BPF_PSEUDO_MAP_FD, 0, fd);
	code_add(c, 0, 0, 0, 0, 0);
}

/* size: BPF_DW, BPF_W, ...; of the stack, at a negative offset, in the first two. */
static inline void code_from_stack(struct code *c, int size, int dst, int from)
{
	code_add(c, BPF_LDX | BPF_MEM | size, dst, 10, from, 0);
}

static inline void code_to_stack(struct code *c, int size, int to, int src)
{
	code_add(c, BPF_STX | BPF_MEM | size, 10, src, to, 0);
}

static inline void code_call(struct code *c, int helper)
{
	code_add(c, BPF_CALL_K, 0, 0, 0, helper);
}

static inline void code_leave(struct code *c)
{
	code_mov_imm(c, 0, 0);
	code_add(c, BPF_EXIT_K, 0, 0, 0, 0);
}

static inline void code_leave_if_null(struct code *c, int reg)
{
	code_add(c, BPF_JMP | BPF_JNE | BPF_K, reg, 0, 2, 0);
	code_leave(c);
}

/* size bytes at base + from, any address of the kernel, to the stack; zeros if nothing is there. Takes r0 to r5. */
static inline void code_read_kernel(struct code *c, int to, int base, uint32_t from, int size)
{
	code_mov_add(c, 3, base, (int)from);
	code_mov_add(c, 1, 10, to);
	code_mov_imm(c, 2, size);
	code_call(c, BPF_FUNC_probe_read_kernel);
}

#endif
