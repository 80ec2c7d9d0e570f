/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The back end from IR to a program: compile_fn() is the list of its passes. */
#include <errno.h>

#include "bpf/emit.h"

#define COLOUR_ROUNDS 40 /* each spills at least one value; real programs need three */

/* Where the script makes a value. */
static struct span place_of(const struct mfn *mf, uint32_t reg)
{
	for (size_t b = 0; b < mf->blocks.n; b++)
		for (const struct mi *i = mf->blocks.v[b]->first; i; i = i->next)
			if (i->dst == reg && i->span.end)
				return i->span;
	return mf->fn->span;
}

/* Registers for all, by turns of colouring and spilling. */
static void allocate(struct mfn *mf)
{
	struct colouring c;

	for (unsigned round = 0; round < COLOUR_ROUNDS; round++) {
		colour(mf, &c);
		if (!c.spills.n) {
			colour_apply(mf, &c);
			return;
		}
		spill(mf, &c);
	}
	bpf_fault(&mf->fault, -E2BIG, place_of(mf, c.spills.v[0]),
		  arena_printf(mf->fn->module->arena, "%s: too many values at once", mf->fn->name));
}

static struct mfn *compile_fn(struct arena *a, struct ir_fn *fn)
{
	struct mfn *mf = isel(a, fn);

	if (mf->fault.err)
		return mf;
	dce(mf);
	allocate(mf);
	if (mf->fault.err)
		return mf;
	spill_place(mf);
	tidy(mf);
	layout(mf);
	return mf;
}

static bool has_fn(const struct emitter *e, const struct ir_fn *fn)
{
	for (size_t i = 0; i < e->fns.n; i++)
		if (e->fns.v[i].mf->fn == fn)
			return true;
	return false;
}

static int add_fn(struct emitter *e, struct arena *a, struct ir_fn *fn)
{
	struct mfn *mf = compile_fn(a, fn);

	avec_push(a, &e->fns, ((struct efn){ mf, 0 }));
	*e->fault = mf->fault;
	return mf->fault.err;
}

/* Callbacks named by mf, each once. */
static int add_callbacks(struct emitter *e, struct arena *a, const struct mfn *mf)
{
	int err = 0;

	for (size_t b = 0; b < mf->blocks.n; b++)
		for (const struct mi *i = mf->blocks.v[b]->first; i && !err; i = i->next)
			if (i->kind == MI_FN && !has_fn(e, i->fn))
				err = add_fn(e, a, i->fn);
	return err;
}

static int add_all(struct emitter *e, struct arena *a, struct ir_fn *fn)
{
	int err = add_fn(e, a, fn);

	for (size_t i = 0; i < e->fns.n && !err; i++)
		err = add_callbacks(e, a, e->fns.v[i].mf);
	return err;
}

static uint32_t frame_size(const struct mfn *mf)
{
	uint32_t size = mf->frame ? mf->frame : 1;

	return (size + BPF_FRAME_ALIGN - 1) / BPF_FRAME_ALIGN * BPF_FRAME_ALIGN;
}

/* Stack of fn and the deepest chain of callbacks below it; depth guards against a cycle. */
static uint32_t chain_size(const struct emitter *e, const struct mfn *mf, unsigned depth)
{
	uint32_t deepest = 0;

	for (size_t b = 0; b < mf->blocks.n && depth < 8; b++)
		for (const struct mi *i = mf->blocks.v[b]->first; i; i = i->next)
			for (size_t k = 0; i->kind == MI_FN && k < e->fns.n; k++) {
				uint32_t size;

				if (e->fns.v[k].mf->fn != i->fn)
					continue;
				size = chain_size(e, e->fns.v[k].mf, depth + 1);
				deepest = size > deepest ? size : deepest;
			}
	return frame_size(mf) + deepest;
}

static const struct ir_fn *largest_callback(const struct emitter *e)
{
	const struct mfn *most = e->fns.v[1].mf;

	for (size_t i = 2; i < e->fns.n; i++)
		if (frame_size(e->fns.v[i].mf) > frame_size(most))
			most = e->fns.v[i].mf;
	return most->fn;
}

static int check_stack(struct emitter *e)
{
	const struct mfn *mf = e->fns.v[0].mf;
	uint32_t size;

	e->prog->stats.stack = mf->frame;
	if (e->fns.n == 1)
		return 0;
	size = chain_size(e, mf, 0);
	e->prog->stats.stack = size;
	if (size <= BPF_STACK_MAX)
		return 0;
	return bpf_fault(e->fault, -E2BIG, largest_callback(e)->span,
			 arena_printf(e->arena, "%s and what it calls need %u bytes of stack; BPF has %d",
				      mf->fn->name, size, BPF_STACK_MAX));
}

static bool takes_key(int64_t helper)
{
	return helper == BPF_FUNC_map_lookup_elem || helper == BPF_FUNC_map_update_elem ||
	       helper == BPF_FUNC_map_delete_elem || helper == BPF_FUNC_map_lookup_percpu_elem;
}

/* Stack offset of the key that a map helper is given; 0: not on the stack. */
static int64_t key_place(const struct mi *call)
{
	if (!mi_is_call(call) || call->kcall || !takes_key(call->imm))
		return 0;
	for (const struct mi *i = call->prev; i && !mi_is_call(i); i = i->prev)
		if (i->dst == BPF_REG_2 && (i->kind != MI_BPF || insn_is_alu_class(i->code)))
			return i->kind == MI_LEA ? i->imm : 0;
	return 0;
}

static void count_keys(const struct mfn *mf, struct bpf_stats *stats)
{
	uint64_t seen[bit_words(BPF_STACK_MAX + 1)];

	memset(seen, 0, sizeof(seen));
	for (size_t b = 0; b < mf->blocks.n; b++)
		for (const struct mi *i = mf->blocks.v[b]->first; i; i = i->next) {
			int64_t off = -key_place(i);

			if (off <= 0 || off > BPF_STACK_MAX || bit_test(seen, (uint32_t)off))
				continue;
			bit_set(seen, (uint32_t)off);
			stats->key_slots++;
		}
}

static int compile(struct emitter *e, struct arena *scratch, struct ir_fn *fn)
{
	int err = add_all(e, scratch, fn);

	if (!err)
		err = check_stack(e);
	if (!err)
		err = emit_program(e);
	if (err)
		return err;
	for (size_t i = 0; i < e->fns.n; i++)
		count_keys(e->fns.v[i].mf, &e->prog->stats);
	e->prog->stats.insns = e->prog->n;
	return 0;
}

int bpf_compile(struct bpf_object *obj, struct ir_fn *fn, struct bpf_prog **ret, struct bpf_fault *ret_fault)
{
	struct arena scratch;
	struct emitter e = { .arena = obj->arena, .prog = arena_new(obj->arena, struct bpf_prog), .fault = ret_fault };
	int err;

	ret_fault->err = 0;
	arena_init(&scratch);
	e.prog->name = fn->name;
	e.prog->fn = fn;
	err = compile(&e, &scratch, fn);
	arena_done(&scratch);
	if (err)
		return err;
	avec_push(obj->arena, &obj->progs, e.prog);
	*ret = e.prog;
	return 0;
}
