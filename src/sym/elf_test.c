/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "sym/elfsym.h"
#include "sym/ldcache.h"

int elf_test_object = 1;

__attribute__((noinline, used)) int elf_test_function(int x)
{
	return x * 3 + elf_test_object;
}

static int fd_of(const void *data, size_t n)
{
	int fd = memfd_create("elf", MFD_CLOEXEC);

	CHECK_EQ(write(fd, data, n), n);
	return fd;
}

/* Asks everything that a file can be asked; none of it may crash. */
static void read_all(struct elf_file *f)
{
	const struct usdt_probe *u;
	const struct elf_sym *s;
	uint64_t v;
	uint8_t id[20];
	size_t n = elf_file_syms(f, &s);

	for (size_t i = 0; i < n; i++)
		CHECK(s[i].name[0] && (!i || s[i - 1].addr <= s[i].addr));
	elf_file_at(f, n ? s[n / 2].addr : 0);
	elf_file_at(f, ~0ull);
	elf_file_find(f, "main");
	elf_file_usdt(f, &u);
	elf_file_addr_to_offset(f, ~0ull, &v);
	elf_file_offset_to_addr(f, ~0ull, &v);
	elf_file_build_id(f, id);
	elf_file_settle(f);
}

TEST(symbols_of_this_program)
{
	const struct elf_sym *s, *all;
	struct elf_file *f = NULL;
	uint64_t back = 0;
	size_t n;

	CHECK_EQ(elf_file_open("/proc/self/exe", &f, NULL), 0);
	s = elf_file_find(f, "elf_test_function");
	CHECK(s);
	if (s) {
		CHECK(s->is_func);
		CHECK(s->size > 0);
		CHECK(elf_file_at(f, s->addr) == s);
		CHECK(elf_file_at(f, s->addr + s->size - 1) == s);
		CHECK(elf_file_at(f, s->addr + s->size) != s);
		CHECK(elf_file_offset_to_addr(f, s->offset, &back));
		CHECK_EQ(back, s->addr);
	}
	s = elf_file_find(f, "elf_test_object");
	CHECK(s && !s->is_func && s->size == sizeof(int));
	CHECK(s && !elf_file_at(f, s->addr));
	CHECK(elf_file_find(f, "_start") && elf_file_find(f, "_start")->is_func);
	CHECK(!elf_file_find(f, "no_such_function"));
	CHECK(elf_test_function(1) == 4);
	n = elf_file_syms(f, &all);
	elf_file_settle(f);
	CHECK_EQ(elf_file_syms(f, &all), n);
	CHECK_STR(all[0].name, all[0].name);
	elf_file_free(f);
	elf_file_free(NULL);
}

TEST(stripped_library_by_its_short_name)
{
	struct strbuf path = { 0 };
	struct elf_file *f = NULL;
	const struct elf_sym *s;
	uint8_t id[20];

	CHECK_EQ(elf_resolve_path("libc", 0, &path), 0);
	CHECK_EQ(elf_file_open(sb_str(&path), &f, NULL), 0);
	if (f) {
		s = elf_file_find(f, "malloc");
		CHECK(s && s->is_func && s->offset);
		CHECK(elf_file_is_pie(f));
		CHECK_EQ(elf_file_build_id(f, id), 20);
	}
	elf_file_free(f);
	sb_done(&path);
}

TEST(what_is_no_elf_file)
{
	struct elf_file *f = NULL;
	struct err e = { 0 };
	char fifo[64];

	CHECK_EQ(elf_file_open("/nonexistent", &f, &e), -ENOENT);
	CHECK_STR(e.what, "cannot open /nonexistent: No such file or directory");
	CHECK_EQ(elf_file_open("/dev/null", &f, &e), -ENOEXEC);
	CHECK_STR(e.what, "/dev/null is not a regular file");
	CHECK_EQ(elf_file_open("/tmp", &f, &e), -ENOEXEC);
	CHECK_EQ(elf_file_open_fd(fd_of("", 0), "empty", &f, &e), -ENOEXEC);
	CHECK_STR(e.what, "empty is not an ELF file: too short");
	CHECK_EQ(elf_file_open_fd(fd_of("#!/bin/sh\necho hello\n", 21), "script", &f, &e),
		 -ENOEXEC);
	CHECK_STR(e.what, "script is not an ELF file, or a damaged one");
	CHECK_EQ(elf_file_open_fd(fd_of("!<arch>\n0123456789abcdef", 24), "ar", &f, &e), -ENOEXEC);
	snprintf(fifo, sizeof(fifo), "/tmp/sonde-fifo-%d", (int)getpid());
	CHECK_EQ(mkfifo(fifo, 0600), 0);
	CHECK_EQ(elf_file_open(fifo, &f, &e), -ENOEXEC); /* and does not wait for a writer */
	unlink(fifo);
}

