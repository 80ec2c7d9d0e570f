/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows: a record's values in the columns that are shown, as text or as one JSON object. */
#include <string.h>
#include <time.h>

#include "base/fdutil.h"
#include "tool/run.h"
#include "fn/fn.h"
#include "fn/runtime.h"
#include "out/out_int.h"

#define NS 1000000000ull

/* Stacks have lines of their own below the row. */
static bool is_below(const struct tool_column *c)
{
	return c->spec.conv == 'k';
}

/* The last column of the row's own line. */
static const struct tool_column *last_in_line(const struct tool *t)
{
	for (size_t i = t->shown.n; i-- > 0;)
		if (!is_below(t->shown.v[i]))
			return t->shown.v[i];
	return NULL;
}

void tool_header(struct tool *t, struct out *o)
{
	const struct tool_column *last = last_in_line(t);

	if (t->banner)
		sb_addf(&o->buf, "%s\n", t->banner);
	vec_each(t->shown, i) {
		const struct tool_column *c = t->shown.v[i];

		if (is_below(c))
			continue;
		if (c->spec.left)
			sb_addf(&o->buf, "%-*s", c == last ? 0 : (int)c->spec.width, c->title);
		else
			sb_addf(&o->buf, "%*s", (int)c->spec.width, c->title);
		sb_adds(&o->buf, c->spec.behind);
		sb_addc(&o->buf, c == last ? '\n' : ' ');
	}
	out_event_end(o);
}

static int64_t number_of(const struct value_ref *v)
{
	int64_t n = 0;

	render_number(v->type, v->bytes, &n);
	return n;
}

/* ns as seconds, milliseconds or microseconds with so many decimals. */
static void add_scaled(struct strbuf *out, int64_t ns, uint64_t unit, int decimals)
{
	uint64_t v = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns, part = v % unit;
	unsigned digits = unit == NS ? 9 : unit == 1000 ? 3 : 6;

	sb_addf(out, "%s%llu", ns < 0 ? "-" : "", (unsigned long long)(v / unit));
	if (decimals > (int)digits)
		decimals = (int)digits;
	for (unsigned d = digits; (int)d > decimals; d--)
		part /= 10;
	if (decimals > 0)
		sb_addf(out, ".%0*llu", decimals, (unsigned long long)part);
}

/* Nanoseconds since 1970 in this format, then a fraction of the second if there is to be one. */
static void add_clock(struct strbuf *out, int64_t real, const char *format, bool utc, int decimals)
{
	time_t sec = (time_t)(real / (int64_t)NS);
	int64_t part = real % (int64_t)NS;
	struct tm tm;
	char text[64];

	if (utc)
		gmtime_r(&sec, &tm);
	else
		localtime_r(&sec, &tm);
	sb_add(out, text, strftime(text, sizeof(text), format, &tm));
	if (decimals <= 0)
		return;
	for (int i = decimals; i < 9; i++)
		part /= 10;
	sb_addf(out, ".%0*lld", decimals, (long long)part);
}

static void add_string(struct render *r, struct strbuf *out, const char *text, size_t n, bool quote)
{
	if (!quote) {
		render_escape(r, out, text, n);
		return;
	}
	sb_addc(out, '"');
	for (size_t i = 0, from = 0; i <= n; i++) {
		if (i < n && text[i] != '"')
			continue;
		render_escape(r, out, text + from, i - from);
		if (i < n)
			sb_adds(out, "\\\"");
		from = i + 1;
	}
	sb_addc(out, '"');
}

/* Strings of a list: those of a buffer, each with its NUL; or a single one, if not empty. */
struct strings {
	const char *p;
	size_t n;
	bool cut; /* the buffer was too small for all */
};

static struct strings strings_of(const struct value_ref *v)
{
	struct strings s = { v->bytes, v->len, false };
	uint32_t n;

	if (v->type->kind == TY_STRING) {
		s.n = strnlen(s.p, s.n);
		return s;
	}
	if (v->type->kind != TY_BUFFER)
		return (struct strings){ 0 };
	memcpy(&n, s.p, sizeof(n));
	s.n = n < v->type->size - sizeof(n) ? n : v->type->size - sizeof(n);
	s.cut = s.n == v->type->size - sizeof(n);
	s.p += sizeof(n);
	return s;
}

struct list {
	struct render *r;
	struct strbuf *out;
	bool quote, json, full;
	unsigned n, most;
};

