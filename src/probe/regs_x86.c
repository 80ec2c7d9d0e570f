/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86-64: struct pt_regs of arch/x86/include/uapi/asm/ptrace.h; System V psABI 3.2.3 for arguments. */
#include <stddef.h>

#include "probe/regs.h"

static const struct reg_name names[] = {
	{ "r15", 0 },     { "r14", 8 },    { "r13", 16 },   { "r12", 24 },
	{ "bp", 32 },     { "rbp", 32 },   { "bx", 40 },    { "rbx", 40 },
	{ "r11", 48 },    { "r10", 56 },   { "r9", 64 },    { "r8", 72 },
	{ "ax", 80 },     { "rax", 80 },   { "cx", 88 },    { "rcx", 88 },
	{ "dx", 96 },     { "rdx", 96 },   { "si", 104 },   { "rsi", 104 },
	{ "di", 112 },    { "rdi", 112 },  { "orig_ax", 120 }, { "orig_rax", 120 },
	{ "ip", 128 },    { "rip", 128 },  { "pc", 128 },   { "cs", 136 },
	{ "flags", 144 }, { "eflags", 144 }, { "sp", 152 }, { "rsp", 152 },
	{ "ss", 160 },    { NULL, 0 },
};

/* A kprobe's handler sees the ip behind the one-byte int3, whichever way the probe was put there. */
const struct regs regs_x86_64 = {
	.arch = "x86_64",
	.names = names,
	.arg = { 112, 104, 96, 88, 72, 64 },
	.nargs = 6,
	.ret = 80,
	.ip = 128,
	.sp = 152,
	.stack_arg = 8,
	.probe_ip_bias = 1,
};
