/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the room's tests share: parse a text, look at the tree and at the messages. */
#ifndef LANG_LANG_TEST_H
#define LANG_LANG_TEST_H

#include "lang/ast.h"
#include "tests/unit.h"

struct parsed {
	struct arena arena;
	struct sources sources;
	struct diags d;
	struct types ts;
	struct script *s;
	struct strbuf tree, messages;
};

static inline void parse_n(struct parsed *p, const char *text, size_t len)
{
	static const char *const argv[] = { "one", "/bin/two", "3" };
	struct parse_params params = { .argv = argv, .argc = 3 };

	memset(p, 0, sizeof(*p));
	arena_init(&p->arena);
	p->sources.arena = p->d.arena = &p->arena;
	p->d.sources = &p->sources;
	types_init(&p->ts, &p->arena, NULL);
	p->s = parse_script(&p->arena, &p->d, &p->ts,
			    sources_add(&p->sources, "t", text, len), &params);
	ast_print(p->s, &p->tree);
	diags_print(&p->d, &p->messages, false);
}

static inline void parse(struct parsed *p, const char *text)
{
	parse_n(p, text, strlen(text));
}

static inline void parsed_done(struct parsed *p)
{
	sb_done(&p->tree);
	sb_done(&p->messages);
	arena_done(&p->arena);
}

/* Messages alone, without the source lines and marks: "1:2-3 text|1:4-5 text". */
static inline const char *short_messages(struct parsed *p)
{
	struct strbuf b = { 0 };
	const char *text;

	vec_each(p->d.list, i) {
		const struct diag *dg = p->d.list.v[i];
		struct position from = { 0 };

		sources_find(&p->sources, dg->span.start, &from);
		sb_addf(&b, "%s%u:%u-%u %s", i ? "|" : "", from.line, from.col,
			from.col + dg->span.end - dg->span.start, dg->text);
	}
	text = arena_strdup(&p->arena, sb_str(&b));
	sb_done(&b);
	return text;
}

#define CHECK_TREE(text, want)                                                                     \
	do {                                                                                       \
		struct parsed p_;                                                                  \
		parse(&p_, text);                                                                  \
		CHECK_STR(sb_str(&p_.messages), "");                                               \
		CHECK_STR(sb_str(&p_.tree), want);                                                 \
		parsed_done(&p_);                                                                  \
	} while (0)

#define CHECK_ERRORS(text, want)                                                                   \
	do {                                                                                       \
		struct parsed p_;                                                                  \
		parse(&p_, text);                                                                  \
		CHECK_STR(short_messages(&p_), want);                                              \
		parsed_done(&p_);                                                                  \
	} while (0)

/* A bracketed form of the first statement of "begin { TEXT }". */
static inline void form(struct strbuf *b, const struct node *n)
{
	const struct node *kids[] = { n->a, n->b, n->c };

	switch (n->kind) {
	case E_INT:
		sb_addf(b, n->is_unsigned ? "%llu" : "%lld", (long long)n->ival);
		return;
	case E_IDENT:
		sb_adds(b, n->name);
		return;
	case E_VAR:
		sb_addf(b, "$%s", n->name);
		return;
	case E_STR:
		sb_addf(b, "\"%s\"", n->str);
		return;
	case E_PARAM:
		sb_addf(b, "$%lld", (long long)n->ival);
		return;
	case E_BOOL:
		sb_adds(b, n->ival ? "true" : "false");
		return;
	default:
		break;
	}
	sb_addc(b, '(');
	switch (n->kind) {
	case E_MAP: sb_addf(b, "@%s%s", n->name, n->keyed ? "[]" : ""); break;
	case E_CALL: sb_addf(b, "%s()", n->name); break;
	case E_FIELD: sb_addf(b, "%s%s", n->is_arrow ? "->" : ".", n->name); break;
	case E_TUPIDX: sb_addf(b, ".%lld", (long long)n->ival); break;
	case E_INDEX: sb_adds(b, "[]"); break;
	case E_TERNARY: sb_adds(b, "?"); break;
	case E_TUPLE: sb_adds(b, "tuple"); break;
	case E_SIZEOF: sb_adds(b, "sizeof"); break;
	case E_OFFSETOF: sb_adds(b, "offsetof"); break;
	case E_EXISTS: sb_adds(b, "exists"); break;
	case E_CAST: sb_adds(b, "cast"); break;
	case E_INCDEC: sb_addf(b, "%s%s", n->is_prefix ? "pre" : "post", op_text(n->op)); break;
	case S_ASSIGN: sb_addf(b, "%s=", op_text(n->op)); break;
	default: sb_adds(b, op_text(n->op)); break;
	}
	if (n->cast_type) {
		const struct type_ref *t = n->cast_type;

		sb_addf(b, " <%s", t->name);
		sb_fill(b, '*', t->elem_stars);
		if (t->is_array)
			sb_addf(b, "[%lld]", t->has_count ? (long long)t->count : -1);
		sb_fill(b, '*', t->stars);
		sb_addc(b, '>');
	}
	for (int i = 0; i < 3; i++) {
		if (!kids[i])
			continue;
		sb_addc(b, ' ');
		form(b, kids[i]);
	}
	vec_each(n->list, i) {
		sb_addc(b, ' ');
		form(b, n->list.v[i]);
	}
	sb_addc(b, ')');
}

static inline const char *form_of(struct parsed *p, const char *stmt)
{
	struct strbuf text = { 0 }, b = { 0 };
	const struct node *n = NULL;
	const char *ret;

	sb_addf(&text, "begin { %s }", stmt);
	parse(p, sb_str(&text));
	sb_done(&text);
	if (p->messages.n)
		return sb_str(&p->messages);
	n = p->s->probes.v[0]->body->list.v[0];
	form(&b, n->kind == S_EXPR ? n->a : n);
	ret = arena_strdup(&p->arena, sb_str(&b));
	sb_done(&b);
	return ret;
}

#define CHECK_FORM(stmt, want)                                                                     \
	do {                                                                                       \
		struct parsed p_;                                                                  \
		CHECK_STR(form_of(&p_, stmt), want);                                               \
		parsed_done(&p_);                                                                  \
	} while (0)

#endif
