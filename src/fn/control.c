/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exit(), signal(), signal_thread() and unwatch(). */
#include <signal.h>
#include <string.h>

#include "fn/internal.h"

static bool check_exit(struct check *ck, struct node *call)
{
	call->type = type_none();
	check_tables(ck)->exits = true;
	return true;
}

static struct ir_val *lower_exit_call(struct lower *lw, struct node *call)
{
	const struct type *t = type_i64();
	struct ir_builder *b = lower_b(lw);
	struct ir_val *code = call->list.n ? lower_expr(lw, call->list.v[0]) : ir_iconst(b, 0), *ended;

	lower_emit(lw, call, 1, &t, &code, NULL);
	ended = ir_bin(b, IR_or, ir_ext(b, code, 1, false), ir_iconst(b, IR_ENDED));
	ir_store(b, ir_global_ptr(b, IR_GLOBAL_ENDED), 0, ended, 4);
	lower_exit(lw);
	return NULL;
}

static void handle_exit(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	int64_t code;

	memcpy(&code, args[0].bytes, sizeof(code));
	rt_exit(rt, code);
}

const struct fn_ops fn_exit = {
	.name = "exit", .proto = "exit([int status])", .doc = "ends the script", .flags = FN_CALL | FN_ASYNC | FN_STMT,
	.max_args = 1, .arg = { FA_INT }, .check = check_exit, .lower = lower_exit_call, .handle = handle_exit,
};

static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "HUP", SIGHUP },   { "INT", SIGINT },   { "QUIT", SIGQUIT },	 { "ILL", SIGILL },   { "TRAP", SIGTRAP },
	{ "ABRT", SIGABRT }, { "BUS", SIGBUS },	  { "FPE", SIGFPE },	 { "KILL", SIGKILL }, { "USR1", SIGUSR1 },
	{ "SEGV", SIGSEGV }, { "USR2", SIGUSR2 }, { "PIPE", SIGPIPE },	 { "ALRM", SIGALRM }, { "TERM", SIGTERM },
	{ "CHLD", SIGCHLD }, { "CONT", SIGCONT }, { "STOP", SIGSTOP },	 { "TSTP", SIGTSTP }, { "TTIN", SIGTTIN },
	{ "TTOU", SIGTTOU }, { "URG", SIGURG },	  { "XCPU", SIGXCPU },	 { "XFSZ", SIGXFSZ }, { "PROF", SIGPROF },
	{ "IO", SIGIO },     { "PWR", SIGPWR },	  { "WINCH", SIGWINCH }, { "SYS", SIGSYS },
};

static int signal_number(const char *name)
{
	if (!strncmp(name, "SIG", 3))
		name += 3;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (!strcmp(signals[i].name, name))
			return signals[i].number;
	return 0;
}

static bool check_signal(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[0];
	const char *name;
	uint32_t len;
	int64_t v;

	call->type = type_none();
	if (n->kind == E_STR && check_const_str(ck, n, &name, &len)) {
		call->ival = signal_number(name);
		if (call->ival)
			return true;
		return check_error(ck, n->span, DT_bad_argument, "%s is not a valid signal", name);
	}
	if (check_const_int(ck, n, &v) && (v < 1 || v > 64))
		return check_error(ck, n->span, DT_bad_argument, "%lld is not a valid signal, allowed range: [1,64]", (long long)v);
	return true;
}

static struct ir_val *lower_signal(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *sig = call->ival ? ir_iconst(b, call->ival) : lower_expr(lw, call->list.v[0]);

	ir_call(b, call->fn == &fn_signal_thread ? IRH_send_signal_thread : IRH_send_signal, 1, sig);
	return NULL;
}

const struct fn_ops fn_signal = {
	.name = "signal", .proto = "signal(string or int)", .doc = "sends a signal to the running process (needs --unsafe)",
	.flags = FN_CALL | FN_UNSAFE | FN_STMT, .min_args = 1, .max_args = 1, .arg = { FA_INT | FA_CONST_STR },
	.check = check_signal, .lower = lower_signal,
};

const struct fn_ops fn_signal_thread = {
	.name = "signal_thread", .proto = "signal_thread(string or int)",
	.doc = "sends a signal to the running thread (needs --unsafe)",
	.flags = FN_CALL | FN_UNSAFE | FN_STMT, .min_args = 1, .max_args = 1, .arg = { FA_INT | FA_CONST_STR },
	.check = check_signal, .lower = lower_signal,
};

static struct ir_val *lower_unwatch(struct lower *lw, struct node *call)
{
	const struct type *t = type_u64();
	struct ir_val *addr = lower_expr(lw, call->list.v[0]);

	lower_emit(lw, call, 1, &t, &addr, NULL);
	return NULL;
}

static void handle_unwatch(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	uint64_t addr;

	memcpy(&addr, args[0].bytes, sizeof(addr));
	rt_unwatch(rt, addr);
}

const struct fn_ops fn_unwatch = {
	.name = "unwatch", .proto = "unwatch(address)", .doc = "ends the watchpoints of an address",
	.flags = FN_CALL | FN_ASYNC | FN_STMT, .min_args = 1, .max_args = 1, .arg = { FA_INT | FA_PTR },
	.lower = lower_unwatch, .handle = handle_unwatch,
};
