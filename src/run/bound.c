/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much a script that only begins and ends can send: such programs run once. */
#include <stdlib.h>

#include "base/fdutil.h"
#include "run/internal.h"

enum { NEW, OPEN, DONE };

struct walk {
	const struct bpf_prog *prog;
	uint8_t *state;  /* of each instruction */
	uint32_t *stack; /* OPEN ones and those still to be looked at */
	uint32_t n;
};

/* Where it may go on: up to 2 instructions. */
static unsigned successors(const struct bpf_prog *p, uint32_t i, int64_t ret[2])
{
	const struct bpf_insn *in = &p->insns[i];
	unsigned class = BPF_CLASS(in->code), op = BPF_OP(in->code), n = 0;
	bool jump = (class == BPF_JMP || class == BPF_JMP32) && op != BPF_CALL;

	if (jump && op == BPF_EXIT)
		return 0;
	if (jump)
		ret[n++] =
			(int64_t)i + 1 + (class == BPF_JMP32 && op == BPF_JA ? in->imm : in->off);
	if (!jump || op != BPF_JA)
		ret[n++] = (int64_t)i + (in->code == (BPF_LD | BPF_IMM | BPF_DW) ? 2 : 1);
	return n;
}

/* Looks at the instruction on top of the stack; true if it leads back to an open one. */
static bool step(struct walk *w)
{
	uint32_t i = w->stack[w->n - 1];
	int64_t next[2];
	unsigned n;

	if (w->state[i] != NEW) {
		w->state[i] = DONE;
		w->n--;
		return false;
	}
	w->state[i] = OPEN;
	n = successors(w->prog, i, next);
	for (unsigned k = 0; k < n; k++) {
		if (next[k] < 0 || next[k] >= w->prog->n || w->state[next[k]] == OPEN)
			return true;
		if (w->state[next[k]] == NEW)
			w->stack[w->n++] = (uint32_t)next[k];
	}
	return false;
}

bool run_has_loop(const struct bpf_prog *p)
{
	_cleanup_free_ uint8_t *state = xcalloc(p->n + 1, 1);
	_cleanup_free_ uint32_t *stack = xcalloc(2 * p->n + 2, sizeof(*stack));
	struct walk w = { p, state, stack, 1 };

	vec_each(p->relocs, i)
		if (p->relocs.v[i].kind == BR_FN)
			return true;
	while (w.n)
		if (step(&w))
			return true;
	return false;
}

/* The bytes of one record: its fixed part and the most that its strings and buffers add. */
static uint64_t record_bound(const struct ir_layout *l)
{
	uint64_t n = l->size + 16;

	for (uint32_t k = 0; k < l->nparts; k++)
		n += l->part[k].size;
	return n;
}

uint64_t run_bound_of_records(const struct runtime *rt)
{
	uint64_t sum = 1;

	vec_each(rt->tables->probes, i) {
		const struct probe *p = rt->tables->probes.v[i];

		if (!(p->provider->flags & PF_SPECIAL) || !p->prog || !p->prog->n ||
		    run_has_loop(p->prog))
			return 0;
	}
	vec_each(rt->tables->actions, i)
		sum += record_bound(rt->tables->actions.v[i]->layout);
	return sum;
}

uint64_t run_longest_record(const struct runtime *rt)
{
	uint64_t longest = 0;

	vec_each(rt->tables->actions, i) {
		uint64_t n = record_bound(rt->tables->actions.v[i]->layout);

		longest = n > longest ? n : longest;
	}
	return longest;
}
