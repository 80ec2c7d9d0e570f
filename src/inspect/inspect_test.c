/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/inspect.h"
#include "inspect/jit.h"
#include "inspect/names.h"
#include "inspect/objfile.h"
#include "tests/unit.h"

static struct inspect quiet(void)
{
	return (struct inspect){ .self = "test" };
}

static void done(struct inspect *in)
{
	sb_done(&in->out);
	arena_done(&in->arena);
}

TEST(keywords_match_by_any_prefix)
{
	char *v[] = { "pin", "p", "", "pinnedx" };

	CHECK(word_is(&(struct words){ v, 4 }, "pinned"));
	CHECK(word_is(&(struct words){ v + 1, 3 }, "pinned"));
	CHECK(!word_is(&(struct words){ v + 2, 2 }, "pinned"));
	CHECK(!word_is(&(struct words){ v + 3, 1 }, "pinned"));
	CHECK(!word_is(&(struct words){ v + 4, 0 }, "pinned"));
}

/* Prefixes stand for the first noun in the table, as in bpftool. */
TEST(nouns_match_in_their_order)
{
	CHECK_STR(inspect_find("p", true)->name, "prog");
	CHECK_STR(inspect_find("b", true)->name, "batch");
	CHECK_STR(inspect_find("m", true)->name, "map");
	CHECK(!inspect_find("m", false));
	CHECK(!inspect_find("", true));
	CHECK(!inspect_find("progs", true));
}

static int number(const char *text, uint64_t max, uint64_t *ret)
{
	char *v[] = { (char *)text };
	struct words w = { v, 1 };
	struct inspect in = quiet();
	int r = word_number(&in, &w, "a number", max, ret);

	done(&in);
	return r;
}

TEST(numbers_are_read_whole_and_in_range)
{
	uint64_t v = 0;

	CHECK_EQ(number("0x10", 100, &v), 0);
	CHECK_EQ(v, 16);
	CHECK_EQ(number("100", 100, &v), 0);
	CHECK_EQ(number("101", 100, &v), -ERANGE);
	CHECK_EQ(number("99999999999999999999999", UINT64_MAX, &v), -ERANGE);
	CHECK_EQ(number("-1", 100, &v), -EINVAL);
	CHECK_EQ(number("1x", 100, &v), -EINVAL);
	CHECK_EQ(number("", 100, &v), -EINVAL);
	CHECK_EQ(number(" 1", 100, &v), -EINVAL);
}

TEST(types_have_names_and_numbers)
{
	CHECK_STR(name_map_type(1), "hash");
	CHECK_STR(name_map_type(33), "arena");
	CHECK_STR(name_link_type(12), "uprobe_multi");
	CHECK_STR(name_prog_type(32), "netfilter");
	CHECK(!name_map_type(4000));
	CHECK_EQ(number_map_type("lru_hash"), 9);
	CHECK_EQ(number_map_type("ha"), -1);
	CHECK_EQ(number_attach_type("tcx_egress"), 47);
}

/* Instructions of the kernel's compiler; the texts are what llvm-mc prints for the bytes. */
static const struct {
	const char *bytes;
	unsigned n;
	const char *text;
} x86[] = {
	{ "\x0f\x1f\x44\x00\x00", 5, "nopl (%rax,%rax)" },
	{ "\xf3\x0f\x1e\xfa", 4, "endbr64" },
	{ "\x55", 1, "pushq %rbp" },
	{ "\x41\x57", 2, "pushq %r15" },
	{ "\x48\x89\xe5", 3, "movq %rsp, %rbp" },
	{ "\x48\x81\xec\x08\x02\x00\x00", 7, "subq $520, %rsp" },
	{ "\x48\x83\xf8\x21", 4, "cmpq $33, %rax" },
	{ "\x48\xbf\x01\x02\x03\x04\x05\x06\x07\x88", 10, "movabsq $-8644934341102468607, %rdi" },
	{ "\xbe\xff\xff\xff\xff", 5, "movl $4294967295, %esi" },
	{ "\x66\xc7\x45\xd0\xce\xff", 6, "movw $65486, -48(%rbp)" },
	{ "\x89\x75\xfc", 3, "movl %esi, -4(%rbp)" },
	{ "\x4c\x0f\xb6\x6f\x14", 5, "movzbq 20(%rdi), %r13" },
	{ "\x48\x63\xc7", 3, "movslq %edi, %rax" },
	{ "\x65\x48\x8b\x04\x25\x10\x00\x00\x00", 9, "movq %gs:16, %rax" },
	{ "\xf0\x48\x0f\xb1\x11", 5, "lock cmpxchgq %rdx, (%rcx)" },
	{ "\xf0\x0f\xc1\x45\xf8", 5, "lock xaddl %eax, -8(%rbp)" },
	{ "\x48\x87\x45\xf8", 4, "xchgq %rax, -8(%rbp)" },
	{ "\xc4\xe2\xbb\xf7\xff", 5, "shrxq %r8, %rdi, %rdi" },
	{ "\x48\xc1\xe7\x20", 4, "shlq $32, %rdi" },
	{ "\x48\xd3\xe7", 3, "shlq %cl, %rdi" },
	{ "\x48\x0f\xcf", 3, "bswapq %rdi" },
	{ "\x66\xc1\xc7\x08", 4, "rolw $8, %di" },
	{ "\x48\x69\xff\x10\x27\x00\x00", 7, "imulq $10000, %rdi, %rdi" },
	{ "\x49\xf7\xf3", 3, "divq %r11" },
	{ "\x48\x99", 2, "cqto" },
	{ "\xff\xe0", 2, "jmpq *%rax" },
	{ "\x0f\xae\xe8", 3, "lfence" },
	{ "\xc9", 1, "leave" },
	{ "\xc3", 1, "retq" },
	{ "\xcc", 1, "int3" },
};