static void open_prefix(const char *data, size_t n)
{
	struct elf_file *f;

	if (elf_file_open_fd(fd_of(data, n), "prefix", &f, NULL))
		return;
	read_all(f);
	elf_file_free(f);
}

TEST(truncated_files)
{
	struct strbuf data = { 0 };

	CHECK_EQ(file_read("/bin/true", 1 << 26, &data), 0);
	for (size_t n = 0; n < data.n; n += n < 4096 ? 13 : 701)
		open_prefix(data.p, n);
	for (size_t back = 1; back < 4096 && back < data.n; back += 29)
		open_prefix(data.p, data.n - back);
	CHECK_EQ(file_read("/proc/self/exe", 1 << 28, &data), 0);
	for (size_t i = 1; i < 12; i++)
		open_prefix(data.p, data.n / 12 * i + i);
	sb_done(&data);
}

static uint64_t next_random(uint64_t *x)
{
	*x = *x * 6364136223846793005ull + 1442695040888963407ull;
	return *x >> 33;
}

/* Damage in the tables: the header, program headers, section headers, symbols, notes. */
TEST(damaged_files)
{
	static const unsigned char evil[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct strbuf data = { 0 };
	Elf64_Ehdr eh;
	uint64_t x = 7;

	CHECK_EQ(file_read("/bin/true", 1 << 26, &data), 0);
	memcpy(&eh, data.p, sizeof(eh));
	for (int i = 0; i < 1500; i++) {
		char *copy = malloc(data.n);

		memcpy(copy, data.p, data.n);
		for (int j = 0; j < 1 + i % 6; j++) {
			size_t tail = data.n - eh.e_shoff, at;

			at = i % 3 == 0	  ? next_random(&x) % 1024
			     : i % 3 == 1 ? eh.e_shoff + next_random(&x) % tail
					  : next_random(&x) % data.n;
			copy[at] = (char)(i & 8 ? evil[next_random(&x) % 5] : next_random(&x));
		}
		open_prefix(copy, data.n);
		free(copy);
	}
	sb_done(&data);
}

/* A program of 3 symbols whose names, sizes and order are told. */
struct tiny {
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	Elf64_Shdr sh[5];
	Elf64_Sym sym[8];
	char names[64], section_names[64];
	char text[256];
};

static void tiny_sym(struct tiny *t, int i, const char *name, uint64_t addr, uint64_t size,
		     int type, int bind)
{
	size_t at = 1;

	while (t->names[at])
		at += strlen(t->names + at) + 1;
	strcpy(t->names + at, name);
	t->sym[i] = (Elf64_Sym){ .st_name = (uint32_t)at,
				 .st_info = ELF64_ST_INFO(bind, type),
				 .st_shndx = 4,
				 .st_value = addr,
				 .st_size = size };
}

static void tiny_init(struct tiny *t)
{
	*t = (struct tiny){
		.eh = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC,
			.e_machine = EM_X86_64,
			.e_version = EV_CURRENT,
			.e_phoff = offsetof(struct tiny, ph),
			.e_shoff = offsetof(struct tiny, sh),
			.e_ehsize = sizeof(t->eh),
			.e_phentsize = sizeof(t->ph),
			.e_phnum = 1,
			.e_shentsize = sizeof(t->sh[0]),
			.e_shnum = 5,
			.e_shstrndx = 3 },
		.ph = { .p_type = PT_LOAD,
			.p_flags = PF_R | PF_X,
			.p_offset = offsetof(struct tiny, text),
			.p_vaddr = 0x1000,
			.p_filesz = 256,
			.p_memsz = 256 },
		.sh = { [1] = { .sh_name = 1,
				.sh_type = SHT_SYMTAB,
				.sh_link = 2,
				.sh_entsize = 24,
				.sh_offset = offsetof(struct tiny, sym),
				.sh_size = 8 * 24 },
			[2] = { .sh_name = 9,
				.sh_type = SHT_STRTAB,
				.sh_offset = offsetof(struct tiny, names),
				.sh_size = 64 },
			[3] = { .sh_name = 17,
				.sh_type = SHT_STRTAB,
				.sh_offset = offsetof(struct tiny, section_names),
				.sh_size = 64 },
			[4] = { .sh_name = 27,
				.sh_type = SHT_PROGBITS,
				.sh_flags = SHF_EXECINSTR | SHF_ALLOC,
				.sh_offset = offsetof(struct tiny, text),
				.sh_size = 256,
				.sh_addr = 0x1000 } },
	};
	memcpy(t->section_names, "\0.symtab\0.strtab\0.shstrtab\0.text", 33);
}

