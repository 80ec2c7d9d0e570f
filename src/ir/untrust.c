/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks over kernel structures that the verifier is quick with. Of each pointer that is read through one it trusts (the current
 * task, arguments) it asks whether that may be trusted, too, and searches the names of all kernel types up to four times for
 * the answer: a millisecond for one load (btf_nested_type_is_trusted() in kernel/bpf/btf.c, since 6.3). What bpf_rdonly_cast()
 * gives nobody trusts, and the call itself is one move. So a pointer that is only read through begins by it; what is given
 * to a helper stays as it is, for some helpers ask for trust.
 */
#include "ir/pass.h"

#define FEW_PROGRAMS 3

/* mark: 1 + the root's place among these, of all that was read or computed from it */
struct roots {
	struct arena arena;
	struct root {
		struct ir_val *v;
		unsigned walks; /* pointers that are read through it */
		bool given;     /* to a helper, or mixed with others */
	} *root;
	uint32_t n;
};

static void find_roots(struct ir_fn *fn, struct roots *r)
{
	r->root = arena_array(&r->arena, struct root, fn->next_val);
	each_block(fn, b)
		each_val(b, v) {
			v->mark = 0;
			if (v->ptr != PK_BTF || !v->struct_id)
				continue;
			r->root[r->n].v = v;
			v->mark = ++r->n;
		}
}

/* Its result is an address again, to the verifier or to the script. */
static bool passes_on(const struct ir_val *v)
{
	return v->op == IR_add || v->op == IR_sub || v->op == IR_phi || v->op == IR_nonnull || (v->op == IR_load && v->ptr == PK_BTF);
}

static bool mark_derived(struct ir_fn *fn, struct roots *r)
{
	bool any = false;

	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs && passes_on(v); i++) {
				uint32_t from = v->arg[i]->mark;

				if (!from || v->mark == from)
					continue;
				if (v->mark) {
					any |= !r->root[from - 1].given || !r->root[v->mark - 1].given;
					r->root[from - 1].given = r->root[v->mark - 1].given = true;
				} else {
					v->mark = from;
					any = true;
				}
			}
	return any;
}

static bool takes_any(const struct ir_val *v)
{
	return v->op != IR_kcall &&
	       (v->op != IR_call || v->imm == IRH_probe_read_kernel || v->imm == IRH_probe_read_kernel_str);
}

static void judge(struct ir_fn *fn, struct roots *r)
{
	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++) {
				uint32_t from = v->arg[i]->mark;

				if (!from)
					continue;
				r->root[from - 1].given |= !takes_any(v);
				r->root[from - 1].walks += v->op == IR_load && v->ptr == PK_BTF && v->arg[0] == r->root[from - 1].v;
			}
}

static struct ir_val *put(struct ir_fn *fn, struct ir_val *at, enum ir_op op, uint32_t nargs)
{
	struct ir_val *v = ir_val_new(fn, op, nargs);

	v->span = at->span;
	return ir_insert_before(fn, at, v);
}

static struct ir_val *cast(struct ir_fn *fn, struct ir_val *root)
{
	struct ir_val *at = root->next, *id = put(fn, at, IR_iconst, 0), *v;

	id->imm = root->struct_id;
	v = put(fn, at, IR_kcall, 2);
	v->kfunc = "bpf_rdonly_cast";
	v->ptr = PK_BTF;
	v->arg[0] = root;
	v->arg[1] = id;
	return v;
}

static void replace(struct ir_fn *fn, struct ir_val *old, struct ir_val *by)
{
	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs && v != by; i++)
				if (v->arg[i] == old)
					v->arg[i] = by;
}

/* Finding the cast in the kernel's types takes as long as what it saves at one walk. */
static bool is_worth_it(const struct ir_fn *fn, const struct root *r)
{
	return !r->given && r->walks && (r->walks > 1 || fn->module->fns.n > FEW_PROGRAMS);
}

/*
 * requires: level L, SSA
 * keeps:    SSA, edges
 * breaks:   nothing; to be run after the passes that merge what is read
 */
void ir_pass_untrust(struct ir_fn *fn)
{
	struct roots r = { 0 };

	if (fn->module->target->is_portable)
		return;
	find_roots(fn, &r);
	while (r.n && mark_derived(fn, &r))
		;
	if (r.n)
		judge(fn, &r);
	for (uint32_t i = 0; i < r.n; i++)
		if (is_worth_it(fn, &r.root[i]) && target_has(fn->module->target, TF_RDONLY_CAST))
			replace(fn, r.root[i].v, cast(fn, r.root[i].v));
	arena_done(&r.arena);
}
