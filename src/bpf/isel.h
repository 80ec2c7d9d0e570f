/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of instruction selection only. */
#ifndef BPF_ISEL_H
#define BPF_ISEL_H

#include "bpf/mir.h"

/* A constant or address that is in a register since the last call in this block. */
struct isel_cached {
	enum mi_kind kind;
	const void *what; /* map or callback */
	int64_t imm;
	uint32_t reg;
};

struct isel {
	struct mfn *mf;
	struct ir_fn *fn;
	struct mblock *b;
	struct span span;
	uint32_t *reg;    /* of each value, by id; MR_NONE: none yet */
	uint32_t *phi_in; /* of each phi, by id: what the predecessors write */
	uint32_t *raw;    /* of each sign-extending load, by id: before the extension */
	uint32_t *uses, *br_uses;
	uint32_t *low_uses; /* uses that look at the low bytes of an extension or load alone */
	uint32_t param[BPF_CALL_ARGS];
	VEC(struct isel_cached) cache;
};

/* isel.c */
void isel_fail(struct isel *s, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
struct mi *isel_emit(struct isel *s, enum mi_kind kind, uint32_t dst);
struct mi *isel_insn(struct isel *s, uint8_t code, uint32_t dst, uint32_t src, int64_t imm);

/* isel_mem.c: constants, addresses, access to memory */
/* What v is a name for: nonnull looked through. */
struct ir_val *isel_root(struct ir_val *v);
/* The register of v; constants and addresses are made here if the block has none at hand. */
uint32_t isel_reg(struct isel *s, struct ir_val *v);
/* A register whose low width bytes are those of v: extensions nobody else needs are not waited for. */
uint32_t isel_low(struct isel *s, struct ir_val *v, unsigned width);
/* dst = v, made in dst itself if v is a constant or an address. */
void isel_copy(struct isel *s, uint32_t dst, struct ir_val *v);
/* v is made anew where it is used: constant, stack or map address. */
bool isel_is_lazy(struct isel *s, struct ir_val *v);
void isel_load(struct isel *s, struct ir_val *v);
void isel_store(struct isel *s, struct ir_val *v);
void isel_atomadd(struct isel *s, struct ir_val *v);
void isel_xchg(struct isel *s, struct ir_val *v);

/* isel_cond.c: what is compared, as a conditional jump has it */
struct isel_cond {
	uint8_t code;     /* BPF_JMP or BPF_JMP32, operation, BPF_K or BPF_X */
	struct ir_val *a; /* left */
	struct ir_val *b; /* right, NULL: imm */
	int64_t imm;
	bool low;         /* a and b by their low 4 bytes */
	bool negated;     /* the meaning is the opposite: BPF_JSET has none */
};
void isel_cond(struct isel *s, struct ir_val *v, const struct ir_block *at, struct isel_cond *ret);
/* The registers of both sides; MR_NONE for the right if that is a constant. */
uint32_t isel_cond_left(struct isel *s, const struct isel_cond *c);
uint32_t isel_cond_right(struct isel *s, const struct isel_cond *c);
void isel_compare(struct isel *s, struct ir_val *v);
/* Argument k of the compare v is looked at by its low 4 bytes, if it is worth it. */
bool isel_compares_low(const struct ir_val *v, uint32_t k);

/* isel_alu.c */
void isel_alu(struct isel *s, struct ir_val *v);
void isel_ext(struct isel *s, struct ir_val *v);
void isel_umin(struct isel *s, struct ir_val *v);

static inline bool isel_const(struct ir_val *v, int64_t *ret)
{
	if (v->op != IR_iconst)
		return false;
	*ret = v->imm;
	return true;
}

#endif
