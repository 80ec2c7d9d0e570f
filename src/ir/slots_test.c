/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The slots pass: text in, text out. */
#include "ir/ir_test.h"

/* Two slots that are never alive together lie at the same place; a third, alive with both, does not. */
TEST(slots_share)
{
	ir_test_passes(IR_TEST_NEW, "slots",
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = iconst #1\n"
		"\t%2 = slot #8 [8]\n"
		"\t%3 = slot #8 [8]\n"
		"\t%4 = slot #8 [16]\n"
		"\tstore.u8 %4 %1\n"
		"\tstore.u8 %4 %1 #8\n"
		"\tstore.u8 %2 %1\n"
		"\t%5 = load.u8 %2\n"
		"\tstore.u8 %3 %5\n"
		"\t%6 = load.u8 %3\n"
		"\t%7 = load.u8 %4\n"
		"\t%8 = add %6 %7\n"
		"\tret %8\n"
		"}\n",
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = iconst #1\n"
		"\t%2 = slot #-24 [8]\n"
		"\t%3 = slot #-24 [8]\n"
		"\t%4 = slot #-16 [16]\n"
		"\tstore.u8 %4 %1\n"
		"\tstore.u8 %4 %1 #8\n"
		"\tstore.u8 %2 %1\n"
		"\t%5 = load.u8 %2\n"
		"\tstore.u8 %3 %5\n"
		"\t%6 = load.u8 %3\n"
		"\t%7 = load.u8 %4\n"
		"\t%8 = add %6 %7\n"
		"\tret %8\n"
		"}\n");
}

/* Alive from one turn to the next. */
TEST(slots_loop)
{
	ir_test_passes(IR_TEST_NEW, "slots",
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = iconst #1\n"
		"\t%2 = slot #8 [8]\n"
		"\t%3 = slot #8 [8]\n"
		"\tstore.u8 %2 %1\n"
		"\tjmp b1\n"
		"b1: from b0 b1\n"
		"\t%4 = load.u8 %2\n"
		"\tstore.u8 %3 %4\n"
		"\t%5 = load.u8 %3\n"
		"\tbr %5 b1 b2\n"
		"b2:\n"
		"\tret %1\n"
		"}\n",
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = iconst #1\n"
		"\t%2 = slot #-8 [8]\n"
		"\t%3 = slot #-16 [8]\n"
		"\tstore.u8 %2 %1\n"
		"\tjmp b1\n"
		"b1: from b0 b1\n"
		"\t%4 = load.u8 %2\n"
		"\tstore.u8 %3 %4\n"
		"\t%5 = load.u8 %3\n"
		"\tbr %5 b1 b2\n"
		"b2: from b1\n"
		"\tret %1\n"
		"}\n");
}

/* Used through a pointer made from it. */
TEST(slots_pointer)
{
	ir_test_passes(IR_TEST_NEW, "slots",
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = iconst #4\n"
		"\t%2 = slot #8 [8]\n"
		"\t%3 = slot #4 [4]\n"
		"\tstore.u8 %2 %1\n"
		"\t%4 = add %2 %1\n"
		"\tstore.u4 %3 %1\n"
		"\t%5 = load.u4 %3\n"
		"\t%6 = load.u4 %4\n"
		"\t%7 = add %5 %6\n"
		"\tret %7\n"
		"}\n",
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = iconst #4\n"
		"\t%2 = slot #-8 [8]\n"
		"\t%3 = slot #-12 [4]\n"
		"\tstore.u8 %2 %1\n"
		"\t%4 = add %2 %1\n"
		"\tstore.u4 %3 %1\n"
		"\t%5 = load.u4 %3\n"
		"\t%6 = load.u4 %4\n"
		"\t%7 = add %5 %6\n"
		"\tret %7\n"
		"}\n");
}

/* What does not fit moves to per-CPU memory, largest first. */
TEST(slots_scratch)
{
	ir_test_passes(IR_TEST_NEW, "slots pcpu",
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = iconst #256\n"
		"\t%4 = slot #8 [256]\n"
		"\t%5 = slot #8 [400]\n"
		"\t%6 = call %4 %3 %2 !probe_read_kernel_str\n"
		"\t%7 = call %5 %3 %2 !probe_read_user_str\n"
		"\t%8 = call %2 %4 %5 !strncmp\n"
		"\tret %8\n"
		"}\n",
		"map @.pcpu role=pcpu type=6 key=4 value=400 max=1 flags=0\n"
		"pcpu 400\n"
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = iconst #256\n"
		"\t%4 = slot #-256 [256]\n"
		"\t%6 = call %4 %3 %2 !probe_read_kernel_str\n"
		"\t%10 = slot #-264 [4]\n"
		"\t%11 = iconst #0\n"
		"\tstore.u4 %10 %11\n"
		"\t%13 = mapaddr @.pcpu\n"
		"\t%14 = call %13 %10 !map_lookup_elem\n"
		"\tbr %14 b3 b2\n"
		"b3: from b0\n"
		"\t%18 = nonnull %14\n"
		"\tjmp b1\n"
		"b1: from b3\n"
		"\t%7 = call %18 %3 %2 !probe_read_user_str\n"
		"\t%8 = call %2 %4 %18 !strncmp\n"
		"\tret %8\n"
		"b2: from b0 cold\n"
		"\t%16 = iconst #0\n"
		"\tret %16\n"
		"}\n");
}

/* A callback has scratch of its own. */
TEST(slots_shared_scratch)
{
	ir_test_passes(IR_TEST_NEW, "slots",
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = scratch [64]\n"
		"\t%2 = call %1 !send_signal\n"
		"\tret %2\n"
		"}\n"
		"callback g 2 lowered {\n"
		"b0:\n"
		"\t%1 = scratch [32]\n"
		"\t%2 = call %1 !send_signal\n"
		"\tret %2\n"
		"}\n",
		"map @.pcpu role=pcpu type=6 key=4 value=96 max=1 flags=0\n"
		"pcpu 96\n"
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = pcpu\n"
		"\t%2 = call %1 !send_signal\n"
		"\tret %2\n"
		"}\n"
		"callback g 2 lowered {\n"
		"b0:\n"
		"\t%1 = pcpu #64\n"
		"\t%2 = call %1 !send_signal\n"
		"\tret %2\n"
		"}\n");
}
