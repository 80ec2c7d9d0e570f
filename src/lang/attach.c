/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attach points are not made of tokens: uprobe:/bin/bash:readline, kprobe:[Ss]ys_*, usdt:"./a b":x.
 *
 * One ends at a blank, a comma, an opening brace or || outside quotes, the one of exists(...) also at the closing
 * parenthesis. A / belongs to a path once a colon was seen; a predicate without a blank before it (k:f/pid/ {) is
 * told by what follows.
 */
#include <string.h>
#include <strings.h>

#include "lang/parse.h"

struct run {
	uint32_t start, end; /* offsets in the source */
	uint32_t slash;      /* first / behind the last colon, 0: none */
};

static void run_span_error(struct parser *p, uint32_t from, uint32_t to, enum diag_tag tag,
			   const char *text)
{
	p_error(p, (struct span){ p->src->base + from, p->src->base + to }, tag, "%s", text);
}

/* Behind the closing quote; reports a missing one. */
static uint32_t run_quotes(struct parser *p, uint32_t at)
{
	const char *text = p->src->text;
	uint32_t i = at + 1;

	while (i < p->src->len && text[i] != '"' && text[i] != '\n')
		i += text[i] == '\\' && i + 1 < p->src->len ? 2 : 1;
	if (i < p->src->len && text[i] == '"')
		return i + 1;
	if (i > p->src->len)
		i = p->src->len;
	run_span_error(p, at, i, DT_unterminated, "this string has no closing quote");
	return i;
}

static bool ends_run(const char *c, char closing)
{
	return *c == '{' || *c == ',' || *c == ' ' || (*c >= '\t' && *c <= '\r') || (c[0] == '|' && c[1] == '|') ||
	       (closing && *c == closing);
}

/* closing: a character that ends it too, 0: none. */
static struct run scan_run(struct parser *p, uint32_t start, char closing)
{
	const char *text = p->src->text;
	struct run r = { .start = start };
	bool colon = false;
	uint32_t i = start;

	while (i < p->src->len && !ends_run(text + i, closing) && !p->panic) {
		unsigned char c = (unsigned char)text[i];

		if (c == '/' && !colon)
			break;
		if (c == '"') {
			i = run_quotes(p, i);
			continue;
		}
		if (c == ':') {
			colon = true;
			r.slash = 0;
		} else if (c == '/' && !r.slash) {
			r.slash = i;
		} else if (c < ' ' || c == 127) {
			run_span_error(p, i, i + 1, DT_bad_character,
				       "this character has no meaning here");
		}
		i++;
	}
	r.end = i;
	if (i - start > PARSE_MAX_POINT)
		run_span_error(p, start, i, DT_too_large, "this attach point is too long");
	return r;
}

/* "k:f", "begin", "{" or "/": does this follow a comma or || between attach points? A value of a predicate has no single colon behind it. */
static bool goes_on(const char *text, uint32_t n, uint32_t at)
{
	uint32_t i = at, len;

	while (i < n && (text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r')))
		i++;
	for (len = 0; i + len < n && lex_is_name(text[i + len]);)
		len++;
	if (!len)
		return i >= n || text[i] == '{' || text[i] == '/';
	if (i + len < n && (text[i + len] == ':' || text[i + len] == '*'))
		return true;
	return (len == 5 && !strncasecmp(text + i, "begin", len)) || (len == 3 && !strncasecmp(text + i, "end", len));
}

/*
 * "k:f/pid/ {", "k:f/pid == 1/ {", "k:f/pid||tid/ {": the last part's slash begins a predicate if the whole ends in
 * another one, or if what follows cannot follow an attach point.
 */
bool attach_has_pred(const char *text, uint32_t n, uint32_t slash, uint32_t end, uint32_t next)
{
	if (!slash || (!lex_is_name(text[slash - 1]) && !strchr("*?]\"", text[slash - 1])) || next >= n)
		return false;
	switch (text[next]) {
	case '{': return text[end - 1] == '/' && slash < end - 1;
	case '/': return false;
	case ',': return !goes_on(text, n, next + 1);
	case '|': return text[next + 1] != '|' || !goes_on(text, n, next + 2);
	default: return true;
	}
}

static void cut_pred(struct parser *p, struct run *r)
{
	lex_goto(&p->lx, r->end);
	lex_layout(&p->lx, NULL);
	if (attach_has_pred(p->src->text, p->src->len, r->slash, r->end, p->lx.pos))
		r->end = r->slash;
}

struct split {
	struct parser *p;
	struct attach_point *ap;
	struct strbuf whole, part;
	size_t quoted;      /* bytes at the part's head that came out of quotes */
	uint32_t part_start;
	bool in_quotes;
};

static void split_char(struct split *s, char c)
{
	sb_addc(&s->part, c);
	if (s->in_quotes)
		s->quoted = s->part.n;
}

static void split_end_part(struct split *s, uint32_t end)
{
	struct arena *a = s->p->arena;
	uint32_t base = s->p->src->base;
	const char *text = arena_strndup(a, sb_str(&s->part), s->part.n);
	struct span at = { base + s->part_start, base + end };

	avec_push(a, &s->ap->parts, text);
	avec_push(a, &s->ap->part_spans, at);
	avec_push(a, &s->ap->quoted, s->quoted);
	sb_reset(&s->part);
	s->quoted = 0;
	s->part_start = end + 1;
}

/*
 * $1 at i: adds the parameter's text (nothing if there is none); behind its digits. One at the head may be a whole
 * attach point; later ones are part of a part, whatever is in them (paths with colons).
 */
static uint32_t split_param(struct split *s, uint32_t i, uint32_t end)
{
	const struct parse_params *params = s->p->params;
	const char *text = s->p->src->text, *value = "";
	uint32_t start = s->part_start;
	bool at_head = !s->ap->parts.n;
	size_t n = 0;

	for (i++; i < end && text[i] >= '0' && text[i] <= '9'; i++)
		if (n < 100000)
			n = n * 10 + (size_t)(text[i] - '0');
	if (params && n && n <= params->argc)
		value = params->argv[n - 1];
	sb_adds(&s->whole, value);
	for (; *value; value++) {
		if (*value != ':' || !at_head) {
			split_char(s, *value);
			continue;
		}
		split_end_part(s, i);
		s->part_start = start;
	}
	return i;
}

static uint32_t split_one(struct split *s, uint32_t i, uint32_t end)
{
	const char *text = s->p->src->text;
	char c = text[i], next = i + 1 < end ? text[i + 1] : '\0';

	if (c == '$' && next >= '0' && next <= '9')
		return split_param(s, i, end);
	sb_addc(&s->whole, c);
	if (c == '"') {
		s->in_quotes = !s->in_quotes;
	} else if (s->in_quotes && c == '\\' && next) {
		sb_addc(&s->whole, next);
		split_char(s, next);
		return i + 2;
	} else if (c == ':' && !s->in_quotes) {
		split_end_part(s, i);
	} else {
		split_char(s, c);
	}
	return i + 1;
}

static struct attach_point *split_run(struct parser *p, const struct run *r)
{
	struct attach_point *ap = arena_new(p->arena, struct attach_point);
	struct split s = { .p = p, .ap = ap, .part_start = r->start };
	uint32_t i = r->start;

	while (i < r->end)
		i = split_one(&s, i, r->end);
	split_end_part(&s, r->end);
	ap->span = (struct span){ p->src->base + r->start, p->src->base + r->end };
	ap->text = arena_strndup(p->arena, sb_str(&s.whole), s.whole.n);
	sb_done(&s.whole);
	sb_done(&s.part);
	return ap;
}

/* name=probe:... has no meaning yet, in bpftrace neither: where the probe begins. */
static uint32_t behind_name(const struct parser *p, const struct run *r)
{
	const char *text = p->src->text;
	uint32_t i = r->start;

	while (i < r->end && lex_is_name(text[i]))
		i++;
	return i > r->start && i + 1 < r->end && text[i] == '=' ? i + 1 : r->start;
}

static struct attach_point *parse_run(struct parser *p, const struct run *r)
{
	struct attach_point *ap = split_run(p, r);

	lex_goto(&p->lx, r->end);
	p->tok.span = ap->span;
	p_next(p);
	return ap;
}

/* kprobe:f? need not exist. The mark is no wildcard, unless it stands in quotes. */
static void take_optional(struct parser *p, struct attach_point *ap)
{
	size_t last = ap->parts.n - 1, n = strlen(ap->parts.v[last]);

	if (!last || !n || ap->quoted.v[last] == n || ap->parts.v[last][n - 1] != '?')
		return;
	ap->optional = true;
	ap->parts.v[last] = arena_strndup(p->arena, ap->parts.v[last], n - 1);
	ap->text = arena_strndup(p->arena, ap->text, strlen(ap->text) - 1);
}

static struct attach_point *parse_one(struct parser *p, struct probe_block *pb)
{
	struct run r = scan_run(p, p->tok.span.start - p->src->base, 0);
	struct attach_point *ap;

	if (!p->panic && r.end == r.start)
		p_expected(p, "a probe");
	if (!p->panic)
		cut_pred(p, &r);
	r.start = behind_name(p, &r);
	ap = parse_run(p, &r);
	take_optional(p, ap);
	pb->span = span_join(pb->span, ap->span);
	return ap;
}

struct attach_point *parse_point_in_parens(struct parser *p)
{
	struct run r = scan_run(p, p->tok.span.start - p->src->base, ')');

	return parse_run(p, &r);
}

/* a || b || c */
static struct attach_point *parse_alternatives(struct parser *p, struct probe_block *pb)
{
	struct attach_point *first = parse_one(p, pb), *last = first;

	while (!p->panic && p_accept(p, T_OROR)) {
		last->alt = parse_one(p, pb);
		last = last->alt;
		first->optional |= last->optional;
	}
	return first;
}

void parse_attach_points(struct parser *p, struct probe_block *pb)
{
	do {
		struct attach_point *ap = parse_alternatives(p, pb);

		avec_push(p->arena, &pb->points, ap);
		if (p->panic || !p_accept(p, T_COMMA))
			break;
	} while (!p_at(p, T_LBRACE) && !p_at(p, T_SLASH));
	if (!p_at(p, T_LBRACE) && !p_at(p, T_SLASH))
		p_expected(p, "',', a /predicate/ or '{'");
}
