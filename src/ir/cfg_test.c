/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cfg pass: text in, text out. */
#include "ir/ir_test.h"

TEST(cfg_known_branch)
{
	ir_test_passes(IR_TEST_NEW, "cfg dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #1\n"
		"\tbr %1 b1 b2\n"
		"b1:\n"
		"\t%2 = iconst #5\n"
		"\tjmp b3\n"
		"b2:\n"
		"\t%3 = iconst #6\n"
		"\tjmp b3\n"
		"b3: from b1 b2\n"
		"\t%4 = phi %2 %3\n"
		"\tret %4\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%2 = iconst #5\n"
		"\tret %2\n"
		"}\n");
}

/* The miss (0) goes where the branch would go; the loaded value needs no phi after that. */
TEST(cfg_threads_constants)
{
	ir_test_passes(IR_TEST_NEW, "cfg dce",
		"map @x type=1 key=8 value=8 max=16\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = mapaddr @x\n"
		"\t%2 = slot #8 [8]\n"
		"\t%3 = call %1 %2 !map_lookup_elem\n"
		"\t%4 = iconst #0\n"
		"\tbr %3 b1 b2\n"
		"b1:\n"
		"\t%5 = nonnull %3\n"
		"\t%6 = load.u8 %5\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\t%7 = phi %4 %6\n"
		"\tbr %7 b3 b4\n"
		"b3:\n"
		"\t%8 = call %7 !send_signal\n"
		"\tjmp b4\n"
		"b4:\n"
		"\tret %4\n"
		"}\n",
		"map @x role=user type=1 key=8 value=8 max=16 flags=0\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = mapaddr @x\n"
		"\t%2 = slot #8 [8]\n"
		"\t%3 = call %1 %2 !map_lookup_elem\n"
		"\t%4 = iconst #0\n"
		"\tbr %3 b1 b4\n"
		"b1: from b0\n"
		"\t%5 = nonnull %3\n"
		"\t%6 = load.u8 %5\n"
		"\tbr %6 b3 b4\n"
		"b3: from b1\n"
		"\t%8 = call %6 !send_signal\n"
		"\tjmp b4\n"
		"b4: from b1 b3 b0\n"
		"\tret %4\n"
		"}\n");
}

/* a && b: one test each, and the value used behind both is repaired. */
TEST(cfg_threads_and)
{
	ir_test_passes(IR_TEST_NEW, "cfg dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = load.u8 %1 #8\n"
		"\t%4 = iconst #0\n"
		"\tbr %2 b1 b2\n"
		"b1:\n"
		"\t%5 = ult %3 %2\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\t%6 = phi %4 %5\n"
		"\t%7 = phi %2 %3\n"
		"\t%8 = eq %6 %4\n"
		"\tbr %8 b4 b3\n"
		"b3:\n"
		"\t%9 = add %7 %3\n"
		"\tjmp b5\n"
		"b4:\n"
		"\t%10 = add %7 %2\n"
		"\tjmp b5\n"
		"b5: from b3 b4\n"
		"\t%11 = phi %9 %10\n"
		"\t%12 = add %11 %7\n"
		"\tret %12\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = load.u8 %1 #8\n"
		"\t%4 = iconst #0\n"
		"\tbr %2 b1 b6\n"
		"b1: from b0\n"
		"\t%5 = ult %3 %2\n"
		"\t%8 = eq %5 %4\n"
		"\tbr %8 b4 b3\n"
		"b3: from b1\n"
		"\t%9 = add %3 %3\n"
		"\tjmp b5\n"
		"b6: from b0\n"
		"\tjmp b4\n"
		"b4: from b1 b6\n"
		"\t%21 = phi %3 %2\n"
		"\t%10 = add %21 %2\n"
		"\tjmp b5\n"
		"b5: from b3 b4\n"
		"\t%22 = phi %3 %21\n"
		"\t%11 = phi %9 %10\n"
		"\t%12 = add %11 %22\n"
		"\tret %12\n"
		"}\n");
}

TEST(cfg_keeps_loops)
{
	ir_test_passes(IR_TEST_NEW, "cfg dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\t%2 = iconst #10\n"
		"\t%3 = iconst #1\n"
		"\tjmp b1\n"
		"b1: from b0 b2\n"
		"\t%4 = phi %1 %5\n"
		"\t%6 = ult %4 %2\n"
		"\tbr %6 b2 b3\n"
		"b2:\n"
		"\t%5 = add %4 %3\n"
		"\tjmp b1\n"
		"b3:\n"
		"\tret %4\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\t%2 = iconst #10\n"
		"\t%3 = iconst #1\n"
		"\tjmp b1\n"
		"b1: from b0 b2\n"
		"\t%4 = phi %1 %5\n"
		"\t%6 = ult %4 %2\n"
		"\tbr %6 b2 b3\n"
		"b2: from b1\n"
		"\t%5 = add %4 %3\n"
		"\tjmp b1\n"
		"b3: from b1\n"
		"\tret %4\n"
		"}\n");
}

TEST(cfg_empty_blocks)
{
	ir_test_passes(IR_TEST_NEW, "cfg dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\tbr %2 b1 b2\n"
		"b1:\n"
		"\tjmp b3\n"
		"b2:\n"
		"\tjmp b3\n"
		"b3:\n"
		"\tjmp b4\n"
		"b4:\n"
		"\t%3 = iconst #0\n"
		"\tret %3\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%3 = iconst #0\n"
		"\tret %3\n"
		"}\n");
}
