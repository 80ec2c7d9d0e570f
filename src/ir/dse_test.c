/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dse pass: text in, text out. */
#include "ir/ir_test.h"

TEST(dse_overwritten)
{
	ir_test_passes(IR_TEST_NEW, "dse",
		"fn f {\n"
		"b0:\n"
		"\t%1 = slot #8 [16]\n"
		"\t%2 = iconst #0\n"
		"\t%3 = iconst #1\n"
		"\tstore.u4 %1 %2\n"
		"\tstore.u8 %1 %2 #8\n"
		"\tstore.u8 %1 %3\n"
		"\t%4 = load.u8 %1\n"
		"\tstore.u8 %1 %2\n"
		"\tstore.u8 %1 %4 #8\n"
		"\t%5 = call %1 !send_signal\n"
		"\tret %4\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = slot #8 [16]\n"
		"\t%2 = iconst #0\n"
		"\t%3 = iconst #1\n"
		"\tstore.u8 %1 %3\n"
		"\t%4 = load.u8 %1\n"
		"\tstore.u8 %1 %2\n"
		"\tstore.u8 %1 %4 #8\n"
		"\t%5 = call %1 !send_signal\n"
		"\tret %4\n"
		"}\n");
}

/* A read in between, of the slot or through a pointer that may be it, keeps the store. */
TEST(dse_reads)
{
	ir_test_passes(IR_TEST_NEW, "dse",
		"fn f {\n"
		"b0:\n"
		"\t%1 = slot #8 [8]\n"
		"\t%2 = slot #8 [8]\n"
		"\t%3 = iconst #1\n"
		"\tstore.u8 %1 %3\n"
		"\tstore.u8 %2 %3\n"
		"\t%4 = call %1 !send_signal\n"
		"\tstore.u8 %1 %3\n"
		"\tstore.u8 %2 %3\n"
		"\t%5 = call %1 %2 !send_signal\n"
		"\tret %3\n"
		"}\n",
		"fn f {\n"
		"b0:\n"
		"\t%1 = slot #8 [8]\n"
		"\t%2 = slot #8 [8]\n"
		"\t%3 = iconst #1\n"
		"\tstore.u8 %1 %3\n"
		"\t%4 = call %1 !send_signal\n"
		"\tstore.u8 %1 %3\n"
		"\tstore.u8 %2 %3\n"
		"\t%5 = call %1 %2 !send_signal\n"
		"\tret %3\n"
		"}\n");
}