TEST(which_symbol_covers_an_address)
{
	static struct tiny t;
	struct elf_file *f = NULL;
	const struct elf_sym *s;
	const char *const at[] = { "whole",  "whole",  "inner", "whole", NULL,
				   "nosize", "nosize", "after", NULL };
	const uint64_t addrs[] = { 0x1000, 0x100f, 0x1010, 0x1018, 0x1040,
				   0x1050, 0x105f, 0x1060, 0x1064 };

	tiny_init(&t);
	tiny_sym(&t, 1, "after@@V1", 0x1060, 4, STT_FUNC, STB_GLOBAL);
	tiny_sym(&t, 2, "whole", 0x1000, 0x40, STT_FUNC, STB_GLOBAL);
	tiny_sym(&t, 3, "alias", 0x1000, 0x40, STT_FUNC, STB_LOCAL);
	tiny_sym(&t, 4, "inner", 0x1010, 8, STT_FUNC, STB_LOCAL);
	tiny_sym(&t, 5, "nosize", 0x1050, 0, STT_NOTYPE, STB_GLOBAL);
	tiny_sym(&t, 6, "label", 0x1052, 0, STT_NOTYPE, STB_LOCAL);
	tiny_sym(&t, 7, "outside", 0x9000, 4, STT_FUNC, STB_GLOBAL);
	CHECK_EQ(elf_file_open_fd(fd_of(&t, sizeof(t)), "tiny", &f, NULL), 0);
	CHECK_EQ(elf_file_syms(f, &s), 5);
	for (size_t i = 0; i < sizeof(addrs) / sizeof(*addrs); i++) {
		s = elf_file_at(f, addrs[i]);
		CHECK_STR(s ? s->name : NULL, at[i]);
	}
	s = elf_file_find(f, "after");
	CHECK(s && s->offset == offsetof(struct tiny, text) + 0x60);
	CHECK(!elf_file_is_pie(f));
	elf_file_free(f);
}

TEST(tables_that_lie)
{
	static struct tiny t;
	uint64_t *const sizes[] = { &t.sh[1].sh_size,	&t.sh[2].sh_size,   &t.sh[2].sh_offset,
				    &t.sh[1].sh_offset, &t.ph.p_filesz,	    &t.ph.p_offset,
				    &t.ph.p_vaddr,	&t.sh[1].sh_entsize };
	static const uint64_t values[] = { 0,	       1,     23,	    1 << 20,
					   1ull << 40, ~0ull, ~0ull - 4095, 1ull << 63 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (size_t j = 0; j < sizeof(values) / sizeof(*values); j++) {
			tiny_init(&t);
			tiny_sym(&t, 1, "f", 0x1000, ~0ull, STT_FUNC, STB_GLOBAL);
			tiny_sym(&t, 2, "g", 0x1010, 4, STT_FUNC, STB_GLOBAL);
			t.sym[3] = t.sym[2];
			t.sym[3].st_name = 0xfffffff0;
			t.sym[4] = t.sym[2];
			t.sym[4].st_shndx = 0xff01;
			*sizes[i] = values[j];
			open_prefix((const char *)&t, sizeof(t));
		}
	}
	tiny_init(&t);
	memset(t.names, 'x', sizeof(t.names)); /* no NUL at its end */
	t.sym[1] = (Elf64_Sym){
		.st_name = 60, .st_info = STT_FUNC, .st_shndx = 4, .st_value = 0x1000
	};
	open_prefix((const char *)&t, sizeof(t));
}

