/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An open ELF file, shared by the files that read its parts. */
#ifndef SYM_ELF_INT_H
#define SYM_ELF_INT_H

#include <gelf.h>

#include "sym/elfsym.h"

/* Sections and notes larger than this are taken for damage. */
#define ELF_PART_MAX (512u << 20)

struct elf_segment {
	uint64_t vaddr, offset, filesz;
	bool exec;
};

struct elf_file {
	struct arena arena;
	char *path;
	int fd; /* -1 once settled */
	uint64_t base; /* where it begins in the file that is mapped: not 0 for members of archives */
	Elf *elf;
	GElf_Ehdr ehdr;
	VEC(struct elf_segment) segments; /* in arena, as are all below */
	uint8_t build_id[20];
	unsigned build_id_len;
	bool have_syms, have_usdt, tried_dwarf;
	struct dwarf_file *dwarf; /* owned, NULL: none or not asked for */
	struct elf_sym *syms;
	size_t nsyms;
	VEC(struct usdt_probe) usdt;
};

/* Fills f->syms from f itself and its debug file. elfload.c */
void elf_load_syms(struct elf_file *f);
/* The file with the debug symbols of f, NULL if there is none. elfdebug.c */
struct elf_file *elf_open_debug(struct elf_file *f);
/* The symbols that f carries compressed (.gnu_debugdata, xz), NULL if there are none. elfdebug.c */
struct elf_file *elf_open_mini_debug(struct elf_file *f);
/* A section by name; its data are checked for size. NULL if there is none or it is broken. */
Elf_Data *elf_section(struct elf_file *f, const char *name, GElf_Shdr *ret_shdr);

/* Notes of all note sections, of segments if there are no sections. f returns true to stop. */
typedef bool elf_note_fn(struct elf_file *f, const GElf_Nhdr *n, const char *name,
			 const uint8_t *desc, void *arg);
void elf_each_note(struct elf_file *f, elf_note_fn *fn, void *arg);

#endif
