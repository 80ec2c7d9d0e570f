/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tool/internal.h"
#include "tool/run.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "fn/fn.h"
#include "out/out_int.h"
#include "run/run.h"

void tool_configure(struct tool *t, struct config *c)
{
	config_set(c, "missing_probes", tool_takes_probes(t) ? "error" : "ignore", NULL);
	config_set(c, "show_debug_info", "false", NULL);
}

static bool has_field(void *arg, const char *type, const char *field)
{
	const struct probe_env *env = arg;
	char name[200];
	const struct type *t;
	struct field f;

	snprintf(name, sizeof(name), "struct %s", type);
	t = types_lookup(env->types, name);
	return t && type_field(env->types, t, field, &f);
}

static bool has_event(void *arg, const char *category, const char *event)
{
	const struct probe_env *env = arg;
	char path[PATH_MAX];

	if (!env->tracefs)
		return false;
	snprintf(path, sizeof(path), "%s/events/%s/%s/format", env->tracefs, category, event);
	return !access(path, F_OK);
}

static bool has_probe(void *arg, const char *provider, const char *target)
{
	return *target && probe_there(arg, provider, target);
}

int tool_script(struct tool *t, const struct probe_env *env, struct strbuf *ret_text, struct err *e)
{
	struct tool_host host = { has_field, has_event, has_probe, (void *)env, env->tracefs };

	return tool_expand(t, &host, ret_text, e);
}

/* begin, end, clocks and what forgets alone show nothing. */
static bool brings_events(const struct probe *p)
{
	return !p->tidies && !(p->provider->flags & PF_SPECIAL) && strcmp(p->provider->name, "interval");
}

bool tool_check(const struct tool *t, const struct tables *tables, struct err *e)
{
	const struct tool_option *list = tool_option((struct tool *)t, "list", strlen("list"));

	if (list && list->given)
		return true; /* what there is, not what happens */
	vec_each(tables->probes, i)
		if (brings_events(tables->probes.v[i]))
			return true;
	err_set(e, -ENOENT, "none of the events and functions that %s needs are there", t->name);
	err_hint(e, "--script shows the probes; -l lists those that there are.");
	return false;
}

/* The format of the last column, if that is a message: what follows those of the other columns in the printf(). */
static const struct format *message_of(const struct tool *t, const struct format *all)
{
	size_t columns = 0, len;
	const char *text, *wrong;
	bool last = false;

	vec_each(t->row.columns, i)
		if (t->row.columns.v[i].active) {
			last = t->row.columns.v[i].spec.conv == 'p';
			columns += !last;
		}
	if (!last)
		return NULL;
	text = format_text(all, &len);
	return format_parse(t->arena, text + columns * TOOL_FORMAT_LEN, len - columns * TOOL_FORMAT_LEN, &wrong);
}

static void bind_rows(struct tool *t, struct tables *tables, const struct source *src)
{
	vec_each(tables->actions, i) {
		struct action *a = tables->actions.v[i];
		struct tool_row row = { .tool = t };

		vec_each(t->rows, k) {
			if (a->span.start != src->base + t->rows.v[k])
				continue;
			a->fn = &tool_row_fn;
			row.message = message_of(t, a->data);
			a->data = arena_dup(t->arena, &row, sizeof(row));
		}
	}
}

static const struct map *find_map(const struct tables *tables, const char *name)
{
	vec_each(tables->maps, i)
		if (!strcmp(tables->maps.v[i]->name, name))
			return tables->maps.v[i];
	return NULL;
}

bool tool_bind(struct tool *t, struct tables *tables, const struct source *src, struct err *e)
{
	bind_rows(t, tables, src);
	vec_each(t->maps, i) {
		t->maps.v[i].map = find_map(tables, t->maps.v[i].name);
		if (!t->maps.v[i].map) {
			err_set(e, -ENOENT, "tool %s shows a map @%s, which its script has not", t->name,
				t->maps.v[i].name);
			return false;
		}
	}
	return true;
}

static struct tool *tool_of(const struct out *o)
{
	return (struct tool *)((char *)o->ops - offsetof(struct tool, ops));
}

/* To stderr: what differs on this kernel from what the tool's name promises. */
static void tell_notes(struct tool *t, struct out *o)
{
	vec_each(t->notes, i) {
		sb_reset(&t->scratch);
		sb_addf(&t->scratch, "NOTE: %s\n", t->notes.v[i]);
		out_message(o, t->scratch.p, t->scratch.n);
	}
}

static void on_attached(struct out *o, unsigned nprobes)
{
	struct tool *t = tool_of(o);

	tell_notes(t, o);
	if (t->banner && t->format == TF_TEXT)
		sb_addf(&o->buf, "%s\n", t->banner);
	if (t->rows.n)
		tool_put_titles(t, o, &t->row, false);
	if (t->format == TF_CSV && t->hists.n)
		tool_hist_titles(t);
	tool_report_begin(t);
	out_flush(o);
}

static void on_map(struct out *o, const struct map_dump *m)
{
	struct tool *t = tool_of(o);

	if (!tool_stacks_map(t, o, m))
		t->base->map(o, m);
}

static void on_end(struct out *o)
{
	tool_journal_end(tool_of(o));
}

static void set_report(struct tool *t)
{
	const struct tool_option *interval = tool_role(t, TR_INTERVAL), *duration = tool_role(t, TR_DURATION);

	t->report = (struct run_report){
		.period = interval ? tool_number(interval) : 0,
		.until = duration ? tool_number(duration) : 0,
		.put = tool_report,
		.arg = t,
	};
}

bool tool_output(struct tool *t, struct out *o, struct err *e)
{
	const struct tool_option *max = tool_role(t, TR_MAX);

	t->most_rows = max ? tool_number(max) : 0;
	t->base = o->ops;
	t->ops = *o->ops;
	t->ops.attached = on_attached;
	t->ops.map = on_map;
	t->ops.end = on_end;
	t->out = o;
	tool_show_columns(t, &t->row);
	vec_each(t->tables, i)
		tool_show_columns(t, t->tables.v[i]);
	set_report(t);
	o->ops = &t->ops;
	return !tool_stacks_check(t, e) && !tool_journal_open(t, e);
}
