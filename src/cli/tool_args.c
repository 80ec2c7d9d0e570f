/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tool's command line: its own options and those that all tools have. */
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/opts.h"
#include "cli/tool.h"

enum common { C_JSON, C_OUTPUT, C_RAW, C_VERBOSE, C_DRY_RUN, C_SOURCE, C_HELP, C_COUNT };

static const struct opt_def common[C_COUNT] = {
	[C_JSON] = { 0, "json", NULL, "print JSON, one object a line" },
	[C_OUTPUT] = { 0, "output", "FILE", "write the output to this file" },
	[C_RAW] = { 0, "raw", NULL, "print strings of traced processes without escaping" },
	[C_VERBOSE] = { 0, "verbose", NULL, "say what is done, and how long it takes" },
	[C_DRY_RUN] = { 0, "dry-run", NULL, "compile, but load and attach nothing" },
	[C_SOURCE] = { 0, "source", NULL, "print the script that these options make" },
	[C_HELP] = { 'h', "help", NULL, "print this text" },
};

static bool parse_number(const char *text, uint64_t *ret)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*ret = strtoull(text, &end, 0);
	return !errno && !*end && *ret <= INT64_MAX;
}

/* By /etc/passwd alone: a static program has no other directories of users. */
static bool find_user(const char *name, uint64_t *ret)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *p;
	bool found = false;

	while (f && !found && (p = fgetpwent(f)))
		if (!strcmp(p->pw_name, name)) {
			*ret = p->pw_uid;
			found = true;
		}
	if (f)
		fclose(f);
	return found;
}

static int set_option(struct tool_option *o, const char *value, struct err *e)
{
	const char *dashes = o->positional ? "" : "--";

	o->given = true;
	switch (o->type) {
	case TT_FLAG:
		o->number = 1;
		return 0;
	case TT_TEXT:
		o->text = value;
		return 0;
	case TT_USER:
		if (parse_number(value, &o->number) || find_user(value, &o->number))
			return 0;
		return err_set(e, -EINVAL, "there is no user '%s'", value);
	default:
		if (parse_number(value, &o->number))
			return 0;
		return err_set(e, -EINVAL, "%s%s must be a number, not '%s'", dashes,
			       o->positional ? o->arg : o->name, value);
	}
}

/* The next argument that has no value yet. */
static int set_argument(struct tool *t, const char *word, struct err *e)
{
	vec_each(t->options, i) {
		struct tool_option *o = &t->options.v[i];

		if (o->positional && !o->given)
			return set_option(o, word, e);
	}
	err_set(e, -EINVAL, "%s: one argument too many: '%s'", t->name, word);
	err_hint(e, "--help shows the options.");
	return -EINVAL;
}

static void set_common(struct tool *t, enum common which, const char *value, struct cli_options *o,
		       bool *ret_help, bool *ret_source)
{
	switch (which) {
	case C_JSON: t->json = true; o->format = "json"; break;
	case C_OUTPUT: o->output = value; break;
	case C_RAW: o->raw = true; break;
	case C_VERBOSE: o->verbose = true; break;
	case C_DRY_RUN: o->dry_run = true; break;
	case C_SOURCE: *ret_source = true; break;
	case C_HELP: *ret_help = true; break;
	case C_COUNT: break;
	}
}

/* Own options first, then the common ones. */
static struct opt_def *make_table(const struct tool *t, size_t *ret_n)
{
	size_t own = t->options.n;
	struct opt_def *defs = arena_array(t->arena, struct opt_def, own + C_COUNT);

	for (size_t i = 0; i < own; i++) {
		const struct tool_option *o = &t->options.v[i];

		if (!o->positional)
			defs[i] = (struct opt_def){ o->letter, o->name, o->arg, o->help };
	}
	memcpy(defs + own, common, sizeof(common));
	*ret_n = own + C_COUNT;
	return defs;
}

int tool_args(struct tool *t, int argc, char **argv, struct cli_options *ret, bool *ret_help,
	      bool *ret_source, struct err *e)
{
	struct opt_walk w;
	size_t n;
	struct opt_def *defs = make_table(t, &n);
	int i, rc = 0;

	*ret = (struct cli_options){ .format = "text", .file = t->name };
	opt_walk_init(&w, defs, n, argc, argv, e);
	while (!rc && (i = opt_next(&w)) != OPT_END) {
		if (i == OPT_ERROR)
			return -EINVAL;
		if (i == OPT_WORD)
			rc = set_argument(t, w.value, e);
		else if ((size_t)i < t->options.n)
			rc = set_option(&t->options.v[i], w.value, e);
		else
			set_common(t, (enum common)((size_t)i - t->options.n), w.value, ret,
				   ret_help, ret_source);
	}
	return rc;
}

static bool has_arguments(const struct tool *t)
{
	vec_each(t->options, i)
		if (t->options.v[i].positional)
			return true;
	return false;
}

void tool_help(const struct tool *t, const char *self, struct strbuf *out)
{
	size_t n;
	struct opt_def *defs = make_table(t, &n);

	sb_addf(out, "USAGE: %s [OPTIONS]", self);
	vec_each(t->options, i)
		if (t->options.v[i].positional)
			sb_addf(out, " [%s]", t->options.v[i].arg);
	sb_addf(out, "\n\n%s\n", t->summary);
	vec_each(t->about, i)
		sb_addf(out, "%s\n", t->about.v[i]);
	if (has_arguments(t))
		sb_adds(out, "\nARGUMENTS:\n");
	vec_each(t->options, i)
		if (t->options.v[i].positional)
			sb_addf(out, "  %-24s%s\n", t->options.v[i].arg, t->options.v[i].help);
	sb_adds(out, "\nOPTIONS:\n");
	opt_help(out, defs, n);
	if (t->examples.n)
		sb_adds(out, "\nEXAMPLES:\n");
	vec_each(t->examples, i)
		sb_addf(out, "  %s %s\n      %s\n", self, t->examples.v[i].args,
			t->examples.v[i].text);
}
