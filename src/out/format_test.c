/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include "base/arena.h"
#include "out/format.h"

struct printer {
	struct arena arena;
	struct types types;
	struct render r;
	struct strbuf out;
};

static void printer_done(struct printer *p)
{
	sb_done(&p->out);
	arena_done(&p->arena);
}

#define PRINTER(p)                                                                                 \
	__attribute__((cleanup(printer_done))) struct printer p = { 0 };                           \
	types_init(&p.types, &p.arena, NULL);                                                      \
	p.r.types = &p.types

static struct format *parse(struct printer *p, const char *text)
{
	const char *error = NULL;
	struct format *f = format_parse(&p->arena, text, strlen(text), &error);

	if (!f)
		printf("%s: %s\n", text, error);
	return f;
}

static const char *number(struct printer *p, const char *text, int64_t v)
{
	struct value_ref arg = { type_i64(), &v, 8 };

	sb_reset(&p->out);
	format_run(&p->r, parse(p, text), &arg, &p->out);
	return sb_str(&p->out);
}

static const char *string(struct printer *p, const char *text, const char *v)
{
	struct value_ref arg = { type_string(&p->types, strlen(v) + 1), v, strlen(v) + 1 };

	sb_reset(&p->out);
	format_run(&p->r, parse(p, text), &arg, &p->out);
	return sb_str(&p->out);
}

static const char *error_of(struct printer *p, const char *text)
{
	const char *error = NULL;

	return format_parse(&p->arena, text, strlen(text), &error) ? "accepted" : error;
}

TEST(allocation_flags)
{
	PRINTER(p);

	CHECK_STR(number(&p, "%gr", 0), "none");
	CHECK_STR(number(&p, "<%gr>", 0xcc0), "<GFP_KERNEL>");
	CHECK_STR(number(&p, "%gr", 0xdc0), "GFP_KERNEL|__GFP_ZERO");
	CHECK_STR(number(&p, "%gr", 0x1100cca), "GFP_HIGHUSER_MOVABLE|0x1000000");
	CHECK_STR(number(&p, "%gr", 0x2), "__GFP_HIGHMEM");
	CHECK_STR(number(&p, "%-9gr|", 1), "GFP_DMA  |");
}

/* Each against the C library. */
TEST(numbers_as_in_c)
{
	PRINTER(p);
	static const char *const formats[] = {
		"%d",	    "%5d|",    "%-5d|", "%05d",	  "%+d",    "% d",     "%.3d",	 "%8.3d|",
		"%-8.3d|",  "%+05d",   "%x",	"%X",	  "%#x",    "%#X",     "%#010x", "%o",
		"%#o",	    "%#.3o",   "%u",	"%hhd",	  "%hd",    "%ld",     "%lld",	 "%jd",
		"%zu",	    "%td",     "%hhx",	"%hu",	  "%llx",   "%lX",     "%i",	 "%20lld|",
		"%-20llu|", "%020llx", "%.0d|", "%+.0d|", "%#.0x|", "%08.3d|", "%-+6d|", "%- 6d|",
	};
	static const int64_t values[] = {
		0, 1, -1, 5, 42, -42, 255, 1000, 65536, -70000, 2147483647, -2147483648, 4294967295,
		1099511627781, INT64_MAX, INT64_MIN,
	};
	char want[128];

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		for (size_t j = 0; j < sizeof(values) / sizeof(*values); j++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(want, sizeof(want), formats[i], (long long)values[j]);
#pragma GCC diagnostic pop
			CHECK_STR(number(&p, formats[i], values[j]), want);
		}
	}
}

TEST(arguments_of_any_width)
{
	PRINTER(p);
	int8_t minus = -1;
	uint8_t yes = 1;
	struct value_ref args[] = { { type_int(1, true), &minus, 1 },
				    { type_int(1, true), &minus, 1 },
				    { type_int(1, false), &minus, 1 },
				    { type_bool(), &yes, 1 } };

	format_run(&p.r, parse(&p, "%d %x %d %d"), args, &p.out);
	CHECK_STR(sb_str(&p.out), "-1 ffffffff 255 1");
}

TEST(pointers_and_characters)
{
	PRINTER(p);

	CHECK_STR(number(&p, "%p", -1), "0xffffffffffffffff");
	CHECK_STR(number(&p, "%6p|%%", 16), "  0x10|%");
	CHECK_STR(number(&p, "%-6p|", 0), "0x0   |");
	CHECK_STR(number(&p, "[%c]", 'A'), "[A]");
	CHECK_STR(number(&p, "[%3c]", 'A'), "[  A]");
	CHECK_STR(number(&p, "[%c]", 27), "[\\x1b]");
	p.r.raw = true;
	CHECK_STR(number(&p, "[%c]", 27), "[\033]");
}

TEST(strings)
{
	PRINTER(p);

	CHECK_STR(string(&p, "%s", "abc"), "abc");
	CHECK_STR(string(&p, "[%-6s]", "abc"), "[abc   ]");
	CHECK_STR(string(&p, "[%6s]", "abc"), "[   abc]");
	CHECK_STR(string(&p, "[%-6.2s]", "abc"), "[ab    ]");
	CHECK_STR(string(&p, "[%.0s]", "abc"), "[]");
	CHECK_STR(string(&p, "[%2s]", "abc"), "[abc]");
	CHECK_STR(string(&p, "%s\r\033", "\033]0;x\a"), "\\x1b]0;x\\x07\r\033");
	CHECK_STR(string(&p, "[%.2s]", "a\xc3\xa4"), "[a]");
	CHECK_STR(string(&p, "[%.3s]", "a\xc3\xa4"), "[a\xc3\xa4]");
}

