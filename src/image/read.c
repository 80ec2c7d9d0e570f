/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an object back to what user space needs of a script. */
#include <errno.h>
#include <gelf.h>
#include <string.h>

#include "image/meta.h"

#define MACHINE_BPF 247 /* EM_BPF */

bool image_is_object(const void *bytes, size_t n)
{
	const Elf64_Ehdr *h = bytes;

	return n >= sizeof(*h) && !memcmp(h->e_ident, ELFMAG, SELFMAG) && h->e_ident[EI_CLASS] == ELFCLASS64 &&
	       h->e_machine == MACHINE_BPF;
}

/* The data of the section with this name; NULL if there is none. */
static Elf_Data *find_section(Elf *elf, const char *name)
{
	size_t names;
	Elf_Scn *scn = NULL;

	if (elf_getshdrstrndx(elf, &names))
		return NULL;
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr h;
		const char *its = gelf_getshdr(scn, &h) ? elf_strptr(elf, names, h.sh_name) : NULL;

		if (its && !strcmp(its, name) && h.sh_type != SHT_NOBITS)
			return elf_rawdata(scn, NULL);
	}
	return NULL;
}

int image_read(const struct image *im, const void *bytes, size_t n, struct err *e)
{
	void *copy = arena_dup(im->arena, bytes, n);
	Elf_Data *d;
	Elf *elf;
	int rc;

	elf_version(EV_CURRENT);
	elf = image_is_object(bytes, n) ? elf_memory(copy, n) : NULL;
	d = elf ? find_section(elf, META_SECTION) : NULL;
	if (d && d->d_buf)
		rc = meta_read(im, d->d_buf, d->d_size, e);
	else
		rc = err_set(e, -EINVAL, elf ? "it was not made by 'sonde build': it has no section " META_SECTION
					     : "it is no BPF object");
	elf_end(elf);
	return rc;
}
