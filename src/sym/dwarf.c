/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening debug information, and finding the unit and the function of an address. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dwarf.h>

#include "base/fdutil.h"
#include "sym/dwarf_int.h"
#include "sym/elf_int.h"

#define UNITS_MAX 1000000
#define RANGES_MAX 10000000

static bool has_section(Elf *elf, const char *name)
{
	Elf_Scn *scn = NULL;
	size_t names;
	GElf_Shdr sh;

	if (elf_getshdrstrndx(elf, &names))
		return false;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *have = gelf_getshdr(scn, &sh) ? elf_strptr(elf, names, sh.sh_name) : NULL;

		if (have && !strcmp(have, name))
			return sh.sh_type != SHT_NOBITS;
	}
	return false;
}

static bool has_dwarf(Elf *elf)
{
	return has_section(elf, ".debug_info") || has_section(elf, ".zdebug_info");
}

static void read_units(struct dwarf_file *d)
{
	struct dwarf_unit u = { 0 };
	Dwarf_CU *cu = NULL;

	while (d->units.n < UNITS_MAX && !dwarf_get_units(d->dw, cu, &cu, NULL, NULL, &u.die, NULL)) {
		if (dwarf_tag(&u.die) == DW_TAG_compile_unit || dwarf_tag(&u.die) == DW_TAG_skeleton_unit)
			vec_push(&d->units, u);
	}
}

/*
 * The file itself is opened a second time, by its descriptor: it may be gone, or be another
 * process' file, and its symbols' user closes the first one.
 */
static bool open_own(struct dwarf_file *d, struct elf_file *f)
{
	char path[32];

	if (!f->elf || !has_dwarf(f->elf))
		return false;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", f->fd);
	d->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (d->fd < 0)
		d->fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
	d->elf = d->fd < 0 ? NULL : elf_begin(d->fd, ELF_C_READ, NULL);
	d->dw = d->elf ? dwarf_begin_elf(d->elf, DWARF_C_READ, NULL) : NULL;
	return d->dw != NULL;
}

static bool open_debug(struct dwarf_file *d, struct elf_file *f)
{
	d->debug = elf_open_debug(f);
	if (d->debug && has_dwarf(d->debug->elf))
		d->dw = dwarf_begin_elf(d->debug->elf, DWARF_C_READ, NULL);
	return d->dw != NULL;
}

struct dwarf_file *elf_file_dwarf(struct elf_file *f)
{
	struct dwarf_file *d;

	if (f->tried_dwarf || !f->elf)
		return f->dwarf;
	f->tried_dwarf = true;
	d = xcalloc(1, sizeof(*d));
	d->fd = -1;
	d->path = f->path;
	strmap_init(&d->frames, &d->arena);
	if (open_own(d, f) || open_debug(d, f))
		read_units(d);
	if (!d->units.n) {
		dwarf_file_free(d);
		return NULL;
	}
	f->dwarf = d;
	return d;
}

void dwarf_file_free(struct dwarf_file *d)
{
	if (!d)
		return;
	dwp_close(d);
	dwarf_end(d->dw);
	elf_end(d->elf);
	fd_close(&d->fd);
	elf_file_free(d->debug);
	vec_done(&d->units);
	vec_done(&d->ranges);
	arena_done(&d->arena);
	free(d);
}

static int by_start(const void *a, const void *b)
{
	const struct unit_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* libdw's own index needs .debug_aranges, which not every compiler writes. */
static void read_ranges(struct dwarf_file *d)
{
	d->ranges_read = true;
	vec_each(d->units, i) {
		Dwarf_Addr base, start, end;
		ptrdiff_t at = 0;

		while (d->ranges.n < RANGES_MAX &&
		       (at = dwarf_ranges(&d->units.v[i].die, at, &base, &start, &end)) > 0) {
			if (start && start < end)
				vec_push(&d->ranges, ((struct unit_range){ start, end, (uint32_t)i }));
		}
	}
	if (d->ranges.n)
		qsort(d->ranges.v, d->ranges.n, sizeof(*d->ranges.v), by_start);
}

struct dwarf_unit *dwarf_unit_at(struct dwarf_file *d, uint64_t addr)
{
	size_t low = 0, high;

	if (!d->ranges_read)
		read_ranges(d);
	high = d->ranges.n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (d->ranges.v[mid].start <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || addr >= d->ranges.v[low - 1].end)
		return NULL;
	return &d->units.v[d->ranges.v[low - 1].unit];
}

Dwarf_Die *dwarf_unit_inner(struct dwarf_file *d, struct dwarf_unit *u)
{
	Dwarf_Die inner = { 0 };
	uint64_t id;
	uint8_t type;

	if (u->tried_split)
		return &u->inner;
	u->tried_split = true;
	u->inner = u->die;
	if (dwarf_cu_info(u->die.cu, NULL, &type, NULL, &inner, &id, NULL, NULL) || type != DW_UT_skeleton)
		return &u->inner;
	if (inner.addr || dwp_unit(d, &u->die, id, &inner))
		u->inner = inner;
	return &u->inner;
}

bool dwarf_func_at(struct dwarf_file *d, uint64_t addr, Dwarf_Die *ret)
{
	struct dwarf_unit *u = dwarf_unit_at(d, addr);
	Dwarf_Die *scopes = NULL;
	bool found = false;
	int n;

	if (!u)
		return false;
	n = dwarf_getscopes(dwarf_unit_inner(d, u), addr, &scopes);
	if (n > 0) {
		/* Once more from the innermost one: the first walk leaves inlined functions for what they were. */
		Dwarf_Die innermost = scopes[0];

		free(scopes);
		scopes = NULL;
		n = dwarf_getscopes_die(&innermost, &scopes);
	}
	for (int i = 0; i < n && !found; i++) {
		found = dwarf_tag(&scopes[i]) == DW_TAG_subprogram;
		if (found)
			*ret = scopes[i];
	}
	free(scopes);
	return found;
}

const char *dwarf_func_name(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	const char *name = NULL;

	if (dwarf_attr_integrate(die, DW_AT_linkage_name, &attr) ||
	    dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attr))
		name = dwarf_formstring(&attr);
	if (!name && dwarf_attr_integrate(die, DW_AT_name, &attr))
		name = dwarf_formstring(&attr);
	return name;
}
