/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64: struct user_pt_regs of arch/arm64/include/uapi/asm/ptrace.h, with which pt_regs begins; AAPCS64 6.8.2. */
#include <stddef.h>

#include "probe/regs.h"

#define X(n) { "r" #n, 8 * n }, { "x" #n, 8 * n }

static const struct reg_name names[] = {
	X(0),  X(1),  X(2),  X(3),  X(4),  X(5),  X(6),  X(7),  X(8),  X(9),  X(10),
	X(11), X(12), X(13), X(14), X(15), X(16), X(17), X(18), X(19), X(20), X(21),
	X(22), X(23), X(24), X(25), X(26), X(27), X(28), X(29), X(30),
	{ "fp", 232 },
	{ "lr", 240 },
	{ "sp", 248 },
	{ "pc", 256 },
	{ "ip", 256 },
	{ "pstate", 264 },
	{ NULL, 0 },
};

const struct regs regs_arm64 = {
	.arch = "aarch64",
	.names = names,
	.arg = { 0, 8, 16, 24, 32, 40, 48, 56 },
	.nargs = 8,
	.ret = 0,
	.ip = 256,
	.sp = 248,
	.stack_arg = 0,
	.probe_ip_bias = 0,
};