static void list_add(struct list *l, const char *text, size_t n)
{
	if (l->n == l->most) {
		l->full = true;
		return;
	}
	if (l->n++)
		sb_adds(l->out, l->json ? ", " : " ");
	if (l->json)
		render_json_string(l->out, text, n);
	else
		add_string(l->r, l->out, text, n, l->quote);
}

static void list_add_value(struct list *l, const struct value_ref *v)
{
	struct strings s = strings_of(v);
	const char *end = s.p + s.n;

	while (s.p < end) {
		const char *nul = memchr(s.p, 0, (size_t)(end - s.p));
		size_t n = nul ? (size_t)(nul - s.p) : (size_t)(end - s.p);

		list_add(l, s.p, n);
		s.p += n + 1;
	}
	l->full |= s.cut;
}

/* The values from v on, n of them: all that the last column takes. */
static void add_list(struct render *r, struct strbuf *out, const struct tool_spec *spec,
		     const struct value_ref *v, size_t n, bool json)
{
	struct list l = {
		.r = r, .out = out, .quote = spec->conv == 'q', .json = json,
		.most = spec->precision < 0 ? ~0u : (unsigned)spec->precision,
	};

	if (json)
		sb_addc(out, '[');
	for (size_t i = 0; i < n; i++)
		list_add_value(&l, &v[i]);
	if (json)
		sb_adds(out, l.full ? l.n ? ", \"...\"]" : "\"...\"]" : "]");
	else if (l.full)
		sb_adds(out, " ...");
}

/* A value without the column's padding. */
static void add_value(const struct tool *t, struct render *r, struct strbuf *out, const struct tool_spec *spec,
		      const struct value_ref *v, size_t n)
{
	size_t start = out->n;

	switch (spec->conv) {
	case 'd': sb_addi(out, number_of(v)); return;
	case 'u': sb_addu(out, (uint64_t)number_of(v)); return;
	case 'x':
		sb_addf(out, "%0*llx", spec->zero ? (int)spec->width : 0, (long long)number_of(v));
		return;
	case 'o':
		sb_addf(out, "%0*llo", spec->zero ? (int)spec->width : 0, (long long)number_of(v));
		return;
	case 'f':
		add_scaled(out, number_of(v), NS, spec->precision < 0 ? 6 : spec->precision);
		return;
	case 'm':
		add_scaled(out, number_of(v), 1000000, spec->precision < 0 ? 3 : spec->precision);
		return;
	case 'y':
		add_scaled(out, number_of(v), 1000, spec->precision < 0 ? 3 : spec->precision);
		return;
	case 'T':
	case 'U':
		add_clock(out, number_of(v) + r->boot_to_real, "%H:%M:%S", spec->conv == 'U', spec->precision);
		return;
	case 'a':
	case 'q': add_list(r, out, spec, v, n, false); return;
	case 'p': format_run(r, t->message, v, out); return;
	default: break;
	}
	if (v->type->kind == TY_STRING)
		render_string(r, out, v->type, v->bytes, v->len);
	else
		render_text(r, out, v->type, v->bytes);
	if (spec->precision >= 0 && out->n - start > (size_t)spec->precision)
		out->n = start + (size_t)spec->precision;
}

/* An enumerator by its name, as in text. */
static void add_json_text(struct render *r, struct strbuf *out, const struct value_ref *v)
{
	_cleanup_sb_ struct strbuf text = { 0 };

	render_text(r, &text, v->type, v->bytes);
	render_json_string(out, sb_str(&text), text.n);
}

static void add_json(struct tool *t, struct render *r, struct strbuf *out, const struct tool_spec *spec,
		     const struct value_ref *v, size_t n)
{
	switch (spec->conv) {
	case 'd':
	case 'u':
	case 'x':
	case 'o': sb_addi(out, number_of(v)); return;
	case 'f': add_scaled(out, number_of(v), NS, 9); return;
	case 'm': add_scaled(out, number_of(v), 1000000, 6); return;
	case 'y': add_scaled(out, number_of(v), 1000, 3); return;
	case 'a':
	case 'q': add_list(r, out, spec, v, n, true); return;
	case 'p':
		sb_reset(&t->scratch);
		format_run(r, t->message, v, &t->scratch);
		render_json_string(out, sb_str(&t->scratch), t->scratch.n);
		return;
	case 'T':
	case 'U':
		sb_addc(out, '"');
		add_clock(out, number_of(v) + r->boot_to_real, "%Y-%m-%dT%H:%M:%S", true, 6);
		sb_adds(out, "Z\"");
		return;
	default: break;
	}
	if (v->type->kind == TY_STRING)
		render_json_string(out, v->bytes, strnlen(v->bytes, v->len));
	else if (v->type->kind == TY_ENUM)
		add_json_text(r, out, v);
	else
		render_json(r, out, v->type, v->bytes);
}

