/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel does with its own network objects: socket_cookie. The helpers take pointers whose type the
 * verifier knows, which only programs of typed probes have (tracing_prog_func_proto() in kernel/trace/bpf_trace.c).
 */
#include "fn/internal.h"

static bool in_typed_probe(struct check *ck, struct node *call)
{
	static const char *const typed[] = { "fentry", "fexit", "rawtracepoint", "iter" };
	const char *provider = check_probe(ck)->provider->name;

	for (size_t i = 0; i < ARRAY_SIZE(typed); i++)
		if (!strcmp(provider, typed[i]))
			return true;
	check_error(ck, call->span, DT_no_args, "%s() can not be used with '%s' probes", call->name, provider);
	check_hint(ck, "fentry, fexit, rawtracepoint and iter probes have the pointers that it takes.");
	return false;
}

static bool points_to(const struct type *t, const char *name)
{
	return t->kind == TY_PTR && t->to->kind == TY_STRUCT && !strcmp(t->to->st->name, name);
}

static bool check_socket_cookie(struct check *ck, struct node *call)
{
	const struct node *sk = call->list.v[0];

	call->type = type_u64();
	if (!in_typed_probe(ck, call))
		return false;
	if (points_to(sk->type, "sock") || points_to(sk->type, "sock_common"))
		return true;
	return check_error(ck, sk->span, DT_bad_argument, "socket_cookie() only supports 'struct sock *' arguments, found '%s'",
			   type_text(check_arena(ck), sk->type));
}

static struct ir_val *lower_socket_cookie(struct lower *lw, struct node *call)
{
	return ir_call(lower_b(lw), IRH_get_socket_cookie, 1, lower_expr(lw, call->list.v[0]));
}

const struct fn_ops fn_socket_cookie = {
	.name = "socket_cookie", .proto = "socket_cookie(struct sock *sk): uint64",
	.doc = "number that a socket keeps for its life (Linux 5.12)", .flags = FN_CALL, .min_args = 1, .max_args = 1,
	.arg = { FA_PTR }, .check = check_socket_cookie, .lower = lower_socket_cookie,
};
