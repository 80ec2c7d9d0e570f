/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Searching in strings: strstr, strcontains. A needle that is known beforehand is found by a window of eight bytes
 * that moves over the text; others are compared byte by byte from each place.
 */
#include "fn/internal.h"
#include "fn/scan.h"

#define FEW_ROUNDS 64      /* any verifier walks these without pain */
#define MOST_WALKED 2048   /* it follows 8192 jumps in all, two a round */
#define WINDOW 8
#define LONGEST_LITERAL 72 /* bytes compared one after another */
#define MOST_ROUNDS (1 << 20)   /* of a search for what is not known beforehand */
#define MOST_ROUNDS_WALKED 1024 /* some 40000 instructions for the verifier, of a million */
#define CHUNK 16           /* rounds of a search between two looks at whether it is over */

/* A copy where any place may be read: the stack's must be known to the verifier of some kernels. */
static struct ir_val *anywhere(struct lower *lw, struct ir_val *text, uint32_t size)
{
	struct ir_val *copy = ir_slot(lower_b(lw), size, 8);

	copy->op = IR_scratch;
	ir_copy(lower_b(lw), copy, 0, text, size);
	return copy;
}

static struct ir_val *byte_at(struct lower *lw, struct ir_val *text, struct ir_val *i, int64_t off)
{
	struct ir_builder *b = lower_b(lw);

	return ir_load(b, ir_bin(b, IR_add, text, i), off, 1, false);
}

/* The first eight bytes of the literal end at i: do the others follow? Else on to miss. */
static void compare_rest(struct lower *lw, struct scan *s, struct ir_val *hay, uint32_t size, const char *text,
			 uint32_t n, struct ir_block *miss)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *at;

	for (uint32_t k = WINDOW; k < n; k++) {
		struct ir_block *on = ir_block_new(b);

		if (k == WINDOW) {
			ir_br(b, ir_bin(b, IR_ult, s->i, ir_iconst(b, size - (n - WINDOW))), on, miss);
			lower_seal(lw, on);
			at = ir_umin(b, s->i, size - 1 - (n - WINDOW));
			on = ir_block_new(b);
		}
		ir_br(b, ir_bin(b, IR_eq, byte_at(lw, hay, at, k - WINDOW + 1), ir_iconst(b, (uint8_t)text[k])), on, miss);
		lower_seal(lw, on);
	}
}

static struct ir_val *find_literal(struct lower *lw, struct ir_val *hay, uint32_t size, const char *text, uint32_t n,
				   bool place)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_block *hit = ir_block_new(b), *miss = ir_block_new(b);
	uint32_t m = n < WINDOW ? n : WINDOW;
	struct scan s = { .none = place ? -1 : 0 };
	struct ir_val *window, *c, *next;
	uint64_t want = 0;

	memcpy(&want, text, m);
	if (size > FEW_ROUNDS)
		hay = anywhere(lw, hay, size);
	scan_begin(lw, &s, size, size <= FEW_ROUNDS || !target_has(lower_target(lw), TF_ITER_NUM));
	window = ir_phi(b, s.head);
	ir_phi_add(b, window, s.zero);
	scan_step(lw, &s, size);
	c = byte_at(lw, hay, s.i, 0);
	scan_leave_if(lw, &s, ir_bin(b, IR_eq, c, ir_iconst(b, 0)), ir_iconst(b, s.none));
	next = ir_bin(b, IR_or, ir_bin(b, IR_shr, window, ir_iconst(b, 8)), ir_bin(b, IR_shl, c, ir_iconst(b, 56)));
	c = m < WINDOW ? ir_bin(b, IR_shr, next, ir_iconst(b, 64 - 8 * m)) : next;
	ir_br(b, ir_bin(b, IR_eq, c, ir_iconst(b, (int64_t)want)), hit, miss);
	lower_seal(lw, hit);
	compare_rest(lw, &s, hay, size, text, n, miss);
	ir_phi_add(b, s.found, place ? ir_addi(b, s.i, 1 - (int64_t)m) : ir_iconst(b, 1));
	ir_jmp(b, s.done);
	lower_seal(lw, miss);
	ir_phi_add(b, window, next);
	return scan_end(lw, &s);
}

