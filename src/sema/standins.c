/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that stand for an expression which the script could have written itself. */
#include "sema/internal.h"

static struct type_ref *pointer_to(struct check *ck, const char *name, struct type_ref *base)
{
	struct type_ref *t = arena_new(ck->arena, struct type_ref);

	t->name = name;
	t->base = base;
	t->stars = 1;
	return t;
}

static struct node *make(struct check *ck, const struct node *at, enum node_kind kind, struct node *a)
{
	struct node *n = arena_new(ck->arena, struct node);

	n->kind = kind;
	n->span = n->op_span = at->span;
	n->a = a;
	return n;
}

/* a.b.c, read as names of members. False: it is something else. */
static bool member_path(struct check *ck, struct node *n, struct node_list *ret)
{
	if (n->kind == E_FIELD && !n->is_arrow && !member_path(ck, n->a, ret))
		return false;
	if (n->kind != E_IDENT && n->kind != E_FIELD)
		return false;
	avec_push(ck->arena, ret, n);
	return true;
}

/* container_of(p, type, member): (type *)((int8 *)p - offsetof(type, member)) */
static bool container_of(struct check *ck, struct node *n)
{
	struct node *type = n->list.n == 3 ? n->list.v[1] : NULL, *offset, *minus;
	struct node_list path = { 0 };

	if (!type || type->kind != E_TYPEOF || !member_path(ck, n->list.v[2], &path)) {
		diag_error(ck->diags, n->span, DT_bad_argument,
			   "container_of() takes a pointer, a type and the name of its member");
		return false;
	}
	offset = make(ck, n, E_OFFSETOF, NULL);
	offset->cast_type = type->cast_type;
	offset->list = path;
	minus = make(ck, n, E_BINOP, make(ck, n, E_CAST, n->list.v[0]));
	minus->a->cast_type = pointer_to(ck, "int8", NULL);
	minus->op = OP_SUB;
	minus->b = offset;
	n->kind = E_CAST;
	n->a = minus;
	n->cast_type = pointer_to(ck, "typeof", type->cast_type);
	n->list.n = 0;
	return true;
}

/* The setting as a literal in place of n. */
static void put_setting(struct node *n, const struct setting *s)
{
	struct span at = n->span;

	*n = (struct node){ .span = at, .op_span = at };
	n->kind = s->kind == SK_TEXT ? E_STR : s->kind == SK_BOOL ? E_BOOL : E_INT;
	n->ival = (int64_t)s->number;
	n->str = s->text;
	n->len = s->text ? (uint32_t)strlen(s->text) : 0;
}

static bool is_config(const struct node *n)
{
	return (n->kind == E_IDENT || (n->kind == E_CALL && !n->list.n)) &&
	       (!strcmp(n->name, "config") || !strcmp(n->name, "__builtin_config"));
}

/* config().name */
static bool config_field(struct check *ck, struct node *n)
{
	const struct config *c = &ck->tables->config;
	struct setting s;
	struct near near;
	struct diag *d;

	near_start(&near, n->name);
	for (size_t i = 0; ck->in->setting(c, i, &s); i++) {
		near_try(&near, s.name);
		if (strcmp(s.name, n->name))
			continue;
		put_setting(n, &s);
		return true;
	}
	d = diag_error(ck->diags, n->span, DT_unknown_setting, "%s: not a known configuration option", n->name);
	if (near.best)
		diag_hint(ck->diags, d, "Did you mean '%s'?", near.best);
	return false;
}

/* All settings as a record. */
static bool whole_config(struct check *ck, struct node *n)
{
	VEC(const char *) names = { 0 };
	struct node_list list = { 0 };
	struct setting s;

	for (size_t i = 0; ck->in->setting(&ck->tables->config, i, &s); i++) {
		struct node *value = make(ck, n, E_INT, NULL);

		put_setting(value, &s);
		avec_push(ck->arena, &names, s.name);
		avec_push(ck->arena, &list, value);
	}
	n->kind = E_TUPLE;
	n->list = list;
	n->names = names.v;
	return true;
}

bool resolve_standin(struct check *ck, struct node *n, bool *ret_ok)
{
	if (n->kind == E_FIELD && is_config(n->a))
		*ret_ok = config_field(ck, n);
	else if (is_config(n))
		*ret_ok = whole_config(ck, n);
	else if (n->kind == E_CALL && !strcmp(n->name, "container_of"))
		*ret_ok = container_of(ck, n);
	else
		return false;
	*ret_ok = *ret_ok && resolve_expr(ck, n);
	return true;
}
