/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the alternatives a || b || c this kernel has, and whether there is what is optional (a?). Alternatives are
 * tried in their order: the first that names something and that can be attached to is the probe, the others are
 * not looked at any more.
 */
#include <regex.h>

#include "base/fdutil.h"
#include "sema/internal.h"

const struct provider *find_provider(struct check *ck, const struct attach_point *ap)
{
	const char *name = ap->parts.n ? ap->parts.v[0] : "";
	const struct provider *p = provider_find(name);
	struct near near;
	struct diag *d;
	size_t n;

	if (p)
		return p;
	d = diag_error(ck->diags, ap->span, DT_unknown_provider, "Invalid probe type: %s", name);
	near_start(&near, name);
	const struct provider *const *all = provider_all(&n);
	for (size_t i = 0; i < n; i++)
		near_try(&near, all[i]->name);
	if (near.best)
		diag_hint(ck->diags, d, "did you mean '%s'?", near.best);
	return NULL;
}

/* A fault of the script is one also where another alternative is taken. */
static bool report_fault(struct check *ck, const struct diags *said)
{
	vec_each(said->list, i) {
		const struct diag *d = said->list.v[i];
		struct diag *copy;

		if (d->tag == DT_unknown_probe)
			continue;
		copy = diag_error(ck->diags, d->span, d->tag, "%s", d->text);
		if (d->hint)
			diag_hint(ck->diags, copy, "%s", d->hint);
		return true;
	}
	return false;
}

/* What a wildcard that matches nothing would have warned of. */
static const char *no_match_text(struct check *ck, const struct attach_point *ap)
{
	return arena_printf(ck->arena, "No matches for %s.", ap->text);
}

/* One reason after the other, none with a full stop. */
static void add_reason(struct strbuf *why, const char *text)
{
	size_t n = strlen(text);

	if (n && text[n - 1] == '.')
		n--;
	sb_addf(why, "%s%.*s", why->n ? "; " : "", (int)n, text);
}

static bool try_point(struct check *ck, struct attach_point *ap, struct probe *all, struct strbuf *why)
{
	struct diags said;

	all->point = ap;
	all->name = ap->text;
	all->provider = find_provider(ck, ap);
	said = (struct diags){ .arena = ck->arena, .sources = ck->diags->sources, .quiet_warnings = true };
	if (all->provider && probe_try(ck->in->env, ap, all, &said) && probe_usable(ck->in->env, all))
		return true;
	if (all->provider && !all->targets.n && !report_fault(ck, &said))
		add_reason(why, said.list.n ? said.list.v[0]->text : no_match_text(ck, ap));
	else if (all->provider)
		add_reason(why, arena_printf(ck->arena, "%s cannot be attached to on this kernel", ap->text));
	all->targets.n = 0;
	return false;
}

static bool none_there(struct check *ck, const struct attach_point *ap, const struct strbuf *why)
{
	const char *policy = ck->in->env->missing_probes;
	struct span at = ap->span;
	struct diag *d;

	for (const struct attach_point *alt = ap; alt; alt = alt->alt)
		at = span_join(at, alt->span);
	if (ap->optional || (policy && !strcmp(policy, "ignore")))
		return true;
	if (policy && !strcmp(policy, "warn")) {
		diag_warning(ck->diags, at, DT_unknown_probe, "This kernel has none of these probes. Skipping.");
		return true;
	}
	d = diag_error(ck->diags, at, DT_no_probes, "This kernel has none of these probes");
	diag_hint(ck->diags, d, "%s.", sb_str(why));
	return false;
}

bool choose_point(struct check *ck, struct attach_point *ap, struct probe *ret)
{
	_cleanup_sb_ struct strbuf why = { 0 };
	unsigned before = ck->diags->nerrors;

	for (const struct attach_point *alt = ap; alt; alt = alt->alt)
		find_provider(ck, alt);
	if (ck->diags->nerrors != before)
		return false;
	for (struct attach_point *alt = ap; alt; alt = alt->alt)
		if (try_point(ck, alt, ret, &why))
			return true;
		else if (ck->diags->nerrors != before)
			return false;
	return none_there(ck, ap, &why);
}

void filter_targets(struct check *ck, struct probe *all)
{
	const char *pattern = ck->in->env->filter;
	size_t n = 0;
	regex_t re;

	if (!pattern || all->provider->flags & PF_SPECIAL)
		return;
	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB)) {
		diag_error(ck->diags, (struct span){ 0 }, DT_bad_argument, "--probe-filter: '%s' is no regular expression",
			   pattern);
		return;
	}
	vec_each(all->targets, i)
		if (!regexec(&re, all->targets.v[i]->name, 0, NULL, 0))
			all->targets.v[n++] = all->targets.v[i];
	all->targets.n = n;
	regfree(&re);
}

bool probe_exists(struct check *ck, struct attach_point *ap)
{
	struct probe_block empty = { 0 };
	struct probe all = { .block = &empty, .prog_fd = -1 };
	_cleanup_sb_ struct strbuf why = { 0 };

	return try_point(ck, ap, &all, &why);
}
