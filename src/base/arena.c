/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_FIRST 4096
#define CHUNK_LARGEST (1 << 20)
#define ARENA_ALIGN 16

struct arena_chunk {
	struct arena_chunk *older;
	size_t used, size; /* of data[] */
	char data[] __attribute__((aligned(ARENA_ALIGN)));
};

void oom(void)
{
	static const char text[] = "sonde: out of memory\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)n;
	_exit(1);
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		oom();
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		oom();
	return p;
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		oom();
	return p;
}

char *xstrdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(xmalloc(n), s, n);
}

void arena_init(struct arena *a)
{
	memset(a, 0, sizeof(*a));
}

void arena_done(struct arena *a)
{
	struct arena_chunk *older;

	for (struct arena_chunk *c = a->chunk; c; c = older) {
		older = c->older;
		free(c);
	}
	arena_init(a);
}

static struct arena_chunk *arena_chunk_new(size_t size)
{
	/* calloc: large chunks come zeroed from the kernel, untouched pages cost nothing. */
	struct arena_chunk *c = xcalloc(1, sizeof(*c) + size);

	c->size = size;
	return c;
}

/* A request that would waste much of a new chunk gets one of its own, behind the current one. */
static void *arena_alloc_large(struct arena *a, size_t size)
{
	struct arena_chunk *c = arena_chunk_new(size);

	c->used = size;
	if (a->chunk) {
		c->older = a->chunk->older;
		a->chunk->older = c;
	} else {
		a->chunk = c;
	}
	return c->data;
}

static void *arena_alloc_new_chunk(struct arena *a, size_t size)
{
	size_t want = a->chunk ? a->chunk->size * 2 : CHUNK_FIRST;
	struct arena_chunk *c;

	if (want > CHUNK_LARGEST)
		want = CHUNK_LARGEST;
	if (want < CHUNK_FIRST)
		want = CHUNK_FIRST;
	if (size > want / 4)
		return arena_alloc_large(a, size);
	c = arena_chunk_new(want);
	c->older = a->chunk;
	c->used = size;
	a->chunk = c;
	return c->data;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_chunk *c = a->chunk;

	if (size > SIZE_MAX / 2)
		oom();
	size = size ? (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1) : ARENA_ALIGN;
	a->total += size;
	if (!c || c->size - c->used < size)
		return arena_alloc_new_chunk(a, size);
	c->used += size;
	return c->data + c->used - size;
}

void *arena_dup(struct arena *a, const void *p, size_t size)
{
	void *copy = arena_alloc(a, size);

	if (size)
		memcpy(copy, p, size);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_dup(a, s, strlen(s) + 1);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	if (n)
		memcpy(copy, s, n);
	return copy;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		oom();
	text = arena_alloc(a, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	return text;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return text;
}
