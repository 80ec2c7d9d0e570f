/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree as SVG: a rectangle for each node, its place in weights as data for flame.js. */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/fdutil.h"
#include "flame/page.h"
#include "flame/tree.h"

#define WIDTH 1200     /* pixels, until a browser fits it to its window */
#define ROW 17
#define HEAD 40        /* above the frames */
#define FOOT 28        /* below them */
#define CHAR_WIDTH 7.3 /* of the font, with some room */
#define NARROWEST 20000 /* frames that are a smaller part of the whole than this are left out */

struct drawing {
	const struct flame *f;
	const struct flame_look *look;
	struct strbuf *out;
	VEC(uint32_t) order; /* children on the way down, each node's sorted by name */
	unsigned deepest;
	size_t left_out;
};

/* Hue, and how far shades of one kind lie apart; saturation and lightness in percent. */
struct colour {
	uint16_t hue, spread;
	uint8_t saturation, light;
};

static const struct colour palettes[FP_COUNT][FK_KINDS] = {
	[FP_CPU] = {
		[FK_OTHER] = { 0, 0, 0, 82 }, [FK_USER] = { 4, 20, 85, 70 }, [FK_KERNEL] = { 28, 10, 90, 62 },
		[FK_CPP] = { 48, 10, 85, 64 }, [FK_JIT] = { 110, 20, 55, 62 }, [FK_INLINED] = { 176, 12, 55, 62 },
	},
	[FP_WAIT] = {
		[FK_OTHER] = { 0, 0, 0, 82 }, [FK_USER] = { 196, 14, 70, 74 }, [FK_KERNEL] = { 222, 14, 70, 74 },
		[FK_CPP] = { 180, 10, 55, 70 }, [FK_JIT] = { 150, 14, 50, 70 }, [FK_INLINED] = { 240, 10, 50, 80 },
	},
	[FP_MEMORY] = {
		[FK_OTHER] = { 0, 0, 0, 82 }, [FK_USER] = { 100, 24, 50, 70 }, [FK_KERNEL] = { 150, 16, 50, 66 },
		[FK_CPP] = { 72, 14, 55, 66 }, [FK_JIT] = { 176, 12, 50, 68 }, [FK_INLINED] = { 190, 10, 50, 72 },
	},
};

bool flame_palette_find(const char *name, size_t len, enum flame_palette *ret)
{
	static const char *const names[FP_COUNT] = { "cpu", "wait", "memory" };

	for (size_t i = 0; i < FP_COUNT; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], name, len))
			return *ret = (enum flame_palette)i, true;
	return false;
}

/* One name has one shade, wherever it stands. */
static void add_colour(struct drawing *d, const struct flame_node *n)
{
	const struct colour *c = &palettes[d->look->palette][n->kind];
	uint32_t h = hash_bytes(n->name, n->len);
	unsigned hue = c->hue + (c->spread ? h % (c->spread + 1u) : 0);
	unsigned light = c->light + (c->spread ? (h >> 16) % 9 : 0);

	sb_addf(d->out, "hsl(%u,%u%%,%u%%)", hue, c->saturation, light);
}

/* Text of anybody's as the content of an element: also what XML has no way to write is escaped. */
static void add_text(struct strbuf *out, const char *text, size_t len)
{
	_cleanup_sb_ struct strbuf safe = { 0 };

	escape_terminal(&safe, text, len);
	for (size_t i = 0; i < safe.n; i++) {
		switch (safe.p[i]) {
		case '&': sb_adds(out, "&amp;"); break;
		case '<': sb_adds(out, "&lt;"); break;
		case '>': sb_adds(out, "&gt;"); break;
		case '"': sb_adds(out, "&quot;"); break;
		case '\n': sb_addc(out, ' '); break;
		default: sb_addc(out, safe.p[i]);
		}
	}
}

/* As much of the name as fits into so many columns; nothing if that says little. */
static void add_label(struct strbuf *out, const struct flame_node *n, unsigned columns)
{
	size_t at = 0;

	if (n->len <= columns) {
		add_text(out, n->name, n->len);
		return;
	}
	if (columns < 3)
		return;
	for (unsigned i = 0; i + 2 < columns && at < n->len; i++) {
		uint32_t code;
		size_t step = utf8_decode(n->name + at, n->len - at, &code);

		at += step ? step : 1;
	}
	add_text(out, n->name, at);
	sb_adds(out, "..");
}

/* 45 of 200 is "22.50". */
static void add_percent(struct strbuf *out, uint64_t part, uint64_t whole, int places)
{
	sb_addf(out, "%.*f", places, whole ? 100.0 * (double)part / (double)whole : 0);
}

