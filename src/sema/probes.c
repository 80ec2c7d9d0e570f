/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attach points become probes: one for each BPF program. A block with several attach points is copied for
 * each, since `args` may mean something else there. All targets of a wildcard share
 * one program, unless the block asks which one it is (`probe`) or how its arguments look (`args`, USDT's argN).
 */
#include "sema/internal.h"

static struct node_list clone_list(struct arena *a, const struct node_list *l)
{
	struct node_list copy = { 0 };

	for (size_t i = 0; i < l->n; i++)
		avec_push(a, &copy, node_clone(a, l->v[i]));
	return copy;
}

static struct type_ref *clone_type(struct arena *a, struct type_ref *t)
{
	struct type_ref *copy;

	if (!t || (!t->of && !t->base))
		return t;
	copy = arena_dup(a, t, sizeof(*t));
	copy->of = node_clone(a, t->of);
	copy->base = clone_type(a, t->base);
	return copy;
}

struct node *node_clone(struct arena *a, const struct node *n)
{
	struct node *copy;

	if (!n)
		return NULL;
	copy = arena_dup(a, n, sizeof(*n));
	copy->a = node_clone(a, n->a);
	copy->b = node_clone(a, n->b);
	copy->c = node_clone(a, n->c);
	copy->decl = node_clone(a, n->decl);
	copy->cast_type = clone_type(a, n->cast_type);
	copy->list = clone_list(a, &n->list);
	return copy;
}

bool node_any(const struct node *n, bool (*f)(const struct node *n, const void *arg), const void *arg)
{
	if (!n)
		return false;
	if (f(n, arg) || node_any(n->a, f, arg) || node_any(n->b, f, arg) || node_any(n->c, f, arg))
		return true;
	for (size_t i = 0; i < n->list.n; i++)
		if (node_any(n->list.v[i], f, arg))
			return true;
	return false;
}

static bool is_named(const struct node *n, const void *name)
{
	return (n->kind == E_IDENT || n->kind == E_CALL) && n->name && !strcmp(n->name, name);
}

static bool is_arg_n(const struct node *n, const void *unused)
{
	return n->kind == E_IDENT && n->name && !strncmp(n->name, "arg", 3) && n->name[3] >= '0' &&
	       n->name[3] <= '9';
}

static bool block_uses(const struct probe_block *b, const char *name)
{
	return node_any(b->pred, is_named, name) || node_any(b->body, is_named, name);
}

static bool block_uses_args(const struct probe_block *b, const struct provider *p)
{
	if (p->flags & PF_DEBUGINFO)
		return block_uses(b, "args");
	return block_uses(b, "args") || block_uses(b, "retval") || node_any(b->pred, is_arg_n, NULL) ||
	       node_any(b->body, is_arg_n, NULL);
}

/* May both targets run the same program? */
static bool same_program(const struct probe_target *a, const struct probe_target *b)
{
	if (a->usdt_args && b->usdt_args && strcmp(a->usdt_args, b->usdt_args))
		return false;
	if (!a->args != !b->args || (a->args && !type_eq(a->args, b->args)))
		return false;
	return !a->retval == !b->retval && (!a->retval || type_eq(a->retval, b->retval));
}

/* Programs that the kernel binds to one place at load time cannot be shared. */
static bool one_target_each(const struct probe_target *t)
{
	return t->btf_id != 0;
}

static struct probe *probe_copy(struct check *ck, const struct probe *p)
{
	struct probe *copy = arena_dup(ck->arena, p, sizeof(*p));

	memset(&copy->targets, 0, sizeof(copy->targets));
	copy->block = arena_dup(ck->arena, p->block, sizeof(*p->block));
	copy->block->pred = node_clone(ck->arena, p->block->pred);
	copy->block->body = node_clone(ck->arena, p->block->body);
	copy->prog_fd = -1;
	copy->index = ck->tables->probes.n;
	return copy;
}

/* A probe of this attach point that can take one more target, or NULL. */
static struct probe *find_probe(struct check *ck, size_t first, struct probe_target *t, bool by_name)
{
	if (by_name || one_target_each(t))
		return NULL;
	for (size_t i = first; i < ck->tables->probes.n; i++)
		if (same_program(ck->tables->probes.v[i]->targets.v[0], t))
			return ck->tables->probes.v[i];
	return NULL;
}

static void add_target(struct check *ck, const struct probe *all, size_t first,
		       struct probe_target *t, bool by_name)
{
	struct probe *p = find_probe(ck, first, t, by_name);

	if (!p) {
		p = probe_copy(ck, all);
		p->args = t->args;
		if (by_name || all->targets.n == 1)
			p->name = t->name;
		avec_push(ck->arena, &ck->tables->probes, p);
	}
	avec_push(ck->arena, &p->targets, t);
}

static bool describe_targets(struct check *ck, struct probe *all)
{
	if (!all->targets.n || !all->provider->describe || !block_uses_args(all->block, all->provider))
		return true;
	vec_each(all->targets, i)
		if (!all->provider->describe(ck->in->env, all->point, all->targets.v[i]))
			return false;
	return true;
}

static bool expand(struct check *ck, struct attach_point *ap, struct probe *all)
{
	if (ap->alt || ap->optional)
		return choose_point(ck, ap, all);
	all->provider = find_provider(ck, ap);
	return all->provider && all->provider->expand(ck->in->env, ap, all);
}

#define MANY_TARGETS 1000

/* Copies that the compiler made of a function may have lost arguments; many probes slow the whole system down. */
static void warn_of_targets(struct check *ck, const struct probe *all)
{
	if (all->targets.n > MANY_TARGETS && all->targets.n <= ck->tables->config.max_probes) /* more are refused */
		diag_warning(ck->diags, all->point->span, DT_too_many_probes,
			     "This attaches to %zu functions, which may take long and slow the system down",
			     all->targets.n);
	vec_each(all->targets, i)
		if (all->targets.v[i]->variant && block_uses_args(all->block, all->provider)) {
			diag_warning(ck->diags, all->point->span, DT_no_args,
				     "%s was made by the compiler: its arguments may not be those of the source",
				     all->targets.v[i]->name);
			return;
		}
}

/* Does the block's `place` need a program for each target? */
static bool place_by_program(struct check *ck, const struct probe *all)
{
	struct target *t = ck->in->env->target;

	return block_uses(all->block, "place") &&
	       (!(all->provider->flags & PF_COOKIE) || !t || t->is_portable || !target_has(t, TF_ATTACH_COOKIE));
}

static bool expand_point(struct check *ck, struct probe_block *block, struct attach_point *ap)
{
	struct probe all = { .block = block, .point = ap, .name = ap->text, .prog_fd = -1 };
	bool by_name = block_uses(block, "probe");
	size_t first = ck->tables->probes.n;

	if (!expand(ck, ap, &all))
		return false;
	by_name |= place_by_program(ck, &all);
	filter_targets(ck, &all);
	warn_of_targets(ck, &all);
	if (!describe_targets(ck, &all))
		return false;
	vec_each(all.targets, i)
		add_target(ck, &all, first, all.targets.v[i], by_name);
	return true;
}

static size_t count_targets(const struct tables *t)
{
	size_t n = 0;

	vec_each(t->probes, i)
		n += t->probes.v[i]->targets.n;
	return n;
}

static bool check_limits(struct check *ck, struct span at)
{
	const struct config *c = &ck->tables->config;
	size_t n = count_targets(ck->tables);
	struct diag *d;

	if (n > c->max_probes) {
		d = diag_error(ck->diags, at, DT_too_many_probes,
			       "Your program is trying to attach %zu probes, the limit is %llu", n,
			       (unsigned long long)c->max_probes);
		diag_hint(ck->diags, d, "raise max_probes, or match fewer names");
		return false;
	}
	if (ck->tables->probes.n > c->max_bpf_progs) {
		d = diag_error(ck->diags, at, DT_too_many_probes,
			       "Your program is trying to generate %zu BPF programs, the limit is %llu",
			       ck->tables->probes.n, (unsigned long long)c->max_bpf_progs);
		diag_hint(ck->diags, d, "raise max_bpf_progs, or do not use `probe` or `args` here");
		return false;
	}
	return true;
}

static bool only_unknown(const struct check *ck, size_t from)
{
	for (size_t i = from; i < ck->diags->list.n; i++)
		if (ck->diags->list.v[i]->tag != DT_unknown_probe)
			return false;
	return true;
}

static bool any_optional(const struct probe_block *b)
{
	vec_each(b->points, i)
		if (b->points.v[i]->optional)
			return true;
	return false;
}

/* The text and hint of the only thing said since from, a warning, which is said no more; else NULL. */
static const char *take_warning(struct check *ck, size_t from)
{
	const char *skipping;
	struct diag *d;

	if (ck->diags->list.n != from + 1 || ck->diags->list.v[from]->severity != SEV_WARNING)
		return NULL;
	d = ck->diags->list.v[--ck->diags->list.n];
	ck->diags->nwarnings--;
	skipping = strstr(d->text, ". Skipping.");
	if (!skipping)
		return d->text;
	return arena_printf(ck->arena, "%.*s%s%s", (int)(skipping - d->text), d->text, d->hint ? "; " : ".",
			    d->hint ? d->hint : "");
}

static struct diag *first_error(const struct check *ck, size_t from)
{
	for (size_t i = from; i < ck->diags->list.n; i++)
		if (ck->diags->list.v[i]->severity == SEV_ERROR)
			return ck->diags->list.v[i];
	return NULL;
}

/* A span is two blocks of one place: what one of them said is not said again. */
static bool told_before(const struct check *ck, struct span at)
{
	vec_each(ck->diags->list, i) {
		const struct diag *d = ck->diags->list.v[i];

		if (d->severity == SEV_ERROR && d->tag == DT_unknown_probe && d->span.start >= at.start && d->span.end <= at.end)
			return true;
	}
	return false;
}

static void hint_setting(struct check *ck, struct diag *d)
{
	if (!ck->in->env->fixed)
		diag_hint(ck->diags, d, "if this is expected, set the 'missing_probes' config variable to 'warn'");
}

/* Nothing of what the block names exists. ndiags: their number before it. */
static void check_left(struct check *ck, const struct probe_block *b, size_t first, size_t ndiags)
{
	const char *policy = ck->in->env->missing_probes;
	const char *why;
	struct diag *d;

	if (ck->tables->probes.n != first || !only_unknown(ck, ndiags))
		return;
	ck->probes_missing = true;
	if ((policy && !strcmp(policy, "ignore")) || any_optional(b) || ck->in->env->filter)
		return;
	if (policy && !strcmp(policy, "warn")) {
		diag_warning(ck->diags, b->span, DT_no_probes,
			     "Probe has no valid attach points. It is being removed which may cause issues with "
			     "program behavior.");
		return;
	}
	d = first_error(ck, ndiags);
	if (d) { /* which is the whole fault */
		if (!d->hint)
			hint_setting(ck, d);
		return;
	}
	if (told_before(ck, b->span))
		return;
	why = take_warning(ck, ndiags);
	d = diag_error(ck->diags, b->span, DT_no_probes, "Probe has no valid attach points.");
	if (why)
		diag_hint(ck->diags, d, "%s", why);
	else
		hint_setting(ck, d);
}

bool sema_probes(struct check *ck)
{
	struct script *s = ck->in->script;

	vec_each(s->probes, i) {
		struct probe_block *b = s->probes.v[i];
		size_t first = ck->tables->probes.n, ndiags = ck->diags->list.n;

		vec_each(b->points, j)
			expand_point(ck, b, b->points.v[j]);
		check_left(ck, b, first, ndiags);
		if (!check_limits(ck, b->span))
			return false;
	}
	return !ck->diags->nerrors && ck->tables->probes.n;
}
