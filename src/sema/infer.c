/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole-program type inference. Each round types every probe with what is known of maps and
 * variables; types only grow, so rounds end. Rounds are silent; when nothing changes any more, a last one
 * reports. A type that is still unknown then is a fault at the place that reads it.
 */
#include "sema/internal.h"

#define MAX_ROUNDS 100

/* A constant must fit the type that was declared; other values are cut to it. */
static bool check_fits(struct check *ck, const struct var *v, const struct node *from)
{
	const struct type *t = v->type;
	unsigned bits = 8 * t->size;
	bool fits = bits == 64 ? t->is_signed || from->ival >= 0 || !from->type->is_signed
		  : t->is_signed ? from->ival >> (bits - 1) == 0 || from->ival >> (bits - 1) == -1
				 : (uint64_t)from->ival >> bits == 0;

	if (!from->is_const || fits || t->kind == TY_BOOL)
		return true;
	return check_error(ck, from->span, DT_int_overflow,
			   "Type mismatch for $%s: value %lld does not fit type '%s'", v->name,
			   (long long)from->ival, type_text(ck->arena, t));
}

static bool assign_var(struct check *ck, struct node *n, struct node *from)
{
	struct var *v = n->var;
	const struct type *t = from->type, *j;

	if (v->declared_type && !v->type)
		return false;
	if (t->kind == TY_AGG)
		return infer_no_number(ck, from);
	if (t->kind == TY_NONE)
		return check_error(ck, from->span, DT_type_mismatch, "Cannot assign a value of type '%s' to $%s",
				   type_text(ck->arena, t), v->name);
	if (t->kind == TY_STRUCT || t->kind == TY_ARRAY)
		t = type_in_space(ck->types, t, AS_NONE);
	if (!v->type)
		j = t;
	else
		j = type_eq(t, from->type) ? type_join_node(ck->types, v->type, from) : type_join(ck->types, v->type, t);
	if (v->declared_type && type_is_int(v->type) && type_is_int(t))
		return check_fits(ck, v, from);
	if (!j && v->declared_type)
		return check_error(ck, n->span, DT_type_mismatch,
				   "Type mismatch for $%s: trying to assign value of type '%s' to a variable of type '%s'",
				   v->name, type_text(ck->arena, t), type_text(ck->arena, v->type));
	if (!j)
		return check_error(ck, n->span, DT_type_mismatch,
				   "Type mismatch for $%s: trying to assign value of type '%s' when variable already contains a value of type '%s'",
				   v->name, type_text(ck->arena, t), type_text(ck->arena, v->type));
	if (v->declared_type)
		return true;
	if (!v->type || !type_eq(j, v->type)) {
		v->type = j;
		ck->changed = true;
	}
	n->type = v->type;
	return true;
}

/* $x += 1 */
static bool assign_var_op(struct check *ck, struct node *n)
{
	struct var *v = n->a->var;
	struct node sum = { .kind = E_BINOP, .op = n->op, .span = n->span, .a = n->a, .b = n->b };

	if (!infer_expr(ck, &sum))
		return false;
	sum.is_const = false;
	if (!v->declared_type && !type_eq(sum.type, v->type))
		return assign_var(ck, n->a, &sum);
	return true;
}

/* Of a value with a fault the variable has no type either: the first is told, not what follows from it. */
static bool assign_value(struct check *ck, struct node *n)
{
	bool ok = infer_expr(ck, n->b) && assign_var(ck, n->a, n->b);

	n->a->var->failed |= ck->report && !ok;
	return ok;
}

static bool infer_assign(struct check *ck, struct node *n)
{
	if (n->a->kind == E_MAP)
		return infer_map_assign(ck, n);
	return n->op != OP_NONE ? assign_var_op(ck, n) : assign_value(ck, n);
}

/* What a typeof names may still grow. */
static bool declare_type(struct check *ck, struct node *n)
{
	const struct type *t = resolve_type_ref(ck, n->cast_type);
	struct var *v = n->a->var;

	v->declared_type = true;
	if (!t)
		return false;
	if (t->kind == TY_AGG)
		return check_error(ck, n->cast_type->span, DT_type_mismatch,
				   "A variable cannot have the type '%s'", type_text(ck->arena, t));
	if (!v->type || !type_eq(v->type, t))
		ck->changed = true;
	v->type = t;
	return true;
}

static bool infer_let(struct check *ck, struct node *n)
{
	if (n->cast_type && !declare_type(ck, n)) {
		n->a->var->failed |= ck->report;
		return false;
	}
	return !n->b || assign_value(ck, n);
}

static bool infer_condition(struct check *ck, struct node *n, const char *what)
{
	if (!infer_expr(ck, n))
		return false;
	if (type_is_scalar(n->type))
		return true;
	if (n->type->kind == TY_AGG)
		return infer_no_number(ck, n);
	return check_error(ck, n->span, DT_type_mismatch, "%s expects an integer or a pointer, found '%s'", what,
			   type_text(ck->arena, n->type));
}

static bool infer_unroll(struct check *ck, struct node *n)
{
	bool ok = infer_expr(ck, n->a);

	if (ok && !n->a->is_const)
		ok = check_error(ck, n->a->span, DT_bad_argument, "unroll needs a number that is known here, from 1 to 100");
	else if (ok && n->a->ival > 100)
		ok = check_error(ck, n->a->span, DT_bad_argument, "unroll maximum value is 100");
	else if (ok && n->a->ival < 1)
		ok = check_error(ck, n->a->span, DT_bad_argument, "unroll minimum value is 1");
	return ok & infer_block(ck, n->b);
}

