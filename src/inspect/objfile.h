/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of BPF objects, checked before a library reads them: libelf and libbpf trust more of a file
 * than a file that somebody sent deserves.
 */
#ifndef INSPECT_OBJFILE_H
#define INSPECT_OBJFILE_H

#include <elf.h>

#include "inspect/inspect.h"

struct objfile {
	struct strbuf bytes;
	const char *path;  /* as it was opened */
	char name[16];     /* what libbpf would call the object: the file's name up to its first dot */
};

/*
 * Reads a file and checks that it is a BPF object of this machine's byte order whose headers, tables
 * and references stay inside it. 0, or the error set and -errno, -LIBBPF_ERRNO__FORMAT for what is none;
 * objfile_done() also then.
 */
int objfile_read(struct inspect *in, const char *path, struct objfile *ret);
void objfile_done(struct objfile *f);

/*
 * Operations with links have a section of their own, which libbpf 1.1 does not know: in place, it gets the
 * name of those without. True: there is one, its maps want the flag BPF_F_LINK.
 */
bool objfile_ops_with_links(struct objfile *f);

/* Of a checked file. */
const Elf64_Ehdr *objfile_header(const struct objfile *f);
const Elf64_Shdr *objfile_section(const struct objfile *f, uint32_t i);
const char *objfile_section_name(const struct objfile *f, uint32_t i);
const void *objfile_data(const struct objfile *f, uint32_t i);
/* The section of this name; 0: there is none. */
uint32_t objfile_find(const struct objfile *f, const char *name);
/* The symbols and their number; names by objfile_string(f, its sh_link, off). */
const Elf64_Sym *objfile_symbols(const struct objfile *f, uint32_t *ret_n, uint32_t *ret_strings);
const char *objfile_string(const struct objfile *f, uint32_t section, uint32_t off);

#endif
