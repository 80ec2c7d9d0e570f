/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding records by name.
 *
 * A name is searched as bytes in the string section, then records are compared by the
 * offset of their name, walking no further than the record that is found: the kernel's core
 * structures come first in its BTF, so most searches touch a small part of it. When searches
 * have added up to more than an index costs (a few ms), the index is made.
 */
#include "type/btf_int.h"

#include <string.h>

#define INDEX_AFTER 4000000 /* steps, about 1 ns each */
#define MAX_DUPLICATES 8    /* equal strings tried; a sound image has each string once */
#define ANY_KIND UINT32_MAX
#define ENUM_KINDS (1u << BK_ENUM | 1u << BK_ENUM64)

typedef uint8_t block __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));

static block load(const char *p)
{
	block v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/*
 * The first place in [p, end) where a whole string equal to name starts, NULL if none; p[-1] is
 * readable. Twice as fast as memmem(): sixteen places at a time are held against the three bytes
 * that say most, the NULs at both ends and the first character.
 */
static const char *search(const char *p, const char *end, const char *name, size_t len)
{
	block first = (block){} + (uint8_t)name[0];

	for (; end - p >= (ptrdiff_t)(len + sizeof(block)); p += sizeof(block)) {
		block diff = load(p - 1) | (load(p) ^ first) | load(p + len);
		halves hit = (halves)(diff == 0);

		if (!(hit[0] | hit[1]))
			continue;
		for (size_t i = 0; i < sizeof(block); i++) {
			if (!(p + i)[-1] && !p[i + len] && !memcmp(p + i, name, len))
				return p + i;
		}
	}
	for (; end - p > (ptrdiff_t)len; p++) {
		if (!p[-1] && !p[len] && !memcmp(p, name, len))
			return p;
	}
	return NULL;
}

/* Offset of the next string of b's own that equals name, from *from on; 0 if none. */
static uint32_t find_string(struct btf_file *b, const char *name, uint32_t *from)
{
	size_t len = strlen(name);
	const char *p = NULL, *end = b->strs + b->strs_len;
	uint32_t start = *from;

	if (!start && !strcmp(b->sought, name)) {
		*from = b->sought_from;
		return b->sought_off;
	}

	/* The very first string, which only a module's file has, has no NUL before it. */
	if (!start && len < b->strs_len && !memcmp(b->strs, name, len + 1))
		p = b->strs;
	else if (b->strs_len)
		p = search(b->strs + (start ? start : 1), end, name, len);
	*from = p ? p - b->strs + len + 1 : b->strs_len;
	b->work += (*from - start) / 16;
	if (!start && len < sizeof(b->sought)) {
		memcpy(b->sought, name, len + 1);
		b->sought_from = *from;
		b->sought_off = p ? b->start_str + (p - b->strs) : 0;
	}
	return p ? b->start_str + (p - b->strs) : 0;
}

/* Id of the first own record of b of these kinds with this name offset, 0 if none. */
static uint32_t find_record(struct btf_file *b, uint32_t kinds, uint32_t name_off)
{
	const uint32_t *rec;
	uint32_t i;

	for (i = 0; (rec = btf_own(b, i)); i++) {
		if (rec[REC_NAME] == name_off && (kinds >> rec_kind(rec) & 1))
			break;
	}
	b->work += i;
	return rec ? b->start_id + i : 0;
}

static void make_index(struct btf_file *b)
{
	uint32_t n;

	btf_walk(b, UINT32_MAX);
	n = b->nknown;
	b->nheads = 256;
	while (b->nheads < n)
		b->nheads *= 2;
	b->heads = xcalloc(b->nheads, sizeof(*b->heads));
	b->chain = xcalloc(n + 1, sizeof(*b->chain));
	/* From the end, so that each chain starts with the lowest id. Entries are index + 1. */
	for (uint32_t i = n; i > 0; i--) {
		const uint32_t *rec = btf_own(b, i - 1);
		const char *name = btf_string(b, rec[REC_NAME]);
		uint32_t *head = &b->heads[hash_bytes(name, strlen(name)) & (b->nheads - 1)];

		if (!*name)
			continue;
		b->chain[i] = *head;
		*head = i;
	}
}

static uint32_t find_indexed(struct btf_file *b, uint32_t kinds, const char *name)
{
	uint32_t i = b->heads[hash_bytes(name, strlen(name)) & (b->nheads - 1)];

	for (; i; i = b->chain[i]) {
		const uint32_t *rec = btf_own(b, i - 1);

		if ((kinds >> rec_kind(rec) & 1) && !strcmp(btf_string(b, rec[REC_NAME]), name))
			return b->start_id + i - 1;
	}
	return 0;
}

/* Among b's own records, with the name in the strings of s: b, or one of its bases. */
static uint32_t find_named(struct btf_file *b, struct btf_file *s, uint32_t kinds, const char *name)
{
	uint32_t from = 0, off, id;

	for (int i = 0; i < MAX_DUPLICATES; i++) {
		off = find_string(s, name, &from);
		if (!off)
			return 0;
		id = find_record(b, kinds, off);
		if (id)
			return id;
	}
	return 0;
}

static uint32_t find_kept(const struct btf_file *b, uint32_t kinds, const char *name)
{
	for (uint32_t i = 0; i < b->nfound && i < BTF_FOUND_N; i++)
		if (b->found[i].kinds == kinds && !strcmp(b->found[i].name, name))
			return b->found[i].id;
	return 0;
}

static void keep(struct btf_file *b, uint32_t kinds, const char *name, uint32_t id)
{
	struct btf_found *f = &b->found[b->nfound % BTF_FOUND_N];
	size_t len = strlen(name);

	if (!id || len >= sizeof(f->name))
		return;
	memcpy(f->name, name, len + 1);
	f->kinds = kinds;
	f->id = id;
	b->nfound++;
}

static uint32_t find_own(struct btf_file *b, uint32_t kinds, const char *name)
{
	uint32_t id = find_kept(b, kinds, name);

	if (id)
		return id;
	/* That of a module costs as much less as the module is smaller. */
	if (!b->heads && b->work > (b->base ? b->types_len : INDEX_AFTER))
		make_index(b);
	if (b->heads)
		return find_indexed(b, kinds, name);
	for (struct btf_file *s = b; s && !id; s = s->base)
		id = find_named(b, s, kinds, name);
	keep(b, kinds, name, id);
	return id;
}

uint32_t btf_find_kinds(struct btf_file *b, uint32_t kinds, const char *name)
{
	uint32_t id = 0;

	if (!*name)
		return 0;
	for (; b && !id; b = b->base)
		id = find_own(b, kinds, name);
	return id;
}

uint32_t btf_file_find(struct btf_file *b, enum btf_kind_nr kind, const char *name)
{
	return btf_find_kinds(b, kind == BK_VOID ? ANY_KIND : 1u << kind, name);
}

#define FIND_ALL_MAX 8

/* Is the name one of those looked for? Takes note of it. */
static bool take_name(const uint32_t *offs, uint32_t *ids, unsigned n, uint32_t name_off, uint32_t id)
{
	for (unsigned i = 0; i < n; i++) {
		if (offs[i] != name_off || ids[i])
			continue;
		ids[i] = id;
		return true;
	}
	return false;
}

void btf_file_find_all(struct btf_file *b, enum btf_kind_nr kind, const char *const *names, uint32_t *ids, unsigned n)
{
	uint32_t offs[FIND_ALL_MAX], id = 1, left = 0;
	uint64_t size;

	for (unsigned i = 0; i < n; i++) {
		uint32_t from = 0;

		offs[i] = find_string(b, names[i], &from);
		ids[i] = 0;
		left += offs[i] != 0;
	}
	for (uint32_t at = 0; left && b->types_len - at >= 12; at += size, id++) {
		const uint32_t *rec = (const uint32_t *)(b->types + at);

		size = btf_record_size(rec[REC_INFO]);
		if (!size || size > b->types_len - at)
			return;
		if (rec_kind(rec) == kind && rec[REC_NAME] && take_name(offs, ids, n, rec[REC_NAME], id))
			left--;
	}
}

struct btf_enumerator btf_rec_enumerator(const uint32_t *rec, uint32_t i)
{
	const uint32_t *e;

	if (rec_kind(rec) == BK_ENUM64) {
		e = rec + REC_EXTRA + 3 * i;
		return (struct btf_enumerator){ e[0], (int64_t)((uint64_t)e[2] << 32 | e[1]) };
	}
	e = rec + REC_EXTRA + 2 * i;
	return (struct btf_enumerator){ e[0], rec_flag(rec) ? (int64_t)(int32_t)e[1] : e[1] };
}

bool btf_file_enumerator(struct btf_file *b, const char *enum_name, const char *name, int64_t *ret)
{
	const uint32_t *rec = btf_record(b, btf_find_kinds(b, ENUM_KINDS, enum_name));

	for (uint32_t i = 0; rec && i < rec_vlen(rec); i++) {
		struct btf_enumerator e = btf_rec_enumerator(rec, i);

		if (!strcmp(btf_string(b, e.name_off), name)) {
			*ret = e.value;
			return true;
		}
	}
	return false;
}

static bool enumerator_at(struct btf_file *b, uint32_t name_off, int64_t *ret, uint32_t *ret_id)
{
	const uint32_t *rec;

	for (uint32_t i = 0; (rec = btf_own(b, i)); i++) {
		if (!(ENUM_KINDS >> rec_kind(rec) & 1))
			continue;
		for (uint32_t j = 0; j < rec_vlen(rec); j++) {
			struct btf_enumerator e = btf_rec_enumerator(rec, j);

			if (e.name_off != name_off)
				continue;
			*ret = e.value;
			*ret_id = b->start_id + i;
			return true;
		}
	}
	return false;
}

bool btf_file_any_enumerator(struct btf_file *b, const char *name, int64_t *ret, uint32_t *ret_id)
{
	uint32_t from, off;

	if (!*name)
		return false;
	for (; b; b = b->base) {
		for (struct btf_file *s = b; s; s = s->base) {
			from = 0;
			off = find_string(s, name, &from);
			if (off && enumerator_at(b, off, ret, ret_id))
				return true;
		}
	}
	return false;
}
