/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel does with its own network objects: socket_cookie, skboutput. The helpers take pointers whose type the
 * verifier knows, which only programs of typed probes have (tracing_prog_func_proto() in kernel/trace/bpf_trace.c).
 */
#include <stddef.h>

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

/* What skboutput() puts before a packet's bytes, whose number is rounded up by the kernel. */
struct packet_head {
	uint32_t action, len;
	uint64_t ns, offset;
};

static bool check_skboutput(struct check *ck, struct node *call)
{
	const struct node *path = call->list.v[0], *skb = call->list.v[1];
	const char *text;
	uint32_t len;

	call->type = type_i64();
	if (!in_typed_probe(ck, call))
		return false;
	if (!check_const_str(ck, path, &text, &len) || !*text)
		return check_error(ck, path->span, DT_bad_argument, "skboutput() expects the path of a file as a string literal");
	call->fn_data = (void *)text;
	if (points_to(skb->type, "sk_buff"))
		return true;
	return check_error(ck, skb->span, DT_bad_argument, "skboutput() expects a 'struct sk_buff *', found '%s'",
			   type_text(check_arena(ck), skb->type));
}

static uint32_t announce(struct lower *lw, struct node *call)
{
	const struct type *types[] = { type_u32(), type_u64(), type_u64() };
	struct ir_layout *l = ir_layout_new(lower_b(lw)->module->arena, ARRAY_SIZE(types));

	l->size = sizeof(struct packet_head);
	l->part[0] = (struct ir_part){ IP_SCALAR, offsetof(struct packet_head, len), 4 };
	l->part[1] = (struct ir_part){ IP_SCALAR, offsetof(struct packet_head, ns), 8 };
	l->part[2] = (struct ir_part){ IP_SCALAR, offsetof(struct packet_head, offset), 8 };
	return lower_action(lw, call, l, types, call->fn_data)->id;
}

/* BPF_F_CURRENT_CPU, and in the upper half how many bytes of the packet follow the head (BPF_F_CTXLEN_MASK). */
static struct ir_val *lower_skboutput(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *skb = lower_expr(lw, call->list.v[1]), *len = lower_expr(lw, call->list.v[2]);
	struct ir_val *offset = lower_expr(lw, call->list.v[3]);
	struct ir_val *head = ir_slot(b, sizeof(struct packet_head), 8);
	struct ir_val *flags = ir_bin(b, IR_or, ir_bin(b, IR_shl, len, ir_iconst(b, 32)), ir_iconst(b, 0xffffffff));

	ir_store(b, head, offsetof(struct packet_head, action), ir_iconst(b, announce(lw, call)), 4);
	ir_store(b, head, offsetof(struct packet_head, len), len, 4);
	ir_store(b, head, offsetof(struct packet_head, ns), fn_lower_boot(lw), 8);
	ir_store(b, head, offsetof(struct packet_head, offset), offset, 8);
	return ir_call(b, IRH_skb_output, 5, skb, ir_mapaddr(b, ir_packets_map(b->module)), flags, head,
		       ir_iconst(b, sizeof(struct packet_head)));
}

static void handle_skboutput(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	const struct value_ref *packet = &args[a->nargs];
	uint64_t ns, offset;
	uint32_t len;

	memcpy(&len, args[0].bytes, sizeof(len));
	memcpy(&ns, args[1].bytes, sizeof(ns));
	memcpy(&offset, args[2].bytes, sizeof(offset));
	if (len > packet->len)
		len = packet->len;
	if (offset < len)
		rt_packet(rt, a->data, ns, (const uint8_t *)packet->bytes + offset, len - (uint32_t)offset);
}

const struct fn_ops fn_skboutput = {
	.name = "skboutput", .proto = "skboutput(string path, struct sk_buff *skb, int length, int offset): int64",
	.doc = "writes the first length bytes of a packet, without the first offset of them, to a pcap file of raw IP; 0 or -errno",
	.flags = FN_CALL, .min_args = 4, .max_args = 4, .arg = { FA_CONST_STR, FA_PTR, FA_INT, FA_INT },
	.check = check_skboutput, .lower = lower_skboutput, .handle = handle_skboutput, .data = FD_TEXT,
};
