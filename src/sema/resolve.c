/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names become what they name: scratch variables by block scope, maps, built-ins, enumerators,
 * positional parameters. Also brings the spellings of map functions to one form:
 * delete(@m, k) and has_key(@m, k) get the key into the map node, and a tuple as
 * only key is the list of its members.
 */
#include <ctype.h>

#include "sema/internal.h"
#include "type/consts.h"

static struct var *find_var(struct check *ck, const struct node *n)
{
	for (struct scope *s = ck->scope; s; s = s->up)
		vec_each(s->vars, i)
			if (s->vars.v[i]->mark == n->mark && !strcmp(s->vars.v[i]->name, n->name))
				return s->vars.v[i];
	return NULL;
}

static struct var *new_var(struct check *ck, const struct node *n, enum var_kind kind)
{
	struct var *v = arena_new(ck->arena, struct var);

	v->kind = kind;
	v->name = n->name;
	v->mark = n->mark;
	v->span = n->span;
	v->loop = ck->loop;
	v->id = ck->nvars++;
	avec_push(ck->arena, &ck->scope->vars, v);
	return v;
}

static bool resolve_var(struct check *ck, struct node *n)
{
	struct var *v = find_var(ck, n);
	struct diag *d;
	struct near near;

	if (v) {
		n->var = v;
		return true;
	}
	d = diag_error(ck->diags, n->span, DT_undefined_variable, "Undefined or undeclared variable: $%s",
		       n->name);
	near_start(&near, n->name);
	for (struct scope *s = ck->scope; s; s = s->up)
		vec_each(s->vars, i)
			if (s->vars.v[i]->mark == n->mark)
				near_try(&near, s->vars.v[i]->name);
	if (near.best)
		diag_hint(ck->diags, d, "did you mean '$%s'?", near.best);
	return false;
}

static void assign_var(struct check *ck, struct node *n)
{
	struct var *v = find_var(ck, n);

	if (!v)
		v = new_var(ck, n, VK_SCRATCH);
	n->var = v;
	if (ck->loop > v->loop)
		v->loop_carried = true;
}

static bool declare_var(struct check *ck, struct node *n, enum var_kind kind)
{
	struct var *old = find_var(ck, n);

	if (old) {
		diag_error(ck->diags, n->span, DT_redeclared,
			   "Variable $%s was already declared. Variable shadowing is not allowed", n->name);
		return false;
	}
	n->var = new_var(ck, n, kind);
	return true;
}

static void flatten_key(struct node *n)
{
	if (n->list.n == 1 && n->list.v[0]->kind == E_TUPLE && n->list.v[0]->list.n > 1 && !n->list.v[0]->names)
		n->list = n->list.v[0]->list;
}

static bool resolve_map(struct check *ck, struct node *n)
{
	struct map *m = strmap_get(&ck->map_names, n->name);
	bool ok = true;

	if (!m) {
		m = arena_new(ck->arena, struct map);
		m->name = n->name;
		m->span = n->span;
		m->max_entries = ck->tables->config.max_map_keys;
		m->loss = LOSS_NONE;
		m->value = NULL;
		resolve_map_decl(ck, m);
		strmap_put(&ck->map_names, n->name, m);
		avec_push(ck->arena, &ck->tables->maps, m);
	}
	n->map = m;
	flatten_key(n);
	for (size_t i = 0; i < n->list.n; i++)
		ok &= resolve_expr(ck, n->list.v[i]);
	return ok;
}

static bool resolve_param(struct check *ck, struct node *n)
{
	const struct parse_params *p = ck->in->params;
	const char *text;

	if (late_wanted(ck)) {
		late_param(ck, n);
		return true;
	}
	if (!n->ival) {
		n->kind = E_INT;
		n->ival = p->argc;
		return true;
	}
	text = (size_t)n->ival <= p->argc ? p->argv[n->ival - 1] : NULL;
	if (!text) {
		n->kind = E_INT; /* str($1) of an unset parameter is "": see fn/str.c */
		n->name = "$";
		n->ival = 0;
	} else if (param_number(text, &n->ival)) {
		n->kind = E_INT;
		n->name = "$";
		n->str = text;
		n->len = strlen(text);
	} else {
		n->kind = E_STR;
		n->name = "$";
		n->str = text;
		n->len = strlen(text);
	}
	return true;
}

