/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arena: memory that is freed all at once.
 *
 * The compile side allocates from one arena per script and from scratch
 * arenas per pass. Nothing from an arena is ever freed alone. Running out of
 * memory ends the process with a message (oom()); callers never see NULL.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunk; /* newest chunk, linked to older ones */
	size_t total;              /* bytes handed out, for diagnosis */
};

/* An arena of zero bytes is a valid, empty arena. */
void arena_init(struct arena *a);
void arena_done(struct arena *a);

/* Zeroed memory, aligned to 16 bytes; size 0 gives a unique pointer. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_dup(struct arena *a, const void *p, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap);

#define arena_new(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define arena_array(a, T, n) ((T *)arena_alloc((a), sizeof(T) * (size_t)(n)))

/* Ends the process: "sonde: out of memory". */
void oom(void) __attribute__((noreturn));

/* malloc family that never returns NULL. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);

#endif
