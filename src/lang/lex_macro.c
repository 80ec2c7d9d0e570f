/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uses of preprocessor macros: #define NAME TEXT and #define NAME(a, b) TEXT with # and ##. */
#include <string.h>

#include "base/strbuf.h"
#include "lang/ast.h"
#include "lang/lex.h"

/* Macros in macros and in arguments: deeper ones are left as they are. */
#define LEX_MACRO_DEPTH 64
/* Macros that double at each step would never end. */
#define LEX_MACRO_USES 1000000

struct tokens {
	struct token *v;
	size_t n, cap;
};

/* False, once with a message, when there were too many. */
static bool count_uses(struct lexer *lx, struct span at, size_t n)
{
	struct pp *pp = lx->pp;

	if (pp->too_large)
		return false;
	pp->uses += (unsigned)n;
	if (pp->uses <= LEX_MACRO_USES)
		return true;
	pp->too_large = true;
	diag_error(pp->d, at, DT_too_large, "macros are replaced more than %u times", LEX_MACRO_USES);
	return false;
}

static bool is_hash(const struct token *t)
{
	return t->kind == T_BAD && t->len == 1 && *t->text == '#';
}

/* The macro's text as tokens, made at its first use. */
static void read_text(struct pp *pp, struct pp_macro *m)
{
	struct tokens toks = { 0 };
	struct lexer lx;
	struct token t;

	if (m->toks)
		return;
	lex_init_line(&lx, pp, m->file, m->start, m->end);
	while ((t = lex_raw(&lx)).kind != T_EOF) {
		t.span = (struct span){ 0, 0 };
		t.new_line = false;
		m->has_hash |= is_hash(&t);
		avec_push(pp->arena, &toks, t);
	}
	m->ntoks = (uint32_t)toks.n;
	m->toks = toks.n ? toks.v : arena_new(pp->arena, struct token);
}

/* Goes on in tokens that stand for the use of a macro. */
static void enter(struct lexer *lx, const struct pp_macro *m, const struct token *use,
		  const struct token *toks, size_t n)
{
	struct lex_frame *f = arena_new(lx->pp->arena, struct lex_frame);

	*f = (struct lex_frame){
		.up = lx->up, .macro = m, .file = lx->file, .toks = lx->toks, .pos = lx->pos,
		.end = lx->end, .use = lx->use, .use_header = lx->use_header,
	};
	lx->up = f;
	lx->use = use->span;
	lx->use_header = use->header;
	lx->toks = toks;
	lx->pos = 0;
	lx->end = (uint32_t)n;
}

/* What a use of a macro is made of. */
struct use {
	struct lexer *lx;
	const struct pp_macro *m;
	struct token at;     /* the name */
	struct tokens *args; /* as they stand there */
	size_t nargs;
	struct tokens out;
};

static void put(struct use *u, const struct token *t)
{
	avec_push(u->lx->pp->arena, &u->out, *t);
}

static void put_all(struct use *u, const struct tokens *from)
{
	vec_each(*from, i)
		put(u, &from->v[i]);
}

/* An argument with its macros replaced, as it stands in the text. */
static void put_expanded(struct use *u, const struct tokens *arg)
{
	struct lexer inner;
	struct token t;

	if (!arg->n)
		return;
	lex_init_tokens(&inner, u->lx, arg->v, (uint32_t)arg->n);
	while ((t = lex_next(&inner)).kind != T_EOF && count_uses(u->lx, u->at.span, 1))
		put(u, &t);
}

static void add_escaped(struct strbuf *b, const struct token *t)
{
	for (uint32_t i = 0; i < t->len; i++) {
		if (t->text[i] == '"' || t->text[i] == '\\')
			sb_addc(b, '\\');
		sb_addc(b, t->text[i]);
	}
}

/* #param: what was written, in quotes. */
static void put_string(struct use *u, const struct tokens *arg)
{
	struct token t = { .kind = T_STR, .space = true };
	struct strbuf b = { 0 };

	sb_addc(&b, '"');
	vec_each(*arg, i) {
		if (i && (arg->v[i].space || arg->v[i].new_line))
			sb_addc(&b, ' ');
		if (arg->v[i].kind == T_STR)
			add_escaped(&b, &arg->v[i]);
		else
			sb_add(&b, arg->v[i].text, arg->v[i].len);
	}
	sb_addc(&b, '"');
	t.text = arena_strndup(u->lx->pp->arena, sb_str(&b), b.n);
	t.len = (uint32_t)b.n;
	sb_done(&b);
	put(u, &t);
}