static void unknown_name(struct check *ck, const struct node *n, bool call)
{
	struct diag *d;
	struct near near;
	size_t count;
	const struct fn_ops *const *all = fn_all(&count);

	d = diag_error(ck->diags, n->span, call ? DT_unknown_function : DT_unknown_identifier, "Unknown %s: '%s'",
		       call ? "function" : "identifier", n->name);
	if (!call && fn_find(n->name)) {
		diag_hint(ck->diags, d, "it is a function: write %s(...)", n->name);
		return;
	}
	near_start(&near, n->name);
	for (size_t i = 0; i < count; i++)
		near_try(&near, all[i]->name);
	if (!call && isupper((unsigned char)n->name[0]))
		const_near(&near);
	if (near.best)
		diag_hint(ck->diags, d, "did you mean '%s'?", near.best);
	else if (!call && ck->in->script->absent_header)
		diag_hint(ck->diags, d, "%s is not on this machine; -I DIR says where headers are",
			  ck->in->script->absent_header);
	else if (!call && !ck->types->btf)
		diag_hint(ck->diags, d, "this kernel has no BTF, so its enumerators are not known");
}

/* The built-in itself, whatever macros are named like it. */
static const char *plain_name(const char *name)
{
	static const char prefix[] = "__builtin_";
	size_t n = sizeof(prefix) - 1;

	return !strncmp(name, prefix, n) && fn_find(name + n) ? name + n : name;
}

static bool resolve_ident(struct check *ck, struct node *n)
{
	struct enum_const c;

	if (is_args(n))
		return true;
	n->name = plain_name(n->name);
	n->fn = fn_find(n->name);
	if (n->fn && (n->fn->flags & FN_VAR))
		return true;
	n->fn = NULL;
	if (types_enumerator(ck->types, n->name, &c)) {
		n->kind = E_INT;
		n->ival = c.value;
		n->type = c.type;
		return true;
	}
	unknown_name(ck, n, false);
	return false;
}

/* delete(@m, k) is delete(@m[k]); has_key likewise. */
static void join_key_argument(struct arena *a, struct node *n)
{
	struct node *m;

	if (strcmp(n->name, "delete") && strcmp(n->name, "has_key"))
		return;
	if (n->list.n != 2 || n->list.v[0]->kind != E_MAP || n->list.v[0]->keyed)
		return;
	m = n->list.v[0];
	m->keyed = true;
	avec_push(a, &m->list, n->list.v[1]);
	m->span = span_join(m->span, n->list.v[1]->span);
	n->list.n = 1;
}

static bool takes_ident(const struct fn_ops *fn, size_t i)
{
	return fn->arg[i < FN_MAX_ARGS ? i : FN_MAX_ARGS - 1] & FA_IDENT;
}

bool resolve_call(struct check *ck, struct node *n)
{
	bool ok = true;

	n->name = plain_name(n->name);
	n->fn = find_linked(ck, n) ? &fn_linked : fn_find(n->name);
	if (!n->fn) {
		unknown_name(ck, n, true);
		return false;
	}
	join_key_argument(ck->arena, n);
	for (size_t i = 0; i < n->list.n; i++)
		if (n->list.v[i]->kind != E_IDENT || !takes_ident(n->fn, i))
			ok &= resolve_expr(ck, n->list.v[i]);
	if (ok && (n->fn->flags & FN_UNSAFE) && !ck->tables->config.unsafe) {
		diag_error(ck->diags, n->span, DT_unsafe, "%s() is unsafe. To use you need the --unsafe flag", n->name);
		return false;
	}
	return ok;
}

static bool resolve_type(struct check *ck, const struct type_ref *t)
{
	bool ok = true;

	for (; t; t = t->base)
		ok &= !t->of || resolve_expr(ck, t->of);
	return ok;
}

static bool resolve_kids(struct check *ck, struct node *n)
{
	bool ok = resolve_type(ck, n->cast_type);

	if (n->a)
		ok &= resolve_expr(ck, n->a);
	if (n->b)
		ok &= resolve_expr(ck, n->b);
	if (n->c)
		ok &= resolve_expr(ck, n->c);
	if (n->kind != E_OFFSETOF)
		for (size_t i = 0; i < n->list.n; i++)
			ok &= resolve_expr(ck, n->list.v[i]);
	return ok;
}

