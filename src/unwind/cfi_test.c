/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <elfutils/libdw.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unwind/cfi.h"
#include "unwind/image.h"

#define SECTION_AT 0x1000
#define CODE_AT 0x5000

/* A section of one CIE ("zR", addresses of 4 bytes relative to their place) and one FDE of 64 bytes of code. */
struct section {
	uint8_t bytes[256];
	size_t n;
};

static void add(struct section *s, const void *p, size_t n)
{
	memcpy(s->bytes + s->n, p, n);
	s->n += n;
}

static void add_u32(struct section *s, uint32_t v)
{
	add(s, &v, sizeof(v));
}

static void add_cie(struct section *s, const char *letters)
{
	static const uint8_t align[] = { 1, 0x78, 16, 1, 0x1b }, code[] = { 0x0c, 7, 8, 0x90, 1, 0, 0 };
	size_t start = s->n;
	uint32_t n;

	add_u32(s, 0);
	add_u32(s, 0);
	add(s, "\1", 1);
	add(s, letters, strlen(letters) + 1);
	add(s, align, sizeof(align));
	add(s, code, sizeof(code));
	n = (uint32_t)(s->n - start - 4);
	memcpy(s->bytes + start, &n, sizeof(n));
}

static void add_fde(struct section *s, const void *code, size_t n)
{
	add_u32(s, (uint32_t)(4 + 4 + 4 + 1 + n));
	add_u32(s, (uint32_t)s->n);
	add_u32(s, (uint32_t)(CODE_AT - (SECTION_AT + s->n)));
	add_u32(s, 64);
	add(s, "\0", 1);
	add(s, code, n);
}

static struct unwind_rows rows_of(const char *letters, const void *code, size_t n)
{
	struct section s = { .n = 0 };
	struct unwind_rows rows = { 0 };

	add_cie(&s, letters);
	add_fde(&s, code, n);
	add_u32(&s, 0);
	cfi_read(s.bytes, s.n, SECTION_AT, &rows);
	return rows;
}

#define ROWS(letters, code) rows_of(letters, code, sizeof(code) - 1)

static void check_row(const struct unwind_rows *rows, size_t i, unsigned pc, unsigned kind, int bp, int cfa)
{
	const struct unwind_row *r = &rows->list.v[i];

	CHECK(i < rows->list.n);
	CHECK_EQ(r->pc, CODE_AT + pc);
	CHECK_EQ(r->kind, kind);
	CHECK_EQ(r->bp, bp);
	CHECK_EQ(r->cfa, cfa);
}

/* push %rbp; mov %rsp,%rbp; ... leave */
TEST(a_function_with_a_frame_pointer)
{
	struct unwind_rows rows = ROWS("zR", "\x41\x0e\x10\x86\x02\x43\x0d\x06\x60\x0c\x07\x08\xc6");

	CHECK_EQ(rows.list.n, 5);
	check_row(&rows, 0, 0, UW_SP, UW_BP_SAME, 8);
	check_row(&rows, 1, 1, UW_SP, -2, 16);
	check_row(&rows, 2, 4, UW_BP, -2, 16);
	check_row(&rows, 3, 36, UW_SP, UW_BP_SAME, 8);
	check_row(&rows, 4, 64, UW_END, 0, 0);
	unwind_rows_done(&rows);
}

TEST(states_are_remembered)
{
	struct unwind_rows rows = ROWS("zR", "\x41\x0e\x20\x0a\x42\x0e\x08\x42\x0b");

	check_row(&rows, 1, 1, UW_SP, 0, 32);
	check_row(&rows, 2, 3, UW_SP, 0, 8);
	check_row(&rows, 3, 5, UW_SP, 0, 32);
	unwind_rows_done(&rows);
}

