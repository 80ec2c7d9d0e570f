/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of hosts as they were asked for: dns_reply() takes in what a server answered, dns_name() is the name of an address. */
#include "fn/internal.h"
#include "out/hosts.h"

/* An inet_t, then the time since boot. */
#define NAME_SIZE 32
#define NAME_TIME 24
/* An answer that is older than this is told with its age: the connection waited for something else. */
#define OLD_NS 100000000

static struct hosts *hosts_of(struct render *r)
{
	if (!r->hosts)
		r->hosts = hosts_new("/etc/hosts");
	return r->hosts;
}

static bool check_reply(struct check *ck, struct node *call)
{
	const struct node *data = call->list.v[0];

	call->type = type_none();
	if (data->type->kind == TY_BUFFER)
		return true;
	return check_error(ck, data->span, DT_bad_argument, "dns_reply() expects the bytes of a message: buf(pointer, length); found '%s'",
			   type_text(check_arena(ck), data->type));
}

static struct ir_val *lower_reply(struct lower *lw, struct node *call)
{
	const struct type *types[] = { type_u64(), call->list.v[0]->type };
	struct ir_val *vals[] = { fn_lower_boot(lw), lower_expr(lw, call->list.v[0]) };

	lower_emit(lw, call, 2, types, vals, NULL);
	return NULL;
}

static void handle_reply(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	const char *bytes = args[1].bytes;
	uint32_t len, room = args[1].type->size - sizeof(len);
	uint64_t ns;

	memcpy(&ns, args[0].bytes, sizeof(ns));
	memcpy(&len, bytes, sizeof(len));
	hosts_learn(hosts_of(rt_render(rt)), bytes + sizeof(len), len < room ? len : room, ns);
}

const struct fn_ops fn_dns_reply = {
	.name = "dns_reply", .proto = "dns_reply(buffer message)",
	.doc = "remembers the names and addresses of a reply of the domain name system, for dns_name()",
	.flags = FN_CALL | FN_ASYNC | FN_STMT, .min_args = 1, .max_args = 1, .arg = { FA_ANY },
	.check = check_reply, .lower = lower_reply, .handle = handle_reply,
};

static const char *name_of(struct render *r, const void *bytes, uint64_t *ret_age)
{
	uint64_t now, then = 0;
	uint32_t family;
	const char *name;

	memcpy(&family, bytes, sizeof(family));
	memcpy(&now, (const char *)bytes + NAME_TIME, sizeof(now));
	name = hosts_name(hosts_of(r), (int)family, (const char *)bytes + 4, &then);
	*ret_age = then && now > then ? now - then : 0;
	return name;
}

static void name_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	uint64_t age;
	const char *name = name_of(r, bytes, &age);

	if (!name) {
		sb_adds(out, "No DNS Query");
		return;
	}
	render_escape(r, out, name, strlen(name));
	if (age > OLD_NS)
		sb_addf(out, " (%.3fms)", (double)age / 1e6);
}

static void name_json(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	uint64_t age;
	const char *name = name_of(r, bytes, &age);

	if (name)
		render_json_string(out, name, strlen(name));
	else
		sb_adds(out, "null");
}

static const struct value_ops name_value = { .name = "dns_name_t", .text = name_text, .json = name_json };

static bool check_name(struct check *ck, struct node *call)
{
	const struct node *addr = call->list.v[0];

	call->type = type_opaque(check_types(ck), &name_value, NAME_SIZE, 8);
	if (fn_is_inet(addr->type))
		return true;
	return check_error(ck, addr->span, DT_bad_argument, "dns_name() expects an address of ntop(), laddr() or raddr(), found '%s'",
			   type_text(check_arena(ck), addr->type));
}

static struct ir_val *lower_name(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	const struct type *inet = call->list.v[0]->type;
	struct ir_layout *l = ir_layout_new(b->module->arena, 2);
	struct ir_val *vals[] = { lower_expr(lw, call->list.v[0]), fn_lower_boot(lw) };

	l->size = NAME_SIZE;
	l->part[0] = (struct ir_part){ IP_AGG, 0, inet->size };
	l->part[1] = (struct ir_part){ IP_SCALAR, NAME_TIME, 8 };
	return ir_key(b, l, vals);
}

const struct fn_ops fn_dns_name = {
	.name = "dns_name", .proto = "dns_name(inet_t address): dns_name_t",
	.doc = "the name whose DNS reply had this address, or that of /etc/hosts", .flags = FN_CALL,
	.min_args = 1, .max_args = 1, .arg = { FA_ANY }, .check = check_name, .lower = lower_name,
	.value = &name_value,
};
