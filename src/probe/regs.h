/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers of an architecture as struct pt_regs keeps them (arch/ARCH/include/uapi/asm/ptrace.h), and
 * which of them carry arguments and results (psABI). Offsets in bytes.
 */
#ifndef PROBE_REGS_H
#define PROBE_REGS_H

#include <stdbool.h>
#include <stdint.h>

struct field;
struct ir_val;
struct lower;
struct type;

#define REGS_MAX_ARGS 8

struct reg_name {
	const char *name;
	int offset;
};

struct regs {
	const char *arch;
	const struct reg_name *names; /* ended by a NULL name */
	int arg[REGS_MAX_ARGS];
	unsigned nargs;
	int ret, ip, sp;
	int stack_arg; /* at a function's entry: from sp to the first argument that has no register */
	unsigned probe_ip_bias; /* what a kprobe's saved ip is beyond the probed address */
};

extern const struct regs regs_x86_64, regs_arm64;
#if defined(__x86_64__)
#define regs_native (&regs_x86_64)
#elif defined(__aarch64__)
#define regs_native (&regs_arm64)
#else
#error "no register table for this architecture"
#endif

int regs_offset(const struct regs *r, const char *name); /* -1: unknown */

/* ops.reg_offset, ops.lower_arg, ops.lower_retval, ops.lower_ip of providers whose context is pt_regs. */
int native_reg_offset(const char *name);
struct ir_val *lower_reg_arg(struct lower *lw, unsigned n);
struct ir_val *lower_reg_retval(struct lower *lw);
struct ir_val *lower_reg_ip(struct lower *lw);

/* A register at its offset in the context. */
struct ir_val *lower_reg(struct lower *lw, int offset);
struct ir_val *lower_func_ip(struct lower *lw); /* bpf_get_func_ip(ctx) */

/*
 * A parameter of a context that is an array of u64 (BTF tracing, raw tracepoints); t at byte offset. direct: pointers
 * to kernel structures are BTF pointers that may be loaded from. Aggregates give their address in kernel space.
 */
struct ir_val *lower_u64_arg(struct lower *lw, const struct type *t, uint32_t offset, bool direct);

#endif
