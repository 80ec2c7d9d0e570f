/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/lang_test.h"

TEST(precedence)
{
	CHECK_FORM("1 + 2 * 3", "(+ 1 (* 2 3))");
	CHECK_FORM("10 - 5 - 2", "(- (- 10 5) 2)");
	CHECK_FORM("1 + 2 << 3", "(<< (+ 1 2) 3)");
	CHECK_FORM("1 << 2 < 8", "(< (<< 1 2) 8)");
	CHECK_FORM("5 > 3 == 1", "(== (> 5 3) 1)");
	CHECK_FORM("5 == 5 & 1", "(& (== 5 5) 1)");
	CHECK_FORM("1 & 3 ^ 2 | 4", "(| (^ (& 1 3) 2) 4)");
	CHECK_FORM("1 | 2 && 4 || 5", "(|| (&& (| 1 2) 4) 5)");
	CHECK_FORM("1 || 0 ? 5 : 10", "(? (|| 1 0) 5 10)");
	CHECK_FORM("1 ? 2 ? 3 : 4 : 5", "(? 1 (? 2 3 4) 5)");
	CHECK_FORM("1 ? 2 : 3 ? 4 : 5", "(? 1 2 (? 3 4 5))");
	CHECK_FORM("$a ?: 5", "(? $a 5)");
	CHECK_FORM("-1 * !$x + ~2", "(+ (* (- 1) (! $x)) (~ 2))");
	CHECK_FORM("*$p + 1", "(+ (* $p) 1)");
	CHECK_FORM("*@x**@y", "(* (* (@x)) (* (@y)))");
	CHECK_FORM("- -1", "(- (- 1))");
}

TEST(postfix)
{
	CHECK_FORM("$a.b->c[1].0", "(.0 ([] (->c (.b $a)) 1))");
	CHECK_FORM("*$a.b", "(* (.b $a))");
	CHECK_FORM("args.if", "(.if args)");
	CHECK_FORM("@x[1, \"a\"].f", "(.f (@x[] 1 \"a\"))");
	CHECK_FORM("@[(1, 2)]", "(@[] (tuple 1 2))");
	CHECK_FORM("f()", "(f())");
	CHECK_FORM("f(1, g(2))", "(f() 1 (g() 2))");
	CHECK_FORM("$x++", "(post++ $x)");
	CHECK_FORM("--@x[1]", "(pre-- (@x[] 1))");
	CHECK_FORM("delete(@x[1, 2])", "(delete() (@x[] 1 2))");
	CHECK_FORM("print(($1 + $#, true))", "(print() (tuple (+ $1 $0) true))");
}

TEST(tuples_and_groups)
{
	CHECK_FORM("()", "(tuple)");
	CHECK_FORM("(1,)", "(tuple 1)");
	CHECK_FORM("(1, 2,)", "(tuple 1 2)");
	CHECK_FORM("((1))", "1");
	CHECK_FORM("(1, (2, 3))", "(tuple 1 (tuple 2 3))");
}

TEST(casts)
{
	CHECK_FORM("(int32)arg0", "(cast <int32> arg0)");
	CHECK_FORM("(struct a *)arg0->b", "(cast <struct a*> (->b arg0))");
	CHECK_FORM("((struct a *)arg0)->b", "(->b (cast <struct a*> arg0))");
	CHECK_FORM("(uint64)-1", "(cast <uint64> (- 1))");
	CHECK_FORM("(unsigned long int)*$x", "(cast <unsigned long int> (* $x))");
	CHECK_FORM("(pid)*2", "(* pid 2)");
	CHECK_FORM("(pid) - 1", "(- pid 1)");
	CHECK_FORM("(pid) & 1", "(& pid 1)");
	CHECK_FORM("(mytype)$x", "(cast <mytype> $x)");
	CHECK_FORM("(mytype *)*$x", "(cast <mytype*> (* $x))");
	CHECK_FORM("(enum e)1", "(cast <enum e> 1)");
	CHECK_FORM("(string[64])arg0", "(cast <string[64]> arg0)");
	CHECK_FORM("(int8[])$x", "(cast <int8[-1]> $x)");
	CHECK_FORM("(int32*[4]*)arg0", "(cast <int32*[4]*> arg0)");
	CHECK_FORM("(const char *)arg0", "(cast <char*> arg0)");
	CHECK_FORM("($x)", "$x");
	CHECK_FORM("(a[1])", "([] a 1)");
	CHECK_FORM("(int32)arg0 + 1", "(+ (cast <int32> arg0) 1)");
	CHECK_FORM("(bool)(uint8)$x", "(cast <bool> (cast <uint8> $x))");
}

