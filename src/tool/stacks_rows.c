/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a map's entries to the rows that are shown. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fdutil.h"
#include "base/strmap.h"
#include "tool/stacks_view.h"

const struct part *view_part(const struct view *v, const char *name)
{
	vec_each(v->parts, i)
		if (!strcmp(v->parts.v[i].name, name))
			return &v->parts.v[i];
	return NULL;
}

const void *view_bytes(const struct part *p, const struct map_entry *e)
{
	return (const char *)(p->of_value ? e->value : e->key) + p->offset;
}

static void add_part(struct view *v, const char *name, const struct type *type, uint32_t offset, bool of_value)
{
	struct part p = { name, type, of_value, offset, -1 };
	struct stack none;

	if (type->kind == TY_OPAQUE && v->nstacks < STACKS_MAX &&
	    stack_read(v->o->render, type, (const uint64_t[2]){ -1ull, 0 }, &none))
		p.stack = v->nstacks++;
	vec_push(&v->parts, p);
}

/* A tuple's fields under their names; anything else is one part. */
static void add_parts(struct view *v, const struct type *type, const char *const *names, size_t n, bool of_value)
{
	const struct struct_def *def = NULL;

	if (type && type->kind == TY_TUPLE)
		def = type_fields(v->o->render->types, type);
	if (!def && type && n)
		add_part(v, names[0], type, 0, of_value);
	for (size_t i = 0; def && i < n && i < def->fields.n; i++)
		add_part(v, names[i], def->fields.v[i].type, def->fields.v[i].offset, of_value);
}

/* Entries that may not be shown yet: memory that may still be freed. */
static bool too_young(const struct view *v, const struct map_entry *e)
{
	const struct part *p = v->s->stamp ? view_part(v, v->s->stamp) : NULL;
	struct timespec now;
	int64_t at;

	if (!p || !v->s->older || !render_number(p->type, view_bytes(p, e), &at))
		return false;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec - at < (int64_t)tool_number(v->s->older);
}

static void add_row(struct view *v, const struct map_entry *e)
{
	struct row r = { .entry = e, .n = 1 };

	for (size_t i = 0; i < v->s->values.n && i < VALUES_MAX; i++) {
		const struct part *p = view_part(v, v->s->values.v[i]);

		if (!p || p->stack >= 0)
			continue;
		if (!render_number(p->type, view_bytes(p, e), &r.sums[i]) && p->type->kind == TY_AGG)
			r.sums[i] = p->type->agg->order(p->type, view_bytes(p, e));
	}
	if (r.sums[0] > 0 && !too_young(v, e))
		vec_push(&v->rows, r);
}

static int by_parts(const void *a, const void *b, void *view)
{
	const struct row *x = a, *y = b;
	const struct view *v = view;

	vec_each(v->s->by, i) {
		const struct part *p = view_part(v, v->s->by.v[i]);
		int c = p ? memcmp(view_bytes(p, x->entry), view_bytes(p, y->entry), p->type->size) : 0;

		if (c)
			return c;
	}
	return 0;
}

static void add_sums(struct row *to, const struct row *from)
{
	to->n += from->n;
	for (int k = 0; k < VALUES_MAX; k++)
		to->sums[k] += from->sums[k];
}

static void merge_rows(struct view *v)
{
	size_t kept = 0;

	if (v->rows.n)
		qsort_r(v->rows.v, v->rows.n, sizeof(*v->rows.v), by_parts, v);
	vec_each(v->rows, i) {
		struct row *r = &v->rows.v[i], *last = &v->rows.v[kept - 1];

		if (!kept || by_parts(last, r, v)) {
			v->rows.v[kept++] = *r;
			continue;
		}
		add_sums(last, r);
	}
	v->rows.n = kept;
}

static int by_weight(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->sums[0] != y->sums[0])
		return x->sums[0] < y->sums[0] ? -1 : 1;
	return x->n < y->n ? -1 : x->n > y->n;
}

static int by_entries(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n ? -1 : 1) : by_weight(a, b);
}

static void sort_rows(struct view *v)
{
	bool entries = v->s->sort && tool_number(v->s->sort) == 1;

	if (v->rows.n)
		qsort(v->rows.v, v->rows.n, sizeof(*v->rows.v), entries ? by_entries : by_weight);
}

