/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sink pass: text in, text out. */
#include "ir/ir_test.h"

/* What only the filtered part uses is computed there. */
TEST(sink_filter)
{
	ir_test_passes(IR_TEST_NEW, "sink",
		"map @x type=1 key=16 value=8 max=16\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = fill [16] !get_current_comm\n"
		"\t%2 = key %1 {16 agg:0:16}\n"
		"\t%3 = call !get_current_pid_tgid\n"
		"\t%4 = iconst #5\n"
		"\t%5 = eq %3 %4\n"
		"\tbr %5 b1 b2\n"
		"b1:\n"
		"\t%6 = mapadd.u8 @x %2 %4\n"
		"\tjmp b2\n"
		"b2:\n"
		"\tret %4\n"
		"}\n",
		"map @x role=user type=1 key=16 value=8 max=16 flags=0\n"
		"fn f {\n"
		"b0:\n"
		"\t%3 = call !get_current_pid_tgid\n"
		"\t%4 = iconst #5\n"
		"\t%5 = eq %3 %4\n"
		"\tbr %5 b1 b2\n"
		"b1: from b0\n"
		"\t%1 = fill [16] !get_current_comm\n"
		"\t%2 = key %1 {16 agg:0:16}\n"
		"\t%6 = mapadd.u8 @x %2 %4\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\tret %4\n"
		"}\n");
}

TEST(sink_not_into_loops)
{
	ir_test_passes(IR_TEST_NEW, "sink",
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\t%2 = iconst #4\n"
		"\t%3 = iconst #1\n"
		"\t%4 = call !get_current_pid_tgid\n"
		"\tjmp b1\n"
		"b1: from b0 b2\n"
		"\t%5 = phi %1 %6\n"
		"\t%7 = ult %5 %2\n"
		"\tbr %7 b2 b3\n"
		"b2:\n"
		"\t%6 = add %5 %3\n"
		"\t%8 = call %4 !send_signal\n"
		"\tjmp b1\n"
		"b3:\n"
		"\tret %1\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\t%2 = iconst #4\n"
		"\t%3 = iconst #1\n"
		"\t%4 = call !get_current_pid_tgid\n"
		"\tjmp b1\n"
		"b1: from b0 b2\n"
		"\t%5 = phi %1 %6\n"
		"\t%7 = ult %5 %2\n"
		"\tbr %7 b2 b3\n"
		"b2: from b1\n"
		"\t%6 = add %5 %3\n"
		"\t%8 = call %4 !send_signal\n"
		"\tjmp b1\n"
		"b3: from b1\n"
		"\tret %1\n"
		"}\n");
}

TEST(sink_not_past_writes)
{
	ir_test_passes(IR_TEST_NEW, "sink",
		"map @x type=1 key=8 value=8 max=16\n"
		"map @y type=1 key=8 value=8 max=16\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapget.u8 @x %2\n"
		"\t%4 = mapget.u8 @y %2\n"
		"\t%5 = mapdel @x %2\n"
		"\tbr %1 b1 b2\n"
		"b1:\n"
		"\t%6 = add %3 %4\n"
		"\tret %6\n"
		"b2:\n"
		"\tret %1\n"
		"}\n",
		"map @x role=user type=1 key=8 value=8 max=16 flags=0\n"
		"map @y role=user type=1 key=8 value=8 max=16 flags=0\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapget.u8 @x %2\n"
		"\t%5 = mapdel @x %2\n"
		"\tbr %1 b1 b2\n"
		"b1: from b0\n"
		"\t%4 = mapget.u8 @y %2\n"
		"\t%6 = add %3 %4\n"
		"\tret %6\n"
		"b2: from b0\n"
		"\tret %1\n"
		"}\n");
}
