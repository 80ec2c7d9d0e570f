/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fdutil.h"

#define IMAGE_MAX (256u << 20)

void elf_init(struct elf_file *f)
{
	*f = (struct elf_file){ 0 };
	sb_addc(&f->strings, '\0');
	vec_push(&f->symbols, ((Elf64_Sym){ 0 }));
	vec_push(&f->sections, xcalloc(1, sizeof(struct elf_section)));
}

void elf_done(struct elf_file *f)
{
	vec_each(f->sections, i) {
		struct elf_section *s = f->sections.v[i];

		free((void *)s->name);
		sb_done(&s->data);
		vec_done(&s->relocs);
		free(s);
	}
	vec_done(&f->sections);
	vec_done(&f->symbols);
	sb_done(&f->strings);
}

uint32_t elf_add(struct elf_file *f, const char *name, uint32_t type, uint64_t flags, uint64_t align)
{
	struct elf_section *s = xcalloc(1, sizeof(*s));

	*s = (struct elf_section){ .name = xstrdup(name), .type = type, .flags = flags, .align = align };
	vec_push(&f->sections, s);
	return (uint32_t)f->sections.n - 1;
}

uint32_t elf_get(struct elf_file *f, const char *name, uint32_t type, uint64_t flags, uint64_t align)
{
	for (size_t i = 1; i < f->sections.n; i++)
		if (!strcmp(f->sections.v[i]->name, name))
			return (uint32_t)i;
	return elf_add(f, name, type, flags, align);
}

uint32_t elf_symbol(struct elf_file *f, const char *name, uint8_t info, uint32_t section, uint64_t value, uint64_t size)
{
	Elf64_Sym s = { .st_name = (Elf64_Word)f->strings.n, .st_info = info, .st_shndx = (Elf64_Section)section,
			.st_value = value, .st_size = size };

	sb_add(&f->strings, name, strlen(name) + 1);
	vec_push(&f->symbols, s);
	return (uint32_t)f->symbols.n - 1;
}

void elf_reloc(struct elf_file *f, uint32_t section, uint64_t offset, uint32_t symbol, uint32_t type)
{
	vec_push(&f->sections.v[section]->relocs, ((Elf64_Rel){ offset, ELF64_R_INFO((uint64_t)symbol, type) }));
}

/* Local symbols come first: where each symbol went to; the number of local ones is returned. */
static uint32_t sort_symbols(const struct elf_file *f, uint32_t *ret_place, struct strbuf *out)
{
	uint32_t n = 0, nlocal = 0;

	for (int global = 0; global < 2; global++) {
		vec_each(f->symbols, i) {
			if ((ELF64_ST_BIND(f->symbols.v[i].st_info) != STB_LOCAL) != global)
				continue;
			sb_add(out, &f->symbols.v[i], sizeof(Elf64_Sym));
			ret_place[i] = n++;
		}
		if (!global)
			nlocal = n;
	}
	return nlocal;
}

static void add_relocs(struct elf_file *f, uint32_t of, uint32_t symtab, const uint32_t *place)
{
	const struct elf_section *s = f->sections.v[of];
	_cleanup_sb_ struct strbuf name = { 0 };
	struct elf_section *rel;
	uint32_t i;

	sb_addf(&name, ".rel%s", s->name);
	i = elf_add(f, sb_str(&name), SHT_REL, SHF_INFO_LINK, 8); /* as clang has it: the linker compares */
	rel = f->sections.v[i];
	rel->link = symtab;
	rel->info = of;
	vec_each(s->relocs, k) {
		Elf64_Rel r = s->relocs.v[k];

		r.r_info = ELF64_R_INFO((uint64_t)place[ELF64_R_SYM(r.r_info)], ELF64_R_TYPE(r.r_info));
		sb_add(&rel->data, &r, sizeof(r));
	}
}

