/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each rule of the checker, broken. */
#include "ir/ir_test.h"

TEST(check_blocks)
{
	ir_test_check(
		"fn f {\n"
		"}\n",
		"f: no blocks");
}

TEST(check_end_of_block)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"}\n",
		"f: b0: does not end in jmp, br or ret");
}

TEST(check_control_inside)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\tret %1\n"
		"\tret %1\n"
		"}\n",
		"f: b0: %2 ret: control before the end of the block");
}

TEST(check_successors)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\tbr %1 b1\n"
		"b1:\n"
		"\tret %1\n"
		"}\n",
		"f: b0: wrong number of successors");
}

TEST(check_entry)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\tjmp b0\n"
		"}\n",
		"f: b0: the entry has predecessors");
}

TEST(check_phis_first)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\tjmp b1\n"
		"b1: from b0\n"
		"\t%2 = iconst #0\n"
		"\t%3 = phi %1\n"
		"\tret %3\n"
		"}\n",
		"f: b1: %3 phi: phi after other values");
}

TEST(check_successor_list)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\tjmp b1\n"
		"b1: from b2\n"
		"\tret %1\n"
		"b2:\n"
		"\tjmp b1\n"
		"}\n",
		"f: b0: a successor does not know it");
}

TEST(check_predecessor_list)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\tret %1\n"
		"b1: from b0\n"
		"\tret %1\n"
		"}\n",
		"f: b1: a predecessor does not go to it");
}

TEST(check_phi_arguments)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\tjmp b1\n"
		"b1: from b0\n"
		"\t%2 = phi %1 %1\n"
		"\tret %2\n"
		"}\n",
		"f: b1: %2 phi: not one argument for each predecessor");
}

TEST(check_layout_arguments)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\temit #3\n"
		"\tret %1\n"
		"}\n",
		"f: b0: %2 emit: arguments do not match the layout");
}

TEST(check_argument_count)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\t%2 = add %1\n"
		"\tret %2\n"
		"}\n",
		"f: b0: %2 add: wrong number of arguments");
}

TEST(check_argument_value)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\t%2 = loss #1\n"
		"\tret %2\n"
		"}\n",
		"f: b0: %3 ret: an argument has no value");
}

TEST(check_dominance)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #0\n"
		"\tbr %1 b1 b2\n"
		"b1:\n"
		"\t%2 = iconst #1\n"
		"\tjmp b2\n"
		"b2: from b0 b1\n"
		"\tret %2\n"
		"}\n",
		"f: b2: %5 ret: an argument does not dominate it");
}

TEST(check_dominance_in_block)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = neg %2\n"
		"\t%2 = iconst #1\n"
		"\tret %1\n"
		"}\n",
		"f: b0: %1 neg: an argument does not dominate it");
}

TEST(check_width)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.u3 %1\n"
		"\tret %2\n"
		"}\n",
		"f: b0: %2 load: bad width");
}

TEST(check_atomic_width)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = global\n"
		"\tatomadd.u2 %1 %1\n"
		"\tret %1\n"
		"}\n",
		"f: b0: %2 atomadd: bad width");
}

TEST(check_pointer)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #4\n"
		"\t%2 = load.u8 %1\n"
		"\tret %2\n"
		"}\n",
		"f: b0: %2 load: not a pointer to memory");
}

TEST(check_null_pointer)
{
	ir_test_check(
		"map @x type=1 key=8 value=8 max=1\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = mapptr @x %1\n"
		"\t%3 = load.u8 %2\n"
		"\tret %3\n"
		"}\n",
		"f: b0: %3 load: pointer may be null: nonnull is missing");
}

TEST(check_nonnull_of_number)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = iconst #4\n"
		"\t%2 = nonnull %1\n"
		"\tret %2\n"
		"}\n",
		"f: b0: %2 nonnull: its argument cannot be null");
}

TEST(check_nonnull_without_check)
{
	ir_test_check(
		"map @x type=1 key=8 value=8 max=1\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = mapptr @x %1\n"
		"\tbr %2 b1 b2\n"
		"b1:\n"
		"\tret %2\n"
		"b2:\n"
		"\t%3 = nonnull %2\n"
		"\tret %3\n"
		"}\n",
		"f: b2: %3 nonnull: no branch on its argument dominates it");
}

TEST(check_map)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = mapptr %1\n"
		"\tret %2\n"
		"}\n",
		"f: b0: %2 mapptr: no map");
}

TEST(check_function)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = fnaddr\n"
		"\tret %1\n"
		"}\n",
		"f: b0: %1 fnaddr: no function");
}

TEST(check_kernel_function)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = kcall\n"
		"\tret %1\n"
		"}\n",
		"f: b0: %1 kcall: no kernel function");
}

TEST(check_helper)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = fill [8]\n"
		"\tret %1\n"
		"}\n",
		"f: b0: %1 fill: no helper");
}

TEST(check_filllen)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = filllen %1\n"
		"\tret %2\n"
		"}\n",
		"f: b0: %2 filllen: its argument is not a fill");
}

TEST(check_call_arguments)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = call %1 %1 %1 %1 %1 %1 !loop\n"
		"\tret %2\n"
		"}\n",
		"f: b0: %2 call: more than 5 arguments");
}

TEST(check_size)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = slot #8\n"
		"\tret %1\n"
		"}\n",
		"f: b0: %1 slot: no size");
}

TEST(check_level)
{
	ir_test_check(
		"fn f lowered {\n"
		"b0:\n"
		"\t%1 = iconst #8\n"
		"\t%2 = log2 %1\n"
		"\tret %2\n"
		"}\n",
		"f: b0: %2 log2: level H after expand");
}

TEST(check_variable_key)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = key %1 {8 vstr:0:8}\n"
		"\tret %2\n"
		"}\n",
		"f: b0: %2 key: a string of variable size in a key");
}

TEST(check_scalar_part)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = key %1 {8 scalar:0:3}\n"
		"\tret %2\n"
		"}\n",
		"f: b0: %2 key: bad size of a scalar part");
}

TEST(check_overlap)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = key %1 %1 {8 scalar:0:8 scalar:4:4}\n"
		"\tret %2\n"
		"}\n",
		"f: b0: %2 key: parts overlap or pass the end");
}

TEST(check_record_header)
{
	ir_test_check(
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\temit %1 {8 scalar:0:8}\n"
		"\tret %1\n"
		"}\n",
		"f: b0: %2 emit: parts overlap or pass the end");
}
