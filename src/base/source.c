/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/diag.h"

#include <string.h>

/* Counts first, so that a text of nothing but newlines costs no more than it must. */
static void source_index_lines(struct arena *a, struct source *src)
{
	const char *end = src->text + src->len;

	src->nlines = 1;
	for (const char *p = src->text; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		src->nlines++;
	src->lines = arena_array(a, uint32_t, src->nlines);
	src->nlines = 1;
	for (const char *p = src->text; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		src->lines[src->nlines++] = (uint32_t)(p + 1 - src->text);
}

struct source *sources_add(struct sources *s, const char *name, const char *text, size_t len)
{
	uint64_t base = 1;
	struct source *src;

	if (s->list.n) {
		const struct source *last = s->list.v[s->list.n - 1];

		base = (uint64_t)last->base + last->len + 1;
	}
	if (len >= UINT32_MAX || base + len >= UINT32_MAX)
		return NULL;
	src = arena_new(s->arena, struct source);
	src->name = arena_strdup(s->arena, name);
	src->text = arena_strndup(s->arena, text, len);
	src->len = (uint32_t)len;
	src->base = (uint32_t)base;
	source_index_lines(s->arena, src);
	avec_push(s->arena, &s->list, src);
	return src;
}

/* Line (from 1) of an offset in the text: the last line that starts at or before it. */
static uint32_t source_line_at(const struct source *src, uint32_t at)
{
	uint32_t lo = 0, hi = src->nlines;

	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (src->lines[mid] <= at)
			lo = mid;
		else
			hi = mid;
	}
	return lo + 1;
}

bool sources_find(const struct sources *s, uint32_t offset, struct position *ret_pos)
{
	vec_each(s->list, i) {
		const struct source *src = s->list.v[i];
		uint32_t line;

		if (offset < src->base || offset - src->base > src->len)
			continue;
		line = source_line_at(src, offset - src->base);
		ret_pos->source = src;
		ret_pos->line = line;
		ret_pos->col = offset - src->base - src->lines[line - 1] + 1;
		return true;
	}
	return false;
}

bool source_line(const struct source *src, uint32_t line, const char **ret_text, size_t *ret_len)
{
	uint32_t start, end;

	if (!line || line > src->nlines)
		return false;
	start = src->lines[line - 1];
	end = line < src->nlines ? src->lines[line] - 1 : src->len;
	*ret_text = src->text + start;
	*ret_len = end - start;
	return true;
}
