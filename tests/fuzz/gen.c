/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random scripts. */
#include "tests/fuzz/fuzz.h"

struct gen {
	struct strbuf *out;
	uint64_t seed;
	unsigned depth, loops, vars, budget;
};

static uint32_t rnd(struct gen *g, uint32_t n)
{
	g->seed = g->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((g->seed >> 33) % n);
}

static void put(struct gen *g, const char *text)
{
	sb_adds(g->out, text);
}

static const char *pick(struct gen *g, const char *const *of, uint32_t n)
{
	return of[rnd(g, n)];
}
#define PICK(g, ...) pick(g, (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void number(struct gen *g);
static void text(struct gen *g);

static void constant(struct gen *g)
{
	static const int64_t nice[] = { 0, 1, 2, 3, 7, 8, 63, 64, 255, 256, 32767, 65535, INT32_MAX, 0x80000000ll,
					0xffffffffll, 0x100000000ll, INT64_MAX, 0x123456789abcdefll };

	if (rnd(g, 4))
		sb_addf(g->out, "%lld", (long long)nice[rnd(g, ARRAY_SIZE(nice))]);
	else
		sb_addf(g->out, "%u", rnd(g, 1u << rnd(g, 31)));
}

/* A key small enough to be met again. */
static void small(struct gen *g)
{
	put(g, "(int64)(");
	number(g);
	put(g, ") & 3");
}

static void text_key(struct gen *g)
{
	if (rnd(g, 2))
		text(g);
	else
		put(g, PICK(g, "\"a\"", "\"bc\"", "\"\"", "\"a longer key of text\""));
}

/* A number from memory, or of what is in scope. */
static void leaf(struct gen *g)
{
	switch (rnd(g, 12)) {
	case 0: case 1:
		constant(g);
		break;
	case 2: case 3: case 4:
		sb_addf(g->out, "$%c", 'a' + rnd(g, 4));
		break;
	case 5:
		sb_addf(g->out, "$%c", 'p' + rnd(g, 2));
		break;
	case 6:
		if (g->loops)
			sb_addf(g->out, "$i%u", rnd(g, g->loops));
		else
			put(g, "$a");
		break;
	case 7:
		put(g, PICK(g, "@init", "@plain", "@word"));
		break;
	case 8:
		put(g, "@m[");
		small(g);
		put(g, "]");
		break;
	case 9:
		put(g, "@t[");
		text_key(g);
		put(g, "]");
		break;
	case 10:
		put(g, PICK(g, "$t.0", "$t.2.0", "$t.2.1", "@tup.0", "@tup.2.1"));
		break;
	default:
		put(g, "@k[");
		small(g);
		put(g, ", ");
		text_key(g);
		put(g, PICK(g, "].0", "].1"));
	}
}

static void compare_texts(struct gen *g)
{
	put(g, "(");
	text(g);
	put(g, PICK(g, " == ", " != "));
	text(g);
	put(g, ")");
}

static void binary(struct gen *g)
{
	put(g, "(");
	number(g);
	put(g, PICK(g, " + ", " - ", " * ", " / ", " % ", " & ", " | ", " ^ ", " << ", " >> ", " == ", " != ", " < ",
		    " <= ", " > ", " >= ", " && ", " || "));
	number(g);
	put(g, ")");
}

static void number(struct gen *g)
{
	if (++g->depth > 5 || !rnd(g, 3)) {
		leaf(g);
		g->depth--;
		return;
	}
	switch (rnd(g, 10)) {
	case 0:
		put(g, PICK(g, "(-", "(~", "(!"));
		number(g);
		put(g, ")");
		break;
	case 1:
		put(g, PICK(g, "((int8)", "((uint8)", "((int16)", "((uint16)", "((int32)", "((uint32)", "((int64)",
			    "((uint64)", "((bool)"));
		number(g);
		put(g, ")");
		break;
	case 2:
		put(g, "(");
		number(g);
		put(g, " ? (int64)");
		number(g);
		put(g, " : (int64)");
		number(g);
		put(g, ")");
		break;
	case 3:
		compare_texts(g);
		break;
	case 4:
		put(g, PICK(g, "has_key(@t, ", "delete(@t, "));
		text_key(g);
		put(g, ")");
		break;
	case 5:
		put(g, PICK(g, "($t == @tup)", "($u != (\"bc\", (int64)2))", "len(@m)", "@counted", "@summed"));
		break;
	default:
		binary(g);
	}
	g->depth--;
}

