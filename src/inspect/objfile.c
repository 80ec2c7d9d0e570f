/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/objfile.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fdutil.h"
#include "inspect/btf_dump.h"
#include "inspect/quiet.h"

#define FILE_MAX (64u << 20)
#define NATIVE_ORDER (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)

const Elf64_Ehdr *objfile_header(const struct objfile *f)
{
	return (const void *)f->bytes.p;
}

const Elf64_Shdr *objfile_section(const struct objfile *f, uint32_t i)
{
	return (const Elf64_Shdr *)(const void *)(f->bytes.p + objfile_header(f)->e_shoff) + i;
}

const void *objfile_data(const struct objfile *f, uint32_t i)
{
	return f->bytes.p + objfile_section(f, i)->sh_offset;
}

const char *objfile_string(const struct objfile *f, uint32_t section, uint32_t off)
{
	return (const char *)objfile_data(f, section) + off;
}

const char *objfile_section_name(const struct objfile *f, uint32_t i)
{
	return objfile_string(f, objfile_header(f)->e_shstrndx, objfile_section(f, i)->sh_name);
}

uint32_t objfile_find(const struct objfile *f, const char *name)
{
	for (uint32_t i = 1; i < objfile_header(f)->e_shnum; i++)
		if (!strcmp(objfile_section_name(f, i), name))
			return i;
	return 0;
}

const Elf64_Sym *objfile_symbols(const struct objfile *f, uint32_t *ret_n, uint32_t *ret_strings)
{
	for (uint32_t i = 1; i < objfile_header(f)->e_shnum; i++) {
		const Elf64_Shdr *s = objfile_section(f, i);

		if (s->sh_type != SHT_SYMTAB)
			continue;
		*ret_n = (uint32_t)(s->sh_size / sizeof(Elf64_Sym));
		*ret_strings = s->sh_link;
		return objfile_data(f, i);
	}
	*ret_n = 0;
	return NULL;
}

static bool inside(const struct objfile *f, uint64_t off, uint64_t n)
{
	return off <= f->bytes.n && n <= f->bytes.n - off;
}

/* A section of strings: ends with a NUL, so that no string leaves it. */
static bool is_strings(const struct objfile *f, uint32_t i)
{
	const Elf64_Shdr *s;

	if (!i || i >= objfile_header(f)->e_shnum)
		return false;
	s = objfile_section(f, i);
	return s->sh_type == SHT_STRTAB && s->sh_size && inside(f, s->sh_offset, s->sh_size) &&
	       !f->bytes.p[s->sh_offset + s->sh_size - 1];
}

static const char *check_header(const struct objfile *f)
{
	const Elf64_Ehdr *h = objfile_header(f);

	if (f->bytes.n < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG))
		return "it is not an ELF file";
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != NATIVE_ORDER)
		return "it is not of 64 bits in this machine's byte order";
	if (h->e_machine != EM_BPF && h->e_machine != EM_NONE)
		return "it is not for BPF (compile with clang -target bpf)";
	if (h->e_type != ET_REL)
		return "it is not a relocatable object";
	if (h->e_shentsize != sizeof(Elf64_Shdr) || !h->e_shnum || h->e_shnum >= SHN_LORESERVE ||
	    h->e_shoff % 8 || !inside(f, h->e_shoff, (uint64_t)h->e_shnum * sizeof(Elf64_Shdr)))
		return "its section headers lie outside of it: is it truncated?";
	return is_strings(f, h->e_shstrndx) ? NULL : "it has no names of sections";
}

static const char *check_symbols(const struct objfile *f, const Elf64_Shdr *s)
{
	const Elf64_Sym *sym = (const void *)(f->bytes.p + s->sh_offset);

	if (s->sh_entsize != sizeof(*sym) || s->sh_offset % 8 || !is_strings(f, s->sh_link))
		return "its symbol table is broken";
	for (uint64_t i = 0; i < s->sh_size / sizeof(*sym); i++)
		if (sym[i].st_name >= objfile_section(f, s->sh_link)->sh_size ||
		    (sym[i].st_shndx >= objfile_header(f)->e_shnum && sym[i].st_shndx < SHN_LORESERVE))
			return "its symbol table refers to what is not there";
	return NULL;
}

/* Relocations: of a section that is there, with symbols that are, at places inside it. */
static const char *check_relocations(const struct objfile *f, const Elf64_Shdr *s)
{
	const Elf64_Rel *rel = (const void *)(f->bytes.p + s->sh_offset);
	uint32_t n = objfile_header(f)->e_shnum;
	const Elf64_Shdr *symbols, *target;

	if (s->sh_entsize != sizeof(*rel) || s->sh_offset % 8 || s->sh_link >= n || s->sh_info >= n)
		return "its relocations are broken";
	symbols = objfile_section(f, s->sh_link);
	target = objfile_section(f, s->sh_info);
	if (symbols->sh_type != SHT_SYMTAB)
		return "its relocations have no symbols";
	for (uint64_t i = 0; i < s->sh_size / sizeof(*rel); i++)
		if (ELF64_R_SYM(rel[i].r_info) >= symbols->sh_size / sizeof(Elf64_Sym) ||
		    rel[i].r_offset >= target->sh_size)
			return "its relocations refer to what is not there";
	return NULL;
}

