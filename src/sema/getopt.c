/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named parameters: getopt(name[, default[, description]]) is a constant, given behind -- as
 * --name=value or --name. The default's type is the parameter's; without one it is true or false.
 */
#include "sema/internal.h"

#include <strings.h>

static const struct option_use *find_use(struct check *ck, const char *name, size_t len)
{
	vec_each(ck->options, i)
		if (!strncmp(ck->options.v[i].name, name, len) && !ck->options.v[i].name[len])
			return &ck->options.v[i];
	return NULL;
}

/* What stands behind the = of --name=value; "" if there is none; NULL: not given. The last counts. */
static const char *given(struct check *ck, const char *name)
{
	const struct parse_params *p = ck->in->params;
	const char *value = NULL;
	size_t n = strlen(name);

	for (size_t i = 0; i < p->nnamed; i++) {
		if (strncmp(p->named[i], name, n))
			continue;
		if (!p->named[i][n])
			value = "";
		else if (p->named[i][n] == '=')
			value = p->named[i] + n + 1;
	}
	return value;
}

static bool bad_value(struct check *ck, const char *name, const char *what, const char *value)
{
	diag_error(ck->diags, (struct span){ 0, 0 }, DT_bad_argument,
		   "program command line option --%s invalid %s (value: %s)", name, what, value);
	return false;
}

static bool set_int(struct check *ck, struct node *n, const char *name, const char *value, int64_t v)
{
	n->kind = E_INT;
	if (value && !param_number(value, &v))
		return bad_value(ck, name, "integer", value);
	n->ival = v;
	n->is_unsigned = value && v < 0 && value[0] != '-';
	n->type = n->is_unsigned ? type_u64() : type_i64();
	return true;
}

static bool set_bool(struct check *ck, struct node *n, const char *name, const char *value, bool v)
{
	n->kind = E_BOOL;
	n->ival = v;
	if (!value)
		return true;
	if (!*value || !strcasecmp(value, "true") || !strcmp(value, "1"))
		n->ival = 1;
	else if (!strcasecmp(value, "false") || !strcmp(value, "0"))
		n->ival = 0;
	else
		return bad_value(ck, name, "boolean", value);
	return true;
}

static void set_str(struct node *n, const char *value, const struct node *fallback)
{
	n->kind = E_STR;
	n->str = value ? value : fallback->str;
	n->len = value ? strlen(value) : fallback->len;
}

static bool set_value(struct check *ck, struct node *n, const char *name, const struct node *fallback)
{
	const char *value = given(ck, name);

	if (!fallback)
		return set_bool(ck, n, name, value, false);
	if (fallback->kind == E_BOOL)
		return set_bool(ck, n, name, value, fallback->ival);
	if (fallback->kind == E_INT)
		return set_int(ck, n, name, value, fallback->ival);
	if (fallback->kind == E_UNOP && fallback->op == OP_NEG && fallback->a->kind == E_INT)
		return set_int(ck, n, name, value, -(uint64_t)fallback->a->ival);
	if (fallback->kind == E_STR) {
		set_str(n, value, fallback);
		return true;
	}
	diag_error(ck->diags, fallback->span, DT_bad_argument,
		   "getopt() needs a number, a string, true or false as its default");
	return false;
}

bool resolve_getopt(struct check *ck, struct node *n)
{
	struct node *const *arg = n->list.v;
	struct option_use use = { 0 };

	if (n->list.n < 1 || n->list.n > 3 || arg[0]->kind != E_STR ||
	    (n->list.n == 3 && arg[2]->kind != E_STR)) {
		diag_error(ck->diags, n->span, DT_bad_argument,
			   "getopt() takes a name, a default and a description, the first and the last as literals");
		return false;
	}
	use.name = arg[0]->str;
	use.doc = n->list.n == 3 ? arg[2]->str : NULL;
	if (!find_use(ck, use.name, strlen(use.name)))
		avec_push(ck->arena, &ck->options, use);
	if (!set_value(ck, n, use.name, n->list.n > 1 ? arg[1] : NULL))
		return false;
	n->list.n = 0;
	if (late_wanted(ck))
		late_option(ck, n, use.name, use.doc);
	return true;
}

static const char *expected_options(struct check *ck)
{
	const char *text = "";

	vec_each(ck->options, i) {
		const struct option_use *u = &ck->options.v[i];

		text = arena_printf(ck->arena, "%s%s--%s%s%s", text, ck->options.n > 1 || u->doc ? "\n  " : " ",
				    u->name, u->doc ? ": " : "", u->doc ? u->doc : "");
	}
	return text;
}

bool check_options(struct check *ck)
{
	const struct parse_params *p = ck->in->params;
	const char *unknown = "";
	struct diag *d;
	bool help = false;

	for (size_t i = 0; i < p->nnamed; i++) {
		size_t len = strcspn(p->named[i], "=");

		if (find_use(ck, p->named[i], len))
			continue;
		help |= !strcmp(p->named[i], "help");
		unknown = arena_printf(ck->arena, "%s%s--%.*s", unknown, *unknown ? ", " : "", (int)len,
				       p->named[i]);
	}
	if (!*unknown)
		return true;
	d = diag_error(ck->diags, (struct span){ 0, 0 }, DT_bad_argument,
		       help ? "the script is not run: its options were asked for (%s)"
			    : "unexpected program command line options: %s", unknown);
	if (ck->options.n)
		diag_hint(ck->diags, d, "expected program options:%s", expected_options(ck));
	else
		diag_hint(ck->diags, d, "this script has no options");
	return false;
}
