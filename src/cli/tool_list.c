/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of the tools, and their manual pages. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "base/opts.h"
#include "cli/report.h"
#include "cli/rights.h"
#include "cli/session.h"
#include "cli/tools.h"
#include "out/jsonw.h"

struct entry {
	struct tool tool;
	struct script_outlook outlook;
	bool known; /* the outlook is; without rights the kernel does not tell */
};

static void declare(struct entry *e, size_t i, struct arena *a)
{
	const struct tool_source *src = &tool_sources[i];
	const char *text = tool_source_text(src, a);

	*e = (struct entry){ 0 };
	tool_declare(&e->tool, a, src->name, text, src->len, NULL);
	e->tool.shown = text + src->len + 1;
}

static bool is_asked(const struct entry *e, const char *word)
{
	return !word || strcasestr(e->tool.area, word) || strcasestr(e->tool.name, word);
}

static void add_line(struct strbuf *out, const struct entry *e)
{
	sb_addf(out, "%s %-16s %s\n", e->outlook.why ? "-" : " ", e->tool.name, e->tool.summary);
	if (e->outlook.why)
		sb_addf(out, "                   not here: %s\n", e->outlook.why);
	else
		vec_each(e->tool.notes, i)
			sb_addf(out, "                   here: %s\n", e->tool.notes.v[i]);
}

static void add_area(struct strbuf *out, const char *area, const struct entry *entries, const char *word)
{
	bool any = false;

	for (size_t i = 0; i < tool_sources_n; i++) {
		if (strcmp(entries[i].tool.area, area) || !is_asked(&entries[i], word))
			continue;
		if (!any)
			sb_addf(out, "%s%s\n", out->n ? "\n" : "", area);
		any = true;
		add_line(out, &entries[i]);
	}
}

static void add_json(struct strbuf *out, const struct entry *e)
{
	struct jsonw w = { .out = out };

	jsonw_object(&w);
	jsonw_string_at(&w, "name", e->tool.name);
	jsonw_string_at(&w, "area", e->tool.area);
	jsonw_string_at(&w, "summary", e->tool.summary);
	if (e->known)
		jsonw_bool_at(&w, "runs", !e->outlook.why);
	if (e->outlook.why)
		jsonw_string_at(&w, "reason", e->outlook.why);
	jsonw_array_at(&w, "probes");
	vec_each(e->outlook.probes, i)
		jsonw_string(&w, e->outlook.probes.v[i]);
	jsonw_end_array(&w);
	jsonw_array_at(&w, "notes");
	vec_each(e->tool.notes, i)
		jsonw_string(&w, e->tool.notes.v[i]);
	jsonw_end_array(&w);
	jsonw_end_object(&w);
	sb_addc(out, '\n');
}

static int print_list(const char *word, bool json)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	bool known = !rights_check(NULL);
	struct session_kernel kernel = { 0 };
	struct arena a = { 0 };
	struct entry *entries = arena_array(&a, struct entry, tool_sources_n + 1);
	int status;

	for (size_t i = 0; i < tool_sources_n; i++) {
		declare(&entries[i], i, &a);
		/* Some are told on the command line what to trace. */
		entries[i].known = known;
		if (known && is_asked(&entries[i], word) && !tool_check_probes(&entries[i].tool, NULL))
			tools_outlook(&entries[i].tool, &kernel, &entries[i].outlook);
	}
	for (size_t i = 0; json && i < tool_sources_n; i++)
		if (is_asked(&entries[i], word))
			add_json(&out, &entries[i]);
	for (const char *const *area = tool_areas; !json && *area; area++)
		add_area(&out, *area, entries, word);
	if (!known && !json && out.n)
		sb_adds(&out, "\nWhether this kernel can run them is only told to those who may trace.\n");
	for (size_t i = 0; i < tool_sources_n; i++)
		tool_done(&entries[i].tool);
	status = out.n ? report_text(&out) : report_error("there is no tool of the name or area '%s'", word);
	arena_done(&a);
	session_kernel_free(&kernel);
	return status;
}

int tools_list(int argc, char **argv)
{
	static const struct opt_def defs[] = { { 'j', "json", NULL, "print JSON, one object a line" } };
	const char *word = NULL;
	bool json = false;
	struct opt_walk w;
	struct err e = { 0 };
	int i;

	opt_walk_init(&w, defs, ARRAY_SIZE(defs), argc, argv, &e);
	while ((i = opt_next(&w)) != OPT_END) {
		if (i == OPT_ERROR)
			return report_err(&e);
		if (i == OPT_WORD)
			word = w.value;
		else
			json = true;
	}
	return print_list(word, json);
}

static void add_page(struct strbuf *out, size_t i)
{
	struct arena a = { 0 };
	struct entry e;

	declare(&e, i, &a);
	tool_man(&e.tool, SONDE_VERSION, out);
	tool_done(&e.tool);
	arena_done(&a);
}

static int write_page(const char *folder, size_t i)
{
	_cleanup_sb_ struct strbuf page = { 0 }, path = { 0 };
	int rc;

	sb_addf(&path, "%s/sonde-%s.1", folder, tool_sources[i].name);
	add_page(&page, i);
	rc = file_write(sb_str(&path), page.p, page.n, 0666);
	return rc ? report_error("cannot write %s: %s", sb_str(&path), errname(rc)) : 0;
}

static int write_all_pages(const char *folder)
{
	for (size_t i = 0; i < tool_sources_n; i++)
		if (write_page(folder, i))
			return 1;
	return 0;
}

int tools_man(int argc, char **argv)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	if (argc == 3 && !strcmp(argv[1], "--all"))
		return write_all_pages(argv[2]);
	if (argc < 2)
		return report_error("man needs the name of a tool, or --all and a folder");
	for (int i = 1; i < argc; i++) {
		const struct tool_source *src = tool_source_find(argv[i]);

		if (!src)
			return report_error("there is no tool '%s'", argv[i]);
		add_page(&out, (size_t)(src - tool_sources));
	}
	return report_text(&out);
}
