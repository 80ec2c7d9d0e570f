/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct, union and typedef definitions of a script. They come before BTF's types of the same
 * name; using the kernel's and then defining another of that name is an error.
 */
#include "lang/cdef.h"

#include <string.h>

#include "type/float.h"

struct cdef_tag {
	struct type *type; /* NULL: resolved outside of the script */
	bool defined;
};

static const char *tag_key(struct parser *p, bool is_union, const char *name)
{
	return arena_printf(p->arena, "%s %s", is_union ? "union" : "struct", name);
}

static struct cdef_tag *tag_add(struct parser *p, const char *key, struct type *type)
{
	struct cdef_tag *tag = arena_new(p->arena, struct cdef_tag);

	tag->type = type;
	strmap_put(&p->tags, key, tag);
	return tag;
}

/* "struct x" without a body: the script's, else the kernel's, else one that is still to come. */
static const struct type *refer(struct parser *p, bool is_union, const char *name)
{
	const char *key = tag_key(p, is_union, name);
	struct cdef_tag *tag = strmap_get(&p->tags, key);
	const struct type *t;

	if (tag && tag->type)
		return tag->type;
	t = types_lookup(p->ts, key);
	if (!t)
		return tag_add(p, key, type_struct_new(p->ts, name, is_union))->type;
	/* "struct x;" alone promises nothing about which one it is, nor does a header to the script. */
	if (!tag && !p_at(p, T_SEMI) && !p->quiet)
		tag_add(p, key, NULL);
	return t;
}

/* A new type to be filled in; after a message a nameless one. */
static struct type *define(struct parser *p, bool is_union, const char *name, struct span at)
{
	const char *key = tag_key(p, is_union, name);
	struct cdef_tag *tag = *name ? strmap_get(&p->tags, key) : NULL;
	bool taken = tag && (tag->defined || !tag->type);
	struct type *t;

	if (taken && tag->type)
		diag_error(p->d, at, DT_redefined, "%s is defined twice", key);
	else if (taken)
		diag_error(p->d, at, DT_redefined,
			   "%s was used above as the kernel's: define it before that", key);
	t = type_struct_new(p->ts, taken ? "" : name, is_union);
	if (*name && !taken) {
		if (!tag)
			tag = tag_add(p, key, t);
		tag->defined = true;
		avec_push(p->arena, &p->fresh, key);
	}
	return t;
}

void cdef_check_complete(struct parser *p, const struct type *t, struct span at)
{
	if (t->kind == TY_NONE || t->kind == TY_FUNC)
		p_error(p, at, DT_bad_definition, "a member cannot be void");
	else if (t->kind == TY_STRUCT && t->st->incomplete)
		p_error(p, at, DT_bad_definition, "the size of %s is not known here",
			type_text(p->arena, t));
}

/* How many types are inside one another, for passes over types recurse; one of BTF counts as one. */
static uintptr_t levels_in(struct parser *p, const struct type *t)
{
	uintptr_t n = 1;

	for (; t->kind == TY_PTR || t->kind == TY_ARRAY; t = t->to) {
		n++;
		if (t->kind == TY_PTR && t->to->kind == TY_STRUCT)
			return n;
	}
	if (t->kind == TY_STRUCT)
		n += (uintptr_t)strmap_getn(&p->levels, (const char *)&t, sizeof(t));
	return n;
}

static void check_levels(struct parser *p, const struct type *t, struct span at)
{
	if (levels_in(p, t) <= PARSE_DEPTH)
		return;
	p_error(p, at, DT_too_deep, "nested too deep: at most %u levels", PARSE_DEPTH);
	p_stop(p);
}

/* What is known while the members of one structure are read. */
struct body {
	struct type *t;
	struct strmap names;
	uint64_t size;    /* at most; guards the layout's arithmetic */
	uintptr_t levels; /* of the deepest member */
};

