/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tool says of itself: "//!" lines that do not depend on the options given. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/internal.h"

bool tool_line_is(const char *line, size_t len, struct tool_line *ret)
{
	const char *end = line + len;

	while (line < end && isblank((unsigned char)*line))
		line++;
	if (end - line < 3 || memcmp(line, "//!", 3))
		return false;
	line += 3;
	while (line < end && isblank((unsigned char)*line))
		line++;
	while (end > line && isspace((unsigned char)end[-1]))
		end--;
	ret->p = line;
	ret->end = end;
	return true;
}

bool tool_word(struct tool_line *l, const char **ret, size_t *ret_len)
{
	while (l->p < l->end && isblank((unsigned char)*l->p))
		l->p++;
	*ret = l->p;
	while (l->p < l->end && !isblank((unsigned char)*l->p))
		l->p++;
	*ret_len = (size_t)(l->p - *ret);
	return *ret_len > 0;
}

bool tool_word_is(const char *word, size_t len, const char *what)
{
	return strlen(what) == len && !memcmp(word, what, len);
}

const char *tool_rest(struct tool *t, struct tool_line *l)
{
	const char *p;

	while (l->p < l->end && isblank((unsigned char)*l->p))
		l->p++;
	p = arena_strndup(t->arena, l->p, (size_t)(l->end - l->p));
	l->p = l->end;
	return p;
}

const char *tool_quoted(struct tool *t, struct tool_line *l)
{
	const char *word, *quote;
	size_t n;

	while (l->p < l->end && isblank((unsigned char)*l->p))
		l->p++;
	quote = l->p < l->end && *l->p == '"' ? memchr(l->p + 1, '"', (size_t)(l->end - l->p - 1)) : NULL;
	if (!quote)
		return tool_word(l, &word, &n) ? arena_strndup(t->arena, word, n) : "";
	word = arena_strndup(t->arena, l->p + 1, (size_t)(quote - l->p - 1));
	l->p = quote + 1;
	return word;
}

int tool_wrong(const struct tool *t, const struct tool_line *l, struct err *e, const char *what)
{
	return err_set(e, -EINVAL, "tool %s, line %u: %s", t->name, l->number, what);
}

struct tool_option *tool_option(struct tool *t, const char *name, size_t len)
{
	vec_each(t->options, i) {
		const char *s = t->options.v[i].name;
		size_t k = 0;

		/* In code a dash cannot stand in a name: opt.max_args. */
		while (k < len && s[k] && (s[k] == name[k] || (s[k] == '-' && name[k] == '_')))
			k++;
		if (k == len && !s[k])
			return &t->options.v[i];
	}
	return NULL;
}

bool tool_is(const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = nl ? (size_t)(nl - text) : (size_t)(end - text);
		struct tool_line l;
		const char *word;
		size_t word_len;

		if (tool_line_is(text, n, &l))
			return tool_word(&l, &word, &word_len) &&
			       tool_word_is(word, word_len, "tool");
		if (n && *text != '#' && *text != '/' && *text != ' ' && *text != '*')
			return false;
		text += n + (nl != NULL);
	}
	return false;
}

