/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machine code before it has registers and addresses, and the passes over it.
 *
 * A register is a number: 0..10 are r0..r10, from MR_FIRST on they are virtual, any number of
 * them. Most instructions are BPF's own (MI_BPF) with the kernel's code byte; those few that become
 * several, or whose shape is decided late, have their own kind. Arithmetic has two operands as
 * in BPF: dst is read and written.
 *
 * The passes, in the order of compile.c: isel (IR to this), dce, colour and spill in turns, tidy,
 * layout, emit. Everything lives in one scratch arena.
 */
#ifndef BPF_MIR_H
#define BPF_MIR_H

#include "bpf/insn.h"
#include "bpf/object.h"
#include "ir/ir.h"

#define MR_FIRST 11
#define MR_NONE UINT32_MAX
#define MR_COLOURS 10 /* r0..r9; r10 is the frame pointer and never allocated */

enum mi_kind {
	MI_BPF,
	MI_CONST,  /* dst = imm, in its shortest form */
	MI_LEA,    /* dst = r10 + imm */
	MI_MAP,    /* dst = the map */
	MI_MAPVAL, /* dst = the map's value + imm */
	MI_FN,     /* dst = callback fn */
	MI_UMIN,   /* if dst > imm (unsigned), dst = imm; src, if given, takes the place of imm */
	MI_SET,    /* dst = 1 if src cond (src2 or imm), else 0, or negated; code is the jump; dst is neither source */
};

/* One machine instruction, a member of a block's list. */
struct mi {
	struct mi *prev, *next;
	enum mi_kind kind;
	uint8_t code;
	uint8_t nargs;        /* calls: registers r1.. that are read */
	bool kcall;           /* call of kfunc; imm: enum ir_callee */
	bool negated;         /* MI_SET */
	bool ctxload;         /* load of a scalar from the context: may be repeated instead of spilled */
	int16_t off;
	uint32_t dst, src, src2;
	uint32_t slot;        /* spill slot + 1 that this stores or loads; its off is set at emission */
	int64_t imm;
	const struct ir_map *map;
	struct ir_fn *fn;
	const char *kfunc;
	const struct ir_core *core; /* imm, or off of a load, is what this says */
	struct span span;
};

struct mblock {
	uint32_t id;
	struct mi *first, *last; /* last: conditional jump, goto or exit */
	VEC(struct mblock *) preds;
	struct mblock *succ[2];  /* conditional: taken, not taken; goto: [0] */
	bool cold;               /* error paths */
	bool rare;               /* not an error, but seldom gone: a key that is not in its map yet */
	uint32_t depth;          /* of loops */
	VEC(uint32_t) live;      /* live_compute: what is alive at the end, in rising order */
	uint32_t at;             /* layout: address of the first instruction */
	bool seen;
	bool far;                /* emission: its conditional jump goes by way of a long one */
	struct mblock *same;     /* tidy: an equal block that takes its place */
};

struct mreg {
	int64_t umin;       /* bound to be taken again after a reload, if bounded */
	bool bounded;
	bool shared;        /* a nonnull of it exists: what was checked must be what is used */
	uint8_t generation; /* 0 of the program, 1 part of a spilled one between calls, 2 part around one insn: not spilled */
	uint32_t slot;      /* spill slot + 1 where its value is kept, 0: none */
};

struct mfn {
	struct arena *arena;
	struct ir_fn *fn;
	VEC(struct mblock *) blocks; /* [0] is the entry; layout orders them */
	VEC(struct mreg) regs;       /* [n] describes register n */
	uint32_t nslots;             /* spill slots */
	uint32_t frame;              /* bytes of stack in all, set by spill_place() */
	struct bpf_fault fault;      /* err is 0 while all is well */
};

/* What an instruction reads and writes; calls write r0 and clobber r1..r5 besides. */
struct mi_operands {
	uint32_t use[BPF_CALL_ARGS];
	uint32_t nuse;
	uint32_t def; /* MR_NONE: nothing */
};

/* mir.c */
uint32_t mreg_new(struct mfn *mf);
struct mblock *mblock_new(struct mfn *mf);
void mblock_link(struct mfn *mf, struct mblock *from, unsigned k, struct mblock *to);
struct mi *mi_new(struct mfn *mf, enum mi_kind kind);
void mi_append(struct mblock *b, struct mi *i);
void mi_insert_before(struct mblock *b, struct mi *at, struct mi *i); /* at NULL: at the end */
void mi_remove(struct mblock *b, struct mi *i);
void mi_operands(const struct mi *i, struct mi_operands *ret);
/* Replaces register from by to in the places read or written. */
void mi_rename(struct mi *i, uint32_t from, uint32_t to);
bool mi_is_call(const struct mi *i);
bool mi_is_move(const struct mi *i);  /* plain 64-bit register copy */
bool mi_is_remat(const struct mi *i); /* may be repeated anywhere at no other cost */
bool mi_has_effect(const struct mi *i);
bool mblock_is_cond(const struct mblock *b);
uint32_t mi_slots(const struct mi *i); /* 8-byte instructions it becomes */
bool mfn_has_long_jumps(const struct mfn *mf); /* does the kernel it is for? (6.6) */

/* isel.c: instruction selection and phis out of SSA. */
struct mfn *isel(struct arena *a, struct ir_fn *fn);

/* live.c */
typedef void live_fn(const struct mi *i, struct mi_operands *ret);
/* Fills live of each block for n variables; needs preds and ids of blocks. */
void live_compute(struct mfn *mf, uint32_t n, live_fn *operands);
/* What is alive at one place, in rising order: for walks from the end of a block to its beginning. */
struct live_set {
	uint32_t *v, n;
};
void live_init(struct live_set *s, struct arena *a, uint32_t n); /* room for n variables */
void live_at_end(struct live_set *s, const struct mblock *b);
void live_add(struct live_set *s, uint32_t variable);
void live_drop(struct live_set *s, uint32_t variable);
/* Removes what only computes values that nobody reads. */
void dce(struct mfn *mf);

/* colour.c: a register for each virtual one, or the list of those to spill. */
struct colouring {
	uint32_t *alias;      /* of each register: which one it was coalesced into, itself if none */
	uint8_t *reg;         /* of each register; valid if nothing is to be spilled */
	VEC(uint32_t) spills; /* never ones that were coalesced into another */
};
void colour(struct mfn *mf, struct colouring *ret);
/* Writes the registers found into the code. */
void colour_apply(struct mfn *mf, const struct colouring *c);

/* spill.c */
void spill(struct mfn *mf, const struct colouring *c);
/* Gives spill slots their place below the frame; slots that never live together share. */
void spill_place(struct mfn *mf);

/* tidy.c: after allocation: no-op moves, empty and equal blocks. */
void tidy(struct mfn *mf);

/* layout.c: order of blocks, hot ones falling through. */
void layout(struct mfn *mf);

static inline void bit_set(uint64_t *s, uint32_t n) { s[n / 64] |= 1ull << (n % 64); }
static inline void bit_clear(uint64_t *s, uint32_t n) { s[n / 64] &= ~(1ull << (n % 64)); }
static inline bool bit_test(const uint64_t *s, uint32_t n) { return s[n / 64] >> (n % 64) & 1; }
static inline uint32_t bit_words(uint32_t n) { return (n + 63) / 64; }

#endif
