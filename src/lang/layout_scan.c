/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A script's text as items. Attach points are no tokens (attach.c), so what is at the root must be told apart; the branches of an
 * #if begin alike, whatever brackets the one before left open.
 */
#include <stdlib.h>
#include <string.h>

#include "lang/layout_int.h"

/* Texts with more than these are nobody's scripts; the branches of an #if there may be laid out badly. */
#define BRANCHES_MAX 64
#define OPEN_MAX 1000

enum where {
	AT_ROOT,
	IN_POINTS,
	IN_PREDICATE,
	IN_BODY,
	IN_DEFINITION, /* config, macro, fn, let, import */
	IN_C,
};

/* What was open at an #if. */
struct branch {
	enum where where;
	size_t n;
	uint32_t *open;
};

struct scan {
	struct pp pp;
	struct pp_file file;
	struct source src;
	const char *text;
	uint32_t pos, n;
	enum where where;
	bool is_typedef, begins;
	struct items *items;
	VEC(uint32_t) open; /* brackets */
	VEC(struct branch) branches;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static char at(const struct scan *s, uint32_t ahead)
{
	return ahead < s->n - s->pos ? s->text[s->pos + ahead] : '\0';
}

static struct item *add(struct scan *s, enum item_kind kind, uint32_t len, uint32_t lines)
{
	struct item it = { .kind = kind, .tok = T_EOF, .text = s->text + s->pos, .len = len, .lines = lines };

