/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations of maps: let @m = lruhash(100); */
#include "sema/internal.h"

static const struct kind {
	const char *name;
	bool lru, per_cpu, lazy;
} kinds[] = {
	{ "hash", false, false, false },
	{ "lruhash", true, false, false },
	{ "percpuhash", false, true, false },
	{ "percpulruhash", true, true, false },
	{ "lazyhash", false, false, true },
};

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

static void unknown_kind(struct check *ck, const struct map_decl *d)
{
	struct diag *dg = diag_error(ck->diags, d->kind_span, DT_unknown_type, "Invalid bpf map type: %s", d->kind);

	diag_hint(ck->diags, dg, "Valid map types: hash, lruhash, percpuhash, percpulruhash, lazyhash");
}

static struct map_decl *find_decl(struct check *ck, const char *name)
{
	const struct script *s = ck->in->script;

	vec_each(s->map_decls, i)
		if (!strcmp(s->map_decls.v[i]->name, name))
			return s->map_decls.v[i];
	return NULL;
}

void resolve_map_decls(struct check *ck)
{
	const struct script *s = ck->in->script;

	vec_each(s->map_decls, i) {
		struct map_decl *d = s->map_decls.v[i];

		if (find_decl(ck, d->name) != d)
			diag_error(ck->diags, d->span, DT_redeclared, "Map @%s was already declared", d->name);
		if (!find_kind(d->kind))
			unknown_kind(ck, d);
		if (resolve_expr(ck, d->size) && (d->size->kind != E_INT || d->size->ival < 1 || d->size->ival > UINT32_MAX))
			diag_error(ck->diags, d->size->span, DT_bad_argument,
				   "The number of entries of a map must be between 1 and %u", UINT32_MAX);
	}
}

void resolve_map_decl(struct check *ck, struct map *m)
{
	const struct map_decl *d = find_decl(ck, m->name);
	const struct kind *k = d ? find_kind(d->kind) : NULL;

	if (!k)
		return;
	m->max_entries = (uint32_t)d->size->ival;
	m->lru = k->lru;
	m->lazy = k->lazy;
	m->declared_per_cpu = k->per_cpu;
}

/* A tool's options and the kernel leave out what uses some. */
void warn_unused_decls(struct check *ck)
{
	const struct script *s = ck->in->script;

	vec_each(s->map_decls, i)
		if (!ck->in->env->fixed && !strmap_get(&ck->map_names, s->map_decls.v[i]->name))
			diag_warning(ck->diags, s->map_decls.v[i]->span, DT_unused_map, "Unused map: @%s",
				  s->map_decls.v[i]->name);
}
