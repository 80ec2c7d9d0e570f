/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks from pointers that the verifier trusts. */
#include "ir/ir_test.h"

#define TASK                                            \
	"fn f lowered {\n"                                  \
	"b0:\n"                                             \
	"\t%1 = call !get_current_task_btf ^7\n"

/* What is walked through begins by a cast; the second pointer is not trusted then. */
TEST(walks_begin_by_a_cast)
{
	ir_test_passes(IR_TEST_NEW, "untrust",
		       TASK "\t%2:btf = load.u8 %1 #16\n"
			    "\t%3:btf = load.u8 %1 #24\n"
			    "\t%4:btf = load.u8 %2 #24\n"
			    "\t%5 = load.u4 %4\n"
			    "\tret %5\n"
			    "}\n",
		       TASK "\t%7 = iconst #7\n"
			    "\t%8:btf = kcall %1 %7 &bpf_rdonly_cast\n"
			    "\t%2:btf = load.u8 %8 #16\n"
			    "\t%3:btf = load.u8 %8 #24\n"
			    "\t%4:btf = load.u8 %2 #24\n"
			    "\t%5 = load.u4 %4\n"
			    "\tret %5\n"
			    "}\n");
}

static void stays(const char *text)
{
	CHECK_EQ(ir_test_count(text, "rdonly_cast"), 0);
}

/* Numbers that are read cost nothing, one walk little; a helper may ask for trust, also in what was read; two pointers may be mixed. */
TEST(others_stay_trusted)
{
	stays(TASK "\t%2 = load.u4 %1 #16\n"
		   "\tret %2\n"
		   "}\n");
	stays(TASK "\t%2:btf = load.u8 %1 #16\n"
		   "\tret %2\n"
		   "}\n");
	stays(TASK "\t%2:btf = load.u8 %1 #16\n"
		   "\t%3:btf = load.u8 %1 #24\n"
		   "\t%4 = call %2 !task_pt_regs\n"
		   "\tret %4\n"
		   "}\n");
	stays("fn f lowered {\n"
	      "b0:\n"
	      "\t%1 = ctx\n"
	      "\t%2:btf = load.u8 %1 ^7\n"
	      "\t%3:btf = load.u8 %1 #8 ^8\n"
	      "\tbr %2 b1 b2\n"
	      "b1: from b0\n"
	      "\tjmp b2\n"
	      "b2: from b0 b1\n"
	      "\t%4:btf = phi %2 %3\n"
	      "\t%5:btf = load.u8 %4\n"
	      "\t%6:btf = load.u8 %2 #8\n"
	      "\t%7:btf = load.u8 %2 #16\n"
	      "\tret %5\n"
	      "}\n");
}
