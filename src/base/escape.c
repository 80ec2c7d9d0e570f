/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/escape.h"

#include <stdbool.h>
#include <stdint.h>

/* The lowest code point that needs a sequence of this length; a smaller one is overlong. */
static const uint32_t utf8_lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };

static size_t utf8_expected(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

size_t utf8_decode(const char *text, size_t n, uint32_t *ret_code)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len = n ? utf8_expected(p[0]) : 0;
	uint32_t code;

	if (!len || len > n)
		return 0;
	code = len == 1 ? p[0] : p[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < utf8_lowest[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return len;
}

/*
 * Controls, and the characters that reorder or break lines (bidirectional controls, line and
 * paragraph separators): with these a traced process could make a line show what it is not.
 */
static bool code_is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void add_hex_bytes(struct strbuf *b, const char *prefix, const char *bytes, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		sb_adds(b, prefix);
		sb_addc(b, hex[(unsigned char)bytes[i] >> 4]);
		sb_addc(b, hex[bytes[i] & 15]);
	}
}

size_t escape_terminal_one(struct strbuf *b, const char *text, size_t n)
{
	uint32_t code = 0;
	size_t len = utf8_decode(text, n, &code);

	if (len && (!code_is_unsafe(code) || code == '\n' || code == '\t')) {
		sb_add(b, text, len);
		return len;
	}
	len = len ? len : 1;
	add_hex_bytes(b, "\\x", text, len);
	return len;
}

/* Length of the plain ASCII start of a text, which needs no look at each character. */
static size_t plain_prefix(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n && text[i] >= 0x20 && text[i] < 0x7f && text[i] != '"' && text[i] != '\\')
		i++;
	return i;
}

void escape_terminal(struct strbuf *b, const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t plain = plain_prefix(text + i, n - i);

		sb_add(b, text + i, plain);
		i += plain;
		if (i < n)
			i += escape_terminal_one(b, text + i, n - i);
	}
}

static size_t escape_json_one(struct strbuf *b, const char *text, size_t n)
{
	uint32_t code = 0;
	size_t len = utf8_decode(text, n, &code);

	if (!len) {
		sb_adds(b, "\xef\xbf\xbd");
		return 1;
	}
	if (code == '"' || code == '\\') {
		sb_addc(b, '\\');
		sb_addc(b, (char)code);
	} else if (code == '\n') {
		sb_adds(b, "\\n");
	} else if (code == '\t') {
		sb_adds(b, "\\t");
	} else if (code == '\r') {
		sb_adds(b, "\\r");
	} else if (code_is_unsafe(code)) {
		sb_addf(b, "\\u%04x", code);
	} else {
		sb_add(b, text, len);
	}
	return len;
}

void escape_json(struct strbuf *b, const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t plain = plain_prefix(text + i, n - i);

		sb_add(b, text + i, plain);
		i += plain;
		if (i < n)
			i += escape_json_one(b, text + i, n - i);
	}
}

void escape_ascii(struct strbuf *b, const void *bytes, size_t n)
{
	const char *p = bytes;

	for (size_t i = 0; i < n; i++) {
		if (p[i] >= 32 && p[i] <= 126)
			sb_addc(b, p[i]);
		else
			add_hex_bytes(b, "\\x", p + i, 1);
	}
}
