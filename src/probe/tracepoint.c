/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracepoints by their events in tracefs: fields as the format file says, attached through perf. */
#include <errno.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "fn/lower.h"
#include "probe/common.h"
#include "probe/providers.h"
#include "type/tpformat.h"

#define MAX_EVENTS (1u << 20)

typedef void event_fn(void *arg, const char *category, const char *event);

/* All events, "CATEGORY:EVENT" a line; one read of 0.5 ms. 0 or -errno. */
static int each_event(const char *tracefs, event_fn *f, void *arg)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	char path[PATH_MAX], *line, *save = NULL;
	int r;

	snprintf(path, sizeof(path), "%s/available_events", tracefs);
	r = file_read(path, MAX_EVENTS, &text);
	if (r)
		return r;
	for (line = strtok_r(text.p, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(line, ':');

		if (!colon)
			continue;
		*colon = 0;
		f(arg, line, colon + 1);
	}
	return 0;
}

struct expansion {
	struct probe_env *env;
	struct probe *out;
	struct part category, event;
	struct near near;
};

static struct probe_target *event_target(struct probe_env *env, struct probe *out, const char *category,
					 const char *event)
{
	struct probe_target *t = target_add(env, out, "tracepoint:%s:%s", category, event);

	t->category = arena_strdup(env->arena, category);
	t->event = arena_strdup(env->arena, event);
	return t;
}

static void expand_event(void *arg, const char *category, const char *event)
{
	struct expansion *x = arg;

	if (part_match(&x->category, category) && part_match(&x->event, event))
		event_target(x->env, x->out, category, event);
}

/* Names in the same category come first: the edit distance of the whole is that of the event. */
static void near_event(void *arg, const char *category, const char *event)
{
	struct expansion *x = arg;
	char name[256];

	if (snprintf(name, sizeof(name), "%s:%s", category, event) < (int)sizeof(name)) {
		const char *before = x->near.best;

		near_try(&x->near, name);
		if (x->near.best != before)
			x->near.best = arena_strdup(x->env->arena, name);
	}
}

static bool tracepoint_missing(struct expansion *x, const struct attach_point *ap)
{
	near_start(&x->near, arena_printf(x->env->arena, "%s:%s", x->category.text, x->event.text));
	if (near_wanted(x->env))
		each_event(x->env->tracefs, near_event, x);
	return no_match(x->env, x->out->provider, ap, "tracepoint:", &x->near);
}

static bool expand_wild(struct expansion *x, const struct attach_point *ap)
{
	size_t from = x->out->targets.n;
	int r = each_event(x->env->tracefs, expand_event, x);

	if (r == -EACCES || r == -EPERM)
		return no_rights(x->env, ap->span, x->env->tracefs);
	if (x->out->targets.n == from)
		return tracepoint_missing(x, ap);
	targets_sort(x->out, from);
	return true;
}

static bool expand_one(struct expansion *x, const struct attach_point *ap)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/events/%s/%s/format", x->env->tracefs, x->category.text,
			 x->event.text);

	if (n >= (int)sizeof(path) || strchr(x->category.text, '/') || strchr(x->event.text, '/') ||
	    access(path, R_OK)) {
		if (n < (int)sizeof(path) && errno == EACCES)
			return no_rights(x->env, ap->span, path);
		return tracepoint_missing(x, ap);
	}
	event_target(x->env, x->out, x->category.text, x->event.text);
	return true;
}

static bool tracepoint_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct expansion x = { env, out, part_get(ap, 1), part_get(ap, 2) };

	if (part_count(ap) != 2 || !*x.category.text || !*x.event.text)
		return bad_form(env, out->provider, ap->span, "needs a category and an event");
	if (!env->tracefs)
		return no_tracefs(env, out->provider, ap->span);
	errno = 0;
	if (part_is_wild(&x.category) || part_is_wild(&x.event))
		return expand_wild(&x, ap);
	return expand_one(&x, ap);
}

static bool tracepoint_describe(struct probe_env *env, const struct attach_point *ap,
				struct probe_target *t)
{
	struct err e = { 0 };

	if (!tpformat_load(env->types, env->tracefs, t->category, t->event, &t->args, &e))
		return true;
	diag_error(env->diags, ap ? ap->span : (struct span){ 0 }, DT_unknown_probe, "%s: %s", t->name,
		   e.what);
	return false;
}

/* Where __data_loc and __rel_loc fields point: (length << 16 | offset) in the record. */
static struct ir_val *lower_dynamic(struct lower *lw, const struct field *f)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *loc = ir_load(b, lower_ctx(lw), f->offset, 4, false);
	struct ir_val *off = ir_bin(b, IR_and, loc, ir_iconst(b, 0xffff));
	struct ir_val *v;

	if (f->rel_loc)
		off = ir_addi(b, off, f->offset + 4);
	v = ir_bin(b, IR_add, lower_ctx(lw), off);
	v->ptr = PK_NONE; /* the context may not be loaded from at variable offsets; helpers may */
	return v;
}