static void add_node(struct drawing *d, const struct flame_node *n, uint64_t start, unsigned depth, unsigned height)
{
	uint64_t all = flame_total(d->f);
	unsigned y = d->look->inverted ? HEAD + depth * ROW : height - FOOT - (depth + 1) * ROW;

	sb_addf(d->out, "<g class=\"f\" data-s=\"%llu\" data-n=\"%llu\" data-d=\"%u\"><title>", (unsigned long long)start,
		(unsigned long long)n->total, depth);
	add_text(d->out, n->name, n->len);
	sb_addf(d->out, " (%llu %s, ", (unsigned long long)n->total, d->look->unit);
	add_percent(d->out, n->total, all, 2);
	sb_adds(d->out, "%)</title><rect x=\"");
	add_percent(d->out, start, all, 4);
	sb_addf(d->out, "%%\" y=\"%u\" width=\"", y);
	add_percent(d->out, n->total, all, 4);
	sb_addf(d->out, "%%\" height=\"%u\" fill=\"", ROW - 1);
	add_colour(d, n);
	sb_adds(d->out, "\"/><text x=\"");
	add_percent(d->out, start, all, 4);
	sb_addf(d->out, "%%\" y=\"%u\" dx=\"3\">", y + 12);
	add_label(d->out, n, (unsigned)((double)n->total / (double)all * WIDTH / CHAR_WIDTH));
	sb_adds(d->out, "</text></g>\n");
}

static const struct flame *sorting; /* qsort() has no argument for its function */

static int by_name(const void *a, const void *b)
{
	const struct flame_node *x = &sorting->nodes.v[*(const uint32_t *)a], *y = &sorting->nodes.v[*(const uint32_t *)b];
	int c = memcmp(x->name, y->name, x->len < y->len ? x->len : y->len);

	if (c)
		return c;
	return x->len != y->len ? (x->len < y->len ? -1 : 1) : (int)x->kind - (int)y->kind;
}

static bool too_narrow(const struct drawing *d, const struct flame_node *n)
{
	return !n->total || n->total < flame_total(d->f) / NARROWEST;
}

/* height 0: only how deep it goes is found. */
static void walk(struct drawing *d, uint32_t at, uint64_t start, unsigned depth, unsigned height)
{
	const struct flame_node *n = &d->f->nodes.v[at];
	size_t from = d->order.n;

	if (depth > d->deepest)
		d->deepest = depth;
	if (height)
		add_node(d, n, start, depth, height);
	for (uint32_t c = n->child; c; c = d->f->nodes.v[c].next)
		vec_push(&d->order, c);
	sorting = d->f;
	if (height && d->order.n - from > 1)
		qsort(d->order.v + from, d->order.n - from, sizeof(*d->order.v), by_name);
	for (size_t i = from, end = d->order.n; i < end; i++) {
		const struct flame_node *c = &d->f->nodes.v[d->order.v[i]];

		if (too_narrow(d, c))
			d->left_out += height != 0;
		else
			walk(d, d->order.v[i], start, depth + 1, height);
		start += c->total;
	}
	d->order.n = from;
}

static void add_head(struct drawing *d, unsigned height)
{
	sb_addf(d->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flame\" width=\"%u\" height=\"%u\" role=\"group\" "
			"data-row=\"%u\" data-head=\"%u\" data-foot=\"%u\" data-unit=\"", WIDTH, height, ROW, HEAD, FOOT);
	add_text(d->out, d->look->unit, strlen(d->look->unit));
	sb_addf(d->out, "\" data-inverted=\"%d\">\n<title>", d->look->inverted);
	add_text(d->out, d->look->title, strlen(d->look->title));
	sb_adds(d->out, "</title>\n<style>\n");
	sb_adds(d->out, flame_css);
	sb_adds(d->out, "</style>\n<rect class=\"back\" width=\"100%\" height=\"100%\"/>\n");
}

/* Title and controls stand before the frames, wherever a long page is scrolled to; so they come last. */
static void add_foot(struct drawing *d, unsigned height)
{
	sb_addf(d->out, "<g class=\"top\"><rect class=\"back\" width=\"100%%\" height=\"%u\"/>"
			"<text class=\"name\" x=\"50%%\" y=\"24\">", HEAD - 4);
	add_text(d->out, d->look->title, strlen(d->look->title));
	sb_adds(d->out, "</text>\n");
	sb_adds(d->out, flame_controls);
	sb_addf(d->out, "</g>\n<g class=\"bottom\"><rect class=\"back\" y=\"%u\" width=\"100%%\" height=\"%u\"/>", height - FOOT + 2,
		FOOT - 2);
	sb_addf(d->out, "<text class=\"info\" x=\"8\" y=\"%u\">", height - 9);
	if (d->left_out)
		sb_addf(d->out, "%zu frames of less than 0.005 %% are left out", d->left_out);
	sb_adds(d->out, "</text>\n");
	sb_addf(d->out, "<text class=\"found\" x=\"100%%\" dx=\"-8\" y=\"%u\"></text></g>\n", height - 9);
	sb_adds(d->out, "<script><![CDATA[\n");
	sb_adds(d->out, flame_js);
	sb_adds(d->out, "]]></script>\n</svg>\n");
}

void flame_svg(const struct flame *f, const struct flame_look *look, struct strbuf *out)
{
	struct drawing d = { .f = f, .look = look, .out = out };
	unsigned height;

	walk(&d, 0, 0, 0, 0);
	height = HEAD + (d.deepest + 1) * ROW + FOOT;
	add_head(&d, height);
	if (flame_total(f))
		walk(&d, 0, 0, 0, height);
	else
		sb_adds(out, "<text class=\"name\" x=\"50%\" y=\"60\">no stacks</text>\n");
	add_foot(&d, height);
	vec_done(&d.order);
}
