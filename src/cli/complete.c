/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/complete.h"

#include <stdio.h>
#include <string.h>

#include "base/fdutil.h"
#include "base/opts.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/tools.h"
#include "inspect/inspect.h"

static const struct {
	const char *shell, *text;
} scripts[] = {
	{ "bash",
	  "_sonde()\n{\n"
	  "\tlocal word=${COMP_WORDS[COMP_CWORD]} IFS=$'\\n'\n"
	  "\tCOMPREPLY=($(\"${COMP_WORDS[0]}\" complete \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null | cut -f1))\n"
	  "\t[ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$word\"))\n"
	  "}\ncomplete -o filenames -F _sonde sonde\n" },
	{ "zsh",
	  "#compdef sonde\n_sonde()\n{\n"
	  "\tlocal -a lines\n"
	  "\tlines=(${(f)\"$(\"${words[1]}\" complete \"${(@)words[2,CURRENT]}\" 2>/dev/null | sed 's/:/\\\\:/g; s/\\t/:/')\"})\n"
	  "\tif (( $#lines )); then _describe sonde lines; else _files; fi\n"
	  "}\n"
	  "# Read as a file of $fpath this is the function itself, called for the first time.\n"
	  "if [[ $funcstack[1] = _sonde ]]; then _sonde; else compdef _sonde sonde; fi\n" },
	{ "fish",
	  "function __sonde_complete\n"
	  "\tset -l words (commandline -opc) (commandline -ct)\n"
	  "\tset -l lines ($words[1] complete $words[2..-1] 2>/dev/null)\n"
	  "\tif set -q lines[1]\n\t\tprintf '%s\\n' $lines\n\telse\n\t\t__fish_complete_path (commandline -ct)\n\tend\n"
	  "end\ncomplete -c sonde -f -a '(__sonde_complete)'\n" },
};

int complete_script(int argc, char **argv)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(scripts); i++)
		if (!strcmp(argv[1], scripts[i].shell))
			sb_adds(&out, scripts[i].text);
	if (!out.n)
		return report_error("completion needs the name of a shell: bash, zsh or fish");
	return report_text(&out);
}

/* The last word, and what fits it so far. */
struct offers {
	struct strbuf out;
	const char *word;
};

static void offer(struct offers *o, const char *text, const char *what)
{
	if (strncmp(text, o->word, strlen(o->word)))
		return;
	sb_adds(&o->out, text);
	sb_addc(&o->out, '\t');
	sb_add(&o->out, what, strcspn(what, "\n"));
	sb_addc(&o->out, '\n');
}

static void offer_options(struct offers *o, const struct opt_def *defs, size_t n)
{
	char text[64];

	for (size_t i = 0; i < n && *o->word == '-'; i++) {
		if (!defs[i].help)
			continue;
		if (defs[i].letter && o->word[1] != '-') {
			snprintf(text, sizeof(text), "-%c", defs[i].letter);
			offer(o, text, defs[i].help);
		}
		if (defs[i].name) {
			snprintf(text, sizeof(text), "--%s", defs[i].name);
			offer(o, text, defs[i].help);
		}
	}
}

static void offer_tools(struct offers *o)
{
	struct arena a = { 0 };

	for (size_t i = 0; i < tool_sources_n; i++) {
		const struct tool_source *src = &tool_sources[i];
		struct tool t;

		if (strncmp(src->name, o->word, strlen(o->word)))
			continue;
		tool_declare(&t, &a, src->name, tool_source_text(src, &a), src->len, NULL);
		offer(o, src->name, t.summary);
		tool_done(&t);
	}
	arena_done(&a);
}

static void offer_first(struct offers *o)
{
	size_t n;
	const struct opt_def *defs = options_table(&n);

	for (const struct command *c = commands; c->name; c++)
		if (c->help)
			offer(o, c->name, c->help);
	offer_tools(o);
	for (size_t i = 0; inspect_nouns[i]; i++)
		offer(o, inspect_nouns[i]->name, "bpftool's");
	offer_options(o, defs, n);
}

/* Is before the option that takes a value, "-p" or "--pid"? */
static bool takes_value(const struct opt_def *d, const char *before)
{
	if (!d->arg || before[0] != '-' || !before[1])
		return false;
	if (before[1] == '-')
		return d->name && !strcmp(before + 2, d->name);
	return d->letter && before[strlen(before) - 1] == d->letter;
}

/* Words of a choice. */
static void offer_choice(struct offers *o, const struct tool_option *option)
{
	for (const char *p = option->type == TT_CHOICE ? option->of : ""; *p;) {
		size_t n = strcspn(p, ",");
		char word[64];

		snprintf(word, sizeof(word), "%.*s", (int)n, p);
		offer(o, word, option->help);
		p += n + (p[n] == ',');
	}
}

static void offer_of_tool(struct offers *o, const struct tool_source *src, const char *before)
{
	struct arena a = { 0 };
	const struct opt_def *defs;
	struct tool t;
	bool value = false;
	size_t n;

	tool_declare(&t, &a, src->name, tool_source_text(src, &a), src->len, NULL);
	defs = tool_opt_table(&t, &n);
	for (size_t i = 0; i < n; i++) {
		if (!takes_value(&defs[i], before))
			continue;
		value = true;
		if (i < t.options.n)
			offer_choice(o, &t.options.v[i]);
	}
	if (!value)
		offer_options(o, defs, n);
	tool_done(&t);
	arena_done(&a);
}

static void offer_verbs(struct offers *o, const struct noun *noun)
{
	for (const struct verb *v = noun->verbs; v && v->name; v++)
		offer(o, v->name, noun->name);
}

/* The second word of a command that is no tool. */
static void offer_second(struct offers *o, const char *first)
{
	bool of_tools = !strcmp(first, "help") || !strcmp(first, "man");
	const struct noun *noun = inspect_find(first, false);

	if (of_tools)
		offer_tools(o);
	for (size_t i = 0; !strcmp(first, "completion") && i < ARRAY_SIZE(scripts); i++)
		offer(o, scripts[i].shell, "shell");
	for (const char *const *area = tool_areas; !strcmp(first, "tools") && *area; area++)
		offer(o, *area, "area");
	for (size_t i = 0; !strcmp(first, "bpftool") && inspect_nouns[i]; i++)
		offer(o, inspect_nouns[i]->name, "bpftool's");
	if (noun)
		offer_verbs(o, noun);
}

int complete_words(int argc, char **argv)
{
	struct offers o = { .word = argc > 1 ? argv[argc - 1] : "" };
	const char *first = argc > 2 ? argv[1] : "";
	const struct tool_source *src = tool_source_find(first);
	const struct noun *noun = argc == 4 && !strcmp(first, "bpftool") ? inspect_find(argv[2], false) : NULL;
	const struct opt_def *defs;
	size_t n;
	int status;

	if (argc <= 2)
		offer_first(&o);
	else if (src)
		offer_of_tool(&o, src, argv[argc - 2]);
	else if (argc == 3 && *first != '-')
		offer_second(&o, first);
	else if (noun)
		offer_verbs(&o, noun);
	else if (!inspect_find(first, false)) {
		defs = options_table(&n);
		offer_options(&o, defs, n);
	}
	status = report_text(&o.out);
	sb_done(&o.out);
	return status;
}
