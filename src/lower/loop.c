/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loops that are jumps: by an open-coded iterator, or walked by the verifier. loop_way.c says which loop becomes what. */
#include "lower/internal.h"

#define UNROLL_VALUES 65536     /* of a program: what becomes of so many takes the verifier a second */

/* How many rounds are left, in whichever way the kernel offers. */
struct rounds {
	struct loop loop;
	struct ir_block *head, *body, *full;
	struct ir_val *wanted;  /* rounds of a range; NULL: as many as there may be */
	struct ir_val *round;   /* iterator: number of this round, in the body */
	struct var *count;      /* fallback */
};

static void destroy_iter(struct lower *lw, struct ir_val *iter)
{
	if (iter)
		ir_kcall(&lw->b, "bpf_iter_num_destroy", 1, iter);
}

struct carried {
	VEC(struct var *) vars;
};

/* The numbers that a loop assigns and that outlive it. */
static void find_carried(struct lower *lw, const struct node *n, struct carried *c)
{
	struct var *v;

	if (!n)
		return;
	v = (n->kind == S_ASSIGN || n->kind == E_INCDEC) && n->a->kind == E_VAR ? n->a->var : NULL;
	if (v && v->loop_carried && v->type && type_is_int(v->type)) {
		vec_each(c->vars, i)
			v = c->vars.v[i] == v ? NULL : v;
		if (v)
			avec_push(lw->arena, &c->vars, v);
	}
	find_carried(lw, n->a, c);
	find_carried(lw, n->b, c);
	find_carried(lw, n->c, c);
	for (size_t i = 0; i < n->list.n; i++)
		find_carried(lw, n->list.v[i], c);
}

/*
 * The verifier is done with a loop over an iterator once the state at its head repeats. It
 * would follow a variable whose value it knows, and that the body compares, through all its values; so in
 * each round something that it knows nothing of is added to what the rounds before left.
 */
static void blur_carried(struct lower *lw, const struct node *body)
{
	struct carried c = { 0 };
	struct ir_val *zero;

	find_carried(lw, body, &c);
	if (!c.vars.n)
		return;
	zero = ir_unknown_zero(&lw->b);
	vec_each(c.vars, i) {
		struct var *v = c.vars.v[i];

		var_write(lw, v, ir_bin(&lw->b, IR_add, var_read(lw, v), zero));
	}
}

/* Starts a loop that ends by itself after LOOP_MAX_ITER rounds; builder is in the head, at the test. */
static void rounds_begin_iter(struct lower *lw, struct rounds *r, const struct node *body)
{
	struct ir_val *p, *n = ir_iconst(&lw->b, LOOP_MAX_ITER);

	if (r->wanted)
		n = ir_umin(&lw->b, r->wanted, LOOP_MAX_ITER);
	r->loop.iter = ir_slot(&lw->b, 8, 8);
	ir_kcall(&lw->b, "bpf_iter_num_new", 3, r->loop.iter, ir_iconst(&lw->b, 0), n);
	ir_jmp(&lw->b, r->head);
	ir_at(&lw->b, r->head);
	p = ir_kcall(&lw->b, "bpf_iter_num_next", 1, r->loop.iter);
	p->ptr = PK_MAPVAL0;
	ir_br(&lw->b, ir_bin(&lw->b, IR_ne, p, ir_iconst(&lw->b, 0)), r->body, r->full);
	block_enter(lw, r->body);
	blur_carried(lw, body);
	if (r->wanted)
		r->round = ir_load(&lw->b, ir_nonnull(&lw->b, p), 0, 4, false);
}

static void rounds_begin_walked(struct lower *lw, struct rounds *r)
{
	struct ir_val *n;

	r->count = arena_new(lw->arena, struct var);
	r->count->name = "(rounds)";
	r->count->type = type_u64();
	var_write(lw, r->count, ir_iconst(&lw->b, 0));
	ir_jmp(&lw->b, r->head);
	ir_at(&lw->b, r->head);
	n = var_read(lw, r->count);
	var_write(lw, r->count, ir_addi(&lw->b, n, 1));
	ir_br(&lw->b, ir_bin(&lw->b, IR_ult, n, ir_iconst(&lw->b, LOOP_MAX_WALKED)), r->body, r->full);
	block_enter(lw, r->body);
}

