/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditions: words joined by && and ||, && first; "!" before a word denies it. A word is an option
 * (given, or a flag) or NAME=TEXT (its value is TEXT), or asks the kernel: field(STRUCT.MEMBER), event(CATEGORY:NAME), probe(KIND:NAME).
 */
#include <errno.h>
#include <string.h>

#include "tool/internal.h"

/* "field(a.b)" with what is field( and by '.': the two names. */
static bool asks(struct tool *t, const char *word, size_t len, const char *what, char by,
		 const char **ret_a, const char **ret_b)
{
	size_t n = strlen(what);
	const char *mid;

	if (len < n + 4 || memcmp(word, what, n) || word[len - 1] != ')')
		return false;
	mid = memchr(word + n, by, len - n - 1);
	if (!mid)
		return false;
	*ret_a = arena_strndup(t->arena, word + n, (size_t)(mid - word) - n);
	*ret_b = arena_strndup(t->arena, mid + 1, (size_t)(word + len - 1 - (mid + 1)));
	return true;
}

/* "{name}": the option's value; else the text itself. */
static const char *option_or(struct tool *t, const char *text)
{
	size_t n = strlen(text);
	const struct tool_option *o = *text == '{' ? tool_option(t, text + 1, n - 2) : NULL;

	return o ? tool_text(o) : text;
}

static int term(struct tool *t, const struct tool_host *host, const char *word, size_t len,
		const struct tool_line *l, struct err *e)
{
	bool deny = *word == '!';
	const struct tool_option *o;
	const char *a, *b, *equals;
	int value;

	word += deny;
	len -= deny;
	equals = memchr(word, '=', len);
	o = tool_option(t, word, equals ? (size_t)(equals - word) : len);
	if (o && equals)
		value = tool_word_is(equals + 1, (size_t)(word + len - equals - 1), tool_text(o));
	else if (o)
		value = o->given;
	else if (asks(t, word, len, "field(", '.', &a, &b))
		value = host && host->has_field(host->arg, a, b);
	else if (asks(t, word, len, "event(", ':', &a, &b))
		value = host && host->has_event(host->arg, a, b);
	else if (asks(t, word, len, "probe(", ':', &a, &b))
		value = host && host->has_probe(host->arg, a, option_or(t, b));
	else
		return tool_wrong(t, l, e, "this condition names no option");
	return deny ? !value : value;
}

int tool_cond(struct tool *t, const struct tool_host *host, struct tool_line *l, struct err *e)
{
	bool any = false, all = true, want = true;
	const char *word;
	size_t n;

	while (tool_word(l, &word, &n)) {
		bool is_or = tool_word_is(word, n, "||");
		int v;

		if (!want) {
			if (!is_or && !tool_word_is(word, n, "&&"))
				return tool_wrong(t, l, e,
						  "words of a condition are joined by && or ||");
			any |= is_or && all;
			all = is_or || all;
			want = true;
			continue;
		}
		v = term(t, host, word, n, l, e);
		if (v < 0)
			return v;
		all &= v;
		want = false;
	}
	return want ? tool_wrong(t, l, e, "this condition has no end") : any || all;
}
