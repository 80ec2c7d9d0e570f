/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole list of passes: what a script costs. */
#include "ir/ir_test.h"

/* @m<i>[comm] = count(), as lower makes it. */
static int one_count(char *text, int i)
{
	int v = 10 * i, b = 3 * i;

	return sprintf(text,
		       "\t%%%d = fill [16] !get_current_comm\n\t%%%d = key %%%d {16 agg:0:16}\n"
		       "\t%%%d = mapptr @m%d %%%d\n\t%%%d = iconst #1\n\tbr %%%d b%d b%d\n"
		       "b%d:\n\t%%%d = nonnull %%%d\n\t%%%d = load.u8 %%%d\n\t%%%d = add %%%d %%%d\n"
		       "\tstore.u8 %%%d %%%d\n\tjmp b%d\n"
		       "b%d:\n\t%%%d = slot #8 [8]\n\tstore.u8 %%%d %%%d\n\t%%%d = mapins @m%d %%%d %%%d\n"
		       "\tjmp b%d\nb%d:\n",
		       v + 1, v + 2, v + 1, v + 3, i, v + 2, v + 4, v + 3, b + 1, b + 2, b + 1, v + 5, v + 3,
		       v + 6, v + 5, v + 7, v + 6, v + 4, v + 5, v + 7, b + 3, b + 2, v + 8, v + 8, v + 4, v + 9, i,
		       v + 2, v + 8, b + 3, b + 3);
}

static const char *thirteen_counts(void)
{
	static char text[16384];
	int n = 0;

	for (int i = 0; i < 13; i++)
		n += sprintf(text + n, "map @m%d type=5 key=16 value=8 max=4096 loss=%d\n", i, 5 + i);
	n += sprintf(text + n, "fn f {\nb0:\n");
	for (int i = 0; i < 13; i++)
		n += one_count(text + n, i);
	sprintf(text + n, "\t%%999 = iconst #0\n\tret %%999\n}\n");
	return text;
}

/* One comm, one key, a look-up and an insertion for each map. */
TEST(passes_merge_keys)
{
	CHECK_EQ(ir_test_count(thirteen_counts(), "!get_current_comm"), 1);
	CHECK_EQ(ir_test_count(thirteen_counts(), "!map_lookup_elem"), 13);
	CHECK_EQ(ir_test_count(thirteen_counts(), "!map_update_elem"), 13);
	CHECK_EQ(ir_test_count(thirteen_counts(), "slot #-16 [16]"), 1);
	CHECK_EQ(ir_test_count(thirteen_counts(), "slot #-24 [8]"), 13);
}

static const char count[] =
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

/* @ = count(): one look-up, no branch but for its null check. */
TEST(passes_count)
{
	CHECK_EQ(ir_test_count(count, "call "), 1);
	CHECK_EQ(ir_test_count(count, "\tbr "), 1);
}

/* Start, difference, histogram and delete. */
static const char latency[] =
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

TEST(passes_latency)
{
	CHECK_EQ(ir_test_count(latency, "!get_current_pid_tgid"), 2); /* one a program */
	CHECK_EQ(ir_test_count(latency, "!ktime_get_ns"), 2);
	CHECK_EQ(ir_test_count(latency, "!map_update_elem"), 1);
	CHECK_EQ(ir_test_count(latency, "!map_lookup_elem"), 2); /* the start, the histogram */
	CHECK_EQ(ir_test_count(latency, "!map_delete_elem"), 1);
}

/* 40 probes of 1 KiB each: they share when the kernel's limit comes near. */
TEST(passes_scratch_limit)
{
	static char text[8192];
	int n = 0;

	for (int i = 0; i < 40; i++)
		n += sprintf(text + n, "fn f%d lowered {\nb0:\n\t%%1 = scratch [1024]\n"
				       "\t%%2 = call %%1 !send_signal\n\tret %%2\n}\n", i);
	CHECK_EQ(ir_test_count(text, "pcpu 16384"), 1);
}
