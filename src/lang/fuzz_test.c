/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scripts with something wrong in them, thousands: no crash, no hang, no flood of messages. */
#include "lang/lang_test.h"

static const char *const seeds[] = {
	"#!/usr/bin/bpftrace\n#ifndef BPFTRACE_HAVE_BTF\n#include <a.h>\n#else\n#define A 2 /* x */\n"
	"#endif\nstruct s { int x:3, *y; struct { char c[2][3]; }; int (*f)(int, char); };\n"
	"enum e { P, Q = 5 << 1, R };\ntypedef struct s t;\nconfig = { a = 5; b = perf }\n",
	"BEGIN, // hi\ntracepoint:syscalls:*,\nuprobe:/bin/bash:\"a:b\"+3 /pid == 1 / 2 && @x[1,\"a\"]/\n"
	"{ @x[pid, comm] = count(); $y = (struct s *)arg0; if ($1 > 3) { print((1, 2)); } else if x "
	"{ $y->z[0][1]++; } else { delete(@x[1]); } }",
	"k:f { for ($i : 0..10) { print($i) } for $kv : @x { print($kv.0.1); break; } let $z : uint64 = "
	"5ms; $f = (uint32)-1 ? (pid)*2 : (foo)2; @a <<= sizeof(struct s) + offsetof(struct s, x.y); }",
	"uprobe:$1:readline/pid/ { unroll(5) { return 1; } while (1) { continue; } (); (1,); "
	"printf(\"%d\\n\\x41\\012\", nsecs()); -1; !$x; *$p; 0x1f; 1e6; 1_000; 0777; $#; ++@; }",
};

static const char *const bits[] = {
	"(", ")", "{", "}", "[", "]", "\"", "/", "*", "/*", "*/", "//", "\n", "\n#", "#if", "#endif\n",
	"#else\n", "#define A A A\n", "#define B A B\n", "A", ";", ":", ",", "?", "@", "$", "$1", "=",
	"==", "->", ".", "..", "++", "struct", "struct s", "enum {", "(int8)", "if", "else", "let", "0x",
	"99999999999999999999", "\\", "\x80", "\xff", " ", "/pid/", "typedef", "__attribute__((",
};

static uint64_t state = 88172645463325252ull;

static uint32_t pick(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 11) % n;
}

static void mutate(struct strbuf *b)
{
	size_t at = pick((uint32_t)b->n + 1), len = pick(8);
	const char *bit = bits[pick(ARRAY_SIZE(bits))];
	struct strbuf out = { 0 };

	switch (pick(4)) {
	case 0: /* take out */
		len = len > b->n - at ? b->n - at : len;
		sb_add(&out, b->p, at);
		sb_add(&out, b->p + at + len, b->n - at - len);
		break;
	case 1: /* put in */
		sb_add(&out, b->p, at);
		sb_adds(&out, bit);
		sb_add(&out, b->p + at, b->n - at);
		break;
	case 2: /* cut off */
		sb_add(&out, b->p, pick(8) ? b->n : at);
		break;
	default: /* another byte, never NUL: that ends the parse at once */
		sb_add(&out, b->p, b->n);
		if (at < out.n)
			out.p[at] = (char)(1 + pick(255));
	}
	sb_done(b);
	*b = out;
}

TEST(mutated_scripts)
{
	for (int i = 0; i < 4000; i++) {
		struct strbuf b = { 0 };
		struct parsed p;

		sb_adds(&b, seeds[pick(ARRAY_SIZE(seeds))]);
		if (pick(2))
			sb_adds(&b, seeds[pick(ARRAY_SIZE(seeds))]);
		for (uint32_t n = pick(6); n--;)
			mutate(&b);
		parse_n(&p, sb_str(&b), b.n);
		if (p.d.nerrors > DIAG_MAX + 5)
			UNIT_FAIL("%u errors in <<%s>>", p.d.nerrors, sb_str(&b));
		parsed_done(&p);
		sb_done(&b);
	}
}

TEST(garbage)
{
	for (int i = 0; i < 500; i++) {
		struct strbuf b = { 0 };
		struct parsed p;

		for (uint32_t n = pick(300); n--;)
			sb_addc(&b, (char)(1 + pick(255)));
		if (pick(2))
			for (uint32_t n = pick(60); n--;)
				sb_adds(&b, bits[pick(ARRAY_SIZE(bits))]);
		parse_n(&p, sb_str(&b), b.n);
		parsed_done(&p);
		sb_done(&b);
	}
}
