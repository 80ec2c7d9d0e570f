/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a portable script did not know: it is written to its globals before any of its programs runs. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/fdutil.h"
#include "run/internal.h"
#include "sym/ksyms.h"

static int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* What stands behind the = of --name=value; "" if there is none; NULL: not given. The last counts. */
static const char *option_text(const struct parse_params *p, const char *name)
{
	const char *value = NULL;
	size_t n = strlen(name);

	for (size_t i = 0; i < p->nnamed; i++)
		if (!strncmp(p->named[i], name, n) && (!p->named[i][n] || p->named[i][n] == '='))
			value = p->named[i][n] ? p->named[i] + n + 1 : "";
	return value;
}

static int bad_value(const struct late *l, const char *what, const char *text, struct err *e)
{
	if (l->kind == LATE_OPTION)
		return err_set(e, -EINVAL, "program command line option --%s invalid %s (value: %s)", l->name, what, text);
	return err_set(e, -EINVAL, "parameter $%u is no %s: %s", l->number, what, text);
}

static int set_bool(const struct late *l, const char *text, int64_t *ret, struct err *e)
{
	if (!*text || !strcasecmp(text, "true") || !strcmp(text, "1"))
		*ret = 1;
	else if (!strcasecmp(text, "false") || !strcmp(text, "0"))
		*ret = 0;
	else
		return bad_value(l, "boolean", text, e);
	return 0;
}

/* A parameter that was given, as the type it has in the script. */
static int set_text(struct runtime *rt, const struct late *l, const char *text, struct err *e)
{
	int64_t v = 0;
	int rc = 0;

	if (l->type->kind == TY_STRING) {
		if (strlen(text) >= l->type->size)
			return bad_value(l, "text that short", text, e);
		memset(rt->globals + l->off, 0, l->type->size);
		memcpy(rt->globals + l->off, text, strlen(text));
		return 0;
	}
	if (l->type->kind == TY_BOOL)
		rc = set_bool(l, text, &v, e);
	else if (!param_number(text, &v))
		rc = bad_value(l, "integer", text, e);
	memcpy(rt->globals + l->off, &v, sizeof(v));
	return rc;
}

static const char *given(const struct parse_params *p, const struct late *l)
{
	if (l->kind == LATE_OPTION)
		return option_text(p, l->name);
	return l->number && l->number <= p->argc ? p->argv[l->number - 1] : NULL;
}

static int64_t machine_value(struct runtime *rt, const struct late *l)
{
	const struct config *c = &rt->tables->config;

	switch (l->kind) {
	case LATE_CPUS: return rt->target->ncpus;
	case LATE_START: return clock_ns(CLOCK_BOOTTIME);
	case LATE_TAI: return clock_ns(CLOCK_TAI) - clock_ns(CLOCK_BOOTTIME);
	case LATE_CHILD: return c->has_child ? c->target_pid : 0;
	case LATE_PID: return c->has_child ? 0 : c->target_pid;
	case LATE_SYMBOL: return (int64_t)ksyms_addr(rt->out->render->ksyms, l->name);
	default: return (int64_t)rt->opt->object->params.argc;
	}
}

static int set(struct runtime *rt, const struct late *l, struct err *e)
{
	bool given_by_user = l->kind == LATE_PARAM || l->kind == LATE_TEXT || l->kind == LATE_OPTION;
	const char *text = given_by_user ? given(&rt->opt->object->params, l) : NULL;
	int64_t v;

	if (given_by_user)
		return text ? set_text(rt, l, text, e) : 0;
	v = machine_value(rt, l);
	if (l->kind == LATE_SYMBOL && !v)
		return err_set(e, -ENOENT, "Failed to resolve kernel symbol: %s", l->name);
	memcpy(rt->globals + l->off, &v, sizeof(v));
	return 0;
}

static bool is_option(const struct tables *t, const char *name, size_t n)
{
	vec_each(t->late, i)
		if (t->late.v[i]->kind == LATE_OPTION && !strncmp(t->late.v[i]->name, name, n) && !t->late.v[i]->name[n])
			return true;
	return false;
}

static void hint_options(const struct tables *t, struct err *e)
{
	_cleanup_sb_ struct strbuf all = { 0 };

	vec_each(t->late, i) {
		const struct late *l = t->late.v[i];

		if (l->kind == LATE_OPTION)
			sb_addf(&all, "\n  --%s%s%s", l->name, *l->doc ? ": " : "", l->doc);
	}
	if (all.n)
		err_hint(e, "expected program options:%s", sb_str(&all));
	else
		err_hint(e, "this script has no options");
}

static int check_options(const struct runtime *rt, struct err *e)
{
	const struct parse_params *p = &rt->opt->object->params;

	for (size_t i = 0; i < p->nnamed; i++) {
		size_t n = strcspn(p->named[i], "=");

		if (is_option(rt->tables, p->named[i], n))
			continue;
		if (!strcmp(p->named[i], "help"))
			err_set(e, -EINVAL, "the script is not run: its options were asked for (--help)");
		else
			err_set(e, -EINVAL, "unexpected program command line options: --%.*s", (int)n, p->named[i]);
		hint_options(rt->tables, e);
		return -EINVAL;
	}
	return 0;
}

int run_set_late(struct runtime *rt, struct err *e)
{
	int rc = check_options(rt, e);
	uint32_t key = 0;

	for (size_t i = 0; i < rt->tables->late.n && !rc; i++)
		rc = set(rt, rt->tables->late.v[i], e);
	if (!rc && rt->tables->late.n && !rt->globals_mapped)
		rc = sys_map_update(run_map_fd(rt, rt->module->globals), &key, rt->globals, 0);
	return rc;
}