static void rounds_init(struct lower *lw, struct rounds *r)
{
	memset(r, 0, sizeof(*r));
	r->head = block_open(lw);
	r->loop.up = lw->loop;
	r->loop.next = block_open(lw);
	r->loop.done = block_open(lw);
	lw->loop = &r->loop;
}

/* A loop that ends at its limit of rounds. Builder is in the body. */
static void rounds_begin(struct lower *lw, struct rounds *r, const struct node *body)
{
	r->body = block_open(lw);
	r->full = block_open(lw);
	if (target_has(lower_target(lw), TF_ITER_NUM))
		rounds_begin_iter(lw, r, body);
	else
		rounds_begin_walked(lw, r);
}

/* The rounds are used up: counted as a loss, unless no more were wanted. */
static void rounds_full(struct lower *lw, struct rounds *r)
{
	struct ir_block *cut;

	block_enter(lw, r->full);
	if (r->round) {
		cut = block_open(lw);
		ir_br(&lw->b, ir_bin(&lw->b, IR_ult, ir_iconst(&lw->b, LOOP_MAX_ITER), r->wanted), cut,
		      r->loop.done);
		block_enter(lw, cut);
	}
	lw->b.block->cold = true;
	ir_loss(&lw->b, LOSS_LOOP);
	ir_jmp(&lw->b, r->loop.done);
}

/* The body is done: next round. Then what comes when the rounds are used up, and after the loop. */
static void rounds_end(struct lower *lw, struct rounds *r)
{
	ir_jmp(&lw->b, r->head);
	block_seal(lw, r->head);
	if (r->full)
		rounds_full(lw, r);
	block_enter(lw, r->loop.done);
	destroy_iter(lw, r->loop.iter);
	lw->loop = r->loop.up;
}

void lower_while(struct lower *lw, struct node *n)
{
	struct ir_block *inside;
	struct rounds r;

	if (loop_way(lw, n, lw->callback) == LOOP_CALLED) {
		lower_called_while(lw, n);
		return;
	}
	inside = block_open(lw);
	rounds_init(lw, &r);
	rounds_begin(lw, &r, n);
	lower_cond(lw, n->a, inside, r.loop.done);
	block_enter(lw, inside);
	lower_block(lw, n->b);
	ir_jmp(&lw->b, r.loop.next);
	block_enter(lw, r.loop.next);
	rounds_end(lw, &r);
}

/* The verifier walks all rounds: the value of the index is known in each. */
static void for_walked(struct lower *lw, struct node *n, struct ir_val *from, struct ir_val *end, bool few)
{
	struct ir_block *inside = block_open(lw);
	struct var *hidden = arena_new(lw->arena, struct var);
	struct ir_val *i;
	struct rounds r;

	hidden->name = n->decl->name;
	hidden->type = type_i64();
	var_write(lw, hidden, from);
	rounds_init(lw, &r);
	if (few) {
		ir_jmp(&lw->b, r.head);
		ir_at(&lw->b, r.head);
	} else {
		r.body = block_open(lw);
		r.full = block_open(lw);
		rounds_begin_walked(lw, &r);
	}
	i = var_read(lw, hidden);
	ir_br(&lw->b, ir_bin(&lw->b, IR_slt, i, end), inside, r.loop.done);
	block_enter(lw, inside);
	var_write(lw, n->decl->var, i);
	lower_block(lw, n->c);
	ir_jmp(&lw->b, r.loop.next);
	block_enter(lw, r.loop.next);
	var_write(lw, hidden, ir_addi(&lw->b, var_read(lw, hidden), 1));
	rounds_end(lw, &r);
}

