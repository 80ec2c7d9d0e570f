/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree that stacks are merged into. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "flame/tree.h"

#define KEY_HEAD 5 /* parent, kind; the name follows */

static uint32_t new_node(struct flame *f, uint32_t parent, enum flame_kind kind, const char *name, size_t len)
{
	struct flame_node n = { .name = name, .len = (uint32_t)len, .kind = kind };

	if (f->nodes.n) {
		n.next = f->nodes.v[parent].child;
		f->nodes.v[parent].child = (uint32_t)f->nodes.n;
	}
	vec_push(&f->nodes, n);
	return (uint32_t)f->nodes.n - 1;
}

struct flame *flame_new(void)
{
	struct flame *f = xcalloc(1, sizeof(*f));

	strmap_init(&f->keys, &f->arena);
	new_node(f, 0, FK_OTHER, "all", 3);
	return f;
}

void flame_free(struct flame *f)
{
	if (!f)
		return;
	vec_done(&f->nodes);
	vec_done(&f->path);
	sb_done(&f->key);
	arena_done(&f->arena);
	free(f);
}

void flame_start(struct flame *f)
{
	f->path.n = 0;
	vec_push(&f->path, 0);
}

void flame_frame(struct flame *f, enum flame_kind kind, const char *name, size_t len)
{
	uint32_t parent = f->path.v[f->path.n - 1];
	char head[KEY_HEAD] = { [4] = (char)kind };
	const char *stored;
	uintptr_t at;

	if (f->path.n > FLAME_DEPTH)
		return;
	memcpy(head, &parent, sizeof(parent));
	sb_reset(&f->key);
	sb_add(&f->key, head, sizeof(head));
	sb_add(&f->key, name, len);
	at = (uintptr_t)strmap_getn(&f->keys, f->key.p, f->key.n);
	if (!at) {
		at = f->nodes.n;
		stored = strmap_putn(&f->keys, f->key.p, f->key.n, (void *)at);
		new_node(f, parent, kind, stored + KEY_HEAD, len);
	}
	vec_push(&f->path, (uint32_t)at);
}

void flame_end(struct flame *f, uint64_t weight)
{
	vec_each(f->path, i)
		f->nodes.v[f->path.v[i]].total += weight;
}

uint64_t flame_total(const struct flame *f)
{
	return f->nodes.v[0].total;
}

/* "f_[k]" is f of the kernel. */
static enum flame_kind kind_of(const char *name, size_t *len, bool kernel)
{
	static const char letters[] = "kji";
	static const enum flame_kind kinds[] = { FK_KERNEL, FK_JIT, FK_INLINED };
	size_t n = *len;
	const char *p;

	if (n > 4 && !memcmp(name + n - 4, "_[", 2) && name[n - 1] == ']') {
		p = strchr(letters, name[n - 2]);
		if (p && *p) {
			*len -= 4;
			return kinds[p - letters];
		}
	}
	if (kernel)
		return FK_KERNEL;
	return memmem(name, n, "::", 2) ? FK_CPP : FK_USER;
}

/* The number behind the last blank: where that is, or NULL. */
static const char *find_weight(const char *line, size_t len, uint64_t *ret)
{
	const char *end = line + len, *p;
	uint64_t v = 0, next;

	while (end > line && isspace((unsigned char)end[-1]))
		end--;
	for (p = end; p > line && isdigit((unsigned char)p[-1]);)
		p--;
	if (p == end || p == line || !isblank((unsigned char)p[-1]))
		return NULL;
	for (const char *d = p; d < end; d++) {
		next = v * 10 + (uint64_t)(*d - '0');
		if (v > UINT64_MAX / 10 || next < v * 10)
			return NULL;
		v = next;
	}
	*ret = v;
	return p - 1;
}

bool flame_line(struct flame *f, const char *line, size_t len)
{
	uint64_t weight;
	const char *end = find_weight(line, len, &weight);
	bool kernel = false;

	if (!end)
		return false;
	flame_start(f);
	for (const char *p = line, *stop; p < end; p = stop + 1) {
		size_t n;
		enum flame_kind kind;

		stop = memchr(p, ';', (size_t)(end - p));
		stop = stop ? stop : end;
		n = (size_t)(stop - p);
		if (n == 1 && *p == '-') {
			kernel = true;
			continue;
		}
		kind = p == line ? FK_OTHER : kind_of(p, &n, kernel);
		if (n)
			flame_frame(f, kind, p, n);
	}
	flame_end(f, weight);
	return true;
}
