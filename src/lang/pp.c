/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/pp.h"

#include <string.h>

#include "lang/lex.h"
#include "lang/pp_names.h"

void pp_init(struct pp *pp, struct arena *a, struct diags *d, const struct source *src,
	     const struct parse_params *params)
{
	*pp = (struct pp){ .arena = a, .d = d, .params = params };
	pp->script = arena_new(a, struct pp_file);
	pp->script->src = src;
	strmap_init(&pp->macros, a);
	strmap_init(&pp->headers, a);
}

/* Names that the compiler would have defined: their text becomes a source when one is used. */
static struct pp_macro *pp_predefine(struct pp *pp, const char *name, size_t len)
{
	const char *text = pp_predefined(name, len);
	struct pp_macro *m;
	struct source *src;

	if (!text)
		return NULL;
	m = arena_new(pp->arena, struct pp_macro);
	m->file = arena_new(pp->arena, struct pp_file);
	src = arena_new(pp->arena, struct source);
	src->text = text;
	src->len = (uint32_t)strlen(text);
	m->file->src = src;
	m->end = src->len;
	m->in_header = true;
	strmap_putn(&pp->macros, name, len, m);
	return m;
}

/* In place of a macro that was taken back. */
static struct pp_macro undefined;

struct pp_macro *pp_find(struct pp *pp, const char *name, size_t len)
{
	struct pp_macro *m = strmap_getn(&pp->macros, name, len);

	if (m == &undefined)
		return NULL;
	return m || !pp_is_predefined(name, len) ? m : pp_predefine(pp, name, len);
}

/* Behind the text in quotes at pos, or at the end of its line. */
static uint32_t pp_skip_quotes(const struct pp_file *f, uint32_t pos)
{
	const char *text = f->src->text;

	for (pos++; pos < f->src->len && text[pos] != '"' && text[pos] != '\n'; pos++)
		pos += text[pos] == '\\' && pos + 1 < f->src->len && text[pos + 1] != '\n';
	return pos < f->src->len && text[pos] == '"' ? pos + 1 : pos;
}

/* Behind the comment at pos; at pos if it is none, or has no end: the lexer will report that. */
static uint32_t pp_skip_comment(const struct pp_file *f, uint32_t pos)
{
	const char *text = f->src->text, *close;
	uint32_t left = f->src->len - pos;

	if (left < 2 || text[pos] != '/' || (text[pos + 1] != '/' && text[pos + 1] != '*'))
		return pos;
	if (text[pos + 1] == '/') {
		close = memchr(text + pos, '\n', left);
		return close ? (uint32_t)(close - text) : f->src->len;
	}
	close = memmem(text + pos + 2, left - 2, "*/", 2);
	return close ? (uint32_t)(close - text) + 2 : pos;
}

static bool pp_continues(const struct pp_file *f, uint32_t pos)
{
	return f->src->text[pos] == '\\' && pos + 1 < f->src->len && f->src->text[pos + 1] == '\n';
}

/* The line's end: behind its newline; a backslash or a comment over several lines continues it. */
static uint32_t pp_line_end(const struct pp_file *f, uint32_t pos)
{
	const char *text = f->src->text;
	uint32_t end = f->src->len;

	while (pos < end && text[pos] != '\n') {
		if (pp_continues(f, pos)) {
			pos += 2;
		} else if (text[pos] == '"') {
			pos = pp_skip_quotes(f, pos);
		} else if (text[pos] == '/') {
			uint32_t next = pp_skip_comment(f, pos);

			if (next == pos && pos + 1 < end && text[pos + 1] == '*')
				return pos;
			pos = next > pos ? next : pos + 1;
		} else {
			pos++;
		}
	}
	return pos < end ? pos + 1 : end;
}

uint32_t pp_blanks(const struct pp_file *f, uint32_t pos)
{
	while (pos < f->src->len && (f->src->text[pos] == ' ' || f->src->text[pos] == '\t'))
		pos++;
	return pos;
}

struct pp_word pp_word(const struct pp_file *f, uint32_t pos)
{
	struct pp_word w = { .next = pp_blanks(f, pos) };

	w.text = f->src->text + w.next;
	if (w.next < f->src->len && !lex_is_name_start(*w.text))
		return w;
	while (w.next < f->src->len && lex_is_name(f->src->text[w.next]))
		w.next++;
	w.len = (uint32_t)(f->src->text + w.next - w.text);
	return w;
}

static bool word_is(const struct pp_word *w, const char *name)
{
	return strlen(name) == w->len && !memcmp(w->text, name, w->len);
}

/* A span of the line without its newline and the blanks at its end. */
static struct span pp_span(const struct pp_file *f, uint32_t from, uint32_t to)
{
	while (to > from && strchr(" \t\r\n", f->src->text[to - 1]))
		to--;
	return (struct span){ f->src->base + from, f->src->base + to };
}

