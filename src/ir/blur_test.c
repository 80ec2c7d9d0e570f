/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is hidden from the verifier in loops over iterators. */
#include "ir/ir_test.h"

#define HEAD                                                                                       \
	"fn f lowered {\n"                                                                         \
	"b0:\n"                                                                                    \
	"\t%1 = slot [8]\n"                                                                        \
	"\t%2 = ctx\n"                                                                             \
	"\t%3 = load.u8 %2\n"                                                                      \
	"\t%4 = iconst #1\n"

#define LOOP(body, uses)                                                                           \
	"\tjmp b1\n"                                                                               \
	"b1: from b0 b4\n"                                                                         \
	"\t%5 = kcall %1 &bpf_iter_num_next\n"                                                     \
	"\tbr %5 b2 b5\n"                                                                          \
	"b2: from b1\n"                                                                            \
	"\t%6 = ult %3 %4\n"                                                                       \
	"\tbr %6 b3 b4\n"                                                                          \
	"b3: from b2\n"                                                                            \
	"\tjmp b4\n"                                                                               \
	"b4: from b2 b3\n"                                                                         \
	"\t%7 = phi %4 %3\n" body                                                                  \
	"\tstore.u8 %1 " uses "\n"                                                                 \
	"\tjmp b1\n"                                                                               \
	"b5: from b1\n"                                                                            \
	"\tret %3\n"                                                                               \
	"}\n"

/* One way brings a constant: the phi is blurred; the comparison only branches and is left alone. */
TEST(numbers_that_meet_in_loops_are_blurred)
{
	ir_test_passes(IR_TEST_NEW, "blur", HEAD LOOP("", "%7"),
		       "map @.globals role=globals type=2 key=4 value=8208 max=1 flags=1024\n"
		       "globals 8208\n"
		       "fn f lowered {\n"
		       "b0:\n"
		       "\t%15 = global #8200\n"
		       "\t%16 = load.u8 %15\n"
		       "\t%1 = slot [8]\n"
		       "\t%2 = ctx\n"
		       "\t%3 = load.u8 %2\n"
		       "\t%4 = iconst #1\n" LOOP("\t%18 = add %7 %16\n", "%18"));
}

/* Outside of loops over iterators nothing is. */
TEST(nothing_is_blurred_without_iterators)
{
	static const char text[] = "fn f lowered {\n"
				   "b0:\n"
				   "\t%1 = ctx\n"
				   "\t%2 = load.u8 %1\n"
				   "\t%3 = iconst #1\n"
				   "\tbr %2 b1 b2\n"
				   "b1: from b0\n"
				   "\tjmp b2\n"
				   "b2: from b0 b1\n"
				   "\t%4 = phi %3 %2\n"
				   "\tret %4\n"
				   "}\n";

	ir_test_passes(IR_TEST_NEW, "blur", text, text);
}
