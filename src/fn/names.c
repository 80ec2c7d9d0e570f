/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers by name: strerror, errno_name, softirq_name, signal_name, signal_abbrev, syscall_name, capability_name,
 * tcp_state. Each is a table of texts of one size in the read-only data, made once a module; a number that has no name
 * selects the last row.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "fn/internal.h"
#include "type/syscalls.h"

#define NAME_SIZE 64
#define LAST_ERRNO 133   /* EHWPOISON, include/uapi/asm-generic/errno.h */
#define LAST_SIGNAL 64   /* _NSIG */
#define LAST_SYSCALL 511

struct row {
	char text[NAME_SIZE];
};

static const struct type *name_type(struct check *ck)
{
	return type_string(check_types(ck), NAME_SIZE);
}

/* Row n of the table, the last one for numbers beyond it. */
static struct ir_val *row_of(struct lower *lw, struct ir_val *n, const struct row *rows, unsigned last)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *table = ir_rodata_ptr(b, rows, (last + 1) * NAME_SIZE);
	struct ir_val *off = ir_bin(b, IR_mul, ir_umin(b, n, last), ir_iconst(b, NAME_SIZE));

	return ir_bin(b, IR_add, table, off);
}

static struct ir_val *table_row(struct lower *lw, struct node *call, const struct row *rows, unsigned last)
{
	return row_of(lw, lower_expr(lw, call->list.v[0]), rows, last);
}

/* One of n names; the last is for numbers beyond them. */
static struct ir_val *name_of(struct lower *lw, struct node *call, const char *const *names, size_t n)
{
	struct row *rows = arena_alloc(lower_b(lw)->module->arena, n * sizeof(struct row));

	for (size_t i = 0; i < n; i++)
		snprintf(rows[i].text, NAME_SIZE, "%s", names[i]);
	return table_row(lw, call, rows, (unsigned)n - 1);
}

static struct ir_val *lower_strerror(struct lower *lw, struct node *call)
{
	struct row *rows = arena_alloc(lower_b(lw)->module->arena, (LAST_ERRNO + 2) * sizeof(struct row));

	for (int i = 0; i <= LAST_ERRNO; i++)
		snprintf(rows[i].text, NAME_SIZE, "%s", strerror(i));
	snprintf(rows[LAST_ERRNO + 1].text, NAME_SIZE, "Unknown error");
	return table_row(lw, call, rows, LAST_ERRNO + 1);
}

const struct fn_ops fn_strerror = {
	.name = "strerror", .proto = "strerror(int errno): string", .doc = "what an error number means",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .type_of = name_type,
	.lower = lower_strerror,
};

/* System calls and probes give errors as negative numbers: the sign is left out. */
static struct ir_val *lower_errno_name(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct row *rows = arena_alloc(b->module->arena, (LAST_ERRNO + 2) * sizeof(struct row));
	struct ir_val *n = lower_expr_as(lw, call->list.v[0], type_int(4, true)), *sign = ir_bin(b, IR_sar, n, ir_iconst(b, 63));

	for (int i = 0; i <= LAST_ERRNO + 1; i++) {
		const char *name = i && i <= LAST_ERRNO ? strerrorname_np(i) : NULL;

		memset(rows[i].text, 0, NAME_SIZE);
		snprintf(rows[i].text, NAME_SIZE, "%s", i ? name ? name : "unknown" : "0");
	}
	return row_of(lw, ir_bin(b, IR_sub, ir_bin(b, IR_xor, n, sign), sign), rows, LAST_ERRNO + 1);
}

const struct fn_ops fn_errno_name = {
	.name = "errno_name", .proto = "errno_name(int errno): string", .doc = "name of an error number, of either sign: ENOENT",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .type_of = name_type,
	.lower = lower_errno_name,
};

static struct ir_val *lower_softirq_name(struct lower *lw, struct node *call)
{
	/* include/linux/interrupt.h, softirq_to_name of kernel/softirq.c */
	static const struct row rows[] = {
		{ "hi" }, { "timer" }, { "net_tx" }, { "net_rx" }, { "block" }, { "irq_poll" }, { "tasklet" }, { "sched" },
		{ "hrtimer" }, { "rcu" }, { "unknown" },
	};

