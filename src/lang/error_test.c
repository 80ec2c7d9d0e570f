/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts and places of the parser's messages, recovery, and limits. */
#include "lang/lang_test.h"

TEST(syntax_errors)
{
	CHECK_ERRORS("begin { print(1) print(2); $x = ; }",
		     "1:18-23 expected ';', found 'print'|1:33-34 expected an expression, found ';'");
	CHECK_ERRORS("begin { $x = 5\n @y = 3\n}", "1:14-15 expected ';' after this, found '@y'");
	CHECK_ERRORS("begin { if ($x = 1) { ) } else { 5++; } }",
		     "1:16-17 expected ')', found '='|1:23-24 expected an expression, found ')'|"
		     "1:35-37 ++ and -- need a variable ($x) or a map (@x)");
	CHECK_ERRORS("begin { (1, 2) = 3; @x[] = 1 }",
		     "1:9-15 only a variable ($x) or a map (@x) can be assigned to|"
		     "1:24-25 expected a key, found ']'");
	CHECK_ERRORS("begin { print(1", "1:15-16 expected ')' after this, found the end of the script");
	CHECK_ERRORS("begin { 1", "1:9-10 expected ';' after this, found the end of the script");
	CHECK_ERRORS("begin", "1:1-6 expected ',', a /predicate/ or '{' after this, "
			      "found the end of the script");
	CHECK_ERRORS("begin { for ($i : 0..) { } for (@i : @x) { } for ($k : 5) { } }",
		     "1:22-23 expected an expression, found ')'|"
		     "1:33-35 expected the loop's variable ($x), found '@i'|"
		     "1:56-57 a for loop goes over a range (0..10) or a map (@x)");
	CHECK_ERRORS("begin { if (1) print(1); $x. = 2; while }",
		     "1:16-21 expected '{', found 'print'|"
		     "1:30-31 expected a field name or a tuple's index, found '='|"
		     "1:41-42 expected an expression, found '}'");
}

TEST(probe_errors)
{
	CHECK_ERRORS("kprobe:f foo { 1 }", "1:10-13 expected ',', a /predicate/ or '{', found 'foo'");
	CHECK_ERRORS("kprobe:f /pid == 1 { 1; }", "1:20-21 expected '/', found '{'");
	CHECK_ERRORS("k:a,,k:b { } { } /1/ { }",
		     "1:5-6 expected a probe, found ','|1:14-15 expected a probe, found '{'|"
		     "1:18-19 expected a probe, found '/'");
	CHECK_ERRORS("begin { } }", "1:11-12 expected a probe, found '}'");
	CHECK_ERRORS("u:\"a:b { }", "1:3-11 this string has no closing quote");
	CHECK_ERRORS("n=begin { 1; }", "");
	CHECK_ERRORS("config = { a 5; b = ; = 3 } begin { ; }",
		     "1:14-15 expected '=', found '5'|"
		     "1:21-22 expected a number, a string or a word, found ';'|"
		     "1:23-24 expected the name of a setting, found '='");
}

TEST(imports)
{
	CHECK_ERRORS("import \"no/such/place\"; fn f($a : int8) : void { 1; } let @m = hash(5); begin { }",
		     "1:8-23 cannot import 'no/such/place': No such file or directory");
}

TEST(addresses)
{
	CHECK_ERRORS("begin { $b = &$a; $c = &@m; $d = &5; $e = &@m[1]; }",
		     "1:34-36 & takes a variable or a map without keys|1:43-49 & takes a variable or a map without keys");
}

TEST(literal_errors)
{
	CHECK_ERRORS("begin { 18446744073709551616; 09; \"\\q\\x\\777\"; $0; 1z }",
		     "1:9-29 this number does not fit in 64 bits|"
		     "1:31-33 8 and 9 are no octal digits (a leading 0 makes a number octal)|"
		     "1:36-38 unknown escape (known: \\n \\t \\r \\\" \\\\ \\0nn \\xnn)|"
		     "1:38-40 expected a hexadecimal digit after \\x|"
		     "1:40-44 this octal escape is above 255|"
		     "1:47-49 positional parameters are $1 to $99999|"
		     "1:51-53 unknown suffix of a number (u, l, ul, ll, ull, ns, us, ms, s, m, h, d)");
	CHECK_ERRORS("begin { \"abc\n; 1 /* }", "1:9-13 this string has no closing quote|2:5-7 this comment has no end");
	CHECK_ERRORS("begin { 1; /* }", "1:12-14 this comment has no end");
	CHECK_ERRORS("begin { $; ` é; }",
		     "1:9-10 expected a name, a number or '#' after '$'|"
		     "1:12-13 this character has no meaning here");
}

TEST(condition_errors)
{
	CHECK_ERRORS("#ifdef A\nbegin { }", "1:1-9 this condition has no #endif");
	CHECK_ERRORS("#else\n#endif\nbegin { }", "1:1-6 #else without #if|2:1-7 #endif without #if");
	CHECK_ERRORS("#elif 1\n#endif\nbegin { }", "1:1-8 #elif without #if|2:1-7 #endif without #if");
	CHECK_ERRORS("#if\n#elif (1\n#elif 1 / 0\n#elif 1 1\n#elif defined(\n#elif 1 ? 2\n#endif\nbegin { }",
		     "1:4-4 this condition is not complete|2:6-9 expected ')' in this condition|"
		     "3:6-12 this division has no result|4:6-10 this condition does not end here|"
		     "5:6-15 expected a name after defined|6:6-12 expected ':' in this condition");
}

