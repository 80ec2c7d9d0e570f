/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from traced processes and files is hostile: it passes here before it reaches a terminal. */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/* Length (1..4) and code point of the UTF-8 sequence that text starts with; 0: not valid UTF-8. */
size_t utf8_decode(const char *text, size_t n, uint32_t *ret_code);
/*
 * Adds text with control characters (C0 but for \n and \t, DEL, C1, bidirectional controls) and
 * bytes that are not valid UTF-8 as \xNN; printable UTF-8 goes through. n bytes are read, NULs
 * included.
 */
void escape_terminal(struct strbuf *b, const char *text, size_t n);
/* The same for the first character of a text that is not empty; returns the bytes it took. */
size_t escape_terminal_one(struct strbuf *b, const char *text, size_t n);
/* JSON string content without the quotes: \" \\ \n \t, other controls \u00NN; invalid UTF-8 becomes U+FFFD. */
void escape_json(struct strbuf *b, const char *text, size_t n);
/* ASCII 32..126 as they are, all else \xNN (bpftrace's %r). */
void escape_ascii(struct strbuf *b, const void *bytes, size_t n);

#endif
