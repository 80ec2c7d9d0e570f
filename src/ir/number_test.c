/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pointers that are computed with: what the verifier is to take for a number. */
#include "ir/ir_test.h"

#define TASK                                                                                       \
	"fn f lowered {\n"                                                                         \
	"b0:\n"                                                                                    \
	"\t%1 = call !get_current_task_btf\n"                                                      \
	"\t%2 = iconst #1\n"                                                                       \
	"\t%3 = iconst #0\n"                                                                       \
	"\t%4:none = add %1 %3\n"

/* The pointer goes through memory. */
TEST(bits_of_a_pointer_are_those_of_a_number)
{
	ir_test_passes(IR_TEST_NEW, "number",
		       TASK "\t%5 = and %4 %2\n"
			    "\tret %5\n"
			    "}\n",
		       TASK "\t%7 = slot #8 [8]\n"
			    "\t%8 = slot #8 [8]\n"
			    "\tstore.u8 %7 %4\n"
			    "\t%10 = iconst #8\n"
			    "\t%11 = call %8 %10 %7 !probe_read_kernel\n"
			    "\t%12 = load.u8 %8\n"
			    "\t%5 = and %12 %2\n"
			    "\tret %5\n"
			    "}\n");
}

/* The verifier takes these. */
TEST(distances_and_members_stay_pointers)
{
	static const char text[] = TASK "\t%5 = add %4 %2\n"
					"\t%6 = sub %5 %1\n"
					"\t%7 = and %6 %2\n"
					"\tret %7\n"
					"}\n";

	ir_test_passes(IR_TEST_NEW, "number", text, text);
}

/* What nobody knows the bounds of is added to a number; so it is where a pointer is one of two values. */
TEST(unbounded_sums_are_of_numbers)
{
	CHECK_EQ(ir_test_count(TASK "\t%5 = call !ktime_get_ns\n"
				    "\t%6 = add %4 %5\n"
				    "\tret %6\n"
				    "}\n",
			       "probe_read_kernel"),
		 1);
	CHECK_EQ(ir_test_count(TASK "\t%5 = call !ktime_get_ns\n"
				    "\tbr %5 b1 b2\n"
				    "b1: from b0\n"
				    "\tjmp b2\n"
				    "b2: from b0 b1\n"
				    "\t%6 = phi %5 %4\n"
				    "\t%7 = shr %6 %2\n"
				    "\tret %7\n"
				    "}\n",
			       "probe_read_kernel"),
		 1);
}