static bool resolve_incdec(struct check *ck, struct node *n)
{
	if (n->a->kind == E_VAR) {
		bool ok = resolve_var(ck, n->a);

		if (ok)
			assign_var(ck, n->a);
		return ok;
	}
	return resolve_expr(ck, n->a);
}

static bool resolve_block(struct check *ck, struct node *n);

/* What stands behind an exists() that settles the matter is not looked at. */
static bool resolve_logic(struct check *ck, struct node *n)
{
	bool value, ok = resolve_expr(ck, n->a);

	if (ok && exists_decided(n->a, &value) && value == (n->op == OP_LOR)) {
		n->kind = E_BOOL;
		n->ival = value;
		n->a = n->b = NULL;
		return true;
	}
	return ok & resolve_expr(ck, n->b);
}

static bool resolve_ternary(struct check *ck, struct node *n)
{
	bool value;

	if (!n->b || !resolve_expr(ck, n->a))
		return resolve_kids(ck, n);
	if (!exists_decided(n->a, &value))
		return resolve_expr(ck, n->b) & resolve_expr(ck, n->c);
	*n = *(value ? n->b : n->c);
	return resolve_expr(ck, n);
}

static bool is_logic(const struct node *n)
{
	return n->kind == E_BINOP && (n->op == OP_LAND || n->op == OP_LOR);
}

/* A map as a whole is named, not read. */
static bool resolve_address(struct check *ck, struct node *n)
{
	if (!resolve_expr(ck, n->a))
		return false;
	if (n->a->kind == E_VAR)
		n->a->var->addressed = true;
	return true;
}

static bool is_late_text(const struct check *ck, const struct node *n)
{
	return late_wanted(ck) && !strcmp(n->name, "str") && n->list.n == 1 && n->list.v[0]->kind == E_PARAM &&
	       n->list.v[0]->ival;
}

/* The variable lives on after the call, which has a scope of its own. */
static bool resolve_find(struct check *ck, struct node *n)
{
	assign_var(ck, n->list.v[2]);
	sema_expand_find(ck->arena, n);
	return resolve_block(ck, n);
}

bool resolve_expr(struct check *ck, struct node *n)
{
	bool ok;

	if (resolve_standin(ck, n, &ok))
		return ok;
	switch (n->kind) {
	case E_VAR:
		return resolve_var(ck, n);
	case E_MAP:
		return resolve_map(ck, n);
	case E_PARAM:
		return resolve_param(ck, n);
	case E_IDENT:
		return resolve_ident(ck, n);
	case E_CALL:
		if (is_late_text(ck, n)) {
			late_text(ck, n);
			return true;
		}
		if (sema_is_find(n))
			return resolve_find(ck, n);
		return strcmp(n->name, "getopt") ? resolve_call(ck, n) : resolve_getopt(ck, n);
	case E_INCDEC:
		return resolve_incdec(ck, n);
	case E_BLOCK:
		return resolve_block(ck, n);
	case E_EXISTS:
		return resolve_exists(ck, n);
	case E_TERNARY:
		return resolve_ternary(ck, n);
	case E_UNOP:
		return n->op == OP_ADDR ? resolve_address(ck, n) : resolve_kids(ck, n);
	default:
		return is_logic(n) ? resolve_logic(ck, n) : resolve_kids(ck, n);
	}
}

static bool resolve_stmt(struct check *ck, struct node *n);

static bool resolve_block(struct check *ck, struct node *n)
{
	struct scope s = { .up = ck->scope };
	bool ok = true;

	ck->scope = &s;
	for (size_t i = 0; i < n->list.n; i++)
		ok &= resolve_stmt(ck, n->list.v[i]);
	if (n->a)
		ok &= resolve_expr(ck, n->a);
	ck->scope = s.up;
	return ok;
}

/* @m = { ...; count() }: the block's last value is assigned in the block, where aggregations have their place. */
static bool moves_into_block(struct check *ck, struct node *n)
{
	struct node *tail = n->b->kind == E_BLOCK ? n->b->a : NULL, *inner;
	const struct fn_ops *fn = tail && tail->kind == E_CALL ? fn_find(tail->name) : NULL;

	if (n->a->kind != E_MAP || !fn || !(fn->flags & FN_AGG))
		return false;
	inner = arena_dup(ck->arena, n, sizeof(*n));
	inner->b = tail;
	n->kind = S_BLOCK;
	n->list = n->b->list;
	avec_push(ck->arena, &n->list, inner);
	n->a = n->b = NULL;
	return true;
}

