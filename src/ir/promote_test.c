/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The promote pass: text in, text out. */
#include "ir/ir_test.h"

/* A variable set on two ways is a phi; a narrow one is extended at its loads. */
TEST(promote_variable)
{
	ir_test_passes(IR_TEST_NEW, "promote cfg",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = slot #8 [8]\n"
		"\tzero %3 [8]\n"
		"\t%9 = slot #4 [4]\n"
		"\tstore.u4 %9 %2\n"
		"\tbr %2 b1 b2\n"
		"b1:\n"
		"\tstore.u8 %3 %2\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\t%4 = load.u8 %3\n"
		"\t%5 = load.s4 %9\n"
		"\t%6 = add %4 %5\n"
		"\tret %6\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = slot #8 [8]\n"
		"\t%16 = iconst #0\n"
		"\t%9 = slot #4 [4]\n"
		"\tbr %2 b1 b2\n"
		"b1: from b0\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\t%17 = phi %16 %2\n"
		"\t%5 = ext.s4 %2\n"
		"\t%6 = add %17 %5\n"
		"\tret %6\n"
		"}\n");
}

TEST(promote_loop)
{
	ir_test_passes(IR_TEST_NEW, "promote cfg dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = slot #8 [8]\n"
		"\t%2 = iconst #0\n"
		"\tstore.u8 %1 %2\n"
		"\t%3 = iconst #10\n"
		"\t%4 = iconst #1\n"
		"\tjmp b1\n"
		"b1: from b0 b2\n"
		"\t%5 = load.u8 %1\n"
		"\t%6 = ult %5 %3\n"
		"\tbr %6 b2 b3\n"
		"b2:\n"
		"\t%7 = load.u8 %1\n"
		"\t%8 = add %7 %4\n"
		"\tstore.u8 %1 %8\n"
		"\tjmp b1\n"
		"b3:\n"
		"\t%9 = load.u8 %1\n"
		"\tret %9\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%2 = iconst #0\n"
		"\t%3 = iconst #10\n"
		"\t%4 = iconst #1\n"
		"\tjmp b1\n"
		"b1: from b0 b2\n"
		"\t%16 = phi %2 %8\n"
		"\t%6 = ult %16 %3\n"
		"\tbr %6 b2 b3\n"
		"b2: from b1\n"
		"\t%8 = add %16 %4\n"
		"\tjmp b1\n"
		"b3: from b1\n"
		"\tret %16\n"
		"}\n");
}

TEST(promote_refuses_addresses)
{
	ir_test_passes(IR_TEST_NEW, "promote",
		"fn f {\n"
		"b0:\n"
		"\t%1 = slot #8 [16]\n"
		"\t%2 = iconst #16\n"
		"\t%3 = call %1 %2 !get_current_comm\n"
		"\t%4 = load.u8 %1\n"
		"\tret %4\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = slot #8 [16]\n"
		"\t%2 = iconst #16\n"
		"\t%3 = call %1 %2 !get_current_comm\n"
		"\t%4 = load.u8 %1\n"
		"\tret %4\n"
		"}\n");
}

TEST(promote_refuses_overlap)
{
	ir_test_passes(IR_TEST_NEW, "promote",
		"fn f {\n"
		"b0:\n"
		"\t%1 = slot #8 [8]\n"
		"\t%2 = iconst #16\n"
		"\tstore.u8 %1 %2\n"
		"\t%3 = load.u4 %1\n"
		"\tret %3\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = slot #8 [8]\n"
		"\t%2 = iconst #16\n"
		"\tstore.u8 %1 %2\n"
		"\t%3 = load.u4 %1\n"
		"\tret %3\n"
		"}\n");
}
