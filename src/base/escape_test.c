/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <stdlib.h>

#include "base/escape.h"

static struct strbuf sb;

static const char *terminal(const char *text, size_t n)
{
	sb_reset(&sb);
	escape_terminal(&sb, text, n);
	return sb_str(&sb);
}

static const char *json(const char *text, size_t n)
{
	sb_reset(&sb);
	escape_json(&sb, text, n);
	return sb_str(&sb);
}

#define BYTES(s) s, sizeof(s) - 1

TEST(terminal_lets_text_through)
{
	CHECK_STR(terminal(BYTES("plain \"text\" \\ \n\t")), "plain \"text\" \\ \n\t");
	CHECK_STR(terminal(BYTES("Zoë 文 \xf0\x9f\x90\x9d")), "Zoë 文 \xf0\x9f\x90\x9d");
	CHECK_STR(terminal(BYTES("")), "");
}

TEST(terminal_escapes_controls)
{
	CHECK_STR(terminal(BYTES("\033[2Jx\r\x7f")), "\\x1b[2Jx\\x0d\\x7f");
	CHECK_STR(terminal(BYTES("a\0b")), "a\\x00b");
	CHECK_STR(terminal(BYTES("\xc2\x9b" "31m")), "\\xc2\\x9b31m");         /* C1: CSI */
	CHECK_STR(terminal(BYTES("\xe2\x80\xae")), "\\xe2\\x80\\xae"); /* right-to-left override */
}

TEST(terminal_escapes_bytes_that_are_not_utf8)
{
	CHECK_STR(terminal(BYTES("\xff\xc0\x80")), "\\xff\\xc0\\x80");
	CHECK_STR(terminal(BYTES("\xe0\x80\x80")), "\\xe0\\x80\\x80");         /* overlong */
	CHECK_STR(terminal(BYTES("\xed\xa0\x80")), "\\xed\\xa0\\x80");         /* surrogate */
	CHECK_STR(terminal(BYTES("\xf4\x90\x80\x80")), "\\xf4\\x90\\x80\\x80"); /* over 10FFFF */
	CHECK_STR(terminal(BYTES("x\xc3")), "x\\xc3");                         /* cut off */
}

TEST(json_content)
{
	CHECK_STR(json(BYTES("a\"b\\c\n\t\r\x01")), "a\\\"b\\\\c\\n\\t\\r\\u0001");
	CHECK_STR(json(BYTES("a\0b\x7f")), "a\\u0000b\\u007f");
	CHECK_STR(json(BYTES("é\xff")), "é\xef\xbf\xbd");
}

TEST(ascii)
{
	sb_reset(&sb);
	escape_ascii(&sb, "A~\x7f\0\xc3\n", 6);
	CHECK_STR(sb_str(&sb), "A~\\x7f\\x00\\xc3\\x0a");
}

TEST(every_two_bytes_give_safe_text)
{
	for (unsigned v = 0; v < 65536; v++) {
		char text[2] = { (char)(v >> 8), (char)v };
		const char *out = terminal(text, 2);
		uint32_t code;

		for (size_t i = 0, len; i < sb.n; i += len) {
			len = utf8_decode(out + i, sb.n - i, &code);
			if (!len || (code < 32 && code != '\n' && code != '\t')) {
				CHECK_EQ(v, -1);
				break;
			}
		}
	}
	sb_done(&sb);
}