static bool infer_for_range(struct check *ck, struct node *n)
{
	struct var *v = n->decl->var;
	bool ok = infer_expr(ck, n->a) & infer_expr(ck, n->b);

	if (ok && (!type_is_int(n->a->type) || !type_is_int(n->b->type)))
		ok = check_error(ck, n->span, DT_type_mismatch, "Loop range requires integers, found '%s' and '%s'",
				 type_text(ck->arena, n->a->type), type_text(ck->arena, n->b->type));
	if (!v->type) {
		v->type = type_i64();
		ck->changed = true;
	}
	return ok & infer_block(ck, n->c);
}

static bool infer_for_map(struct check *ck, struct node *n)
{
	struct map *m = n->a->map;
	struct var *v = n->decl->var;
	const struct type *pair[2], *t;

	if (!m->keyed && ck->report)
		return m->value ? check_error(ck, n->a->span, DT_map_shape,
					      "@%s has no explicit keys (scalar map), and cannot be used here", m->name)
				: undefined_map(ck, n->a->span, m);
	if (!m->key || !m->value)
		return undefined_map(ck, n->a->span, m);
	n->a->type = m->value;
	pair[0] = m->key;
	pair[1] = infer_read_type(m);
	if (pair[1]->kind == TY_AGG)
		return infer_no_number(ck, n->a);
	t = type_tuple(ck->types, pair, 2);
	if (!v->type || !type_eq(v->type, t)) {
		v->type = t;
		ck->changed = true;
	}
	return infer_block(ck, n->c);
}

/* The other arm is dropped once types are settled: until then they may change the condition. */
static bool infer_comptime_if(struct check *ck, struct node *n)
{
	bool yes = n->a->ival;

	if (ck->report && yes)
		n->c = NULL;
	else if (ck->report)
		n->b->list.n = 0;
	if (yes)
		return infer_stmt(ck, n->b);
	return !n->c || infer_stmt(ck, n->c);
}

static bool infer_arm(struct check *ck, struct node *arm, bool is_dead)
{
	bool ok;

	ck->dead += is_dead;
	ok = infer_stmt(ck, arm);
	ck->dead -= is_dead;
	return ok;
}

static bool infer_if(struct check *ck, struct node *n)
{
	bool ok = infer_condition(ck, n->a, "if");

	if (n->is_comptime || exists_only(n->a))
		return ok && n->a->is_const && infer_comptime_if(ck, n);
	ok &= infer_arm(ck, n->b, n->a->is_const && !n->a->ival);
	return n->c ? ok & infer_arm(ck, n->c, n->a->is_const && n->a->ival) : ok;
}

static bool has_effect(const struct node *n, const void *arg)
{
	return n->kind == E_CALL || n->kind == E_INCDEC || n->kind == E_BLOCK || n->kind == E_IDENT;
}

/* A value that nobody takes, of an expression that does nothing. */
static bool infer_expr_stmt(struct check *ck, struct node *n)
{
	if (!infer_expr(ck, n->a))
		return false;
	if (!n->ival && !node_any(n->a, has_effect, NULL))
		check_warn(ck, n->a->span, DT_discarded, "Return value discarded.");
	return true;
}

bool infer_stmt(struct check *ck, struct node *n)
{
	n->type = type_none();
	switch (n->kind) {
	case S_EXPR:
		return infer_expr_stmt(ck, n);
	case S_ASSIGN:
		return infer_assign(ck, n);
	case S_LET:
		return infer_let(ck, n);
	case S_IF:
		return infer_if(ck, n);
	case S_WHILE:
		return infer_condition(ck, n->a, "while") & infer_block(ck, n->b);
	case S_UNROLL:
		return infer_unroll(ck, n);
	case S_FOR_RANGE:
		return infer_for_range(ck, n);
	case S_FOR_MAP:
		return infer_for_map(ck, n);
	case S_INLINE:
		return infer_block(ck, n->b);
	case S_RETURN:
		return !n->a || infer_condition(ck, n->a, "return");
	case S_BLOCK:
		return infer_block(ck, n);
	default:
		return true;
	}
}

bool infer_block(struct check *ck, struct node *n)
{
	bool ok = true;

	for (size_t i = 0; i < n->list.n; i++)
		ok &= infer_stmt(ck, n->list.v[i]);
	return ok;
}

static void infer_round(struct check *ck)
{
	vec_each(ck->tables->probes, i) {
		struct probe_block *b;

		ck->probe = ck->tables->probes.v[i];
		b = ck->probe->block;
		if (b->pred)
			infer_condition(ck, b->pred, "predicate");
		infer_block(ck, b->body);
	}
}

/* Rounds until no type grows. */
static void settle(struct check *ck)
{
	unsigned rounds = 0;

	do {
		ck->changed = false;
		infer_round(ck);
	} while (ck->changed && ++rounds < MAX_ROUNDS);
}

static bool has_untyped_map(const struct check *ck)
{
	vec_each(ck->tables->maps, i)
		if (!ck->tables->maps.v[i]->value)
			return true;
	return false;
}

/* What only removed blocks would have filled stays empty, and can be named. */
static void type_missing_maps(struct check *ck)
{
	vec_each(ck->tables->maps, i) {
		struct map *m = ck->tables->maps.v[i];

		if (m->value)
			continue;
		m->value = type_i64();
		m->keyed = !m->used_scalar;
		if (m->keyed && !m->key)
			m->key = type_i64();
	}
}

static void type_untyped_maps(struct check *ck)
{
	ck->assume_int = true;
	infer_round(ck);
	ck->assume_int = false;
	if (ck->probes_missing)
		type_missing_maps(ck);
	settle(ck);
}

bool sema_infer(struct check *ck)
{
	settle(ck);
	if (has_untyped_map(ck))
		type_untyped_maps(ck);
	ck->report = true;
	infer_round(ck);
	return !ck->diags->nerrors;
}
