/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all providers say and do alike. */
#include "probe/common.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"

/* "a" or "b" of the lines of forms, each behind `write`. */
static char *forms_text(struct arena *a, const char *forms)
{
	struct strbuf sb = { 0 };
	char *text;

	for (; *forms; forms++) {
		if (*forms == '\n')
			sb_adds(&sb, " or ");
		else
			sb_addc(&sb, *forms);
	}
	text = arena_strdup(a, sb_str(&sb));
	sb_done(&sb);
	return text;
}

bool bad_form(struct probe_env *env, const struct provider *p, struct span at, const char *fmt, ...)
{
	struct diag *d;
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(env->arena, fmt, ap);
	va_end(ap);
	d = diag_error(env->diags, at, DT_bad_probe, "%s: %s", p->name, text);
	diag_hint(env->diags, d, "write %s", forms_text(env->arena, p->forms));
	return false;
}

/* Of a span: the rest of its name; NULL: it is none. */
static const char *of_span(const struct attach_point *ap)
{
	return strncmp(ap->text, "span:", 5) ? NULL : ap->text + 5;
}

/* The attach point without its provider; that of a span's system call is not written. */
static const char *text_behind_provider(const struct attach_point *ap)
{
	const char *span = of_span(ap), *text = span ? span : ap->text, *colon = strchr(text, ':');

	if (span && !strncmp(span, "syscalls:", 9))
		return text;
	return colon ? colon + 1 : text;
}

bool missing(struct probe_env *env, struct span at, const char *text, const char *hint)
{
	const char *policy = env->missing_probes;
	struct diag *d;

	if (policy && !strcmp(policy, "ignore"))
		return true;
	if (policy && !strcmp(policy, "warn")) {
		diag_warning(env->diags, at, DT_unknown_probe, "%s Skipping.", text);
		return true;
	}
	d = diag_error(env->diags, at, DT_unknown_probe, "%s", text);
	if (hint)
		diag_hint(env->diags, d, "%s", hint);
	return false;
}

static bool is_wild(const struct attach_point *ap)
{
	for (size_t i = 1; i < ap->parts.n; i++) {
		struct part part = part_get(ap, i);

		if (part_is_wild(&part))
			return true;
	}
	return false;
}

static const char *near_text(struct probe_env *env, const struct attach_point *ap, const char *prefix, const struct near *near)
{
	const char *span = of_span(ap), *colon = strchr(prefix, ':'), *best = near ? near->best : NULL, *name;

	if (!best)
		return NULL;
	/* Those that name one function are written as they are, but for the provider. */
	if (span && !strncmp(span, "syscalls:", 9)) {
		name = strstr(best, "sys_e"); /* enter, exit */
		name = name ? strchr(name + strlen("sys_"), '_') : NULL;
		return arena_printf(env->arena, "did you mean span:syscalls:%s?", name ? name + 1 : best);
	}
	if (span && strncmp(span, "tracepoint:", 11) && strncmp(span, "usdt:", 5))
		return arena_printf(env->arena, "did you mean span:%.*s:%s%s?", (int)strcspn(span, ":"), span, colon ? colon + 1 : "", best);
	return arena_printf(env->arena, "did you mean %s%s?", prefix, best);
}

static const char *no_match_text(struct probe_env *env, const struct provider *p, const struct attach_point *ap)
{
	return arena_printf(env->arena, "No matches for %s %s.", p->name, text_behind_provider(ap));
}

bool near_wanted(const struct probe_env *env)
{
	return !env->trying && (!env->missing_probes || strcmp(env->missing_probes, "ignore"));
}

bool no_match(struct probe_env *env, const struct provider *p, const struct attach_point *ap,
	      const char *prefix, const struct near *near)
{
	if (is_wild(ap))
		return no_match_any(env, p, ap, prefix, NULL);
	return missing(env, ap->span, no_match_text(env, p, ap), near_text(env, ap, prefix, near));
}

bool no_match_any(struct probe_env *env, const struct provider *p, const struct attach_point *ap,
		  const char *prefix, const struct near *near)
{
	const char *text = no_match_text(env, p, ap), *hint = near_text(env, ap, prefix, near);
	struct diag *d;

	if (env->missing_probes && strcmp(env->missing_probes, "error"))
		return missing(env, ap->span, text, hint);
	d = diag_warning(env->diags, ap->span, DT_unknown_probe, "%s Skipping.", text);
	if (hint)
		diag_hint(env->diags, d, "%s", hint);
	return true;
}

bool no_tracefs(struct probe_env *env, const struct provider *p, struct span at)
{
	struct diag *d = diag_error(env->diags, at, DT_no_tracefs,
				    "%s: tracefs is not mounted, so its events cannot be found", p->name);

	diag_hint(env->diags, d, "mount -t tracefs tracefs /sys/kernel/tracing");
	return false;
}

bool no_rights(struct probe_env *env, struct span at, const char *path)
{
	struct diag *d = diag_error(env->diags, at, DT_no_rights, "no permission to read %s", path);

	diag_hint(env->diags, d, "run as root");
	return false;
}

int list_no_tracefs(struct err *e)
{
	err_set(e, -ENOENT, "tracefs is not mounted");
	err_hint(e, "mount -t tracefs tracefs /sys/kernel/tracing");
	return -ENOENT;
}

struct probe_target *target_add(struct probe_env *env, struct probe *out, const char *fmt, ...)
{
	struct probe_target *t = arena_new(env->arena, struct probe_target);
	va_list ap;

	va_start(ap, fmt);
	t->name = arena_vprintf(env->arena, fmt, ap);
	va_end(ap);
	avec_push(env->arena, &out->targets, t);
	return t;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct probe_target *const *)a)->name, (*(struct probe_target *const *)b)->name);
}

void targets_sort(struct probe *out, size_t from)
{
	if (out->targets.n > from + 1)
		qsort(out->targets.v + from, out->targets.n - from, sizeof(*out->targets.v), by_name);
}

int read_number(const char *path, uint64_t *ret)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	char *end;
	int r = file_read(path, 4096, &text);
	uint64_t v;

	if (r)
		return r;
	errno = 0;
	v = strtoull(sb_str(&text), &end, 10);
	if (errno || end == text.p || (*end && *end != '\n'))
		return -EINVAL;
	*ret = v;
	return 0;
}