/* The same of AArch64's compiler. */
static const struct {
	uint32_t word;
	const char *text;
} arm64[] = {
	{ 0xd503245f, "bti c" },
	{ 0xd503233f, "paciasp" },
	{ 0xa9bf7bfd, "stp x29, x30, [sp, #-16]!" },
	{ 0xa8c17bfd, "ldp x29, x30, [sp], #16" },
	{ 0x910003fd, "mov x29, sp" },
	{ 0xd10143ff, "sub sp, sp, #80" },
	{ 0x91401441, "add x1, x2, #5, lsl #12" },
	{ 0xf100041f, "cmp x0, #1" },
	{ 0x9280000a, "mov x10, #-1" },
	{ 0xf2bbc00a, "movk x10, #56832, lsl #16" },
	{ 0xaa0003f3, "mov x19, x0" },
	{ 0x92400c00, "and x0, x0, #0xf" },
	{ 0xd3607c00, "lsl x0, x0, #32" },
	{ 0xd360fc00, "lsr x0, x0, #32" },
	{ 0x13003c41, "sxth w1, w2" },
	{ 0x93407c00, "sxtw x0, w0" },
	{ 0x5ac00800, "rev w0, w0" },
	{ 0xdac00c00, "rev x0, x0" },
	{ 0x9ac10800, "udiv x0, x0, x1" },
	{ 0x9b018840, "msub x0, x2, x1, x2" },
	{ 0x9b017c40, "mul x0, x2, x1" },
	{ 0xcb0103e0, "neg x0, x1" },
	{ 0xf8666b21, "ldr x1, [x25, x6]" },
	{ 0x39404c07, "ldrb w7, [x0, #19]" },
	{ 0xb9800c20, "ldrsw x0, [x1, #12]" },
	{ 0xf821003f, "stadd x1, [x1]" },
	{ 0xf8e10042, "ldaddal x1, x2, [x2]" },
	{ 0xc8e0fc41, "casal x0, x1, [x2]" },
	{ 0xd538d08a, "mrs x10, TPIDR_EL1" },
	{ 0xd5033bbf, "dmb ish" },
	{ 0xd63f0140, "blr x10" },
	{ 0xd65f03c0, "ret" },
	{ 0xd4202000, "brk #0x100" },
	{ 0xd503201f, "nop" },
	{ 0x00000000, ".word 0x00000000" },
};

static void insn_line(const struct jit_insn *in, struct strbuf *out)
{
	sb_reset(out);
	for (const char *s = sb_str(&in->operation); *s; s++)
		sb_addc(out, *s == '\t' ? ' ' : *s);
	for (unsigned i = 0; i < in->n; i++)
		sb_addf(out, "%s%s", i ? ", " : " ", sb_str(&in->operands[i]));
}

TEST(machine_code_reads_as_llvm_prints_it)
{
	_cleanup_sb_ struct strbuf line = { 0 };
	struct jit_insn in = { .n = 0 };

	for (size_t i = 0; i < sizeof(x86) / sizeof(*x86); i++) {
		CHECK_EQ(jit_x86_64((const uint8_t *)x86[i].bytes, x86[i].n, 0x1000, &in), x86[i].n);
		insn_line(&in, &line);
		CHECK_STR(sb_str(&line), x86[i].text);
	}
	jit_insn_done(&in);
}

