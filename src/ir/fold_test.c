/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fold pass: text in, text out. */
#include "ir/ir_test.h"

/* Arithmetic as BPF does it: division by 0 is 0, the remainder the dividend. */
TEST(fold_constants)
{
	ir_test_passes(IR_TEST_NEW, "fold dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #7\n"
		"\t%2 = iconst #0\n"
		"\t%3 = udiv %1 %2\n"
		"\t%4 = umod %1 %2\n"
		"\t%5 = add %3 %4\n"
		"\t%6 = iconst #-3\n"
		"\t%7 = ext.u1 %6\n"
		"\t%8 = mul %5 %7\n"
		"\tret %8\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%14 = iconst #1771\n"
		"\tret %14\n"
		"}\n");
}

TEST(fold_algebra)
{
	ir_test_passes(IR_TEST_NEW, "fold dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%2 = iconst #0\n"
		"\t%3 = add %2 %1\n"
		"\t%4 = iconst #8\n"
		"\t%5 = mul %3 %4\n"
		"\t%6 = udiv %5 %4\n"
		"\t%7 = umod %6 %4\n"
		"\t%8 = iconst #5\n"
		"\t%9 = add %7 %8\n"
		"\t%10 = sub %9 %8\n"
		"\t%11 = iconst #15\n"
		"\t%12 = and %10 %11\n"
		"\tret %12\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_pid_tgid\n"
		"\t%14 = iconst #3\n"
		"\t%5 = shl %1 %14\n"
		"\t%15 = iconst #3\n"
		"\t%6 = shr %5 %15\n"
		"\t%16 = iconst #7\n"
		"\t%7 = and %6 %16\n"
		"\tret %7\n"
		"}\n");
}

/* A load of 4 bytes is extended already; a store takes the low bytes only. */
TEST(fold_extensions)
{
	ir_test_passes(IR_TEST_NEW, "fold dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u4 %1 #8\n"
		"\t%3 = ext.u4 %2\n"
		"\t%4 = slot #8 [8]\n"
		"\t%5 = call !get_current_pid_tgid\n"
		"\t%6 = ext.u4 %5\n"
		"\tstore.u4 %4 %6\n"
		"\t%7 = call !ktime_get_ns\n"
		"\tcall %4 %4 %7 !probe_read_kernel\n"
		"\tret %3\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u4 %1 #8\n"
		"\t%4 = slot #8 [8]\n"
		"\t%5 = call !get_current_pid_tgid\n"
		"\tstore.u4 %4 %5\n"
		"\t%7 = call !ktime_get_ns\n"
		"\t%9 = call %4 %4 %7 !probe_read_kernel\n"
		"\tret %2\n"
		"}\n");
}

TEST(fold_compare)
{
	ir_test_passes(IR_TEST_NEW, "fold dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u1 %1\n"
		"\t%3 = iconst #300\n"
		"\t%4 = ult %2 %3\n"
		"\t%5 = iconst #0\n"
		"\t%6 = load.u8 %1 #8\n"
		"\t%7 = slt %6 %5\n"
		"\t%8 = eq %7 %5\n"
		"\t%9 = add %4 %8\n"
		"\t%10 = eq %2 %3\n"
		"\t%11 = add %9 %10\n"
		"\tret %11\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%13 = iconst #1\n"
		"\t%5 = iconst #0\n"
		"\t%6 = load.u8 %1 #8\n"
		"\t%8 = sle %5 %6\n"
		"\t%9 = add %8 %13\n"
		"\tret %9\n"
		"}\n");
}

/* br (x == 0) is br x with the ways changed. */
TEST(fold_branch)
{
	ir_test_passes(IR_TEST_NEW, "fold dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = iconst #0\n"
		"\t%4 = eq %2 %3\n"
		"\tbr %4 b1 b2\n"
		"b1:\n"
		"\tret %3\n"
		"b2:\n"
		"\tret %2\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = iconst #0\n"
		"\tbr %2 b2 b1\n"
		"b1: from b0\n"
		"\tret %3\n"
		"b2: from b0\n"
		"\tret %2\n"
		"}\n");
}

TEST(fold_offsets)
{
	ir_test_passes(IR_TEST_NEW, "fold dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = iconst #16\n"
		"\t%3 = add %1 %2\n"
		"\t%4 = add %3 %2\n"
		"\t%5 = load.u8 %4 #8\n"
		"\tret %5\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%5 = load.u8 %1 #40\n"
		"\tret %5\n"
		"}\n");
}

/* Loads of read-only data, comparisons of two literals. */
TEST(fold_literals)
{
	ir_test_passes(IR_TEST_NEW, "fold dce",
		"rodata 6261736800000000626173650000000a\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = rodata [5]\n"
		"\t%2 = rodata #8 [5]\n"
		"\t%3 = load.u4 %1\n"
		"\t%4 = streq %1 %2 #16\n"
		"\t%5 = streq %1 %2 #3\n"
		"\t%6 = add %4 %5\n"
		"\t%7 = add %6 %3\n"
		"\tret %7\n"
		"}\n",
		"rodata 6261736800000000626173650000000a\n"
		"fn f {\n"
		"b0:\n"
		"\t%13 = iconst #1752392035\n"
		"\tret %13\n"
		"}\n");
}

/* Not over a write that may be to the same bytes. */
TEST(fold_forwards_stores)
{
	ir_test_passes(IR_TEST_NEW, "fold dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = slot #8 [16]\n"
		"\tstore.u8 %3 %2\n"
		"\t%4 = load.u8 %3\n"
		"\t%5 = iconst #16\n"
		"\t%6 = call %3 %5 !get_current_comm\n"
		"\t%7 = load.u8 %3\n"
		"\t%8 = add %4 %7\n"
		"\tret %8\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u8 %1\n"
		"\t%3 = slot #8 [16]\n"
		"\tstore.u8 %3 %2\n"
		"\t%5 = iconst #16\n"
		"\t%6 = call %3 %5 !get_current_comm\n"
		"\t%7 = load.u8 %3\n"
		"\t%8 = add %2 %7\n"
		"\tret %8\n"
		"}\n");
}

/* The bound is for the verifier: known ranges do not remove it. */
TEST(fold_keeps_umin)
{
	ir_test_passes(IR_TEST_NEW, "fold dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u1 %1\n"
		"\t%3 = umin %2 #255\n"
		"\tret %3\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u1 %1\n"
		"\t%3 = umin %2 #255\n"
		"\tret %3\n"
		"}\n");
}

/* A BTF pointer that was made a number by adding 0 stays a number: it is read by a helper. */
TEST(fold_keeps_kinds)
{
	ir_test_passes(IR_TEST_NEW, "fold dce",
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_task_btf\n"
		"\t%2 = iconst #0\n"
		"\t%3:none = add %1 %2\n"
		"\t%4 = kread.u8 %3 #8\n"
		"\tret %4\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !get_current_task_btf\n"
		"\t%2 = iconst #0\n"
		"\t%3:none = add %1 %2\n"
		"\t%4 = kread.u8 %3 #8\n"
		"\tret %4\n"
		"}\n");
}
