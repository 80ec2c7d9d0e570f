/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of stacks: a map whose keys or values have stacks in them, in the layout that the tool
 * declares line by line; as folded stacks, as a flame graph, as JSON (docs/tools-format.md).
 */
#ifndef TOOL_STACKS_H
#define TOOL_STACKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/vec.h"
#include "flame/flame.h"
#include "out/out.h"

struct tool;
struct tool_line;
struct tool_option;

/* A piece of a declared line. */
struct stacks_piece {
	const char *text; /* name of a part, or what stands as it is */
	uint8_t width;    /* filled up with blanks to this */
	char form;        /* 0: text; 'v': the part's value; '+', '@', '!': a frame's offset, address, module; '-' */
};

struct stacks_line {
	VEC(struct stacks_piece) pieces;
	bool turned; /* frames in the other order */
};

struct tool_stacks {
	const char *map;          /* NULL: none is declared */
	unsigned index;           /* in tool.maps */
	VEC(const char *) keys;   /* names of the key's parts, in order */
	VEC(const char *) values; /* of the value's; the first is the weight */
	VEC(const char *) by;     /* entries with the same of these are one; none: all are by themselves */
	VEC(struct stacks_line) lines;
	VEC(struct stacks_line) each; /* lines of an entry on its own, before those of all */
	VEC(struct stacks_line) folded; /* its words */
	bool titled;              /* CSV: the line of titles is printed */
	const char *heading;      /* before each output; NULL: none */
	const char *title;        /* of the flame graph */
	enum flame_palette palette;
	const char *stamp;        /* part that is a time in ns */
	const struct tool_option *older; /* entries whose stamp is younger than this are left out */
	const struct tool_option *sort;  /* its number is the value to sort by */
};

/*
 * stacks, by, line, entry, heading, folded, flame, older, sort. *ret: 0, or -EINVAL. False: the word is none of these.
 */
bool tool_stacks_declare(struct tool *t, const char *word, size_t len, struct tool_line *l, bool active,
			 struct err *e, int *ret);
/* Files that the options name can be written: told before the run. 0 or -errno. */
int tool_stacks_check(struct tool *t, struct err *e);
/* False: the map is not the one that is declared. */
bool tool_stacks_map(struct tool *t, struct out *o, const struct map_dump *m);

#endif
