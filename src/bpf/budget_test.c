/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What whole programs cost, from the upper level of the IR to instructions; each must also pass the kernel. */
#include "bpf/kit_test.h"

static const char count_ir[] =
	"pcpu 8\n"
	"fn count {\n"
	"b0:\n"
	"\t%1 = pcpu\n"
	"\t%2 = load.u8 %1\n"
	"\t%3 = iconst #1\n"
	"\t%4 = add %2 %3\n"
	"\tstore.u8 %1 %4\n"
	"\t%5 = iconst #0\n"
	"\tret %5\n"
	"}\n";

static const char latency_ir[] =
	"map @start type=1 key=8 value=8 max=4096 loss=4\n"
	"pcpu 520\n"
	"fn enter {\n"
	"b0:\n"
	"\t%1 = call !get_current_pid_tgid\n"
	"\t%2 = iconst #32\n"
	"\t%3 = ext.u4 %1\n"
	"\t%4 = key %3 {8 scalar:0:8}\n"
	"\t%5 = call !ktime_get_ns\n"
	"\tmapset.u8 @start %4 %5\n"
	"\t%6 = iconst #0\n"
	"\tret %6\n"
	"}\n"
	"fn exit {\n"
	"b0:\n"
	"\t%1 = call !get_current_pid_tgid\n"
	"\t%3 = ext.u4 %1\n"
	"\t%4 = key %3 {8 scalar:0:8}\n"
	"\t%5 = mapget.u8 @start %4\n"
	"\t%6 = iconst #0\n"
	"\t%7 = ne %5 %6\n"
	"\tbr %7 b1 b2\n"
	"b1:\n"
	"\t%8 = call !ktime_get_ns\n"
	"\t%11 = call !get_current_pid_tgid\n"
	"\t%13 = ext.u4 %11\n"
	"\t%14 = key %13 {8 scalar:0:8}\n"
	"\t%15 = mapget.u8 @start %14\n"
	"\t%16 = sub %8 %15\n"
	"\t%17 = log2 %16\n"
	"\t%18 = iconst #3\n"
	"\t%19 = pcpu\n"
	"\t%20 = umin %17 #63\n"
	"\t%21 = shl %20 %18\n"
	"\t%22 = add %19 %21\n"
	"\t%23 = load.u8 %22\n"
	"\t%24 = iconst #1\n"
	"\t%25 = add %23 %24\n"
	"\tstore.u8 %22 %25\n"
	"\t%26 = mapdel @start %14\n"
	"\tjmp b2\n"
	"b2:\n"
	"\tret %6\n"
	"}\n";

/* n times @m[comm] = count(): look the key up, add in place, else insert a 1. */
static void add_counts(struct strbuf *ir, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		sb_addf(ir, "map @m%u role=user type=5 key=16 value=8 max=4096 flags=0 loss=%u\n", i, 5 + i);
	sb_adds(ir, "fn f {\nb0:\n");
	for (unsigned i = 0; i < n; i++) {
		unsigned v = 16 * i, b = 3 * i;

		sb_addf(ir, "\t%%%u = fill [16] !get_current_comm\n", v + 1);
		sb_addf(ir, "\t%%%u = key %%%u {16 agg:0:16}\n", v + 2, v + 1);
		sb_addf(ir, "\t%%%u = mapptr @m%u %%%u\n", v + 3, i, v + 2);
		sb_addf(ir, "\t%%%u = iconst #0\n\t%%%u = iconst #1\n", v + 4, v + 5);
		sb_addf(ir, "\t%%%u = ne %%%u %%%u\n\tbr %%%u b%u b%u\n", v + 6, v + 3, v + 4, v + 6, b + 1, b + 2);
		sb_addf(ir, "b%u: from b%u\n\t%%%u = nonnull %%%u\n", b + 1, b, v + 7, v + 3);
		sb_addf(ir, "\t%%%u = load.u8 %%%u\n\t%%%u = add %%%u %%%u\n", v + 8, v + 7, v + 9, v + 8, v + 5);
		sb_addf(ir, "\tstore.u8 %%%u %%%u\n\tjmp b%u\n", v + 7, v + 9, b + 3);
		sb_addf(ir, "b%u: from b%u\n\t%%%u = slot #8 [8]\n", b + 2, b, v + 10);
		sb_addf(ir, "\tstore.u8 %%%u %%%u\n", v + 10, v + 5);
		sb_addf(ir, "\t%%%u = mapins @m%u %%%u %%%u\n\tjmp b%u\n", v + 11, i, v + 2, v + 10, b + 3);
		sb_addf(ir, "b%u: from b%u b%u\n", b + 3, b + 1, b + 2);
	}
	sb_addf(ir, "\t%%%u = iconst #0\n\tret %%%u\n}\n", 16 * n, 16 * n);
}

/* Compiles all functions; sums their costs. */
static struct bpf_stats cost(const char *ir)
{
	struct bpf_stats sum = { 0 };
	uint64_t ctx[12] = { 0 };
	const char *error;
	struct kit k;
	uint32_t ret;

	kit_init(&k);
	kit_parse(&k, ir);
	for (size_t i = 0; i < k.module.fns.n; i++) {
		struct bpf_prog *p = NULL;

		if (ir_run_passes(k.module.fns.v[i], true, NULL, NULL, &error))
			UNIT_FAIL("%s", error);
		else
			p = kit_compile(&k, i);
		if (!p)
			break;
		CHECK(kit_kernel_run(&k, p, ctx, sizeof(ctx), &ret) != KIT_FAILED);
		sum.insns += p->stats.insns;
		sum.helpers += p->stats.helpers;
		sum.stack += p->stats.stack;
		sum.key_slots += p->stats.key_slots;
	}
	kit_done(&k);
	return sum;
}

TEST(count_fits_its_budget)
{
	CHECK(cost(count_ir).insns <= 12);
}

static struct bpf_stats cost_of_counts(unsigned n)
{
	struct strbuf ir = { 0 };
	struct bpf_stats s;

	add_counts(&ir, n);
	s = cost(sb_str(&ir));
	sb_done(&ir);
	return s;
}

TEST(count_by_comm_fits_its_budget)
{
	struct bpf_stats s = cost_of_counts(1);

	CHECK(s.insns <= 30);
	CHECK_EQ(s.helpers, 3);
	CHECK_EQ(s.stack, 24);
}

TEST(latency_pair_fits_its_budget)
{
	CHECK(cost(latency_ir).insns <= 80);
}

TEST(thirteen_counts_by_comm_share_one_key)
{
	struct bpf_stats s = cost_of_counts(13);

	CHECK_EQ(s.helpers, 27);
	CHECK_EQ(s.key_slots, 1);
	CHECK_EQ(s.stack, 24);
}
