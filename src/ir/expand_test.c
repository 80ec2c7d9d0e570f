/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The expand pass: text in, text out. */
#include "ir/ir_test.h"

TEST(expand_mapget)
{
	ir_test_passes(IR_TEST_NEW, "expand",
		"map @x type=1 key=8 value=4 max=16\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapget.s4 @x %2\n"
		"\tret %3\n"
		"}\n",
		"map @x role=user type=1 key=8 value=4 max=16 flags=0\n"
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%5 = slot #8 [8]\n"
		"\tstore.u8 %5 %1\n"
		"\t%7 = iconst #0\n"
		"\t%8 = mapaddr @x\n"
		"\t%9 = call %8 %5 !map_lookup_elem\n"
		"\tbr %9 b1 b2\n"
		"b1: from b0\n"
		"\t%11 = nonnull %9\n"
		"\t%12 = load.s4 %11\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\t%14 = phi %7 %12\n"
		"\tret %14\n"
		"}\n");
}

/* Full maps are counted on a cold path. */
TEST(expand_mapset)
{
	ir_test_passes(IR_TEST_NEW, "expand",
		"map @x type=1 key=8 value=4 max=16 loss=4\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\tmapset.u4 @x %2 %1\n"
		"\tret %1\n"
		"}\n",
		"map @x role=user type=1 key=8 value=4 max=16 flags=0 loss=4\n"
		"map @.globals role=globals type=2 key=4 value=8200 max=1 flags=1024\n"
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%5 = slot #8 [8]\n"
		"\tstore.u8 %5 %1\n"
		"\t%7 = slot #4 [4]\n"
		"\tstore.u4 %7 %1\n"
		"\t%9 = mapaddr @x\n"
		"\t%10 = iconst #0\n"
		"\t%11 = call %9 %5 %7 %10 !map_update_elem\n"
		"\tbr %11 b1 b2\n"
		"b1: from b0 cold\n"
		"\t%13 = global #32\n"
		"\t%14 = iconst #1\n"
		"\tatomadd.u8 %13 %14\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\tret %1\n"
		"}\n");
}

TEST(expand_mapadd)
{
	ir_test_passes(IR_TEST_NEW, "expand",
		"map @x type=1 key=8 value=8 max=16\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = mapadd.u8 @x %2 %1\n"
		"\tret %3\n"
		"}\n",
		"map @x role=user type=1 key=8 value=8 max=16 flags=0\n"
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%5 = slot #8 [8]\n"
		"\tstore.u8 %5 %1\n"
		"\t%7 = mapaddr @x\n"
		"\t%8 = call %7 %5 !map_lookup_elem\n"
		"\tbr %8 b1 b2\n"
		"b1: from b0\n"
		"\t%10 = nonnull %8\n"
		"\t%11 = load.u8 %10\n"
		"\t%12 = add %11 %1\n"
		"\tstore.u8 %10 %12\n"
		"\tjmp b3\n"
		"b2: from b0\n"
		"\t%15 = iconst #0\n"
		"\t%16 = slot #8 [8]\n"
		"\tstore.u8 %16 %1\n"
		"\t%18 = mapaddr @x\n"
		"\t%19 = iconst #0\n"
		"\t%20 = call %18 %5 %16 %19 !map_update_elem\n"
		"\tjmp b3\n"
		"b3: from b1 b2\n"
		"\t%22 = phi %11 %15\n"
		"\tret %22\n"
		"}\n");
}