static void text(struct gen *g)
{
	if (++g->depth > 4 || rnd(g, 2)) {
		put(g, PICK(g, "$s", "$r", "\"abc\"", "\"\"", "\"0123456789abcdef\"", "@str", "$t.1", "@tup.1", "$u.0"));
	} else if (rnd(g, 3)) {
		put(g, "(");
		number(g);
		put(g, " ? ");
		text(g);
		put(g, " : ");
		text(g);
		put(g, ")");
	} else {
		put(g, "@w[");
		small(g);
		put(g, "]");
	}
	g->depth--;
}

static void tuple(struct gen *g)
{
	put(g, "((int64)(");
	number(g);
	put(g, "), ");
	text(g);
	put(g, ", ((uint8)");
	number(g);
	put(g, ", (int32)");
	number(g);
	put(g, "))");
}

static void statements(struct gen *g, unsigned n);

static void assign_number(struct gen *g)
{
	static const char narrow[][10] = { "(uint8)", "(int8)" };
	uint32_t i;

	if (rnd(g, 3)) {
		sb_addf(g->out, "$%c %s (int64)(", 'a' + rnd(g, 4),
			PICK(g, "=", "=", "=", "+=", "-=", "^=", "|=", "&=", "*="));
	} else {
		i = rnd(g, 2);
		sb_addf(g->out, "$%c = %s(", 'p' + i, narrow[i]);
	}
	number(g);
	put(g, ");");
}

static void step(struct gen *g)
{
	sb_addf(g->out, PICK(g, "$%c++;", "$%c--;", "++$%c;"), rnd(g, 2) ? 'a' + rnd(g, 4) : 'p' + rnd(g, 2));
}

static void assign_map(struct gen *g)
{
	switch (rnd(g, 8)) {
	case 0:
		put(g, PICK(g, "@plain = (int64)(", "@plain += (int64)(", "@word = (uint64)("));
		number(g);
		put(g, ");");
		return;
	case 1:
		put(g, "@t[");
		text_key(g);
		put(g, PICK(g, "] = (int64)(", "] += (int64)(", "] -= (int64)("));
		number(g);
		put(g, ");");
		return;
	case 2:
		put(g, "@w[");
		small(g);
		put(g, "] = ");
		text(g);
		put(g, ";");
		return;
	case 3:
		put(g, "@k[");
		small(g);
		put(g, ", ");
		text_key(g);
		put(g, "] = ((int64)(");
		number(g);
		put(g, "), (uint16)(");
		number(g);
		put(g, "));");
		return;
	case 4:
		put(g, PICK(g, "@tup = ", "$t = "));
		tuple(g);
		put(g, ";");
		return;
	case 5:
		put(g, PICK(g, "@m[", "@m["));
		small(g);
		put(g, PICK(g, "]++;", "]--;"));
		return;
	default:
		put(g, "@m[");
		small(g);
		put(g, PICK(g, "] = (int64)(", "] += (int64)(", "] ^= (int64)(", "] -= (int64)(", "] |= (int64)("));
		number(g);
		put(g, ");");
	}
}

static void aggregate(struct gen *g)
{
	static const char *const aggs[] = { "@counted = count(", "@summed = sum((int64)", "@least[%] = min((int64)",
					    "@most[%] = max((uint32)", "@mean[%] = avg((int32)", "@all[%] = stats((int64)",
					    "@h = hist((int64)", "@hk[%] = hist((uint64)", "@l = lhist((int64)" };
	uint32_t i = rnd(g, ARRAY_SIZE(aggs));

	for (const char *p = aggs[i]; *p; p++) {
		if (*p == '%')
			small(g);
		else
			sb_addc(g->out, *p);
	}
	if (i) {
		put(g, "(");
		number(g);
		put(g, ")");
	}
	put(g, i == 8 ? ", -20, 100, 7);" : ");");
}

static void assign_text(struct gen *g)
{
	switch (rnd(g, 4)) {
	case 0:
		put(g, "$u = (");
		text(g);
		put(g, ", (int64)(");
		number(g);
		put(g, "));");
		return;
	case 1:
		put(g, "@str = ");
		break;
	default:
		put(g, PICK(g, "$s = ", "$r = "));
	}
	text(g);
	put(g, ";");
}

static void block(struct gen *g, unsigned n)
{
	put(g, " {\n");
	statements(g, n);
	put(g, "}");
}

static void branch(struct gen *g)
{
	put(g, "if (");
	number(g);
	put(g, ")");
	block(g, 1 + rnd(g, 3));
	if (rnd(g, 2)) {
		put(g, " else");
		block(g, 1 + rnd(g, 3));
	}
}

