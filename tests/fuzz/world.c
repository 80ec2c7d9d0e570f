/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a script leaves behind: entries of maps, whoever made them; aggregations; the interpreter's side. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/interp.h"
#include "tests/fuzz/fuzz.h"

#define MOST_STEPS 30000000

uint32_t fuzz_value_size(const struct map *m)
{
	return m->value->kind == TY_AGG ? m->value->agg->size(m->value) : m->value->size;
}

struct fuzz_entry *fuzz_find(struct fuzz_world *w, const struct map *m, const void *key)
{
	vec_each(w->entries, i) {
		struct fuzz_entry *x = &w->entries.v[i];

		if (x->map == m && (!key || !memcmp(x->key, key, m->key->size)))
			return x;
	}
	return NULL;
}

struct fuzz_entry *fuzz_take(struct fuzz_world *w, const struct map *m, const void *key)
{
	struct fuzz_entry *x = fuzz_find(w, m, key), new = { .map = m };

	if (x)
		return x;
	new.value = arena_alloc(w->arena, fuzz_value_size(m) + 8);
	if (key)
		new.key = arena_dup(w->arena, key, m->key->size);
	avec_push(w->arena, &w->entries, new);
	return &w->entries.v[w->entries.n - 1];
}

/* Aggregations */

static void add_pair(uint8_t *value, uint64_t first, uint64_t second)
{
	uint64_t have[2];

	memcpy(have, value, sizeof(have));
	have[0] += first;
	have[1] += second;
	memcpy(value, have, sizeof(have));
}

static void extreme(const struct type *t, uint8_t *value, uint64_t n, bool least)
{
	uint64_t have[2];
	bool less;

	memcpy(have, value, sizeof(have));
	less = t->param[0] ? (int64_t)n < (int64_t)have[0] : n < have[0];
	if (have[1] && (n == have[0] || less != least))
		return;
	have[0] = n;
	have[1] = 1;
	memcpy(value, have, sizeof(have));
}

static void bump(uint8_t *value, uint64_t i)
{
	uint64_t n;

	memcpy(&n, value + 8 * i, 8);
	n++;
	memcpy(value + 8 * i, &n, 8);
}

static uint64_t linear_index(const struct type *t, int64_t n)
{
	if (n < t->param[0])
		return 0;
	if (n >= t->param[1])
		return (uint64_t)(t->param[1] - t->param[0]) / (uint64_t)t->param[2] + 1;
	return (uint64_t)(n - t->param[0]) / (uint64_t)t->param[2] + 1;
}

bool fuzz_aggregate(const struct type *t, uint8_t *value, const struct node *call, uint64_t n)
{
	const char *name = call->name;
	uint64_t one = 0;

	if (!strcmp(name, "hist")) {
		bool negative = call->list.v[0]->type->is_signed && (int64_t)n < 0;

		bump(value, negative ? 0 : n ? 2 + 63 - (unsigned)__builtin_clzll(n) : 1);
	} else if (!strcmp(name, "lhist")) {
		bump(value, linear_index(t, (int64_t)n));
	} else if (!strcmp(name, "count") || !strcmp(name, "sum")) {
		memcpy(&one, value, 8);
		one += n;
		memcpy(value, &one, 8);
	} else if (!strcmp(name, "avg") || !strcmp(name, "stats")) {
		add_pair(value, 1, n);
	} else if (!strcmp(name, "min") || !strcmp(name, "max")) {
		extreme(t, value, n, !strcmp(name, "min"));
	} else {
		return false;
	}
	return true;
}

/* The interpreter */

static void take_value(struct fuzz_world *w, const struct map *m, const void *key, const void *raw)
{
	struct fuzz_entry *x = fuzz_take(w, m, key);

	memcpy(x->value, raw, fuzz_value_size(m));
}

static void take_map(struct interp *in, const struct ir_module *mod, struct fuzz_world *w, const struct map *m)
{
	uint32_t zero = 0;
	const void *key;
	void *value;

	if (m->storage == MS_HASH) {
		for (size_t i = 0; interp_map_at(in, m->ir, i, &key, &value); i++)
			take_value(w, m, key, value);
		return;
	}
	value = interp_map_get(in, m->storage == MS_PCPU ? mod->pcpu : mod->globals, &zero);
	take_value(w, m, NULL, (char *)value + m->offset);
}

bool fuzz_interpret(struct session *s, struct fuzz_world *w)
{
	struct interp *in = interp_new(&s->object);
	uint64_t ret;

	interp_env(in)->max_steps = MOST_STEPS;
	vec_each(s->tables.probes, i)
		if (!w->error && interp_run(in, s->tables.probes.v[i]->prog, NULL, 0, &ret))
			w->error = arena_strdup(w->arena, interp_error(in));
	vec_each(s->tables.maps, i)
		if (s->tables.maps.v[i]->value && s->tables.maps.v[i]->value->kind != TY_NONE)
			take_map(in, &s->module, w, s->tables.maps.v[i]);
	interp_free(in);
	return !w->error;
}

/* Printing */

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct map *const *)a)->name, (*(struct map *const *)b)->name);
}

static void print_map(struct out *o, struct fuzz_world *w, const struct map *m)
{
	struct map_dump d = { .name = m->name, .key = m->key, .value = m->value };

	d.entries = arena_array(w->arena, struct map_entry, w->entries.n + 1);
	if (!m->keyed)
		fuzz_take(w, m, NULL);
	vec_each(w->entries, i)
		if (w->entries.v[i].map == m)
			d.entries[d.n++] = (struct map_entry){ w->entries.v[i].key, w->entries.v[i].value };
	if (d.n)
		o->ops->map(o, &d);
}

static void read_back(int fd, struct strbuf *out)
{
	char buf[4096];
	ssize_t n;

	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		sb_add(out, buf, (size_t)n);
}

void fuzz_print(struct session *s, struct fuzz_world *w, struct strbuf *text)
{
	size_t n = s->tables.maps.n;
	struct map **sorted = arena_dup(w->arena, s->tables.maps.v, n * sizeof(*sorted));
	int fd = memfd_create("maps", 0);
	char path[64];
	struct out o;
	struct err err = { 0 };

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || out_open(&o, "json", path, OB_FULL, &s->render, &err)) {
		fprintf(stderr, "fuzz: cannot write the maps: %s\n", err.what);
		exit(2);
	}
	qsort(sorted, n, sizeof(*sorted), by_name);
	for (size_t i = 0; i < n; i++)
		if (sorted[i]->value && sorted[i]->value->kind != TY_NONE && !map_is_hidden(sorted[i]))
			print_map(&o, w, sorted[i]);
	out_close(&o);
	read_back(fd, text);
	close(fd);
}