/* How many values column i has: the last one takes what is left. */
static size_t values_of(const struct tool *t, size_t i, size_t n)
{
	return i + 1 == t->shown.n ? n - i : 1;
}

static bool row_matches(struct tool *t, struct render *r, const struct value_ref *args, size_t n)
{
	vec_each(t->shown, i) {
		const struct tool_column *c = t->shown.v[i];

		if (!c->match)
			continue;
		sb_reset(&t->scratch);
		add_value(t, r, &t->scratch, &c->spec, &args[i], values_of(t, i, n));
		if (!strstr(sb_str(&t->scratch), tool_text(c->match)))
			return false;
	}
	return true;
}

/* A row stays one line, whatever a file may be called. */
static void one_line(struct render *r, struct strbuf *text)
{
	_cleanup_sb_ struct strbuf old = { 0 };

	if (r->raw || !text->n || !memchr(text->p, '\n', text->n))
		return;
	old = *text;
	*text = (struct strbuf){ 0 };
	for (size_t i = 0; i < old.n; i++) {
		if (old.p[i] == '\n')
			sb_adds(text, "\\x0a");
		else
			sb_addc(text, old.p[i]);
	}
}

/* What stands below a row: its stacks, then an empty line. */
static void text_below(struct tool *t, struct out *o, const struct value_ref *args)
{
	bool any = false;

	vec_each(t->shown, i) {
		const char *text;

		if (!is_below(t->shown.v[i]))
			continue;
		sb_reset(&t->scratch);
		render_text(o->render, &t->scratch, args[i].type, args[i].bytes);
		text = sb_str(&t->scratch);
		sb_adds(&o->buf, text + (*text == '\n'));
		any = true;
	}
	if (any)
		sb_addc(&o->buf, '\n');
}

static void text_row(struct tool *t, struct out *o, const struct value_ref *args, size_t n)
{
	const struct tool_column *last = last_in_line(t);

	vec_each(t->shown, i) {
		const struct tool_spec *spec = &t->shown.v[i]->spec;
		bool is_last = t->shown.v[i] == last;
		size_t len;

		if (is_below(t->shown.v[i]))
			continue;
		sb_reset(&t->scratch);
		add_value(t, o->render, &t->scratch, spec, &args[i], values_of(t, i, n));
		one_line(o->render, &t->scratch);
		len = t->scratch.n;
		if (!spec->left && len < spec->width)
			sb_fill(&o->buf, ' ', spec->width - len);
		sb_add(&o->buf, sb_str(&t->scratch), len);
		if (!is_last && spec->left && len < spec->width)
			sb_fill(&o->buf, ' ', spec->width - len);
		sb_adds(&o->buf, spec->behind);
		sb_addc(&o->buf, is_last ? '\n' : ' ');
	}
	text_below(t, o, args);
}

static void json_row(struct tool *t, struct out *o, const struct value_ref *args, size_t n)
{
	vec_each(t->shown, i) {
		const struct tool_column *c = t->shown.v[i];

		sb_adds(&o->buf, i ? ", \"" : "{\"");
		sb_adds(&o->buf, c->name);
		sb_adds(&o->buf, "\": ");
		add_json(t, o->render, &o->buf, &c->spec, &args[i], values_of(t, i, n));
	}
	sb_adds(&o->buf, "}\n");
}

/* A message has as many values as its format says, maybe none. */
static size_t least_values(const struct tool *t)
{
	return t->shown.n - (t->shown.v[t->shown.n - 1]->spec.conv == 'p');
}

void tool_row_put(struct out *o, const struct action *a, const struct value_ref *args)
{
	const struct tool_row *row = a->data;
	struct tool *t = row->tool;

	t->message = row->message;
	if (!t->shown.n || a->nargs < least_values(t) || !row_matches(t, o->render, args, a->nargs))
		return;
	t->nrows++;
	if (t->json)
		json_row(t, o, args, a->nargs);
	else
		text_row(t, o, args, a->nargs);
	out_event_end(o);
}

static void handle_row(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	const struct tool *t = ((const struct tool_row *)a->data)->tool;

	if (t->most_rows && t->nrows >= t->most_rows)
		return;
	tool_row_put(rt_out(rt), a, args);
	if (t->most_rows && t->nrows >= t->most_rows)
		rt_exit(rt, 0);
}

const struct fn_ops tool_row_fn = {
	.name = "row",
	.flags = FN_ASYNC | FN_STMT,
	.handle = handle_row,
};