	it.at_margin = !s->pos || s->text[s->pos - 1] == '\n';
	it.in_c = s->where == IN_C;
	it.at_root = s->where == AT_ROOT;
	it.in_points = s->where == IN_POINTS;
	vec_push(&s->items->v, it);
	s->pos += len;
	return &s->items->v.v[s->items->v.n - 1];
}

static uint32_t line_length(const struct scan *s, uint32_t from)
{
	const char *nl = memchr(s->text + from, '\n', s->n - from);

	return (nl ? (uint32_t)(nl - s->text) : s->n) - from;
}

/* A preprocessor line goes on behind a backslash. */
static uint32_t directive_length(const struct scan *s)
{
	uint32_t len = line_length(s, s->pos);

	while (s->pos + len < s->n && len && s->text[s->pos + len - 1] == '\\')
		len += 1 + line_length(s, s->pos + len + 1);
	return len;
}

static uint32_t comment_length(const struct scan *s)
{
	const char *end = s->n - s->pos > 3 ? memmem(s->text + s->pos + 2, s->n - s->pos - 2, "*/", 2) : NULL;

	return end ? (uint32_t)(end + 2 - s->text) - s->pos : s->n - s->pos;
}

static void trim(struct item *it)
{
	while (it->len && is_blank(it->text[it->len - 1]))
		it->len--;
}

/* Is it this word that follows the mark of a directive? */
static bool says(const struct item *it, size_t mark, const char *word)
{
	const char *p = it->text + mark, *end = it->text + it->len;
	size_t n = strlen(word);

	while (p < end && is_blank(*p))
		p++;
	return (size_t)(end - p) >= n && !memcmp(p, word, n);
}

static void open_branch(struct scan *s)
{
	struct branch b = { s->where, s->open.n, xcalloc(s->open.n + 1, sizeof(uint32_t)) };

	for (size_t i = 0; i < b.n; i++)
		b.open[i] = s->open.v[i];
	vec_push(&s->branches, b);
}

static void next_branch(struct scan *s)
{
	const struct branch *b = &s->branches.v[s->branches.n - 1];

	s->where = b->where;
	s->open.n = 0;
	for (size_t i = 0; i < b->n; i++)
		vec_push(&s->open, b->open[i]);
}

/* Of the preprocessor, or of a tool's description: "//! if", docs/tools-format.md. */
static void follow_directive(struct scan *s, struct item *it, size_t mark)
{
	if (says(it, mark, "if") || (mark > 1 && says(it, mark, "each"))) {
		if (s->branches.n == BRANCHES_MAX || s->open.n > OPEN_MAX)
			return;
		it->branch = LB_OPENS;
		open_branch(s);
	} else if (s->branches.n && says(it, mark, "el")) {
		it->branch = LB_NEXT;
		next_branch(s);
	} else if (s->branches.n && says(it, mark, "end")) {
		it->branch = LB_ENDS;
		free(s->branches.v[--s->branches.n].open);
	}
}

/* Takes one comment or preprocessor line; false: something else comes. */
static bool take_layout(struct scan *s, uint32_t lines)
{
	struct item *it;

	if (at(s, 0) == '/' && at(s, 1) == '/') {
		it = add(s, LI_REMARK, line_length(s, s->pos), lines);
		trim(it);
		if (it->at_margin && it->len > 3 && it->text[2] == '!')
			follow_directive(s, it, 3);
	} else if (at(s, 0) == '/' && at(s, 1) == '*') {
		add(s, LI_COMMENT, comment_length(s), lines);
	} else if (at(s, 0) == '#' && (lines || !s->items->v.n)) {
		it = add(s, LI_DIRECTIVE, directive_length(s), lines);
		trim(it);
		follow_directive(s, it, 1);
	} else {
		return false;
	}
	return true;
}

/* To the next thing that counts: line ends before it. */
static uint32_t skip_layout(struct scan *s)
{
	uint32_t lines = 0;

	while (s->pos < s->n) {
		if (at(s, 0) == '\n' || is_blank(at(s, 0)))
			lines += s->text[s->pos++] == '\n';
		else if (take_layout(s, lines))
			lines = 0;
		else
			break;
	}
	return lines;
}

/* The place behind blanks and comments at from; nothing is taken. */
static uint32_t behind_layout(const struct scan *s, uint32_t from)
{
	struct items none = { 0 };
	struct scan ahead = *s;

	ahead.pos = from;
	ahead.items = &none;
	ahead.branches.v = NULL;
	ahead.branches.n = ahead.branches.cap = 0;
	ahead.open.v = NULL;
	ahead.open.n = ahead.open.cap = 0;
	skip_layout(&ahead);
	vec_done(&none.v);
	vec_done(&ahead.open);
	vec_each(ahead.branches, i)
		free(ahead.branches.v[i].open);
	vec_done(&ahead.branches);
	return ahead.pos;
}

static char peek(const struct scan *s)
{
	uint32_t next = behind_layout(s, s->pos);

	return next < s->n ? s->text[next] : '\0';
}

static void follow_brackets(struct scan *s, struct item *it, uint32_t index)
{
	if (it->tok == T_LBRACE || it->tok == T_LPAREN || it->tok == T_LBRACKET) {
		vec_push(&s->open, index);
	} else if ((it->tok == T_RBRACE || it->tok == T_RPAREN || it->tok == T_RBRACKET) && s->open.n) {
		it->pair = s->open.v[--s->open.n];
		s->items->v.v[it->pair].pair = index;
	}
}

static struct item *take_token(struct scan *s, uint32_t lines)
{
	struct lexer lx;
	struct token t;
	struct item *it;