static struct ir_val *lower_bits(struct ir_builder *b, const struct field *f, struct ir_val *v)
{
	unsigned up = 64 - f->bit_offset - f->bit_size;

	v = up ? ir_bin(b, IR_shl, v, ir_iconst(b, up)) : v;
	return ir_bin(b, f->type->is_signed ? IR_sar : IR_shr, v, ir_iconst(b, 64 - f->bit_size));
}

/* Loads from the context must be aligned (tp_prog_is_valid_access()). */
static struct ir_val *tracepoint_field(struct lower *lw, const struct field *f,
				       enum addr_space *ret_space)
{
	struct ir_builder *b = lower_b(lw);
	const struct type *t = f->type;
	struct ir_val *v;

	*ret_space = AS_KERNEL;
	if (f->data_loc || f->rel_loc)
		return lower_dynamic(lw, f);
	if (!type_is_scalar(t) || f->offset % t->size) {
		v = ir_bin(b, IR_add, lower_ctx(lw), ir_iconst(b, f->offset));
		v->ptr = PK_NONE;
		if (!type_is_scalar(t))
			return v;
		v = ir_kread(b, v, 0, t->size, t->is_signed);
	} else {
		v = ir_load(b, lower_ctx(lw), f->offset, t->size, t->is_signed);
	}
	*ret_space = AS_NONE;
	return f->bit_size ? lower_bits(b, f, v) : v;
}

static void tracepoint_kind(struct target *t, const struct probe *p, struct prog_kind *ret)
{
	ret->type = BPF_PROG_TYPE_TRACEPOINT;
}

/* An event on one CPU for all processes: the program runs on every CPU, it hangs at the tracepoint. */
static int attach_one(const struct attach_env *env, const struct probe_target *t, int prog_fd,
		      struct links *links)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT };
	char path[PATH_MAX];
	uint64_t id;
	int r;

	snprintf(path, sizeof(path), "%s/events/%s/%s/id", env->tracefs, t->category, t->event);
	r = read_number(path, &id);
	if (!r) {
		attr.config = id;
		attr.sample_period = 1;
		attr.wakeup_events = 1;
		r = links_add_perf(links, &attr, -1, 0, prog_fd, t->cookie);
	}
	if (!r)
		links->nprobes++;
	return r;
}

static int tracepoint_attach(const struct attach_env *env, const struct probe *p, int prog_fd,
			     struct links *links, struct err *e)
{
	struct links_mark mark = links_mark(links);

	vec_each(p->targets, i) {
		int r = attach_one(env, p->targets.v[i], prog_fd, links);

		if (r && (!links_may_skip(p, r) || (i + 1 == p->targets.n && links->nprobes == mark.nprobes))) {
			links_rollback(links, mark);
			return attach_error(e, r, p, p->targets.v[i]);
		}
		links->nskipped += r != 0;
	}
	return 0;
}

struct listing {
	struct part category, event;
	bool one_part;
	void (*emit)(void *arg, const char *name, const struct probe_target *t);
	void *arg;
};

static void list_event(void *arg, const char *category, const char *event)
{
	const struct listing *l = arg;
	char name[512];

	if (l->one_part ? !part_match(&l->category, category) && !part_match(&l->category, event)
			: !part_match(&l->category, category) || !part_match(&l->event, event))
		return;
	snprintf(name, sizeof(name), "tracepoint:%s:%s", category, event);
	l->emit(l->arg, name, &(struct probe_target){ .name = name, .category = category, .event = event });
}

/* With one part alone, "tracepoint:*open*", that is looked for in both. */
static int tracepoint_list(struct probe_env *env, const struct attach_point *pattern,
			   void (*emit)(void *arg, const char *name, const struct probe_target *t),
			   void *arg, struct err *e)
{
	struct listing l = { part_get(pattern, 1), part_get(pattern, 2), part_count(pattern) == 1, emit, arg };
	int r;

	if (!env->tracefs)
		return list_no_tracefs(e);
	r = each_event(env->tracefs, list_event, &l);
	return r ? err_set(e, r, "cannot read the events in %s: %s", env->tracefs, errname(r)) : 0;
}

const struct provider provider_tracepoint = {
	.name = "tracepoint",
	.alias = { "t" },
	.doc = "a tracepoint of the kernel, with its fields",
	.forms = "tracepoint:CATEGORY:EVENT",
	.flags = PF_ARGS | PF_TASK | PF_KSTACK | PF_COOKIE,
	.expand = tracepoint_expand,
	.describe = tracepoint_describe,
	.lower_field = tracepoint_field,
	.kind = tracepoint_kind,
	.attach = tracepoint_attach,
	.list = tracepoint_list,
};