static unsigned bit_width(struct parser *p, const struct cdecl *m)
{
	struct span at = p->tok.span;
	int64_t width = cenum_const(p);
	unsigned max = type_is_int(m->type) ? 8 * m->type->size : 0;

	at = span_join(at, p->prev);
	if (!max)
		p_error(p, at, DT_bad_definition, "only integers can be bit fields");
	else if (width < 0 || width > max || (!width && m->name))
		p_error(p, at, DT_bad_definition, "a bit field of %s has 1 to %u bits",
			type_text(p->arena, m->type), max);
	return p->panic ? 1 : (unsigned)width;
}

static void check_member(struct parser *p, struct body *b, const struct cdecl *m)
{
	uintptr_t levels = levels_in(p, m->type);

	check_levels(p, m->type, m->span);
	cdef_check_complete(p, m->type, m->span);
	if (levels > b->levels)
		b->levels = levels;
	b->size += m->type->size + 8;
	if (b->size > CDEF_MAX_SIZE)
		p_error(p, m->span, DT_bad_definition, "this structure is too large");
	if (!m->name)
		return;
	if (strmap_get(&b->names, m->name))
		p_error(p, m->span, DT_redefined, "there is another member '%s'", m->name);
	strmap_put(&b->names, m->name, b);
}

/* A structure without a name for a member is anonymous: its members are the outer's. */
static bool is_anonymous(const struct cdecl *m)
{
	return !m->name && m->type->kind == TY_STRUCT && !*m->type->st->name;
}

static void add_member(struct parser *p, struct body *b, const struct cdecl *m, unsigned bits,
		       const struct cattrs *attrs)
{
	if (m->name || bits || type_is_int(m->type))
		type_struct_add(p->ts, b->t, m->name, m->type, bits);
	else
		type_struct_add(p->ts, b->t, "", m->type, 0);
	type_struct_attr(b->t, attrs->align, attrs->packed);
}

static void parse_declared(struct parser *p, struct body *b, const struct type *base, struct cattrs attrs)
{
	struct cdecl m = cdecl_parse(p, base);
	unsigned bits = 0;
	bool is_bits = !p->panic && p_accept(p, T_COLON);

	if (is_bits)
		bits = bit_width(p, &m);
	if (!p->panic)
		cdecl_attributes(p, &attrs);
	if (!p->panic)
		check_member(p, b, &m);
	if (p->panic)
		return;
	if (m.name || is_bits || is_anonymous(&m))
		add_member(p, b, &m, bits, &attrs);
	else if (m.type->kind != TY_STRUCT && m.type->kind != TY_ENUM)
		p_expected(p, "the name of a member");
}

static void parse_member(struct parser *p, struct body *b)
{
	struct cattrs attrs = { 0 };
	const struct type *base = cdef_specifier(p, &attrs);

	do
		parse_declared(p, b, base, attrs);
	while (!p->panic && p_accept(p, T_COMMA));
	if (!p_at(p, T_RBRACE))
		p_expect(p, T_SEMI);
	if (p->panic && !p->quiet)
		p_recover(p);
}

static void parse_members(struct parser *p, struct type *t)
{
	struct body b = { .t = t };
	struct span open = p->tok.span;

	strmap_init(&b.names, p->arena);
	p_next(p);
	if (!p_enter(p))
		return;
	while (!p->panic && !p_at(p, T_RBRACE) && !p_at(p, T_EOF))
		parse_member(p, &b);
	p_leave(p);
	p_expect_close(p, T_RBRACE, open);
	strmap_putn(&p->levels, (const char *)&t, sizeof(t), (void *)b.levels);
}

