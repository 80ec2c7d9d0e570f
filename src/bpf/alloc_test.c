/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Register allocation under pressure: results by the interpreter and by the kernel, sizes by count. */
#include <errno.h>

#include "bpf/kit_test.h"

#define CTX_SIZE 96

static void start(struct kit *k, struct ir_builder *b)
{
	kit_init(k);
	*b = (struct ir_builder){ .module = &k->module, .fn = ir_fn_new(&k->module, "f") };
	ir_at(b, ir_block_new(b));
}

static void fill_ctx(uint8_t *ctx)
{
	for (unsigned i = 0; i < CTX_SIZE; i++)
		ctx[i] = (uint8_t)(i * 37 + 11);
}

static unsigned count_text(const char *text, const char *what)
{
	unsigned n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* Runs the first function both ways; -1 if it cannot. */
static int64_t run(struct kit *k, struct bpf_prog *p)
{
	struct interp *in = interp_new(&k->obj);
	uint8_t ctx[CTX_SIZE];
	uint64_t ret = 0;
	uint32_t kernel = 0;

	fill_ctx(ctx);
	if (interp_run(in, p, ctx, sizeof(ctx), &ret))
		UNIT_FAIL("%s", interp_error(in));
	else if (kit_kernel_run(k, p, ctx, sizeof(ctx), &kernel) == KIT_OK)
		CHECK_EQ(kernel, (uint32_t)ret);
	interp_free(in);
	return (int64_t)ret;
}

/* n values that cannot be made again, all alive over three calls between which all are used. */
static struct ir_val *many_values(struct ir_builder *b, unsigned n, uint64_t *ret_sum)
{
	struct ir_val *v[64], *ctx = ir_ctx(b), *sum = ir_iconst(b, 0);
	uint64_t x[64];
	uint8_t bytes[CTX_SIZE];

	fill_ctx(bytes);
	*ret_sum = 0;
	for (unsigned i = 0; i < n; i++) {
		v[i] = ir_bin(b, IR_mul, ir_load(b, ctx, i, 1, false), ir_iconst(b, 3 + i));
		x[i] = bytes[i] * (3ull + i);
	}
	for (unsigned round = 0; round < 3; round++) {
		ir_call(b, IRH_get_smp_processor_id, 0);
		for (unsigned i = 0; i < n; i++) {
			sum = ir_bin(b, IR_mul, ir_bin(b, IR_xor, sum, v[i]), v[(i * 7 + round) % n]);
			*ret_sum = (*ret_sum ^ x[i]) * x[(i * 7 + round) % n];
			sum = ir_bin(b, IR_add, sum, ir_iconst(b, 1));
			*ret_sum += 1;
		}
	}
	return sum;
}

TEST(thirty_values_live_over_calls)
{
	struct ir_builder b;
	struct bpf_prog *p;
	struct kit k;
	uint64_t sum;

	start(&k, &b);
	ir_ret(&b, many_values(&b, 30, &sum));
	p = kit_compile(&k, 0);
	if (p) {
		CHECK_EQ(run(&k, p), sum);
		CHECK(p->stats.stack <= 30 * 8);
	}
	kit_done(&k);
}

TEST(context_loads_are_repeated_not_spilled)
{
	struct ir_val *v[12], *sum;
	struct ir_builder b;
	struct bpf_prog *p;
	struct kit k;
	uint8_t bytes[CTX_SIZE];
	uint64_t want = 0;

	start(&k, &b);
	fill_ctx(bytes);
	sum = ir_iconst(&b, 0);
	for (unsigned i = 0; i < 12; i++) {
		v[i] = ir_load(&b, ir_ctx(&b), i, 1, false);
		want += bytes[i];
	}
	ir_call(&b, IRH_get_smp_processor_id, 0);
	for (unsigned i = 0; i < 12; i++)
		sum = ir_bin(&b, IR_add, sum, v[i]);
	ir_ret(&b, sum);
	p = kit_compile(&k, 0);
	if (p) {
		CHECK_EQ(run(&k, p), want);
		CHECK_EQ(p->stats.stack, 0);
	}
	kit_done(&k);
}

/* A spilled bound is taken again after each load: old kernels forget it on the stack. */
TEST(spilled_bounds_are_taken_again)
{
	struct ir_val *v[8], *sum, *area;
	struct ir_builder b;
	struct bpf_prog *p;
	struct kit k;

	start(&k, &b);
	area = ir_global_ptr(&b, ir_global_alloc(&k.module, 64, 8));
	for (unsigned i = 0; i < 8; i++)
		v[i] = ir_umin(&b, ir_load(&b, ir_ctx(&b), 8 * i, 8, false), 56);
	ir_call(&b, IRH_get_smp_processor_id, 0);
	sum = ir_iconst(&b, 0);
	for (unsigned i = 0; i < 8; i++)
		sum = ir_bin(&b, IR_add, sum, ir_load(&b, ir_bin(&b, IR_add, area, v[i]), 0, 8, false));
	ir_ret(&b, sum);
	p = kit_compile(&k, 0);
	if (p) {
		CHECK_EQ(run(&k, p), 0);
		CHECK_EQ(count_text(kit_disasm(&k, p), "<= 0x38 goto pc+1"), 12);
	}
	kit_done(&k);
}

TEST(pointers_survive_spilling)
{
	struct ir_val *p[6], *slot, *sum;
	struct ir_block *miss, *next;
	struct ir_builder b;
	struct bpf_prog *prog;
	struct kit k;

	start(&k, &b);
	slot = ir_slot(&b, 8, 8);
	slot->imm = -8;
	miss = ir_block_new(&b);
	sum = ir_load(&b, ir_ctx(&b), 0, 8, false);
	for (unsigned i = 0; i < 6; i++) {
		struct ir_map *m = ir_map_new(&k.module, "m", IM_USER, BPF_MAP_TYPE_ARRAY, 4, 8, 4, 0);

		ir_store(&b, slot, 0, ir_iconst(&b, i % 4), 4);
		p[i] = ir_call(&b, IRH_map_lookup_elem, 2, ir_mapaddr(&b, m), slot);
		next = ir_block_new(&b);
		ir_br(&b, p[i], next, miss);
		ir_at(&b, next);
		p[i] = ir_nonnull(&b, p[i]);
	}
	for (unsigned i = 0; i < 6; i++) {
		ir_store(&b, p[i], 0, sum, 8);
		sum = ir_bin(&b, IR_add, sum, ir_load(&b, p[5 - i], 0, 8, false));
	}
	ir_ret(&b, sum);
	ir_at(&b, miss);
	ir_ret(&b, NULL);
	prog = kit_compile(&k, 0);
	if (prog) {
		CHECK(run(&k, prog) != 0);
		CHECK(prog->stats.stack > 8);
	}
	kit_done(&k);
}

static void expect_error(struct kit *k, int err, const char *text)
{
	struct bpf_fault fault = { .why = "none" };
	struct bpf_prog *p;

	CHECK_EQ(bpf_compile(&k->obj, k->module.fns.v[0], &p, &fault), err);
	CHECK_STR(fault.why, text);
}

TEST(too_many_values_for_the_stack)
{
	struct ir_builder b;
	struct kit k;
	uint64_t sum;

	start(&k, &b);
	ir_slot(&b, 320, 8)->imm = -320;
	ir_ret(&b, many_values(&b, 40, &sum));
	expect_error(&k, -E2BIG, "f needs 648 bytes of stack (328 for values that find no register); BPF has 512");
	kit_done(&k);
}

TEST(callbacks_share_the_stack)
{
	struct kit k;

	kit_init(&k);
	kit_parse(&k, "fn f {\nb0:\n\t%1 = slot #-300 [300]\n\t%2 = fnaddr &each\n\t%3 = iconst #4\n"
		      "\t%4 = call %3 %2 %1 %3 !loop\n\tret %4\n}\n"
		      "callback each 2 {\nb0:\n\t%1 = slot #-200 [200]\n\t%2 = iconst #0\n\tret %2\n}\n");
	expect_error(&k, -E2BIG, "f and what it calls need 544 bytes of stack; BPF has 512");
	kit_done(&k);
}

static void many_stores(struct ir_builder *b, struct ir_val *slot, struct ir_val *v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		ir_store(b, slot, 0, v, 8);
}

/* if (ctx) { n stores } */
static void far_jump(struct kit *k, unsigned n)
{
	struct ir_block *far, *end;
	struct ir_val *slot, *v;
	struct ir_builder b;

	start(k, &b);
	slot = ir_slot(&b, 8, 8);
	slot->imm = -8;
	far = ir_block_new(&b);
	end = ir_block_new(&b);
	v = ir_load(&b, ir_ctx(&b), 0, 8, false);
	ir_br(&b, v, far, end);
	ir_at(&b, far);
	many_stores(&b, slot, v, n);
	ir_ret(&b, v);
	ir_at(&b, end);
	ir_ret(&b, NULL);
}

static bool has_nothing(struct target *t, enum target_feature f)
{
	return false;
}

/* Around a long jump, which the kernel has unconditional only. */
TEST(far_jump_by_a_long_one)
{
	struct bpf_prog *p;
	struct kit k;

	far_jump(&k, 33000);
	p = kit_compile(&k, 0);
	CHECK(p != NULL);
	CHECK_EQ(count_text(kit_disasm(&k, p), "gotol"), 1);
	CHECK_EQ((long)run(&k, p), 0xee9c49f7a55300b); /* see fill_ctx() */
	kit_done(&k);
}

/* Over 100000 instructions: many jumps after one another, the code between them goes around each. */
TEST(far_jump_by_stages)
{
	struct bpf_prog *p;
	struct kit k;

	far_jump(&k, 100000);
	k.target.has = has_nothing;
	p = kit_compile(&k, 0);
	CHECK(p != NULL);
	CHECK_EQ(count_text(kit_disasm(&k, p), "gotol"), 0);
	CHECK(p->n > 100000 && p->n < 100050);
	CHECK_EQ((long)run(&k, p), 0xee9c49f7a55300b);
	kit_done(&k);
}

/* Each of 150 blocks jumps to a place of its own behind all of them, which adds its number and jumps back to the next. */
TEST(far_jumps_there_and_back)
{
	enum { N = 150, STORES = 400 };
	struct ir_block *near[N + 1], *far[N];
	struct ir_val *v, *sum, *other;
	struct ir_builder b;
	struct bpf_prog *p;
	struct kit k;

	start(&k, &b);
	sum = ir_slot(&b, 8, 8);
	sum->imm = -8;
	other = ir_slot(&b, 8, 8);
	other->imm = -16;
	v = ir_load(&b, ir_ctx(&b), 0, 8, false);
	ir_store(&b, sum, 0, v, 8);
	for (unsigned i = 0; i <= N; i++)
		near[i] = ir_block_new(&b);
	ir_jmp(&b, near[0]);
	for (unsigned i = 0; i < N; i++) {
		far[i] = ir_block_new(&b);
		far[i]->cold = true;
		ir_at(&b, near[i]);
		many_stores(&b, other, v, STORES);
		ir_br(&b, ir_bin(&b, IR_eq, ir_load(&b, ir_ctx(&b), 0, 8, false), ir_iconst(&b, i)), near[i + 1], far[i]);
		ir_at(&b, far[i]);
		many_stores(&b, other, v, STORES);
		ir_store(&b, sum, 0, ir_addi(&b, ir_load(&b, sum, 0, 8, false), i + 1), 8);
		ir_jmp(&b, near[i + 1]);
	}
	ir_at(&b, near[N]);
	ir_ret(&b, ir_load(&b, sum, 0, 8, false));
	k.target.has = has_nothing;
	p = kit_compile(&k, 0);
	CHECK(p != NULL);
	CHECK_EQ((long)run(&k, p), 0xee9c49f7a55300b + N * (N + 1) / 2);
	kit_done(&k);
}

TEST(too_many_instructions)
{
	struct kit k;

	far_jump(&k, 1000000);
	k.target.has = has_nothing;
	expect_error(&k, -E2BIG, "f has 1000005 instructions; BPF takes 1000000");
	kit_done(&k);
}

TEST(operations_of_the_upper_level_are_refused)
{
	struct kit k;

	kit_init(&k);
	kit_parse(&k, "fn f {\nb0:\n\t%1 = iconst #1\n\t%2 = log2 %1\n\tret %2\n}\n");
	expect_error(&k, -EINVAL, "log2 is no operation of the back end");
	kit_done(&k);
}
