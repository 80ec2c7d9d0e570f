/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tools that are another one with some options given: "of fsslower --type ext4". */
#include <errno.h>
#include <string.h>

#include "tool/internal.h"
#include "tool/sources.h"

/* The options as they would stand on a command line; the first word is the tool's name. */
static int give_options(struct tool *t, struct tool_line *l, struct err *e)
{
	struct tool_request none;
	VEC(char *) words = { 0 };
	const char *word;
	size_t n;

	avec_push(t->arena, &words, (char *)t->name);
	while (tool_word(l, &word, &n))
		avec_push(t->arena, &words, arena_strndup(t->arena, word, n));
	avec_push(t->arena, &words, NULL);
	return tool_args(t, (int)words.n - 1, words.v, &none, e);
}

int tool_derive(struct tool *t, struct err *e)
{
	struct tool own = *t;
	struct tool_line l = { own.of, own.of + strlen(own.of), 0 };
	const struct tool_source *src = NULL;
	const char *word;
	size_t n;
	int rc;

	if (tool_word(&l, &word, &n))
		src = tool_source_find(arena_strndup(t->arena, word, n));
	if (!src)
		return err_set(e, -EINVAL, "tool %s: there is no tool '%s' that it could be one of", t->name, own.of);
	rc = tool_declare(t, own.arena, own.name, tool_source_text(src, own.arena), src->len, e);
	t->summary = own.summary;
	t->area = strcmp(own.area, "other") ? own.area : t->area;
	t->about = own.about.n ? own.about : t->about;
	t->examples = own.examples;
	vec_each(own.aliases, i)
		avec_push(t->arena, &t->aliases, own.aliases.v[i]);
	return rc ? rc : give_options(t, &l, e);
}