void view_read_stacks(struct view *v, const struct row *r)
{
	vec_each(v->parts, i) {
		const struct part *p = &v->parts.v[i];

		if (p->stack >= 0)
			stack_read(v->o->render, p->type, view_bytes(p, r->entry), &v->stacks[p->stack]);
	}
}

const char *view_file(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

void view_function(struct view *v, struct strbuf *out, const struct stack_name *n)
{
	if (n->name)
		render_escape(v->o->render, out, n->name, strlen(n->name));
	else if (n->module)
		sb_addf(out, "[%s]", view_file(n->module));
	else
		sb_adds(out, "[unknown]");
}

/* Do lines show more of a frame than its function? */
static bool shows_addresses(const struct view *v)
{
	vec_each(v->s->lines, i)
		vec_each(v->s->lines.v[i].pieces, k)
			if (v->s->lines.v[i].pieces.v[k].form == '@' || v->s->lines.v[i].pieces.v[k].form == '+')
				return true;
	return false;
}

static void add_frames(struct view *v, struct strbuf *key, const struct stack *s, bool addresses)
{
	sb_addf(key, "%d:", s->n < 0 ? -1 : s->n);
	for (int i = 0; i < s->n; i++) {
		struct stack_name n;

		if (addresses) {
			sb_add(key, &s->frames[i], sizeof(s->frames[i]));
			continue;
		}
		n = stack_name(v->o->render, s, i);
		view_function(v, key, &n);
		sb_addc(key, '\n');
	}
}

/* The parts that a row shows one value of. */
static bool is_key(const struct view *v, const struct part *p)
{
	if (!v->s->by.n)
		return !p->of_value;
	vec_each(v->s->by, i)
		if (!strcmp(v->s->by.v[i], p->name))
			return true;
	return false;
}

/* What a reader can tell a row from others by. */
static void add_key(struct view *v, struct strbuf *key, const struct row *r, bool addresses)
{
	view_read_stacks(v, r);
	vec_each(v->parts, i) {
		const struct part *p = &v->parts.v[i];

		if (!is_key(v, p))
			continue;
		if (p->stack >= 0)
			add_frames(v, key, &v->stacks[p->stack], addresses);
		else
			sb_add(key, view_bytes(p, r->entry), p->type->size);
	}
}

/* Stacks of the same functions are one where only these are shown; and there are frames that are not shown at all. */
static void merge_same(struct view *v)
{
	bool addresses = shows_addresses(v);
	_cleanup_sb_ struct strbuf key = { 0 };
	struct arena arena = { 0 };
	struct strmap seen;
	size_t kept = 0;

	strmap_init(&seen, &arena);
	vec_each(v->rows, i) {
		uintptr_t at;

		sb_reset(&key);
		add_key(v, &key, &v->rows.v[i], addresses);
		at = (uintptr_t)strmap_getn(&seen, sb_str(&key), key.n);
		if (at) {
			add_sums(&v->rows.v[at - 1], &v->rows.v[i]);
			continue;
		}
		v->rows.v[kept++] = v->rows.v[i];
		strmap_putn(&seen, sb_str(&key), key.n, (void *)(uintptr_t)kept);
	}
	v->rows.n = kept;
	arena_done(&arena);
}

/* Histograms cannot be added up here. */
static bool is_multiline(const struct type *t)
{
	return t && t->kind == TY_AGG && t->agg->multiline;
}

void view_fill(struct view *v, void (*each)(struct view *v, const struct row *r))
{
	add_parts(v, v->m->key, v->s->keys.v, v->s->keys.n, false);
	add_parts(v, v->m->value, v->s->values.v, v->s->values.n, true);
	for (size_t i = 0; i < v->m->n; i++)
		add_row(v, &v->m->entries[i]);
	if (v->s->each.n)
		sort_rows(v);
	for (size_t i = 0; v->s->each.n && i < v->rows.n; i++)
		each(v, &v->rows.v[i]);
	if (v->s->by.n)
		merge_rows(v);
	if (!is_multiline(v->m->value))
		merge_same(v);
	sort_rows(v);
}

void view_done(struct view *v)
{
	vec_done(&v->parts);
	vec_done(&v->rows);
}
