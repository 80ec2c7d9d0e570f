/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the AArch64 decoder share: the word in hand, its fields, and operands as LLVM spells them. */
#ifndef INSPECT_JIT_ARM64_H
#define INSPECT_JIT_ARM64_H

#include <stdbool.h>

#include "inspect/jit.h"

/* One instruction being read. */
struct a64 {
	uint32_t word;
	uint64_t address;
	struct jit_insn *out;
	bool bad; /* not known */
};

enum { ZERO = 31, STACK = 31, LINK = 30 }; /* numbers of registers */

static inline uint32_t field(const struct a64 *a, unsigned low, unsigned n)
{
	return a->word >> low & ((1u << n) - 1);
}

static inline int64_t signed_field(const struct a64 *a, unsigned low, unsigned n)
{
	return (int64_t)((uint64_t)field(a, low, n) << (64 - n)) >> (64 - n);
}

static inline unsigned rd(const struct a64 *a) { return field(a, 0, 5); }
static inline unsigned rn(const struct a64 *a) { return field(a, 5, 5); }
static inline unsigned ra(const struct a64 *a) { return field(a, 10, 5); }
static inline unsigned rm(const struct a64 *a) { return field(a, 16, 5); }
static inline bool wide(const struct a64 *a) { return field(a, 31, 1); }

static inline struct strbuf *operand(struct a64 *a)
{
	return &a->out->operands[a->out->n++];
}

static inline void operation(struct a64 *a, const char *name)
{
	sb_adds(&a->out->operation, name);
}

static inline void add_reg(struct strbuf *out, unsigned r, bool wide)
{
	if (r == ZERO)
		sb_adds(out, wide ? "xzr" : "wzr");
	else
		sb_addf(out, "%c%u", wide ? 'x' : 'w', r);
}

/* Number 31 is the stack pointer in some places. */
static inline void add_reg_sp(struct strbuf *out, unsigned r, bool wide)
{
	if (r == STACK)
		sb_adds(out, wide ? "sp" : "wsp");
	else
		add_reg(out, r, wide);
}

static inline void put_reg(struct a64 *a, unsigned r, bool wide)
{
	add_reg(operand(a), r, wide);
}

static inline void put_reg_sp(struct a64 *a, unsigned r, bool wide)
{
	add_reg_sp(operand(a), r, wide);
}

static inline void put_number(struct a64 *a, int64_t v)
{
	sb_addf(operand(a), "#%lld", (long long)v);
}

static inline void put_target(struct a64 *a, int64_t words)
{
	a->out->target = a->address + (uint64_t)(words * 4);
	sb_addf(operand(a), "0x%llx", (unsigned long long)a->out->target);
}

/* jit_arm64_memory.c: loads, stores and atomic operations */
void arm64_memory(struct a64 *a);

#endif
