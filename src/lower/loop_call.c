/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loops whose bodies are functions that a helper of the kernel calls: over maps, and others where there is bpf_loop alone. */
#include "lower/internal.h"

/* The state of lower that belongs to one function, put aside while a callback is built. */
struct outer {
	struct ir_builder b;
	struct ir_val *frame;
	struct loop *loop;
	struct callback *callback;
};

static struct ir_val *param(struct lower *lw, int64_t n, enum ir_ptr kind, uint32_t size)
{
	struct ir_val *v = ir_op(&lw->b, IR_param, 0);

	v->imm = n;
	v->ptr = kind;
	v->size = size;
	return v;
}

/* A captured pair is put into the frame, where inner callbacks find it. */
static void save_pair(struct lower *lw, struct node *n)
{
	struct var *v = n->decl->var;
	struct callback *cb = lw->callback;
	struct ir_val *pair;

	if (!v->captured)
		return;
	pair = lower_whole_pair(lw, v->type);
	cb->pair = NULL;
	var_write(lw, v, pair);
}

/* The key of a digest. An entry without one is passed over: it is just being added. */
static struct ir_val *key_of_digest(struct lower *lw, struct ir_map *keys, struct ir_val *digest)
{
	struct ir_block *known = block_open(lw), *unknown = block_open(lw);
	struct ir_val *p = ir_mapptr(&lw->b, keys, digest);

	ir_br(&lw->b, ir_bin(&lw->b, IR_ne, p, ir_iconst(&lw->b, 0)), known, unknown);
	block_enter(lw, unknown);
	ir_ret(&lw->b, ir_iconst(&lw->b, 0));
	block_enter(lw, known);
	return ir_nonnull(&lw->b, p);
}

static void map_body(struct lower *lw, struct node *n)
{
	struct callback *cb = lw->callback;
	struct map *m = n->a->map;

	cb->at = param(lw, 1, PK_MAPVAL, m->ir->key_size);
	cb->key = m->ir->keys ? key_of_digest(lw, m->ir->keys, cb->at) : cb->at;
	cb->value = param(lw, 2, PK_MAPVAL, m->ir->value_size);
	save_pair(lw, n);
	lower_block(lw, n->c);
}

static void range_body(struct lower *lw, struct node *n)
{
	struct ir_val *from = var_read(lw, frame_start(lw, n));

	var_write(lw, n->decl->var, ir_bin(&lw->b, IR_add, param(lw, 0, PK_NONE, 8), from));
	lower_block(lw, n->c);
}

static void while_body(struct lower *lw, struct node *n)
{
	struct ir_block *inside = block_open(lw), *done = block_open(lw);

	lower_cond(lw, n->a, inside, done);
	block_enter(lw, done);
	ir_ret(&lw->b, ir_iconst(&lw->b, 1));
	block_enter(lw, inside);
	lower_block(lw, n->b);
}

/* A function of this body; its last parameter is the frame. */
static struct ir_fn *build(struct lower *lw, struct node *n, uint32_t nparams, struct callback *cb,
			   void (*body)(struct lower *lw, struct node *n))
{
	struct outer o = { lw->b, lw->frame, lw->loop, lw->callback };
	struct ir_fn *fn = ir_fn_new(lw->b.module, arena_printf(lw->arena, "%s_cb%u", lw->b.fn->name, lw->ncallbacks++));
	VEC(struct block_state) blocks;
	struct loop l = { 0 };

	memcpy(&blocks, &lw->blocks, sizeof(blocks));
	memset(&lw->blocks, 0, sizeof(lw->blocks));
	fn->is_callback = true;
	fn->nparams = nparams;
	fn->span = n->span;
	cb->up = lw->callback;
	lw->b.fn = fn;
	lw->callback = cb;
	lw->loop = &l;
	block_enter(lw, block_open(lw));
	lw->frame = param(lw, nparams - 1, PK_STACK, lw->frame_size);
	body(lw, n);
	ir_ret(&lw->b, ir_iconst(&lw->b, 0));
	lw->b = o.b;
	lw->frame = o.frame;
	lw->loop = o.loop;
	lw->callback = o.callback;
	memcpy(&lw->blocks, &blocks, sizeof(blocks));
	return fn;
}

void lower_ask_leave(struct lower *lw, enum leave what)
{
	ir_store(&lw->b, lw->frame, FRAME_LEAVE, ir_iconst(&lw->b, what), 8);
	ir_ret(&lw->b, ir_iconst(&lw->b, 1));
}

