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
	const char *error;
	int err;
};

/* Appends all of e->fns; 0 or -errno with e->error. */
int emit_program(struct emitter *e);

#endif
