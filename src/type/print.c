/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types as text: as messages name them, and as C definitions. */
#include <inttypes.h>
#include <string.h>

#include "type/btf_int.h"
#include "type/value_ops.h"

static void print_struct_name(struct strbuf *out, const struct type *t)
{
	sb_addf(out, "%s %s", t->st->is_union ? "union" : "struct",
		*t->st->name ? t->st->name : "(anonymous)");
}

static void print_or_void(struct strbuf *out, const struct type *t)
{
	if (t->kind == TY_NONE)
		sb_adds(out, "void");
	else
		type_print(out, t);
}

/* Parameters are left out behind a pointer: prototypes may refer to themselves. */
static void print_ptr(struct strbuf *out, const struct type *t)
{
	bool func = t->to->kind == TY_FUNC;

	print_or_void(out, func ? t->to->to : t->to);
	sb_adds(out, func ? " (*)(...)" : t->to->kind == TY_PTR ? "*" : " *");
}

/* int32[2][3] is two arrays of three: the outer count comes first. */
static void print_array(struct strbuf *out, const struct type *t)
{
	const struct type *elem = t;

	while (elem->kind == TY_ARRAY)
		elem = elem->to;
	type_print(out, elem);
	for (; t->kind == TY_ARRAY; t = t->to)
		sb_addf(out, "[%u]", t->count);
}

static void print_list(struct strbuf *out, const struct struct_def *st, const char *sep)
{
	sb_addc(out, '(');
	vec_each(st->fields, i) {
		if (i)
			sb_adds(out, sep);
		type_print(out, st->fields.v[i].type);
	}
	sb_addc(out, ')');
}

static void print_func(struct strbuf *out, const struct type *t)
{
	print_or_void(out, t->to);
	sb_addc(out, ' ');
	if (t->st->load)
		sb_adds(out, "(...)");
	else
		print_list(out, t->st, ", ");
}

static void print_record(struct strbuf *out, const struct struct_def *st)
{
	sb_adds(out, "record{");
	vec_each(st->fields, i) {
		sb_addf(out, "%s.%s:", i ? "," : "", st->fields.v[i].name);
		type_print(out, st->fields.v[i].type);
	}
	sb_addc(out, '}');
}

void type_print(struct strbuf *out, const struct type *t)
{
	switch (t->kind) {
	case TY_NONE:
		sb_adds(out, "none");
		break;
	case TY_BOOL:
		sb_adds(out, "bool");
		break;
	case TY_INT:
		sb_addf(out, "%sint%u", t->is_signed ? "" : "u", t->size * 8);
		break;
	case TY_ENUM:
		sb_addf(out, "enum %s", *t->en->name ? t->en->name : "(anonymous)");
		break;
	case TY_PTR:
		print_ptr(out, t);
		break;
	case TY_ARRAY:
		print_array(out, t);
		break;
	case TY_STRUCT:
		print_struct_name(out, t);
		break;
	case TY_STRING:
		sb_addf(out, "string[%u]", t->size);
		break;
	case TY_BUFFER:
		sb_addf(out, "buffer[%u]", t->size - 4);
		break;
	case TY_TUPLE:
		if (t->st->is_record)
			print_record(out, t->st);
		else
			print_list(out, t->st, ",");
		break;
	case TY_OPAQUE:
		sb_adds(out, t->ops->name);
		break;
	case TY_AGG:
		sb_adds(out, t->agg->name);
		break;
	case TY_FUNC:
		print_func(out, t);
		break;
	}
}

const char *type_text(struct arena *a, const struct type *t)
{
	struct strbuf sb = {};
	const char *text;

	type_print(&sb, t);
	text = arena_strdup(a, sb_str(&sb));
	sb_done(&sb);
	return text;
}

