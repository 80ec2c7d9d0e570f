/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys longer than the kernel takes are known to it by their digest: 128 bits, from two lanes of
 * multiplications over the 8-byte words of the key (zero padded). It starts from two words that differ from run to run
 * (at module->seed_off in the globals), so that a traced process cannot prepare keys that meet. Here are both
 * sides: the bytes' own digest, and the code that computes the same.
 */
#include <string.h>

#include "ir/expand.h"

#define MUL_A 0x9e3779b97f4a7c15ull
#define MUL_B 0xd6e8feb86659fd93ull
#define SHIFT_A 32
#define SHIFT_B 29
#define WORD 8

void ir_digest_of(const void *key, uint32_t n, const uint64_t seed[2], uint64_t ret[2])
{
	uint64_t a = seed[0], b = seed[1];

	for (uint32_t off = 0; off < n; off += WORD) {
		uint64_t w = 0;

		memcpy(&w, (const char *)key + off, n - off < WORD ? n - off : WORD);
		a = (a ^ w) * MUL_A;
		a ^= a >> SHIFT_A;
		b = (b + w) * MUL_B;
		b ^= b >> SHIFT_B;
	}
	ret[0] = a;
	ret[1] = b;
}

struct lanes {
	struct ir_val *a, *b;
};

static struct ir_val *mixed(struct ir_builder *b, struct ir_val *v, uint64_t mul, unsigned shift)
{
	v = ir_bin(b, IR_mul, v, ir_iconst(b, (int64_t)mul));
	return ir_bin(b, IR_xor, v, ir_bin(b, IR_shr, v, ir_iconst(b, shift)));
}

static void take_word(struct ir_builder *b, struct lanes *l, struct ir_val *word)
{
	l->a = mixed(b, ir_bin(b, IR_xor, l->a, word), MUL_A, SHIFT_A);
	l->b = mixed(b, ir_bin(b, IR_add, l->b, word), MUL_B, SHIFT_B);
}

/* for (i = 0; i < n; i += 8); any verifier walks it, as no branch in it is open. */
static void take_words(struct ir_builder *b, struct lanes *l, struct ir_val *key, uint32_t n)
{
	struct ir_block *loop = ir_block_new(b), *after = ir_block_new(b);
	struct ir_val *zero = ir_iconst(b, 0), *i, *next, *word;
	struct lanes start = *l;

	loop->cold = after->cold = b->block->cold;
	ir_jmp(b, loop);
	i = ir_phi(b, loop);
	l->a = ir_phi(b, loop);
	l->b = ir_phi(b, loop);
	ir_phi_add(b, i, zero);
	ir_phi_add(b, l->a, start.a);
	ir_phi_add(b, l->b, start.b);
	ir_at(b, loop);
	start = *l;
	word = ir_load(b, ir_bin(b, IR_add, key, i), 0, WORD, false);
	take_word(b, l, word);
	next = ir_addi(b, i, WORD);
	ir_br(b, ir_bin(b, IR_ult, next, ir_iconst(b, n)), loop, after);
	ir_phi_add(b, i, next);
	ir_phi_add(b, start.a, l->a);
	ir_phi_add(b, start.b, l->b);
	ir_at(b, after);
}

/* The last bytes, less than a word. */
static struct ir_val *rest(struct ir_builder *b, struct ir_val *key, uint32_t from, uint32_t n)
{
	struct ir_val *word = ir_iconst(b, 0);
	unsigned w;

	for (uint32_t off = from; off < n; off += w) {
		struct ir_val *part;

		w = ir_chunk(n - off, WORD, off);
		part = ir_load(b, key, off, w, false);
		part = ir_bin(b, IR_shl, part, ir_iconst(b, 8 * (off - from)));
		word = ir_bin(b, IR_or, word, part);
	}
	return word;
}

static struct ir_val *aligned(struct ir_expand *x, struct ir_val *key, uint32_t n)
{
	struct ir_val *slot;

	if (ir_alignment(key) >= WORD)
		return key;
	slot = ir_slot(&x->b, (n + 7) & ~7u, WORD);
	ir_expand_copy(x, slot, 0, key, n);
	return slot;
}

struct ir_val *ir_expand_digest(struct ir_expand *x, struct ir_val *v)
{
	struct ir_builder *b = &x->b;
	uint32_t n = (uint32_t)v->imm, words = n & ~7u;
	struct ir_val *key = aligned(x, ir_arg(v, 0), n), *slot = ir_slot(b, v->size, WORD),
		      *seed = ir_global_ptr(b, x->b.module->seed_off);
	struct lanes l = { ir_load(b, seed, 0, 8, false), ir_load(b, seed, 8, 8, false) };

	if (words)
		take_words(b, &l, key, words);
	if (words < n)
		take_word(b, &l, rest(b, key, words, n));
	ir_store(b, slot, 0, l.a, 8);
	ir_store(b, slot, 8, l.b, 8);
	return slot;
}
