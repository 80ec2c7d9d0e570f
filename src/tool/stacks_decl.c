/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tool declares of its stacks. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "tool/stacks.h"
#include "tool/internal.h"

/* stacks @MAP NAME... = NAME... */
static int declare_stacks(struct tool *t, struct tool_line *l, struct err *e)
{
	struct tool_stacks *s = &t->stacks;
	const char *word;
	bool value = false;
	size_t n;

	if (!tool_word(l, &word, &n) || *word != '@')
		return tool_wrong(t, l, e, "stacks are declared as @MAP KEY... = VALUE...");
	s->map = arena_strndup(t->arena, word + 1, n - 1);
	s->index = tool_map_index(t, s->map, n - 1, false);
	while (tool_word(l, &word, &n)) {
		const char *name = arena_strndup(t->arena, word, n);

		if (!strcmp(name, "="))
			value = true;
		else if (value)
			avec_push(t->arena, &s->values, name);
		else
			avec_push(t->arena, &s->keys, name);
	}
	return s->values.n ? 0 : tool_wrong(t, l, e, "stacks are declared as @MAP KEY... = VALUE...");
}

static void add_piece(struct tool *t, struct stacks_line *line, const char *text, size_t n, char form)
{
	const char *percent = form ? memchr(text, '%', n) : NULL;
	size_t len = percent ? (size_t)(percent - text) : n;
	struct stacks_piece p = { .text = arena_strndup(t->arena, text, len), .form = form };

	if (percent)
		p.width = (uint8_t)atoi(arena_strndup(t->arena, percent + 1, n - len - 1));
	if (n || form)
		avec_push(t->arena, &line->pieces, p);
}

/* {NAME}, {NAME%WIDTH}, {NAME+}, {NAME@}, {NAME!}, {^NAME}, {-}, {--} */
static void add_braces(struct tool *t, struct stacks_line *line, const char *name, size_t n)
{
	line->turned |= *name == '^';
	name += *name == '^';
	n -= name[-1] == '^';
	if (tool_word_is(name, n, "-") || tool_word_is(name, n, "--"))
		add_piece(t, line, name, n, '-');
	else if (n > 1 && strchr("+@!", name[n - 1]))
		add_piece(t, line, name, n - 1, name[n - 1]);
	else
		add_piece(t, line, name, n, 'v');
}

/* Text with tabs as \t, in quotes that keep its blanks. */
static const char *unquoted(struct tool *t, const char *text, size_t n)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	if (n > 1 && text[0] == '"' && text[n - 1] == '"') {
		text++;
		n -= 2;
	}
	for (size_t i = 0; i < n; i++) {
		bool tab = text[i] == '\\' && i + 1 < n && text[i + 1] == 't';

		sb_addc(&out, tab ? '\t' : text[i]);
		i += tab;
	}
	return arena_strndup(t->arena, sb_str(&out), out.n);
}

static struct stacks_line parse_line(struct tool *t, const char *text)
{
	struct stacks_line line = { 0 };
	const char *open, *close = NULL;

	while ((open = strchr(text, '{')) && (close = strchr(open, '}'))) {
		add_piece(t, &line, text, (size_t)(open - text), 0);
		add_braces(t, &line, open + 1, (size_t)(close - open - 1));
		text = close + 1;
	}
	add_piece(t, &line, text, strlen(text), 0);
	return line;
}

static struct stacks_line take_line(struct tool *t, struct tool_line *l)
{
	const char *rest = tool_rest(t, l);

	return parse_line(t, unquoted(t, rest, strlen(rest)));
}

/* folded WORD... */
static void declare_folded(struct tool *t, struct tool_line *l)
{
	const char *word;
	size_t n;

	while (tool_word(l, &word, &n)) {
		struct stacks_line line = parse_line(t, arena_strndup(t->arena, word, n));

		avec_push(t->arena, &t->stacks.folded, line);
	}
}

/* flame PALETTE TITLE */
static int declare_flame(struct tool *t, struct tool_line *l, struct err *e)
{
	const char *word;
	size_t n;

	tool_word(l, &word, &n);
	if (!flame_palette_find(word, n, &t->stacks.palette))
		return tool_wrong(t, l, e, "a flame graph's palette is cpu, wait or memory");
	t->stacks.title = tool_rest(t, l);
	return 0;
}

/* older PART [OPTION]; sort OPTION */
static int declare_option(struct tool *t, struct tool_line *l, const char **ret_part, const struct tool_option **ret,
			  struct err *e)
{
	const char *word;
	size_t n;

	tool_word(l, &word, &n);
	if (ret_part) {
		*ret_part = arena_strndup(t->arena, word, n);
		tool_word(l, &word, &n);
	}
	*ret = tool_option(t, word, n);
	return *ret || !n ? 0 : tool_wrong(t, l, e, "there is no such option");
}

static void declare_by(struct tool *t, struct tool_line *l)
{
	const char *word;
	size_t n;

	while (tool_word(l, &word, &n))
		avec_push(t->arena, &t->stacks.by, arena_strndup(t->arena, word, n));
}

enum word { W_STACKS, W_BY, W_LINE, W_EACH, W_HEADING, W_FOLDED, W_FLAME, W_OLDER, W_SORT, W_COUNT };

static int declare(struct tool *t, enum word word, struct tool_line *l, struct err *e)
{
	struct tool_stacks *s = &t->stacks;
	struct stacks_line line;

	switch (word) {
	case W_STACKS: return declare_stacks(t, l, e);
	case W_BY: declare_by(t, l); return 0;
	case W_LINE:
		line = take_line(t, l);
		avec_push(t->arena, &s->lines, line);
		return 0;
	case W_EACH:
		line = take_line(t, l);
		avec_push(t->arena, &s->each, line);
		return 0;
	case W_HEADING: s->heading = tool_fill_in(t, tool_rest(t, l)); return 0;
	case W_FOLDED: declare_folded(t, l); return 0;
	case W_FLAME: return declare_flame(t, l, e);
	case W_OLDER: return declare_option(t, l, &s->stamp, &s->older, e);
	case W_SORT: return declare_option(t, l, NULL, &s->sort, e);
	case W_COUNT: break;
	}
	return 0;
}

bool tool_stacks_declare(struct tool *t, const char *word, size_t len, struct tool_line *l, bool active,
			 struct err *e, int *ret)
{
	static const char *const words[W_COUNT] = {
		"stacks", "by", "line", "entry", "heading", "folded", "flame", "older", "sort",
	};

	for (enum word i = 0; i < W_COUNT; i++) {
		if (!tool_word_is(word, len, words[i]))
			continue;
		*ret = active ? declare(t, i, l, e) : 0;
		return true;
	}
	return false;
}
