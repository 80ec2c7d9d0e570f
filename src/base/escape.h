/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from traced processes and files is hostile: it passes here before it reaches a terminal. */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stddef.h>

#include "base/strbuf.h"

/*
 * Adds text with control characters (C0 but for \n and \t, DEL, C1) and bytes that are not
 * valid UTF-8 as \xNN; printable UTF-8 goes through. n bytes are read, NULs included.
 */
void escape_terminal(struct strbuf *b, const char *text, size_t n);
/* JSON string content without the quotes: \" \\ \n \t \u00NN; invalid UTF-8 becomes U+FFFD. */
void escape_json(struct strbuf *b, const char *text, size_t n);
/* ASCII 32..126 as they are, all else \xNN (bpftrace's %r). */
void escape_ascii(struct strbuf *b, const void *bytes, size_t n);

#endif
