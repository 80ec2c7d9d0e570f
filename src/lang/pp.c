/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/pp.h"

#include <string.h>

#include "lang/lex.h"

void pp_init(struct pp *pp, struct arena *a, struct diags *d, const struct source *src)
{
	*pp = (struct pp){ .arena = a, .d = d, .src = src };
	strmap_init(&pp->macros, a);
	strmap_put(&pp->macros, "BPFTRACE_HAVE_BTF", arena_new(a, struct pp_macro));
}

const struct pp_macro *pp_find(const struct pp *pp, const char *name, size_t len)
{
	return strmap_getn(&pp->macros, name, len);
}

/*
 * The line's end: behind its newline; a backslash or a comment over several lines continues it.
 * A comment without an end ends it: the lexer will report that.
 */
static uint32_t pp_line_end(const struct pp *pp, uint32_t pos)
{
	const char *text = pp->src->text;
	uint32_t end = pp->src->len;

	for (; pos < end && text[pos] != '\n'; pos++) {
		const char *close;

		if (text[pos] == '\\' && pos + 1 < end && text[pos + 1] == '\n')
			pos++;
		if (text[pos] != '/' || pos + 1 >= end || text[pos + 1] != '*')
			continue;
		close = memmem(text + pos + 2, end - pos - 2, "*/", 2);
		if (!close)
			return pos;
		pos = (uint32_t)(close - text) + 1;
	}
	return pos < end ? pos + 1 : end;
}

static uint32_t pp_blanks(const struct pp *pp, uint32_t pos)
{
	while (pos < pp->src->len && (pp->src->text[pos] == ' ' || pp->src->text[pos] == '\t'))
		pos++;
	return pos;
}

struct pp_word {
	const char *text;
	uint32_t len, next; /* next: offset behind it */
};

static struct pp_word pp_word(const struct pp *pp, uint32_t pos)
{
	struct pp_word w = { .next = pp_blanks(pp, pos) };

	w.text = pp->src->text + w.next;
	while (w.next < pp->src->len && lex_is_name(pp->src->text[w.next]))
		w.next++;
	w.len = (uint32_t)(pp->src->text + w.next - w.text);
	return w;
}

static bool word_is(const struct pp_word *w, const char *name)
{
	return strlen(name) == w->len && !memcmp(w->text, name, w->len);
}

/* A span of the line without its newline and the blanks at its end. */
static struct span pp_span(const struct pp *pp, uint32_t from, uint32_t to)
{
	while (to > from && strchr(" \t\r\n", pp->src->text[to - 1]))
		to--;
	return (struct span){ pp->src->base + from, pp->src->base + to };
}

/* Beyond the limit the parser stops, but lines may come many in a row before it looks. */
static void pp_error(struct pp *pp, uint32_t from, uint32_t to, enum diag_tag tag, const char *text)
{
	if (pp->d->nerrors < DIAG_MAX)
		diag_error(pp->d, pp_span(pp, from, to), tag, "%s", text);
}

static void pp_unsupported(struct pp *pp, uint32_t from, uint32_t to, const char *what)
{
	pp_error(pp, from, to, DT_not_supported,
		 arena_printf(pp->arena, "not supported yet: %s", what));
}

static bool pp_begins_cond(const struct pp_word *w)
{
	return word_is(w, "if") || word_is(w, "ifdef") || word_is(w, "ifndef");
}

/*
 * Skips lines from pos on until the #endif of this level, or to an #else if that may end it.
 * Returns the offset of that line, or the text's end.
 */
static uint32_t pp_skip_branch(struct pp *pp, uint32_t pos, bool to_else)
{
	const char *text = pp->src->text;
	unsigned depth = 0;

	while (pos < pp->src->len) {
		uint32_t at = pp_blanks(pp, pos);
		const char *nl;

		if (at < pp->src->len && text[at] == '#') {
			struct pp_word w = pp_word(pp, at + 1);

			if (pp_begins_cond(&w))
				depth++;
			else if (word_is(&w, "endif") && !depth--)
				return at;
			else if (to_else && !depth && (word_is(&w, "else") || word_is(&w, "elif")))
				return at;
		}
		nl = memchr(text + at, '\n', pp->src->len - at);
		pos = nl ? (uint32_t)(nl - text) + 1 : pp->src->len;
	}
	return pos;
}

static void pp_include(struct pp *pp, uint32_t start, uint32_t pos, uint32_t end)
{
	struct diag *dg;

	pos = pp_blanks(pp, pos);
	if (pos >= end || pp->src->text[pos] != '<') {
		pp_unsupported(pp, start, end, "preprocessor line #include \"...\"");
		return;
	}
	if (pp->include_warned)
		return;
	pp->include_warned = true;
	dg = diag_warning(pp->d, pp_span(pp, start, end), DT_needless_include,
			  "#include is not needed: types come from BTF");
	diag_hint(pp->d, dg, "#ifndef BPFTRACE_HAVE_BTF around it keeps it for tools that need it");
}

