/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growable byte buffer, always NUL-terminated once anything was added.
 * All zero bytes is a valid empty buffer; p may be NULL then (use sb_str()).
 * Reset keeps the memory, so a buffer used per event stops allocating soon.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct strbuf {
	char *p;
	size_t n, cap;
};

void sb_done(struct strbuf *b);
void sb_reset(struct strbuf *b);
void sb_grow(struct strbuf *b, size_t extra); /* room for extra bytes and the NUL */
void sb_add(struct strbuf *b, const void *p, size_t n);
void sb_adds(struct strbuf *b, const char *s);
void sb_addc(struct strbuf *b, char c);
void sb_fill(struct strbuf *b, char c, size_t n);
void sb_addf(struct strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sb_addv(struct strbuf *b, const char *fmt, va_list ap);
/* Decimal and lower-case hexadecimal without printf, for hot paths. */
void sb_addu(struct strbuf *b, unsigned long long v);
void sb_addi(struct strbuf *b, long long v);
void sb_addx(struct strbuf *b, unsigned long long v);
const char *sb_str(const struct strbuf *b); /* never NULL; borrowed */
char *sb_take(struct strbuf *b);            /* caller frees; the buffer is empty afterwards */

#endif
