/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tool says of itself: --help, and its manual page. */
#include <ctype.h>
#include <string.h>

#include "base/opts.h"
#include "tool/internal.h"

static bool has_arguments(const struct tool *t)
{
	vec_each(t->options, i)
		if (t->options.v[i].positional)
			return true;
	return false;
}

/* A command and its output, indented. */
static void add_shown(const struct tool *t, struct strbuf *out)
{
	for (const char *p = t->shown ? t->shown : ""; *p;) {
		size_t n = strcspn(p, "\n");

		sb_adds(out, n ? "  " : "");
		sb_add(out, p, n);
		sb_addc(out, '\n');
		p += n + (p[n] == '\n');
	}
}

void tool_help(const struct tool *t, const char *self, struct strbuf *out)
{
	size_t n;
	struct opt_def *defs = tool_opt_table(t, &n);

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
	if (t->examples.n || (t->shown && *t->shown))
		sb_adds(out, "\nEXAMPLES:\n");
	vec_each(t->examples, i)
		sb_addf(out, "  %s %s\n      %s\n", self, t->examples.v[i].args,
			t->examples.v[i].text);
	add_shown(t, out);
}

/* Text for roff: nothing in it is a request or an escape. */
static void add_roff(struct strbuf *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		sb_adds(out, "\\&");
	for (const char *p = text; *p; p++) {
		if (*p == '\\')
			sb_adds(out, "\\e");
		else if (*p == '-')
			sb_adds(out, "\\-");
		else
			sb_addc(out, *p);
		if (*p == '\n' && (p[1] == '.' || p[1] == '\''))
			sb_adds(out, "\\&");
	}
}

static void roff_options(struct strbuf *out, const struct opt_def *defs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct opt_def *d = &defs[i];

		if (!d->help)
			continue;
		sb_adds(out, ".TP\n\\fB");
		if (d->letter)
			sb_addf(out, "\\-%c\\fR, \\fB", d->letter);
		sb_adds(out, "\\-\\-");
		add_roff(out, d->name);
		sb_adds(out, "\\fR");
		if (d->arg)
			sb_addf(out, " \\fI%s\\fR", d->arg);
		sb_addc(out, '\n');
		add_roff(out, d->help);
		sb_addc(out, '\n');
	}
}

static void roff_arguments(const struct tool *t, struct strbuf *out)
{
	if (has_arguments(t))
		sb_adds(out, ".SH ARGUMENTS\n");
	vec_each(t->options, i) {
		if (!t->options.v[i].positional)
			continue;
		sb_addf(out, ".TP\n\\fI%s\\fR\n", t->options.v[i].arg);
		add_roff(out, t->options.v[i].help);
		sb_addc(out, '\n');
	}
}

static void roff_examples(const struct tool *t, struct strbuf *out)
{
	bool shown = t->shown && *t->shown;

	if (t->examples.n || shown)
		sb_adds(out, ".SH EXAMPLES\n");
	vec_each(t->examples, i) {
		sb_adds(out, ".TP\n\\fBsonde ");
		add_roff(out, t->name);
		sb_addc(out, ' ');
		add_roff(out, t->examples.v[i].args);
		sb_adds(out, "\\fR\n");
		add_roff(out, t->examples.v[i].text);
		sb_addc(out, '\n');
	}
	if (!shown)
		return;
	sb_adds(out, ".PP\n.nf\n");
	add_roff(out, t->shown);
	sb_adds(out, ".fi\n");
}

void tool_man(const struct tool *t, const char *version, struct strbuf *out)
{
	size_t n;
	struct opt_def *defs = tool_opt_table(t, &n);

	sb_addf(out, ".TH SONDE-%s 1 \"\" \"sonde %s\" \"Sonde\"\n.SH NAME\nsonde-%s \\- ", t->name, version, t->name);
	add_roff(out, t->summary);
	sb_addf(out, "\n.SH SYNOPSIS\n\\fBsonde %s\\fR [\\fIOPTIONS\\fR]", t->name);
	vec_each(t->options, i)
		if (t->options.v[i].positional)
			sb_addf(out, " [\\fI%s\\fR]", t->options.v[i].arg);
	sb_adds(out, "\n.SH DESCRIPTION\n");
	add_roff(out, t->summary);
	sb_addc(out, '\n');
	vec_each(t->about, i) {
		add_roff(out, t->about.v[i]);
		sb_addc(out, '\n');
	}
	roff_arguments(t, out);
	sb_adds(out, ".SH OPTIONS\n");
	roff_options(out, defs, n);
	roff_examples(t, out);
	sb_addf(out, ".SH SEE ALSO\n\\fBsonde %s \\-\\-script\\fR prints the script.\n", t->name);
}