TEST(sizes)
{
	CHECK_FORM("sizeof(struct a)", "(sizeof <struct a>)");
	CHECK_FORM("sizeof(uint32)", "(sizeof <uint32>)");
	CHECK_FORM("sizeof(string[16])", "(sizeof <string[16]>)");
	CHECK_FORM("sizeof($x)", "(sizeof $x)");
	CHECK_FORM("sizeof(a * b)", "(sizeof (* a b))");
	CHECK_FORM("offsetof(struct a, b.c)", "(offsetof <struct a> b c)");
	CHECK_FORM("offsetof($x, b)", "(offsetof $x b)");
}

TEST(assignments)
{
	CHECK_FORM("$x = 1", "(= $x 1)");
	CHECK_FORM("@ = count()", "(= (@) (count()))");
	CHECK_FORM("@a[1] <<= 2", "(<<= (@a[] 1) 2)");
	CHECK_FORM("$x ^= 1; $y = 2", "(^= $x 1)");
	CHECK_FORM("$x = (struct a)*$y", "(= $x (cast <struct a> (* $y)))");
}

TEST(statements)
{
	CHECK_TREE("begin { let $x; let $y : string[8] = \"a\"; if 1 { 2 } else if (3) { } else { 4; } }",
		   "probe begin\n"
		   "  block\n"
		   "    let $x\n"
		   "    let $y (string[8])\n"
		   "      string \"a\"\n"
		   "    if\n"
		   "      int 1\n"
		   "      block\n"
		   "        do\n"
		   "          int 2\n"
		   "    else\n"
		   "      if\n"
		   "        int 3\n"
		   "        block\n"
		   "      else\n"
		   "        block\n"
		   "          do\n"
		   "            int 4\n");
	CHECK_TREE("end { for ($i : 0..$n) { break } for $kv : @m { continue; } while ($x) { return 1 }"
		   " unroll(3) { } ; { 1 } }",
		   "probe end\n"
		   "  block\n"
		   "    for-range\n"
		   "      var $i\n"
		   "      int 0\n"
		   "      var $n\n"
		   "      block\n"
		   "        break\n"
		   "    for-map\n"
		   "      var $kv\n"
		   "      map @m\n"
		   "      block\n"
		   "        continue\n"
		   "    while\n"
		   "      var $x\n"
		   "      block\n"
		   "        return\n"
		   "          int 1\n"
		   "    unroll\n"
		   "      int 3\n"
		   "      block\n"
		   "    block\n"
		   "      do\n"
		   "        int 1\n");
}

TEST(conditions)
{
	CHECK_TREE("begin { if (1) == 2 { } if (1, 2).0 { } while ($x) && $y { } }",
		   "probe begin\n"
		   "  block\n"
		   "    if\n"
		   "      binary ==\n"
		   "        int 1\n"
		   "        int 2\n"
		   "      block\n"
		   "    if\n"
		   "      tuple-index .0\n"
		   "        tuple\n"
		   "          int 1\n"
		   "          int 2\n"
		   "      block\n"
		   "    while\n"
		   "      binary &&\n"
		   "        var $x\n"
		   "        var $y\n"
		   "      block\n");
}

TEST(config)
{
	CHECK_TREE("config = { BPFTRACE_MAX_STRLEN = 64; stack_mode = perf; license = \"GPL\"; on = true }",
		   "config max_strlen\n  int 64\n"
		   "config stack_mode\n  name perf\n"
		   "config license\n  string \"GPL\"\n"
		   "config on\n  bool true\n");
	CHECK_TREE("config = { }", "");
}

/* Attach points: parts with bars between them, predicates in brackets. */
static void one_point(struct strbuf *b, const struct attach_point *ap)
{
	vec_each(ap->parts, k) {
		sb_addf(b, "%s%s", k ? "|" : "", ap->parts.v[k]);
		if (ap->quoted.v[k])
			sb_addf(b, "<%zu>", ap->quoted.v[k]);
	}
	sb_adds(b, ap->optional ? "? " : ap->alt ? " or " : " ");
}

static const char *points(struct parsed *p, const char *text)
{
	struct strbuf b = { 0 };
	const char *ret;

	parse(p, text);
	if (p->messages.n)
		return sb_str(&p->messages);
	vec_each(p->s->probes, i) {
		const struct probe_block *pb = p->s->probes.v[i];

		vec_each(pb->points, j)
			for (const struct attach_point *ap = pb->points.v[j]; ap; ap = ap->alt)
				one_point(&b, ap);
		if (pb->pred) {
			sb_adds(&b, "[");
			form(&b, pb->pred);
			sb_adds(&b, "] ");
		}
	}
	ret = arena_strdup(&p->arena, sb_str(&b));
	sb_done(&b);
	return ret;
}

#define CHECK_POINTS(text, want)                                                                   \
	do {                                                                                       \
		struct parsed p_;                                                                  \
		CHECK_STR(points(&p_, text), want);                                                \
		parsed_done(&p_);                                                                  \
	} while (0)

