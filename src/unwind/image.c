/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See image.h. */
#include "unwind/image.h"

#include <gelf.h>
#include <string.h>

static void read_segments(Elf *elf, struct unwind_image *ret)
{
	size_t n = 0;

	elf_getphdrnum(elf, &n);
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr ph;

		if (gelf_getphdr(elf, (int)i, &ph) && ph.p_type == PT_LOAD)
			vec_push(&ret->segments, ((struct unwind_segment){ ph.p_offset, ph.p_vaddr, ph.p_filesz }));
	}
}

static void read_section(Elf_Scn *scn, const GElf_Shdr *sh, struct unwind_image *ret)
{
	Elf_Data *data = sh->sh_type == SHT_NOBITS ? NULL : elf_rawdata(scn, NULL);

	if (data && data->d_buf && data->d_size)
		cfi_read(data->d_buf, data->d_size, sh->sh_addr, &ret->rows);
}

static void read_sections(Elf *elf, struct unwind_image *ret)
{
	Elf_Scn *scn = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return;
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr sh;
		const char *name = gelf_getshdr(scn, &sh) ? elf_strptr(elf, names, sh.sh_name) : NULL;

		if (name && !strcmp(name, ".eh_frame"))
			read_section(scn, &sh, ret);
	}
}

static void read_elf(Elf *elf, struct unwind_image *ret)
{
	GElf_Ehdr eh;

	if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &eh) || eh.e_machine != EM_X86_64)
		return;
	read_segments(elf, ret);
	read_sections(elf, ret);
}

void unwind_image_read(int fd, struct unwind_image *ret)
{
	Elf *elf;

	memset(ret, 0, sizeof(*ret));
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	read_elf(elf, ret);
	elf_end(elf);
}

void unwind_image_memory(const void *bytes, size_t n, struct unwind_image *ret)
{
	Elf *elf;

	memset(ret, 0, sizeof(*ret));
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)bytes, n);
	read_elf(elf, ret);
	elf_end(elf);
}

void unwind_image_done(struct unwind_image *image)
{
	unwind_rows_done(&image->rows);
	vec_done(&image->segments);
}

bool unwind_image_addr(const struct unwind_image *image, uint64_t offset, uint64_t *ret)
{
	vec_each(image->segments, i) {
		const struct unwind_segment *s = &image->segments.v[i];

		/* The kernel maps whole pages, so a mapping may begin before the segment does. */
		if (offset + 4096 <= s->offset || offset >= s->offset + s->size)
			continue;
		*ret = s->addr + (offset - s->offset);
		return true;
	}
	return false;
}
