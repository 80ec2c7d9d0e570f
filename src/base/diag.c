/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/diag.h"

#include <string.h>

#include "base/escape.h"
#include "base/fdutil.h"

/* Lines longer than this are shown as a window of about this many bytes around the span. */
#define LINE_WHOLE 400
#define LINE_BEFORE 80

static const char *const tag_names[] = {
#define DIAG(id, name) [DT_##id] = name,
#include "base/diag_tags.def"
#undef DIAG
};

const char *diag_tag_name(enum diag_tag tag)
{
	return (unsigned)tag < DT_COUNT ? tag_names[tag] : "?";
}

static struct diag *diags_find(const struct diags *d, struct span at, enum diag_tag tag)
{
	vec_each(d->list, i) {
		struct diag *dg = d->list.v[i];

		if (dg->tag == tag && dg->span.start == at.start && dg->span.end == at.end)
			return dg;
	}
	return NULL;
}

/* One that is not kept is still returned, so that callers may add a hint to it. */
static struct diag *diags_add(struct diags *d, enum severity severity, struct span at,
			      enum diag_tag tag, const char *text)
{
	unsigned *count = severity == SEV_ERROR ? &d->nerrors : &d->nwarnings;
	struct diag *dg = at.end ? diags_find(d, at, tag) : NULL;

	if (dg && dg->severity == severity)
		return dg;
	dg = arena_new(d->arena, struct diag);
	*dg = (struct diag){ .severity = severity, .tag = tag, .span = at, .text = text };
	if (severity == SEV_WARNING && d->quiet_warnings)
		return dg;
	if ((*count)++ < DIAG_MAX)
		avec_push(d->arena, &d->list, dg);
	return dg;
}

struct diag *diag_error(struct diags *d, struct span at, enum diag_tag tag, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	return diags_add(d, SEV_ERROR, at, tag, text);
}

struct diag *diag_warning(struct diags *d, struct span at, enum diag_tag tag, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	return diags_add(d, SEV_WARNING, at, tag, text);
}

void diag_hint(struct diags *d, struct diag *dg, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	dg->hint = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
}

struct diags_mark diags_mark(const struct diags *d)
{
	return (struct diags_mark){ d->list.n, d->nerrors, d->nwarnings };
}

static bool diag_about(const struct diag *dg, const struct source *src)
{
	return dg->span.start >= src->base && dg->span.start <= src->base + src->len;
}

const struct diag *diags_back(struct diags *d, const struct diags_mark *m, const struct source *keep)
{
	const struct diag *first = NULL;
	size_t n = d->list.n;

	d->list.n = m->n;
	d->nerrors = m->nerrors;
	d->nwarnings = m->nwarnings;
	for (size_t i = m->n; i < n; i++) {
		struct diag *dg = d->list.v[i];

		if (diag_about(dg, keep)) {
			d->list.v[d->list.n++] = dg;
			*(dg->severity == SEV_ERROR ? &d->nerrors : &d->nwarnings) += 1;
		} else if (!first && dg->severity == SEV_ERROR) {
			first = dg;
		}
	}
	return first;
}

static void print_label(struct strbuf *out, const char *label, const char *sgr, bool colour)
{
	if (colour)
		sb_addf(out, "\033[%sm%s\033[0m: ", sgr, label);
	else
		sb_addf(out, "%s: ", label);
}

static void print_text(struct strbuf *out, const char *text)
{
	escape_terminal(out, text, strlen(text));
	sb_addc(out, '\n');
}

/* Part of a line to show: all of it, or a window around the span's start. */
struct window {
	size_t start, end; /* offsets in the line */
	bool cut_left, cut_right;
};

static bool is_continuation(const char *text, size_t at)
{
	return ((unsigned char)text[at] & 0xc0) == 0x80;
}

static struct window line_window(const char *text, size_t len, size_t at)
{
	struct window w = { 0, len, false, false };

	if (len <= LINE_WHOLE)
		return w;
	w.start = at > LINE_BEFORE ? at - LINE_BEFORE : 0;
	w.end = len - w.start > LINE_WHOLE ? w.start + LINE_WHOLE : len;
	/* Not through the middle of a character; garbage is cut anywhere. */
	for (int i = 0; i < 3 && w.start && is_continuation(text, w.start); i++)
		w.start--;
	for (int i = 0; i < 3 && w.end < len && is_continuation(text, w.end); i++)
		w.end++;
	w.cut_left = w.start > 0;
	w.cut_right = w.end < len;
	return w;
}

/*
 * The line and the marks under [from, to), offsets in the line. What a character takes on
 * the screen decides the width of its mark: an escaped byte takes four columns, the bytes
 * of one UTF-8 character one; a tab is a tab in both lines.
 */
static void print_marked_line(struct strbuf *out, const char *text, struct window w, size_t from,
			      size_t to, bool colour)
{
	_cleanup_sb_ struct strbuf marks = { 0 };

	sb_adds(out, w.cut_left ? "..." : "");
	sb_adds(&marks, w.cut_left ? "   " : "");
	for (size_t i = w.start; i < w.end;) {
		size_t shown = out->n, used = escape_terminal_one(out, text + i, w.end - i);
		size_t width = out->n - shown == used ? 1 : out->n - shown;

		if (i < to && text[i] == '\t')
			sb_addc(&marks, '\t');
		else if (i < to)
			sb_fill(&marks, i >= from ? '~' : ' ', width);
		i += used;
	}
	if (from >= w.end) /* just behind the last character */
		sb_addc(&marks, '~');
	sb_adds(out, w.cut_right ? "...\n" : "\n");
	sb_addf(out, colour ? "\033[31m%s\033[0m\n" : "%s\n", sb_str(&marks));
}

/* Prints "NAME:LINE:COL-END: " or "NAME:LINE-LINE: "; true if a single line is to be shown. */
static bool print_place(struct strbuf *out, const struct position *from, const struct position *to)
{
	escape_terminal(out, from->source->name, strlen(from->source->name));
	if (to->line != from->line) {
		sb_addf(out, ":%u-%u: ", from->line, to->line);
		return false;
	}
	sb_addf(out, ":%u:%u-%u: ", from->line, from->col, to->col + 1);
	return true;
}

void diags_print_one(const struct diags *d, const struct diag *dg, struct strbuf *out, bool colour)
{
	struct span at = dg->span;
	struct position from, to; /* to: the last byte of the span */
	bool marked = false;
	const char *line;
	size_t len;

	if (at.end && sources_find(d->sources, at.start, &from)) {
		if (at.end <= at.start + 1 || !sources_find(d->sources, at.end - 1, &to) ||
		    to.source != from.source)
			to = from;
		marked = print_place(out, &from, &to);
	}
	if (dg->severity == SEV_ERROR)
		print_label(out, "ERROR", "1;31", colour);
	else
		print_label(out, "WARNING", "1;33", colour);
	print_text(out, dg->text);
	if (marked && source_line(from.source, from.line, &line, &len))
		print_marked_line(out, line, line_window(line, len, from.col - 1), from.col - 1,
				  to.col, colour);
	if (dg->hint) {
		print_label(out, "HINT", "1;36", colour);
		print_text(out, dg->hint);
	}
}

void diags_print(const struct diags *d, struct strbuf *out, bool colour)
{
	vec_each(d->list, i)
		diags_print_one(d, d->list.v[i], out, colour);
	if (d->nerrors > DIAG_MAX)
		sb_addf(out, "ERROR: %u more errors are not shown\n", d->nerrors - DIAG_MAX);
}