static const struct tokens *argument_of(const struct use *u, const struct token *t)
{
	for (size_t i = 0; i < u->m->nparams; i++)
		if (token_is(t, u->m->params[i]))
			return &u->args[i];
	return NULL;
}

/* left ## right: the last token that was put and the first of these become one. */
static void paste(struct use *u, const struct tokens *right)
{
	struct pp *pp = u->lx->pp;
	const struct token *a, *b;
	struct token made[2];
	const char *text;
	uint32_t n;

	if (!right->n)
		return;
	b = &right->v[0];
	if (u->out.n) {
		a = &u->out.v[--u->out.n];
		text = arena_printf(pp->arena, "%.*s%.*s", (int)a->len, a->text, (int)b->len, b->text);
		n = lex_text(pp, text, made, ARRAY_SIZE(made));
		for (uint32_t i = 0; i < n; i++)
			put(u, &made[i]);
	} else {
		put(u, b);
	}
	for (size_t i = 1; i < right->n; i++)
		put(u, &right->v[i]);
}

/* The operand of ## at toks[i]: an argument as it was written, or the token itself. */
static struct tokens operand(const struct use *u, uint32_t i)
{
	const struct token *t = &u->m->toks[i];
	const struct tokens *arg = argument_of(u, t);
	struct tokens one = { (struct token *)t, 1, 1 };

	return arg ? *arg : one;
}

static bool is_paste(const struct use *u, uint32_t i)
{
	return i + 2 < u->m->ntoks && is_hash(&u->m->toks[i]) && is_hash(&u->m->toks[i + 1]);
}

/* ", ## rest": the comma goes away with an empty rest, and is not glued to another. */
static bool is_comma_paste(const struct use *u, uint32_t i)
{
	const struct token *left = &u->m->toks[i - 1], *right = &u->m->toks[i + 2];

	return u->m->is_variadic && left->kind == T_COMMA &&
	       argument_of(u, right) == &u->args[u->m->nparams - 1];
}

/* From the ## at toks[i] on, its left side is put already; the offset behind. */
static uint32_t put_pasted(struct use *u, uint32_t i)
{
	for (; is_paste(u, i); i += 3) {
		struct tokens right = operand(u, i + 2);

		if (!is_comma_paste(u, i))
			paste(u, &right);
		else if (right.n)
			put_all(u, &right);
		else
			u->out.n--;
	}
	return i;
}

/* The text of the macro with its arguments in place. */
static void substitute(struct use *u)
{
	const struct pp_macro *m = u->m;
	uint32_t i = 0;

	while (i < m->ntoks && !u->lx->pp->too_large) {
		const struct token *t = &m->toks[i];
		const struct tokens *arg = argument_of(u, t);
		struct tokens raw;

		if (is_hash(t) && i + 1 < m->ntoks && argument_of(u, &m->toks[i + 1])) {
			put_string(u, argument_of(u, &m->toks[i + 1]));
			i += 2;
		} else if (is_paste(u, i + 1)) {
			raw = operand(u, i);
			put_all(u, &raw);
			i = put_pasted(u, i + 1);
		} else if (arg) {
			put_expanded(u, arg);
			i++;
		} else {
			put(u, t);
			i++;
		}
	}
}

/* One argument, up to its comma or parenthesis, which is returned. */
static struct token read_arg(struct use *u, struct lexer *ahead, struct tokens *arg, bool to_end)
{
	unsigned depth = 0;
	struct token t;

	for (;;) {
		t = lex_raw(ahead);
		if (t.kind == T_EOF || (!depth && t.kind == T_RPAREN) ||
		    (!depth && t.kind == T_COMMA && !to_end))
			return t;
		if (t.kind == T_LPAREN)
			depth++;
		else if (t.kind == T_RPAREN)
			depth--;
		avec_push(u->lx->pp->arena, arg, t);
	}
}

