/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One entry of a map: lookup, update, getnext, delete, and the verbs of queues and stacks. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "inspect/map.h"
#include "run/sys.h"

#define PTR(p) ((uint64_t)(uintptr_t)(p))

/* What a command line says of an entry; the parts that a verb does not take are done beforehand. */
struct entry {
	uint8_t *key, *value; /* in the session's arena */
	bool has_key, has_value, has_flags;
	uint64_t flags;
	int value_fd; /* of the map or program that is stored; -1: none */
};

static int parse_byte(struct inspect *in, const char *text, int base, uint8_t *ret)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(text, &end, base);
	if (*end || !*text || strchr("-+ \t", *text))
		return inspect_fail(in, -EINVAL, "error parsing byte: %s", text);
	if (errno || v > UINT8_MAX)
		return inspect_fail(in, -ERANGE, "error parsing byte: %s is over 255", text);
	*ret = (uint8_t)v;
	return 0;
}

static int parse_bytes(struct inspect *in, struct words *w, const char *what, uint8_t *ret, uint32_t n)
{
	int base = word_take(w, "hex") ? 16 : 0;
	uint32_t got = 0;

	while (got < n && w->n) {
		int r = parse_byte(in, word_next(w), base, &ret[got]);

		if (r)
			return r;
		got++;
	}
	if (got < n)
		return inspect_fail(in, -EINVAL, "%s expected %u bytes got %u", what, n, got);
	return 0;
}

/* A map or program as the value. */
static int parse_object(struct inspect *in, struct words *w, const struct map_view *m, struct entry *e)
{
	bool maps = map_is_of_maps(m->info.type);

	if (m->info.value_size != sizeof(int))
		return inspect_fail(in, -EINVAL, "value of %u bytes cannot hold a %s", m->info.value_size,
				    maps ? "map" : "program");
	if (w->n < 2)
		return inspect_fail(in, -EINVAL, "not enough value arguments for %s",
				    maps ? "map in map" : "map of progs");
	if (!maps && word_is(w, "id"))
		inspect_note(in, "Warning: updating program array via MAP_ID, make sure this map is kept open\n"
				 "         by some process or pinned otherwise update will be lost");
	e->value_fd = maps ? map_named(in, w) : prog_named(in, w);
	if (e->value_fd < 0)
		return in->err.code;
	memcpy(e->value, &e->value_fd, sizeof(int));
	return 0;
}

static int parse_value(struct inspect *in, struct words *w, const struct map_view *m, struct entry *e)
{
	int r;

	if (map_is_of_maps(m->info.type) || m->info.type == BPF_MAP_TYPE_PROG_ARRAY)
		return parse_object(in, w, m, e);
	r = parse_bytes(in, w, "value", e->value, m->info.value_size);
	/* All CPUs get the same. */
	for (uint32_t i = 1; !r && i < m->ncpus; i++)
		memcpy(e->value + (size_t)i * m->stride, e->value, m->info.value_size);
	return r;
}

static int parse_part(struct inspect *in, struct words *w, const struct map_view *m, struct entry *e)
{
	static const struct {
		const char *word;
		uint64_t flag;
	} flags[] = { { "any", BPF_ANY }, { "noexist", BPF_NOEXIST }, { "exist", BPF_EXIST } };

	if (word_is(w, "key")) {
		if (e->has_key)
			return inspect_fail(in, -EINVAL, m->info.key_size ? "duplicate key" : "unnecessary key");
		e->has_key = true;
		word_next(w);
		return parse_bytes(in, w, "key", e->key, m->info.key_size);
	}
	if (word_is(w, "value")) {
		if (e->has_value)
			return inspect_fail(in, -EINVAL,
					    m->info.value_size ? "duplicate value" : "unnecessary value");
		e->has_value = true;
		word_next(w);
		return parse_value(in, w, m, e);
	}
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (!word_is(w, flags[i].word))
			continue;
		if (e->has_flags)
			return inspect_fail(in, -EINVAL, "flags specified multiple times: %s", w->v[0]);
		e->has_flags = true;
		e->flags = flags[i].flag;
		word_next(w);
		return 0;
	}
	return inspect_fail(in, -EINVAL, "expected key or value, got: %s", w->v[0]);
}

/* value: the verb takes one, and flags. The caller closes ret->value_fd. */
static int parse_entry(struct inspect *in, struct words *w, const struct map_view *m, bool value,
		       struct entry *ret)
{
	*ret = (struct entry){ .value_fd = -1 };
	ret->key = arena_alloc(&in->arena, m->info.key_size + 8);
	ret->value = arena_alloc(&in->arena, m->value_bytes + 8);
	ret->has_key = !m->info.key_size;
	ret->has_value = !value || !m->info.value_size;
	ret->has_flags = !value;
	while (w->n) {
		int r = parse_part(in, w, m, ret);

		if (r)
			return r;
	}
	if (!ret->has_key || !ret->has_value)
		return inspect_fail(in, -EINVAL, "did not find %s", ret->has_key ? "value" : "key");
	return 0;
}

