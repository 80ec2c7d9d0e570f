/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network addresses: ntop, endpoint, pton, macaddr. */
#include <arpa/inet.h>

#include "fn/internal.h"

#define INET_SIZE 20 /* address family, up to 16 bytes in network order */

static void inet_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	char text[INET6_ADDRSTRLEN];
	uint32_t af;

	memcpy(&af, bytes, sizeof(af));
	if ((af == AF_INET || af == AF_INET6) && inet_ntop(af, (const char *)bytes + 4, text, sizeof(text)))
		sb_adds(out, text);
}

static const struct value_ops inet_value = { .name = "inet_t", .text = inet_text };

const struct type *fn_inet_type(struct types *ts)
{
	return type_opaque(ts, &inet_value, INET_SIZE, 4);
}

bool fn_is_inet(const struct type *t)
{
	return t->kind == TY_OPAQUE && t->ops == &inet_value;
}

static bool check_ntop(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[call->list.n - 1];
	const struct type *t = n->type;

	call->type = fn_inet_type(check_types(ck));
	if (call->list.n == 2 && !type_is_int(call->list.v[0]->type))
		return check_error(ck, call->list.v[0]->span, DT_bad_argument, "ntop() expects an address family as its first of two arguments");
	if (type_is_int(t))
		return true;
	if ((t->kind == TY_ARRAY || t->kind == TY_STRING) && (t->size == 4 || t->size == 16))
		return true;
	if (t->kind == TY_STRUCT && (t->size == 4 || t->size == 16))
		return true;
	return check_error(ck, n->span, DT_bad_argument, "ntop() expects an integer or an array of 4 or 16 bytes, found '%s'",
			   type_text(check_arena(ck), t));
}

static struct ir_val *lower_ntop(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct node *n = call->list.v[call->list.n - 1];
	struct ir_layout *l = ir_layout_new(b->module->arena, 2);
	struct ir_val *vals[2];
	uint32_t size = type_is_int(n->type) ? 4 : n->type->size;

	if (call->list.n == 2)
		vals[0] = lower_expr(lw, call->list.v[0]);
	else
		vals[0] = ir_iconst(b, size == 4 ? AF_INET : AF_INET6);
	vals[1] = type_is_int(n->type) ? lower_expr(lw, n) : lower_bytes(lw, n);
	l->size = INET_SIZE;
	l->part[0] = (struct ir_part){ IP_SCALAR, 0, 4 };
	l->part[1] = (struct ir_part){ type_is_int(n->type) ? IP_SCALAR : IP_AGG, 4, size };
	return ir_key(b, l, vals);
}

const struct fn_ops fn_ntop = {
	.name = "ntop", .proto = "ntop([int family,] address): inet_t", .doc = "an IPv4 or IPv6 address as text",
	.flags = FN_CALL, .min_args = 1, .max_args = 2, .arg = { FA_ANY, FA_ANY }, .check = check_ntop,
	.lower = lower_ntop,
	.value = &inet_value,
};

#define ENDPOINT_SIZE 24 /* an inet_t, then a port of 4 bytes */

static uint32_t port_of(const void *bytes)
{
	uint32_t port;

	memcpy(&port, (const char *)bytes + INET_SIZE, sizeof(port));
	return port;
}

static void endpoint_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	uint32_t af;

	memcpy(&af, bytes, sizeof(af));
	sb_adds(out, af == AF_INET6 ? "[" : "");
	inet_text(r, out, t, bytes);
	sb_addf(out, "%s:%u", af == AF_INET6 ? "]" : "", port_of(bytes));
}

static void endpoint_json(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	sb_adds(out, "{\"addr\": \"");
	inet_text(r, out, t, bytes);
	sb_addf(out, "\", \"port\": %u}", port_of(bytes));
}

static const struct value_ops endpoint_value = { .name = "endpoint_t", .text = endpoint_text, .json = endpoint_json };

static bool check_endpoint(struct check *ck, struct node *call)
{
	struct node *addr = call->list.v[0];

	call->type = type_opaque(check_types(ck), &endpoint_value, ENDPOINT_SIZE, 4);
	if (fn_is_inet(addr->type))
		return true;
	return check_error(ck, addr->span, DT_bad_argument, "endpoint() expects an address of ntop(), laddr() or raddr(), found '%s'",
			   type_text(check_arena(ck), addr->type));
}