TEST(strings_shorter_than_their_type)
{
	PRINTER(p);
	struct value_ref arg = { type_string(&p.types, 64), "ab", 3 };

	format_run(&p.r, parse(&p, "%s."), &arg, &p.out);
	CHECK_STR(sb_str(&p.out), "ab.");
	sb_reset(&p.out);
	arg.len = 1;
	format_run(&p.r, parse(&p, "%s."), &arg, &p.out);
	CHECK_STR(sb_str(&p.out), "a.");
	sb_reset(&p.out);
	arg.type = type_string(&p.types, 2);
	arg.len = 2;
	format_run(&p.r, parse(&p, "%s"), &arg, &p.out);
	CHECK_STR(sb_str(&p.out), "ab");
	sb_reset(&p.out);
	arg.len = 3; /* longer than its type: what was behind is lost */
	format_run(&p.r, parse(&p, "%s"), &arg, &p.out);
	CHECK_STR(sb_str(&p.out), "a..");
	sb_reset(&p.out);
	p.r.trailer = "_xxx";
	format_run(&p.r, parse(&p, "%s"), &arg, &p.out);
	CHECK_STR(sb_str(&p.out), "a_xxx");
}

TEST(buffers)
{
	PRINTER(p);
	struct value_ref arg = { type_buffer(&p.types, 3), "\3\0\0\0a\0\xfe", 7 };
	struct value_ref args[] = { arg, arg, arg, arg };

	format_run(&p.r, parse(&p, "%r|%rx|%rh|%12r"), args, &p.out);
	CHECK_STR(sb_str(&p.out), "a\\x00\\xfe|\\x61\\x00\\xfe|61 00 fe|   a\\x00\\xfe");
	sb_reset(&p.out);
	args[0].len = 5; /* fewer bytes than the length says */
	format_run(&p.r, parse(&p, "%rh"), args, &p.out);
	CHECK_STR(sb_str(&p.out), "61");
}

TEST(literal_text_is_as_written)
{
	PRINTER(p);
	const char *error;
	struct format *f = format_parse(&p.arena, "a\0b\033", 4, &error);

	format_run(&p.r, f, NULL, &p.out);
	CHECK_EQ(p.out.n, 4);
	CHECK(!memcmp(p.out.p, "a\0b\033", 4));
	sb_reset(&p.out);
	format_run(&p.r, parse(&p, "100%"), NULL, &p.out);
	CHECK_STR(sb_str(&p.out), "100%");
	sb_reset(&p.out);
	format_run(&p.r, parse(&p, "5%, 6%\n%q%%"), NULL, &p.out);
	CHECK_STR(sb_str(&p.out), "5%, 6%\n%q%");
	sb_reset(&p.out);
	format_run(&p.r, parse(&p, ""), NULL, &p.out);
	CHECK_STR(sb_str(&p.out), "");
}

TEST(conversions_and_their_kinds)
{
	PRINTER(p);
	struct format *f = parse(&p, "%-6d%5.3lld%s%c%p%rx%%");

	CHECK_EQ(format_nargs(f), 6);
	CHECK_STR(format_spec(f, 0), "%-6d");
	CHECK_STR(format_spec(f, 1), "%5.3lld");
	CHECK_STR(format_spec(f, 5), "%rx");
	CHECK_EQ(format_class(f, 1), FC_INT);
	CHECK_EQ(format_class(f, 2), FC_STRING);
	CHECK_EQ(format_class(f, 3), FC_CHAR);
	CHECK_EQ(format_class(f, 4), FC_POINTER);
	CHECK_EQ(format_class(f, 5), FC_BUFFER);
}

TEST(what_fits_a_conversion)
{
	PRINTER(p);
	struct format *f = parse(&p, "%d %s %rx %p %c");
	const struct type *s = type_string(&p.types, 8), *b = type_buffer(&p.types, 8);
	const struct type *ptr = type_ptr(&p.types, type_none(), AS_USER);
	const struct type *e = type_enum_new(&p.types, "e");

	CHECK(format_accepts(f, 0, type_u32()));
	CHECK(format_accepts(f, 0, type_bool()));
	CHECK(format_accepts(f, 0, e));
	CHECK(format_accepts(f, 0, ptr));
	CHECK(!format_accepts(f, 0, s));
	CHECK(!format_accepts(f, 0, b));
	CHECK(format_accepts(f, 1, s));
	CHECK(format_accepts(f, 1, e));
	CHECK(format_accepts(f, 1, type_u32()));
	CHECK(format_accepts(f, 1, ptr));
	CHECK(!format_accepts(f, 1, type_none()));
	CHECK(format_accepts(f, 2, b));
	CHECK(!format_accepts(f, 2, s));
	CHECK(format_accepts(f, 3, ptr));
	CHECK(!format_accepts(f, 4, s));
}

TEST(bad_formats)
{
	PRINTER(p);

	CHECK_STR(error_of(&p, "%d %5.2e"), "unsupported format specifier: %5.2e");
	CHECK_STR(error_of(&p, "%n"), "unsupported format specifier: %n");
	CHECK_STR(error_of(&p, "%*d"), "'*' in a format is not supported: write the number");
	CHECK_STR(error_of(&p, "%99999999999d"), "width or precision over 4096 in a format");
	CHECK_STR(error_of(&p, "%.5000s"), "width or precision over 4096 in a format");
	CHECK_STR(error_of(&p, "%99999999999"), "accepted");
}
