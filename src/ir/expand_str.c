/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expansion of comparisons of strings and bytes. Strings that are padded with zeroes are equal
 * exactly if their bytes are: so words are compared, and what is not padded is copied first.
 */
#include "ir/expand.h"

/* All unequal ways lead to join; what is equal so far falls through. */
struct compare {
	struct ir_block *join;
	struct ir_val *phi;
};

static void start(struct ir_expand *x, struct compare *c)
{
	c->join = ir_block_new(&x->b);
	c->join->cold = x->b.block->cold;
	c->phi = ir_phi(&x->b, c->join);
}

static void unless_equal(struct ir_expand *x, struct compare *c, struct ir_val *a, struct ir_val *b)
{
	struct ir_block *next = ir_block_new(&x->b);

	next->cold = c->join->cold;
	ir_phi_add(&x->b, c->phi, ir_iconst(&x->b, 0));
	ir_br(&x->b, ir_bin(&x->b, IR_eq, a, b), next, c->join);
	ir_at(&x->b, next);
}

static struct ir_val *finish(struct ir_expand *x, struct compare *c)
{
	ir_phi_add(&x->b, c->phi, ir_iconst(&x->b, 1));
	ir_jmp(&x->b, c->join);
	ir_at(&x->b, c->join);
	return c->phi;
}

/* Literals */

static const char *literal(struct ir_expand *x, const struct ir_val *v, uint32_t *ret_len)
{
	const char *p = x->b.module->rodata.p + v->imm;
	uint32_t n = (uint32_t)strnlen(p, v->size);

	*ret_len = n < v->size ? n + 1 : n;
	return p;
}

bool ir_streq_literal(const struct ir_val *v)
{
	return (v->arg[0]->op == IR_rodata && v->arg[0]->size <= IR_INLINE_COPY) ||
	       (v->arg[1]->op == IR_rodata && v->arg[1]->size <= IR_INLINE_COPY);
}

/* The literal's words are constants; the other side is never read beyond its length. */
static struct ir_val *compare_literal(struct ir_expand *x, struct ir_val *v, unsigned lit)
{
	struct ir_val *other = ir_arg(v, !lit);
	uint32_t n, known = ir_known_size(v->arg[!lit]), align = ir_alignment(other);
	const char *p = literal(x, v->arg[lit], &n);
	struct compare c;
	unsigned w;

	if ((uint64_t)v->imm < n)
		n = (uint32_t)v->imm;
	if (known && known < n)
		return ir_iconst(&x->b, 0);
	start(x, &c);
	for (uint32_t off = 0; off < n; off += w) {
		struct ir_val *have;
		uint64_t word = 0;

		w = ir_chunk(n - off, align, off);
		memcpy(&word, p + off, w);
		have = ir_load(&x->b, other, off, w, false);
		unless_equal(x, &c, have, ir_iconst(&x->b, (int64_t)word));
	}
	return finish(x, &c);
}

/* Bytes */

static void compare_words(struct ir_expand *x, struct compare *c, struct ir_val *a,
			  struct ir_val *b, uint32_t from, uint32_t n)
{
	uint32_t aa = ir_alignment(a), ab = ir_alignment(b), align = aa < ab ? aa : ab;
	unsigned w;

	for (uint32_t off = from; off < n; off += w) {
		struct ir_val *word;

		w = ir_chunk(n - off, align, off);
		word = ir_load(&x->b, a, off, w, false);
		unless_equal(x, c, word, ir_load(&x->b, b, off, w, false));
	}
}

/* for (i = 0; i < n; i += 8); kernels since 5.3 follow such a loop to its end. */
static void compare_loop(struct ir_expand *x, struct compare *c, struct ir_val *a, struct ir_val *b,
			 uint32_t n)
{
	struct ir_builder *bl = &x->b;
	struct ir_block *head = ir_block_new(bl), *body = ir_block_new(bl),
			*after = ir_block_new(bl);
	struct ir_val *zero = ir_iconst(bl, 0), *i, *word, *at;

	ir_jmp(bl, head);
	ir_at(bl, head);
	i = ir_phi(bl, head);
	ir_phi_add(bl, i, zero);
	ir_br(bl, ir_bin(bl, IR_ult, i, ir_iconst(bl, n)), body, after);
	ir_at(bl, body);
	at = ir_bin(bl, IR_add, a, i);
	word = ir_load(bl, at, 0, 8, false);
	at = ir_bin(bl, IR_add, b, i);
	unless_equal(x, c, word, ir_load(bl, at, 0, 8, false));
	ir_phi_add(bl, i, ir_addi(bl, i, 8));
	ir_jmp(bl, head);
	ir_at(bl, after);
}

static struct ir_val *compare_bytes(struct ir_expand *x, struct ir_val *a, struct ir_val *b,
				    uint32_t n)
{
	uint32_t looped = n > IR_INLINE_COPY ? n & ~7u : 0;
	struct compare c;

	start(x, &c);
	if (looped)
		compare_loop(x, &c, a, b, looped);
	compare_words(x, &c, a, b, looped, n);
	return finish(x, &c);
}

struct ir_val *ir_expand_memeq(struct ir_expand *x, struct ir_val *v)
{
	return compare_bytes(x, ir_arg(v, 0), ir_arg(v, 1), v->size);
}

/* A copy of the string in n + 1 bytes, the rest zero. */
static struct ir_val *padded_copy(struct ir_expand *x, struct ir_val *src, uint32_t n)
{
	struct ir_val *slot = ir_slot(&x->b, (n + 8) & ~7u, 8);

	ir_expand_zero(x, slot, 0, slot->size);
	ir_call(&x->b, ir_kernel_read_str(x), 3, slot, ir_iconst(&x->b, n + 1), src);
	return slot;
}

static struct ir_val *padded(struct ir_expand *x, const struct ir_val *v, unsigned i, uint32_t n)
{
	struct ir_val *orig = v->arg[i];

	return ir_is_padded(x, orig) && orig->size >= n ? ir_arg(v, i)
							: padded_copy(x, ir_arg(v, i), n);
}

static void shrink(struct ir_expand *x, const struct ir_val *orig, uint32_t *n)
{
	if (ir_is_padded(x, orig) && orig->size < *n)
		*n = orig->size;
}

struct ir_val *ir_expand_streq(struct ir_expand *x, struct ir_val *v)
{
	uint32_t n = v->imm > 0 && v->imm < (1 << 16) ? (uint32_t)v->imm : 1 << 16;
	struct ir_val *a;

	if (ir_streq_literal(v))
		return compare_literal(
			x, v,
			v->arg[0]->op == IR_rodata && v->arg[0]->size <= IR_INLINE_COPY ? 0 : 1);
	shrink(x, v->arg[0], &n);
	shrink(x, v->arg[1], &n);
	a = padded(x, v, 0, n);
	return compare_bytes(x, a, padded(x, v, 1, n), n);
}
