/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flame graphs: stacks with a weight each, merged from their outermost frames on, drawn as one SVG file that
 * needs nothing else. Without scripts it is a picture; a browser adds zoom, search and keys (flame.js).
 */
#ifndef FLAME_FLAME_H
#define FLAME_FLAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"

/* What a frame is; chooses its colour. */
enum flame_kind { FK_OTHER, FK_USER, FK_KERNEL, FK_CPP, FK_JIT, FK_INLINED, FK_KINDS };

enum flame_palette { FP_CPU, FP_WAIT, FP_MEMORY, FP_COUNT };

/* "cpu", "wait", "memory"; false: no palette is called so. */
bool flame_palette_find(const char *name, size_t len, enum flame_palette *ret);

struct flame;
struct flame *flame_new(void);
void flame_free(struct flame *f);

/*
 * One stack: flame_start(), its frames from the outermost on, flame_end() with what it weighs. Names are copied;
 * frames beyond the thousandth are left out.
 */
void flame_start(struct flame *f);
void flame_frame(struct flame *f, enum flame_kind kind, const char *name, size_t len);
void flame_end(struct flame *f, uint64_t weight);

/*
 * The same of a line "main;work;malloc 12", as folded output has them. Frames that end in _[k], _[j] or _[i], or that
 * stand behind a frame "-", are the kernel's, of code made at run time, or inlined. False: it ends in no number.
 */
bool flame_line(struct flame *f, const char *line, size_t len);

uint64_t flame_total(const struct flame *f);

struct flame_look {
	const char *title, *unit; /* unit: of the weights, "samples" */
	enum flame_palette palette;
	bool inverted;            /* the outermost frames at the top */
};

void flame_svg(const struct flame *f, const struct flame_look *look, struct strbuf *out);
/* The graph into a file, which is replaced ("-": standard output). 0 or -errno. */
int flame_write(const struct flame *f, const struct flame_look *look, const char *path, struct err *e);

#endif