/* Does the body return from a function that it is itself in? */
static bool leaves_function(const struct node *n)
{
	if (!n || n->kind == S_INLINE)
		return false;
	if (n->kind == S_LEAVE || leaves_function(n->a) || leaves_function(n->b) || leaves_function(n->c))
		return true;
	for (size_t i = 0; i < n->list.n; i++)
		if (leaves_function(n->list.v[i]))
			return true;
	return false;
}

static void leave_function_if_asked(struct lower *lw, struct ir_val *what)
{
	struct ir_block *yes = block_open(lw), *no = block_open(lw);

	ir_br(&lw->b, ir_bin(&lw->b, IR_eq, what, ir_iconst(&lw->b, LEAVE_FUNCTION)), yes, no);
	block_enter(lw, yes);
	ir_store(&lw->b, lw->frame, FRAME_LEAVE, ir_iconst(&lw->b, 0), 8);
	lower_inline_leave(lw);
	ir_jmp(&lw->b, no); /* of the unreachable rest */
	block_enter(lw, no);
}

/* The body may have asked to leave the function it is in, or the whole probe. */
static void leave_if_asked(struct lower *lw, const struct node *n)
{
	struct ir_block *yes = block_open(lw), *no = block_open(lw);
	struct ir_val *what = ir_load(&lw->b, lw->frame, FRAME_LEAVE, 8, false);

	ir_br(&lw->b, what, yes, no);
	block_enter(lw, yes);
	if (leaves_function(n->kind == S_WHILE ? n->b : n->c))
		leave_function_if_asked(lw, what);
	lower_exit(lw);
	ir_ret(&lw->b, ir_iconst(&lw->b, 0)); /* of the unreachable rest */
	block_enter(lw, no);
}

void lower_for_map(struct lower *lw, struct node *n)
{
	struct callback cb = { .pair = n->decl->var, .map = n->a->map };
	struct ir_fn *fn;

	if (!target_has(lower_target(lw), TF_FOR_EACH_MAP)) {
		diag_error(lw->diags, n->span, DT_kernel_lacks,
			   "Loops over maps need the helper for_each_map_elem, which this kernel lacks (5.13 has it)");
		return;
	}
	fn = build(lw, n, 4, &cb, map_body);
	n->a->map->ir->interrupts = true;
	ir_call(&lw->b, IRH_for_each_map_elem, 4, ir_mapaddr(&lw->b, n->a->map->ir), ir_fnaddr(&lw->b, fn),
		lw->frame, ir_iconst(&lw->b, 0));
	leave_if_asked(lw, n);
}

/* Calls fn for so many rounds; a loss if all that there may be were used up, and more wanted. */
static void call_rounds(struct lower *lw, const struct node *n, struct ir_fn *fn, struct ir_val *rounds, struct ir_val *more)
{
	struct ir_block *cut = block_open(lw), *on = block_open(lw);
	struct ir_val *done = ir_call(&lw->b, IRH_loop, 4, rounds, ir_fnaddr(&lw->b, fn), lw->frame, ir_iconst(&lw->b, 0));
	struct ir_val *all = ir_bin(&lw->b, IR_eq, done, ir_iconst(&lw->b, LOOP_MAX_ITER));

	leave_if_asked(lw, n);
	ir_br(&lw->b, more ? ir_bin(&lw->b, IR_and, all, more) : all, cut, on);
	block_enter(lw, cut);
	lw->b.block->cold = true;
	ir_loss(&lw->b, LOSS_LOOP);
	ir_jmp(&lw->b, on);
	block_enter(lw, on);
}

void lower_called_while(struct lower *lw, struct node *n)
{
	struct callback cb = { 0 };
	struct ir_fn *fn = build(lw, n, 2, &cb, while_body);

	call_rounds(lw, n, fn, ir_iconst(&lw->b, LOOP_MAX_ITER), NULL);
}

void lower_called_range(struct lower *lw, struct node *n, struct ir_val *from, struct ir_val *end)
{
	struct ir_val *any = ir_bin(&lw->b, IR_slt, from, end), *wanted, *more;
	struct callback cb = { 0 };
	struct ir_fn *fn;

	var_write(lw, frame_start(lw, n), from);
	fn = build(lw, n, 2, &cb, range_body);
	wanted = ir_bin(&lw->b, IR_mul, ir_bin(&lw->b, IR_sub, end, from), any);
	more = ir_bin(&lw->b, IR_ult, ir_iconst(&lw->b, LOOP_MAX_ITER), wanted);
	call_rounds(lw, n, fn, ir_umin(&lw->b, wanted, LOOP_MAX_ITER), more);
}
