/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/settings.h"

#include <errno.h>

static const char *value_text(struct arena *a, const struct node *n)
{
	switch (n->kind) {
	case E_INT:
		return n->is_unsigned ? arena_printf(a, "%llu", (unsigned long long)n->ival)
				      : arena_printf(a, "%lld", (long long)n->ival);
	case E_BOOL:
		return n->ival ? "true" : "false";
	case E_STR:
		return n->str;
	default:
		return n->name ? n->name : "";
	}
}

static void apply(struct session *s, const struct config_item *it)
{
	struct err e = { 0 };
	int rc = config_set(&s->tables.config, it->key, value_text(&s->arena, it->value), &e);
	struct diag *d;

	if (!rc)
		return;
	d = diag_error(&s->diags, it->span, rc == -ENOENT ? DT_unknown_setting : DT_bad_setting,
		       "%s", e.what);
	if (e.hint[0])
		diag_hint(&s->diags, d, "%s", e.hint);
}

bool settings_apply(struct session *s)
{
	vec_each(s->script->config, i)
		apply(s, s->script->config.v[i]);
	s->env.missing_probes = s->tables.config.missing_probes;
	return !s->diags.nerrors;
}
