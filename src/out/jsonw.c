/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "out/jsonw.h"

#include <stdarg.h>
#include <string.h>

#include "base/escape.h"
#include "base/fdutil.h"

#define INDENT 4

static void line(struct jsonw *w)
{
	if (!w->pretty)
		return;
	sb_addc(w->out, '\n');
	sb_fill(w->out, ' ', (size_t)INDENT * w->depth);
}

/* In front of every value and name. */
static void separate(struct jsonw *w)
{
	if (w->comma)
		sb_addc(w->out, ',');
	w->comma = true;
}

static void begin(struct jsonw *w, char c)
{
	separate(w);
	sb_addc(w->out, c);
	w->depth++;
	w->comma = false;
}

static void end(struct jsonw *w, char c)
{
	w->depth--;
	if (w->comma)
		line(w);
	sb_addc(w->out, c);
	w->comma = true;
}

void jsonw_object(struct jsonw *w)
{
	begin(w, '{');
}

void jsonw_array(struct jsonw *w)
{
	begin(w, '[');
}

void jsonw_end_object(struct jsonw *w)
{
	end(w, '}');
}

void jsonw_end_array(struct jsonw *w)
{
	end(w, ']');
}

static void quoted(struct jsonw *w, const char *text, size_t n)
{
	sb_addc(w->out, '"');
	escape_json(w->out, text, n);
	sb_addc(w->out, '"');
}

void jsonw_name(struct jsonw *w, const char *name)
{
	separate(w);
	line(w);
	quoted(w, name, strlen(name));
	sb_adds(w->out, w->pretty ? ": " : ":");
	w->comma = false;
}

void jsonw_stringn(struct jsonw *w, const char *text, size_t n)
{
	separate(w);
	quoted(w, text, n);
}

void jsonw_string(struct jsonw *w, const char *text)
{
	jsonw_stringn(w, text, strlen(text));
}

void jsonw_stringf(struct jsonw *w, const char *fmt, ...)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	sb_addv(&text, fmt, ap);
	va_end(ap);
	jsonw_stringn(w, sb_str(&text), text.n);
}

void jsonw_u64(struct jsonw *w, uint64_t v)
{
	separate(w);
	sb_addu(w->out, v);
}

void jsonw_i64(struct jsonw *w, int64_t v)
{
	separate(w);
	sb_addi(w->out, v);
}

void jsonw_bool(struct jsonw *w, bool v)
{
	separate(w);
	sb_adds(w->out, v ? "true" : "false");
}

void jsonw_null(struct jsonw *w)
{
	separate(w);
	sb_adds(w->out, "null");
}

void jsonw_raw(struct jsonw *w, const char *fmt, ...)
{
	va_list ap;

	separate(w);
	va_start(ap, fmt);
	sb_addv(w->out, fmt, ap);
	va_end(ap);
}

void jsonw_hex(struct jsonw *w, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = bytes;
	char text[] = "\"0x00\"";

	jsonw_array(w);
	for (size_t i = 0; i < n; i++) {
		separate(w);
		text[3] = digits[b[i] >> 4];
		text[4] = digits[b[i] & 15];
		sb_add(w->out, text, sizeof(text) - 1);
	}
	jsonw_end_array(w);
}

void jsonw_string_at(struct jsonw *w, const char *name, const char *text)
{
	jsonw_name(w, name);
	jsonw_string(w, text);
}

void jsonw_u64_at(struct jsonw *w, const char *name, uint64_t v)
{
	jsonw_name(w, name);
	jsonw_u64(w, v);
}

void jsonw_i64_at(struct jsonw *w, const char *name, int64_t v)
{
	jsonw_name(w, name);
	jsonw_i64(w, v);
}

void jsonw_bool_at(struct jsonw *w, const char *name, bool v)
{
	jsonw_name(w, name);
	jsonw_bool(w, v);
}

void jsonw_array_at(struct jsonw *w, const char *name)
{
	jsonw_name(w, name);
	jsonw_array(w);
}

void jsonw_object_at(struct jsonw *w, const char *name)
{
	jsonw_name(w, name);
	jsonw_object(w);
}
