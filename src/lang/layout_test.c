/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/layout.h"

#include <string.h>

#include "tests/unit.h"

static void laid_out(const char *text, size_t n, struct strbuf *out)
{
	sb_reset(out);
	layout_format(text, n, out);
}

/* text becomes want, and stays so. */
static void expect(const char *text, const char *want)
{
	struct strbuf once = { 0 }, twice = { 0 };

	laid_out(text, strlen(text), &once);
	CHECK_STR(sb_str(&once), want);
	laid_out(sb_str(&once), once.n, &twice);
	CHECK_STR(sb_str(&twice), sb_str(&once));
	sb_done(&once);
	sb_done(&twice);
}

TEST(layout_statements)
{
	expect("begin{@x=1;}", "begin { @x = 1; }\n");
	expect("begin\n{@x=1;@y=2;\n\n\nif(@x){exit();}else{\nclear(@y);}\n}",
	       "begin\n{\n\t@x = 1;\n\t@y = 2;\n\n\tif (@x) { exit(); } else {\n\t\tclear(@y);\n\t}\n}\n");
	expect("begin { if (1)\n{ @ = 1 }\nelse if 2 { @ = 2 } while(1){break;} }",
	       "begin\n{\n\tif (1) { @ = 1 } else if 2 { @ = 2 }\n\twhile (1) { break; }\n}\n");
	expect("begin {\n\n}", "begin {}\n");
	expect("begin {\nprint((1,\n2));\n@y = 1 +\n2; }", "begin\n{\n\tprint((1,\n\t\t2));\n\t@y = 1 +\n\t\t2;\n}\n");
	expect("begin {\n$x = {\n$y=1; $y };\n@=$x }", "begin\n{\n\t$x = {\n\t\t$y = 1;\n\t\t$y\n\t};\n\t@ = $x\n}\n");
	expect("begin { unroll(3) { @++; } for($i:0..10){ print($i); } }",
	       "begin { unroll(3) { @++; } for ($i : 0..10) { print($i); } }\n");
}

TEST(layout_expressions)
{
	expect("begin { $a=-1- -$b*+ +3; @[1 ,2]+=$a<<2; }", "begin { $a = -1 - -$b * + +3; @[1, 2] += $a << 2; }\n");
	expect("begin { $p=* (uint64*)$q; $z=$a * *$p; print(& $z,$z&1); }",
	       "begin { $p = *(uint64 *)$q; $z = $a * *$p; print(&$z, $z & 1); }\n");
	expect("begin { $s=(struct sock*)arg0->x . y [ 3 ]; $n=(int64) -1; $m=( $n ) -1; }",
	       "begin { $s = (struct sock *)arg0->x.y[3]; $n = (int64)-1; $m = ($n) - 1; }\n");
	expect("begin { $a=1?2:3; $b=$a?:4; ++$a; $a --; !$a&&~$b; }",
	       "begin { $a = 1 ? 2 : 3; $b = $a ?: 4; ++$a; $a--; !$a && ~$b; }\n");
	expect("begin { @x=sizeof( struct a )+offsetof(struct a,b); return -1; }",
	       "begin { @x = sizeof(struct a) + offsetof(struct a, b); return -1; }\n");
	expect("begin { if (exists( kprobe:f )) { @ = \"a  b\"; } }", "begin { if (exists( kprobe:f )) { @ = \"a  b\"; } }\n");
}

TEST(layout_probes)
{
	expect("kprobe:a,kprobe:b||kprobe:c/pid==1/{@=1}", "kprobe:a, kprobe:b || kprobe:c /pid == 1/ { @ = 1 }\n");
	expect("k:a/pid||tid/{@=1}END{}", "k:a /pid || tid/ { @ = 1 }\nEND {}\n");
	expect("uprobe:/bin/sh:f ,\nusdt:\"./a b\":x\n/ 4/2 == 2 / {\n@=1}\nend{}",
	       "uprobe:/bin/sh:f,\nusdt:\"./a b\":x\n/4 / 2 == 2/\n{\n\t@ = 1\n}\n\nend {}\n");
	expect("k:f /*p==1/ { @ = 1 }", "k:f /*p==1/ { @ = 1 }\n");
	expect("k:f / *p==1/ { @ = 1 }", "k:f / *p == 1/ { @ = 1 }\n");
	expect("interval:s:1 { exit(); } // done\n\n\nend { }", "interval:s:1 { exit(); } // done\n\nend {}\n");
}

