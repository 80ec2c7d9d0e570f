/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the probes of a compiled script are attached to here. Attach points are expanded anew, so wildcards, offsets of
 * symbols and ids of kernel types are this machine's. What the code depends on must be as it was: the kind of program
 * and, for USDT, where the arguments are.
 */
#include <errno.h>
#include <string.h>

#include "image/image.h"

static bool has_wildcard(const struct attach_point *ap)
{
	vec_each(ap->parts, i)
		if (probe_has_wildcard(ap->parts.v[i]))
			return true;
	return false;
}

/* A program that was made for one of the matches of a wildcard is not for the others. */
static void keep_named(struct probe *p)
{
	size_t n = 0;

	if (!has_wildcard(p->point) || !strcmp(p->name, p->point->text))
		return;
	vec_each(p->targets, i)
		if (!strcmp(p->targets.v[i]->name, p->name))
			p->targets.v[n++] = p->targets.v[i];
	p->targets.n = n;
}

/* Members of args are read where they were when the script was compiled. */
static int check_fields(const struct probe *p, const struct probe_target *t, struct types *ts, struct err *e)
{
	vec_each(p->built->fields, i) {
		const struct field *was = &p->built->fields.v[i];
		struct field is;

		if (t->args && type_field(ts, t->args, was->name, &is) && is.offset == was->offset &&
		    is.type->size == was->type->size)
			continue;
		err_set(e, -ESTALE, "%s: its argument %s is elsewhere than where the script was compiled", t->name, was->name);
		err_hint(e, "Compile it on this machine.");
		return -ESTALE;
	}
	return 0;
}

static int check_target(const struct probe *p, const struct probe_target *t, struct types *ts, struct err *e)
{
	const char *was = p->built->usdt_args;

	if (!was == !t->usdt_args && (!was || !strcmp(was, t->usdt_args)))
		return check_fields(p, t, ts, e);
	err_set(e, -ESTALE, "%s: its arguments are elsewhere than in the program that the script was compiled for", t->name);
	err_hint(e, "Compile it on this machine.");
	return -ESTALE;
}

static int describe(struct probe *p, struct probe_env *env, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < p->targets.n && !rc; i++) {
		struct probe_target *t = p->targets.v[i];

		if (p->built->described && p->provider->describe && !p->provider->describe(env, p->point, t))
			return -EINVAL;
		rc = check_target(p, t, env->types, e);
	}
	return rc;
}

static int check_kind(const struct probe *p, struct target *target, struct err *e)
{
	struct prog_kind kind = { 0 };

	p->provider->kind(target, p, &kind);
	if (kind.type == p->built->prog_type)
		return 0;
	err_set(e, -ESTALE, "%s: this kernel needs another kind of program here than the one that was compiled", p->name);
	err_hint(e, "Compile the script on this machine.");
	return -ESTALE;
}

static int expand(struct probe *p, struct probe_env *env, struct err *e)
{
	int rc;

	if (!p->provider->expand(env, p->point, p))
		return -EINVAL;
	keep_named(p);
	rc = describe(p, env, e);
	if (rc || !p->targets.n)
		return rc;
	p->args = p->targets.v[0]->args;
	return check_kind(p, env->target, e);
}

bool image_expand(const struct image *im, struct probe_env *env, struct err *e)
{
	struct tables *t = im->tables;
	size_t n = 0;

	vec_each(t->probes, i) {
		struct probe *p = t->probes.v[i];

		if (expand(p, env, e))
			return false;
		if (!p->targets.n)
			continue;
		p->index = (uint32_t)n;
		t->probes.v[n++] = p;
	}
	t->probes.n = n;
	if (n)
		return true;
	err_set(e, -ENOENT, "No probes to attach");
	return false;
}
