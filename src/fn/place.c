/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place: what a probe is attached to, by its name alone. One program serves all places of a wildcard: each attachment
 * carries a cookie, the place's number in the table of strings and 1. Where the kernel has no cookies (sema/probes.c)
 * each place has a program.
 */
#include "fn/internal.h"

/* The function, or what follows the kind of probe and its binary: "block:block_rq_issue", "libc:setjmp". */
static const char *short_name(const struct probe_target *t)
{
	const char *name;

	if (t->func)
		return t->func;
	if (t->path) {
		name = strrchr(t->name, ':');
		while (name && name > t->name && name[-1] != ':')
			name--;
		return name ? name : t->name;
	}
	name = strchr(t->name, ':');
	return name ? name + 1 : t->name;
}

static void place_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	uint32_t i;

	memcpy(&i, bytes, sizeof(i));
	if (i && i <= r->nstrings)
		render_escape(r, out, r->strings[i - 1], strlen(r->strings[i - 1]));
}

static const struct value_ops place_value = { .name = "place_t", .text = place_text };

static bool check_place(struct check *ck, struct node *n)
{
	const struct probe *p = check_probe(ck);

	n->type = type_opaque(check_types(ck), &place_value, 4, 4);
	vec_each(p->targets, i)
		if (!p->targets.v[i]->cookie)
			p->targets.v[i]->cookie = 1 + check_string(ck, short_name(p->targets.v[i]));
	return true;
}

static struct ir_val *lower_place(struct lower *lw, struct node *n)
{
	const struct probe *p = lower_probe(lw);
	struct ir_val *v;

	if (p->targets.n == 1)
		v = ir_iconst(lower_b(lw), (int64_t)p->targets.v[0]->cookie);
	else
		v = ir_call(lower_b(lw), IRH_get_attach_cookie, 1, lower_ctx(lw));
	return lower_pack(lw, 4, 1, (uint32_t[]){ 0 }, (uint32_t[]){ 4 }, &v);
}

const struct fn_ops fn_place = {
	.name = "place", .proto = "place: place_t", .doc = "function, event or marker that the probe is attached to",
	.flags = FN_VAR, .check = check_place, .lower = lower_place, .value = &place_value,
};