/* The iterator counts the rounds; it is empty if the end is not above the start. */
static void for_iterator(struct lower *lw, struct node *n, struct ir_val *from, struct ir_val *end)
{
	struct ir_val *any = ir_bin(&lw->b, IR_slt, from, end);
	struct rounds r;

	rounds_init(lw, &r);
	r.wanted = ir_bin(&lw->b, IR_mul, ir_bin(&lw->b, IR_sub, end, from), any);
	rounds_begin(lw, &r, n->c);
	var_write(lw, n->decl->var, ir_bin(&lw->b, IR_add, r.round, from));
	lower_block(lw, n->c);
	ir_jmp(&lw->b, r.loop.next);
	block_enter(lw, r.loop.next);
	rounds_end(lw, &r);
}

/* A range of numbers that are known is longer than what will be walked: said before the run, too. */
static void warn_if_cut(struct lower *lw, const struct node *n)
{
	struct diag *d;

	if (!n->a->is_const || !n->b->is_const)
		return;
	d = diag_warning(lw->diags, n->span, DT_kernel_lacks, "This loop ends after %d rounds on kernels without bpf_loop (5.17)",
			 LOOP_MAX_WALKED);
	diag_hint(lw->diags, d, "loops in one another have %d rounds each", LOOP_MAX_WALKED);
}

void lower_for_range(struct lower *lw, struct node *n)
{
	enum loop_way way = loop_way(lw, n, lw->callback);
	struct ir_val *from = lower_expr(lw, n->a), *end = lower_expr(lw, n->b);

	if (way == LOOP_WALKED)
		warn_if_cut(lw, n);
	if (way == LOOP_ITERATED)
		for_iterator(lw, n, from, end);
	else if (way == LOOP_CALLED)
		lower_called_range(lw, n, from, end);
	else
		for_walked(lw, n, from, end, way == LOOP_SHORT);
}

/* Unrolled loops in one another soon make more than any program can have. True: enough, and that is said once. */
static bool unrolled_too_much(struct lower *lw, const struct node *n)
{
	if (lw->b.fn->next_val <= UNROLL_VALUES)
		return false;
	if (!lw->diags->nerrors)
		diag_error(lw->diags, n->a->span, DT_too_large,
			   "unroll copies its body so often that the program gets too large; `while` does without copies");
	return true;
}

void lower_unroll(struct lower *lw, struct node *n)
{
	struct loop l = { .up = lw->loop, .done = block_open(lw) };

	lw->loop = &l;
	for (int64_t i = 0; i < n->a->ival && !unrolled_too_much(lw, n); i++) {
		l.next = block_open(lw);
		lower_block(lw, n->b);
		ir_jmp(&lw->b, l.next);
		block_enter(lw, l.next);
	}
	ir_jmp(&lw->b, l.done);
	block_enter(lw, l.done);
	lw->loop = l.up;
}

void lower_jump(struct lower *lw, struct node *n)
{
	struct loop *l = lw->loop;

	if (l->done)
		ir_jmp(&lw->b, n->kind == S_BREAK ? l->done : l->next);
	else
		ir_ret(&lw->b, ir_iconst(&lw->b, n->kind == S_BREAK));
	block_enter(lw, block_open(lw)); /* what follows is unreachable */
}

/* The body of a function where it is called. */
void lower_inline(struct lower *lw, struct node *n)
{
	struct loop l = { .up = lw->loop, .is_inline = true, .done = block_open(lw) };

	lw->loop = &l;
	lower_block(lw, n->b);
	lw->loop = l.up;
	ir_jmp(&lw->b, l.done);
	block_enter(lw, l.done);
}

void lower_inline_leave(struct lower *lw)
{
	struct loop *l;

	for (l = lw->loop; !l->is_inline && l->done; l = l->up)
		if (l->iter)
			ir_kcall(&lw->b, "bpf_iter_num_destroy", 1, l->iter);
	if (l->is_inline)
		ir_jmp(&lw->b, l->done);
	else
		lower_ask_leave(lw, LEAVE_FUNCTION);
	block_enter(lw, block_open(lw)); /* what follows is unreachable */
}
