/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One value of a row: as text, JSON or CSV. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/fdutil.h"
#include "fn/runtime.h"
#include "tool/internal.h"

#define NS 1000000000ull

/* Letters whose values have a unit. */
static const struct scale {
	char letter;
	uint64_t unit;
	int places;  /* without a precision */
	bool is_time; /* in nanoseconds; cut, not rounded */
} scales[] = {
	{ 'f', NS, 6, true }, { 'm', 1000000, 3, true }, { 'y', 1000, 3, true }, { 'n', 1, 2, false },
	{ 'K', 1 << 10, 0, false }, { 'M', 1 << 20, 0, false }, { 'G', 1 << 30, 0, false },
};

static const struct scale *scale_of(const struct tool_spec *spec)
{
	for (size_t i = 0; i < ARRAY_SIZE(scales); i++)
		if (scales[i].letter == spec->conv)
			return &scales[i];
	return NULL;
}

/* A cell as a number, typed or not. */
static int64_t number_of(const struct tool_cell *c)
{
	int64_t n = 0;

	if (!c->n)
		return (int64_t)c->number;
	if (c->v)
		render_number(c->v->type, c->v->bytes, &n);
	return n;
}

static double real_of(const struct tool_cell *c)
{
	return c->n ? (double)number_of(c) : c->number;
}

/* How many decimals a number of the smallest unit has in this one. */
static unsigned digits_of(uint64_t unit)
{
	unsigned n = 0;

	while (unit >= 10) {
		unit /= 10;
		n++;
	}
	return n;
}