/* All arguments, from behind the parenthesis; false if it has no end. */
static bool read_args(struct use *u, struct lexer *ahead)
{
	const struct pp_macro *m = u->m;
	struct tokens extra = { 0 };
	struct token end;

	u->args = arena_array(u->lx->pp->arena, struct tokens, m->nparams + 1);
	do {
		bool last = m->is_variadic && u->nargs + 1 >= m->nparams;

		end = read_arg(u, ahead, u->nargs < m->nparams ? &u->args[u->nargs] : &extra, last);
		u->nargs++;
	} while (end.kind == T_COMMA);
	if (u->nargs == 1 && !m->nparams && !extra.n)
		u->nargs = 0;
	return end.kind == T_RPAREN;
}

static bool fits(const struct use *u)
{
	if (u->m->is_variadic)
		return u->nargs + 1 >= u->m->nparams;
	return u->nargs == u->m->nparams;
}

/* After a message a 0 stands for the use, so that there is no second one. */
static void complain(struct use *u)
{
	static const struct token zero = { .kind = T_INT, .text = "0", .len = 1 };

	diag_error(u->lx->pp->d, u->at.span, DT_bad_macro,
		   "macro %.*s takes %zu argument%s, this use has %zu", (int)u->at.len, u->at.text,
		   u->m->nparams, u->m->nparams == 1 ? "" : "s", u->nargs);
	put(u, &zero);
}

/* NAME(a, b); without a parenthesis, or one that is never closed, the name stands for itself. */
static bool use_function(struct lexer *lx, const struct pp_macro *m, const struct token *t)
{
	struct use u = { .lx = lx, .m = m, .at = *t };
	struct lexer ahead = *lx;

	if (lex_raw(&ahead).kind != T_LPAREN || !read_args(&u, &ahead))
		return false;
	*lx = ahead;
	if (fits(&u))
		substitute(&u);
	else
		complain(&u);
	count_uses(lx, t->span, u.out.n);
	enter(lx, m, t, u.out.n ? u.out.v : m->toks, u.out.n);
	return true;
}

static void use_object(struct lexer *lx, const struct pp_macro *m, const struct token *t)
{
	struct use u = { .lx = lx, .m = m, .at = *t };

	if (m->has_hash)
		substitute(&u);
	if (m->has_hash)
		enter(lx, m, t, u.out.n ? u.out.v : m->toks, u.out.n);
	else
		enter(lx, m, t, m->toks, m->ntoks);
}

static bool is_open(const struct lexer *lx, const struct pp_macro *m)
{
	unsigned depth = 0;

	for (const struct lex_frame *f = lx->up; f; f = f->up) {
		depth += f->macro || f->stop;
		if (f->macro == m || depth == LEX_MACRO_DEPTH)
			return true;
	}
	return false;
}

/* What a header defines does not change the language's own words in the script. */
static bool is_word(const struct lexer *lx, const struct pp_macro *m, const struct token *t)
{
	const struct parse_params *params = lx->pp->params;

	return m->in_header && !t->header && params && params->is_builtin &&
	       params->is_builtin(t->text, t->len);
}

/* __LINE__ and __FILE__: of the text that uses them, be it through a macro. */
static bool use_place(struct lexer *lx, struct token *t)
{
	bool line = token_is(t, "__LINE__");
	struct position pos;
	const char *text;

	if (!line && !token_is(t, "__FILE__"))
		return false;
	if (!sources_find(lx->pp->d->sources, t->span.end ? t->span.start : lx->use.start, &pos))
		return false;
	text = line ? arena_printf(lx->pp->arena, "%u", pos.line) : arena_printf(lx->pp->arena, "\"%s\"", pos.source->name);
	t->kind = line ? T_INT : T_STR;
	t->text = text;
	t->len = (uint32_t)strlen(text);
	return true;
}

bool lex_use_macro(struct lexer *lx, struct token *t)
{
	struct pp_macro *m = pp_find(lx->pp, t->text, t->len);

	if (use_place(lx, t))
		return false;
	if (!m || is_word(lx, m, t))
		return false;
	if (is_open(lx, m)) {
		t->painted = true;
		return false;
	}
	if (!count_uses(lx, t->span, 1))
		return true;
	read_text(lx->pp, m);
	if (m->is_function)
		return use_function(lx, m, t);
	use_object(lx, m, t);
	return true;
}