/* What is in the file besides: symbols, relocations, names. */
static void add_tables(struct elf_file *f)
{
	size_t n = f->sections.n;
	uint32_t symtab = elf_add(f, ".symtab", SHT_SYMTAB, 0, 8), strtab;
	_cleanup_free_ uint32_t *place = xcalloc(f->symbols.n, sizeof(*place));

	f->sections.v[symtab]->info = sort_symbols(f, place, &f->sections.v[symtab]->data);
	for (size_t i = 1; i < n; i++)
		if (f->sections.v[i]->relocs.n)
			add_relocs(f, (uint32_t)i, symtab, place);
	strtab = elf_add(f, ".strtab", SHT_STRTAB, 0, 1);
	f->sections.v[symtab]->link = strtab;
	for (size_t i = 1; i < f->sections.n; i++) /* the names of sections are in it, too */
		sb_add(&f->strings, f->sections.v[i]->name, strlen(f->sections.v[i]->name) + 1);
	sb_add(&f->sections.v[strtab]->data, f->strings.p, f->strings.n);
}

static uint32_t name_offset(const struct elf_file *f, const char *name)
{
	size_t n = strlen(name) + 1;

	for (size_t i = 0; i + n <= f->strings.n; i++)
		if (!memcmp(f->strings.p + i, name, n))
			return (uint32_t)i;
	return 0;
}

static bool put_section(Elf *elf, const struct elf_file *f, const struct elf_section *s)
{
	static const Elf_Type types[] = { [SHT_SYMTAB] = ELF_T_SYM, [SHT_REL] = ELF_T_REL };
	Elf_Scn *scn = elf_newscn(elf);
	Elf64_Shdr *h = scn ? elf64_getshdr(scn) : NULL;
	Elf_Data *d = h ? elf_newdata(scn) : NULL;

	if (!d)
		return false;
	h->sh_name = name_offset(f, s->name);
	h->sh_type = s->type;
	h->sh_flags = s->flags;
	h->sh_link = s->link;
	h->sh_info = s->info;
	h->sh_entsize = s->type == SHT_SYMTAB ? sizeof(Elf64_Sym) : s->type == SHT_REL ? sizeof(Elf64_Rel) : 0;
	d->d_type = s->type < ARRAY_SIZE(types) ? types[s->type] : ELF_T_BYTE;
	d->d_buf = s->type == SHT_NOBITS ? NULL : s->data.p;
	d->d_size = s->type == SHT_NOBITS ? s->nobits : s->data.n;
	d->d_align = s->align;
	d->d_version = EV_CURRENT;
	return true;
}

static bool put_all(Elf *elf, const struct elf_file *f)
{
	Elf64_Ehdr *h = elf64_newehdr(elf);
	const uint16_t one = 1;

	if (!h)
		return false;
	h->e_ident[EI_DATA] = *(const uint8_t *)&one ? ELFDATA2LSB : ELFDATA2MSB;
	h->e_type = ET_REL;
	h->e_machine = EM_BPF;
	h->e_version = EV_CURRENT;
	h->e_shstrndx = (Elf64_Half)(f->sections.n - 1);
	for (size_t i = 1; i < f->sections.n; i++)
		if (!put_section(elf, f, f->sections.v[i]))
			return false;
	return elf_update(elf, ELF_C_WRITE) >= 0;
}

int elf_write(struct elf_file *f, struct strbuf *out, struct err *e)
{
	_cleanup_fd_ int fd = memfd_create("object", MFD_CLOEXEC);
	_cleanup_sb_ struct strbuf text = { 0 };
	Elf *elf;
	bool ok;
	int rc;

	if (fd < 0)
		return err_set(e, -errno, "cannot make a file in memory: %s", errname(errno));
	add_tables(f);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_WRITE, NULL);
	ok = elf && put_all(elf, f);
	if (!ok)
		err_set(e, -EIO, "cannot write an ELF file: %s", elf_errmsg(-1));
	elf_end(elf);
	if (!ok)
		return -EIO;
	lseek(fd, 0, SEEK_SET);
	rc = fd_read_all(fd, IMAGE_MAX, &text);
	sb_add(out, text.p, text.n);
	return rc ? err_set(e, rc, "cannot read a file in memory: %s", errname(rc)) : 0;
}
