/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ELF object in the making: sections, symbols, relocations; 64 bits, of BPF, in this machine's byte order. */
#ifndef IMAGE_ELF_H
#define IMAGE_ELF_H

#include <elf.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "base/vec.h"

struct elf_section {
	const char *name;
	uint32_t type, link, info;
	uint64_t flags;
	uint64_t align;
	struct strbuf data;
	uint64_t nobits;          /* SHT_NOBITS: bytes */
	VEC(Elf64_Rel) relocs;    /* r_info holds the symbol's number as elf_symbol() gave it */
};

struct elf_file {
	VEC(struct elf_section *) sections; /* [0] is the empty one */
	VEC(Elf64_Sym) symbols;             /* [0] is the empty one; in the order of making */
	struct strbuf strings;
};

void elf_init(struct elf_file *f);
void elf_done(struct elf_file *f);
/* A new section; its number. The name is copied. */
uint32_t elf_add(struct elf_file *f, const char *name, uint32_t type, uint64_t flags, uint64_t align);
/* The section of this name, made as above if there is none yet. */
uint32_t elf_get(struct elf_file *f, const char *name, uint32_t type, uint64_t flags, uint64_t align);
/* info as ELF64_ST_INFO() makes it; the number of the symbol. */
uint32_t elf_symbol(struct elf_file *f, const char *name, uint8_t info, uint32_t section, uint64_t value, uint64_t size);
void elf_reloc(struct elf_file *f, uint32_t section, uint64_t offset, uint32_t symbol, uint32_t type);
/* Adds the whole file to out. 0 or -errno with a message. */
int elf_write(struct elf_file *f, struct strbuf *out, struct err *e);

#endif