static bool resolve_assign(struct check *ck, struct node *n)
{
	bool ok;

	if (moves_into_block(ck, n))
		return resolve_block(ck, n);

	if (n->a->kind == E_MAP)
		return resolve_expr(ck, n->a) & resolve_expr(ck, n->b);
	ok = resolve_expr(ck, n->b);
	if (n->op != OP_NONE)
		ok &= resolve_var(ck, n->a);
	assign_var(ck, n->a);
	return ok;
}

static bool resolve_let(struct check *ck, struct node *n)
{
	bool ok = resolve_type(ck, n->cast_type) & (!n->b || resolve_expr(ck, n->b));

	ok &= declare_var(ck, n->a, VK_SCRATCH);
	n->var = n->a->var;
	return ok;
}

/* The body of a loop, in which decl (may be NULL) is a variable. */
static bool resolve_loop(struct check *ck, struct node *decl, enum var_kind kind, struct node *body)
{
	struct scope s = { .up = ck->scope };
	bool ok = true;

	ck->scope = &s;
	ck->loop++;
	if (decl)
		ok = declare_var(ck, decl, kind);
	ok &= resolve_block(ck, body);
	ck->loop--;
	ck->scope = s.up;
	return ok;
}

static bool resolve_for_map(struct check *ck, struct node *n)
{
	bool ok = resolve_expr(ck, n->a);

	return ok & resolve_loop(ck, n->decl, VK_PAIR, n->c);
}

static bool resolve_jump(struct check *ck, struct node *n)
{
	if (ck->loop)
		return true;
	diag_error(ck->diags, n->span, DT_not_in_loop, "%s used outside of a loop",
		   n->kind == S_BREAK ? "break" : "continue");
	return false;
}

/* If the condition is decided, the arm taken is all that is left. */
static bool resolve_if(struct check *ck, struct node *n)
{
	bool value;

	if (!resolve_expr(ck, n->a))
		return false;
	if (!exists_decided(n->a, &value))
		return resolve_stmt(ck, n->b) & (!n->c || resolve_stmt(ck, n->c));
	if (!value && !n->c) {
		n->kind = S_BLOCK;
		return true;
	}
	*n = *(value ? n->b : n->c);
	return resolve_stmt(ck, n);
}

static bool resolve_stmt(struct check *ck, struct node *n)
{
	switch (n->kind) {
	case S_EXPR:
		return resolve_expr(ck, n->a);
	case S_ASSIGN:
		return resolve_assign(ck, n);
	case S_LET:
		return resolve_let(ck, n);
	case S_IF:
		return resolve_if(ck, n);
	case S_WHILE:
		/* The condition runs again in each round. */
		return resolve_expr(ck, n->a) & resolve_loop(ck, NULL, 0, n->b);
	case S_UNROLL:
		return resolve_expr(ck, n->a) & resolve_loop(ck, NULL, 0, n->b);
	case S_FOR_RANGE:
		return resolve_expr(ck, n->a) & resolve_expr(ck, n->b) &
		       resolve_loop(ck, n->decl, VK_INDEX, n->c);
	case S_FOR_MAP:
		return resolve_for_map(ck, n);
	case S_INLINE:
		return resolve_stmt(ck, n->b);
	case S_LEAVE:
		return true;
	case S_RETURN:
		return !n->a || resolve_expr(ck, n->a);
	case S_BREAK:
	case S_CONTINUE:
		return resolve_jump(ck, n);
	default:
		return resolve_block(ck, n);
	}
}

/* What find() sets in the predicate is known in the block. */
static void resolve_probe(struct check *ck, struct probe_block *b)
{
	struct scope s = { .up = ck->scope };

	ck->scope = &s;
	if (b->pred)
		resolve_expr(ck, b->pred);
	hoist_variables(ck, b->body);
	resolve_block(ck, b->body);
	ck->scope = s.up;
}

bool sema_resolve(struct check *ck)
{
	resolve_map_decls(ck);
	vec_each(ck->tables->probes, i) {
		ck->probe = ck->tables->probes.v[i];
		ck->nvars = 0;
		resolve_probe(ck, ck->probe->block);
	}
	warn_unused_decls(ck);
	check_options(ck);
	return !ck->diags->nerrors;
}
