/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/strbuf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

void sb_done(struct strbuf *b)
{
	free(b->p);
	memset(b, 0, sizeof(*b));
}

void sb_reset(struct strbuf *b)
{
	b->n = 0;
	if (b->p)
		b->p[0] = '\0';
}

void sb_grow(struct strbuf *b, size_t extra)
{
	size_t cap = b->cap ? b->cap : 64;

	if (b->p && b->cap - b->n > extra)
		return;
	if (extra >= SIZE_MAX / 4 || b->n >= SIZE_MAX / 4)
		oom();
	while (cap - b->n <= extra)
		cap *= 2;
	b->p = xrealloc(b->p, cap);
	b->p[b->n] = '\0';
	b->cap = cap;
}

void sb_add(struct strbuf *b, const void *p, size_t n)
{
	sb_grow(b, n);
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void sb_adds(struct strbuf *b, const char *s)
{
	sb_add(b, s, strlen(s));
}

void sb_addc(struct strbuf *b, char c)
{
	sb_grow(b, 1);
	b->p[b->n++] = c;
	b->p[b->n] = '\0';
}

void sb_fill(struct strbuf *b, char c, size_t n)
{
	sb_grow(b, n);
	memset(b->p + b->n, c, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void sb_addv(struct strbuf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	sb_grow(b, 32);
	n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
	if (n >= 0 && (size_t)n >= b->cap - b->n) {
		sb_grow(b, (size_t)n);
		n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, again);
	}
	va_end(again);
	if (n < 0)
		b->p[b->n] = '\0';
	else
		b->n += (size_t)n;
}

void sb_addf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sb_addv(b, fmt, ap);
	va_end(ap);
}

void sb_addu(struct strbuf *b, unsigned long long v)
{
	char digits[20], *end = digits + sizeof(digits), *p = end;

	do {
		*--p = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	sb_add(b, p, (size_t)(end - p));
}

void sb_addi(struct strbuf *b, long long v)
{
	if (v < 0)
		sb_addc(b, '-');
	sb_addu(b, v < 0 ? 0 - (unsigned long long)v : (unsigned long long)v);
}

void sb_addx(struct strbuf *b, unsigned long long v)
{
	char digits[16], *end = digits + sizeof(digits), *p = end;

	do {
		*--p = "0123456789abcdef"[v & 15];
		v >>= 4;
	} while (v);
	sb_add(b, p, (size_t)(end - p));
}

const char *sb_str(const struct strbuf *b)
{
	return b->p ? b->p : "";
}

char *sb_take(struct strbuf *b)
{
	char *p = b->p ? b->p : xstrdup("");

	memset(b, 0, sizeof(*b));
	return p;
}