/* ns as seconds, milliseconds or microseconds with so many decimals, cut. */
static void add_scaled(struct strbuf *out, int64_t ns, uint64_t unit, int decimals)
{
	uint64_t v = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns, part = v % unit;
	unsigned digits = digits_of(unit);

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

/* Does the value bring its own decimals? */
static bool add_decimal(struct strbuf *out, const struct tool_cell *c, int places)
{
	const struct type *t = c->n && c->v ? c->v->type : NULL;

	if (!t || t->kind != TY_OPAQUE || !t->ops->decimal)
		return false;
	t->ops->decimal(out, t, c->v->bytes, places);
	return true;
}

static void add_scale(struct strbuf *out, const struct scale *s, const struct tool_cell *c, int places)
{
	double d = real_of(c) / (double)s->unit;

	if (s->is_time && c->n)
		add_scaled(out, number_of(c), s->unit, places);
	else if (add_decimal(out, c, places))
		return;
	else if (!places)
		sb_addi(out, (int64_t)d);
	else
		sb_addf(out, "%.*f", places, d);
}

/* For JSON: as many decimals as there are, six at most. */
static void add_exact(struct strbuf *out, const struct scale *s, const struct tool_cell *c)
{
	size_t start = out->n;

	if (s->is_time) {
		add_scale(out, s, c, (int)digits_of(s->unit));
		return;
	}
	add_scale(out, s, c, 6);
	if (!memchr(out->p + start, '.', out->n - start))
		return;
	while (out->p[out->n - 1] == '0')
		out->n--;
	out->n -= out->p[out->n - 1] == '.';
}

static void add_errno(struct strbuf *out, int64_t code)
{
	const char *name = code > -4096 && code < 4096 ? strerrorname_np((int)(code < 0 ? -code : code)) : NULL;

	if (code && name)
		sb_adds(out, name);
	else
		sb_addi(out, code);
}

static void add_typed(struct render *r, struct strbuf *out, const struct tool_spec *spec, const struct tool_cell *c)
{
	size_t start = out->n;

	if (!c->n)
		sb_addi(out, (int64_t)c->number);
	else if (c->v && c->v->type->kind == TY_STRING)
		render_string(r, out, c->v->type, c->v->bytes, c->v->len);
	else if (c->v)
		render_text(r, out, c->v->type, c->v->bytes);
	if (spec->precision >= 0 && out->n - start > (size_t)spec->precision)
		out->n = start + (size_t)spec->precision;
}

static void add_text(struct render *r, struct strbuf *out, const struct tool_spec *spec, const struct tool_cell *c)
{
	const struct scale *scale = scale_of(spec);
	int zeros = spec->zero ? (int)spec->width : 0;

	if (scale) {
		add_scale(out, scale, c, spec->precision < 0 ? scale->places : spec->precision);
		return;
	}
	switch (spec->conv) {
	case 'd': sb_addi(out, number_of(c)); return;
	case 'u': sb_addu(out, (uint64_t)number_of(c)); return;
	case 'x': sb_addf(out, "%0*llx", zeros, (long long)number_of(c)); return;
	case 'o': sb_addf(out, "%0*llo", zeros, (long long)number_of(c)); return;
	case 'e': add_errno(out, number_of(c)); return;
	case 'T':
	case 'U':
		add_clock(out, number_of(c) + r->boot_to_real, "%H:%M:%S", spec->conv == 'U', spec->precision);
		return;
	case 'a':
	case 'q': add_list(r, out, spec, c->v, c->n, false); return;
	case 'p': format_run(r, c->message, c->v, out); return;
	default: add_typed(r, out, spec, c); return;
	}
}

void tool_cell_text(struct render *r, struct strbuf *out, const struct tool_spec *spec, const struct tool_cell *c)
{
	add_text(r, out, spec, c);
	one_line(r, out);
}

/* An enumerator by its name, as in text. */
static void json_enum(struct render *r, struct strbuf *out, const struct value_ref *v)
{
	_cleanup_sb_ struct strbuf text = { 0 };

	render_text(r, &text, v->type, v->bytes);
	render_json_string(out, sb_str(&text), text.n);
}

static void json_typed(struct render *r, struct strbuf *out, const struct tool_cell *c)
{
	if (!c->n)
		sb_addi(out, (int64_t)c->number);
	else if (!c->v)
		sb_adds(out, "null");
	else if (c->v->type->kind == TY_STRING)
		render_json_string(out, c->v->bytes, strnlen(c->v->bytes, c->v->len));
	else if (c->v->type->kind == TY_ENUM)
		json_enum(r, out, c->v);
	else
		render_json(r, out, c->v->type, c->v->bytes);
}

void tool_cell_json(struct tool *t, struct strbuf *out, const struct tool_spec *spec, const struct tool_cell *c)
{
	const struct scale *scale = scale_of(spec);
	struct render *r = t->out->render;

	if (scale) {
		add_exact(out, scale, c);
		return;
	}
	switch (spec->conv) {
	case 'd': sb_addi(out, number_of(c)); return;
	case 'u':
	case 'x':
	case 'o': sb_addu(out, (uint64_t)number_of(c)); return;
	case 'a':
	case 'q': add_list(r, out, spec, c->v, c->n, true); return;
	case 'e':
		sb_addc(out, '"');
		add_errno(out, number_of(c));
		sb_addc(out, '"');
		return;
	case 'p':
		sb_reset(&t->scratch);
		format_run(r, c->message, c->v, &t->scratch);
		render_json_string(out, sb_str(&t->scratch), t->scratch.n);
		return;
	case 'T':
	case 'U':
		sb_addc(out, '"');
		add_clock(out, number_of(c) + r->boot_to_real, "%Y-%m-%dT%H:%M:%S", true, 6);
		sb_adds(out, "Z\"");
		return;
	default: json_typed(r, out, c); return;
	}
}

void tool_csv_text(struct strbuf *out, const char *text, size_t n)
{
	bool plain = true;

	for (size_t i = 0; i < n; i++)
		plain &= !strchr(",\"\n\r", text[i]);
	if (plain) {
		sb_add(out, text, n);
		return;
	}
	sb_addc(out, '"');
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"')
			sb_addc(out, '"');
		sb_addc(out, text[i]);
	}
	sb_addc(out, '"');
}
