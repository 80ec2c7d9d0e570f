/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of members, indexes, casts, sizes. */
#include "sema/internal.h"
#include "type/float.h"


static void near_fields(struct types *ts, const struct type *t, struct near *near, int depth)
{
	const struct struct_def *d = type_fields(ts, t);

	if (!d || depth > 4)
		return;
	vec_each(d->fields, i) {
		if (*d->fields.v[i].name)
			near_try(near, d->fields.v[i].name);
		else if (d->fields.v[i].type->kind == TY_STRUCT)
			near_fields(ts, d->fields.v[i].type, near, depth + 1);
	}
}

bool unknown_field(struct check *ck, struct node *n, const struct type *st, const char *what)
{
	struct near near;

	check_error(ck, n->op_span.end ? n->op_span : n->span, DT_unknown_field, "%s does not contain a field named '%s'",
		    what, n->name);
	near_start(&near, n->name);
	near_fields(ck->types, st, &near, 0);
	if (near.best)
		check_hint(ck, "did you mean '%s'?", near.best);
	return false;
}

/* A char array is a string; bit fields are integers of their storage. */
static const struct type *member_type(struct check *ck, const struct field *f, enum addr_space space)
{
	const struct type *t = f->type;

	if (t->kind == TY_ARRAY && t->to->kind == TY_INT && t->to->size == 1 && t->to->is_signed && t->count)
		return type_string(ck->types, t->count);
	if (t->kind == TY_STRUCT || t->kind == TY_ARRAY)
		return type_in_space(ck->types, t, space);
	return t;
}

const struct type *pointee(struct check *ck, const struct type *ptr)
{
	enum addr_space space = ptr->space;

	if (space == AS_NONE)
		space = ck->probe->provider->flags & PF_USER ? AS_USER : AS_KERNEL;
	return type_in_space(ck->types, ptr->to, space);
}

/* The type of a probe's arguments, NULL and reported if it has none. */
static const struct type *args_type(struct check *ck, const struct node *n)
{
	const struct probe *p = ck->probe;

	if (!(p->provider->flags & PF_ARGS))
		check_error(ck, n->span, DT_no_args, "The args builtin can not be used with '%s' probes",
			    p->provider->name);
	else if (!p->args)
		check_error(ck, n->span, DT_no_args, "Cannot read the arguments of %s: no type information",
			    p->name);
	else
		return p->args;
	return NULL;
}

/* Where the bytes of an argument will be; false: out of reach. */
static bool field_space(const struct probe *p, const struct field *f, enum addr_space *ret)
{
	return !p->provider->field_space || p->provider->field_space(f, ret);
}

bool infer_args(struct check *ck, struct node *n)
{
	enum addr_space space;
	const struct type *t = args_type(ck, n), *elems[64];
	const struct struct_def *def = t ? type_fields(ck->types, t) : NULL;
	const char *names[64];
	size_t count = 0;

	if (!t)
		return false;
	for (size_t i = 0; def && i < def->fields.n && count < ARRAY_SIZE(elems); i++) {
		const struct field *f = &def->fields.v[i];
		const struct type *m = member_type(ck, f, AS_NONE);

		if (!*f->name || m->kind == TY_STRUCT || (m->kind == TY_ARRAY && !m->size) || !field_space(ck->probe, f, &space))
			continue; /* unnamed, of no known size, or out of reach */
		names[count] = f->name;
		elems[count++] = m;
	}
	n->type = type_record(ck->types, elems, names, count);
	return true;
}

static bool infer_args_field(struct check *ck, struct node *n)
{
	enum addr_space space = AS_KERNEL;
	const struct probe *p = ck->probe;
	const struct type *t = args_type(ck, n);

	if (!t)
		return false;
	if (!type_field(ck->types, t, n->name, &n->field))
		return unknown_field(ck, n, t, arena_printf(ck->arena, "%s", p->name));
	if (!field_space(p, &n->field, &space))
		return check_error(ck, n->span, DT_no_args, "%s cannot be read: it is in a register of floating point numbers, "
				   "or nobody knows where", n->name);
	n->type = member_type(ck, &n->field, space);
	return true;
}

static bool infer_field(struct check *ck, struct node *n)
{
	const struct type *t;

	if (is_args(n->a))
		return infer_args_field(ck, n);
	if (n->a->kind == E_TYPEINFO)
		return infer_typeinfo_field(ck, n);
	if (!infer_expr(ck, n->a))
		return false;
	t = n->a->type;
	if (t->kind == TY_PTR)
		t = pointee(ck, t);
	if (t->kind == TY_TUPLE && t->st->is_record) {
		if (!type_field(ck->types, t, n->name, &n->field))
			return unknown_field(ck, n, t, "The record");
		n->type = n->field.type;
		return true;
	}
	if (t->kind != TY_STRUCT) {
		check_error(ck, n->span, DT_type_mismatch,
				   "Cannot access field '%s' on expression of type '%s'", n->name,
				   type_text(ck->arena, n->a->type));
		if (!ck->types->btf)
			check_hint(ck, "this kernel has no BTF, so its types are not known");
		return false;
	}
	if (!type_field(ck->types, t, n->name, &n->field))
		return use_renamed_field(ck, n, t) ? infer_field(ck, n) : unknown_field(ck, n, t, type_text(ck->arena, t));
	n->type = member_type(ck, &n->field, t->space);
	return true;
}

