/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Differential fuzzing: a random script is compiled; its typed tree is evaluated directly (eval.c), its program is
 * run by the interpreter, and by the kernel through the tool itself. All three must leave the same maps and output.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "cli/session.h"

/* A script of that seed: only of what all three can do, and nothing that depends on the machine. */
void fuzz_generate(uint64_t seed, struct strbuf *ret_text);

/* What is known of the maps of a script: plain bytes, values of CPUs put together. */
struct fuzz_entry {
	const struct map *map;
	uint8_t *key, *value; /* as struct map_entry; key NULL: scalar */
};

struct fuzz_world {
	struct arena *arena;
	VEC(struct fuzz_entry) entries;
	struct strbuf printed; /* of printf */
	uint64_t steps;        /* of evaluation, so far */
	const char *error;     /* what the evaluation does not know; NULL: nothing */
};

/* The entry of a map, NULL if it has none. key: bytes of the map's key type, NULL for a scalar. */
struct fuzz_entry *fuzz_find(struct fuzz_world *w, const struct map *m, const void *key);
/* The same, made if need be, with zeros as value. */
struct fuzz_entry *fuzz_take(struct fuzz_world *w, const struct map *m, const void *key);
uint32_t fuzz_value_size(const struct map *m);

/* Runs all probes of a typed script in the order in which they are written. False: see w->error. */
bool fuzz_evaluate(struct session *s, struct fuzz_world *w);
/* The same by the emitted programs in the interpreter; what is printed is left out. */
bool fuzz_interpret(struct session *s, struct fuzz_world *w);
/* Maps as the tool prints them in JSON at its end. */
void fuzz_print(struct session *s, struct fuzz_world *w, struct strbuf *out);

/* One call of an aggregation: n is what is added. */
bool fuzz_aggregate(const struct type *t, uint8_t *value, const struct node *call, uint64_t n);

#endif