static void pp_define(struct pp *pp, uint32_t start, uint32_t pos, uint32_t end)
{
	struct pp_word name = pp_word(pp, pos);
	struct pp_macro *m;

	if (!name.len) {
		pp_error(pp, start, end, DT_syntax, "expected a name after #define");
		return;
	}
	if (name.next < end && pp->src->text[name.next] == '(') {
		pp_unsupported(pp, start, end, "preprocessor macros with arguments");
		return;
	}
	m = arena_new(pp->arena, struct pp_macro);
	m->start = name.next;
	m->end = end;
	strmap_putn(&pp->macros, name.text, name.len, m);
}

/*
 * #else and #elif are met in two ways: at the end of the branch that was read (the rest is
 * skipped) and as the end of a branch that was skipped (the lexer starts here).
 */
static uint32_t pp_else(struct pp *pp, uint32_t start, uint32_t end, bool was_skipping)
{
	struct pp_cond *c = pp->conds.n ? &pp->conds.v[pp->conds.n - 1] : NULL;

	if (!c || c->else_seen) {
		pp_error(pp, start, end, DT_syntax, "#else without #ifdef");
		return end;
	}
	c->else_seen = true;
	return was_skipping ? end : pp_skip_branch(pp, end, false);
}

static uint32_t pp_endif(struct pp *pp, uint32_t start, uint32_t end)
{
	if (pp->conds.n)
		pp->conds.n--;
	else
		pp_error(pp, start, end, DT_syntax, "#endif without #ifdef");
	return end;
}

/* Conditions with expressions are passed over as a whole. */
static uint32_t pp_if(struct pp *pp, uint32_t start, uint32_t end)
{
	uint32_t close = pp_skip_branch(pp, end, false);

	pp_unsupported(pp, start, end, "preprocessor line #if");
	return close < pp->src->len ? pp_line_end(pp, close) : close;
}

/* A branch that was skipped ends at an #else, #elif or #endif line, which is obeyed too. */
static uint32_t pp_after_skip(struct pp *pp, uint32_t at)
{
	uint32_t end = pp_line_end(pp, at);
	struct pp_word w;

	if (at >= pp->src->len)
		return at;
	w = pp_word(pp, at + 1);
	if (word_is(&w, "endif"))
		return pp_endif(pp, at, end);
	if (word_is(&w, "elif")) {
		pp_unsupported(pp, at, end, "preprocessor line #elif");
		return pp_skip_branch(pp, end, false);
	}
	return pp_else(pp, at, end, true);
}

/* Opens a condition; a false one is skipped behind its #else or #endif. */
static uint32_t pp_ifdef(struct pp *pp, uint32_t start, uint32_t pos, uint32_t end, bool want)
{
	struct pp_word name = pp_word(pp, pos);
	struct pp_cond c = { .start = start };

	if (!name.len)
		pp_error(pp, start, end, DT_syntax, "expected a name");
	avec_push(pp->arena, &pp->conds, c);
	if ((pp_find(pp, name.text, name.len) != NULL) == want)
		return end;
	return pp_after_skip(pp, pp_skip_branch(pp, end, true));
}

static uint32_t pp_obey(struct pp *pp, uint32_t start)
{
	struct pp_word w = pp_word(pp, start + 1);
	uint32_t end = pp_line_end(pp, start);

	if (start == 0 && start + 1 < pp->src->len && pp->src->text[1] == '!')
		return end;
	if (word_is(&w, "include")) {
		pp_include(pp, start, w.next, end);
	} else if (word_is(&w, "define")) {
		pp_define(pp, start, w.next, end);
	} else if (word_is(&w, "undef")) {
		w = pp_word(pp, w.next);
		strmap_putn(&pp->macros, w.text, w.len, NULL);
	} else if (word_is(&w, "ifdef") || word_is(&w, "ifndef")) {
		return pp_ifdef(pp, start, w.next, end, word_is(&w, "ifdef"));
	} else if (word_is(&w, "if")) {
		return pp_if(pp, start, end);
	} else if (word_is(&w, "else") || word_is(&w, "elif")) {
		return pp_else(pp, start, end, false);
	} else if (word_is(&w, "endif")) {
		return pp_endif(pp, start, end);
	} else {
		pp_unsupported(pp, start, end, "this preprocessor line");
	}
	return end;
}

uint32_t pp_line(struct pp *pp, uint32_t pos)
{
	struct pp_region r = { .start = pos };
	size_t lo = 0, hi = pp->done.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (pp->done.v[mid].start == pos)
			return pp->done.v[mid].end;
		if (pp->done.v[mid].start < pos)
			lo = mid + 1;
		else
			hi = mid;
	}
	r.end = pp_obey(pp, pos);
	avec_push(pp->arena, &pp->done, r);
	return r.end;
}

void pp_end(struct pp *pp)
{
	if (pp->conds.n) {
		uint32_t start = pp->conds.v[pp->conds.n - 1].start;

		pp_error(pp, start, pp_line_end(pp, start), DT_unterminated,
			 "this condition has no #endif");
	}
}
