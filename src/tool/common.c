/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The common set: options that mean the same in all tools. A tool asks for those it takes by one line:
 *
 *	//! common pid uid(-U) time(-T,%-9T) interval(1) count
 *
 * In parentheses: "-L" another letter ("-": none; an argument becomes an option by it), "--name" another name,
 * "%..." the format of a time column, "argument" makes it one, anything else is the default. A letter that an option
 * of the tool itself has is the tool's.
 */
#include <errno.h>
#include <string.h>

#include "tool/internal.h"

static const struct common_def {
	const char *word;
	struct tool_option o;
	const char *value; /* ARG:TYPE; NULL: a flag */
} defs[] = {
	{ "pid", { 'p', "pid", .role = TR_FILTER, .filter = "pid", .help = "only these processes" },
	  "PID,...:pids" },
	{ "process", { 'p', "pid", .role = TR_PROCESS, .help = "this process" }, "PID:pid" },
	{ "command", { 'c', "command", .role = TR_COMMAND, .help = "run this command, and trace it" }, "COMMAND:text" },
	{ "tid", { 't', "tid", .role = TR_FILTER, .filter = "tid", .help = "only these threads" },
	  "TID,...:pids" },
	{ "uid", { 'u', "uid", .role = TR_FILTER, .filter = "uid", .help = "only these users (numbers or names)" },
	  "USER,...:users" },
	{ "name", { 'n', "name", .role = TR_FILTER, .filter = "comm", .help = "only processes with this in their name" },
	  "NAME:text" },
	{ "cgroup", { 0, "cgroup", .role = TR_FILTER, .filter = "cgroup", .help = "only this cgroup (its folder, or its id)" },
	  "PATH:cgroup" },
	{ "container", { 0, "container", .role = TR_FILTER, .filter = "in_container",
			 .help = "only this container (its name, or how its id begins)" }, "NAME:container" },
	{ "mntns", { 0, "mntns", .role = TR_FILTER, .filter = "mntns", .help = "only this mount namespace (its file in /proc/PID/ns, or its number)" },
	  "FILE:netns" },
	{ "pidns", { 0, "pidns", .role = TR_FILTER, .filter = "pidns", .help = "only this pid namespace (its file in /proc/PID/ns, or its number)" },
	  "FILE:netns" },
	{ "cgroupmap", { 0, "cgroupmap", .role = TR_FILTER, .filter = "cgroup", .help = "only cgroups whose ids (of 8 bytes) are in the hash pinned there" },
	  "PATH:map" },
	{ "mntnsmap", { 0, "mntnsmap", .role = TR_FILTER, .filter = "mntns", .help = "only mount namespaces whose numbers (of 8 bytes) are in the hash pinned there" },
	  "PATH:map" },
	{ "failed", { 'x', "failed", .help = "only calls that failed" }, NULL },
	{ "time", { 'T', "time", .role = TR_TIME, .spec = "%-8T", .help = "the time of day with each output" }, NULL },
	{ "timestamp", { 't', "timestamp", .role = TR_TIMESTAMP, .spec = "%-9.3f",
			 .help = "seconds since the start in front of each row" }, NULL },
	{ "duration", { 'd', "duration", .role = TR_DURATION, .help = "end after so many seconds" },
	  "SECONDS:time" },
	{ "interval", { 0, "interval", .positional = true, .role = TR_INTERVAL,
			.help = "seconds between outputs; without it one at the end" }, "INTERVAL:time" },
	{ "count", { 0, "count", .positional = true, .role = TR_COUNT, .help = "end after so many outputs" },
	  "COUNT:number" },
	{ "top", { 0, "top", .role = TR_TOP, .help = "only so many rows of each output" }, "N:number" },
	{ "noclear", { 'C', "noclear", .role = TR_NOCLEAR, .help = "do not clear the screen" }, NULL },
	{ "csv", { 'j', "csv", .role = TR_CSV, .help = "print comma-separated values" }, NULL },
	{ "json", { 'j', "json", .role = TR_JSON, .help = "print JSON, one object a line" }, NULL },
	{ "journal", { 'Y', "journal", .role = TR_JOURNAL, .help = "log each row to systemd's journal too" }, NULL },
	{ "max", { 'M', "max-events", .role = TR_MAX, .help = "end after so many rows" }, "N:number" },
};

/* `units`: a flag each. */
static const struct tool_option units[] = {
	{ 'm', "milliseconds", .role = TR_UNIT, .spec = "msecs", .help = "in milliseconds" },
	{ 'u', "microseconds", .role = TR_UNIT, .spec = "usecs", .help = "in microseconds" },
	{ 'N', "nanoseconds", .role = TR_UNIT, .spec = "nsecs", .help = "in nanoseconds" },
};

