/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dce pass: text in, text out. */
#include "ir/ir_test.h"

TEST(dce_unused)
{
	ir_test_passes(IR_TEST_NEW, "dce",
		"map @x type=1 key=8 value=8 max=16\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapget.u8 @x %2\n"
		"\t%4 = call !ktime_get_ns\n"
		"\t%5 = mapdel @x %2\n"
		"\t%6 = iconst #0\n"
		"\tret %6\n"
		"}\n",
		"map @x role=user type=1 key=8 value=8 max=16 flags=0\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%5 = mapdel @x %2\n"
		"\t%6 = iconst #0\n"
		"\tret %6\n"
		"}\n");
}

TEST(dce_unread_slot)
{
	ir_test_passes(IR_TEST_NEW, "dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = slot #8 [16]\n"
		"\t%2 = iconst #0\n"
		"\t%3 = iconst #8\n"
		"\t%4 = add %1 %3\n"
		"\tstore.u8 %1 %2\n"
		"\tstore.u8 %4 %2\n"
		"\t%5 = slot #8 [8]\n"
		"\tstore.u8 %5 %2\n"
		"\t%6 = load.u8 %5\n"
		"\tret %6\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%2 = iconst #0\n"
		"\t%5 = slot #8 [8]\n"
		"\tstore.u8 %5 %2\n"
		"\t%6 = load.u8 %5\n"
		"\tret %6\n"
		"}\n");
}

TEST(dce_loop_of_phis)
{
	ir_test_passes(IR_TEST_NEW, "dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\t%2 = iconst #1\n"
		"\t%9 = ctx\n"
		"\tjmp b1\n"
		"b1: from b0 b1\n"
		"\t%3 = phi %1 %4\n"
		"\t%4 = add %3 %2\n"
		"\t%5 = call %2 !send_signal\n"
		"\tbr %5 b1 b2\n"
		"b2:\n"
		"\tret %1\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\t%2 = iconst #1\n"
		"\tjmp b1\n"
		"b1: from b0 b1\n"
		"\t%5 = call %2 !send_signal\n"
		"\tbr %5 b1 b2\n"
		"b2: from b1\n"
		"\tret %1\n"
		"}\n");
}