TEST(layout_definitions)
{
	expect("config={a=1;b=2}let @m=hash(5);import \"x\";", "config = { a = 1; b = 2 }\nlet @m = hash(5);\nimport \"x\";\n");
	expect("fn f($a:int64,$b:struct x*):int64{return $a}", "fn f($a : int64, $b : struct x *) : int64 { return $a }\n");
	expect("macro m(x,$y){\nx+$y\n}", "macro m(x, $y)\n{\n\tx + $y\n}\n");
	expect("struct a{int x;char*p[4];\nint b:3;int(*f)(int);}__attribute__((packed));\nenum e{A,B=2};",
	       "struct a {\n\tint x;\n\tchar *p[4];\n\tint b : 3;\n\tint (*f)(int);\n} __attribute__((packed));\nenum e { A, B = 2 };\n");
	expect("enum e {\nA,\n  B,\n};\n", "enum e {\n\tA,\n\tB,\n};\n");
}

TEST(layout_comments)
{
	expect("// a\n\n  // b\nbegin {\n// c\n@=1; // d\n/* e\n  f */\n}", "// a\n\n// b\nbegin\n{\n\t// c\n\t@ = 1; // d\n\t/* e\n  f */\n}\n");
	expect("#!/usr/bin/env sonde\n  #define X \\\n   1\nbegin { @ = /* x */ 1;\n #if X\n@y=2;\n#endif\n}",
	       "#!/usr/bin/env sonde\n#define X \\\n   1\nbegin\n{\n\t@ = /* x */ 1;\n#if X\n\t@y = 2;\n#endif\n}\n");
}

/* Whatever an #if leaves out, the branches of one end alike. */
TEST(layout_branches)
{
	expect("#ifdef A\nkprobe:a {\n#else\nkprobe:b:c {\n#endif\n@=1;\n}\nkprobe:d:e {@=2}",
	       "#ifdef A\nkprobe:a\n{\n#else\nkprobe:b:c\n{\n#endif\n\t@ = 1;\n}\n\nkprobe:d:e { @ = 2 }\n");
	expect("//! if x\nspan:a:b {\n//! else\nspan:c:d {\n//! end\n@=1;\n}",
	       "//! if x\nspan:a:b\n{\n//! else\nspan:c:d\n{\n//! end\n\t@ = 1;\n}\n");
}

/* Text without its blanks. */
static void squeeze(const char *text, size_t n, struct strbuf *out)
{
	sb_reset(out);
	for (size_t i = 0; i < n; i++)
		if (!strchr(" \t\n\r\f\v", text[i]) || !text[i])
			sb_addc(out, text[i]);
}

/* Nothing is lost of a text that is broken off anywhere, or has any character anywhere. */
TEST(layout_of_anything)
{
	static const char text[] = "#if X\nstruct s { int a : 3; };\n#else\nk:a/x/,\nu:\"b\":c /*d*/ /1/ {\n@[1] = { 2 }; // e\n#endif\n}";
	static const char others[] = "{}()[]\"/*#,;:\n\\@$";
	struct strbuf broken = { 0 }, out = { 0 }, a = { 0 }, b = { 0 };
	size_t bad = 0;

	for (size_t i = 0; i < sizeof(text); i++)
		for (size_t k = 0; k < sizeof(others); k++) {
			sb_reset(&broken);
			sb_add(&broken, text, k ? sizeof(text) - 1 : i);
			if (k && i < broken.n)
				broken.p[i] = others[k - 1];
			laid_out(sb_str(&broken), broken.n, &out);
			squeeze(sb_str(&broken), broken.n, &a);
			squeeze(sb_str(&out), out.n, &b);
			bad += a.n != b.n || memcmp(sb_str(&a), sb_str(&b), a.n) != 0;
		}
	CHECK(bad == 0);
	sb_done(&broken);
	sb_done(&out);
	sb_done(&a);
	sb_done(&b);
}