static const char *lower_case(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s);

	for (char *p = copy; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

int tool_take_value(struct tool *t, struct tool_option *o, const char *word, size_t len,
		    const struct tool_line *l, struct err *e)
{
	const char *colon = memchr(word, ':', len), *equals = memchr(word, '=', len), *end = word + len;
	const char *type = colon + 1;

	o->arg = arena_strndup(t->arena, word, (size_t)(colon - word));
	if (!tool_type(t, type, (size_t)((equals ? equals : end) - type), o))
		return tool_wrong(t, l, e, tool_type_names());
	if (!equals)
		return 0;
	if (tool_set(t, o, arena_strndup(t->arena, equals + 1, (size_t)(end - equals - 1)), e))
		return tool_wrong(t, l, e, "the default is no value of this type");
	return 0;
}

/* option [-L] --name [ARG:TYPE[=DEFAULT]] HELP */
static int declare_option(struct tool *t, struct tool_line *l, struct err *e)
{
	struct tool_option o = { 0 };
	struct tool_line before;
	const char *word;
	size_t n;
	int rc = 0;

	if (!tool_word(l, &word, &n))
		return tool_wrong(t, l, e, "an option needs a name");
	if (n == 2 && word[0] == '-' && word[1] != '-') {
		o.letter = word[1];
		if (!tool_word(l, &word, &n))
			n = 0;
	}
	if (n < 3 || memcmp(word, "--", 2))
		return tool_wrong(t, l, e, "an option needs a long name: --name");
	o.name = arena_strndup(t->arena, word + 2, n - 2);
	before = *l;
	if (tool_word(l, &word, &n) && isupper((unsigned char)*word) && memchr(word, ':', n))
		rc = tool_take_value(t, &o, word, n, l, e);
	else
		*l = before;
	o.help = tool_rest(t, l);
	if (!rc && tool_option(t, o.name, strlen(o.name)))
		rc = tool_wrong(t, l, e, "there is an option of this name already");
	avec_push(t->arena, &t->options, o);
	return rc;
}

/* argument ARG:TYPE[=DEFAULT] HELP */
static int declare_argument(struct tool *t, struct tool_line *l, struct err *e)
{
	struct tool_option o = { .positional = true };
	const char *word;
	size_t n;
	int rc;

	if (!tool_word(l, &word, &n) || !memchr(word, ':', n))
		return tool_wrong(t, l, e, "an argument is declared as NAME:TYPE");
	rc = tool_take_value(t, &o, word, n, l, e);
	o.name = lower_case(t->arena, o.arg);
	o.help = tool_rest(t, l);
	avec_push(t->arena, &t->options, o);
	return rc;
}

/* example ARGS | TEXT */
static int declare_example(struct tool *t, struct tool_line *l, struct err *e)
{
	const char *bar = memchr(l->p, '|', (size_t)(l->end - l->p));
	struct tool_line args = *l;
	struct tool_example x;

	if (!bar)
		return tool_wrong(t, l, e, "an example is ARGUMENTS | TEXT");
	args.end = bar;
	while (args.end > args.p && isblank((unsigned char)args.end[-1]))
		args.end--;
	x.args = tool_rest(t, &args);
	l->p = bar + 1;
	x.text = tool_rest(t, l);
	avec_push(t->arena, &t->examples, x);
	return 0;
}

const char *const tool_areas[] = {
	"processes", "files", "disks", "CPU", "memory", "network", "locks", "security", "applications", "anything",
	"other", NULL,
};

/* area NAME */
static int declare_area(struct tool *t, struct tool_line *l, struct err *e)
{
	t->area = tool_rest(t, l);
	for (const char *const *a = tool_areas; *a; a++)
		if (!strcmp(*a, t->area))
			return 0;
	return tool_wrong(t, l, e, "areas are processes, files, disks, CPU, memory, network, locks, security, "
				   "applications, anything and other");
}

/* exclusive NAME NAME... */
static void declare_exclusive(struct tool *t, struct tool_line *l)
{
	const char *word;
	size_t n;

	while (tool_word(l, &word, &n))
		avec_push(t->arena, &t->exclusive, arena_strndup(t->arena, word, n));
	avec_push(t->arena, &t->exclusive, NULL);
}

/* also OPTION -L --NAME... */
static int declare_also(struct tool *t, struct tool_line *l, struct err *e)
{
	const char *word;
	size_t n;
	struct tool_alias a = { 0 };

	if (!tool_word(l, &word, &n))
		return tool_wrong(t, l, e, "'also' is followed by an option and its other names");
	a.of = arena_strndup(t->arena, word, n);
	while (tool_word(l, &word, &n)) {
		bool is_letter = n == 2 && word[0] == '-' && word[1] != '-';

		if (!is_letter && (n < 3 || memcmp(word, "--", 2)))
			return tool_wrong(t, l, e, "another name is -L or --name");
		a.letter = is_letter ? word[1] : 0;
		a.name = is_letter ? NULL : arena_strndup(t->arena, word + 2, n - 2);
		avec_push(t->arena, &t->aliases, a);
	}
	return 0;
}

static int declare_line(struct tool *t, struct tool_line *l, struct err *e)
{
	const char *word;
	size_t n;

	if (!tool_word(l, &word, &n))
		return 0;
	if (tool_word_is(word, n, "tool"))
		t->summary = tool_rest(t, l);
	else if (tool_word_is(word, n, "about"))
		avec_push(t->arena, &t->about, tool_rest(t, l));
	else if (tool_word_is(word, n, "area"))
		return declare_area(t, l, e);
	else if (tool_word_is(word, n, "of"))
		t->of = tool_rest(t, l);
	else if (tool_word_is(word, n, "option"))
		return declare_option(t, l, e);
	else if (tool_word_is(word, n, "also"))
		return declare_also(t, l, e);
	else if (tool_word_is(word, n, "argument"))
		return declare_argument(t, l, e);
	else if (tool_word_is(word, n, "common"))
		return tool_declare_common(t, l, e);
	else if (tool_word_is(word, n, "example"))
		return declare_example(t, l, e);
	else if (tool_word_is(word, n, "exclusive"))
		declare_exclusive(t, l);
	return 0;
}

int tool_declare(struct tool *t, struct arena *a, const char *name, const char *text, size_t len,
		 struct err *e)
{
	const char *end = text + len;
	unsigned number = 1;
	int rc = 0;

	*t = (struct tool){ .arena = a, .name = name, .text = text, .len = len, .summary = "", .area = "other" };
	for (; text < end && !rc; number++) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = nl ? (size_t)(nl - text) : (size_t)(end - text);
		struct tool_line l = { .number = number };

		if (tool_line_is(text, n, &l))
			rc = declare_line(t, &l, e);
		text += n + (nl != NULL);
	}
	if (!rc && t->of)
		return tool_derive(t, e);
	tool_settle_letters(t);
	return rc;
}

void tool_done(struct tool *t)
{
	sb_done(&t->scratch);
	tool_matches_done(t);
}