TEST(arm64_machine_code_reads_as_llvm_prints_it)
{
	_cleanup_sb_ struct strbuf line = { 0 };
	struct jit_insn in = { .n = 0 };

	for (size_t i = 0; i < sizeof(arm64) / sizeof(*arm64); i++) {
		uint32_t w = arm64[i].word;
		uint8_t code[4] = { (uint8_t)w, (uint8_t)(w >> 8), (uint8_t)(w >> 16), (uint8_t)(w >> 24) };

		CHECK_EQ(jit_arm64(code, sizeof(code), 0x1000, &in), sizeof(code));
		insn_line(&in, &line);
		CHECK_STR(sb_str(&line), arm64[i].text);
	}
	jit_insn_done(&in);
}

TEST(jumps_have_absolute_targets)
{
	struct jit_insn in = { .n = 0 };

	CHECK_EQ(jit_x86_64((const uint8_t *)"\x72\x05", 2, 0x1000, &in), 2);
	CHECK_STR(sb_str(&in.operation), "jb");
	CHECK_EQ(in.target, 0x1007);
	CHECK_EQ(jit_x86_64((const uint8_t *)"\xe8\xfb\xff\xff\xff", 5, 0x1000, &in), 5);
	CHECK_STR(sb_str(&in.operands[0]), "0x1000");
	CHECK_EQ(jit_arm64((const uint8_t *)"\x40\x00\x00\x54", 4, 0x1000, &in), 4);
	CHECK_STR(sb_str(&in.operation), "b.eq");
	CHECK_EQ(in.target, 0x1008);
	CHECK_EQ(jit_arm64((const uint8_t *)"\xff\xff\xff\x97", 4, 0x1000, &in), 4);
	CHECK_STR(sb_str(&in.operands[0]), "0xffc");
	jit_insn_done(&in);
}

/* Whatever the bytes are, each step takes some of them and none that are not there. */
static void read_any(jit_decode *decode)
{
	struct jit_insn in = { .n = 0 };
	uint8_t code[16];
	uint32_t seed = 1;

	for (int round = 0; round < 20000; round++) {
		size_t n = 1 + round % sizeof(code);

		for (size_t i = 0; i < n; i++)
			code[i] = (uint8_t)((seed = seed * 1103515245 + 12345) >> 16);
		for (size_t at = 0; at < n;) {
			unsigned step = decode(code + at, n - at, 0, &in);

			CHECK(step >= 1 && step <= n - at);
			CHECK(in.n <= 4);
			at += step ? step : n;
		}
	}
	CHECK_EQ(decode(code, 0, 0, &in), 0);
	jit_insn_done(&in);
}

TEST(any_bytes_are_read_to_their_end)
{
	read_any(jit_x86_64);
	read_any(jit_arm64);
}

/* 0, or the error that a file of these bytes gives. */
static const char *read_bytes(struct inspect *in, const void *bytes, size_t n)
{
	char path[] = "/tmp/inspect-test-XXXXXX";
	struct objfile f;
	int fd = mkstemp(path);
	const char *wrong;

	CHECK(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
	fd_close(&fd);
	in->err = (struct err){ 0 };
	wrong = objfile_read(in, path, &f) ? strrchr(in->err.what, ':') + 2 : "";
	objfile_done(&f);
	unlink(path);
	return wrong;
}

TEST(objects_are_checked)
{
	struct {
		Elf64_Ehdr h;
		Elf64_Shdr s[2];
		char names[24];
	} o = { .h = { .e_ident = ELFMAG "\2\1\1", .e_type = ET_REL, .e_machine = EM_BPF,
		       .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = 2, .e_shstrndx = 1,
		       .e_shoff = sizeof(Elf64_Ehdr) },
		.s[1] = { .sh_type = SHT_STRTAB, .sh_offset = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Shdr),
			  .sh_size = 24 } };
	struct inspect in = quiet();

	CHECK_STR(read_bytes(&in, &o, sizeof(o)), "");
	CHECK_STR(read_bytes(&in, &o, 3), "it is not an ELF file");
	CHECK_STR(read_bytes(&in, &o, sizeof(o.h)), "is it truncated?");
	o.s[1].sh_size = 25;
	CHECK_STR(read_bytes(&in, &o, sizeof(o)), "it has no names of sections");
	o.s[1].sh_size = 24;
	o.s[1].sh_name = 24;
	CHECK_STR(read_bytes(&in, &o, sizeof(o)), "the name of a section is not there");
	o.s[1].sh_name = 0;
	o.h.e_machine = EM_X86_64;
	CHECK_STR(read_bytes(&in, &o, sizeof(o)), "it is not for BPF (compile with clang -target bpf)");
	done(&in);
}

UNIT_MAIN
