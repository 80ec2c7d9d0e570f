/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/elfsec.h"

#include <gelf.h>
#include <string.h>

Elf_Data *elfsec_data(Elf *elf, const char *name)
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
