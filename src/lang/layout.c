/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See layout.h. The items of layout_scan.c are put out again, with line ends, tabs and blanks of our own between them. */
#include "lang/layout.h"

#include <string.h>

#include "lang/layout_int.h"

#define WIDTH 120
#define TAB 8
#define NESTING 64 /* deeper blocks are indented no further */

/* A brace or parenthesis that is open. */
struct around {
	uint32_t open;
	bool is_brace, broken; /* broken: its statements have lines of their own */
	bool is_value;         /* a block that is a part of an expression */
};

/* Where the text is. */
struct state {
	const struct item *last; /* that counts: no comment; NULL: none */
	VEC(struct around) around;
	unsigned depth;   /* how many of them are broken */
	bool root_broken; /* the definition at hand takes several lines */
	bool value_ended; /* last is the end of a block that is a value */
};

struct layout {
	struct items items;
	uint32_t at;
	struct state now;
	VEC(struct state) branches; /* as it was at each #if that is open */
	struct strbuf *out;
};

/* How the next item is set off. */
enum gap { NOTHING, BLANK, LINE, FURTHER /* a line, indented once more */ };

static const struct item *item(const struct layout *l, uint32_t i)
{
	return &l->items.v.v[i];
}

static const struct around *inner(const struct layout *l)
{
	return l->now.around.n ? &l->now.around.v[l->now.around.n - 1] : NULL;
}

/* The column that the next character comes to. */
static uint32_t column(const struct layout *l)
{
	uint32_t n = 0;
	size_t i = l->out->n;

	while (i && l->out->p[i - 1] != '\n')
		i--;
	for (; i < l->out->n; i++)
		n = l->out->p[i] == '\t' ? (n / TAB + 1) * TAB : n + 1;
	return n;
}

/* May from .. to stand on one line, from this column on? The author had it so, and it is not too long. */
static bool fits(const struct layout *l, uint32_t from, uint32_t to, uint32_t col)
{
	for (uint32_t i = from; i <= to && col <= WIDTH; i++) {
		const struct item *it = item(l, i);

		if (i > from && it->lines)
			return false;
		if (it->kind == LI_REMARK || it->kind == LI_DIRECTIVE || memchr(it->text, '\n', it->len))
			return false;
		col += it->len + (i > from && layout_space(item(l, i - 1), it));
	}
	return col <= WIDTH;
}

/* The end of the definition that begins here: behind its first block, or its semicolon. */
static uint32_t end_of_root(const struct layout *l, uint32_t i)
{
	uint32_t n = (uint32_t)l->items.v.n;

	for (uint32_t k = i; k < n; k++) {
		if (item(l, k)->tok == T_LBRACE || item(l, k)->tok == T_LPAREN)
			k = item(l, k)->pair > k ? item(l, k)->pair : n - 1;
		if (item(l, k)->tok == T_RBRACE || item(l, k)->tok == T_SEMI || (k > i && item(l, k)->begins))
			return k;
	}
	return n - 1;
}

/* A block that stands where a value is expected. */
static bool is_value_block(const struct layout *l)
{
	const struct item *b = l->now.last;

	if (!b || !l->now.around.n || b->tok == T_SEMI || b->tok == T_LBRACE || b->tok == T_RBRACE)
		return false;
	return layout_is_word(b, "return") || (b->role != LR_OPERAND && b->role != LR_CAST && b->role != LR_POSTFIX && b->tok != T_IDENT);
}

/* The brace after these begins a block of statements at the root, not settings or members. */
static bool opens_body(const struct layout *l)
{
	return !l->now.around.n && l->now.last && l->now.last->tok != T_ASSIGN && !item(l, l->at)->in_c;
}

static bool is_empty(const struct layout *l, const struct item *brace)
{
	return brace->pair && item(l, brace->pair) == brace + 1;
}

static void enter(struct layout *l)
{
	const struct item *it = item(l, l->at);
	struct around a = { .open = l->at, .is_brace = it->tok == T_LBRACE };

	if (a.is_brace) {
		a.broken = !it->pair || (!is_empty(l, it) && (l->now.around.n ? !fits(l, l->at, it->pair, column(l)) : l->now.root_broken));
		a.is_value = is_value_block(l);
	}
	vec_push(&l->now.around, a);
	l->now.depth += a.broken;
}

static void leave(struct layout *l)
{
	l->now.value_ended = false;
	if (!l->now.around.n)
		return;
	l->now.around.n--;
	l->now.depth -= l->now.around.v[l->now.around.n].broken;
	l->now.value_ended = l->now.around.v[l->now.around.n].is_value;
}

static bool is_opening(const struct item *it)
{
	return it->tok == T_LBRACE || it->tok == T_LPAREN || it->tok == T_LBRACKET;
}

static bool is_closing(const struct item *it)
{
	return it->tok == T_RBRACE || it->tok == T_RPAREN || it->tok == T_RBRACKET;
}

/* What comes after a block that was closed. */
static enum gap behind_block(const struct layout *l, const struct item *it)
{
	const struct around *a = inner(l);

	if (it->tok == T_SEMI || it->tok == T_COMMA || is_closing(it))
		return NOTHING;
	if (layout_is_word(it, "else") || l->now.value_ended || it->in_c || !a || !a->is_brace)
		return BLANK;
	return a->broken ? LINE : BLANK;
}

/* At the root: attach points, predicates, the braces of bodies. */
static enum gap at_root(const struct layout *l, const struct item *it)
{
	if (it->begins)
		return LINE;
	if (it->tok == T_LBRACE && opens_body(l))
		return l->now.root_broken && !is_empty(l, it) ? LINE : BLANK;
	if (it->is_edge && it->in_points)
		return l->now.root_broken && it->lines ? LINE : BLANK;
	if (it->at_root || (it->lines && it->in_points))
		return LINE;
	return it->lines && it->tok != T_SEMI && it->tok != T_LBRACE ? FURTHER : BLANK;
}