static bool infer_tupidx(struct check *ck, struct node *n)
{
	const struct type *t;

	if (!infer_expr(ck, n->a))
		return false;
	t = n->a->type;
	if (t->kind != TY_TUPLE)
		return check_error(ck, n->span, DT_type_mismatch, "Cannot access index %lld on expression of type '%s'",
				   (long long)n->ival, type_text(ck->arena, t));
	if (n->ival < 0 || (uint64_t)n->ival >= t->st->fields.n)
		return check_error(ck, n->span, DT_out_of_bounds, "Invalid tuple index: %lld. Found %zu elements in tuple",
				   (long long)n->ival, t->st->fields.n);
	n->field = t->st->fields.v[n->ival];
	n->type = n->field.type;
	return true;
}

static bool infer_index(struct check *ck, struct node *n)
{
	const struct type *t;
	uint32_t count;

	if (!(infer_expr(ck, n->a) & infer_expr(ck, n->b)))
		return false;
	t = n->a->type;
	if (t->kind == TY_TUPLE && n->b->is_const) {
		n->kind = E_TUPIDX;
		n->ival = n->b->ival;
		return infer_tupidx(ck, n);
	}
	if ((t->kind != TY_ARRAY && t->kind != TY_PTR && t->kind != TY_STRING) || !type_is_int(n->b->type))
		return check_error(ck, n->span, DT_type_mismatch,
				   "The array index operator [] can only be used on arrays and pointers with an integer index, found '%s'",
				   type_text(ck->arena, t));
	count = t->kind == TY_STRING ? t->size : t->kind == TY_ARRAY ? t->count : 0;
	if (count && n->b->is_const && (uint64_t)n->b->ival >= count)
		return check_error(ck, n->span, DT_out_of_bounds,
				   "the index %lld is out of bounds for array of size %u", (long long)n->b->ival, count);
	if (t->kind == TY_STRING) {
		n->type = type_int(1, true);
		return true;
	}
	if (t->to->kind == TY_NONE)
		return check_error(ck, n->span, DT_type_mismatch, "Cannot index a pointer to void; cast it first");
	n->type = t->kind == TY_PTR ? pointee(ck, t) : type_in_space(ck->types, t->to, t->space);
	return true;
}

bool infer_access(struct check *ck, struct node *n)
{
	if (n->kind == E_FIELD)
		return infer_field(ck, n);
	return n->kind == E_TUPIDX ? infer_tupidx(ck, n) : infer_index(ck, n);
}

/* "struct tsk" is compared by "tsk" alone: the first word would make all structures alike. */
static void hint_type(struct check *ck, const char *name)
{
	const char *space = strchr(name, ' ');
	int prefix = space ? space + 1 - name : 0;
	const struct diag *why = strmap_get(&ck->types->left_out, name);
	struct position at;
	struct near near;

	if (why && sources_find(ck->diags->sources, why->span.start, &at)) {
		check_hint(ck, "%s:%u:%u: its definition was passed over: %s", at.source->name, at.line,
			   at.col, why->text);
		return;
	}
	near_start(&near, name + prefix);
	types_near(ck->types, name, &near);
	if (near.best)
		check_hint(ck, "did you mean '%.*s%s'?", prefix, name, near.best);
	else if (!ck->types->btf)
		check_hint(ck, "this kernel has no BTF: define the type in the script");
}

/* The script's own, then those of the probed program, then the kernel's. */
static const struct type *named_type(struct check *ck, const char *name)
{
	const struct type *t = types_lookup_own(ck->types, name);
	const struct probe *p = ck->probe;

	if (!t && p && p->provider->find_type)
		t = p->provider->find_type(ck->in->env, p, name);
	return t ? t : types_lookup(ck->types, name);
}

static const struct type *base_type(struct check *ck, const struct type_ref *ref)
{
	const struct type *t;

	if (ref->base)
		return resolve_type_ref(ck, ref->base);
	if (ref->of)
		return infer_unevaluated(ck, ref->of) ? ref->of->type : NULL;
	if (!strcmp(ref->name, "string") && !ref->stars && !ref->elem_stars)
		return type_string(ck->types, ref->has_count ? ref->count : ck->tables->config.max_strlen);
	t = !strcmp(ref->name, "void") ? type_none() : named_type(ck, ref->name);
	if (t)
		return t;
	check_error(ck, ref->span, DT_unknown_type, "Unknown type: '%s'", ref->name);
	hint_type(ck, ref->name);
	return NULL;
}

