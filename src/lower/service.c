/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of fn/lower.h that are not an expression's own. */
#include "lower/internal.h"

#define INLINE_STRING 64 /* longer strings of a record take only the bytes they have */

struct ir_builder *lower_b(struct lower *lw)
{
	return &lw->b;
}

struct types *lower_types(struct lower *lw)
{
	return lw->types;
}

struct target *lower_target(struct lower *lw)
{
	return lw->b.module->target;
}

const struct config *lower_config(struct lower *lw)
{
	return &lw->tables->config;
}

struct tables *lower_tables(struct lower *lw)
{
	return lw->tables;
}

const struct probe *lower_probe(struct lower *lw)
{
	return lw->probe;
}

struct ir_val *lower_ctx(struct lower *lw)
{
	struct ir_val *v;

	if (!lw->callback)
		return ir_ctx(&lw->b);
	v = ir_load(&lw->b, lw->frame, FRAME_CTX, 8, false);
	v->ptr = PK_CTX;
	return v;
}

/* What an argument is in a record; *off moves on. */
static struct ir_part record_part(const struct type *t, uint32_t *off)
{
	struct ir_part p = { .size = t->size, .kind = IP_AGG };
	uint32_t align = 8;

	if (type_is_scalar(t)) {
		p.kind = IP_SCALAR;
		align = t->size;
	} else if (t->kind == TY_STRING) {
		p.kind = t->size > INLINE_STRING ? IP_VSTR : IP_STR;
		align = p.kind == IP_VSTR ? 4 : 8;
	}
	p.off = (*off + align - 1) & ~(align - 1);
	*off = p.off + (p.kind == IP_VSTR ? 4 : p.size);
	return p;
}

/* Was this string read from memory, where it may have been longer? A length that was given is meant. */
static bool may_be_cut(struct lower *lw, const struct ir_val *v)
{
	return v->op == IR_fill && v->size == config_str_size(lower_config(lw)) &&
	       (v->helper == IRH_probe_read_str || v->helper == IRH_probe_read_user_str ||
		v->helper == IRH_probe_read_kernel_str);
}

static struct action *new_action(struct lower *lw, struct node *call, void *data)
{
	struct action *a = arena_new(lw->arena, struct action);

	a->id = lw->tables->actions.n;
	a->fn = call->fn;
	a->span = call->span;
	a->use = call->use;
	a->data = data;
	a->probe = lw->probe->name;
	avec_push(lw->arena, &lw->tables->actions, a);
	return a;
}

struct action *lower_emit(struct lower *lw, struct node *call, unsigned nargs, const struct type *const *types,
			  struct ir_val *const *vals, void *data)
{
	struct action *a = new_action(lw, call, data);
	struct ir_layout *l = ir_layout_new(lw->arena, nargs);
	struct ir_val **parts = arena_array(lw->arena, struct ir_val *, nargs + 1);
	uint32_t off = 4;

	a->nargs = nargs;
	a->arg_types = arena_array(lw->arena, const struct type *, nargs + 1);
	for (unsigned i = 0; i < nargs; i++) {
		a->arg_types[i] = types[i];
		l->part[i] = record_part(types[i], &off);
		parts[i] = lower_local(lw, vals[i], types[i]);
		if (i < 64 && may_be_cut(lw, parts[i]))
			a->may_cut |= 1ULL << i;
	}
	l->size = off;
	a->layout = l;
	ir_emit(&lw->b, a->id, l, parts);
	return a;
}

struct action *lower_action(struct lower *lw, struct node *call, const struct ir_layout *l, const struct type *const *types, void *data)
{
	struct action *a = new_action(lw, call, data);

	a->layout = l;
	a->nargs = l->nparts;
	a->arg_types = arena_array(lw->arena, const struct type *, l->nparts + 1);
	memcpy(a->arg_types, types, l->nparts * sizeof(*types));
	return a;
}

static void destroy_iterators(struct lower *lw)
{
	for (struct loop *l = lw->loop; l; l = l->up)
		if (l->iter)
			ir_kcall(&lw->b, "bpf_iter_num_destroy", 1, l->iter);
}

void lower_result(struct lower *lw, struct ir_val *result)
{
	destroy_iterators(lw);
	if (lw->callback)
		lower_ask_leave(lw, LEAVE_PROBE);
	else
		ir_ret(&lw->b, result ? result : ir_iconst(&lw->b, 0));
	block_enter(lw, block_open(lw)); /* what follows is unreachable */
}

void lower_exit(struct lower *lw)
{
	lower_result(lw, NULL);
}

void lower_seal(struct lower *lw, struct ir_block *b)
{
	block_enter(lw, b);
}

struct lower_if lower_if_begin(struct lower *lw, struct ir_val *cond)
{
	struct lower_if s = { block_open(lw), block_open(lw), block_open(lw) };

	ir_br(&lw->b, cond, s.yes, s.no);
	block_enter(lw, s.yes);
	return s;
}

void lower_if_else(struct lower *lw, struct lower_if *s)
{
	ir_jmp(&lw->b, s->join);
	block_enter(lw, s->no);
	s->no = NULL;
}

void lower_if_end(struct lower *lw, struct lower_if *s)
{
	ir_jmp(&lw->b, s->join);
	if (s->no) {
		block_enter(lw, s->no);
		ir_jmp(&lw->b, s->join);
	}
	block_enter(lw, s->join);
}

struct ir_val *lower_if_value(struct lower *lw, struct lower_if *s, struct ir_val *yes, struct ir_val *no)
{
	struct ir_val *phi = ir_phi(&lw->b, s->join);

	/* The then-branch jumped to the join first. */
	ir_phi_add(&lw->b, phi, yes);
	ir_phi_add(&lw->b, phi, no);
	return phi;
}
