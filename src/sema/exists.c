/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exists(...): known while compiling, so an if on it leaves out the other arm before its names and types are looked
 * at. All but fields of values are decided while names are resolved, those once the value's type is known.
 */
#include "sema/internal.h"
#include "type/btf.h"

static bool decide(struct node *n, bool yes)
{
	n->kind = E_BOOL;
	n->ival = yes;
	n->a = NULL;
	n->cast_type = NULL;
	return true;
}

static bool has_helper(struct check *ck, const char *name)
{
	struct btf_file *btf = ck->in->env->btf;
	int64_t v;

	if (!strncmp(name, "bpf_", 4))
		name += 4;
	name = arena_printf(ck->arena, "BPF_FUNC_%s", name);
	return btf && btf_file_enumerator(btf, "bpf_func_id", name, &v);
}

static bool has_function(struct check *ck, const char *name)
{
	return ck->in->env->btf && btf_file_find(ck->in->env->btf, BK_FUNC, name);
}

static bool has_builtin(struct check *ck, const char *name)
{
	return fn_find(name) != NULL;
}

/* What is asked for by a word that is no kind of probe. */
static const struct {
	const char *word;
	bool (*has)(struct check *ck, const char *name);
} things[] = {
	{ "helper", has_helper },
	{ "function", has_function },
	{ "builtin", has_builtin },
};

static bool resolve_point(struct check *ck, struct node *n)
{
	struct attach_point *ap = n->point;
	unsigned before = ck->diags->nerrors;
	bool yes;

	for (size_t i = 0; i < ARRAY_SIZE(things); i++)
		if (!strcmp(ap->parts.v[0], things[i].word) && ap->parts.n == 2)
			return decide(n, things[i].has(ck, ap->parts.v[1]));
	yes = probe_exists(ck, ap);
	return ck->diags->nerrors == before && decide(n, yes);
}

static bool resolve_name(struct check *ck, struct node *n)
{
	const struct fn_ops *fn = fn_find(n->a->name);
	struct enum_const c;

	return decide(n, (fn && fn->flags & FN_VAR) || types_enumerator(ck->types, n->a->name, &c) ||
			 types_lookup(ck->types, n->a->name));
}

static bool has_path(struct check *ck, const struct type *t, const struct node_list *path)
{
	struct field f;

	for (size_t i = 0; i < path->n; i++) {
		if (t->kind == TY_PTR)
			t = t->to;
		if (!type_field(ck->types, t, path->v[i]->name, &f))
			return false;
		t = f.type;
	}
	return true;
}

static bool resolve_type_path(struct check *ck, struct node *n)
{
	const struct type_ref *ref = n->cast_type;
	const struct type *t = ref->name ? types_lookup(ck->types, ref->name) : NULL;

	if (ref->of || ref->base)
		return check_error(ck, ref->span, DT_unknown_type, "exists() takes the name of a type");
	return decide(n, t && has_path(ck, t, &n->list));
}

bool resolve_exists(struct check *ck, struct node *n)
{
	if (n->point)
		return resolve_point(ck, n);
	if (n->cast_type)
		return resolve_type_path(ck, n);
	if (n->a->kind == E_IDENT && !is_args(n->a))
		return resolve_name(ck, n);
	return resolve_expr(ck, n->a);
}

/* Without reporting: is this expression typed, with the names that it has? */
static bool is_typed(struct check *ck, struct node *n)
{
	bool report = ck->report, ok;

	ck->report = false;
	ck->exact = true;
	ok = infer_expr(ck, n);
	ck->exact = false;
	ck->report = report;
	return ok;
}

bool infer_exists(struct check *ck, struct node *n)
{
	struct node *base = n->a->kind == E_FIELD ? n->a->a : n->a;

	if (!is_args(base) && !infer_expr(ck, base))
		return false;
	n->type = type_bool();
	n->is_const = true;
	n->ival = is_typed(ck, n->a);
	return !ck->report || decide(n, n->ival);
}

bool exists_decided(const struct node *n, bool *ret)
{
	bool a, b;

	if (n->kind == E_BOOL) {
		*ret = n->ival;
		return true;
	}
	if (n->kind == E_UNOP && n->op == OP_NOT && exists_decided(n->a, &a)) {
		*ret = !a;
		return true;
	}
	if (n->kind != E_BINOP || (n->op != OP_LAND && n->op != OP_LOR) || !exists_decided(n->a, &a))
		return false;
	if (a == (n->op == OP_LOR)) {
		*ret = a;
		return true;
	}
	if (!exists_decided(n->b, &b))
		return false;
	*ret = b;
	return true;
}

/* probetype is a literal once it was typed. */
static bool is_known_text(const struct node *n)
{
	return n->kind == E_STR || (n->kind == E_IDENT && !strcmp(n->name, "probetype"));
}

bool exists_only(const struct node *n)
{
	if (n->kind == E_BINOP && (n->op == OP_EQ || n->op == OP_NE))
		return is_known_text(n->a) && is_known_text(n->b);
	if (n->kind == E_BINOP && (n->op == OP_LAND || n->op == OP_LOR))
		return exists_only(n->a) && exists_only(n->b);
	if (n->kind == E_UNOP && n->op == OP_NOT)
		return exists_only(n->a);
	return n->kind == E_EXISTS || n->kind == E_BOOL;
}