/* A copy with a NUL behind it, in memory whose size is a power of two: a mask bounds an index without a branch. */
static struct ir_val *padded(struct lower *lw, struct ir_val *text, uint32_t size, uint32_t *ret_mask)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *copy;
	uint32_t room = 8;

	while (room <= size)
		room *= 2;
	copy = ir_slot(b, room, 8);
	copy->op = IR_scratch;
	ir_copy(b, copy, 0, text, size);
	ir_store(b, copy, size, ir_iconst(b, 0), 1);
	*ret_mask = room - 1;
	return copy;
}

static struct ir_val *masked(struct lower *lw, struct ir_val *v, uint32_t mask)
{
	return ir_bin(lower_b(lw), IR_and, v, ir_iconst(lower_b(lw), mask));
}

/*
 * A search for what is not known beforehand. The place that is tried and how many bytes of the needle were found there
 * are in memory at state: what is read back is unknown to the verifier, so all rounds look alike to it.
 */
struct search {
	struct ir_val *hay, *needle, *state;
	uint32_t hay_mask, needle_mask;
	struct ir_val *at, *has; /* as read back */
	struct ir_val *h, *c;    /* the bytes to compare */
};

#define AT 0
#define HAS 8

static void search_load(struct lower *lw, struct search *f)
{
	struct ir_builder *b = lower_b(lw);

	f->at = ir_load(b, f->state, AT, 8, false);
	f->has = ir_load(b, f->state, HAS, 8, false);
	f->c = byte_at(lw, f->needle, masked(lw, f->has, f->needle_mask), 0);
	f->h = byte_at(lw, f->hay, masked(lw, ir_bin(b, IR_add, f->at, f->has), f->hay_mask), 0);
}

/* 1 if the word is negative, else 0. */
static struct ir_val *sign(struct lower *lw, struct ir_val *v)
{
	return ir_bin(lower_b(lw), IR_shr, v, ir_iconst(lower_b(lw), 63));
}

/*
 * One byte, without a branch, for each branch of a walked loop is one that the verifier has to come back to. At the end
 * of either text nothing changes any more; else one byte more was found, or the next place is tried.
 */
static void search_round(struct lower *lw, struct search *f)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *same, *live, *has;

	search_load(lw, f);
	same = sign(lw, ir_addi(b, ir_bin(b, IR_xor, f->h, f->c), -1));
	live = sign(lw, ir_bin(b, IR_and, ir_op(b, IR_neg, 1, f->h), ir_op(b, IR_neg, 1, f->c)));
	has = ir_bin(b, IR_sub, ir_bin(b, IR_mul, ir_addi(b, f->has, 1), same), f->has);
	ir_store(b, f->state, HAS, ir_bin(b, IR_add, f->has, ir_bin(b, IR_mul, has, live)), 8);
	live = ir_bin(b, IR_and, live, ir_bin(b, IR_xor, same, ir_iconst(b, 1)));
	ir_store(b, f->state, AT, ir_bin(b, IR_add, f->at, live), 8);
}

static void search_chunk(struct lower *lw, struct search *f)
{
	struct scan s = { 0 };

	scan_begin(lw, &s, CHUNK, true);
	scan_step(lw, &s, CHUNK);
	search_round(lw, f);
	scan_end(lw, &s);
}