/* Inside of a broken block, between two statements or within one. */
static enum gap in_block(const struct layout *l, const struct item *it)
{
	const struct around *a = inner(l);

	if (a->is_brace && a->broken) {
		if (it->tok == T_RBRACE || l->now.last == item(l, a->open) || l->now.last->tok == T_SEMI)
			return LINE;
		if (it->in_c && l->now.last->tok == T_COMMA && it->lines)
			return LINE; /* enumerators */
	}
	if (it->tok == T_RBRACE && is_empty(l, item(l, it->pair)))
		return BLANK;
	if (!it->lines || it->tok == T_LBRACE || layout_is_word(it, "else") || it->tok == T_SEMI)
		return BLANK;
	return FURTHER;
}

static enum gap plain_gap(const struct layout *l, const struct item *it)
{
	if (!l->now.last || it->kind == LI_DIRECTIVE)
		return LINE;
	if (!l->now.around.n && (it->begins || l->now.last->tok != T_RBRACE))
		return at_root(l, it);
	if (l->now.last->tok == T_RBRACE && !(it->tok == T_RBRACE && inner(l) && inner(l)->broken))
		return behind_block(l, it);
	return l->now.around.n ? in_block(l, it) : BLANK;
}

/* A comment stays where it is, on its line or on one of its own; what follows a remark cannot. */
static enum gap gap_before(const struct layout *l)
{
	const struct item *it = item(l, l->at), *before = l->at ? item(l, l->at - 1) : NULL;
	enum gap g;

	if (!before)
		return NOTHING;
	if (item_is_comment(it) && !it->lines)
		return before->kind == LI_DIRECTIVE ? LINE : BLANK;
	g = plain_gap(l, it);
	if (item_is_comment(it))
		return g == LINE || !l->now.around.n || before->kind == LI_DIRECTIVE || item_is_comment(before) ? g == FURTHER ? FURTHER : LINE : FURTHER;
	if (before->kind == LI_REMARK || before->kind == LI_DIRECTIVE || (before->kind == LI_COMMENT && it->lines))
		return g == FURTHER ? FURTHER : LINE;
	return g;
}

static void indent(struct layout *l, const struct item *it, bool further)
{
	unsigned n = l->now.depth + further;

	if (it->kind == LI_DIRECTIVE || (it->kind == LI_REMARK && it->at_margin && it->len > 2 && it->text[2] == '!'))
		return; /* a line of a tool's description may stand anywhere */
	if (it->tok == T_RBRACE && inner(l) && inner(l)->broken && n)
		n--;
	sb_fill(l->out, '\t', n < NESTING ? n : NESTING);
}

/* One empty line of the author's stays, not at the ends of blocks; a definition of several lines is followed by one. */
static bool wants_empty_line(const struct layout *l, const struct item *it)
{
	const struct item *before = item(l, l->at - 1);

	if (before == l->now.last && before->tok == T_RBRACE && !l->now.around.n && l->now.root_broken && it->kind != LI_DIRECTIVE)
		return true;
	return it->lines > 1 && it->tok != T_RBRACE && !(before->tok == T_LBRACE && inner(l) && inner(l)->open == l->at - 1);
}

static void put_gap(struct layout *l, enum gap g)
{
	const struct item *it = item(l, l->at);

	if (g == LINE || g == FURTHER) {
		sb_addc(l->out, '\n');
		if (g == LINE && wants_empty_line(l, it))
			sb_addc(l->out, '\n');
		indent(l, it, g == FURTHER);
	} else if (l->at && layout_space(item(l, l->at - 1), it)) {
		sb_addc(l->out, ' ');
	}
}

static struct state copy_of(const struct state *s)
{
	struct state copy = *s;

	copy.around.v = NULL;
	copy.around.n = copy.around.cap = 0;
	vec_each(s->around, i)
		vec_push(&copy.around, s->around.v[i]);
	return copy;
}

/* All branches of an #if begin alike. */
static void follow_branch(struct layout *l, enum item_branch branch)
{
	if (branch == LB_OPENS) {
		vec_push(&l->branches, copy_of(&l->now));
	} else if (branch == LB_NEXT) {
		vec_done(&l->now.around);
		l->now = copy_of(&l->branches.v[l->branches.n - 1]);
	} else if (branch == LB_ENDS) {
		l->branches.n--;
		vec_done(&l->branches.v[l->branches.n].around);
	}
}

static void put(struct layout *l)
{
	const struct item *it = item(l, l->at);

	put_gap(l, gap_before(l));
	if (it->begins)
		l->now.root_broken = !fits(l, l->at, end_of_root(l, l->at), 0);
	if (is_opening(it))
		enter(l);
	sb_add(l->out, it->text, it->len);
	if (is_closing(it))
		leave(l);
	if (!item_is_comment(it) && it->kind != LI_DIRECTIVE)
		l->now.last = it;
	follow_branch(l, it->branch);
}

void layout_format(const char *text, size_t n, struct strbuf *out)
{
	struct layout l = { .out = out };

	layout_scan(text, (uint32_t)n, &l.items);
	layout_roles(&l.items);
	for (; l.at < l.items.v.n; l.at++)
		put(&l);
	if (out->n && out->p[out->n - 1] != '\n')
		sb_addc(out, '\n');
	vec_done(&l.items.v);
	vec_done(&l.now.around);
	vec_each(l.branches, i)
		vec_done(&l.branches.v[i].around);
	vec_done(&l.branches);
}
