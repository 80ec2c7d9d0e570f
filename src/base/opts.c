/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/opts.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "base/fdutil.h"

#define HELP_COLUMN 26

void opt_walk_init(struct opt_walk *w, const struct opt_def *defs, size_t n, int argc, char **argv,
		   struct err *e)
{
	*w = (struct opt_walk){
		.defs = defs, .n = n, .argc = argc, .argv = argv, .at = 1, .err = e,
	};
}

static int find_letter(const struct opt_walk *w, char letter)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->defs[i].letter == letter)
			return (int)i;
	return -1;
}

/* Does it begin so? Dashes may be written as underlines. */
static bool begins(const char *known, const char *name, size_t len)
{
	size_t i = 0;

	while (i < len && known[i] && (known[i] == name[i] || (known[i] == '-' && name[i] == '_')))
		i++;
	return i == len;
}

/* By its whole name, else by how only its name begins: OPT_END if there is none, OPT_ERROR if there are several. */
static int find_name(const struct opt_walk *w, const char *name, size_t len)
{
	int found = OPT_END;

	for (size_t i = 0; i < w->n; i++) {
		const char *known = w->defs[i].name;

		if (!known || !begins(known, name, len))
			continue;
		if (!known[len])
			return (int)i;
		found = found == OPT_END ? (int)i : OPT_ERROR;
	}
	return len ? found : OPT_END;
}

/* Several begin so: the hint has them all. */
static int which_one(struct opt_walk *w, const char *name, size_t len)
{
	_cleanup_sb_ struct strbuf names = { 0 };

	for (size_t i = 0; i < w->n; i++)
		if (w->defs[i].name && begins(w->defs[i].name, name, len))
			sb_addf(&names, "%s--%s", names.n ? ", " : "", w->defs[i].name);
	err_set(w->err, -EINVAL, "option '--%.*s' may be any of %s", (int)len, name, sb_str(&names));
	return OPT_ERROR;
}

static int unknown_name(struct opt_walk *w, const char *name, size_t len)
{
	struct near near;
	char text[64];

	err_set(w->err, -EINVAL, "unknown option '--%.*s'", (int)len, name);
	if (len >= sizeof(text))
		return OPT_ERROR;
	memcpy(text, name, len);
	text[len] = 0;
	near_start(&near, text);
	for (size_t i = 0; i < w->n; i++)
		if (w->defs[i].name)
			near_try(&near, w->defs[i].name);
	if (near.best)
		err_hint(w->err, "Did you mean '--%s'?", near.best);
	return OPT_ERROR;
}

static int unknown_letter(struct opt_walk *w, char letter)
{
	bool shown = isprint((unsigned char)letter);

	err_set(w->err, -EINVAL, shown ? "unknown option '-%c'" : "unknown option", letter);
	return OPT_ERROR;
}

static int missing_value(struct opt_walk *w, const struct opt_def *d, bool is_long)
{
	if (is_long)
		err_set(w->err, -EINVAL, "option '--%s' needs a value: %s", d->name, d->arg);
	else
		err_set(w->err, -EINVAL, "option '-%c' needs a value: %s", d->letter, d->arg);
	return OPT_ERROR;
}

static int take_long(struct opt_walk *w, const char *name)
{
	size_t len = strcspn(name, "=");
	int i = find_name(w, name, len);
	const struct opt_def *d;

	if (i == OPT_ERROR)
		return which_one(w, name, len);
	if (i < 0)
		return unknown_name(w, name, len);
	d = &w->defs[i];
	w->value = name[len] ? name + len + 1 : NULL;
	if (!d->arg && w->value) {
		err_set(w->err, -EINVAL, "option '--%s' takes no value", d->name);
		return OPT_ERROR;
	}
	if (!d->arg || w->value)
		return i;
	if (w->at >= w->argc)
		return missing_value(w, d, true);
	w->value = w->argv[w->at++];
	return i;
}

/* The next letter of "-lv"; the rest of the argument is its value if it takes one. */
static int take_letter(struct opt_walk *w)
{
	char letter = *w->joined++;
	int i = find_letter(w, letter);
	const char *rest = *w->joined ? w->joined : NULL;

	if (!rest)
		w->joined = NULL;
	if (i < 0)
		return unknown_letter(w, letter);
	w->value = NULL;
	if (!w->defs[i].arg)
		return i;
	w->joined = NULL;
	w->value = rest;
	if (!rest && w->at >= w->argc)
		return missing_value(w, &w->defs[i], false);
	if (!rest)
		w->value = w->argv[w->at++];
	return i;
}

static bool is_word(const struct opt_walk *w, const char *arg)
{
	if (w->words_only || arg[0] != '-' || !arg[1])
		return true;
	return isdigit((unsigned char)arg[1]) && find_letter(w, arg[1]) < 0;
}

int opt_next(struct opt_walk *w)
{
	char *arg;

	if (w->joined)
		return take_letter(w);
	if (w->at >= w->argc)
		return OPT_END;
	arg = w->argv[w->at++];
	if (is_word(w, arg)) {
		w->value = arg;
		return OPT_WORD;
	}
	if (!strcmp(arg, "--")) {
		w->words_only = true;
		return opt_next(w);
	}
	if (arg[1] == '-')
		return take_long(w, arg + 2);
	w->joined = arg + 1;
	return take_letter(w);
}

/* Adds the text, its lines after the first indented to the column. */
static void add_help_text(struct strbuf *out, const char *help)
{
	for (const char *line = help; line;) {
		const char *nl = strchr(line, '\n');

		if (line != help)
			sb_fill(out, ' ', HELP_COLUMN);
		sb_add(out, line, nl ? (size_t)(nl - line) : strlen(line));
		sb_addc(out, '\n');
		line = nl ? nl + 1 : NULL;
	}
}

void opt_help(struct strbuf *out, const struct opt_def *defs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct opt_def *d = &defs[i];
		size_t start = out->n;

		if (!d->help)
			continue;
		if (d->letter)
			sb_addf(out, "  -%c%s", d->letter, d->name ? ", " : "");
		else
			sb_adds(out, "      ");
		if (d->name)
			sb_addf(out, "--%s", d->name);
		if (d->arg)
			sb_addf(out, " %s", d->arg);
		if (out->n - start < HELP_COLUMN - 1) {
			sb_fill(out, ' ', HELP_COLUMN - (out->n - start));
		} else {
			sb_addc(out, '\n');
			sb_fill(out, ' ', HELP_COLUMN);
		}
		add_help_text(out, d->help);
	}
}
