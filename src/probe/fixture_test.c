/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "probe/fixture_test.h"
#include "tests/unit.h"

static bool has_nothing(struct target *t, enum target_feature f)
{
	return false;
}

void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->sources.arena = f->diags.arena = &f->arena;
	f->diags.sources = &f->sources;
	types_init(&f->types, &f->arena, NULL);
	f->target.has = has_nothing;
	f->env = (struct probe_env){ .arena = &f->arena, .diags = &f->diags, .types = &f->types, .target = &f->target,
				     .missing_probes = "error" };
}

void fixture_done(struct fixture *f)
{
	probe_env_done(&f->env);
	arena_done(&f->arena);
}

struct attach_point *fixture_point(struct fixture *f, const char *text)
{
	struct attach_point *ap = arena_new(&f->arena, struct attach_point);

	ap->text = arena_strdup(&f->arena, text);
	ap->span = (struct span){ 1, 1 + (uint32_t)strlen(text) };
	for (;;) {
		const char *quote = *text == '\'' ? strchr(text + 1, '\'') : NULL;
		const char *end = strchrnul(quote ? quote : text, ':');
		char *part;

		part = quote ? arena_printf(&f->arena, "%.*s%.*s", (int)(quote - text - 1), text + 1,
					    (int)(end - quote - 1), quote + 1)
			     : arena_strndup(&f->arena, text, (size_t)(end - text));
		avec_push(&f->arena, &ap->parts, part);
		avec_push(&f->arena, &ap->part_spans, ap->span);
		avec_push(&f->arena, &ap->quoted, quote ? (size_t)(quote - text - 1) : 0);
		if (!*end)
			return ap;
		text = end + 1;
	}
}

bool expand(struct fixture *f, const char *text)
{
	struct attach_point *ap = fixture_point(f, text);

	memset(&f->out, 0, sizeof(f->out));
	memset(&f->diags.list, 0, sizeof(f->diags.list));
	f->diags.nerrors = f->diags.nwarnings = 0;
	f->out.provider = provider_find(ap->parts.v[0]);
	f->out.point = ap;
	return f->out.provider && f->out.provider->expand(&f->env, ap, &f->out);
}

const char *expanded(struct fixture *f, const char *text)
{
	bool ok = expand(f, text);
	const char *s = "";

	if (f->diags.list.n) {
		const struct diag *d = f->diags.list.v[0];

		s = arena_printf(&f->arena, "%s: %s", d->severity == SEV_ERROR ? "ERROR" : "WARNING", d->text);
		if (d->hint)
			s = arena_printf(&f->arena, "%s (%s)", s, d->hint);
		if (ok == (d->severity == SEV_ERROR))
			s = "the result contradicts the diagnostic";
		return s;
	}
	if (!ok)
		return "failed without a word";
	vec_each(f->out.targets, i)
		s = arena_printf(&f->arena, "%s%s%s", s, i ? " " : "", f->out.targets.v[i]->name);
	return s;
}

UNIT_MAIN