static struct ir_val *find_any(struct lower *lw, struct ir_val *hay, uint32_t hs, struct ir_val *needle, uint32_t ns,
			       bool place)
{
	struct ir_builder *b = lower_b(lw);
	bool walk = !target_has(lower_target(lw), TF_ITER_NUM);
	uint64_t all = (uint64_t)(hs + 1) * (ns + 1) / CHUNK + 1, most = (walk ? MOST_ROUNDS_WALKED : MOST_ROUNDS) / CHUNK;
	struct scan s = { .none = place ? -1 : 0, .may_run_out = all > most };
	uint32_t chunks = all < most ? all : most;
	struct search f = { .state = ir_slot(b, 16, 8) };

	f.state->op = IR_scratch;
	f.hay = padded(lw, hay, hs, &f.hay_mask);
	f.needle = padded(lw, needle, ns, &f.needle_mask);
	ir_zero(b, f.state, 0, 16);
	scan_begin(lw, &s, chunks, walk);
	scan_step(lw, &s, chunks);
	search_chunk(lw, &f);
	search_load(lw, &f);
	scan_leave_if(lw, &s, ir_bin(b, IR_eq, f.c, ir_iconst(b, 0)), place ? f.at : ir_iconst(b, 1));
	scan_leave_if(lw, &s, ir_bin(b, IR_eq, f.h, ir_iconst(b, 0)), ir_iconst(b, s.none));
	return scan_end(lw, &s);
}

static const char *literal(const struct node *n, uint32_t *ret_len)
{
	if (n->kind != E_STR || !n->str)
		return NULL;
	*ret_len = strnlen(n->str, n->len);
	return *ret_len <= LONGEST_LITERAL ? n->str : NULL;
}

static uint32_t text_size(const struct config *c, const struct type *t)
{
	return t->kind == TY_PTR ? config_str_size(c) : t->size;
}

static bool check_search(struct check *ck, struct node *call)
{
	uint32_t n, size = text_size(check_config(ck), call->list.v[0]->type);

	call->type = call->fn == &fn_strstr ? type_i64() : type_bool();
	if (!literal(call->list.v[1], &n) || target_has(check_target(ck), TF_ITER_NUM))
		return true;
	if (size > MOST_WALKED)
		return check_error(ck, call->list.v[0]->span, DT_kernel_lacks,
				   "%s() in a string of more than %d bytes needs open-coded iterators, which this kernel lacks (6.4 has them)",
				   call->name, MOST_WALKED);
	return true;
}

static struct ir_val *text_of(struct lower *lw, struct node *n)
{
	if (n->type->kind != TY_PTR)
		return lower_expr(lw, n);
	return lower_read_str(lw, lower_expr(lw, n), config_str_size(lower_config(lw)), lower_space(lw, n->type));
}

static struct ir_val *lower_search(struct lower *lw, struct node *call)
{
	struct node *x = call->list.v[0], *y = call->list.v[1];
	uint32_t hs = text_size(lower_config(lw), x->type), n = 0;
	bool place = call->fn == &fn_strstr;
	struct ir_val *hay = text_of(lw, x);
	const char *text = literal(y, &n);

	if (!text)
		return find_any(lw, hay, hs, text_of(lw, y), text_size(lower_config(lw), y->type), place);
	if (!n)
		return ir_iconst(lower_b(lw), place ? 0 : 1);
	if (n >= hs)
		return ir_iconst(lower_b(lw), place ? -1 : 0);
	return find_literal(lw, hay, hs, text, n, place);
}

const struct fn_ops fn_strstr = {
	.name = "strstr", .proto = "strstr(string text, string needle): int64",
	.doc = "where one string is in another, -1 if it is not", .flags = FN_CALL, .min_args = 2, .max_args = 2,
	.arg = { FA_STRING | FA_PTR, FA_STRING | FA_PTR }, .check = check_search, .lower = lower_search,
};

const struct fn_ops fn_strcontains = {
	.name = "strcontains", .proto = "strcontains(string text, string needle): bool",
	.doc = "whether one string is in another", .flags = FN_CALL, .min_args = 2, .max_args = 2,
	.arg = { FA_STRING | FA_PTR, FA_STRING | FA_PTR }, .check = check_search, .lower = lower_search,
};