static unsigned libraries;

static void count_library(void *arg, const char *file, const char *path)
{
	libraries++;
	if (arg)
		CHECK_STR(path, arg);
}

TEST(cache_of_the_dynamic_linker)
{
	struct {
		char magic[20];
		uint32_t nlibs, len, flags, ext, unused[3];
		struct {
			uint32_t flags, key, value, os;
			uint64_t hwcap;
		} e[2];
		char strings[32];
	} c = { .magic = "glibc-ld.so.cache1.", .nlibs = 2 };

	_Static_assert(sizeof(c) == 128, "48 bytes of header, 24 an entry");
	memcpy(c.magic + 19, "1", 1);
	memcpy(c.strings, "libx.so.1\0/lib/libx.so.1", 25);
	c.e[0].key = 96;
	c.e[0].value = 106;
	c.e[1].key = 127; /* "" */
	c.e[1].value = 5000;
	libraries = 0;
	ldcache_each_of((const char *)&c, sizeof(c), count_library, "/lib/libx.so.1");
	CHECK_EQ(libraries, 1);
	c.nlibs = ~0u;
	for (size_t n = 0; n <= sizeof(c); n++)
		ldcache_each_of((const char *)&c, n, count_library, NULL);
	ldcache_each("/nonexistent", count_library, NULL);
}

TEST(names_of_libraries)
{
	CHECK(elf_lib_matches("libc.so.6", "libc.so.6"));
	CHECK(elf_lib_matches("libc.so.6", "libc.so"));
	CHECK(elf_lib_matches("libc.so.6", "libc"));
	CHECK(elf_lib_matches("libc.so.6", "c"));
	CHECK(elf_lib_matches("libc-2.31.so", "libc"));
	CHECK(elf_lib_matches("libc.so", "c"));
	CHECK(!elf_lib_matches("libcrypt.so.1", "libc"));
	CHECK(!elf_lib_matches("libcrypt.so.1", "c"));
	CHECK(!elf_lib_matches("libc.so.6", "libc.so.7"));
	CHECK(!elf_lib_matches("libc.so.6", "lib"));
	CHECK(!elf_lib_matches("bash", "bas"));
	CHECK(elf_lib_matches("bash", "bash"));
}

TEST(paths_of_names)
{
	struct strbuf path = { 0 }, self = { 0 };
	char exe[256] = { 0 };

	CHECK_EQ(elf_resolve_path("no-such-program-anywhere", 0, &path), -ENOENT);
	CHECK_EQ(elf_resolve_path("/no/such/file", 0, &path), -ENOENT);
	CHECK_EQ(elf_resolve_path("/usr", 0, &path), -ENOENT);
	CHECK_EQ(elf_resolve_path("", 0, &path), -ENOENT);
	CHECK_EQ(path.n, 0);
	CHECK_EQ(elf_resolve_path("sh", 0, &path), 0);
	CHECK(path.n > 3 && !strcmp(path.p + path.n - 3, "/sh"));
	CHECK_EQ(elf_resolve_path("/bin/sh", 0, &path), 0);
	CHECK_STR(sb_str(&path), "/bin/sh");
	CHECK(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	CHECK_EQ(elf_resolve_path(exe, getpid(), &path), 0);
	CHECK_STR(sb_str(&path), exe);
	CHECK_EQ(elf_resolve_path(strrchr(exe, '/') + 1, getpid(), &path), 0);
	CHECK_STR(sb_str(&path), exe);
	CHECK_EQ(elf_resolve_path("libc.so.6", 0, &path), 0);
	CHECK_EQ(elf_resolve_path("c", 0, &self), 0);
	CHECK_STR(sb_str(&path), sb_str(&self));
	sb_done(&path);
	sb_done(&self);
}
