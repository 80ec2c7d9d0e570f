/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of types, not of values: sizeof, offsetof, typeof, typeinfo. Their operands are not evaluated. */
#include "sema/internal.h"

static bool set_const(struct node *n, uint64_t v)
{
	n->type = type_u64();
	n->is_const = true;
	n->ival = v;
	return true;
}

static bool infer_sizeof(struct check *ck, struct node *n)
{
	const struct type *t;

	if (n->cast_type) {
		t = resolve_type_ref(ck, n->cast_type);
		return t && set_const(n, type_c_size(t));
	}
	if (!infer_unevaluated(ck, n->a))
		return false;
	/* A name of an enumeration is a number like others before it is stored. */
	t = n->a->type;
	return set_const(n, n->a->kind == E_INT && t->kind == TY_ENUM ? 8 : type_c_size(t));
}

static bool infer_offsetof(struct check *ck, struct node *n)
{
	const struct type *t;
	uint64_t off = 0;
	struct field f;

	if (n->cast_type)
		t = resolve_type_ref(ck, n->cast_type);
	else
		t = infer_unevaluated(ck, n->a) ? n->a->type : NULL;
	for (size_t i = 0; t && i < n->list.n; i++) {
		struct node *part = n->list.v[i];

		if (t->kind != TY_STRUCT)
			return check_error(ck, part->span, DT_type_mismatch, "offsetof() needs a struct, found '%s'",
					   type_text(ck->arena, t));
		if (!type_field(ck->types, t, part->name, &f))
			return unknown_field(ck, part, t, type_text(ck->arena, t));
		off += f.offset;
		t = f.type;
	}
	return t && set_const(n, off);
}

bool infer_unevaluated(struct check *ck, struct node *n)
{
	if (n->kind != E_TYPEOF)
		return infer_expr(ck, n);
	n->type = resolve_type_ref(ck, n->cast_type);
	return n->type;
}

/* The class of a type, as scripts compare it. */
static const char *base_name(struct check *ck, const struct type *t)
{
	switch (t->kind) {
	case TY_INT:
	case TY_ENUM: return "int";
	case TY_BOOL: return "bool";
	case TY_PTR: return "pointer";
	case TY_ARRAY: return "array";
	case TY_STRUCT: return "c_type";
	case TY_STRING: return "string";
	case TY_BUFFER: return "buffer";
	case TY_TUPLE: return t->st->is_record ? "record" : "tuple";
	case TY_NONE: return "none";
	default: return type_text(ck->arena, t);
	}
}

static struct node *literal(struct check *ck, const struct node *at, enum node_kind kind)
{
	struct node *n = arena_new(ck->arena, struct node);

	n->kind = kind;
	n->span = at->span;
	n->is_const = true;
	return n;
}

static struct node *text(struct check *ck, const struct node *at, const char *s)
{
	struct node *n = literal(ck, at, E_STR);

	n->str = s;
	n->len = (uint32_t)strlen(s);
	n->type = type_string(ck->types, n->len + 1);
	return n;
}

/* Fills the members of a typeinfo(x): a record of literals. */
static bool fill_typeinfo(struct check *ck, struct node *n)
{
	static const char *const names[] = { "btf_id", "base_type", "full_type" };
	const struct type *t = n->cast_type ? resolve_type_ref(ck, n->cast_type)
			     : infer_unevaluated(ck, n->a) ? n->a->type : NULL;
	struct node *id;

	if (!t || !check_unstable(ck, n->span, "typeinfo()", ck->tables->config.unstable_typeinfo, "unstable_typeinfo"))
		return false;
	id = literal(ck, n, E_INT);
	id->ival = t->kind == TY_STRUCT ? t->st->load_id : 0;
	id->type = type_u32();
	n->list.n = 0;
	n->names = names;
	avec_push(ck->arena, &n->list, id);
	avec_push(ck->arena, &n->list, text(ck, n, base_name(ck, t)));
	avec_push(ck->arena, &n->list, text(ck, n, type_text(ck->arena, t)));
	return true;
}

/* The whole record; in the last round it becomes one of literals. */
static bool infer_typeinfo(struct check *ck, struct node *n)
{
	const struct type *elems[3];

	if (!fill_typeinfo(ck, n))
		return false;
	vec_each(n->list, i)
		elems[i] = n->list.v[i]->type;
	n->type = type_record(ck->types, elems, n->names, n->list.n);
	if (!ck->report)
		return true;
	n->kind = E_TUPLE;
	n->a = NULL;
	n->cast_type = NULL;
	return true;
}

bool infer_typeinfo_field(struct check *ck, struct node *n)
{
	if (!fill_typeinfo(ck, n->a))
		return false;
	vec_each(n->a->list, i) {
		const struct node *member = n->a->list.v[i];

		if (strcmp(n->a->names[i], n->name))
			continue;
		n->type = member->type;
		n->is_const = true;
		n->ival = member->ival;
		n->str = member->str;
		n->len = member->len;
		if (ck->report)
			*n = *member;
		return true;
	}
	check_error(ck, n->op_span.end ? n->op_span : n->span, DT_unknown_field,
		    "typeinfo() does not contain a field named '%s'", n->name);
	check_hint(ck, "it has btf_id, base_type and full_type");
	return false;
}

bool infer_meta(struct check *ck, struct node *n)
{
	if (n->kind == E_TYPEINFO)
		return infer_typeinfo(ck, n);
	return n->kind == E_SIZEOF ? infer_sizeof(ck, n) : infer_offsetof(ck, n);
}
