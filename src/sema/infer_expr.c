/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of expressions: literals, names, calls, tuples, ternaries. */
#include "sema/internal.h"
#include "type/float.h"

static bool infer_var(struct check *ck, struct node *n)
{
	n->type = n->var->type;
	if (n->type || n->var->failed)
		return n->type;
	return check_error(ck, n->span, DT_undefined_variable,
			   "Variable $%s has no type: no value is ever assigned to it", n->name);
}

static bool infer_str(struct check *ck, struct node *n)
{
	n->is_const = true;
	n->type = type_string(ck->types, n->len + 1);
	return true;
}

static bool infer_int(struct node *n)
{
	n->is_const = true;
	if (n->kind == E_BOOL)
		n->type = type_bool();
	else if (!n->type)
		n->type = type_literal(n->ival, n->is_unsigned);
	return true;
}

static bool infer_tuple(struct check *ck, struct node *n)
{
	const struct type *elems[64];
	bool ok = true;

	if (n->list.n > ARRAY_SIZE(elems))
		return check_error(ck, n->span, DT_too_deep, "A tuple may have at most %zu members",
				   ARRAY_SIZE(elems));
	for (size_t i = 0; i < n->list.n; i++) {
		ok &= infer_expr(ck, n->list.v[i]);
		elems[i] = n->list.v[i]->type;
		if (ok && elems[i]->kind == TY_AGG)
			return infer_no_number(ck, n->list.v[i]);
		if (ok && elems[i]->kind == TY_NONE)
			return check_error(ck, n->list.v[i]->span, DT_type_mismatch,
					   "A tuple cannot hold a value of type '%s'",
					   type_text(ck->arena, elems[i]));
	}
	if (ok)
		n->type = type_record(ck->types, elems, n->names, n->list.n);
	return ok;
}

static bool infer_comptime_value(struct check *ck, struct node *n)
{
	struct node *arm;

	if (!infer_expr(ck, n->a) || !n->a->is_const)
		return false;
	arm = n->a->ival ? n->b : n->c;
	if (!infer_expr(ck, arm))
		return false;
	n->type = arm->type;
	if (ck->report)
		*n = *arm;
	return true;
}

static bool infer_ternary(struct check *ck, struct node *n)
{
	struct node *yes = n->b ? n->b : n->a;

	if ((n->is_comptime && n->is_tail) || (n->b && exists_only(n->a)))
		return infer_comptime_value(ck, n);
	if (!(infer_expr(ck, n->a) & (!n->b || infer_expr(ck, n->b)) & infer_expr(ck, n->c)))
		return false;
	if (!type_is_scalar(n->a->type))
		return check_error(ck, n->a->span, DT_type_mismatch, "?: expects an integer or a pointer, found '%s'",
				   type_text(ck->arena, n->a->type));
	n->type = type_join_node(ck->types, yes->type, n->c);
	if (!n->type && n->is_tail)
		n->type = type_none();
	if (n->type)
		return true;
	return check_error(ck, n->span, DT_type_mismatch,
			   "Ternary operator must return the same type: have '%s' and '%s'",
			   type_text(ck->arena, yes->type), type_text(ck->arena, n->c->type));
}

/* What class of argument a typed node is. */
static unsigned arg_class(const struct node *n)
{
	unsigned c = FA_ANY;

	switch (n->type->kind) {
	case TY_INT:
	case TY_BOOL:
	case TY_ENUM:
		c |= FA_INT;
		if (n->is_const)
			c |= FA_CONST_INT;
		if (n->name && n->name[0] == '$' && n->is_const)
			c |= FA_STRING | FA_CONST_STR; /* str($1): see resolve_param() */
		break;
	case TY_PTR:
		c |= FA_PTR;
		break;
	case TY_STRING:
		c |= FA_STRING;
		if (n->is_const)
			c |= FA_CONST_STR;
		break;
	case TY_BUFFER:
	case TY_ARRAY:
		c |= FA_ARRAY;
		break;
	case TY_OPAQUE:
		c |= FA_OPAQUE;
		break;
	case TY_NONE:
	case TY_AGG:
		c &= ~FA_ANY;
		break;
	default:
		break;
	}
	return c;
}

static const char *arg_text(struct check *ck, unsigned want)
{
	static const struct { unsigned bit; const char *text; } names[] = {
		{ FA_INT, "integer" }, { FA_CONST_INT, "integer literal" }, { FA_PTR, "pointer" },
		{ FA_STRING, "string" }, { FA_CONST_STR, "string literal" }, { FA_MAP, "map" },
		{ FA_MAPKEY, "map with key" }, { FA_ARRAY, "array" }, { FA_IDENT, "keyword" },
		{ FA_OPAQUE, "value" }, { FA_ANY, "value" },
	};
	const char *text = "";

	if (want & FA_MAP)
		want &= ~FA_MAPKEY; /* the function's own check says what it thinks of a key */
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (want & names[i].bit)
			text = arena_printf(ck->arena, "%s%s%s", text, *text ? " or " : "", names[i].text);
	return text;
}

bool infer_map_whole(struct check *ck, struct node *n)
{
	n->type = n->map->value;
	if (!n->type && !ck->report)
		n->type = type_none(); /* not known yet: what names a map may help to type it */
	return n->type || undefined_map(ck, n->span, n->map);
}

