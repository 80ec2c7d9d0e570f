/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text form: printed as read, and what is wrong with bad text. */
#include "ir/ir_test.h"

TEST(text_round_trip)
{
	static const char text[] =
		"map @x role=user type=1 key=24 value=8 max=4096 flags=1 loss=4\n"
		"map @.globals role=globals type=2 key=4 value=8208 max=1 flags=1024\n"
		"map @.ring role=ring type=27 key=0 value=0 max=0 flags=0\n"
		"globals 8208\n"
		"pcpu 16\n"
		"losses 9\n"
		"rodata 6162630000000000\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = load.s4 %1 #-8\n"
		"\t%3 = iconst #0\n"
		"\t%4 = fill %2 [16] !probe_read_kernel_str\n"
		"\t%5 = filllen %4\n"
		"\t%6 = key %2 %4 {24 scalar:0:4 str:8:16}\n"
		"\t%7 = mapptr @x %6\n"
		"\tbr %7 b1 b2\n"
		"b1: from b0\n"
		"\t%8 = nonnull %7\n"
		"\t%9 = fnaddr &cb\n"
		"\t%10 = kcall %8 &bpf_iter_num_new\n"
		"\t%11 = call %9 %3 !loop\n"
		"\t%12 = call %9 !9999\n"
		"\tjmp b3\n"
		"b2: from b0 cold\n"
		"\temit %2 %4 #2 {12 scalar:4:4 vstr:8:16}\n"
		"\tjmp b3\n"
		"b3: from b2 b1\n"
		"\t%13:btf = phi %3 %11\n"
		"\t%14 = kread.u8 %13 #24\n"
		"\tret %14\n"
		"}\n"
		"callback cb 2 lowered {\n"
		"b0:\n"
		"\t%1:mapval = param #1\n"
		"\t%2 = load.u8 %1\n"
		"\tret %2\n"
		"}\n";

	ir_test_passes(IR_TEST_NEW, " ", text, text);
}

TEST(maps_of_digests)
{
	static const char text[] =
		"map @x.keys role=user type=1 key=16 value=600 max=4 flags=0\n"
		"map @x role=user type=1 key=16 value=8 max=4 flags=0 loss=6 keys=0\n"
		"map @.bulk role=bulk type=2 key=4 value=8192 max=2 flags=0\n"
		"seed 8208\n"
		"fn f {\n"
		"b0:\n"
		"\t%1 = pcpu @.bulk #64\n"
		"\t%2 = digest %1 #600 [16]\n"
		"\t%3 = mapget.u8 @x %2\n"
		"\tret %3\n"
		"}\n";

	ir_test_passes(IR_TEST_NEW, " ", text, text);
}

TEST(parse_unknown_line)
{
	ir_test_parse(
		"hello\n",
		"line 1: unknown line");
}

TEST(parse_unknown_operation)
{
	ir_test_parse(
		"fn f {\n"
		"b0:\n"
		"\t%1 = frob\n"
		"}\n",
		"line 3: unknown operation");
}

TEST(parse_undefined_value)
{
	ir_test_parse(
		"fn f {\n"
		"b0:\n"
		"\tret %7\n"
		"}\n",
		"line 4: value used but not defined");
}

TEST(parse_defined_twice)
{
	ir_test_parse(
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%1 = ctx\n"
		"}\n",
		"line 4: value defined twice");
}

TEST(parse_unknown_map)
{
	ir_test_parse(
		"fn f {\n"
		"b0:\n"
		"\t%1 = mapaddr @x\n"
		"}\n",
		"line 3: unknown map");
}

TEST(parse_unknown_function)
{
	ir_test_parse(
		"fn f {\n"
		"b0:\n"
		"\t%1 = fnaddr &g\n"
		"}\n",
		"line 3: unknown function");
}

TEST(parse_unknown_helper)
{
	ir_test_parse(
		"fn f {\n"
		"b0:\n"
		"\t%1 = call !frob\n"
		"}\n",
		"line 3: unknown helper");
}

TEST(parse_missing_block)
{
	ir_test_parse(
		"fn f {\n"
		"b0:\n"
		"\tjmp b1\n"
		"}\n",
		"line 4: jump to a block that is not there");
}

TEST(parse_block_twice)
{
	ir_test_parse(
		"fn f {\n"
		"b0:\n"
		"\tjmp b0\n"
		"b0:\n",
		"line 4: block given twice");
}

TEST(parse_no_end)
{
	ir_test_parse(
		"fn f {\n"
		"b0:\n",
		"line 3: the function has no end");
}

TEST(parse_huge_number)
{
	ir_test_parse(
		"fn f {\n"
		"b0:\n"
		"\t%9999999 = ctx\n",
		"line 3: a number is out of range");
}

TEST(parse_no_block)
{
	ir_test_parse(
		"fn f {\n"
		"\t%1 = ctx\n",
		"line 2: a value outside of a block");
}

TEST(parse_width)
{
	ir_test_parse(
		"fn f {\n"
		"b0:\n"
		"\t%1 = load.x8\n",
		"line 3: bad width");
}

TEST(parse_rodata)
{
	ir_test_parse(
		"rodata 00zz\n",
		"line 1: bad hexadecimal digits");
}

TEST(parse_bad_map)
{
	ir_test_parse(
		"map @x kind=3\n",
		"line 1: unknown word");
}

TEST(parse_layout)
{
	ir_test_parse(
		"fn f {\n"
		"b0:\n"
		"\t%1 = ctx\n"
		"\t%2 = key %1 {8 scalar:x}\n",
		"line 4: a number is missing");
}