TEST(linkage_tables_and_other_expressions)
{
	struct unwind_rows plt = ROWS("zR", "\x0f\x0b\x77\x08\x80\x00\x3f\x1a\x3a\x2a\x33\x24\x22");
	struct unwind_rows deref = ROWS("zR", "\x0f\x03\x76\x78\x06\x10\x06\x02\x76\x00");
	struct unwind_rows odd = ROWS("zR", "\x0f\x02\x76\x78");

	check_row(&plt, 0, 0, UW_PLT, 0, 10);
	check_row(&deref, 0, 0, UW_BP_DEREF, UW_BP_AT_BP, -8);
	CHECK_EQ(odd.list.v[0].kind, UW_BAD);
	unwind_rows_done(&plt);
	unwind_rows_done(&deref);
	unwind_rows_done(&odd);
}

TEST(signals_and_outermost_functions)
{
	struct unwind_rows signal = ROWS("zRS", "\x0e\x10"), outer = ROWS("zR", "\x07\x10");

	CHECK_EQ(signal.list.v[0].kind, UW_SIGNAL);
	CHECK_EQ(outer.list.v[0].kind, UW_STOP);
	unwind_rows_done(&signal);
	unwind_rows_done(&outer);
}

/* Any cut or changed byte: something else or nothing is read, and nothing beyond the section. */
TEST(broken_sections)
{
	static const char code[] = "\x41\x0e\x10\x86\x02\x43\x0d\x06\x60\x0c\x07\x08\xc6\x0f\x03\x76\x78\x06";
	struct section s = { .n = 0 };
	unsigned found = 0;

	add_cie(&s, "zPLR");
	add_fde(&s, code, sizeof(code) - 1);
	for (size_t n = 0; n <= s.n; n++)
		for (unsigned byte = 0; byte < 256; byte += 15) {
			uint8_t *copy = malloc(n + 1);
			struct unwind_rows rows = { 0 };

			memcpy(copy, s.bytes, n);
			copy[n ? (n * 7 + byte) % n : 0] = (uint8_t)byte;
			cfi_read(copy, n, SECTION_AT, &rows);
			found += rows.list.n > 0;
			unwind_rows_done(&rows);
			free(copy);
		}
	CHECK(found < (s.n + 1) * 18);
}

/* What elfutils says of the CFA at a row of this program itself; false: nothing. */
static bool known_cfa(Dwarf_CFI *cfi, uint64_t pc, Dwarf_Op *ret)
{
	Dwarf_Frame *frame = NULL;
	Dwarf_Op *ops;
	size_t n;
	bool ok = !dwarf_cfi_addrframe(cfi, pc, &frame) && !dwarf_frame_cfa(frame, &ops, &n) && n == 1;

	if (ok)
		*ret = ops[0];
	free(frame);
	return ok;
}

/* Where its version is: this program if it is static, else the C library. */
static int c_library(void)
{
	Dl_info info;

	return open(dladdr((void *)(uintptr_t)gnu_get_libc_version, &info) && strstr(info.dli_fname, "libc.so") ? info.dli_fname
												  : "/proc/self/exe", O_RDONLY);
}

TEST(the_rows_of_the_c_library_are_those_of_elfutils)
{
	int fd = c_library();
	struct unwind_image image;
	unsigned compared = 0;
	Elf *elf;
	Dwarf_CFI *cfi;

	unwind_image_read(fd, &image);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	cfi = dwarf_getcfi_elf(elf);
	CHECK(cfi != NULL);
	CHECK(image.rows.list.n > 100);
	for (size_t i = 0; i < image.rows.list.n; i++) {
		const struct unwind_row *r = &image.rows.list.v[i];
		Dwarf_Op op;

		if (r->kind > UW_BP || !known_cfa(cfi, r->pc, &op))
			continue;
		CHECK_EQ(op.atom, 0x92); /* DW_OP_bregx */
		CHECK_EQ(op.number, r->kind == UW_BP ? 6 : 7);
		CHECK_EQ((int64_t)op.number2, r->cfa);
		compared++;
	}
	CHECK(compared > 100);
	dwarf_cfi_end(cfi);
	elf_end(elf);
	unwind_image_done(&image);
	close(fd);
}

UNIT_MAIN