/* A map that is named, not read. */
static bool infer_map_arg(struct check *ck, struct node *n, unsigned want)
{
	return n->keyed || !(want & FA_MAP) ? infer_map_use(ck, n) : infer_map_whole(ck, n);
}

static bool infer_arg(struct check *ck, struct node *call, size_t i)
{
	struct node *n = call->list.v[i];
	unsigned want = call->fn->arg[i < FN_MAX_ARGS ? i : FN_MAX_ARGS - 1];

	/* The last class repeats. */
	for (size_t j = i < FN_MAX_ARGS ? i : FN_MAX_ARGS - 1; !want && j > 0; j--)
		want = call->fn->arg[j - 1];
	if (n->kind == E_IDENT && !n->fn && (want & FA_IDENT))
		return true;
	if (n->kind == E_MAP && (want & FA_MAPKEY) && n->keyed && n->map->used_scalar)
		return check_error(ck, call->span, DT_map_shape, "call to %s() expects a map with explicit keys (non-scalar map)",
				   call->name);
	if (n->kind == E_MAP && (want & (FA_MAP | FA_MAPKEY)))
		return infer_map_arg(ck, n, want);
	if (!infer_expr(ck, n))
		return false;
	if (arg_class(n) & want)
		return true;
	if (n->type->kind == TY_AGG)
		return infer_no_number(ck, n);
	return check_error(ck, n->span, DT_bad_argument, "%s() expects %s for argument %zu (%s provided)",
			   call->name, arg_text(ck, want), i + 1, type_text(ck->arena, n->type));
}

static bool check_count(struct check *ck, struct node *n)
{
	const struct fn_ops *fn = n->fn;
	int have = n->list.n;

	if (have >= fn->min_args && (fn->max_args < 0 || have <= fn->max_args))
		return true;
	if (fn->max_args == 0)
		check_error(ck, n->span, DT_bad_argument, "%s() takes no arguments (%d provided)", n->name, have);
	else if (fn->min_args == fn->max_args)
		check_error(ck, n->span, DT_bad_argument, "%s() requires %d argument%s (%d provided)", n->name,
			    fn->min_args, fn->min_args == 1 ? "" : "s", have);
	else if (have < fn->min_args)
		check_error(ck, n->span, DT_bad_argument, "%s() requires at least %d argument%s (%d provided)",
			    n->name, fn->min_args, fn->min_args == 1 ? "" : "s", have);
	else
		check_error(ck, n->span, DT_bad_argument, "%s() takes up to %d argument%s (%d provided)", n->name,
			    fn->max_args, fn->max_args == 1 ? "" : "s", have);
	if (ck->report)
		check_hint(ck, "%s: %s", fn->proto, fn->doc);
	return false;
}

bool infer_call(struct check *ck, struct node *n)
{
	bool ok = true;

	if (!check_count(ck, n))
		return false;
	for (size_t i = 0; i < n->list.n; i++)
		ok &= infer_arg(ck, n, i);
	if (!ok)
		return false;
	if (n->fn->check)
		return n->fn->check(ck, n);
	n->type = n->fn->type_of ? n->fn->type_of(ck) : type_none();
	return true;
}

static bool infer_call_value(struct check *ck, struct node *n)
{
	if (n->fn->flags & FN_AGG)
		return check_error(ck, n->span, DT_not_assigned, "%s() should be assigned to a map", n->name);
	return infer_call(ck, n);
}

static bool infer_ident(struct check *ck, struct node *n)
{
	if (is_args(n))
		return infer_args(ck, n);
	return infer_call_value(ck, n);
}

static bool infer_value_block(struct check *ck, struct node *n)
{
	bool ok = infer_block(ck, n) & (!n->a || infer_expr(ck, n->a));

	n->type = n->a && ok ? n->a->type : type_none();
	return ok;
}

static bool infer_kind(struct check *ck, struct node *n)
{
	switch (n->kind) {
	case E_INT:
	case E_BOOL:
		return infer_int(n);
	case E_FLOAT:
		n->type = type_float(ck->types, sizeof(double));
		return true;
	case E_STR:
		return infer_str(ck, n);
	case E_VAR:
		return infer_var(ck, n);
	case E_MAP:
		return infer_map_read(ck, n);
	case E_IDENT:
		return infer_ident(ck, n);
	case E_CALL:
		return infer_call_value(ck, n);
	case E_TUPLE:
		return infer_tuple(ck, n);
	case E_TERNARY:
		return infer_ternary(ck, n);
	case E_BLOCK:
		return infer_value_block(ck, n);
	case E_EXISTS:
		return infer_exists(ck, n);
	case E_TYPEOF:
		return check_error(ck, n->span, DT_type_mismatch, "A type is not a value");
	case E_FIELD:
	case E_TUPIDX:
	case E_INDEX:
		return infer_access(ck, n);
	case E_CAST:
	case E_SIZEOF:
	case E_TYPEINFO:
	case E_OFFSETOF:
		return infer_cast(ck, n);
	default:
		return infer_ops(ck, n);
	}
}

bool infer_expr(struct check *ck, struct node *n)
{
	if (!infer_kind(ck, n))
		return false;
	if (!n->is_comptime || n->is_const || n->kind == E_TERNARY)
		return true;
	return check_error(ck, n->span, DT_bad_argument, "comptime needs a value that is known beforehand");
}