static const char *check_section(const struct objfile *f, uint32_t i)
{
	const Elf64_Shdr *s = objfile_section(f, i);

	if (s->sh_name >= objfile_section(f, objfile_header(f)->e_shstrndx)->sh_size)
		return "the name of a section is not there";
	if (s->sh_type != SHT_NOBITS && !inside(f, s->sh_offset, s->sh_size))
		return "a section lies outside of it: is it truncated?";
	if (s->sh_size > FILE_MAX)
		return "a section is too large";
	/* libbpf reads what others hold without a look at their kind. */
	if (s->sh_type == SHT_NOBITS && strncmp(objfile_section_name(f, i), ".bss", 4))
		return "a section that should have contents has none";
	if ((s->sh_flags & SHF_EXECINSTR) && (s->sh_offset % 8 || s->sh_size % 8))
		return "its code is no whole number of instructions";
	return NULL;
}

/* What is wrong with the file; NULL: nothing. Tables are looked at once all sections are known to lie inside. */
static const char *check(const struct objfile *f)
{
	const char *wrong = check_header(f);

	for (uint32_t i = 1; !wrong && i < objfile_header(f)->e_shnum; i++)
		wrong = check_section(f, i);
	for (uint32_t i = 1; !wrong && i < objfile_header(f)->e_shnum; i++)
		if (objfile_section(f, i)->sh_type == SHT_SYMTAB)
			wrong = check_symbols(f, objfile_section(f, i));
	for (uint32_t i = 1; !wrong && i < objfile_header(f)->e_shnum; i++)
		if (objfile_section(f, i)->sh_type == SHT_REL)
			wrong = check_relocations(f, objfile_section(f, i));
	return wrong;
}

/* libbpf 1.1 trusts the ids and names that types refer to. */
static int check_types(struct inspect *in, const struct objfile *f)
{
	uint32_t i = objfile_find(f, ".BTF");
	const Elf64_Shdr *s = i ? objfile_section(f, i) : NULL;
	struct btf *btf;
	int r;

	if (!s || !s->sh_size)
		return 0;
	btf = btf__new(objfile_data(f, i), (uint32_t)s->sh_size);
	r = btf ? btf_verify(btf, f->path, &in->err)
		: inspect_fail(in, -EINVAL, "failed to open object file %s: its BTF is broken", f->path);
	btf__free(btf);
	return r;
}

int objfile_read(struct inspect *in, const char *path, struct objfile *ret)
{
	const char *slash = strrchr(path, '/'), *wrong;
	int r;

	*ret = (struct objfile){ .path = path };
	quiet_libbpf(in);
	snprintf(ret->name, sizeof(ret->name), "%.*s", (int)strcspn(slash ? slash + 1 : path, "."),
		 slash ? slash + 1 : path);
	r = file_read(path, FILE_MAX, &ret->bytes);
	if (r)
		return inspect_fail(in, r, "failed to open object file %s: %s", path, errname(r));
	wrong = check(ret);
	return wrong ? inspect_fail(in, -LIBBPF_ERRNO__FORMAT, "failed to open object file %s: %s", path, wrong)
		     : check_types(in, ret);
}

/* A string of its own among the names of types; NULL: there is none. */
static char *btf_string(struct objfile *f, const char *text)
{
	uint32_t i = objfile_find(f, ".BTF");
	size_t n = i ? objfile_section(f, i)->sh_size : 0, len = strlen(text) + 2;
	char *p = i ? f->bytes.p + objfile_section(f, i)->sh_offset : NULL;

	for (size_t at = 0; at + len <= n; at++)
		if (!p[at] && !memcmp(p + at + 1, text, len - 1))
			return p + at + 1;
	return NULL;
}

bool objfile_ops_with_links(struct objfile *f)
{
	static const char name[] = ".struct_ops.link";
	uint32_t i = objfile_find(f, name);
	char *of_types = btf_string(f, name);

	if (!i)
		return false;
	f->bytes.p[objfile_string(f, objfile_header(f)->e_shstrndx, objfile_section(f, i)->sh_name) - f->bytes.p +
		   strlen(".struct_ops")] = '\0';
	if (of_types)
		of_types[strlen(".struct_ops")] = '\0';
	return true;
}

void objfile_done(struct objfile *f)
{
	sb_done(&f->bytes);
}
