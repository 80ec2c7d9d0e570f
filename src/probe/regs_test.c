/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <sys/ptrace.h>
#ifdef __x86_64__
#include <asm/ptrace.h>
#endif

#include "probe/regs.h"
#include "tests/unit.h"

TEST(regs_x86_names)
{
	const struct regs *r = &regs_x86_64;

	CHECK_EQ(regs_offset(r, "di"), 112);
	CHECK_EQ(regs_offset(r, "ax"), r->ret);
	CHECK_EQ(regs_offset(r, "ip"), r->ip);
	CHECK_EQ(regs_offset(r, "pc"), r->ip);
	CHECK_EQ(regs_offset(r, "sp"), r->sp);
	CHECK_EQ(regs_offset(r, "r9"), r->arg[5]);
	CHECK_EQ(regs_offset(r, "x0"), -1);
	CHECK_EQ(regs_offset(r, ""), -1);
	CHECK_EQ(r->nargs, 6);
}

TEST(regs_arm64_names)
{
	const struct regs *r = &regs_arm64;

	for (unsigned i = 0; i < r->nargs; i++)
		CHECK_EQ(r->arg[i], 8 * i);
	CHECK_EQ(regs_offset(r, "r0"), r->ret);
	CHECK_EQ(regs_offset(r, "x30"), 240);
	CHECK_EQ(regs_offset(r, "lr"), 240);
	CHECK_EQ(regs_offset(r, "sp"), r->sp);
	CHECK_EQ(regs_offset(r, "pc"), r->ip);
	CHECK_EQ(regs_offset(r, "ax"), -1);
}

#ifdef __x86_64__
/* Against the C library's idea of the same structure. */
TEST(regs_x86_layout)
{
	static const struct { const char *name; size_t offset; } fields[] = {
		{ "r15", offsetof(struct pt_regs, r15) }, { "r12", offsetof(struct pt_regs, r12) },
		{ "bp", offsetof(struct pt_regs, rbp) },  { "bx", offsetof(struct pt_regs, rbx) },
		{ "r11", offsetof(struct pt_regs, r11) }, { "r8", offsetof(struct pt_regs, r8) },
		{ "ax", offsetof(struct pt_regs, rax) },  { "cx", offsetof(struct pt_regs, rcx) },
		{ "dx", offsetof(struct pt_regs, rdx) },  { "si", offsetof(struct pt_regs, rsi) },
		{ "di", offsetof(struct pt_regs, rdi) },  { "orig_ax", offsetof(struct pt_regs, orig_rax) },
		{ "ip", offsetof(struct pt_regs, rip) },  { "cs", offsetof(struct pt_regs, cs) },
		{ "flags", offsetof(struct pt_regs, eflags) }, { "sp", offsetof(struct pt_regs, rsp) },
		{ "ss", offsetof(struct pt_regs, ss) },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		CHECK_EQ(regs_offset(&regs_x86_64, fields[i].name), fields[i].offset);
}
#endif
