/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Laid-out functions become the instructions of one program. */
#ifndef BPF_EMIT_H
#define BPF_EMIT_H

#include "bpf/mir.h"
#include "bpf/object.h"

/* One function of a program and where it starts. */
struct efn {
	struct mfn *mf;
	uint32_t at;
};

struct emitter {
	struct arena *arena; /* of the object */
	struct bpf_prog *prog;
	VEC(struct bpf_insn) out;
	VEC(struct efn) fns;
	struct span last;    /* of the newest line entry */
	struct bpf_fault *fault;
};

/* Appends all of e->fns; 0 or -errno with *e->fault set. */
int emit_program(struct emitter *e);

/* reach.c: addresses */
/* What ends a block that `next` (or NULL) follows: a conditional jump to cond (if any), then a jump to go (if any). */
struct ending {
	struct mblock *cond, *go;
	uint8_t code; /* of the conditional jump */
};
struct ending mblock_ending(const struct mblock *b, const struct mblock *next);
const struct mblock *mblock_after(const struct mfn *mf, size_t i); /* NULL: [i] is the last one */
bool mblock_is_exit(const struct mblock *b);                       /* has nothing but an exit */
/*
 * Gives the blocks addresses from `at` on, such that every jump reaches; returns the end. A function of more than
 * BPF_INSNS_MAX instructions may be left without.
 */
uint32_t reach_place(struct mfn *mf, uint32_t at);

#endif
