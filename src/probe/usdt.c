/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * USDT: probes that programs carry in their notes (.note.stapsdt). Each place a probe was inlined at is a target; its
 * arguments are where that place's note says. Semaphores are raised by the kernel through the reference counter.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fn/lower.h"
#include "probe/binary.h"
#include "probe/debuginfo.h"
#include "probe/providers.h"
#include "probe/regs.h"
#include "sym/elfsym.h"

#define MAX_ARGS 12 /* STAP_PROBE12 is the longest */

struct expansion {
	struct probe_env *env;
	const struct attach_point *ap;
	struct probe *out;
	struct part provider, name;
	struct near near;
};

static bool expand_binary(void *arg, const struct binary *b, struct elf_file *elf)
{
	struct expansion *x = arg;
	struct arena *a = x->env->arena;
	const struct usdt_probe *probes;
	size_t n = elf_file_usdt(elf, &probes);

	for (size_t i = 0; i < n; i++) {
		const struct usdt_probe *u = &probes[i];
		struct probe_target *t;

		if (x->near.name && !part_is_wild(&x->name)) {
			const char *before = x->near.best;

			near_try(&x->near, u->name);
			if (x->near.best != before)
				x->near.best = arena_printf(a, "%s:%s", u->provider, u->name);
		}
		if (!part_match(&x->provider, u->provider) || !part_match(&x->name, u->name))
			continue;
		t = target_add(x->env, x->out, "usdt:%s:%s:%s", b->name, u->provider, u->name);
		t->path = b->path;
		t->category = arena_strdup(a, u->provider);
		t->event = arena_strdup(a, u->name);
		t->offset = u->offset;
		t->ref_ctr = u->sema_offset;
		t->usdt_args = arena_strdup(a, u->args ? u->args : "");
		t->pid = x->env->pid;
	}
	return true;
}

static bool usdt_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct expansion x = { .env = env, .ap = ap, .out = out };
	struct part path = part_get(ap, 1);
	size_t n = part_count(ap), from = out->targets.n;
	int code;

	x.name = part_get(ap, n == 3 ? 3 : 2);
	if (path.text && !*path.text && env->pid)
		path.text = "*"; /* usdt::PROVIDER:NAME with -p: whatever the process has mapped */
	if (n == 3)
		x.provider = part_get(ap, 2);
	if (n < 2 || n > 3 || !*path.text || !*x.name.text)
		return bad_form(env, out->provider, ap->span, "needs a binary and the name of a probe");
	if (x.provider.text && !*x.provider.text)
		x.provider.text = NULL;
	near_start(&x.near, x.name.text);
	binaries_each(env, &path, expand_binary, &x, &code);
	if (out->targets.n > from)
		return true;
	if (code)
		return binary_missing(env, out->provider, &path, code);
	return no_match(env, out->provider, ap, arena_printf(env->arena, "usdt:%s:", path.text), &x.near);
}

/* Registers are not always whole: %ah is the second byte of its register. */
static struct ir_val *lower_part_reg(struct lower *lw, int offset)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *v = lower_reg(lw, offset & ~7);

	return offset & 7 ? ir_bin(b, IR_shr, v, ir_iconst(b, 8 * (offset & 7))) : v;
}

static struct ir_val *lower_memory(struct lower *lw, const struct usdt_arg *arg)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *base = lower_reg(lw, arg->reg), *index;

	if (arg->index >= 0) {
		index = lower_reg(lw, arg->index);
		if (arg->scale > 1)
			index = ir_bin(b, IR_mul, index, ir_iconst(b, arg->scale));
		base = ir_bin(b, IR_add, base, index);
	}
	return ir_uread(b, base, arg->value, arg->size, arg->is_signed);
}

static struct ir_val *usdt_arg(struct lower *lw, unsigned n)
{
	const struct probe_target *t = lower_probe(lw)->targets.v[0];
	struct usdt_arg args[MAX_ARGS];
	int count = usdt_parse_args(t->usdt_args, args, MAX_ARGS);
	struct ir_val *v;

	if (count < 0 || n >= (unsigned)count || n >= MAX_ARGS)
		return NULL;
	switch (args[n].kind) {
	case UA_CONST:
		v = ir_iconst(lower_b(lw), args[n].value);
		return args[n].size < 8 ? ir_ext(lower_b(lw), v, args[n].size, args[n].is_signed) : v;
	case UA_REG:
		v = lower_part_reg(lw, args[n].reg);
		return args[n].size < 8 ? ir_ext(lower_b(lw), v, args[n].size, args[n].is_signed) : v;
	case UA_MEM:
		return lower_memory(lw, &args[n]);
	case UA_NONE:
		break;
	}
	return NULL;
}

struct listing {
	struct part provider, name;
	void (*emit)(void *arg, const char *name, const struct probe_target *t);
	void *arg;
	struct strmap seen;
};

/* A probe of several places is listed once. */
static bool list_binary(void *arg, const struct binary *b, struct elf_file *elf)
{
	struct listing *l = arg;
	const struct usdt_probe *probes;
	size_t n = elf_file_usdt(elf, &probes);
	char name[8192];

	for (size_t i = 0; i < n; i++) {
		const struct usdt_probe *u = &probes[i];
		struct probe_target t = { .name = name, .category = u->provider, .event = u->name, .path = b->path,
					  .offset = u->offset, .ref_ctr = u->sema_offset, .usdt_args = u->args };

		if (!part_match(&l->provider, u->provider) || !part_match(&l->name, u->name))
			continue;
		snprintf(name, sizeof(name), "usdt:%s:%s:%s", b->name, u->provider, u->name);
		if (strmap_get(&l->seen, name))
			continue;
		strmap_put(&l->seen, name, l);
		l->emit(l->arg, name, &t);
	}
	return true;
}

static int usdt_list(struct probe_env *env, const struct attach_point *pattern,
		     void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
		     struct err *e)
{
	struct listing l = { .emit = emit, .arg = arg };
	struct part path = part_get(pattern, 1);
	struct arena scratch = { 0 };
	int code;

	if (!path.text && env->pid > 0)
		path.text = "*";
	if (!path.text || (!strcmp(path.text, "*") && env->pid <= 0)) {
		err_set(e, -EINVAL, "usdt: which binary?");
		err_hint(e, "write usdt:PATH:* or give a process with -p");
		return -EINVAL;
	}
	l.name = part_get(pattern, part_count(pattern) == 3 ? 3 : 2);
	if (part_count(pattern) == 3)
		l.provider = part_get(pattern, 2);
	strmap_init(&l.seen, &scratch);
	binaries_each(env, &path, list_binary, &l, &code);
	arena_done(&scratch);
	return code ? err_set(e, code, "%s: %s", path.text, errname(code)) : 0;
}

const struct provider provider_usdt = {
	.name = "usdt",
	.alias = { "U" },
	.doc = "a static probe in a program or library",
	.forms = "usdt:PATH:NAME\nusdt:PATH:PROVIDER:NAME",
	.flags = PF_ARGN | PF_REGS | PF_FUNC | PF_TASK | PF_USER | PF_PID | PF_KSTACK |
		 PF_LIFO | PF_COOKIE | PF_PREEMPT,
	.expand = usdt_expand,
	.lower_arg = usdt_arg,
	.find_type = debuginfo_type,
	.lower_ip = lower_reg_ip,
	.reg_offset = native_reg_offset,
	.kind = binary_kind,
	.attach = binary_attach,
	.list = usdt_list,
};
