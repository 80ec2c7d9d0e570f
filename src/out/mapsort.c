/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Order of values and of map entries.
 *
 * A map of a million entries is sorted by 64-bit sort keys that are taken out once, in a radix
 * sort over those bytes that differ. Entries are ordered by a list of columns: the value (if the
 * map is ordered by values), then the parts of the key; a column sorts only the runs that all
 * columns before it left equal. A column longer than 8 bytes sorts in steps of 8 bytes.
 */
#include <string.h>

#include "base/vec.h"
#include "out/out.h"
#include "out/render_int.h"

/* Runs up to this length are sorted by insertion. */
#define RUN_SHORT 32

static int compare_numbers(const struct type *t, int64_t a, int64_t b)
{
	if (t->is_signed)
		return a < b ? -1 : a > b;
	return (uint64_t)a < (uint64_t)b ? -1 : (uint64_t)a > (uint64_t)b;
}

static int compare_buffers(const struct type *t, const void *a, const void *b)
{
	uint32_t na, nb;
	const uint8_t *pa = render_buffer(t, a, t->size, &na),
		      *pb = render_buffer(t, b, t->size, &nb);
	int c = memcmp(pa, pb, na < nb ? na : nb);

	return c ? c : na < nb ? -1 : na > nb;
}

static int compare_arrays(const struct type *t, const uint8_t *a, const uint8_t *b)
{
	for (uint32_t i = 0; i < t->count && (uint64_t)(i + 1) * t->to->size <= t->size; i++) {
		size_t at = (size_t)i * t->to->size;
		int c = render_compare(t->to, a + at, b + at);

		if (c)
			return c;
	}
	return 0;
}

static int compare_tuples(const struct type *t, const uint8_t *a, const uint8_t *b)
{
	vec_each(t->st->fields, i) {
		const struct field *f = &t->st->fields.v[i];
		int c = render_compare(f->type, a + f->offset, b + f->offset);

		if (c)
			return c;
	}
	return 0;
}

int render_compare(const struct type *t, const void *a, const void *b)
{
	int64_t va, vb;

	switch (t->kind) {
	case TY_BOOL:
	case TY_INT:
	case TY_ENUM:
	case TY_PTR:
		if (!render_number(t, a, &va) || !render_number(t, b, &vb))
			return 0;
		return compare_numbers(t, va, vb);
	case TY_STRING:
		return strncmp(a, b, t->size);
	case TY_BUFFER:
		return compare_buffers(t, a, b);
	case TY_ARRAY:
		return compare_arrays(t, a, b);
	case TY_TUPLE:
		return compare_tuples(t, a, b);
	case TY_OPAQUE:
		if (t->ops->compare)
			return t->ops->compare(t, a, b);
		return memcmp(a, b, t->size);
	default:
		return memcmp(a, b, t->size);
	}
}

struct item {
	uint64_t sort_key;
	size_t index; /* in the dump's entries */
};
_Static_assert(sizeof(struct item) >= sizeof(struct map_entry), "spare items have room for entries");

enum column_kind { COL_VALUE, COL_AGG, COL_NUMBER, COL_STRING, COL_COMPARE };

struct column {
	enum column_kind kind;
	const struct type *type;
	uint32_t offset; /* in the key */
};

struct sorter {
	const struct map_entry *entries;
	struct item *items, *spare;
	VEC(struct column) columns;
};

static uint64_t number_key(const struct type *t, const void *bytes)
{
	int64_t v = 0;

	render_number(t, bytes, &v);
	return (uint64_t)v ^ (t->is_signed ? 1ull << 63 : 0);
}

/* 8 bytes of a string from offset at, the first one highest; zero from its NUL on. */
static uint64_t string_key(const struct type *t, const uint8_t *bytes, uint32_t at)
{
	uint64_t v = 0;
	uint32_t n = t->size - at < 8 ? t->size - at : 8;

	for (uint32_t i = 0; i < n && bytes[at + i]; i++)
		v |= (uint64_t)bytes[at + i] << (56 - 8 * i);
	return v;
}

static uint64_t column_key(const struct column *c, const struct map_entry *e, uint32_t step)
{
	const uint8_t *key = e->key;

	switch (c->kind) {
	case COL_VALUE:
		return number_key(c->type, e->value);
	case COL_AGG:
		return (uint64_t)c->type->agg->order(c->type, e->value) ^
		       (c->type->agg->order_unsigned ? 0 : 1ull << 63);
	case COL_NUMBER:
		return number_key(c->type, key + c->offset);
	case COL_STRING:
		return string_key(c->type, key + c->offset, step * 8);
	default:
		return 0;
	}
}

static void sort_short(struct item *items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct item x = items[i];
		size_t j = i;

		for (; j && items[j - 1].sort_key > x.sort_key; j--)
			items[j] = items[j - 1];
		items[j] = x;
	}
}