const struct type *resolve_type_ref(struct check *ck, const struct type_ref *ref)
{
	const struct type *t = base_type(ck, ref);

	for (unsigned i = 0; t && i < ref->elem_stars; i++)
		t = type_ptr(ck->types, t, AS_NONE);
	if (t && ref->is_array && (ref->base || t->kind != TY_STRING))
		t = type_array(ck->types, t, ref->count);
	for (unsigned i = 0; t && i < ref->stars; i++)
		t = type_ptr(ck->types, t, AS_NONE);
	return t;
}

static bool is_word(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* Do the bytes of one make the other? Integers of their size, literals of any that holds them, text with its NUL. */
static bool fits_array(const struct node *n, const struct type *to)
{
	const struct type *from = n->type, *elem = to->to;

	while (elem->kind == TY_ARRAY)
		elem = elem->to;
	if (elem->kind != TY_INT && elem->kind != TY_BOOL)
		return false;
	if (from->kind == TY_STRING)
		return to->to->size == 1 && to->size >= from->size;
	if (from->kind == TY_ARRAY)
		return to->size == from->size;
	if (!type_is_int(from) && from->kind != TY_BOOL)
		return false;
	return is_word(to->size) && (to->size == from->size || (n->is_const && to->size > from->size));
}

/* T[] has as many elements as the value has bytes for. */
static bool infer_cast_array(struct check *ck, struct node *n, const struct type *to)
{
	const struct type *from = n->a->type;

	if (!n->cast_type->has_count && !n->cast_type->base && to->to->size)
		to = type_array(ck->types, to->to, from->size / to->to->size);
	n->type = to;
	return fits_array(n->a, to) ||
	       check_error(ck, n->span, DT_type_mismatch, "Cannot cast from '%s' to '%s'", type_text(ck->arena, from),
			   type_text(ck->arena, to));
}

static int64_t constant_as(int64_t v, const struct type *to)
{
	unsigned up = 64 - 8 * to->size;

	if (to->kind == TY_BOOL)
		return v != 0;
	if (!up)
		return v;
	return to->is_signed ? (int64_t)((uint64_t)v << up) >> up : (int64_t)((uint64_t)v << up >> up);
}

/* A char array that is text elsewhere gives its address where a pointer is wanted: (struct cb *)$skb->cb */
static void chars_as_array(struct check *ck, struct node *n)
{
	const struct type *base = n->kind == E_FIELD && n->a->type ? n->a->type : NULL;
	enum addr_space space;

	if (!base || n->type->kind != TY_STRING || !n->field.type || n->field.type->kind != TY_ARRAY)
		return;
	space = base->kind == TY_PTR ? pointee(ck, base)->space : base->space;
	if (space != AS_NONE)
		n->type = type_in_space(ck->types, n->field.type, space);
}

static bool infer_cast_expr(struct check *ck, struct node *n)
{
	const struct type *to, *from;

	if (!infer_expr(ck, n->a))
		return false;
	to = resolve_type_ref(ck, n->cast_type);
	if (!to)
		return false;
	if (to->kind == TY_PTR)
		chars_as_array(ck, n->a);
	from = n->a->type;
	if (to->kind == TY_PTR && (from->kind == TY_PTR || from->kind == TY_ARRAY) && to->space == AS_NONE)
		to = type_in_space(ck->types, to, from->space);
	if (type_is_scalar(to) && (type_is_scalar(from) || (to->kind == TY_PTR && from->kind == TY_ARRAY))) {
		n->type = to;
		n->is_const = n->a->is_const && type_is_int(to) && type_is_int(from);
		n->ival = n->a->ival;
		if (n->is_const)
			n->ival = constant_as(n->ival, to);
		return true;
	}
	if (from->kind == TY_AGG)
		return infer_no_number(ck, n->a);
	if (type_is_int(to) && from->kind == TY_OPAQUE && (from->ops->number || type_is_float(from))) {
		n->type = to; /* a symbol's address, its first word */
		return true;
	}
	if (to->kind == TY_STRING && from->kind == TY_STRING) {
		n->type = to;
		return true;
	}
	if (to->kind == TY_ARRAY)
		return infer_cast_array(ck, n, to);
	if (type_is_int(to) && from->kind == TY_ARRAY && type_is_int(from->to) && from->size == to->size) {
		n->type = to;
		return true;
	}
	if (to->kind == TY_STRUCT)
		return check_error(ck, n->span, DT_not_supported, "Only an address can be cast to a structure: *(%s *)address",
				   type_text(ck->arena, to));
	return check_error(ck, n->span, DT_type_mismatch, "Cannot cast from '%s' to '%s'",
			   type_text(ck->arena, from), type_text(ck->arena, to));
}

bool infer_cast(struct check *ck, struct node *n)
{
	return n->kind == E_CAST ? infer_cast_expr(ck, n) : infer_meta(ck, n);
}