static struct ir_val *lower_endpoint(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_layout *l = ir_layout_new(b->module->arena, 2);
	struct ir_val *vals[] = { lower_expr(lw, call->list.v[0]), lower_expr(lw, call->list.v[1]) };

	l->size = ENDPOINT_SIZE;
	l->part[0] = (struct ir_part){ IP_AGG, 0, INET_SIZE };
	l->part[1] = (struct ir_part){ IP_SCALAR, INET_SIZE, 4 };
	return ir_key(b, l, vals);
}

const struct fn_ops fn_endpoint = {
	.name = "endpoint", .proto = "endpoint(inet_t address, int port): endpoint_t", .doc = "address and port: 10.0.0.1:80",
	.flags = FN_CALL, .min_args = 2, .max_args = 2, .arg = { FA_ANY, FA_INT }, .check = check_endpoint,
	.lower = lower_endpoint,
	.value = &endpoint_value,
};

/* The bytes of an address in network order; how many, 0 if the text is none. */
static uint32_t parse_inet(const char *text, void *bytes)
{
	if (inet_pton(AF_INET, text, bytes) == 1)
		return 4;
	return inet_pton(AF_INET6, text, bytes) == 1 ? 16 : 0;
}

static bool check_pton(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[0];
	uint8_t bytes[16];
	const char *text;
	uint32_t len, size;

	if (!check_const_str(ck, n, &text, &len))
		return check_error(ck, n->span, DT_bad_argument, "pton() expects a string literal");
	size = parse_inet(text, bytes);
	if (!size)
		return check_error(ck, n->span, DT_bad_argument, "pton() expects an IPv4 or IPv6 address, found '%s'", text);
	call->fn_data = (void *)text;
	call->type = type_array(check_types(ck), type_int(1, false), size);
	return true;
}

static struct ir_val *lower_pton(struct lower *lw, struct node *call)
{
	uint8_t bytes[16];

	return ir_rodata_ptr(lower_b(lw), bytes, parse_inet(call->fn_data, bytes));
}

const struct fn_ops fn_pton = {
	.name = "pton", .proto = "pton(string address): uint8[4] or uint8[16]",
	.doc = "the bytes of an IPv4 or IPv6 address in network order", .flags = FN_CALL, .min_args = 1, .max_args = 1,
	.arg = { FA_CONST_STR }, .check = check_pton, .lower = lower_pton,
};

#define MAC_SIZE 6

static void mac_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	const uint8_t *m = bytes;

	sb_addf(out, "%02X:%02X:%02X:%02X:%02X:%02X", m[0], m[1], m[2], m[3], m[4], m[5]);
}

static const struct value_ops mac_value = { .name = "mac_address_t", .text = mac_text };

static bool check_macaddr(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[0];
	const struct type *t = n->type;

	call->type = type_opaque(check_types(ck), &mac_value, MAC_SIZE, 1);
	if ((t->kind == TY_ARRAY || t->kind == TY_STRING) && t->size >= MAC_SIZE)
		return true;
	if (t->kind == TY_PTR)
		return true;
	return check_error(ck, n->span, DT_bad_argument, "macaddr() expects an array of 6 bytes, found '%s'",
			   type_text(check_arena(ck), t));
}

/* From a char array: its address, not its text (a string ends at the first zero byte). */
static struct ir_val *lower_macaddr(struct lower *lw, struct node *call)
{
	struct node *n = call->list.v[0];

	if (n->type->kind == TY_PTR)
		return lower_read_agg(lw, lower_expr(lw, n), MAC_SIZE, lower_space(lw, n->type));
	return lower_bytes(lw, n);
}

const struct fn_ops fn_macaddr = {
	.name = "macaddr", .proto = "macaddr(char[6]): mac_address_t", .doc = "a hardware address as text",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_ARRAY | FA_STRING | FA_PTR },
	.check = check_macaddr, .lower = lower_macaddr,
	.value = &mac_value,
};
