/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typed growable arrays.
 *
 *	VEC(struct node *) stmts;        all zero bytes: empty
 *	avec_push(arena, &stmts, n);     grows inside an arena
 *	vec_push(&fds, fd);              grows by realloc, ended by vec_done()
 *	vec_each(stmts, i) use(stmts.v[i]);
 *
 * One vector uses either the arena or the heap, never both.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define VEC(T)                                                                                     \
	struct {                                                                                   \
		T *v;                                                                              \
		size_t n, cap;                                                                     \
	}

#define vec_each(vec, i) for (size_t i = 0; i < (vec).n; i++)

#define vec_push(vec, x)                                                                           \
	do {                                                                                       \
		if ((vec)->n == (vec)->cap) {                                                      \
			(vec)->cap = (vec)->cap ? (vec)->cap * 2 : 8;                              \
			(vec)->v = xrealloc((vec)->v, (vec)->cap * sizeof(*(vec)->v));             \
		}                                                                                  \
		(vec)->v[(vec)->n++] = (x);                                                        \
	} while (0)

#define avec_push(arena, vec, x)                                                                   \
	do {                                                                                       \
		if ((vec)->n == (vec)->cap) {                                                      \
			size_t cap_ = (vec)->cap ? (vec)->cap * 2 : 8;                             \
			void *v_ = arena_alloc((arena), cap_ * sizeof(*(vec)->v));                 \
			if ((vec)->n)                                                              \
				memcpy(v_, (vec)->v, (vec)->n * sizeof(*(vec)->v));                \
			(vec)->v = v_;                                                             \
			(vec)->cap = cap_;                                                         \
		}                                                                                  \
		(vec)->v[(vec)->n++] = (x);                                                        \
	} while (0)

#define vec_done(vec)                                                                              \
	do {                                                                                       \
		free((vec)->v);                                                                    \
		memset((vec), 0, sizeof(*(vec)));                                                  \
	} while (0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