static const struct type *parse_struct(struct parser *p, bool is_union)
{
	const char *name = "";
	struct span at;
	struct cattrs attrs = { 0 };
	struct type *t;

	p_next(p);
	cdecl_attributes(p, &attrs);
	at = p->tok.span;
	if (p_at(p, T_IDENT))
		name = p_expect_name(p, "");
	cdecl_attributes(p, &attrs);
	if (!p_at(p, T_LBRACE)) {
		if (!*name)
			p_expected(p, "a name or '{'");
		return *name ? refer(p, is_union, name) : type_none();
	}
	t = define(p, is_union, name, at);
	parse_members(p, t);
	if (!p->panic)
		cdecl_attributes(p, &attrs);
	type_struct_end(p->ts, t, attrs.packed);
	type_struct_align(t, attrs.align);
	return t;
}

/* Before the kernel's types: BTF before 5.13 had no kind for these, and calls them integers. */
static const struct type *floating(struct types *ts, const char *name)
{
	return !strcmp(name, "float") ? type_float(ts, 4) : !strcmp(name, "double") ? type_float(ts, 8) : NULL;
}

static const struct type *parse_named(struct parser *p)
{
	struct span at = p->tok.span;
	const char *name = parse_type_name(p);
	const struct type *t = p->panic ? type_none() : floating(p->ts, name);
	struct near near;
	struct diag *dg;

	if (!t)
		t = types_lookup(p->ts, name);
	if (t)
		return t;
	dg = p_error(p, span_join(at, p->prev), DT_unknown_type, "unknown type '%s'", name);
	near_start(&near, name);
	types_near(p->ts, name, &near);
	if (dg && near.best)
		diag_hint(p->d, dg, "did you mean '%s'?", near.best);
	return type_none();
}

/* const, volatile and attributes may stand on both sides of the name. */
static void parse_qualifiers(struct parser *p, struct cattrs *attrs)
{
	while (!p->panic) {
		if (p_at_word(p, "__attribute__"))
			cdecl_attributes(p, attrs);
		else if (!p_accept_word(p, "const") && !p_accept_word(p, "volatile"))
			break;
	}
}

const struct type *cdef_specifier(struct parser *p, struct cattrs *attrs)
{
	const struct type *t;

	parse_qualifiers(p, attrs);
	if (p_at_word(p, "struct") || p_at_word(p, "union")) {
		t = parse_struct(p, p_at_word(p, "union"));
	} else if (p_at_word(p, "enum")) {
		p_next(p);
		t = cenum_parse(p);
	} else {
		t = parse_named(p);
	}
	parse_qualifiers(p, attrs);
	return t;
}

static void parse_typedef(struct parser *p)
{
	struct cattrs attrs = { 0 }; /* the alignment of other names for a type is not followed */
	const struct type *base;

	p_next(p);
	base = cdef_specifier(p, &attrs);
	do {
		struct cdecl d = p->panic ? (struct cdecl){ 0 } : cdecl_parse(p, base);

		cdecl_attributes(p, &attrs);

		if (!d.name)
			p_expected(p, "a name for the type");
		else
			check_levels(p, d.type, d.span);
		if (!p->panic)
			strmap_put(&p->ts->names, d.name, (void *)d.type);
	} while (!p->panic && p_accept(p, T_COMMA));
	p_expect(p, T_SEMI);
}

bool cdef_begins(const struct parser *p)
{
	enum tok next;

	if (p_at_word(p, "typedef"))
		return true;
	if (!p_at_word(p, "struct") && !p_at_word(p, "union") && !p_at_word(p, "enum"))
		return false;
	next = p_peek(p).kind;
	return next == T_IDENT || next == T_LBRACE;
}

void parse_cdef(struct parser *p)
{
	struct cattrs attrs = { 0 };

	if (p_at_word(p, "typedef")) {
		parse_typedef(p);
		return;
	}
	cdef_specifier(p, &attrs);
	if (p->panic || p_accept(p, T_SEMI))
		return;
	/* The semicolon may be left out behind a body (and its attributes). */
	if (p->prev_kind != T_RBRACE && p->prev_kind != T_RPAREN)
		p_expect(p, T_SEMI);
}
