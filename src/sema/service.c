/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of fn/check.h. */
#include "sema/internal.h"

struct types *check_types(struct check *ck)
{
	return ck->types;
}

struct probe_env *check_env(struct check *ck)
{
	return ck->in->env;
}

struct arena *check_arena(struct check *ck)
{
	return ck->arena;
}

const struct config *check_config(struct check *ck)
{
	return &ck->tables->config;
}

struct tables *check_tables(struct check *ck)
{
	return ck->tables;
}

struct target *check_target(struct check *ck)
{
	return ck->in->env->target;
}

const struct probe *check_probe(struct check *ck)
{
	return ck->probe;
}

bool check_error(struct check *ck, struct span at, enum diag_tag tag, const char *fmt, ...)
{
	va_list ap;

	if (!ck->report)
		return false;
	va_start(ap, fmt);
	ck->last = diag_error(ck->diags, at, tag, "%s", arena_vprintf(ck->arena, fmt, ap));
	va_end(ap);
	return false;
}

void check_hint(struct check *ck, const char *fmt, ...)
{
	va_list ap;

	if (!ck->report || !ck->last)
		return;
	va_start(ap, fmt);
	diag_hint(ck->diags, ck->last, "%s", arena_vprintf(ck->arena, fmt, ap));
	va_end(ap);
}

void check_warn(struct check *ck, struct span at, enum diag_tag tag, const char *fmt, ...)
{
	va_list ap;

	if (!ck->report)
		return;
	va_start(ap, fmt);
	ck->last = diag_warning(ck->diags, at, tag, "%s", arena_vprintf(ck->arena, fmt, ap));
	va_end(ap);
}

bool check_const_int(struct check *ck, const struct node *n, int64_t *ret)
{
	if (!n->is_const || !n->type || !type_is_int(n->type))
		return false;
	*ret = n->ival;
	return true;
}

bool check_const_str(struct check *ck, const struct node *n, const char **ret, uint32_t *ret_len)
{
	bool param = n->name && n->name[0] == '$';

	if (!n->is_const || (n->kind != E_STR && !param))
		return false;
	*ret = n->str ? n->str : "";
	*ret_len = n->str ? n->len : 0;
	return true;
}

uint32_t check_string(struct check *ck, const char *s)
{
	struct tables *t = ck->tables;

	vec_each(t->strings, i)
		if (!strcmp(t->strings.v[i], s))
			return i;
	avec_push(ck->arena, &t->strings, arena_strdup(ck->arena, s));
	return t->strings.n - 1;
}

bool check_quiet(struct check *ck)
{
	return ck->diags->quiet_warnings;
}

bool check_unstable(struct check *ck, struct span at, const char *what, const char *stage, const char *setting)
{
	if (!strcmp(stage, "enable"))
		return true;
	if (!strcmp(stage, "warn")) {
		check_warn(ck, at, DT_unstable, "%s may still change: %s is 'warn'", what, setting);
		return true;
	}
	check_error(ck, at, DT_unstable, "%s may still change, and is not allowed", what);
	check_hint(ck, "set %s to 'enable' or 'warn'", setting);
	return false;
}

bool check_is_dead(struct check *ck)
{
	return ck->dead;
}
