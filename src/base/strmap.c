/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/strmap.h"

#include <string.h>

uint32_t hash_bytes(const void *p, size_t n)
{
	const unsigned char *bytes = p;
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ bytes[i]) * 16777619u;
	return h;
}

void strmap_init(struct strmap *m, struct arena *a)
{
	memset(m, 0, sizeof(*m));
	m->arena = a;
}

/* The slot of the key, or the free slot where it would go. nslots is a power of two. */
static size_t strmap_slot(const struct strmap *m, const char *key, size_t len, uint32_t hash)
{
	size_t at = hash & (m->nslots - 1);

	while (m->slots[at]) {
		const struct strmap_item *it = &m->items[m->slots[at] - 1];

		if (it->hash == hash && it->len == len && !memcmp(it->key, key, len))
			break;
		at = (at + 1) & (m->nslots - 1);
	}
	return at;
}

/* At most three quarters of the slots are used, so a probe always ends. */
static void strmap_grow(struct strmap *m)
{
	size_t nslots = m->nslots ? m->nslots * 2 : 16, cap = nslots / 4 * 3;
	struct strmap_item *items = arena_array(m->arena, struct strmap_item, cap);

	if (m->n)
		memcpy(items, m->items, m->n * sizeof(*items));
	m->items = items;
	m->cap = cap;
	m->slots = arena_array(m->arena, uint32_t, nslots);
	m->nslots = nslots;
	for (size_t i = 0; i < m->n; i++) {
		size_t at = items[i].hash & (nslots - 1);

		while (m->slots[at])
			at = (at + 1) & (nslots - 1);
		m->slots[at] = (uint32_t)i + 1;
	}
}

void *strmap_getn(const struct strmap *m, const char *key, size_t len)
{
	uint32_t i;

	if (!m->n)
		return NULL;
	i = m->slots[strmap_slot(m, key, len, hash_bytes(key, len))];
	return i ? m->items[i - 1].value : NULL;
}

void *strmap_get(const struct strmap *m, const char *key)
{
	return strmap_getn(m, key, strlen(key));
}

const char *strmap_putn(struct strmap *m, const char *key, size_t len, void *value)
{
	uint32_t hash = hash_bytes(key, len);
	struct strmap_item *it;
	size_t at;

	if (m->n == m->cap)
		strmap_grow(m);
	at = strmap_slot(m, key, len, hash);
	if (!m->slots[at]) {
		m->items[m->n] = (struct strmap_item){
			.key = arena_strndup(m->arena, key, len), .len = len, .hash = hash,
		};
		m->slots[at] = (uint32_t)++m->n;
	}
	it = &m->items[m->slots[at] - 1];
	it->value = value;
	return it->key;
}

const char *strmap_put(struct strmap *m, const char *key, void *value)
{
	return strmap_putn(m, key, strlen(key), value);
}
