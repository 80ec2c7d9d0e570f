/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Line and function information, and the disassembler's words. */
#include <linux/btf.h>

#include "bpf/kit_test.h"

static const char script[] = "begin {\n\t@x = 1;\n\t@y = 2;\n}\n";

/* Two stores, each with the span of its statement. */
static struct bpf_prog *two_lines(struct kit *k)
{
	const struct source *src;
	struct ir_builder b = { 0 };
	struct ir_val *g, *one;

	kit_init(k);
	src = sources_add(&k->sources, "script.bt", script, sizeof(script) - 1);
	b.module = &k->module;
	b.fn = ir_fn_new(&k->module, "begin:1");
	ir_at(&b, ir_block_new(&b));
	b.span = (struct span){ src->base, src->base + 5 };
	b.fn->span = b.span;
	g = ir_global_ptr(&b, ir_global_alloc(&k->module, 16, 8));
	one = ir_iconst(&b, 1);
	b.span = (struct span){ src->base + 9, src->base + 15 };
	ir_store(&b, g, 0, one, 8);
	ir_store(&b, g, 4, one, 4);
	b.span = (struct span){ src->base + 18, src->base + 24 };
	ir_store(&b, g, 8, one, 8);
	ir_ret(&b, NULL);
	return kit_compile(k, 0);
}

static const char *string_at(const struct bpf_debug *d, uint32_t off)
{
	const struct btf_header *h = d->btf;

	return off < h->str_len ? (const char *)d->btf + h->hdr_len + h->str_off + off : "out of bounds";
}

TEST(line_info)
{
	struct bpf_debug d;
	struct bpf_prog *p;
	struct kit k;
	uint32_t ret;

	p = two_lines(&k);
	bpf_debug_info(&k.obj, p, &d);
	CHECK_EQ(d.nlines, 2);
	CHECK_EQ(d.lines[0].insn_off, 0);
	CHECK_EQ(d.lines[0].line_col, 2 << 10 | 2);
	CHECK_STR(string_at(&d, d.lines[0].line_off), "\t@x = 1;");
	CHECK_STR(string_at(&d, d.lines[0].file_name_off), "script.bt");
	CHECK_EQ(d.lines[1].insn_off, 4);
	CHECK_EQ(d.lines[1].line_col, 3 << 10 | 2);
	CHECK_EQ(d.nfuncs, 1);
	CHECK(kit_kernel_run(&k, p, NULL, 0, &ret) != KIT_FAILED);
	kit_done(&k);
}

TEST(disassembly_with_lines)
{
	struct bpf_prog *p;
	struct kit k;

	p = two_lines(&k);
	sb_reset(&k.text);
	bpf_disasm(&k.obj, p, true, &k.text);
	CHECK_STR(sb_str(&k.text), "; \t@x = 1; @ script.bt:2\n"
				   "   0: (18) r1 = map[.globals][0]+8200\n"
				   "   2: (7a) *(u64 *)(r1 +0) = 1\n"
				   "   3: (62) *(u32 *)(r1 +4) = 1\n"
				   "; \t@y = 2; @ script.bt:3\n"
				   "   4: (7a) *(u64 *)(r1 +8) = 1\n"
				   "   5: (b7) r0 = 0\n"
				   "   6: (95) exit\n");
	kit_done(&k);
}

/* kernel/bpf/disasm.c's own forms. */
TEST(disassembly_of_each_form)
{
	static const struct {
		struct bpf_insn insn[2];
		const char *text;
	} forms[] = {
		{ { { 0x07, 2, 0, 0, -8 } }, "(07) r2 += -8" },
		{ { { 0x3f, 1, 2, 1, 0 } }, "(3f) r1 s/= r2" },
		{ { { 0xbf, 1, 2, 8, 0 } }, "(bf) r1 = (s8)r2" },
		{ { { 0xbc, 1, 2, 0, 0 } }, "(bc) w1 = w2" },
		{ { { 0x84, 3, 0, 0, 0 } }, "(84) w3 = -w3" },
		{ { { 0xdc, 3, 0, 0, 32 } }, "(dc) r3 = be32 r3" },
		{ { { 0xd7, 3, 0, 0, 64 } }, "(d7) r3 = bswap64 r3" },
		{ { { 0xdb, 1, 2, -8, BPF_ADD } }, "(db) lock *(u64 *)(r1 -8) += r2" },
		{ { { 0xdb, 1, 2, 0, BPF_ADD | BPF_FETCH } }, "(db) r2 = atomic64_fetch_add((u64 *)(r1 +0), r2)" },
		{ { { 0xc3, 1, 2, 0, BPF_CMPXCHG } }, "(c3) r0 = atomic_cmpxchg((u32 *)(r1 +0), r0, r2)" },
		{ { { 0x72, 10, 0, -1, 7 } }, "(72) *(u8 *)(r10 -1) = 7" },
		{ { { 0x6b, 10, 3, -2, 0 } }, "(6b) *(u16 *)(r10 -2) = r3" },
		{ { { 0x61, 0, 1, 4, 0 } }, "(61) r0 = *(u32 *)(r1 +4)" },
		{ { { 0x81, 0, 1, 4, 0 } }, "(81) r0 = *(s32 *)(r1 +4)" },
		{ { { 0x18, 1, 0, 0, -1 }, { 0, 0, 0, 0, 1 } }, "(18) r1 = 0x1ffffffff" },
		{ { { 0x18, 1, 1, 0, 5 } }, "(18) r1 = map[fd:5]" },
		{ { { 0x85, 0, 0, 0, 14 } }, "(85) call bpf_get_current_pid_tgid#14" },
		{ { { 0x85, 0, 1, 0, 9 } }, "(85) call pc+9" },
		{ { { 0x05, 0, 0, -3, 0 } }, "(05) goto pc-3" },
		{ { { 0x06, 0, 0, 0, 70000 } }, "(06) gotol pc+70000" },
		{ { { 0x56, 1, 0, 2, -1 } }, "(56) if w1 != 0xffffffff goto pc+2" },
		{ { { 0xcd, 1, 2, 2, 0 } }, "(cd) if r1 s< r2 goto pc+2" },
		{ { { 0x95, 0, 0, 0, 0 } }, "(95) exit" },
		{ { { 0xff, 0, 0, 0, 0 } }, "(ff) unknown code 0xff" },
	};
	struct strbuf out = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		sb_reset(&out);
		bpf_disasm_insn(forms[i].insn, 7, &out);
		CHECK(!strncmp(sb_str(&out), "   7: ", 6));
		CHECK_STR(sb_str(&out) + 6, forms[i].text);
	}
	sb_done(&out);
}
