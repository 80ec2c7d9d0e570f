/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tool's command line: its own options and those that all tools have. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "base/opts.h"
#include "tool/internal.h"

enum every { E_JSON, E_CSV, E_OUTPUT, E_RAW, E_VERBOSE, E_DRY_RUN, E_SCRIPT, E_SOURCE, E_EBPF, E_HELP, E_COUNT };

static const struct opt_def every[E_COUNT] = {
	[E_JSON] = { 0, "json", NULL, "print JSON, one object a line" },
	[E_CSV] = { 0, "csv", NULL, "print comma-separated values" },
	[E_OUTPUT] = { 0, "output", "FILE", "write the output to this file" },
	[E_RAW] = { 0, "raw", NULL, "print strings of traced processes without escaping" },
	[E_VERBOSE] = { 'v', "verbose", NULL, "say what is done, and how long it takes" },
	[E_DRY_RUN] = { 0, "dry-run", NULL, "compile, but load and attach nothing" },
	[E_SCRIPT] = { 0, "script", NULL, "print the script that these options make" },
	[E_SOURCE] = { 0, "source", NULL, NULL },
	[E_EBPF] = { 0, "ebpf", NULL, NULL }, /* what all of BCC's tools have for it */
	[E_HELP] = { 'h', "help", NULL, "print this text" },
};

static int set_option(struct tool *t, struct tool_option *o, const char *value, struct err *e)
{
	/* The first value of a list takes the place of the default. */
	if (!o->given)
		o->values.n = 0;
	o->given = true;
	if (o->role == TR_UNIT)
		t->unit = o->spec;
	return tool_set(t, o, value ? value : "", e);
}

/* In single quotes, unless it is plain. */
static void add_word(struct strbuf *out, const char *word)
{
	if (*word && !strpbrk(word, " \t\n'\"\\")) {
		sb_adds(out, word);
		return;
	}
	sb_addc(out, '\'');
	for (; *word; word++)
		if (*word == '\'')
			sb_adds(out, "'\"'\"'");
		else
			sb_addc(out, *word);
	sb_addc(out, '\'');
}

/* A command is one argument, with its own arguments in it, or all that are left. */
static const char *whole_command(struct tool *t, struct opt_walk *w)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	if (w->at >= w->argc)
		return w->value;
	add_word(&out, w->value);
	while (w->at < w->argc) {
		sb_addc(&out, ' ');
		add_word(&out, w->argv[w->at++]);
	}
	return arena_strdup(t->arena, sb_str(&out));
}

static int take_option(struct tool *t, struct tool_option *o, struct opt_walk *w, struct err *e)
{
	return set_option(t, o, o->type == TT_COMMAND ? whole_command(t, w) : w->value, e);
}

/*
 * "memleak $(pidof a.out)": an interval of more than a minute that is the number of a running program is meant as that
 * program (kernel threads have no exe). "1234s" is an interval in any case.
 */