TEST(line_errors)
{
	CHECK_ERRORS("#include <no/such.h>\n#include \"no.h\"\nbegin { }",
		     "1:10-21 'no/such.h' file not found|2:10-16 'no.h' file not found");
	CHECK_ERRORS("#include <linux/no_such_header.h>\n#include <net/no/such.h>\nbegin { }", "");
	CHECK_ERRORS("#include x\n#define\n#define A(1) x\n#frob\n#\n#pragma any\nbegin { }",
		     "1:9-11 expected <name> or \"name\" after #include|"
		     "2:1-8 expected a name after #define|"
		     "3:10-15 expected names of parameters between ( and )|"
		     "4:1-6 this is no preprocessor line");
	CHECK_ERRORS("#error not so\n#warning beware\nbegin { }", "1:1-14 not so|2:1-16 beware");
	CHECK_ERRORS("#define F(a, b) a\nbegin { print(F(1)); print(F(1, 2, 3)); }",
		     "2:15-16 macro F takes 2 arguments, this use has 1|"
		     "2:28-29 macro F takes 2 arguments, this use has 3");
}

TEST(rendered_error)
{
	struct parsed p;

	parse(&p, "begin {\n  print(1,\n  2;\n}");
	CHECK_STR(sb_str(&p.messages), "t:3:4-5: ERROR: expected ')', found ';'\n"
				       "  2;\n"
				       "   ~\n"
				       "HINT: to close the one in line 2, column 8\n");
	parsed_done(&p);
}

TEST(nul_byte)
{
	struct parsed p;

	parse_n(&p, "begin { }\0{", 11);
	CHECK_STR(short_messages(&p), "1:10-11 this is not a script: it has a NUL byte");
	CHECK_EQ(p.s->probes.n, 0);
	parsed_done(&p);
}

/* n times what, between before and after. */
static const char *repeated(struct strbuf *b, const char *before, const char *what, int n,
			    const char *after)
{
	sb_reset(b);
	sb_adds(b, before);
	for (int i = 0; i < n; i++)
		sb_adds(b, what);
	sb_adds(b, after);
	return sb_str(b);
}

static void check_deep(const char *before, const char *what, const char *after)
{
	struct strbuf b = { 0 };
	struct parsed p;

	parse(&p, repeated(&b, before, what, 10000, after));
	if (p.d.nerrors != 1 || p.d.list.v[0]->tag != DT_too_deep)
		UNIT_FAIL("deep '%s': %u errors\n%s", what, p.d.nerrors, sb_str(&p.messages));
	parsed_done(&p);
	sb_done(&b);
}

TEST(deep_nesting)
{
	check_deep("begin { $x = ", "(", "1; }");
	check_deep("begin { $x = ", "(uint8)", "1; }");
	check_deep("begin { $x = ", "-", "");
	check_deep("begin { $x = ", "! ", "1; }");
	check_deep("begin { $x = 1", " + 1", "; }");
	check_deep("begin { $x = $a", ".b", "; }");
	check_deep("begin { $x = $a", "[1]", "; }");
	check_deep("begin { $x = ", "@a[", "; }");
	check_deep("begin { $x = ", "f(", "; }");
	check_deep("begin { $x = ", "1 ? 2 : ", "3; }");
	check_deep("begin { $x = ", "1 ? ", "3; }");
	check_deep("begin ", "{", "");
	check_deep("begin { ", "if (1) { ", "");
	check_deep("begin { if (1) { } ", "else if (1) { } ", "}");
	check_deep("begin { ", "for $x : 0..1 { ", "");
	check_deep("begin { $x = (int8", "*", ")1; }");
	check_deep("", "struct { ", "");
	check_deep("struct a { int x[", "(", "1)]; }");
	check_deep("struct a { int ", "*", "x; }");
}

TEST(too_large)
{
	struct strbuf b = { 0 };
	struct parsed p;

	parse(&p, repeated(&b, "begin { ", "a;", PARSE_NODES, " }"));
	CHECK_EQ(p.d.nerrors, 1);
	CHECK_EQ(p.d.list.v[0]->tag, DT_too_large);
	parsed_done(&p);
	parse(&p, repeated(&b, "begin { ", "a", 300, " }"));
	CHECK_STR(short_messages(&p), "1:9-309 this name has more than 256 characters");
	parsed_done(&p);
	parse(&p, repeated(&b, "k:", "a/", 5000, " { }"));
	CHECK_STR(short_messages(&p), "1:1-10003 this attach point is too long");
	parsed_done(&p);
	sb_done(&b);
}

TEST(many_errors)
{
	struct strbuf b = { 0 };
	struct parsed p;

	parse(&p, repeated(&b, "begin { ", "1 +;", 100, " }"));
	CHECK_EQ(p.d.nerrors, DIAG_MAX);
	parsed_done(&p);
	parse(&p, repeated(&b, "", "#error\n", 100, ""));
	CHECK_EQ(p.d.nerrors, DIAG_MAX);
	parsed_done(&p);
	sb_done(&b);
}
