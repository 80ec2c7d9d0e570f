/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digests of long keys: what programs compute is what the reader of maps computes. */
#include "bpf/kit_test.h"

#define LONGEST 600

/* A program that gives the digest's words, one on top of the other, of n bytes of read-only data. */
static struct bpf_prog *compile(struct kit *k, const uint8_t *key, uint32_t n)
{
	struct ir_builder b = { .module = &k->module };
	const char *error = NULL;
	struct ir_val *d;

	k->module.seed_off = ir_global_alloc(&k->module, 16, 8);
	b.fn = ir_fn_new(&k->module, "f");
	ir_at(&b, ir_block_new(&b));
	d = ir_digest(&b, ir_rodata_ptr(&b, key, n), n);
	ir_ret(&b, ir_bin(&b, IR_sub, ir_load(&b, d, 0, 8, false), ir_load(&b, d, 8, 8, false)));
	CHECK(!ir_run_passes(b.fn, true, NULL, NULL, &error));
	return kit_compile(k, 0);
}

static void check_length(const uint8_t *key, uint32_t n)
{
	static const uint64_t seed[2] = { 0x1122334455667788, 0x99aabbccddeeff00 };
	uint64_t want[2], got = 0;
	uint32_t zero = 0;
	struct interp *in;
	struct bpf_prog *p;
	struct kit k;

	kit_init(&k);
	p = compile(&k, key, n);
	in = interp_new(&k.obj);
	interp_env(in)->max_steps = 100000;
	memcpy((char *)interp_map_get(in, k.module.globals, &zero) + k.module.seed_off, seed, sizeof(seed));
	ir_digest_of(key, n, seed, want);
	CHECK(p && !interp_run(in, p, NULL, 0, &got));
	CHECK_EQ(got, want[0] - want[1]);
	interp_free(in);
	kit_done(&k);
}

TEST(digest_programs_and_readers_agree)
{
	uint8_t key[LONGEST];

	for (unsigned i = 0; i < LONGEST; i++)
		key[i] = (uint8_t)(i * 7 + 1);
	for (uint32_t n = 1; n <= 20; n++)
		check_length(key, n);
	check_length(key, 513);
	check_length(key, LONGEST);
}

TEST(digest_sees_every_byte)
{
	static const uint64_t seed[2] = { 1, 2 };
	uint64_t whole[2], other[2];
	uint8_t key[LONGEST] = { 0 };

	ir_digest_of(key, LONGEST, seed, whole);
	for (unsigned i = 0; i < LONGEST; i++) {
		key[i] = 1;
		ir_digest_of(key, LONGEST, seed, other);
		CHECK(whole[0] != other[0] && whole[1] != other[1]);
		key[i] = 0;
	}
}