static bool is_program(const char *word)
{
	uint64_t number = strtoull(word, NULL, 10);
	char path[64], file[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/exe", number);
	return number > 60 && readlink(path, file, sizeof(file)) > 0;
}

/* A number where a probe is expected is a process: "stackcount $(pidof a.out) Foo". */
static struct tool_option *meant(struct tool *t, struct tool_option *o, const char *word)
{
	struct tool_option *pid = tool_option(t, "pid", strlen("pid"));
	const struct tool_option *command = tool_role(t, TR_COMMAND);

	if (!pid || pid->given || !*word || word[strspn(word, "0123456789")])
		return o;
	if (tool_is_probe(o->type))
		return pid;
	return o->role == TR_INTERVAL && pid->role == TR_PROCESS && !(command && command->given) && is_program(word) ? pid : o;
}

/* The next argument that has no value yet. */
static int set_argument(struct tool *t, const char *word, struct err *e)
{
	vec_each(t->options, i) {
		struct tool_option *o = &t->options.v[i];

		if (!o->positional || (o->given && !(o->list && tool_is_probe(o->type))))
			continue;
		return set_option(t, meant(t, o, word), word, e);
	}
	err_set(e, -EINVAL, "%s: one argument too many: '%s'", t->name, word);
	err_hint(e, "--help shows the options.");
	return -EINVAL;
}

static void set_every(enum every which, const char *value, struct tool_request *ret)
{
	switch (which) {
	case E_JSON: ret->format = TF_JSON; break;
	case E_CSV: ret->format = TF_CSV; break;
	case E_OUTPUT: ret->output = value; break;
	case E_RAW: ret->raw = true; break;
	case E_VERBOSE: ret->verbose = true; break;
	case E_DRY_RUN: ret->dry_run = true; break;
	case E_SCRIPT:
	case E_SOURCE:
	case E_EBPF: ret->source = true; break;
	case E_HELP: ret->help = true; break;
	case E_COUNT: break;
	}
}

/* The option that another name is one of: its index in the table, -1 if there is none. */
static int index_of(const struct opt_def *defs, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (defs[i].name && !strcmp(defs[i].name, name))
			return (int)i;
	return -1;
}

/* Other names; the option's own help tells them. */
static void add_aliases(const struct tool *t, struct opt_def *defs, size_t n)
{
	vec_each(t->aliases, i) {
		const struct tool_alias *a = &t->aliases.v[i];
		int of = index_of(defs, n, a->of);

		if (of < 0)
			continue;
		defs[n + i] = (struct opt_def){ a->letter, a->name, defs[of].arg, NULL };
		if (a->letter)
			defs[of].help = arena_printf(t->arena, "%s (also -%c)", defs[of].help, a->letter);
		else
			defs[of].help = arena_printf(t->arena, "%s (also --%s)", defs[of].help, a->name);
	}
}

struct opt_def *tool_opt_table(const struct tool *t, size_t *ret_n)
{
	size_t own = t->options.n;
	struct opt_def *defs = arena_array(t->arena, struct opt_def, own + E_COUNT + t->aliases.n);

	for (size_t i = 0; i < own; i++) {
		const struct tool_option *o = &t->options.v[i];

		if (!o->positional)
			defs[i] = (struct opt_def){ o->letter, o->name, o->arg, o->help };
	}
	memcpy(defs + own, every, sizeof(every));
	for (size_t i = 0; i < own; i++)
		if (defs[i].letter && defs[i].letter == every[E_VERBOSE].letter)
			defs[own + E_VERBOSE].letter = 0; /* the tool's own come first */
	/* Those that are there with a letter, among the tool's own. */
	if (tool_role(t, TR_CSV))
		defs[own + E_CSV].help = NULL;
	if (tool_role(t, TR_JSON))
		defs[own + E_JSON].help = NULL;
	add_aliases(t, defs, own + E_COUNT);
	*ret_n = own + E_COUNT + t->aliases.n;
	return defs;
}

static int check_aliases(const struct tool *t, const struct opt_def *defs, size_t n, struct err *e)
{
	vec_each(t->aliases, i)
		if (index_of(defs, n, t->aliases.v[i].of) < 0)
			return err_set(e, -EINVAL, "tool %s: there is no option --%s to have other names", t->name, t->aliases.v[i].of);
	return 0;
}

static int check_exclusive(struct tool *t, struct err *e)
{
	const struct tool_option *first = NULL;

	vec_each(t->exclusive, i) {
		const char *name = t->exclusive.v[i];
		const struct tool_option *o = name ? tool_option(t, name, strlen(name)) : NULL;

		if (o && o->given && first)
			return err_set(e, -EINVAL, "--%s and --%s do not go together", first->name, o->name);
		if (o && o->given)
			first = o;
		if (!name)
			first = NULL;
	}
	return 0;
}

static bool role_given(const struct tool *t, enum tool_role role)
{
	const struct tool_option *o = tool_role(t, role);

	return o && o->given;
}

int tool_args(struct tool *t, int argc, char **argv, struct tool_request *ret, struct err *e)
{
	struct opt_walk w;
	size_t n;
	struct opt_def *defs = tool_opt_table(t, &n);
	size_t named = n - t->aliases.n;
	int i, rc = check_aliases(t, defs, named, e);

	*ret = (struct tool_request){ 0 };
	opt_walk_init(&w, defs, n, argc, argv, e);
	while (!rc && (i = opt_next(&w)) != OPT_END) {
		if (i == OPT_ERROR)
			return -EINVAL;
		if (i >= (int)named)
			i = index_of(defs, named, t->aliases.v[(size_t)i - named].of);
		if (i == OPT_WORD)
			rc = set_argument(t, w.value, e);
		else if ((size_t)i < t->options.n)
			rc = take_option(t, &t->options.v[i], &w, e);
		else
			set_every((enum every)((size_t)i - t->options.n), w.value, ret);
	}
	if (role_given(t, TR_CSV))
		ret->format = TF_CSV;
	if (role_given(t, TR_JSON))
		ret->format = TF_JSON;
	t->format = ret->format;
	return rc ? rc : check_exclusive(t, e);
}
