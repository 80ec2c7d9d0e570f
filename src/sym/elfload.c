/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbol tables: which symbols count, their order. */
#include <string.h>

#include "sym/elf_int.h"

/* A symbol while tables are merged. */
struct raw_sym {
	struct elf_sym sym;
	uint8_t rank; /* of several at one address the lowest stands first */
};

struct loader {
	struct elf_file *f; /* whose segments count: the file that is run */
	VEC(struct raw_sym) list;
};

static unsigned rank_of(const GElf_Sym *s, bool is_func)
{
	unsigned bind = GELF_ST_BIND(s->st_info);

	return (is_func ? 0 : 4) + (bind == STB_GLOBAL ? 0 : bind == STB_WEAK ? 1 : 2);
}

/*
 * Code that assembly left without a type: _start and the like, not its local labels or end marks.
 */
static bool is_untyped_code(Elf *elf, const GElf_Sym *s)
{
	Elf_Scn *scn = elf_getscn(elf, s->st_shndx);
	GElf_Shdr sh;

	return GELF_ST_TYPE(s->st_info) == STT_NOTYPE && GELF_ST_BIND(s->st_info) != STB_LOCAL &&
	       scn && gelf_getshdr(scn, &sh) && sh.sh_flags & SHF_EXECINSTR &&
	       s->st_value - sh.sh_addr < sh.sh_size;
}

/* False: no symbol of ours. */
static bool classify(Elf *elf, const GElf_Sym *s, bool *ret_func)
{
	unsigned type = GELF_ST_TYPE(s->st_info);

	if (s->st_shndx == SHN_UNDEF || s->st_shndx == SHN_ABS || s->st_shndx == SHN_COMMON)
		return false;
	*ret_func = type == STT_FUNC || type == STT_GNU_IFUNC || is_untyped_code(elf, s);
	return *ret_func || type == STT_OBJECT;
}

static void add_sym(struct loader *l, Elf *elf, const GElf_Ehdr *eh, const GElf_Sym *s,
		    const char *name)
{
	struct raw_sym r = { .sym = { .name = name, .addr = s->st_value, .size = s->st_size } };

	if (!name[0] || !classify(elf, s, &r.sym.is_func))
		return;
	if (eh->e_machine == EM_ARM && r.sym.is_func)
		r.sym.addr &= ~1ull; /* the lowest bit says Thumb */
	if (!elf_file_addr_to_offset(l->f, r.sym.addr, &r.sym.offset) && r.sym.is_func)
		return;
	r.rank = (uint8_t)rank_of(s, r.sym.is_func);
	vec_push(&l->list, r);
}

/* A copy of the table's strings, ended by a NUL, with versions cut off; NULL if it is broken. */
static char *copy_strings(struct elf_file *to, struct elf_file *from, size_t link, size_t *ret_size)
{
	Elf_Scn *scn = elf_getscn(from->elf, link);
	Elf_Data *data;
	GElf_Shdr sh;
	char *copy;

	if (!scn || !gelf_getshdr(scn, &sh) || sh.sh_type != SHT_STRTAB ||
	    sh.sh_size > ELF_PART_MAX)
		return NULL;
	data = elf_getdata(scn, NULL);
	if (!data || !data->d_buf || !data->d_size)
		return NULL;
	copy = arena_alloc(&to->arena, data->d_size + 1);
	memcpy(copy, data->d_buf, data->d_size);
	/* A string that shares the tail of another has its '@' at the same place. */
	for (char *p = copy; (p = memchr(p, '@', (size_t)(copy + data->d_size - p)));)
		*p++ = '\0';
	*ret_size = data->d_size;
	return copy;
}

static bool load_table(struct loader *l, struct elf_file *from, const char *section)
{
	GElf_Shdr sh;
	Elf_Data *data = elf_section(from, section, &sh);
	size_t size, strings_size, before = l->list.n;
	char *strings;

	if (!data || !data->d_buf || (sh.sh_type != SHT_SYMTAB && sh.sh_type != SHT_DYNSYM))
		return false;
	strings = copy_strings(l->f, from, sh.sh_link, &strings_size);
	size = gelf_fsize(from->elf, ELF_T_SYM, 1, EV_CURRENT);
	if (!strings || !size)
		return false;
	for (size_t i = 1; i < data->d_size / size && i < INT32_MAX; i++) {
		GElf_Sym s;

		if (!gelf_getsym(data, (int)i, &s))
			break;
		if (s.st_name < strings_size)
			add_sym(l, from->elf, &from->ehdr, &s, strings + s.st_name);
	}
	return l->list.n > before;
}

static int by_addr(const void *a, const void *b)
{
	const struct raw_sym *x = a, *y = b;

	if (x->sym.addr != y->sym.addr)
		return x->sym.addr < y->sym.addr ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->sym.size != y->sym.size)
		return x->sym.size > y->sym.size ? -1 : 1;
	return strcmp(x->sym.name, y->sym.name);
}

static bool same_sym(const struct elf_sym *a, const struct elf_sym *b)
{
	return a->addr == b->addr && !strcmp(a->name, b->name);
}

void elf_load_syms(struct elf_file *f)
{
	struct loader l = { .f = f };

	if (!load_table(&l, f, ".symtab")) {
		struct elf_file *debug = elf_open_debug(f);

		load_table(&l, f, ".dynsym");
		if (!debug)
			debug = elf_open_mini_debug(f);
		if (debug)
			load_table(&l, debug, ".symtab");
		elf_file_free(debug);
	}
	if (!l.list.n)
		return;
	qsort(l.list.v, l.list.n, sizeof(*l.list.v), by_addr);
	f->syms = arena_array(&f->arena, struct elf_sym, l.list.n);
	vec_each(l.list, i) {
		if (!f->nsyms || !same_sym(&f->syms[f->nsyms - 1], &l.list.v[i].sym))
			f->syms[f->nsyms++] = l.list.v[i].sym;
	}
	vec_done(&l.list);
}
