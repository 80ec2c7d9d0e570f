/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tool/run.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
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

/* begin, end and clocks alone show nothing. */
static bool brings_events(const struct probe *p)
{
	return !(p->provider->flags & PF_SPECIAL) && strcmp(p->provider->name, "interval");
}

bool tool_check(const struct tool *t, const struct tables *tables, struct err *e)
{
	vec_each(tables->probes, i)
		if (brings_events(tables->probes.v[i]))
			return true;
	err_set(e, -ENOENT, "this kernel has none of the events that %s needs", t->name);
	err_hint(e, "--script shows the probes; -l lists those that there are.");
	return false;
}

/* The format of the last column, if that is a message: what follows those of the other columns in the printf(). */
static const struct format *message_of(const struct tool *t, const struct format *all)
{
	size_t columns = 0, len;
	const char *text, *wrong;
	bool last = false;

	vec_each(t->columns, i)
		if (t->columns.v[i].active) {
			last = t->columns.v[i].spec.conv == 'p';
			columns += !last;
		}
	if (!last)
		return NULL;
	text = format_text(all, &len);
	return format_parse(t->arena, text + columns * TOOL_FORMAT_LEN, len - columns * TOOL_FORMAT_LEN, &wrong);
}

void tool_bind(struct tool *t, struct tables *tables, const struct source *src)
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

static struct tool *tool_of(const struct out *o)
{
	return (struct tool *)((char *)o->ops - offsetof(struct tool, ops));
}

static void on_attached(struct out *o, unsigned nprobes)
{
	struct tool *t = tool_of(o);

	if (!t->json)
		tool_header(t, o);
	out_flush(o);
}

static void on_text(struct out *o, enum out_text_kind kind, const char *text, size_t n)
{
	struct tool *t = tool_of(o);

	t->base->text(o, kind, text, n);
}

static void on_end(struct out *o)
{
	tool_of(o)->ending = true;
}

static const struct tool_hist *find_hist(const struct tool *t, const char *map)
{
	vec_each(t->hists, i)
		if (!strcmp(t->hists.v[i].map, map))
			return &t->hists.v[i];
	return NULL;
}

size_t tool_add_now(struct strbuf *out, const char *format)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[64];
	size_t n;

	localtime_r(&now, &tm);
	n = strftime(text, sizeof(text), format, &tm);
	sb_add(out, text, n);
	return n;
}

/* Strings that make up one key are written one after another: ("Sync-", "Write"). */
static void add_key(struct out *o, const struct map_dump *m, const struct map_entry *e,
		    struct strbuf *out)
{
	const struct struct_def *def =
		m->key->kind == TY_TUPLE ? type_fields(o->render->types, m->key) : NULL;

	if (!def) {
		render_text(o->render, out, m->key, e->key);
		return;
	}
	vec_each(def->fields, i)
		render_text(o->render, out, def->fields.v[i].type,
			    (const char *)e->key + def->fields.v[i].offset);
}

static void text_hist(struct out *o, const struct tool_hist *h, const struct map_dump *m,
		      const struct map_entry *e)
{
	uint64_t buckets[64] = { 0 };
	size_t n = m->value->agg->log2(m->value, e->value, buckets, 64);

	if (h->label && m->key) {
		sb_addf(&o->buf, "\n%s = ", h->label);
		add_key(o, m, e, &o->buf);
		sb_addc(&o->buf, '\n');
	}
	render_hist_bcc(&o->buf, h->unit, buckets, n);
}

static void json_hist(struct out *o, const struct tool_hist *h, const struct map_dump *m,
		      const struct map_entry *e)
{
	struct strbuf *key = &tool_of(o)->scratch;

	sb_adds(&o->buf, "{\"time\": \"");
	tool_add_now(&o->buf, "%Y-%m-%dT%H:%M:%S%z");
	sb_addf(&o->buf, "\", \"unit\": \"%s\"", h->unit);
	if (h->label && m->key) {
		sb_addf(&o->buf, ", \"%s\": ", h->label);
		sb_reset(key);
		add_key(o, m, e, key);
		if (type_is_int(m->key))
			sb_add(&o->buf, sb_str(key), key->n);
		else
			render_json_string(&o->buf, sb_str(key), key->n);
	}
	sb_adds(&o->buf, ", \"histogram\": ");
	m->value->agg->json(o->render, &o->buf, m->value, e->value, 1);
	sb_adds(&o->buf, "}\n");
}

static bool is_empty(const struct map_dump *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->value->agg->order(m->value, m->entries[i].value))
			return false;
	return true;
}

/* Maps that the tool has not declared are its own affair. */
static void on_map(struct out *o, const struct map_dump *m)
{
	struct tool *t = tool_of(o);
	const struct tool_hist *h = find_hist(t, m->name);

	if (tool_stacks_map(t, o, m))
		return;
	if (!h || m->value->kind != TY_AGG || !m->value->agg->log2 || (t->ending && is_empty(m)))
		return;
	map_dump_sort(m);
	if (!t->json && (t->stamp || !m->key))
		sb_addc(&o->buf, '\n');
	if (!t->json && t->stamp) {
		tool_add_now(&o->buf, "%H:%M:%S");
		sb_addc(&o->buf, '\n');
	}
	for (size_t i = 0; i < m->n; i++) {
		if (t->json)
			json_hist(o, h, m, &m->entries[i]);
		else
			text_hist(o, h, m, &m->entries[i]);
	}
	out_flush(o);
}

bool tool_output(struct tool *t, struct out *o, struct err *e)
{
	const struct tool_option *max = tool_role(t, TR_MAX);

	t->most_rows = max ? tool_number(max) : 0;
	t->base = o->ops;
	t->ops = *o->ops;
	t->ops.attached = on_attached;
	t->ops.text = on_text;
	t->ops.map = on_map;
	t->ops.end = on_end;
	vec_each(t->columns, i)
		if (t->columns.v[i].active)
			avec_push(t->arena, &t->shown, &t->columns.v[i]);
	o->ops = &t->ops;
	return !tool_stacks_check(t, e);
}
