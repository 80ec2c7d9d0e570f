/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packages of split units, PROGRAM.dwp (DWARF 5, 7.3.5; version 2 of the index is GNU's for DWARF 4). libdw 0.188 knows .dwo files only,
 * so each unit's parts are put together to an image of one in memory.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dwarf.h>

#include "base/fdutil.h"
#include "sym/dwarf_int.h"
#include "sym/elf_int.h"

#define COLUMNS_MAX 8
#define HEADER_SIZE 16
#define PARTS_MAX (COLUMNS_MAX + 2) /* with .debug_str.dwo and .debug_addr */

/* Section by number in the index; those whose numbers the two versions share, and 5 and 8. */
static const char *section_name(uint32_t id, unsigned version)
{
	switch (id) {
	case 1: return ".debug_info.dwo";
	case 3: return ".debug_abbrev.dwo";
	case 4: return ".debug_line.dwo";
	case 5: return version == 5 ? ".debug_loclists.dwo" : ".debug_loc.dwo";
	case 6: return ".debug_str_offsets.dwo";
	case 8: return version == 5 ? ".debug_rnglists.dwo" : NULL;
	default: return NULL;
	}
}

struct part {
	const char *name;
	const uint8_t *bytes;
	size_t n;
};

struct unit_parts {
	struct part v[PARTS_MAX];
	unsigned n;
};

/* A package of this machine's byte order. */
struct index {
	const uint8_t *bytes;
	size_t n;
	unsigned version;
	uint32_t columns, units, slots;
	const uint8_t *signatures, *rows, *offsets, *sizes; /* offsets: behind the row of section numbers */
};

static uint32_t u32_at(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static bool open_index(struct index *x, const Elf_Data *data)
{
	uint64_t need;

	if (!data || !data->d_buf || data->d_size < HEADER_SIZE)
		return false;
	x->bytes = data->d_buf;
	x->n = data->d_size;
	x->version = u32_at(x->bytes) & 0xffff;
	x->columns = u32_at(x->bytes + 4);
	x->units = u32_at(x->bytes + 8);
	x->slots = u32_at(x->bytes + 12);
	need = HEADER_SIZE + 12ull * x->slots + 4ull * x->columns * (2ull * x->units + 1);
	if ((x->version != 2 && x->version != 5) || !x->columns || x->columns > COLUMNS_MAX || x->units > x->n ||
	    x->slots > x->n || need > x->n)
		return false;
	x->signatures = x->bytes + HEADER_SIZE;
	x->rows = x->signatures + 8ull * x->slots;
	x->offsets = x->rows + 4ull * x->slots;
	x->sizes = x->offsets + 4ull * x->columns * (x->units + 1ull);
	return true;
}

/* The row of a unit, from 1; 0: it is not in the package. */
static uint32_t find_row(const struct index *x, uint64_t id)
{
	for (uint32_t i = 0; i < x->slots; i++) {
		uint64_t have;
		uint32_t row = u32_at(x->rows + 4ull * i);

		memcpy(&have, x->signatures + 8ull * i, sizeof(have));
		if (have == id && row && row <= x->units)
			return row;
	}
	return 0;
}

static void add_part(struct unit_parts *p, const char *name, const Elf_Data *data, uint64_t offset, uint64_t n)
{
	if (name && data && data->d_buf && offset <= data->d_size && n <= data->d_size - offset && n && p->n < PARTS_MAX)
		p->v[p->n++] = (struct part){ name, (const uint8_t *)data->d_buf + offset, n };
}

static void take_parts(struct elf_file *dwp, const struct index *x, uint32_t row, struct unit_parts *p)
{
	Elf_Data *strings;
	GElf_Shdr sh;

	for (uint32_t c = 0; c < x->columns; c++) {
		const char *name = section_name(u32_at(x->offsets + 4ull * c), x->version);
		uint64_t at = 4ull * ((uint64_t)row * x->columns + c);

		if (name)
			add_part(p, name, elf_section(dwp, name, &sh), u32_at(x->offsets + at),
				 u32_at(x->sizes + at - 4ull * x->columns));
	}
	strings = elf_section(dwp, ".debug_str.dwo", &sh);
	if (strings)
		add_part(p, ".debug_str.dwo", strings, 0, strings->d_size);
}

/* The unit's addresses are in the program: from where the skeleton says on. */
static void take_addresses(Elf *program, Dwarf_Die *skeleton, struct unit_parts *p)
{
	/* Only to look for a section in it. */
	struct elf_file f = { .elf = program };
	Dwarf_Attribute attr;
	Dwarf_Word base;
	GElf_Shdr sh;
	Elf_Data *data;

	if ((!dwarf_attr(skeleton, DW_AT_addr_base, &attr) && !dwarf_attr(skeleton, DW_AT_GNU_addr_base, &attr)) ||
	    dwarf_formudata(&attr, &base))
		return;
	data = elf_section(&f, ".debug_addr", &sh);
	if (data && base < data->d_size)
		add_part(p, ".debug_addr.dwo", data, base, data->d_size - base);
}

/* An ELF file of the parts; sections are: none, the parts, their names. */
static char *make_image(const struct unit_parts *p, size_t *ret_size)
{
	Elf64_Shdr sections[PARTS_MAX + 2] = { { 0 } };
	struct strbuf names = { 0 }, image = { 0 };
	Elf64_Ehdr eh = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			  .e_type = ET_REL, .e_machine = EM_X86_64, .e_version = EV_CURRENT, .e_ehsize = sizeof(eh),
			  .e_shentsize = sizeof(*sections), .e_shnum = (Elf64_Half)(p->n + 2),
			  .e_shstrndx = (Elf64_Half)(p->n + 1) };

	sb_addc(&names, 0);
	sb_add(&image, (const char *)&eh, sizeof(eh));
	for (unsigned i = 0; i <= p->n; i++) {
		struct part last = { ".shstrtab", NULL, 0 }, part = i < p->n ? p->v[i] : last;

		sections[i + 1] = (Elf64_Shdr){ .sh_name = (Elf64_Word)names.n, .sh_type = SHT_PROGBITS, .sh_offset = image.n,
						.sh_size = part.n, .sh_addralign = 1 };
		sb_add(&names, part.name, strlen(part.name) + 1);
		if (part.bytes)
			sb_add(&image, (const char *)part.bytes, part.n);
	}
	sections[p->n + 1].sh_type = SHT_STRTAB;
	sections[p->n + 1].sh_size = names.n;
	sb_add(&image, names.p, names.n);
	while (image.n % 8)
		sb_addc(&image, 0);
	eh.e_shoff = image.n;
	memcpy(image.p, &eh, sizeof(eh));
	sb_add(&image, (const char *)sections, (p->n + 2) * sizeof(*sections));
	sb_done(&names);
	*ret_size = image.n;
	return image.p;
}

static bool open_unit(struct dwarf_file *d, const struct unit_parts *p, Dwarf_Die *ret)
{
	struct split_unit u = { 0 };
	size_t size;
	Dwarf_CU *cu;

	u.image = make_image(p, &size);
	u.elf = elf_memory(u.image, size);
	u.dw = u.elf ? dwarf_begin_elf(u.elf, DWARF_C_READ, NULL) : NULL;
	vec_push(&d->splits, u);
	return u.dw && !dwarf_get_units(u.dw, NULL, &cu, NULL, NULL, ret, NULL);
}

static void open_package(struct dwarf_file *d)
{
	_cleanup_sb_ struct strbuf path = { 0 };

	d->tried_dwp = true;
	sb_addf(&path, "%s.dwp", d->debug ? d->debug->path : d->path);
	if (!access(sb_str(&path), R_OK))
		elf_file_open(sb_str(&path), &d->dwp, NULL);
}

bool dwp_unit(struct dwarf_file *d, Dwarf_Die *skeleton, uint64_t id, Dwarf_Die *ret)
{
	struct unit_parts parts = { 0 };
	struct index x;
	GElf_Shdr sh;
	uint32_t row;

	if (!d->tried_dwp)
		open_package(d);
	if (!d->dwp || !open_index(&x, elf_section(d->dwp, ".debug_cu_index", &sh)))
		return false;
	row = find_row(&x, id);
	if (!row)
		return false;
	take_parts(d->dwp, &x, row, &parts);
	take_addresses(dwarf_getelf(d->dw), skeleton, &parts);
	return open_unit(d, &parts, ret);
}

void dwp_close(struct dwarf_file *d)
{
	vec_each(d->splits, i) {
		dwarf_end(d->splits.v[i].dw);
		elf_end(d->splits.v[i].elf);
		free(d->splits.v[i].image);
	}
	vec_done(&d->splits);
	elf_file_free(d->dwp);
}