TEST(attach_points)
{
	CHECK_POINTS("begin { } END{}", "begin END ");
	CHECK_POINTS("k:f{} kprobe:[Ss]ys_*?+0x10 {}", "k|f kprobe|[Ss]ys_*?+0x10 ");
	CHECK_POINTS("uprobe:/bin/bash:readline {}", "uprobe|/bin/bash|readline ");
	CHECK_POINTS("u:./a/b*:\"f(int, x:y)\"+4{}", "u|./a/b*|f(int, x:y)+4<11> ");
	CHECK_POINTS("usdt:\"/a b/c\":p:\"q\\\"r\" {}", "usdt|/a b/c<6>|p|q\"r<3> ");
	CHECK_POINTS("t:a:b,\n// x, y\nt:c:d /* , */ ,\n t:e:f,\n{}", "t|a|b t|c|d t|e|f ");
	CHECK_POINTS("*:/bin/sh:* {} *ware:*{}", "*|/bin/sh|* *ware|* ");
	CHECK_POINTS("uprobe:/with#hash:asdf {}", "uprobe|/with#hash|asdf ");
	CHECK_POINTS("config:a {} struct:b {}", "config|a struct|b ");
}

TEST(attach_alternatives)
{
	CHECK_POINTS("f:a || k:a||rt:b, t:c:d {}", "f|a or k|a or rt|b t|c|d ");
	CHECK_POINTS("k:a? {} k:a?b {} k:\"a?\" {}", "k|a? k|a?b k|a?<2> ");
	CHECK_POINTS("f:a || k:a?, k:b?? {}", "f|a? k|a? k|b?? ");
	CHECK_POINTS("k:a||\nk:b /pid/ {}", "k|a or k|b [pid] ");
}

TEST(attach_parameters)
{
	CHECK_POINTS("uprobe:$2:main {}", "uprobe|/bin/two|main ");
	CHECK_POINTS("k:x$1y {} k:$9z{} k:a$b {}", "k|xoney k|z k|a$b ");
	CHECK_POINTS("i:s:$3 {}", "i|s|3 ");
}

TEST(predicates)
{
	CHECK_POINTS("uprobe:/bin/bash:readline /pid == 1/ {}",
		     "uprobe|/bin/bash|readline [(== pid 1)] ");
	CHECK_POINTS("k:f /100/25/ {}", "k|f [(/ 100 25)] ");
	CHECK_POINTS("k:f / @x / {}", "k|f [(@x)] ");
	CHECK_POINTS("begin/pid/{}", "begin [pid] ");
	CHECK_POINTS("k:f/pid/{}", "k|f [pid] ");
	CHECK_POINTS("uprobe:/a/b:c/pid/ {}", "uprobe|/a/b|c [pid] ");
	CHECK_POINTS("k:f/pid == 1/ {}", "k|f [(== pid 1)] ");
	CHECK_POINTS("k:f/pid||tid/{}", "k|f [(|| pid tid)] ");
	CHECK_POINTS("k:f/@a[1,pid]/{}", "k|f [(@a[] 1 pid)] ");
	CHECK_POINTS("u:./a:x.y/z.F,k:g{}", "u|./a|x.y/z.F k|g ");
	CHECK_POINTS("u:./a:x.y/z.F,BEGIN{}", "u|./a|x.y/z.F BEGIN ");
	CHECK_POINTS("k:f, k:g, /(1/2)/3/ {}", "k|f k|g [(/ (/ 1 2) 3)] ");
	CHECK_POINTS("k:f /*c*/ /a/ // x\n{}", "k|f [a] ");
}

TEST(macros_in_scripts)
{
	CHECK_FORM("1; }\n#define TWO (1 + 1)\nend { TWO", "1");
	CHECK_TREE("#define N (1 + 1)\n#define probe other\nk:probe { N * 3 }",
		   "probe k:probe\n"
		   "  block\n"
		   "    do\n"
		   "      binary *\n"
		   "        binary +\n"
		   "          int 1\n"
		   "          int 1\n"
		   "        int 3\n");
}

TEST(spans)
{
	struct parsed p;
	const struct node *n;

	parse(&p, "k:f /a/ { @x[1] = $y + f(2); }");
	CHECK_EQ(p.s->probes.v[0]->span.start, 1);
	CHECK_EQ(p.s->probes.v[0]->span.end, 4);
	n = p.s->probes.v[0]->body->list.v[0];
	CHECK_EQ(n->span.start, 11);
	CHECK_EQ(n->span.end, 28);
	CHECK_EQ(n->op_span.start, 17);
	CHECK_EQ(n->a->span.end, 16);
	CHECK_EQ(n->b->span.start, 19);
	CHECK_EQ(n->b->op_span.start, 22);
	CHECK_EQ(n->b->b->span.start, 24);
	CHECK_EQ(n->b->b->span.end, 28);
	CHECK_EQ(n->b->b->op_span.end, 25);
	parsed_done(&p);
}
