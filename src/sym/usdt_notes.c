/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * USDT probes of a file: notes of type 3 and name "stapsdt"; each has three addresses (the nop,
 * .stapsdt.base at link time, the semaphore) and three strings (provider, name, arguments).
 * SystemTap's wiki, UserSpaceProbeImplementation.
 */
#include <string.h>

#include "sym/elf_int.h"

#define NOTE_STAPSDT 3

/* Next address of a note, in the file's class and byte order. */
static uint64_t take_addr(const struct elf_file *f, const uint8_t **p)
{
	unsigned n = f->ehdr.e_ident[EI_CLASS] == ELFCLASS64 ? 8 : 4;
	bool little = f->ehdr.e_ident[EI_DATA] == ELFDATA2LSB;
	uint64_t v = 0;

	for (unsigned i = 0; i < n; i++)
		v |= (uint64_t)(*p)[i] << 8 * (little ? i : n - 1 - i);
	*p += n;
	return v;
}

static const char *take_string(struct elf_file *f, const uint8_t **p, const uint8_t *end)
{
	const uint8_t *nul = memchr(*p, '\0', (size_t)(end - *p));
	const char *s;

	if (!nul)
		return NULL;
	s = arena_strndup(&f->arena, (const char *)*p, (size_t)(nul - *p));
	*p = nul + 1;
	return s;
}

static bool add_probe(struct elf_file *f, const GElf_Nhdr *n, const char *name, const uint8_t *desc,
		      void *arg)
{
	unsigned addr_size = f->ehdr.e_ident[EI_CLASS] == ELFCLASS64 ? 8 : 4;
	const uint8_t *p = desc, *end = desc + n->n_descsz;
	const uint64_t *base_now = arg;
	uint64_t pc, base, sema;
	struct usdt_probe u = { 0 };

	if (n->n_type != NOTE_STAPSDT || strcmp(name, "stapsdt") || n->n_descsz < 3 * addr_size)
		return false;
	pc = take_addr(f, &p);
	base = take_addr(f, &p);
	sema = take_addr(f, &p);
	u.provider = take_string(f, &p, end);
	u.name = u.provider ? take_string(f, &p, end) : NULL;
	u.args = u.name ? take_string(f, &p, end) : NULL;
	if (!u.args)
		return false;
	/* prelink moves sections but not the addresses in notes */
	if (base && *base_now) {
		pc += *base_now - base;
		sema += sema ? *base_now - base : 0;
	}
	if (!elf_file_addr_to_offset(f, pc, &u.offset))
		return false;
	if (sema)
		elf_file_addr_to_offset(f, sema, &u.sema_offset);
	avec_push(&f->arena, &f->usdt, u);
	return false;
}

size_t elf_file_usdt(struct elf_file *f, const struct usdt_probe **ret)
{
	if (!f->have_usdt && f->elf) {
		GElf_Shdr sh;
		uint64_t base = elf_section(f, ".stapsdt.base", &sh) ? sh.sh_addr : 0;

		elf_each_note(f, add_probe, &base);
		f->have_usdt = true;
	}
	*ret = f->usdt.v;
	return f->usdt.n;
}
