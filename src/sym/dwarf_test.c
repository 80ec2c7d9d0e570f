/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "sym/demangle.h"
#include "sym/dwarf.h"
#include "sym/seen.h"
#include "sym/zip.h"

volatile int dwarf_test_sink;

__attribute__((noinline)) static int dwarf_test_outer(int n);

static inline __attribute__((always_inline)) int dwarf_test_inner(int n)
{
	dwarf_test_sink += n; /* INNER */
	return dwarf_test_sink;
}

enum { INNER_LINE = __LINE__ - 4 };

static int dwarf_test_outer(int n)
{
	return dwarf_test_inner(n) + 1;
}

enum { OUTER_LINE = __LINE__ - 3 };

static bool ends_with(const char *text, const char *end)
{
	size_t n = text ? strlen(text) : 0, k = strlen(end);

	return n >= k && !strcmp(text + n - k, end);
}

/* The address of the first statement of what was inlined, in this program itself. */
static bool find_inner(struct elf_file **ret_elf, struct dwarf_file **ret_dw, uint64_t *ret_addr, struct arena *a)
{
	src_places places = { 0 };
	int near;

	dwarf_test_outer(1);
	if (elf_file_open("/proc/self/exe", ret_elf, NULL))
		return false;
	*ret_dw = elf_file_dwarf(*ret_elf);
	if (!*ret_dw || !dwarf_line_places(*ret_dw, "sym/dwarf_test.c", INNER_LINE, 0, a, &places, &near) || !places.n)
		return false;
	*ret_addr = places.v[0].addr;
	return true;
}

TEST(source_lines)
{
	struct src_frame frames[4];
	struct dwarf_file *dw = NULL;
	struct elf_file *elf = NULL;
	struct arena a = { 0 };
	src_places places = { 0 };
	uint64_t addr = 0;
	int near;

	CHECK(find_inner(&elf, &dw, &addr, &a));
	CHECK_EQ(dwarf_frames(dw, addr, frames, 4), 2);
	CHECK_STR(frames[0].func, "dwarf_test_inner");
	CHECK_EQ(frames[0].line, INNER_LINE);
	CHECK(frames[0].inlined && ends_with(frames[0].file, "/src/sym/dwarf_test.c"));
	CHECK_STR(frames[1].func, "dwarf_test_outer");
	CHECK_EQ(frames[1].line, OUTER_LINE);
	CHECK(!frames[1].inlined);
	CHECK_EQ(dwarf_frames(dw, addr, frames, 1), 1); /* of too many the outer ones */
	CHECK_STR(frames[0].func, "dwarf_test_outer");
	CHECK_EQ(dwarf_frames(dw, 1, frames, 4), 0);
	CHECK(!dwarf_line_places(dw, "ym/dwarf_test.c", INNER_LINE, 0, &a, &places, &near));
	CHECK(dwarf_line_places(dw, "./dwarf_test.c", 1, 0, &a, &places, &near));
	CHECK_EQ(places.n, 0);
	CHECK(near > 1 && near <= INNER_LINE);
	elf_file_free(elf);
	arena_done(&a);
}

TEST(demangling)
{
	struct demangler *d = demangler_new();

	CHECK_STR(demangled(d, "_ZN4shop4Till3addEi"), "shop::Till::add(int)");
	CHECK_STR(demangled(d, "_ZNK1a1bclEv"), "a::b::operator()() const");
	CHECK_STR(demangled(d, "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"), "core::fmt::Write::write_fmt");
	CHECK_STR(demangled(d, "_RNvCs1234_7mycrate3foo"), "mycrate::foo");
	CHECK_STR(demangled(d, "main"), "main");
	CHECK_STR(demangled(d, "_Zgarbage"), "_Zgarbage");
	CHECK_EQ(demangled_name_len("a::b(int) const"), 4);
	CHECK_EQ(demangled_name_len("a::b::operator()() const"), 16);
	CHECK_EQ(demangled_name_len("(anonymous namespace)::f(int)"), 24);
	CHECK_EQ(demangled_name_len("f<void (*)(int)>(long)"), 16);
	CHECK_EQ(demangled_name_len("operator<<(x&)"), 10);
	demangler_free(d);
}

TEST(seen_processes)
{
	struct seen *s = seen_new();
	struct maps m = { 0 };
	pid_t parent;

	CHECK(!seen_maps(s, 10, &m, &parent));
	seen_map(s, 10, 0x2000, 0x1000, 0x1000, 5, "/bin/x");
	seen_map(s, 10, 0x1000, 0x1000, 0, 5, "/bin/x");
	seen_fork(s, 11, 10);
	seen_map(s, 10, 0x1800, 0x1000, 0, 6, "/lib/y");
	CHECK(seen_maps(s, 10, &m, &parent));
	CHECK_EQ(m.list.n, 1);
	CHECK_STR(maps_path(&m, maps_find(&m, 0x1800)), "/lib/y");
	maps_done(&m);
	CHECK(seen_maps(s, 11, &m, &parent));
	CHECK_EQ(m.list.n, 2);
	CHECK(!parent && maps_find(&m, 0x2fff) && maps_find(&m, 0x1000)->offset == 0);
	maps_done(&m);
	seen_exec(s, 11);
	CHECK(!seen_maps(s, 11, &m, &parent));
	seen_fork(s, 13, 12);
	CHECK(!seen_maps(s, 13, &m, &parent));
	CHECK_EQ(parent, 12);
	for (int i = 0; i < 20000; i++)
		seen_map(s, 100 + i, 0x1000, 0x1000, 0, 1, "/x");
	CHECK(!seen_maps(s, 10, &m, &parent));
	CHECK(seen_maps(s, 20099, &m, &parent));
	maps_done(&m);
	seen_free(s);
}

/* Local header, data, directory, end: one member "m" of four bytes. */
static const uint8_t archive[] =
	"PK\3\4\12\0\0\0\0\0\0\0\0\0\0\0\0\0\4\0\0\0\4\0\0\0\1\0\2\0mxxDATA"
	"PK\1\2\12\0\12\0\0\0\0\0\0\0\0\0\0\0\0\0\4\0\0\0\4\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0m"
	"PK\5\6\0\0\0\0\1\0\1\0\57\0\0\0\45\0\0\0\0\0";

static int find_in(const uint8_t *bytes, size_t n, const char *member, uint64_t *ret_offset)
{
	int fd = memfd_create("zip", MFD_CLOEXEC), rc = -EIO;
	uint64_t size;

	if (write(fd, bytes, n) == (ssize_t)n)
		rc = zip_find(fd, member, ret_offset, &size);
	close(fd);
	return rc;
}

TEST(archives)
{
	uint8_t bytes[sizeof(archive) - 1];
	uint64_t offset = 0;

	CHECK_EQ(find_in(archive, sizeof(bytes), "m", &offset), 0);
	CHECK_EQ(offset, 33);
	CHECK_EQ(find_in(archive, sizeof(bytes), "n", &offset), -ENOENT);
	CHECK_EQ(find_in(archive, 20, "m", &offset), -ENOEXEC);
	for (size_t i = 0; i < sizeof(bytes); i++) { /* damage is never more than an error */
		memcpy(bytes, archive, sizeof(bytes));
		bytes[i] ^= 0xff;
		find_in(bytes, sizeof(bytes), "m", &offset);
		find_in(archive, i, "m", &offset);
	}
}
