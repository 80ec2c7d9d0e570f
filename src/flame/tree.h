/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FLAME_TREE_H
#define FLAME_TREE_H

#include "base/arena.h"
#include "base/strmap.h"
#include "base/vec.h"
#include "flame/flame.h"

#define FLAME_DEPTH 1000

struct flame_node {
	const char *name; /* not ended by a NUL */
	uint32_t len;
	uint32_t child, next; /* index of the first child, of the next one of the same parent; 0: none */
	enum flame_kind kind;
	uint64_t total;
};

struct flame {
	struct arena arena;
	VEC(struct flame_node) nodes; /* the first is the root, "all" */
	struct strmap keys;           /* parent, kind and name: index of the node */
	VEC(uint32_t) path;           /* of the stack that is being added, from the root on */
	struct strbuf key;            /* scratch */
};

#endif