struct diag *pp_error(struct pp *pp, struct pp_file *f, uint32_t from, uint32_t to, enum diag_tag tag,
		      const char *text)
{
	if (f->path || pp->d->nerrors >= DIAG_MAX)
		return NULL;
	return diag_error(pp->d, pp_span(f, from, to), tag, "%s", text);
}

static bool pp_begins_cond(const struct pp_word *w)
{
	return word_is(w, "if") || word_is(w, "ifdef") || word_is(w, "ifndef");
}

/*
 * Skips lines from pos on until the #endif of this level, or to an #else or #elif if that may end
 * it. Returns the offset of that line, or the text's end.
 */
static uint32_t pp_skip_branch(const struct pp_file *f, uint32_t pos, bool to_else)
{
	unsigned depth = 0;

	while (pos < f->src->len) {
		uint32_t at = pp_blanks(f, pos), next;

		if (at < f->src->len && f->src->text[at] == '#') {
			struct pp_word w = pp_word(f, at + 1);

			if (pp_begins_cond(&w))
				depth++;
			else if (word_is(&w, "endif") && !depth--)
				return at;
			else if (to_else && !depth && (word_is(&w, "else") || word_is(&w, "elif")))
				return at;
		}
		next = pp_line_end(f, at);
		pos = next > pos ? next : f->src->len; /* no further: a comment without an end */
	}
	return pos;
}

/* The names of a macro's parameters, from behind the opening parenthesis; false: reported. */
static bool pp_params(struct pp *pp, struct pp_file *f, struct pp_macro *m, struct lexer *lx)
{
	VEC(const char *) names = { 0 };
	struct token t = lex_raw(lx);

	while (t.kind != T_RPAREN && !m->is_variadic) {
		const char *name = "__VA_ARGS__";

		if (t.kind == T_IDENT) {
			name = arena_strndup(pp->arena, t.text, t.len);
			t = lex_raw(lx);
		}
		avec_push(pp->arena, &names, name);
		if (t.kind == T_DOTDOT && lex_raw(lx).kind == T_DOT) {
			m->is_variadic = true;
			t = lex_raw(lx);
		} else if (t.kind == T_COMMA) {
			t = lex_raw(lx);
			continue;
		}
		break;
	}
	m->params = names.v;
	m->nparams = names.n;
	m->is_function = true;
	if (t.kind == T_RPAREN)
		return true;
	pp_error(pp, f, m->start, m->end, DT_syntax, "expected names of parameters between ( and )");
	return false;
}

static void pp_define(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t pos, uint32_t end)
{
	struct pp_word name = pp_word(f, pos);
	struct pp_macro *m;

	if (!name.len) {
		pp_error(pp, f, start, end, DT_syntax, "expected a name after #define");
		return;
	}
	m = arena_new(pp->arena, struct pp_macro);
	*m = (struct pp_macro){ .file = f, .start = name.next, .end = end, .in_header = f->path };
	if (name.next < end && f->src->text[name.next] == '(') {
		struct lexer lx;

		lex_init_line(&lx, pp, f, name.next + 1, end);
		if (!pp_params(pp, f, m, &lx))
			return;
		m->start = lx.pos;
	}
	strmap_putn(&pp->macros, name.text, name.len, m);
}

void pp_undef(struct pp *pp, const char *name, size_t len)
{
	strmap_putn(&pp->macros, name, len, &undefined);
}

static uint32_t pp_endif(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t end)
{
	if (!f->conds.n) {
		pp_error(pp, f, start, end, DT_syntax, "#endif without #if");
		return end;
	}
	if (!--f->conds.n && f->guard && !f->guard_end)
		f->guard_end = end;
	return end;
}

/* True: the line is there at the right place. */
static bool pp_check_else(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t end, bool last)
{
	struct pp_cond *c = f->conds.n ? &f->conds.v[f->conds.n - 1] : NULL;

	if (!c || c->else_seen) {
		pp_error(pp, f, start, end, DT_syntax, last ? "#else without #if" : "#elif without #if");
		return false;
	}
	c->else_seen = last;
	if (f->conds.n == 1)
		f->guard = NULL;
	return true;
}

/* After a branch that was false: the text goes on in a true one, or behind the #endif. */
static uint32_t pp_after_false(struct pp *pp, struct pp_file *f, uint32_t pos)
{
	uint32_t at, end;
	struct pp_word w;

	for (;; pos = end) {
		at = pp_skip_branch(f, pos, true);
		if (at >= f->src->len)
			return at;
		end = pp_line_end(f, at);
		w = pp_word(f, at + 1);
		if (word_is(&w, "endif"))
			return pp_endif(pp, f, at, end);
		if (!pp_check_else(pp, f, at, end, word_is(&w, "else")))
			continue;
		if (word_is(&w, "else") || pp_condition(pp, f, w.next, end))
			return end;
	}
}