static void leave(struct gen *g)
{
	put(g, "if (");
	number(g);
	put(g, g->loops ? PICK(g, ") { break; }", ") { continue; }") : ") { $a = (int64)9; }");
}

static void loop(struct gen *g)
{
	unsigned i = g->loops++, from = rnd(g, 4), rounds = rnd(g, 5) ? rnd(g, 6) : rnd(g, 40);

	if (rnd(g, 4)) {
		sb_addf(g->out, "for ($i%u : %d..%d)", i, (int)from - 2, (int)(from + rounds) - 2);
		block(g, 1 + rnd(g, 4));
	} else {
		unsigned v = g->vars++;

		sb_addf(g->out, "$w%u = (int64)0; while ($w%u < %u) { $w%u++; $i%u = (int64)$w%u;\n", v, v, rounds, v, i, v);
		statements(g, 1 + rnd(g, 4));
		put(g, "}");
	}
	g->loops--;
}

static void map_loop(struct gen *g)
{
	static const char *const bodies[] = {
		"for ($kv : @m) { $a += $kv.1 * 3 + $kv.0; }",
		"for ($kv : @t) { if ($kv.0 == $s) { continue; } $b ^= $kv.1; @plain += 1; }",
		"for ($kv : @k) { $c += (int64)$kv.0.0 + $kv.1.0; @counted = count(); }",
		"for ($kv : @w) { if ($kv.1 == $r) { @summed = sum((int64)$kv.0); } else { @t[$kv.1] += (int64)1; } }",
	};

	put(g, bodies[rnd(g, ARRAY_SIZE(bodies))]);
}

static void print(struct gen *g)
{
	put(g, "printf(\"%lld %u %s %x\\n\", (int64)(");
	number(g);
	put(g, "), (uint16)(");
	number(g);
	put(g, "), ");
	text(g);
	put(g, ", (uint32)(");
	number(g);
	put(g, "));");
}

static void statement(struct gen *g)
{
	switch (rnd(g, 20)) {
	case 0: case 1: case 2: case 3:
		assign_number(g);
		break;
	case 4: case 5:
		assign_text(g);
		break;
	case 6:
		step(g);
		break;
	case 7: case 8:
		aggregate(g);
		break;
	case 9: case 10: case 11:
		branch(g);
		break;
	case 12: case 13:
		if (g->loops < 2)
			loop(g);
		else
			assign_map(g);
		break;
	case 14:
		leave(g);
		break;
	case 15:
		if (g->loops)
			assign_text(g);
		else
			map_loop(g);
		break;
	case 16:
		print(g);
		break;
	default:
		assign_map(g);
	}
	put(g, "\n");
}

static void statements(struct gen *g, unsigned n)
{
	for (; n; n--) {
		if (!g->budget) {
			put(g, "$a += (int64)1;\n");
			continue;
		}
		g->budget--;
		statement(g);
	}
}

/* Every map and variable has its type from here, and values that the compiler does not know. */
static void start(struct gen *g)
{
	sb_addf(g->out, "begin { @init = (int64)%u; @word = (uint64)%u; @plain = (int64)-%u; @str = \"str\"; "
			"@m[(int64)99] = (int64)1; @t[\"longer than all other texts\"] = (int64)1; "
			"@w[(int64)99] = \"longer than all other texts\"; @tup = ((int64)1, \"tuple text\", ((uint8)1, (int32)2)); "
			"@k[(int64)9, \"k\"] = ((int64)1, (uint16)1); @summed = sum((int64)1); @counted = count(); }\n",
		rnd(g, 1u << rnd(g, 31)), rnd(g, 1u << rnd(g, 31)), rnd(g, 1000));
	put(g, "begin {\n");
	for (char v = 'a'; v <= 'd'; v++)
		sb_addf(g->out, "$%c = (int64)%s; ", v, PICK(g, "@init", "@plain", "-1", "906292928890118036", "66"));
	put(g, "$p = (uint8)@init; $q = (int8)@init; $s = @str; $r = \"r\"; $t = @tup; $u = (\"bc\", (int64)2);\n");
}

void fuzz_generate(uint64_t seed, struct strbuf *out)
{
	struct gen g = { .out = out, .seed = seed * 0x9e3779b97f4a7c15ull + 1 };

	g.budget = 4 + rnd(&g, 30);
	start(&g);
	statements(&g, 4 + rnd(&g, 12));
	put(&g, "@r[\"a\"] = $a; @r[\"b\"] = $b; @r[\"c\"] = $c; @r[\"d\"] = $d; @r[\"p\"] = (int64)$p; "
		"@r[\"q\"] = (int64)$q; @e = ($s, $r, $t, $u);\n}\n");
}