	return table_row(lw, call, rows, ARRAY_SIZE(rows) - 1);
}

const struct fn_ops fn_softirq_name = {
	.name = "softirq_name", .proto = "softirq_name(int vector): string", .doc = "name of a software interrupt: net_rx",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .type_of = name_type,
	.lower = lower_softirq_name,
};

static struct ir_val *lower_signal_name(struct lower *lw, struct node *call)
{
	struct row *rows = arena_alloc(lower_b(lw)->module->arena, (LAST_SIGNAL + 2) * sizeof(struct row));

	for (int i = 0; i <= LAST_SIGNAL; i++)
		snprintf(rows[i].text, NAME_SIZE, "%s", strsignal(i));
	snprintf(rows[LAST_SIGNAL + 1].text, NAME_SIZE, "N/A");
	return table_row(lw, call, rows, LAST_SIGNAL + 1);
}

const struct fn_ops fn_signal_name = {
	.name = "signal_name", .proto = "signal_name(int signal): string", .doc = "what a signal number means",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .type_of = name_type,
	.lower = lower_signal_name,
};

static struct ir_val *lower_signal_abbrev(struct lower *lw, struct node *call)
{
	struct row *rows = arena_alloc(lower_b(lw)->module->arena, (LAST_SIGNAL + 2) * sizeof(struct row));

	for (int i = 0; i <= LAST_SIGNAL + 1; i++) {
		const char *name = i <= LAST_SIGNAL ? sigabbrev_np(i) : NULL;

		snprintf(rows[i].text, NAME_SIZE, "%s%s", name ? "SIG" : "N/A", name ? name : "");
	}
	return table_row(lw, call, rows, LAST_SIGNAL + 1);
}

const struct fn_ops fn_signal_abbrev = {
	.name = "signal_abbrev", .proto = "signal_abbrev(int signal): string", .doc = "a signal as programs call it: SIGKILL",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .type_of = name_type,
	.lower = lower_signal_abbrev,
};

/* include/uapi/linux/capability.h */
static const char *const capabilities[] = {
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
	"CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
	"CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT",
	"CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL",
	"CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE", "?",
};

static struct ir_val *lower_capability_name(struct lower *lw, struct node *call)
{
	return name_of(lw, call, capabilities, ARRAY_SIZE(capabilities));
}

const struct fn_ops fn_capability_name = {
	.name = "capability_name", .proto = "capability_name(int number): string", .doc = "name of a capability: CAP_CHOWN",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .type_of = name_type,
	.lower = lower_capability_name,
};

/* include/net/tcp_states.h */
static const char *const tcp_states[] = {
	"", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE",
	"CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV", "BOUND_INACTIVE", "UNKNOWN",
};

static struct ir_val *lower_tcp_state(struct lower *lw, struct node *call)
{
	return name_of(lw, call, tcp_states, ARRAY_SIZE(tcp_states));
}

const struct fn_ops fn_tcp_state = {
	.name = "tcp_state", .proto = "tcp_state(int state): string", .doc = "name of a state of a TCP connection",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .type_of = name_type,
	.lower = lower_tcp_state,
};

static struct ir_val *lower_syscall_name(struct lower *lw, struct node *call)
{
	struct row *rows = arena_alloc(lower_b(lw)->module->arena, (LAST_SYSCALL + 2) * sizeof(struct row));

	for (int i = 0; i <= LAST_SYSCALL + 1; i++)
		snprintf(rows[i].text, NAME_SIZE, "unknown system call");
	for (size_t i = 0; i < syscall_count; i++) {
		int nr = syscall_numbers[i].number;

		if (nr < 0 || nr > LAST_SYSCALL)
			continue;
		memset(rows[nr].text, 0, NAME_SIZE);
		snprintf(rows[nr].text, NAME_SIZE, "%s", syscall_numbers[i].name);
	}
	return table_row(lw, call, rows, LAST_SYSCALL + 1);
}

const struct fn_ops fn_syscall_name = {
	.name = "syscall_name", .proto = "syscall_name(int number): string", .doc = "name of a system call",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .type_of = name_type,
	.lower = lower_syscall_name,
};
