/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gvn pass: text in, text out. */
#include "ir/ir_test.h"

/* Helpers that are constant for a run become one; the time is read each time. */
TEST(gvn_helpers)
{
	ir_test_passes(IR_TEST_NEW, "gvn",
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = call !get_current_pid_tgid\n"
		"\t%3 = call !ktime_get_ns\n"
		"\t%4 = call !ktime_get_ns\n"
		"\t%5 = fill [16] !get_current_comm\n"
		"\t%6 = fill [16] !get_current_comm\n"
		"\t%7 = key %1 %5 {24 scalar:0:8 agg:8:16}\n"
		"\t%8 = key %2 %6 {24 scalar:0:8 agg:8:16}\n"
		"\t%9 = add %3 %4\n"
		"\tret %9\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%3 = call !ktime_get_ns\n"
		"\t%4 = call !ktime_get_ns\n"
		"\t%5 = fill [16] !get_current_comm\n"
		"\t%7 = key %1 %5 {24 scalar:0:8 agg:8:16}\n"
		"\t%9 = add %3 %4\n"
		"\tret %9\n"
		"}\n");
}

/* A write to the map ends the look-up's validity, a write to another map does not. */
TEST(gvn_lookups)
{
	ir_test_passes(IR_TEST_NEW, "gvn",
		"map @x type=1 key=8 value=8 max=16\n"
		"map @y type=1 key=8 value=8 max=16\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapget.u8 @x %2\n"
		"\tmapset.u8 @y %2 %1\n"
		"\t%4 = mapget.u8 @x %2\n"
		"\tmapset.u8 @x %2 %1\n"
		"\t%5 = mapget.u8 @x %2\n"
		"\t%6 = add %3 %4\n"
		"\t%7 = add %6 %5\n"
		"\tret %7\n"
		"}\n",
		"map @x role=user type=1 key=8 value=8 max=16 flags=0\n"
		"map @y role=user type=1 key=8 value=8 max=16 flags=0\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapget.u8 @x %2\n"
		"\tmapset.u8 @y %2 %1\n"
		"\tmapset.u8 @x %2 %1\n"
		"\t%5 = mapget.u8 @x %2\n"
		"\t%6 = add %3 %3\n"
		"\t%7 = add %6 %5\n"
		"\tret %7\n"
		"}\n");
}

/* Behind a join: the same unless one of the ways wrote. */
TEST(gvn_paths)
{
	ir_test_passes(IR_TEST_NEW, "gvn",
		"map @x type=1 key=8 value=8 max=16\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapget.u8 @x %2\n"
		"\tbr %3 b1 b2\n"
		"b1:\n"
		"\t%4 = mapget.u8 @x %2\n"
		"\t%5 = call %4 !send_signal\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\t%6 = mapget.u8 @x %2\n"
		"\tbr %6 b3 b4\n"
		"b3:\n"
		"\t%7 = mapdel @x %2\n"
		"\tjmp b4\n"
		"b4: from b2 b3\n"
		"\t%8 = mapget.u8 @x %2\n"
		"\tret %8\n"
		"}\n",
		"map @x role=user type=1 key=8 value=8 max=16 flags=0\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapget.u8 @x %2\n"
		"\tbr %3 b1 b2\n"
		"b1: from b0\n"
		"\t%5 = call %3 !send_signal\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\tbr %3 b3 b4\n"
		"b3: from b2\n"
		"\t%7 = mapdel @x %2\n"
		"\tjmp b4\n"
		"b4: from b2 b3\n"
		"\t%8 = mapget.u8 @x %2\n"
		"\tret %8\n"
		"}\n");
}

/* Loads: one for each state of the memory they read; stores to the stack do not touch map values. */
TEST(gvn_memory)
{
	ir_test_passes(IR_TEST_NEW, "gvn",
		"map @x type=1 key=8 value=8 max=16\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapptr @x %2\n"
		"\tbr %3 b1 b2\n"
		"b1:\n"
		"\t%4 = nonnull %3\n"
		"\t%5 = load.u8 %4\n"
		"\t%6 = slot #8 [8]\n"
		"\tstore.u8 %6 %5\n"
		"\t%7 = load.u8 %4\n"
		"\tstore.u8 %4 %1\n"
		"\t%8 = load.u8 %4\n"
		"\t%9 = mapptr @x %2\n"
		"\t%10 = mapget.u8 @x %2\n"
		"\t%11 = add %7 %8\n"
		"\t%12 = add %10 %11\n"
		"\t%13 = load.u8 %6\n"
		"\t%14 = add %12 %13\n"
		"\tret %14\n"
		"b2:\n"
		"\t%15 = iconst #0\n"
		"\tret %15\n"
		"}\n",
		"map @x role=user type=1 key=8 value=8 max=16 flags=0\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapptr @x %2\n"
		"\tbr %3 b1 b2\n"
		"b1: from b0\n"
		"\t%4 = nonnull %3\n"
		"\t%5 = load.u8 %4\n"
		"\t%6 = slot #8 [8]\n"
		"\tstore.u8 %6 %5\n"
		"\tstore.u8 %4 %1\n"
		"\t%8 = load.u8 %4\n"
		"\t%10 = mapget.u8 @x %2\n"
		"\t%11 = add %5 %8\n"
		"\t%12 = add %10 %11\n"
		"\t%13 = load.u8 %6\n"
		"\t%14 = add %12 %13\n"
		"\tret %14\n"
		"b2: from b0\n"
		"\t%15 = iconst #0\n"
		"\tret %15\n"
		"}\n");
}
