/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an object back to what user space needs of a script. */
#include <errno.h>
#include <gelf.h>
#include <string.h>

#include "base/elfsec.h"
#include "image/meta.h"

#define MACHINE_BPF 247 /* EM_BPF */

bool image_is_object(const void *bytes, size_t n)
{
	const Elf64_Ehdr *h = bytes;

	return n >= sizeof(*h) && !memcmp(h->e_ident, ELFMAG, SELFMAG) && h->e_ident[EI_CLASS] == ELFCLASS64 &&
	       h->e_machine == MACHINE_BPF;
}

int image_read(const struct image *im, const void *bytes, size_t n, struct err *e)
{
	void *copy = arena_dup(im->arena, bytes, n);
	Elf_Data *d;
	Elf *elf;
	int rc;

	elf_version(EV_CURRENT);
	elf = image_is_object(bytes, n) ? elf_memory(copy, n) : NULL;
	d = elf ? elfsec_data(elf, META_SECTION) : NULL;
	if (d && d->d_buf)
		rc = meta_read(im, d->d_buf, d->d_size, e);
	else
		rc = err_set(e, -EINVAL, elf ? "it was not made by 'sonde build': it has no section " META_SECTION
					     : "it is no BPF object");
	elf_end(elf);
	return rc;
}