/* An #else or #elif behind a branch that was true: the rest is skipped. */
static uint32_t pp_after_true(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t end, bool last)
{
	uint32_t at;

	if (!pp_check_else(pp, f, start, end, last))
		return end;
	at = pp_skip_branch(f, end, false);
	return at < f->src->len ? pp_endif(pp, f, at, pp_line_end(f, at)) : at;
}

static uint32_t pp_open(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t end, bool is_true)
{
	struct pp_cond c = { .start = start };

	avec_push(pp->arena, &f->conds, c);
	return is_true ? end : pp_after_false(pp, f, end);
}

static uint32_t pp_ifdef(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t pos, uint32_t end,
			 bool want)
{
	struct pp_word name = pp_word(f, pos);

	if (!name.len)
		pp_error(pp, f, start, end, DT_syntax, "expected a name");
	if (!want && f->path && !f->done.n)
		f->guard = arena_strndup(pp->arena, name.text, name.len);
	return pp_open(pp, f, start, end, (pp_find(pp, name.text, name.len) != NULL) == want);
}

/* #error and #warning */
static void pp_message(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t pos, uint32_t end,
		       bool is_error)
{
	struct span at = pp_span(f, start, end), text = pp_span(f, pp_blanks(f, pos), end);
	int len = (int)(text.end - text.start);
	const char *from = f->src->text + (text.start - f->src->base);

	if (f->path)
		return;
	if (is_error && pp->d->nerrors < DIAG_MAX)
		diag_error(pp->d, at, DT_pp_message, "%.*s", len, from);
	else if (!is_error)
		diag_warning(pp->d, at, DT_pp_message, "%.*s", len, from);
}

static bool pp_is_ignored(const struct pp_word *w)
{
	return word_is(w, "line") || word_is(w, "ident") || word_is(w, "include_next") ||
	       word_is(w, "pragma");
}

static void pp_other(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t end, struct pp_word w)
{
	struct pp_word what = pp_word(f, w.next);

	if (word_is(&w, "pragma") && word_is(&what, "once"))
		f->once = true;
	if (pp_is_ignored(&w) || pp_span(f, start, end).end == f->src->base + start + 1)
		return;
	pp_error(pp, f, start, end, DT_syntax, "this is no preprocessor line");
}

/* The lines of conditions; false if this is none. */
static bool pp_conditional(struct pp *pp, struct pp_file *f, struct pp_region *r, struct pp_word w)
{
	bool ifdef = word_is(&w, "ifdef");

	if (ifdef || word_is(&w, "ifndef"))
		r->end = pp_ifdef(pp, f, r->start, w.next, r->end, ifdef);
	else if (word_is(&w, "if"))
		r->end = pp_open(pp, f, r->start, r->end, pp_condition(pp, f, w.next, r->end));
	else if (word_is(&w, "else") || word_is(&w, "elif"))
		r->end = pp_after_true(pp, f, r->start, r->end, word_is(&w, "else"));
	else if (word_is(&w, "endif"))
		r->end = pp_endif(pp, f, r->start, r->end);
	else
		return false;
	return true;
}

static void pp_obey(struct pp *pp, struct pp_file *f, struct pp_region *r)
{
	struct pp_word w = pp_word(f, r->start + 1), what = pp_word(f, w.next);
	uint32_t end = r->end;

	if (r->start == 0 && f->src->len > 1 && f->src->text[1] == '!')
		return;
	if (pp_conditional(pp, f, r, w))
		return;
	if (word_is(&w, "include"))
		r->include = pp_include(pp, f, w.next, end);
	else if (word_is(&w, "define"))
		pp_define(pp, f, r->start, w.next, end);
	else if (word_is(&w, "undef"))
		pp_undef(pp, what.text, what.len);
	else if (word_is(&w, "error") || word_is(&w, "warning"))
		pp_message(pp, f, r->start, w.next, end, word_is(&w, "error"));
	else
		pp_other(pp, f, r->start, end, w);
}

struct pp_region pp_line(struct pp *pp, struct pp_file *f, uint32_t pos)
{
	struct pp_region r = { .start = pos };
	size_t lo = 0, hi = f->done.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->done.v[mid].start == pos)
			return f->done.v[mid];
		if (f->done.v[mid].start < pos)
			lo = mid + 1;
		else
			hi = mid;
	}
	r.end = pp_line_end(f, pos);
	pp_obey(pp, f, &r);
	avec_push(pp->arena, &f->done, r);
	return r;
}

void pp_end(struct pp *pp, struct pp_file *f)
{
	uint32_t start;

	if (!f->conds.n)
		return;
	start = f->conds.v[f->conds.n - 1].start;
	pp_error(pp, f, start, pp_line_end(f, start), DT_unterminated, "this condition has no #endif");
}