/* One pass of the radix sort; false if all items have the same byte. */
static bool sort_by_byte(const struct item *from, struct item *to, size_t n, unsigned shift)
{
	size_t at[256] = { 0 }, sum = 0;

	for (size_t i = 0; i < n; i++)
		at[from[i].sort_key >> shift & 255]++;
	if (at[from[0].sort_key >> shift & 255] == n)
		return false;
	for (unsigned d = 0; d < 256; d++) {
		size_t count = at[d];

		at[d] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		to[at[from[i].sort_key >> shift & 255]++] = from[i];
	return true;
}

static void sort_run(struct sorter *s, struct item *items, size_t n)
{
	struct item *from = items, *to = s->spare;
	uint64_t differ = 0;

	if (n <= RUN_SHORT) {
		sort_short(items, n);
		return;
	}
	for (size_t i = 1; i < n; i++)
		differ |= items[i].sort_key ^ items[0].sort_key;
	for (unsigned shift = 0; shift < 64; shift += 8) {
		if (differ >> shift & 255 && sort_by_byte(from, to, n, shift)) {
			struct item *swap = from;

			from = to;
			to = swap;
		}
	}
	if (from != items)
		memcpy(items, from, n * sizeof(*items));
}

static bool column_after(const struct sorter *s, const struct column *c, const struct item *a,
			 const struct item *b)
{
	const uint8_t *ka = s->entries[a->index].key, *kb = s->entries[b->index].key;

	return render_compare(c->type, ka + c->offset, kb + c->offset) > 0;
}

/* Merge sort by comparison, for the types that have no sort key. */
static void sort_compare(struct sorter *s, const struct column *c, struct item *items, size_t n)
{
	struct item *from = items, *to = s->spare;

	for (size_t width = 1; width < n; width *= 2) {
		for (size_t low = 0; low < n; low += 2 * width) {
			size_t mid = low + width < n ? low + width : n;
			size_t high = low + 2 * width < n ? low + 2 * width : n;
			size_t i = low, j = mid;

			for (size_t k = low; k < high; k++) {
				bool second = i == mid ||
					      (j < high && column_after(s, c, &from[i], &from[j]));

				to[k] = from[second ? j++ : i++];
			}
		}
		struct item *swap = from;

		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, n * sizeof(*items));
}

static bool run_ends(const struct sorter *s, const struct column *c, const struct item *a,
		     const struct item *b)
{
	if (c->kind == COL_COMPARE)
		return column_after(s, c, b, a);
	return a->sort_key != b->sort_key;
}

static void sort_column(struct sorter *s, struct item *items, size_t n, size_t column,
			uint32_t step);

/* What comes after a run of items that are equal in this step of this column. */
static void sort_rest(struct sorter *s, struct item *items, size_t n, size_t column, uint32_t step)
{
	const struct column *c = &s->columns.v[column];

	if (n < 2)
		return;
	if (c->kind == COL_STRING && (items[0].sort_key & 255) && (step + 1) * 8 < c->type->size)
		sort_column(s, items, n, column, step + 1);
	else
		sort_column(s, items, n, column + 1, 0);
}

/* Recursion is as deep as there are columns and steps: a key is some kilobytes at most. */
static void sort_column(struct sorter *s, struct item *items, size_t n, size_t column,
			uint32_t step)
{
	const struct column *c = &s->columns.v[column];
	size_t start = 0;

	if (column == s->columns.n)
		return;
	if (c->kind == COL_COMPARE) {
		sort_compare(s, c, items, n);
	} else {
		for (size_t i = 0; i < n; i++)
			items[i].sort_key = column_key(c, &s->entries[items[i].index], step);
		sort_run(s, items, n);
	}
	for (size_t i = 1; i <= n; i++) {
		if (i < n && !run_ends(s, c, &items[i], &items[start]))
			continue;
		sort_rest(s, items + start, i - start, column, step);
		start = i;
	}
}

static void add_key_columns(struct sorter *s, const struct type *t, uint32_t offset)
{
	struct column c = { COL_COMPARE, t, offset };

	if (t->kind == TY_TUPLE) {
		vec_each(t->st->fields, i) {
			const struct field *f = &t->st->fields.v[i];

			add_key_columns(s, f->type, offset + f->offset);
		}
		return;
	}
	if (type_is_scalar(t))
		c.kind = COL_NUMBER;
	else if (t->kind == TY_STRING)
		c.kind = COL_STRING;
	vec_push(&s->columns, c);
}

static void add_columns(struct sorter *s, const struct map_dump *m)
{
	const struct type *v = m->value;

	if (m->order.by_key) {
		if (m->key->kind == TY_TUPLE && m->order.part < m->key->st->fields.n) {
			const struct field *f = &m->key->st->fields.v[m->order.part];

			add_key_columns(s, f->type, f->offset);
		}
		add_key_columns(s, m->key, 0);
		return;
	}
	if (v->kind == TY_INT || v->kind == TY_ENUM)
		vec_push(&s->columns, ((struct column){ COL_VALUE, v, 0 }));
	else if (v->kind == TY_AGG && v->agg->order)
		vec_push(&s->columns, ((struct column){ COL_AGG, v, 0 }));
	add_key_columns(s, m->key, 0);
}

#define AHEAD 16 /* entries that are fetched before they are needed */

/* The entries in the order of the items; there is as much room as the items take. */
static void put_in_order(struct map_entry *entries, const struct item *items, struct map_entry *room, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i + AHEAD < n)
			__builtin_prefetch(&entries[items[i + AHEAD].index]);
		room[i] = entries[items[i].index];
	}
	memcpy(entries, room, n * sizeof(*entries));
}

static void reverse(struct map_entry *entries, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct map_entry e = entries[i];

		entries[i] = entries[n - 1 - i];
		entries[n - 1 - i] = e;
	}
}

void map_dump_sort(const struct map_dump *m)
{
	struct sorter s = { .entries = m->entries };

	if (m->n < 2 || !m->key)
		return;
	s.items = xmalloc(2 * m->n * sizeof(*s.items));
	s.spare = s.items + m->n;
	for (size_t i = 0; i < m->n; i++)
		s.items[i].index = i;
	add_columns(&s, m);
	sort_column(&s, s.items, m->n, 0, 0);
	put_in_order(m->entries, s.items, (struct map_entry *)s.spare, m->n);
	if (m->order.falling)
		reverse(m->entries, m->n);
	vec_done(&s.columns);
	free(s.items);
}
