/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text form; parse.c reads it back, byte for byte.
 *
 *	map @name role=user type=1 key=8 value=8 max=4096 flags=0 loss=4
 *	globals 8200 / pcpu 16 / losses 5 / rodata 666f6f00
 *	fn name {                       or: callback name 4 {; after the name: preemptible, lowered (no level H)
 *left b0: %1 = iconst #5 %2 = ctx %3 = load.u4 %2 #16     width and sign, arguments, imm %4 = fill
 *[16] !get_current_comm %5 = key %1 %4 {24 scalar:0:8 agg:8:16} %6 = mapptr @name %5 br %6 b1 b2
 *	b1: from b0                     the order of phi arguments
 *		%7:mapval = phi %6      pointer kind, where the op alone does not say
 *	b2: from b0 cold
 */
#include "ir/pass.h"
#include "ir/text.h"

const char *const ir_ptr_names[] = { "none", "ctx", "stack", "mapval", "mapval0", "btf",
				     "ring0", "ring", "map", "fn", NULL };
const char *const ir_part_names[] = { "scalar", "agg", "str", "vstr", NULL };
const char *const ir_role_names[] = { "user", "globals", "rodata", "pcpu", "bulk", "ring", "stacks", "more_stacks", "packets", "pinned", "frames",
					   "unwind_pids", "unwind_procs", "unwind_rows", NULL };

static void print_layout(const struct ir_layout *l, struct strbuf *out)
{
	sb_addf(out, " {%u", l->size);
	for (uint32_t i = 0; i < l->nparts; i++)
		sb_addf(out, " %s:%u:%u", ir_part_names[l->part[i].kind], l->part[i].off,
			l->part[i].size);
	sb_addc(out, '}');
}

static void print_result(const struct ir_val *v, struct strbuf *out)
{
	struct ir_val plain = *v;

	if (ir_ops[v->op].result == 'N')
		return;
	plain.ptr = PK_NONE;
	ir_set_kind(&plain);
	sb_addf(out, "%%%u", v->id);
	if (plain.ptr != v->ptr)
		sb_addf(out, ":%s", ir_ptr_names[v->ptr]);
	sb_adds(out, " = ");
}

static void print_helper(unsigned number, struct strbuf *out)
{
	const char *name = ir_helper_info(number)->name;

	if (name)
		sb_addf(out, " !%s", name);
	else
		sb_addf(out, " !%u", number);
}

static void print_attributes(const struct ir_val *v, struct strbuf *out)
{
	if (v->op == IR_call)
		print_helper((unsigned)v->imm, out);
	else if (v->imm || v->op == IR_iconst)
		sb_addf(out, " #%lld", (long long)v->imm);
	if (v->size && v->op != IR_key)
		sb_addf(out, " [%u]", v->size);
	if (v->op == IR_fill)
		print_helper(v->helper, out);
	if (v->fn)
		sb_addf(out, " &%s", v->fn->name);
	if (v->kfunc)
		sb_addf(out, " &%s", v->kfunc);
	if (v->layout)
		print_layout(v->layout, out);
	if (v->struct_id)
		sb_addf(out, " ^%u", v->struct_id);
}

static void print_val(const struct ir_val *v, struct strbuf *out)
{
	sb_addc(out, '\t');
	print_result(v, out);
	sb_adds(out, ir_ops[v->op].name);
	if (v->width)
		sb_addf(out, ".%c%u", v->is_signed ? 's' : 'u', v->width);
	if (v->map)
		sb_addf(out, " @%s", v->map->name);
	for (uint32_t i = 0; i < v->nargs; i++)
		sb_addf(out, " %%%u", v->arg[i]->id);
	print_attributes(v, out);
	for (int i = 0; i < 2; i++)
		if (ir_ops[v->op].effect == IRE_CTL && v->block->succ[i])
			sb_addf(out, " b%u", v->block->succ[i]->id);
	sb_addc(out, '\n');
}

void ir_print_fn(const struct ir_fn *fn, struct strbuf *out)
{
	if (fn->is_callback)
		sb_addf(out, "callback %s %u%s {\n", fn->name, fn->nparams,
			fn->lowered ? " lowered" : "");
	else
		sb_addf(out, "fn %s%s%s {\n", fn->name, fn->preemptible ? " preemptible" : "", fn->lowered ? " lowered" : "");
	each_block(fn, b) {
		sb_addf(out, "b%u:", b->id);
		for (size_t i = 0; i < b->preds.n; i++)
			sb_addf(out, "%s b%u", i ? "" : " from", b->preds.v[i]->id);
		sb_adds(out, b->cold ? " cold\n" : "\n");
		each_val(b, v)
			print_val(v, out);
	}
	sb_adds(out, "}\n");
}

static void print_map(const struct ir_map *m, struct strbuf *out)
{
	sb_addf(out, "map @%s role=%s type=%u key=%u value=%u max=%u flags=%u", m->name,
		ir_role_names[m->role], m->type, m->key_size, m->value_size, m->max_entries,
		m->flags);
	if (m->loss != LOSS_NONE)
		sb_addf(out, " loss=%u", m->loss);
	if (m->keys)
		sb_addf(out, " keys=%u", m->keys->index);
	sb_addc(out, '\n');
}

void ir_print(const struct ir_module *m, struct strbuf *out)
{
	vec_each(m->maps, i)
		print_map(m->maps.v[i], out);
	if (m->globals_size != IR_GLOBAL_FIRST)
		sb_addf(out, "globals %u\n", m->globals_size);
	if (m->pcpu_size)
		sb_addf(out, "pcpu %u\n", m->pcpu_size);
	if (m->seed_off)
		sb_addf(out, "seed %u\n", m->seed_off);
	if (m->nloss != LOSS_FIRST_MAP)
		sb_addf(out, "losses %u\n", m->nloss);
	if (m->rodata.n) {
		sb_adds(out, "rodata ");
		for (size_t i = 0; i < m->rodata.n; i++)
			sb_addf(out, "%02x", (unsigned char)m->rodata.p[i]);
		sb_addc(out, '\n');
	}
	vec_each(m->fns, i)
		ir_print_fn(m->fns.v[i], out);
}
