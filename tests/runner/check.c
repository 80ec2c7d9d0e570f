/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparing what a run gave with what its script expects. */
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>

#include "tests/runner/runner.h"

typedef VEC(const char *) line_list;

/* Lines without trailing white space, which editors remove from the expectations as well. */
static line_list split_lines(struct arena *a, const struct strbuf *text)
{
	line_list lines = { 0 };

	for (size_t at = 0; at < text->n;) {
		const char *nl = memchr(text->p + at, '\n', text->n - at);
		size_t len = nl ? (size_t)(nl - text->p) - at : text->n - at, keep = len;

		while (keep && isspace((unsigned char)text->p[at + keep - 1]))
			keep--;
		avec_push(a, &lines, arena_strndup(a, text->p + at, keep));
		at += len + 1;
	}
	return lines;
}

static bool line_matches(const struct expect *e, const char *line)
{
	regex_t re;
	bool found;

	if (e->kind == EX_LINE)
		return !strcmp(e->text, line);
	if (e->kind == EX_NOT)
		return strstr(line, e->text) != NULL;
	if (regcomp(&re, e->text, REG_EXTENDED | REG_NOSUB))
		return false;
	found = !regexec(&re, line, 0, NULL, 0);
	regfree(&re);
	return found;
}

static const char *check_absent(struct arena *a, const struct expect *e, const line_list *lines,
				const char *stream)
{
	vec_each(*lines, i) {
		if (line_matches(e, lines->v[i]))
			return arena_printf(a, "%s has '%s'", stream, e->text);
	}
	return NULL;
}

/* In order, other lines may stand between. */
static const char *check_lines(struct arena *a, const expect_list *expects, const line_list *lines,
			       const char *stream)
{
	size_t at = 0;

	vec_each(*expects, i) {
		const struct expect *e = &expects->v[i];
		const char *wrong = NULL;

		if (e->kind == EX_NOT) {
			wrong = check_absent(a, e, lines, stream);
		} else {
			while (at < lines->n && !line_matches(e, lines->v[at]))
				at++;
			if (at++ >= lines->n)
				wrong = arena_printf(a, "%s lacks (after the lines before it) '%s'",
						     stream, e->text);
		}
		if (wrong)
			return wrong;
	}
	return NULL;
}

/* Line by line, nothing more and nothing less. */
static const char *check_exact(struct arena *a, const expect_list *expects, const line_list *lines,
			       const char *stream)
{
	vec_each(*expects, i) {
		if (i >= lines->n)
			return arena_printf(a, "%s ends before '%s'", stream, expects->v[i].text);
		if (!line_matches(&expects->v[i], lines->v[i]))
			return arena_printf(a, "%s line %zu is '%s', not '%s'", stream, i + 1,
					    lines->v[i], expects->v[i].text);
	}
	if (lines->n > expects->n)
		return arena_printf(a, "%s goes on with '%s'", stream, lines->v[expects->n]);
	return NULL;
}

static const char *check_status(struct arena *a, const struct script *s, const struct options *o,
				const struct outcome *oc)
{
	const char *want = s->status ? s->status : o->errors ? "1" : "0";
	bool as_wanted = !strcmp(want, "nonzero") ? oc->status && oc->status < 128
						  : atoi(want) == oc->status;

	return as_wanted ? NULL : arena_printf(a, "exit status is %d, not %s", oc->status, want);
}

const char *outcome_check(struct arena *a, const struct script *s, const struct options *o,
			  const struct outcome *oc)
{
	line_list out = split_lines(a, &oc->out), err = split_lines(a, &oc->err);
	const char *wrong = NULL;

	if (oc->timed_out)
		return oc->attached || !s->run ? "timed out" : "timed out before it was attached";
	if (s->run && !oc->attached)
		wrong = "ended before it was attached";
	else if (oc->run_status)
		wrong = arena_printf(a, "RUN failed with status %d", oc->run_status);
	wrong = wrong ? wrong : check_lines(a, &s->out, &out, "output");
	if (!wrong && o->errors)
		wrong = check_exact(a, &s->err, &err, "standard error");
	else if (!wrong)
		wrong = check_lines(a, &s->err, &err, "standard error");
	return wrong ? wrong : check_status(a, s, o, oc);
}
