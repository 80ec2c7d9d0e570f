/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A map of stacks while it is printed. */
#ifndef TOOL_STACKS_VIEW_H
#define TOOL_STACKS_VIEW_H

#include "fn/stack.h"
#include "tool/internal.h"

#define STACKS_MAX 4 /* in one key */
#define VALUES_MAX 4

/* One of the declared names: where its bytes are. */
struct part {
	const char *name;
	const struct type *type;
	bool of_value;
	uint32_t offset;
	int stack; /* index of the stack, -1: none */
};

struct row {
	const struct map_entry *entry; /* the first of those that are one */
	int64_t sums[VALUES_MAX];      /* of the values that are numbers */
	uint64_t n;                    /* of entries */
};

struct view {
	struct tool *t;
	struct tool_stacks *s;
	struct out *o;
	const struct map_dump *m;
	VEC(struct part) parts;
	struct stack stacks[STACKS_MAX]; /* of the row at hand */
	int nstacks;
	VEC(struct row) rows;
	struct flame *flame; /* NULL: none is asked for */
};

/* The part of that name, NULL: there is none. */
const struct part *view_part(const struct view *v, const char *name);
/* Its bytes in an entry. */
const void *view_bytes(const struct part *p, const struct map_entry *e);
/* Parts and rows of the map: merged as declared, sorted, the greatest last. each is called for every entry, in that order, if the tool has lines for them. */
void view_fill(struct view *v, void (*each)(struct view *v, const struct row *r));
void view_done(struct view *v);
/* The row's stacks into v->stacks. */
void view_read_stacks(struct view *v, const struct row *r);
/* A function's name, escaped; what is not known by name is known by its file. */
void view_function(struct view *v, struct strbuf *out, const struct stack_name *n);
/* The part of a path behind the last slash. */
const char *view_file(const char *path);

#endif
