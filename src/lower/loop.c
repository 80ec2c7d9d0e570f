/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loops. Ranges and `while` are natural loops that the verifier accepts without walking each
 * round where the kernel has open-coded iterators (bpf_iter_num, 6.4); on older kernels they count against
 * a fixed limit and the verifier walks them (5.3 and newer). Loops over maps call a
 * function of their own for each element (bpf_for_each_map_elem, 5.13).
 */
#include "lower/internal.h"

#define LOOP_MAX_ITER (1 << 23) /* BPF_MAX_LOOPS, include/linux/bpf.h */
#define LOOP_MAX_WALKED 512     /* rounds that the verifier walks on older kernels: it follows 8192 jumps in all */

#define LOOP_SHORT 64           /* rounds without branches that any verifier walks without pain */
#define LOOP_HIDDEN 256         /* of all rounds together, see hidden_branches() */
#define LOOP_TINY 2             /* the same, whatever is in them */

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
 * The verifier is done with a loop over an iterator, or by callback, once the state at its head repeats. It
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
	struct ir_block *inside = block_open(lw);
	struct rounds r;

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

/* Does the verifier have to follow more than one way through it? */
static bool has_branches(const struct node *n)
{
	if (!n)
		return false;
	if (n->kind == S_IF || n->kind == S_WHILE || n->kind == S_FOR_RANGE || n->kind == E_TERNARY ||
	    (n->kind == E_BINOP && (n->op == OP_LAND || n->op == OP_LOR)))
		return true;
	for (size_t i = 0; i < n->list.n; i++)
		if (has_branches(n->list.v[i]))
			return true;
	return has_branches(n->a) || has_branches(n->b) || has_branches(n->c);
}

/* Parts that the verifier follows two ways of without the script saying so: look-ups, comparisons of text, divisions. */
static unsigned hidden_branches(const struct node *n)
{
	unsigned sum;

	if (!n)
		return 0;
	sum = n->kind == E_MAP || n->kind == E_CALL ||
	      (n->kind == E_BINOP && (n->op == OP_DIV || n->op == OP_MOD || !type_is_scalar(n->a->type)));
	for (size_t i = 0; i < n->list.n; i++)
		sum += hidden_branches(n->list.v[i]);
	return sum + hidden_branches(n->a) + hidden_branches(n->b) + hidden_branches(n->c);
}

/* So few rounds that the verifier may walk them all, and needs no limit to be sure of the end. */
static bool is_short(const struct node *n, bool iterators)
{
	int64_t rounds;

	if (!n->a->is_const || !n->b->is_const || __builtin_sub_overflow(n->b->ival, n->a->ival, &rounds))
		return false;
	if (!iterators)
		return rounds <= LOOP_MAX_WALKED;
	if (rounds <= LOOP_TINY)
		return true;
	return rounds <= LOOP_SHORT && !has_branches(n->c) && rounds * hidden_branches(n->c) <= LOOP_HIDDEN;
}

void lower_for_range(struct lower *lw, struct node *n)
{
	struct ir_val *from = lower_expr(lw, n->a), *end = lower_expr(lw, n->b);
	bool iterators = target_has(lower_target(lw), TF_ITER_NUM), few = is_short(n, iterators);

	if (iterators && !few)
		for_iterator(lw, n, from, end);
	else
		for_walked(lw, n, from, end, few);
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

	for (l = lw->loop; !l->is_inline; l = l->up)
		if (l->iter)
			ir_kcall(&lw->b, "bpf_iter_num_destroy", 1, l->iter);
	ir_jmp(&lw->b, l->done);
	block_enter(lw, block_open(lw)); /* what follows is unreachable */
}

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

static void build_callback(struct lower *lw, struct node *n, struct ir_fn *fn)
{
	struct map *m = n->a->map;
	struct callback cb = { .up = lw->callback, .pair = n->decl->var, .map = m };
	struct loop l = { 0 };

	lw->b.fn = fn;
	lw->callback = &cb;
	lw->loop = &l;
	lw->blocks.n = 0;
	block_enter(lw, block_open(lw));
	cb.at = param(lw, 1, PK_MAPVAL, m->ir->key_size);
	cb.key = m->ir->keys ? key_of_digest(lw, m->ir->keys, cb.at) : cb.at;
	cb.value = param(lw, 2, PK_MAPVAL, m->ir->value_size);
	lw->frame = param(lw, 3, PK_STACK, lw->frame_size);
	save_pair(lw, n);
	blur_carried(lw, n->c);
	lower_block(lw, n->c);
	ir_ret(&lw->b, ir_iconst(&lw->b, 0));
}

/* A callback may have asked to leave the whole probe. */
static void leave_if_asked(struct lower *lw)
{
	struct ir_block *yes = block_open(lw), *no = block_open(lw);

	ir_br(&lw->b, ir_load(&lw->b, lw->frame, FRAME_LEAVE, 8, false), yes, no);
	block_enter(lw, yes);
	lower_exit(lw);
	ir_ret(&lw->b, ir_iconst(&lw->b, 0)); /* of the unreachable rest */
	block_enter(lw, no);
}

void lower_for_map(struct lower *lw, struct node *n)
{
	struct outer o = { lw->b, lw->frame, lw->loop, lw->callback };
	VEC(struct block_state) blocks;
	struct ir_fn *fn;

	if (!target_has(lower_target(lw), TF_FOR_EACH_MAP)) {
		diag_error(lw->diags, n->span, DT_kernel_lacks,
			   "Loops over maps need the helper for_each_map_elem, which this kernel lacks (5.13 has it)");
		return;
	}
	memcpy(&blocks, &lw->blocks, sizeof(blocks));
	memset(&lw->blocks, 0, sizeof(lw->blocks));
	fn = ir_fn_new(lw->b.module, arena_printf(lw->arena, "%s_cb%u", lw->b.fn->name, lw->ncallbacks++));
	fn->is_callback = true;
	fn->nparams = 4;
	fn->span = n->span;
	build_callback(lw, n, fn);
	lw->b = o.b;
	lw->frame = o.frame;
	lw->loop = o.loop;
	lw->callback = o.callback;
	memcpy(&lw->blocks, &blocks, sizeof(blocks));
	n->a->map->ir->interrupts = true;
	ir_call(&lw->b, IRH_for_each_map_elem, 4, ir_mapaddr(&lw->b, n->a->map->ir), ir_fnaddr(&lw->b, fn),
		lw->frame, ir_iconst(&lw->b, 0));
	leave_if_asked(lw);
}