int map_update(struct inspect *in, struct words *w)
{
	_cleanup_map_ struct map_view m = { .fd = -1 };
	struct entry e;
	int r;

	if (!w->n)
		return INSPECT_USAGE;
	r = map_view_named(in, w, &m);
	if (r)
		return r;
	r = parse_entry(in, w, &m, true, &e);
	if (!r) {
		r = inspect_pass(in, sys_map_update(m.fd, m.info.key_size ? e.key : NULL, e.value, e.flags));
		if (r)
			inspect_fail(in, r, "update failed: %s", errname(r));
	}
	fd_close(&e.value_fd);
	return r;
}

/* MAP key DATA: what look-ups and deletions name. */
static int map_and_key(struct inspect *in, struct words *w, struct map_view *m, struct entry *e)
{
	int r = w->n ? map_view_named(in, w, m) : INSPECT_USAGE;

	return r ? r : parse_entry(in, w, m, false, e);
}

static int not_found(struct inspect *in, const struct map_view *m, const void *key)
{
	if (in->json) {
		jsonw_null(&in->w);
		return INSPECT_TOLD;
	}
	sb_adds(&in->out, "key:\n");
	bytes_text(in, key, m->info.key_size);
	sb_adds(&in->out, "\n\nNot found\n");
	return INSPECT_TOLD;
}

int map_lookup(struct inspect *in, struct words *w)
{
	_cleanup_map_ struct map_view m = { .fd = -1 };
	struct entry e;
	int r = map_and_key(in, w, &m, &e);

	if (r)
		return r;
	r = inspect_pass(in, sys_map_lookup(m.fd, m.info.key_size ? e.key : NULL, e.value));
	if (r == -ENOENT)
		return not_found(in, &m, e.key);
	if (r)
		return inspect_fail(in, r, "lookup failed: %s", errname(r));
	return map_entry_show(in, &m, e.key, e.value);
}

/* lookup_and_delete: queues and stacks. */
int map_pop(struct inspect *in, struct words *w)
{
	_cleanup_map_ struct map_view m = { .fd = -1 };
	union bpf_attr attr = { 0 };
	struct entry e;
	int r = w->n ? map_view_named(in, w, &m) : INSPECT_USAGE;

	if (!r && !m.info.key_size) {
		words_ignore(in, w);
		w->n = 0;
	}
	if (!r)
		r = parse_entry(in, w, &m, false, &e);
	if (r)
		return r;
	attr.map_fd = (uint32_t)m.fd;
	attr.key = m.info.key_size ? PTR(e.key) : 0;
	attr.value = PTR(e.value);
	r = inspect_pass(in, sys_bpf(BPF_MAP_LOOKUP_AND_DELETE_ELEM, &attr, sizeof(attr)));
	if (r == -ENOENT) {
		if (in->json)
			jsonw_null(&in->w);
		else
			sb_adds(&in->out, "Error: empty map\n");
		return INSPECT_TOLD;
	}
	if (r)
		return inspect_fail(in, r, "pop failed: %s", errname(r));
	return map_entry_show(in, &m, e.key, e.value);
}

static void show_next(struct inspect *in, const struct map_view *m, const void *key, const void *next)
{
	uint32_t n = m->info.key_size;

	if (in->json) {
		jsonw_object(&in->w);
		jsonw_name(&in->w, "key");
		if (key)
			jsonw_hex(&in->w, key, n);
		else
			jsonw_null(&in->w);
		jsonw_name(&in->w, "next_key");
		jsonw_hex(&in->w, next, n);
		jsonw_end_object(&in->w);
		return;
	}
	sb_adds(&in->out, key ? "key:\n" : "key: None\n");
	if (key) {
		bytes_text(in, key, n);
		sb_addc(&in->out, '\n');
	}
	sb_adds(&in->out, "next key:\n");
	bytes_text(in, next, n);
	sb_addc(&in->out, '\n');
}

int map_getnext(struct inspect *in, struct words *w)
{
	_cleanup_map_ struct map_view m = { .fd = -1 };
	struct entry e = { 0 };
	uint8_t *next;
	int r;

	if (!w->n)
		return INSPECT_USAGE;
	r = map_view_named(in, w, &m);
	if (!r && w->n)
		r = parse_entry(in, w, &m, false, &e);
	if (r)
		return r;
	next = arena_alloc(&in->arena, m.info.key_size + 8);
	r = inspect_pass(in, sys_map_next_key(m.fd, e.key, next));
	if (r)
		return inspect_fail(in, r, "can't get next key: %s", errname(r));
	show_next(in, &m, e.key, next);
	return 0;
}

int map_delete(struct inspect *in, struct words *w)
{
	_cleanup_map_ struct map_view m = { .fd = -1 };
	struct entry e;
	int r = map_and_key(in, w, &m, &e);

	if (r)
		return r;
	r = inspect_pass(in, sys_map_delete(m.fd, e.key));
	return r ? inspect_fail(in, r, "delete failed: %s", errname(r)) : 0;
}
