/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iter: the kernel's BPF iterators (5.8): the program runs once for each object of a kind, when the iterator's file
 * is read. Which there are is in the kernel's BTF: functions bpf_iter_NAME, contexts struct bpf_iter__NAME.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fn/lower.h"
#include "probe/common.h"
#include "probe/providers.h"
#include "run/sys.h"
#include "type/btf.h"

#define PREFIX "bpf_iter_"
#define CONTEXT "struct bpf_iter__"
#define PINS "/sys/fs/bpf/"
#define OBJECT 8 /* offset in the context of the first thing behind its meta */

struct walk {
	struct probe_env *env;
	struct part name;
	struct near near;
	void (*emit)(void *arg, const char *name, const struct probe_target *t);
	void *arg;
};

static const char *context_name(struct arena *a, const char *iter)
{
	return arena_printf(a, CONTEXT "%s", iter);
}

/* Iterators have a context; other functions are called bpf_iter_... too. */
static bool is_iterator(struct btf_file *btf, const char *func)
{
	char name[256];
	int n = snprintf(name, sizeof(name), "bpf_iter__%s", func + strlen(PREFIX));

	return n < (int)sizeof(name) && btf_file_find(btf, BK_STRUCT, name);
}

static int each_function(void *arg, const struct btf_info *info)
{
	struct walk *w = arg;
	struct probe_target t = { 0 };
	const char *name;
	char text[256];

	if (strncmp(info->name, PREFIX, strlen(PREFIX)) || !is_iterator(w->env->btf, info->name))
		return 0;
	name = info->name + strlen(PREFIX);
	if (!w->emit) {
		near_try(&w->near, name);
		return 0;
	}
	if (!part_match(&w->name, name))
		return 0;
	snprintf(text, sizeof(text), "iter:%s", name);
	t.name = text;
	t.func = name;
	w->emit(w->arg, text, &t);
	return 0;
}

static bool no_iterator(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct walk w = { .env = env };

	near_start(&w.near, part_get(ap, 1).text);
	btf_file_each(env->btf, BK_FUNC, each_function, &w);
	return no_match(env, out->provider, ap, "iter:", &w.near);
}

static bool iter_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct part name = part_get(ap, 1), pin = part_get(ap, 2);
	const char *func;
	struct probe_target *t;
	uint32_t id;

	if (part_count(ap) < 1 || part_count(ap) > 2 || !*name.text || (pin.text && !*pin.text))
		return bad_form(env, out->provider, ap->span, "needs the name of an iterator");
	if (!env->btf) {
		diag_error(env->diags, ap->span, DT_kernel_lacks, "iter needs a kernel with BTF");
		return false;
	}
	func = arena_printf(env->arena, PREFIX "%s", name.text);
	id = btf_file_find(env->btf, BK_FUNC, func);
	if (!id || !is_iterator(env->btf, func))
		return no_iterator(env, ap, out);
	t = target_add(env, out, "%s%s%s%s", "iter:", name.text, pin.text ? ":" : "", pin.text ? pin.text : "");
	t->func = arena_strdup(env->arena, name.text);
	t->btf_id = id;
	t->args = types_lookup(env->types, context_name(env->arena, name.text));
	if (pin.text)
		t->path = *pin.text == '/' ? pin.text : arena_printf(env->arena, PINS "%s", pin.text);
	return true;
}

/* -lv: the members of ctx. */
static bool iter_describe(struct probe_env *env, const struct attach_point *ap, struct probe_target *t)
{
	t->args = types_lookup(env->types, context_name(env->arena, t->func));
	return true;
}

/* Iterators run once more when there are no more objects, without one: not for scripts. */
static struct ir_val *iter_filter(struct lower *lw)
{
	struct ir_builder *b = lower_b(lw);

	return ir_bin(b, IR_ne, ir_load(b, lower_ctx(lw), OBJECT, 8, false), ir_iconst(b, 0));
}

static void iter_kind(struct target *t, const struct probe *p, struct prog_kind *ret)
{
	ret->type = BPF_PROG_TYPE_TRACING;
	ret->attach_type = BPF_TRACE_ITER;
	ret->attach_btf_id = p->targets.v[0]->btf_id;
}

/* A pinned iterator runs whenever somebody reads its file. */
static int pin_link(int link, const char *path)
{
	union bpf_attr attr = { .pathname = (uint64_t)(uintptr_t)path, .bpf_fd = (uint32_t)link };

	return sys_bpf(BPF_OBJ_PIN, &attr, sizeof(attr));
}

static int open_iterator(int link)
{
	union bpf_attr attr = { .iter_create = { .link_fd = (uint32_t)link } };

	return sys_bpf(BPF_ITER_CREATE, &attr, sizeof(attr));
}

static int iter_attach(const struct attach_env *env, const struct probe *p, int prog_fd, struct links *links,
		       struct err *e)
{
	const struct probe_target *t = p->targets.v[0];
	union bpf_attr attr = { .link_create = { .prog_fd = (uint32_t)prog_fd, .attach_type = BPF_TRACE_ITER } };
	int link = sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr)), r = link;

	if (link >= 0)
		r = t->path ? pin_link(link, t->path) : open_iterator(link);
	if (r < 0) {
		if (link >= 0)
			close(link);
		attach_error(e, r, p, t);
		if (t->path && link >= 0)
			err_hint(e, "it could not be pinned to %s", t->path);
		else if (r == -EINVAL || r == -EBADF)
			err_hint(e, "this iterator may need an object (a map) to go through");
		return r;
	}
	vec_push(&links->fds, link);
	if (!t->path)
		vec_push(&links->iters, r);
	links->nprobes++;
	return 0;
}

static int iter_list(struct probe_env *env, const struct attach_point *pattern,
		     void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
		     struct err *e)
{
	struct walk w = { .env = env, .name = part_get(pattern, 1), .emit = emit, .arg = arg };

	if (!env->btf)
		return err_set(e, -ENOENT, "the kernel has no BTF, which names iterators");
	btf_file_each(env->btf, BK_FUNC, each_function, &w);
	return 0;
}

const struct provider provider_iter = {
	.name = "iter",
	.alias = { "it" },
	.doc = "each object of a kind: tasks, open files, mappings, sockets, programs, maps",
	.forms = "iter:task\niter:task_file\niter:task_vma\niter:NAME:PIN",
	.flags = PF_ITER | PF_PREEMPT,
	.expand = iter_expand,
	.describe = iter_describe,
	.lower_filter = iter_filter,
	.kind = iter_kind,
	.attach = iter_attach,
	.list = iter_list,
};
