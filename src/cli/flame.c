/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sonde flame: folded stacks, from files or standard input, as a flame graph. */
#include "cli/flame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "base/opts.h"
#include "cli/report.h"
#include "flame/flame.h"

enum option { O_TITLE, O_UNIT, O_PALETTE, O_INVERTED, O_OUTPUT, O_HELP, O_COUNT };

static const struct opt_def options[O_COUNT] = {
	[O_TITLE] = { 't', "title", "TEXT", "title of the graph" },
	[O_UNIT] = { 'u', "unit", "NAME", "what the numbers count (samples)" },
	[O_PALETTE] = { 'p', "palette", "NAME", "cpu (red, orange), wait (blue) or memory (green)" },
	[O_INVERTED] = { 'i', "inverted", NULL, "the outermost functions at the top" },
	[O_OUTPUT] = { 'o', "output", "FILE", "write it to this file instead of standard output" },
	[O_HELP] = { 'h', "help", NULL, "print this text" },
};

struct command {
	struct flame *flame;
	struct flame_look look;
	const char *output;
	size_t bad, first_bad; /* lines that are no stacks; the first one's number */
	unsigned files;
	bool help;
	struct err err;
};

static bool is_blank(const char *line, size_t n)
{
	return strspn(line, " \t\r\n") >= n;
}

static int read_lines(struct command *c, FILE *from, const char *name)
{
	_cleanup_free_ char *line = NULL;
	size_t cap = 0, number = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, from)) >= 0) {
		number++;
		if (is_blank(line, (size_t)n) || *line == '#' || flame_line(c->flame, line, (size_t)n))
			continue;
		if (!c->bad++)
			c->first_bad = number;
	}
	if (!ferror(from))
		return 0;
	return err_set(&c->err, -errno, "cannot read %s: %s", name, errname(errno));
}

static int read_file(struct command *c, const char *path)
{
	FILE *f;
	int rc;

	c->files++;
	if (!strcmp(path, "-"))
		return read_lines(c, stdin, "standard input");
	f = fopen(path, "re");
	if (!f)
		return err_set(&c->err, -errno, "cannot read %s: %s", path, errname(errno));
	rc = read_lines(c, f, path);
	fclose(f);
	return rc;
}

static int take_option(struct command *c, enum option which, const char *value)
{
	switch (which) {
	case O_TITLE: c->look.title = value; break;
	case O_UNIT: c->look.unit = value; break;
	case O_INVERTED: c->look.inverted = true; break;
	case O_OUTPUT: c->output = value; break;
	case O_HELP: c->help = true; break;
	default:
		if (!flame_palette_find(value, strlen(value), &c->look.palette))
			return err_set(&c->err, -EINVAL, "there is no palette '%s' (cpu, wait, memory)", value);
	}
	return 0;
}

static int take_words(struct command *c, int argc, char **argv)
{
	struct opt_walk w;
	int i, rc = 0;

	opt_walk_init(&w, options, O_COUNT, argc, argv, &c->err);
	while (!rc && (i = opt_next(&w)) != OPT_END) {
		if (i == OPT_ERROR)
			return -EINVAL;
		rc = i == OPT_WORD ? read_file(c, w.value) : take_option(c, (enum option)i, w.value);
	}
	return rc;
}

static int print_help(void)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	sb_adds(&out, "USAGE: sonde flame [OPTIONS] [FILE...] > GRAPH.svg\n\n"
		      "Draws a flame graph of folded stacks, lines such as \"main;work;malloc 12\": what 'sonde profile -f'\n"
		      "and others print. In a browser a click zooms, / searches, the arrow keys, Enter and Escape walk.\n"
		      "\nOPTIONS:\n");
	opt_help(&out, options, O_COUNT);
	sb_adds(&out, "\nEXAMPLES:\n  sonde profile -f 10 | sonde flame > cpu.svg\n      the same as 'sonde profile --flame cpu.svg 10'\n"
		      "  sonde offcputime -f 10 | grep '^postgres;' | sonde flame -p wait -u us > off.svg\n      of some processes only\n");
	return report_text(&out);
}

/* The graph of what was read; lines that are no stacks are told, and a fault if there are no others. */
static int finish(struct command *c)
{
	if (c->bad && !flame_total(c->flame)) {
		err_set(&c->err, -EINVAL, "these are no folded stacks: line %zu ends in no number", c->first_bad);
		err_hint(&c->err, "A line is FUNCTION;FUNCTION;... NUMBER, the outermost function first.");
		return -EINVAL;
	}
	if (c->bad)
		report_warning("%zu lines end in no number and are left out, the first is line %zu", c->bad, c->first_bad);
	return flame_write(c->flame, &c->look, c->output ? c->output : "-", &c->err);
}

int flame_command(int argc, char **argv)
{
	struct command c = { .flame = flame_new(), .look = { .title = "Flame graph", .unit = "samples" } };
	int rc = take_words(&c, argc, argv), status = 0;

	if (!rc && c.help)
		status = print_help();
	else if (!rc && !c.files)
		rc = read_file(&c, "-");
	if (!rc && !c.help)
		rc = finish(&c);
	flame_free(c.flame);
	return rc ? report_err(&c.err) : status;
}
