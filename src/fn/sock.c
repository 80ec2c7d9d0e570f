/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two ends of a socket: laddr, lport, raddr, rport. All are members of struct sock_common, with which every
 * struct sock begins, also those of requests and of TIME_WAIT.
 */
#include <arpa/inet.h>

#include "fn/internal.h"

struct end {
	const char *v4, *v6, *port;
};

static const struct end local_end = { "skc_rcv_saddr", "skc_v6_rcv_saddr", "skc_num" };
static const struct end remote_end = { "skc_daddr", "skc_v6_daddr", "skc_dport" };

static const struct end *end_of(const struct node *n)
{
	return n->name[0] == 'l' ? &local_end : &remote_end;
}

static bool sock_field(struct types *ts, const char *name, struct field *f)
{
	const struct type *t = types_lookup(ts, "struct sock_common");

	return t && t->kind == TY_STRUCT && type_field(ts, t, name, f);
}

static bool has_field(struct check *ck, struct node *n, const char *name)
{
	struct field f;

	if (sock_field(check_types(ck), name, &f))
		return true;
	return check_error(ck, n->span, DT_kernel_lacks, "%s() needs the layout of struct sock: this kernel has no BTF", n->name);
}

/* A number that is a member of the socket, or of a member of it. */
static struct ir_val *read_member(struct lower *lw, struct ir_val *sk, const char *name, int64_t off, unsigned width)
{
	const struct type *st = types_lookup(lower_types(lw), "struct sock_common");
	struct field f;

	sock_field(lower_types(lw), name, &f);
	return lower_read(lw, lower_member_at(lw, sk, st, &f), off, width, false, AS_KERNEL);
}

static bool check_addr(struct check *ck, struct node *n)
{
	n->type = fn_inet_type(check_types(ck));
	return has_field(ck, n, end_of(n)->v4);
}

/* Of an IPv4 address the three words that only IPv6 has are zero: values compare by their bytes. */
static struct ir_val *lower_addr(struct lower *lw, struct node *n)
{
	static const uint32_t offs[] = { 0, 4, 8, 12, 16 }, sizes[] = { 4, 4, 4, 4, 4 };
	struct ir_builder *b = lower_b(lw);
	struct ir_val *sk = lower_expr(lw, n->list.v[0]), *family = read_member(lw, sk, "skc_family", 0, 2);
	struct ir_val *six[4], *four, *zero, *parts[5] = { family };
	struct lower_if is_six;
	struct field f;
	bool has_six = sock_field(lower_types(lw), end_of(n)->v6, &f);

	is_six = lower_if_begin(lw, ir_bin(b, IR_eq, family, ir_iconst(b, has_six ? AF_INET6 : -1)));
	for (int i = 0; i < 4; i++)
		six[i] = has_six ? read_member(lw, sk, end_of(n)->v6, 4 * i, 4) : ir_iconst(b, 0);
	lower_if_else(lw, &is_six);
	four = read_member(lw, sk, end_of(n)->v4, 0, 4);
	zero = ir_iconst(b, 0);
	lower_if_end(lw, &is_six);
	for (int i = 0; i < 4; i++)
		parts[i + 1] = lower_if_value(lw, &is_six, six[i], i ? zero : four);
	return lower_pack(lw, 20, 5, offs, sizes, parts);
}

static bool check_port(struct check *ck, struct node *n)
{
	n->type = type_int(2, false);
	return has_field(ck, n, end_of(n)->port);
}

static struct ir_val *swapped(struct ir_builder *b, struct ir_val *port)
{
	struct ir_val *v = ir_op(b, IR_bswap, 1, port);

	v->width = 2;
	return v;
}

/* A socket that is closed has given its port back: skc_num is 0, but what it was is still in struct inet_sock. */
static struct ir_val *lower_lport(struct lower *lw, struct node *n)
{
	struct ir_builder *b = lower_b(lw);
	const struct type *st = types_lookup(lower_types(lw), "struct inet_sock");
	struct ir_val *sk = lower_expr(lw, n->list.v[0]), *port = read_member(lw, sk, "skc_num", 0, 2), *old;
	struct lower_if closed;
	struct field f;

	if (!st || st->kind != TY_STRUCT || !type_field(lower_types(lw), st, "inet_sport", &f))
		return port;
	closed = lower_if_begin(lw, ir_bin(b, IR_eq, port, ir_iconst(b, 0)));
	old = swapped(b, lower_read(lw, lower_member_at(lw, lower_untyped(lw, sk), st, &f), 0, 2, false, AS_KERNEL));
	lower_if_else(lw, &closed);
	lower_if_end(lw, &closed);
	return lower_if_value(lw, &closed, old, port);
}

static struct ir_val *lower_rport(struct lower *lw, struct node *n)
{
	return swapped(lower_b(lw), read_member(lw, lower_expr(lw, n->list.v[0]), "skc_dport", 0, 2));
}

#define SOCK_ADDR(NAME, WHOSE)                                                                                          \
	const struct fn_ops fn_##NAME = {                                                                               \
		.name = #NAME, .proto = #NAME "(struct sock *sk): inet_t", .doc = WHOSE " address of a socket",         \
		.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_PTR }, .check = check_addr,                 \
		.lower = lower_addr,                                                                                    \
	}
#define SOCK_PORT(NAME, WHOSE)                                                                                          \
	const struct fn_ops fn_##NAME = {                                                                               \
		.name = #NAME, .proto = #NAME "(struct sock *sk): uint16", .doc = WHOSE " port of a socket",            \
		.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_PTR }, .check = check_port,                 \
		.lower = lower_##NAME,                                                                                  \
	}

SOCK_ADDR(laddr, "local");
SOCK_ADDR(raddr, "remote");
SOCK_PORT(lport, "local");
SOCK_PORT(rport, "remote");