TEST(expand_map_calls)
{
	ir_test_passes(IR_TEST_NEW, "expand",
		"map @x type=1 key=8 value=16 max=16\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = key %1 {8 scalar:0:8}\n"
		"\t%3 = fill [16] !get_current_comm\n"
		"\t%4 = mapins @x %2 %3\n"
		"\tmapset @x %2 %3\n"
		"\t%5 = mapdel @x %2\n"
		"\t%6 = mapptr @x %2\n"
		"\tbr %6 b1 b2\n"
		"b1:\n"
		"\t%7 = nonnull %6\n"
		"\t%8 = load.u8 %7\n"
		"\tret %8\n"
		"b2:\n"
		"\tret %4\n"
		"}\n",
		"map @x role=user type=1 key=8 value=16 max=16 flags=0\n"
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%13 = slot #8 [8]\n"
		"\tstore.u8 %13 %1\n"
		"\t%15 = slot #8 [16]\n"
		"\t%16 = iconst #16\n"
		"\t%17 = call %15 %16 !get_current_comm\n"
		"\t%18 = mapaddr @x\n"
		"\t%19 = iconst #0\n"
		"\t%20 = call %18 %13 %15 %19 !map_update_elem\n"
		"\t%21 = mapaddr @x\n"
		"\t%22 = iconst #0\n"
		"\t%23 = call %21 %13 %15 %22 !map_update_elem\n"
		"\t%24 = mapaddr @x\n"
		"\t%25 = call %24 %13 !map_delete_elem\n"
		"\t%26 = mapaddr @x\n"
		"\t%27 = call %26 %13 !map_lookup_elem\n"
		"\tbr %27 b1 b2\n"
		"b1: from b0\n"
		"\t%7 = nonnull %27\n"
		"\t%8 = load.u8 %7\n"
		"\tret %8\n"
		"b2: from b0\n"
		"\tret %20\n"
		"}\n");
}

/* Numbers and aggregates in place; the fill goes into the key; gaps are zeroed by one store each. */
TEST(expand_key_parts)
{
	ir_test_passes(IR_TEST_NEW, "expand",
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = ctx\n"
		"\t%3 = load.u4 %2\n"
		"\t%4 = fill [16] !get_current_comm\n"
		"\t%5 = key %1 %4 %3 {40 scalar:0:4 agg:8:16 scalar:24:4}\n"
		"\t%6 = call %5 !send_signal\n"
		"\tret %6\n"
		"}\n",
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = ctx\n"
		"\t%3 = load.u4 %2\n"
		"\t%8 = slot #8 [40]\n"
		"\tstore.u4 %8 %1\n"
		"\t%10 = iconst #0\n"
		"\tstore.u4 %8 %10 #4\n"
		"\t%12 = iconst #8\n"
		"\t%13 = add %8 %12\n"
		"\t%14 = iconst #16\n"
		"\t%15 = call %13 %14 !get_current_comm\n"
		"\tstore.u8 %8 %3 #24\n"
		"\t%17 = iconst #0\n"
		"\tstore.u8 %8 %17 #32\n"
		"\t%6 = call %8 !send_signal\n"
		"\tret %6\n"
		"}\n");
}

/* The rest behind a string's NUL is zero: zeroed before the read. */
TEST(expand_key_string)
{
	ir_test_passes(IR_TEST_NEW, "expand",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = fill %2 [16] !probe_read_user_str\n"
		"\t%4 = key %1 %3 {24 scalar:0:8 str:8:16}\n"
		"\t%5 = fill %1 [16] !probe_read_kernel_str\n"
		"\t%6 = key %5 {16 str:0:16}\n"
		"\t%7 = call %4 %6 !send_signal\n"
		"\tret %7\n"
		"}\n",
		"map @.globals role=globals type=2 key=4 value=8200 max=1 flags=1024\n"
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%9 = slot #8 [24]\n"
		"\tstore.u8 %9 %1\n"
		"\t%11 = iconst #0\n"
		"\tstore.u8 %9 %11 #8\n"
		"\t%13 = iconst #0\n"
		"\tstore.u8 %9 %13 #16\n"
		"\t%15 = iconst #8\n"
		"\t%16 = add %9 %15\n"
		"\t%17 = iconst #16\n"
		"\t%18 = call %16 %17 %2 !probe_read_user_str\n"
		"\t%19 = iconst #0\n"
		"\t%20 = slt %18 %19\n"
		"\tbr %20 b1 b2\n"
		"b1: from b0 cold\n"
		"\t%22 = global #8\n"
		"\t%23 = iconst #1\n"
		"\tatomadd.u8 %22 %23\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\t%26 = slot #8 [16]\n"
		"\t%27 = iconst #0\n"
		"\tstore.u8 %26 %27\n"
		"\t%29 = iconst #0\n"
		"\tstore.u8 %26 %29 #8\n"
		"\t%31 = iconst #16\n"
		"\t%32 = call %26 %31 %1 !probe_read_kernel_str\n"
		"\t%33 = iconst #0\n"
		"\t%34 = slt %32 %33\n"
		"\tbr %34 b3 b4\n"
		"b3: from b2 cold\n"
		"\t%36 = global #8\n"
		"\t%37 = iconst #1\n"
		"\tatomadd.u8 %36 %37\n"
		"\tjmp b4\n"
		"b4: from b2 b3\n"
		"\t%7 = call %9 %26 !send_signal\n"
		"\tret %7\n"
		"}\n");
}

