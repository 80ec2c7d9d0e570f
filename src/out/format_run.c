/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running of printf formats: no allocation once the buffer has its size. */
#include <string.h>

#include "base/escape.h"
#include "out/format_int.h"
#include "out/render_int.h"

/* Pads what was added since start to the width. */
static void pad(struct strbuf *out, size_t start, const struct conversion *c)
{
	size_t n = out->n - start, width = (size_t)c->width, fill;

	if (n >= width)
		return;
	fill = width - n;
	sb_fill(out, ' ', fill);
	if (c->left)
		return;
	memmove(out->p + start + fill, out->p + start, n);
	memset(out->p + start, ' ', fill);
}

/* The number as the C type of the length modifier holds it. Without a modifier that is int, as in C and bpftrace. */
static uint64_t cut_number(const struct conversion *c, int64_t v)
{
	unsigned shift = 64 - 8 * (c->bytes ? c->bytes : 4);

	if (c->conv == 'd')
		return (uint64_t)((int64_t)((uint64_t)v << shift) >> shift);
	return (uint64_t)v << shift >> shift;
}

static size_t digits_of(char *end, uint64_t v, unsigned base, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char *p = end;

	for (; v; v /= base)
		*--p = digits[v % base];
	return (size_t)(end - p);
}

static const char *sign_of(const struct conversion *c, bool negative)
{
	if (c->conv != 'd')
		return "";
	return negative ? "-" : c->plus ? "+" : c->space ? " " : "";
}

static void add_number(struct strbuf *out, const struct conversion *c, uint64_t v)
{
	bool hex = c->conv == 'x' || c->conv == 'X';
	bool negative = c->conv == 'd' && (int64_t)v < 0;
	const char *prefix = sign_of(c, negative);
	char digits[24];
	size_t n, least = c->precision >= 0 ? (size_t)c->precision : 1, start = out->n;

	n = digits_of(digits + sizeof(digits), negative ? 0 - v : v,
		      hex ? 16 : c->conv == 'o' ? 8 : 10, c->conv == 'X');
	if (c->alternate && hex && v)
		prefix = c->conv == 'x' ? "0x" : "0X";
	if (c->alternate && c->conv == 'o' && least <= n)
		least = n + 1;
	if (c->zero && !c->left && c->precision < 0 && (size_t)c->width > strlen(prefix) + least)
		least = (size_t)c->width - strlen(prefix);
	sb_adds(out, prefix);
	if (n < least)
		sb_fill(out, '0', least - n);
	sb_add(out, digits + sizeof(digits) - n, n);
	pad(out, start, c);
}

static void run_int(const struct conversion *c, const struct value_ref *arg, struct strbuf *out)
{
	int64_t v = 0;

	render_number(arg->type, arg->bytes, &v);
	if ((c->bytes == 8 || v == (int32_t)v) && c->bytes != 1 && c->bytes != 2 && c->conv == 'd' && !c->width &&
	    c->precision < 0 && !c->plus && !c->space)
		sb_addi(out, v);
	else
		add_number(out, c, cut_number(c, v));
}

static void run_char(struct render *r, const struct conversion *c, const struct value_ref *arg,
		     struct strbuf *out)
{
	size_t start = out->n;
	int64_t v = 0;
	char byte;

	render_number(arg->type, arg->bytes, &v);
	byte = (char)v;
	render_escape(r, out, &byte, 1);
	pad(out, start, c);
}

static void run_pointer(const struct conversion *c, const struct value_ref *arg, struct strbuf *out)
{
	size_t start = out->n;
	int64_t v = 0;

	render_number(arg->type, arg->bytes, &v);
	sb_add(out, "0x", 2);
	sb_addx(out, (uint64_t)v);
	pad(out, start, c);
}

/* Cuts what was added since start to the precision, not through the middle of a character. */
static void cut_text(struct strbuf *out, size_t start, size_t most)
{
	size_t n = out->n - start;
	unsigned back = 0;

	if (n <= most)
		return;
	while (most && back++ < 3 && ((unsigned char)out->p[start + most] & 0xc0) == 0x80)
		most--;
	out->n = start + most;
	out->p[out->n] = '\0';
}

static void run_string(struct render *r, const struct conversion *c, const struct value_ref *arg,
		       struct strbuf *out)
{
	size_t start = out->n;

	if (arg->type->kind == TY_STRING)
		render_string(r, out, arg->type, arg->bytes, arg->len);
	else
		render_text(r, out, arg->type, arg->bytes);
	if (c->precision >= 0)
		cut_text(out, start, (size_t)c->precision);
	pad(out, start, c);
}

static void run_gfp(struct render *r, const struct conversion *c, const struct value_ref *arg, struct strbuf *out)
{
	size_t start = out->n;
	int64_t v = 0;

	render_number(arg->type, arg->bytes, &v);
	format_gfp(out, r->types, (uint64_t)v);
	pad(out, start, c);
}

static void run_buffer(const struct conversion *c, const struct value_ref *arg, struct strbuf *out)
{
	static const char hex[] = "0123456789abcdef";
	size_t start = out->n;
	const uint8_t *p;
	uint32_t n;

	if (arg->type->kind != TY_BUFFER)
		return;
	p = render_buffer(arg->type, arg->bytes, arg->len, &n);
	if (c->conv == 'r') {
		escape_ascii(out, p, n);
	} else {
		for (uint32_t i = 0; i < n; i++) {
			char text[4] = { '\\', 'x', hex[p[i] >> 4], hex[p[i] & 15] };

			if (c->conv == 'X')
				sb_add(out, text, 4);
			else if (i)
				sb_add(out, (char[]){ ' ', text[2], text[3] }, 3);
			else
				sb_add(out, text + 2, 2);
		}
	}
	pad(out, start, c);
}

/* Six places unless the format says how many, as in C. Integers have none to show but zeros. */
static void run_decimal(const struct conversion *c, const struct value_ref *arg, struct strbuf *out)
{
	int places = c->precision < 0 ? 6 : c->precision;
	size_t start = out->n;
	int64_t v = 0;

	if (c->plus)
		sb_addc(out, '+');
	if (arg->type->kind == TY_OPAQUE && arg->type->ops->decimal) {
		arg->type->ops->decimal(out, arg->type, arg->bytes, places);
	} else {
		render_number(arg->type, arg->bytes, &v);
		sb_addi(out, v);
		if (places)
			sb_addc(out, '.');
		sb_fill(out, '0', (size_t)places);
	}
	if (c->plus && out->p[start + 1] == '-')
		memmove(out->p + start, out->p + start + 1, --out->n - start);
	pad(out, start, c);
}

void format_run(struct render *r, const struct format *f, const struct value_ref *args,
		struct strbuf *out)
{
	vec_each(f->list, i) {
		const struct conversion *c = &f->list.v[i];

		sb_add(out, c->before, c->before_len);
		switch (c->class) {
		case FC_INT:
			run_int(c, &args[i], out);
			break;
		case FC_CHAR:
			run_char(r, c, &args[i], out);
			break;
		case FC_POINTER:
			run_pointer(c, &args[i], out);
			break;
		case FC_STRING:
			run_string(r, c, &args[i], out);
			break;
		case FC_GFP:
			run_gfp(r, c, &args[i], out);
			break;
		case FC_DECIMAL:
			run_decimal(c, &args[i], out);
			break;
		case FC_BUFFER:
			run_buffer(c, &args[i], out);
			break;
		}
	}
	sb_add(out, f->after, f->after_len);
}
