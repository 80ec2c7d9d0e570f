/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The range pass: text in, text out. */
#include "ir/ir_test.h"

/* Checked once: the second branch on the same pointer is decided, the checked value stays. */
TEST(range_null)
{
	ir_test_passes(IR_TEST_NEW, "range cfg dce",
		"map @x type=1 key=8 value=8 max=16\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapptr @x %2\n"
		"\t%4 = iconst #0\n"
		"\tbr %3 b1 b4\n"
		"b1:\n"
		"\t%5 = nonnull %3\n"
		"\t%6 = load.u8 %5\n"
		"\t%7 = ne %3 %4\n"
		"\tbr %7 b2 b3\n"
		"b2:\n"
		"\t%8 = nonnull %3\n"
		"\tstore.u8 %8 %6\n"
		"\tret %6\n"
		"b3:\n"
		"\tret %1\n"
		"b4:\n"
		"\tret %4\n"
		"}\n",
		"map @x role=user type=1 key=8 value=8 max=16 flags=0\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapptr @x %2\n"
		"\t%4 = iconst #0\n"
		"\tbr %3 b1 b4\n"
		"b1: from b0\n"
		"\t%5 = nonnull %3\n"
		"\t%6 = load.u8 %5\n"
		"\t%8 = nonnull %3\n"
		"\tstore.u8 %8 %6\n"
		"\tret %6\n"
		"b4: from b0\n"
		"\tret %4\n"
		"}\n");
}

TEST(range_order)
{
	ir_test_passes(IR_TEST_NEW, "range cfg dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u4 %1\n"
		"\t%3 = iconst #100\n"
		"\t%4 = iconst #50\n"
		"\t%5 = iconst #200\n"
		"\t%6 = ult %2 %4\n"
		"\tbr %6 b1 b4\n"
		"b1:\n"
		"\t%7 = ult %2 %3\n"
		"\tbr %7 b2 b4\n"
		"b2:\n"
		"\t%8 = sle %5 %2\n"
		"\tbr %8 b3 b4\n"
		"b3:\n"
		"\tret %2\n"
		"b4:\n"
		"\t%9 = iconst #0\n"
		"\tret %9\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u4 %1\n"
		"\t%4 = iconst #50\n"
		"\t%6 = ult %2 %4\n"
		"\tbr %6 b1 b4\n"
		"b1: from b0\n"
		"\tjmp b4\n"
		"b4: from b0 b1\n"
		"\t%9 = iconst #0\n"
		"\tret %9\n"
		"}\n");
}

TEST(range_equal)
{
	ir_test_passes(IR_TEST_NEW, "range cfg dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = iconst #5\n"
		"\t%4 = iconst #9\n"
		"\t%5 = eq %2 %3\n"
		"\tbr %5 b1 b2\n"
		"b1:\n"
		"\t%6 = eq %2 %4\n"
		"\tbr %6 b2 b3\n"
		"b2: from b0 b1\n"
		"\tret %4\n"
		"b3:\n"
		"\tret %3\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = iconst #5\n"
		"\t%4 = iconst #9\n"
		"\t%5 = eq %2 %3\n"
		"\tbr %5 b1 b2\n"
		"b1: from b0\n"
		"\tret %3\n"
		"b2: from b0\n"
		"\tret %4\n"
		"}\n");
}

TEST(range_keeps_umin)
{
	ir_test_passes(IR_TEST_NEW, "range cfg dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u4 %1\n"
		"\t%3 = iconst #8\n"
		"\t%4 = ult %2 %3\n"
		"\tbr %4 b1 b2\n"
		"b1:\n"
		"\t%5 = umin %2 #7\n"
		"\tret %5\n"
		"b2:\n"
		"\tret %3\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u4 %1\n"
		"\t%3 = iconst #8\n"
		"\t%4 = ult %2 %3\n"
		"\tbr %4 b1 b2\n"
		"b1: from b0\n"
		"\t%5 = umin %2 #7\n"
		"\tret %5\n"
		"b2: from b0\n"
		"\tret %3\n"
		"}\n");
}