void type_print_field(struct strbuf *out, const struct struct_def *def, size_t i)
{
	const struct field *f = &def->fields.v[i];

	if (f->decl) {
		sb_adds(out, f->decl);
		return;
	}
	if (f->btf_id && def->load_from)
		btf_print_decl((struct btf_file *)def->load_from, f->btf_id, "", out);
	else
		type_print(out, f->type);
	sb_addf(out, " %s", f->name);
}

static const char *c_int_name(const struct type *t)
{
	static const char *const names[4][2] = {
		{ "unsigned char", "char" },
		{ "unsigned short", "short" },
		{ "unsigned int", "int" },
		{ "unsigned long long", "long long" },
	};

	return names[t->size == 1 ? 0 : t->size == 2 ? 1 : t->size == 4 ? 2 : 3][t->is_signed];
}

static void print_body(struct strbuf *out, const struct type *t, int depth);

static void c_base(struct strbuf *out, const struct type *t, int depth)
{
	bool named = t->kind != TY_STRUCT || *t->st->name;

	if (t->kind == TY_INT)
		sb_adds(out, c_int_name(t));
	else if (t->kind == TY_NONE)
		sb_adds(out, "void");
	else if (named)
		type_print(out, t);
	else
		print_body(out, t, depth);
}

/* Declarators go inside out: "(*f)(...)", "*a[4]", "(*p)[4]". */
static void c_decl(struct strbuf *out, const struct type *t, const char *name, int depth)
{
	struct strbuf d = {}, inner = {};

	sb_adds(&d, name);
	for (; t->kind == TY_PTR || t->kind == TY_ARRAY || t->kind == TY_FUNC; t = t->to) {
		if (t->kind == TY_PTR) {
			bool paren = t->to->kind == TY_ARRAY || t->to->kind == TY_FUNC;

			sb_addf(&inner, paren ? "(*%s)" : "*%s", sb_str(&d));
			sb_reset(&d);
			sb_adds(&d, sb_str(&inner));
			sb_reset(&inner);
		} else if (t->kind == TY_ARRAY) {
			sb_addf(&d, "[%u]", t->count);
		} else {
			sb_adds(&d, "()");
		}
	}
	c_base(out, t, depth);
	if (d.n)
		sb_addf(out, " %s", sb_str(&d));
	sb_done(&d);
	sb_done(&inner);
}

static void print_body(struct strbuf *out, const struct type *t, int depth)
{
	const char *word = t->st->is_union ? "union" : "struct";

	sb_addf(out, "%s %s%s{\n", word, t->st->name, *t->st->name ? " " : "");
	vec_each(t->st->fields, i) {
		const struct field *f = &t->st->fields.v[i];

		if (depth >= BTF_MAX_DEPTH)
			break;
		sb_fill(out, '\t', depth + 1);
		if (f->decl)
			sb_adds(out, f->decl);
		else
			c_decl(out, f->type, f->name, depth + 1);
		if (f->bit_size)
			sb_addf(out, ": %u", f->bit_size);
		sb_adds(out, ";\n");
	}
	sb_fill(out, '\t', depth);
	sb_addc(out, '}');
}

static void print_enum_def(struct strbuf *out, const struct type *t)
{
	sb_addf(out, "enum %s%s{\n", t->en->name, *t->en->name ? " " : "");
	vec_each(t->en->values, i)
		sb_addf(out, "\t%s = %" PRId64 ",\n", t->en->values.v[i].name,
			t->en->values.v[i].value);
	sb_adds(out, "};\n");
}

void type_print_def(struct types *ts, struct strbuf *out, const struct type *t)
{
	if (t->kind == TY_ENUM) {
		print_enum_def(out, t);
	} else if (t->kind != TY_STRUCT) {
		type_print(out, t);
		sb_addc(out, '\n');
	} else if (type_fields(ts, t)->load_from) {
		btf_print_def((struct btf_file *)t->st->load_from, t->st->load_id, out);
	} else {
		print_body(out, t, 0);
		sb_adds(out, ";\n");
	}
}