/* One of "-L", "--name", "%spec", DEFAULT. */
static int adapt(struct tool *t, struct tool_option *o, const char *text, const struct tool_line *l, struct err *e)
{
	if (text[0] == '-' && text[1] == '-')
		o->name = text + 2;
	else if (text[0] == '-' && !(text[1] && text[2])) {
		o->letter = text[1];
		o->positional = false;
	} else if (!strcmp(text, "argument")) {
		o->letter = 0;
		o->positional = true;
	} else if (text[0] == '%')
		o->spec = text;
	else if (!o->arg || tool_set(t, o, text, e))
		return tool_wrong(t, l, e, "in parentheses stand -L, --name, %format or a default");
	return 0;
}

static int adapt_all(struct tool *t, struct tool_option *o, const char *text, const struct tool_line *l,
		     struct err *e)
{
	int rc = 0;

	while (!rc && *text) {
		size_t n = strcspn(text, ",");

		rc = adapt(t, o, arena_strndup(t->arena, text, n), l, e);
		text += n + (text[n] == ',');
	}
	return rc;
}

static int add_common(struct tool *t, const struct common_def *d, const char *in_parens, const struct tool_line *l,
		      struct err *e)
{
	struct tool_option o = d->o;
	int rc = d->value ? tool_take_value(t, &o, d->value, strlen(d->value), l, e) : 0;

	o.common = true;
	rc = rc ? rc : adapt_all(t, &o, in_parens, l, e);
	if (!rc && tool_option(t, o.name, strlen(o.name)))
		return tool_wrong(t, l, e, "there is an option of this name already");
	avec_push(t->arena, &t->options, o);
	return rc;
}

/* units(usecs): the default is in the parentheses, and has no flag. */
static int add_units(struct tool *t, const char *unit, const struct tool_line *l, struct err *e)
{
	bool known = false;

	t->unit = *unit ? unit : "usecs";
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		struct tool_option o = units[i];

		o.common = true;
		known |= !strcmp(o.spec, t->unit);
		if (strcmp(o.spec, t->unit))
			avec_push(t->arena, &t->options, o);
	}
	return known ? 0 : tool_wrong(t, l, e, "a unit is nsecs, usecs or msecs");
}

static int declare_word(struct tool *t, const char *word, size_t len, const struct tool_line *l, struct err *e)
{
	const char *paren = memchr(word, '(', len);
	size_t n = paren ? (size_t)(paren - word) : len;
	const char *in_parens = paren ? arena_strndup(t->arena, paren + 1, len - n - 2) : "";

	if (paren && word[len - 1] != ')')
		return tool_wrong(t, l, e, "a parenthesis is not closed");
	for (size_t i = 0; i < ARRAY_SIZE(defs); i++)
		if (tool_word_is(word, n, defs[i].word))
			return add_common(t, &defs[i], in_parens, l, e);
	if (tool_word_is(word, n, "units"))
		return add_units(t, in_parens, l, e);
	return tool_wrong(t, l, e, "common options are pid, process, command, tid, uid, name, cgroup, container, mntns, pidns, cgroupmap, mntnsmap, failed, time, "
				   "timestamp, duration, interval, count, units, top, noclear, csv, json, journal and max");
}

int tool_declare_common(struct tool *t, struct tool_line *l, struct err *e)
{
	const char *word;
	size_t n;
	int rc = 0;

	while (!rc && tool_word(l, &word, &n))
		rc = declare_word(t, word, n, l, e);
	return rc;
}

static bool letter_taken(const struct tool *t, size_t i)
{
	const struct tool_option *o = t->options.v;

	for (size_t k = 0; k < t->options.n; k++)
		if (k != i && o[k].letter == o[i].letter && (!o[k].common || k < i))
			return true;
	return false;
}

void tool_settle_letters(struct tool *t)
{
	vec_each(t->options, i) {
		struct tool_option *o = &t->options.v[i];

		if (o->common && o->letter && letter_taken(t, i))
			o->letter = 0;
	}
}

const struct tool_option *tool_role(const struct tool *t, enum tool_role role)
{
	vec_each(t->options, i)
		if (t->options.v[i].role == role)
			return &t->options.v[i];
	return NULL;
}

void tool_common_columns(struct tool *t)
{
	vec_each(t->options, i) {
		const struct tool_option *o = &t->options.v[i];
		struct tool_column c = { .active = o->given };

		if (o->role != TR_TIME && o->role != TR_TIMESTAMP)
			continue;
		c.title = o->role == TR_TIME ? "TIME" : "TIME(s)";
		c.name = o->role == TR_TIME ? "time" : "time_s";
		c.own = o->role == TR_TIME ? "nsecs" : "elapsed";
		c.slot = t->nslots++;
		tool_parse_spec(o->spec, &c.spec);
		avec_push(t->arena, &t->row.columns, c);
	}
}

/* Does a table show the time in a column of its own? */
static bool shows_time(const struct tool *t)
{
	vec_each(t->tables, i)
		vec_each(t->tables.v[i]->columns, k)
			if (t->tables.v[i]->columns.v[k].spec.conv == 'T')
				return true;
	return false;
}

void tool_common_stamp(struct tool *t)
{
	const struct tool_option *time = tool_role(t, TR_TIME);

	if (!t->stamp_format)
		t->stamp_format = "%H:%M:%S";
	if (tool_has_report(t) && time && time->given && !shows_time(t))
		t->stamp = true;
}