/* A key of literals is read-only data. */
TEST(expand_key_literal)
{
	ir_test_passes(IR_TEST_NEW, "expand",
		"rodata 7265616400000000\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = rodata [5]\n"
		"\t%2 = iconst #7\n"
		"\t%3 = key %2 %1 {24 scalar:0:8 str:8:16}\n"
		"\t%4 = call %3 !send_signal\n"
		"\tret %4\n"
		"}\n",
		"map @.rodata role=rodata type=2 key=4 value=32 max=1 flags=128\n"
		"rodata 7265616400000000070000000000000072656164000000000000000000000000\n"
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = rodata [5]\n"
		"\t%2 = iconst #7\n"
		"\t%6 = rodata #8 [24]\n"
		"\t%4 = call %6 !send_signal\n"
		"\tret %4\n"
		"}\n");
}

/* BTF pointers are read directly, others by a helper; a failure is counted. */
TEST(expand_kread)
{
	ir_test_passes(IR_TEST_NEW, "expand",
		"fn f {\n"
		"b0:\n"
		"\t%1:btf = call !get_current_task_btf\n"
		"\t%2 = kread.u4 %1 #40000\n"
		"\t%3 = kread.s4 %2 #16\n"
		"\t%4 = uread.u8 %3\n"
		"\t%5 = add %2 %4\n"
		"\tret %5\n"
		"}\n",
		"map @.globals role=globals type=2 key=4 value=8200 max=1 flags=1024\n"
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = call !get_current_task_btf\n"
		"\t%7 = iconst #40000\n"
		"\t%8 = add %1 %7\n"
		"\t%9 = load.u4 %8\n"
		"\t%10 = slot #4 [4]\n"
		"\t%11 = iconst #4\n"
		"\t%12 = iconst #16\n"
		"\t%13 = add %9 %12\n"
		"\t%14 = call %10 %11 %13 !probe_read_kernel\n"
		"\tbr %14 b1 b2\n"
		"b1: from b0 cold\n"
		"\t%16 = global #8\n"
		"\t%17 = iconst #1\n"
		"\tatomadd.u8 %16 %17\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\t%20 = load.s4 %10\n"
		"\t%21 = slot #8 [8]\n"
		"\t%22 = iconst #8\n"
		"\t%23 = call %21 %22 %20 !probe_read_user\n"
		"\tbr %23 b3 b4\n"
		"b3: from b2 cold\n"
		"\t%25 = global #8\n"
		"\t%26 = iconst #1\n"
		"\tatomadd.u8 %25 %26\n"
		"\tjmp b4\n"
		"b4: from b2 b3\n"
		"\t%29 = load.u8 %21\n"
		"\t%5 = add %9 %29\n"
		"\tret %5\n"
		"}\n");
}

/* Kernels without split helpers have one that reads both memories. */
TEST(expand_read_old)
{
	ir_test_passes(IR_TEST_OLD, "expand",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = kread.u8 %1\n"
		"\t%3 = fill %2 [8] !probe_read_user_str\n"
		"\t%4 = filllen %3\n"
		"\tret %4\n"
		"}\n",
		"map @.globals role=globals type=2 key=4 value=8200 max=1 flags=0\n"
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%6 = slot #8 [8]\n"
		"\t%7 = iconst #8\n"
		"\t%8 = call %6 %7 %1 !probe_read\n"
		"\tbr %8 b1 b2\n"
		"b1: from b0 cold\n"
		"\t%10 = global #8\n"
		"\t%11 = iconst #1\n"
		"\tatomadd.u8 %10 %11\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\t%14 = load.u8 %6\n"
		"\t%15 = slot #8 [8]\n"
		"\t%16 = iconst #8\n"
		"\t%17 = call %15 %16 %14 !probe_read_str\n"
		"\t%18 = iconst #0\n"
		"\t%19 = slt %17 %18\n"
		"\tbr %19 b3 b4\n"
		"b3: from b2 cold\n"
		"\t%21 = global #8\n"
		"\t%22 = iconst #1\n"
		"\tatomadd.u8 %21 %22\n"
		"\tjmp b4\n"
		"b4: from b2 b3\n"
		"\tret %17\n"
		"}\n");
}

