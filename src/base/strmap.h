/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table from strings (or byte ranges) to pointers. Keys are copied into the arena.
 * Values are borrowed. All zero bytes plus an arena is a valid empty table.
 * Insertion order is kept: items[] may be walked for a stable listing.
 */
#ifndef BASE_STRMAP_H
#define BASE_STRMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct strmap_item {
	const char *key;
	size_t len;
	uint32_t hash;
	void *value;
};

struct strmap {
	struct arena *arena;
	struct strmap_item *items; /* in order of insertion */
	size_t n, cap;
	uint32_t *slots; /* index + 1 into items, 0: free */
	size_t nslots;
};

void strmap_init(struct strmap *m, struct arena *a);
void *strmap_get(const struct strmap *m, const char *key); /* NULL if absent */
void *strmap_getn(const struct strmap *m, const char *key, size_t len);
/* Adds or replaces; returns the stored key, which lives as long as the arena. */
const char *strmap_put(struct strmap *m, const char *key, void *value);
const char *strmap_putn(struct strmap *m, const char *key, size_t len, void *value);

uint32_t hash_bytes(const void *p, size_t n); /* FNV-1a, good enough for names */

#endif