	lex_init_line(&lx, &s->pp, &s->file, s->pos, s->n);
	t = lex_raw(&lx);
	it = add(s, LI_TOKEN, t.len ? t.len : 1, lines);
	it->tok = t.kind;
	it->begins = s->begins;
	s->begins = false;
	follow_brackets(s, it, (uint32_t)s->items->v.n - 1);
	return it;
}

/* Behind the closing quote, or at the end of the line. */
static uint32_t skip_quotes(const struct scan *s, uint32_t i)
{
	for (i++; i < s->n && s->text[i] != '"' && s->text[i] != '\n'; i++)
		if (s->text[i] == '\\' && i + 1 < s->n)
			i++;
	return i < s->n && s->text[i] == '"' ? i + 1 : i;
}

/* The end of an attach point; *ret_slash: the first / of its last part, 0: none. As attach.c has it. */
static uint32_t point_end(const struct scan *s, uint32_t *ret_slash)
{
	bool colon = false;
	uint32_t i = s->pos;

	*ret_slash = 0;
	while (i < s->n) {
		char c = s->text[i];

		if (c == '{' || c == ',' || c == '\n' || is_blank(c) || (c == '/' && !colon) ||
		    (c == '|' && i + 1 < s->n && s->text[i + 1] == '|'))
			break;
		if (c == '/' && !*ret_slash)
			*ret_slash = i;
		if (c == ':') {
			colon = true;
			*ret_slash = 0;
		}
		i = c == '"' ? skip_quotes(s, i) : i + 1;
	}
	return i;
}

static void take_point(struct scan *s, uint32_t lines)
{
	uint32_t slash, end = point_end(s, &slash), from = s->pos;

	if (attach_has_pred(s->text, s->n, slash, end, behind_layout(s, end)))
		end = slash;
	add(s, LI_TEXT, end - from, lines)->begins = s->begins;
	s->begins = false;
}

static void take_in_points(struct scan *s, uint32_t lines)
{
	char c = at(s, 0);
	uint32_t slash;

	if (c == '/') {
		take_token(s, lines)->is_edge = true;
		s->where = IN_PREDICATE;
	} else if (c == '{') {
		s->where = IN_BODY;
		take_token(s, lines);
	} else if (point_end(s, &slash) > s->pos) {
		take_point(s, lines);
	} else {
		take_token(s, lines);
	}
}

static void take_in_predicate(struct scan *s, uint32_t lines)
{
	struct item *it = take_token(s, lines);

	if (it->tok != T_SLASH || s->open.n || peek(s) != '{')
		return;
	it->is_edge = true;
	s->where = IN_POINTS;
}

/* exists(kprobe:f): what it is given may be an attach point. */
static void take_exists(struct scan *s)
{
	uint32_t i = s->pos, depth = 0;

	while (i < s->n && s->text[i] != '\n') {
		depth += s->text[i] == '(';
		if (s->text[i] == ')' && !--depth)
			break;
		i = s->text[i] == '"' ? skip_quotes(s, i) : i + 1;
	}
	if (i < s->n && s->text[i] == ')')
		add(s, LI_TEXT, i + 1 - s->pos, 0)->role = LR_OPERAND;
}

/* Is a definition in C over? Its semicolon may be left out, and attributes may come behind its members. */
static bool ends_c(const struct scan *s, const struct item *it)
{
	const char *next = s->text + s->pos;

	if (it->tok == T_SEMI)
		return true;
	if (s->is_typedef || (it->tok != T_RBRACE && it->tok != T_RPAREN))
		return false;
	while (next < s->text + s->n && (is_blank(*next) || *next == '\n'))
		next++;
	return strncmp(next, "__attribute__", 13) != 0;
}

static void take_inside(struct scan *s, uint32_t lines)
{
	struct item *it = take_token(s, lines);

	if (layout_is_word(it, "exists") && at(s, 0) == '(') {
		take_exists(s);
		return;
	}
	if (s->open.n)
		return;
	if (s->where == IN_C ? ends_c(s, it) : it->tok == T_RBRACE || it->tok == T_SEMI)
		s->where = AT_ROOT;
}

static void begin_root(struct scan *s)
{
	static const char *const words[] = { "config", "import", "let", "macro", "fn", "struct", "union", "enum", "typedef" };
	uint32_t n = 0;

	s->begins = at(s, 0) != ';';
	s->where = s->begins ? IN_POINTS : IN_DEFINITION;
	s->is_typedef = false;
	while (lex_is_name(at(s, n)))
		n++;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i]) != n || memcmp(words[i], s->text + s->pos, n) || at(s, n) == ':')
			continue;
		s->where = i < 5 ? IN_DEFINITION : IN_C;
		s->is_typedef = i == 8;
	}
}

static void take(struct scan *s, uint32_t lines)
{
	if (s->where == AT_ROOT)
		begin_root(s);
	if (s->where == IN_POINTS)
		take_in_points(s, lines);
	else if (s->where == IN_PREDICATE)
		take_in_predicate(s, lines);
	else
		take_inside(s, lines);
}

void layout_scan(const char *text, uint32_t n, struct items *ret)
{
	struct scan s = { .text = text, .n = n, .items = ret };

	s.src = (struct source){ .name = "", .text = text, .len = n };
	s.file.src = &s.src;
	for (;;) {
		uint32_t lines = skip_layout(&s);

		if (s.pos >= n)
			break;
		take(&s, lines);
	}
	vec_done(&s.open);
	vec_each(s.branches, i)
		free(s.branches.v[i].open);
	vec_done(&s.branches);
}