/* Words by alignment; long ones by the helper. */
TEST(expand_copies)
{
	ir_test_passes(IR_TEST_NEW, "expand",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = slot #8 [208]\n"
		"\t%3 = slot #4 [12]\n"
		"\tzero %2 [208]\n"
		"\tzero %3 [11]\n"
		"\tcopy %2 %3 #4 [11]\n"
		"\tcopy %2 %1 [200]\n"
		"\t%4 = load.u8 %2\n"
		"\tret %4\n"
		"}\n",
		"map @.rodata role=rodata type=2 key=4 value=208 max=1 flags=128\n"
		"rodata 00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\n"
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = slot #8 [208]\n"
		"\t%3 = slot #4 [12]\n"
		"\t%10 = rodata [208]\n"
		"\t%11 = iconst #208\n"
		"\t%12 = call %2 %11 %10 !probe_read_kernel\n"
		"\t%13 = iconst #0\n"
		"\tstore.u4 %3 %13\n"
		"\t%15 = iconst #0\n"
		"\tstore.u4 %3 %15 #4\n"
		"\t%17 = iconst #0\n"
		"\tstore.u2 %3 %17 #8\n"
		"\t%19 = iconst #0\n"
		"\tstore.u1 %3 %19 #10\n"
		"\t%21 = load.u4 %3\n"
		"\tstore.u4 %2 %21 #4\n"
		"\t%23 = load.u4 %3 #4\n"
		"\tstore.u4 %2 %23 #8\n"
		"\t%25 = load.u2 %3 #8\n"
		"\tstore.u2 %2 %25 #12\n"
		"\t%27 = load.u1 %3 #10\n"
		"\tstore.u1 %2 %27 #14\n"
		"\t%29 = iconst #200\n"
		"\t%30 = call %2 %29 %1 !probe_read_kernel\n"
		"\t%4 = load.u8 %2\n"
		"\tret %4\n"
		"}\n");
}

/* That another CPU was first is no loss. */
TEST(expand_mapins_noexist)
{
	ir_test_passes(IR_TEST_NEW, "expand",
		"map @x type=1 key=8 value=8 max=16 loss=4\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = slot #8 [8]\n"
		"\t%2 = mapins @x %1 %1 #1\n"
		"\tret %2\n"
		"}\n",
		"map @x role=user type=1 key=8 value=8 max=16 flags=0 loss=4\n"
		"map @.globals role=globals type=2 key=4 value=8200 max=1 flags=1024\n"
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = slot #8 [8]\n"
		"\t%4 = mapaddr @x\n"
		"\t%5 = iconst #1\n"
		"\t%6 = call %4 %1 %1 %5 !map_update_elem\n"
		"\tbr %6 b1 b2\n"
		"b1: from b0 cold\n"
		"\t%8 = iconst #-17\n"
		"\t%9 = ne %6 %8\n"
		"\tbr %9 b3 b4\n"
		"b3: from b1 cold\n"
		"\t%11 = global #32\n"
		"\t%12 = iconst #1\n"
		"\tatomadd.u8 %11 %12\n"
		"\tjmp b4\n"
		"b4: from b1 b3 cold\n"
		"\tjmp b2\n"
		"b2: from b0 b4\n"
		"\tret %6\n"
		"}\n");
}

#define ASKED "map @m type=1 key=8 value=8 max=16\nfn f {\nb0:\n\t%1 = call !get_current_pid_tgid\n\t%2 = key %1 {8 scalar:0:8}\n" \
	"\t%3 = mapptr @m %2\n\tbr %3 b1 b2\nb1:\n"
#define READ "\t%4 = mapget.u8 @m %2\n\tret %4\nb2:\n\t%5 = iconst #0\n\tret %5\n}\n"

/* A key is looked for once, be it read or only asked for, until the map is written. */
TEST(expand_lookup_once)
{
	CHECK_EQ(ir_test_count(ASKED READ, "!map_lookup_elem"), 1);
	CHECK_EQ(ir_test_count(ASKED "\t%6 = mapdel @m %2\n" READ, "!map_lookup_elem"), 2);
}
