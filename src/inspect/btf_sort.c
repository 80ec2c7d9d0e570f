/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An order of types that depends on their names and contents alone, so that headers of two builds
 * of a kernel can be compared: enumerations, then basic types, then records, by name. What has the
 * same name comes by its contents.
 */
#include <stdlib.h>
#include <string.h>

#include "base/strmap.h"
#include "inspect/btf_dump.h"

enum { LAST = 10 };

struct item {
	uint32_t id;
	int rank;
	const char *sort_name, *own_name;
	uint64_t hash;
};

static bool is_reference(const struct btf_type *t)
{
	return btf_is_mod(t) || btf_is_ptr(t) || btf_is_typedef(t) || btf_is_decl_tag(t);
}

/* What a reference or an array is of; 0 for others. */
static uint32_t target(const struct btf_type *t)
{
	return btf_is_array(t) ? btf_array(t)->type : is_reference(t) ? t->type : 0;
}

static int rank(const struct btf *btf, uint32_t id, bool named)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (named |= t->name_off != 0; named && (btf_is_array(t) || is_reference(t));) {
		t = btf__type_by_id(btf, target(t));
		named |= t->name_off != 0;
	}
	if (btf_is_any_enum(t))
		return named ? 1 : 0;
	if (btf_is_int(t) || btf_is_float(t))
		return 2;
	if (btf_is_composite(t))
		return named ? 3 : LAST;
	return btf_is_func_proto(t) && named ? 4 : LAST;
}

/* The name that a type stands under: that of what it refers to, an unnamed enumeration's first value. */
static const char *sort_name(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	bool reference = false;
	uint32_t name;

	for (; btf_is_array(t) || is_reference(t); t = btf__type_by_id(btf, target(t)))
		reference = true;
	name = t->name_off;
	if (btf_is_any_enum(t) && !reference && !name && btf_vlen(t))
		name = btf_is_enum(t) ? btf_enum(t)->name_off : btf_enum64(t)->name_off;
	return btf__name_by_offset(btf, name);
}

static uint64_t mix(uint64_t hash, uint64_t v)
{
	return hash * 31 + v;
}

static uint64_t mix_name(uint64_t hash, const struct btf *btf, uint32_t offset)
{
	const char *name = btf__name_by_offset(btf, offset);

	return offset ? mix(hash, hash_bytes(name, strlen(name))) : hash;
}

static uint64_t hash_of(const struct btf *btf, uint32_t id, bool members)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	uint64_t h = mix_name(0, btf, t->name_off);

	if (btf_is_any_enum(t))
		for (unsigned i = 0; i < btf_vlen(t); i++)
			h = mix_name(h, btf, btf_is_enum(t) ? btf_enum(t)[i].name_off
							    : btf_enum64(t)[i].name_off);
	if (btf_is_composite(t) && members)
		for (unsigned i = 0; i < btf_vlen(t); i++) {
			h = mix_name(h, btf, btf_members(t)[i].name_off);
			h = mix(h, hash_of(btf, btf_members(t)[i].type, false));
		}
	if (btf_is_array(t))
		h = mix(h, btf_array(t)->nelems);
	if (btf_is_array(t) || is_reference(t))
		h = mix(h, hash_of(btf, target(t), members));
	return h;
}

static int compare(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int r = a->rank - b->rank;

	if (!r)
		r = strcmp(a->sort_name, b->sort_name);
	if (!r)
		r = strcmp(a->own_name, b->own_name);
	if (!r && a->hash != b->hash)
		r = a->hash < b->hash ? -1 : 1;
	return r ? r : (a->id > b->id) - (a->id < b->id);
}

const uint32_t *btf_sorted(struct inspect *in, const struct btf *btf)
{
	uint32_t n = btf__type_cnt(btf), *ids = arena_array(&in->arena, uint32_t, n);
	struct item *items = arena_array(&in->arena, struct item, n);

	for (uint32_t id = 1; id < n; id++)
		items[id] = (struct item){ id, rank(btf, id, false), sort_name(btf, id),
					   btf__name_by_offset(btf, btf__type_by_id(btf, id)->name_off),
					   hash_of(btf, id, true) };
	qsort(items + 1, n - 1, sizeof(*items), compare);
	for (uint32_t i = 1; i < n; i++)
		ids[i] = items[i].id;
	return ids;
}
