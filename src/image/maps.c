/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps as libbpf reads them: each a variable in section ".maps" whose type spells what to create; global
 * variables and constants are sections of their own.
 */
#include <bpf/btf.h>
#include <ctype.h>
#include <linux/bpf.h>
#include <string.h>

#include "image/write.h"

#define RING_SIZE (4u << 20) /* what other loaders make; Sonde chooses again */
#define CPUS 64               /* likewise */

#define OBJECT ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT)

static bool is_taken(const struct ir_module *m, const struct ir_map *map, const char *name)
{
	static const char *const reserved[] = { "globals", "constants", "records", "percpu", "bulk", "license" };

	for (size_t i = 0; i < ARRAY_SIZE(reserved) && map->role == IM_USER; i++)
		if (!strcmp(reserved[i], name))
			return true;
	for (uint32_t i = 0; i < map->index; i++)
		if (m->maps.v[i]->role == map->role && !strcmp(m->maps.v[i]->name, map->name))
			return true;
	return false;
}

static const char *user_name(struct arena *a, const struct ir_module *m, const struct ir_map *map)
{
	char *name = arena_strdup(a, *map->name ? map->name : "map");

	for (char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			*p = '_';
	return is_taken(m, map, name) ? arena_printf(a, "%s_%u", name, map->index) : name;
}

/* Globals are all zero at first, but for parameters with defaults. */
const char *image_map_name(const struct image *im, const struct ir_map *map)
{
	struct arena *a = im->arena;

	switch (map->role) {
	case IM_GLOBALS: return im->tables->late.n ? ".data" : ".bss";
	case IM_RODATA: return ".rodata";
	case IM_PCPU: return "percpu";
	case IM_BULK: return "bulk";
	case IM_RING: return "records";
	case IM_PINNED: case IM_FRAMES: case IM_UNWIND_PIDS: case IM_UNWIND_PROCS: case IM_UNWIND_ROWS:
		break; /* not in scripts that are built to be run elsewhere */
	case IM_STACKS: return arena_printf(a, "stacks_%u", map->value_size / 8);
	case IM_MORE_STACKS: return arena_printf(a, "more_stacks_%u", map->value_size / 8);
	case IM_PACKETS: return "packets";
	case IM_USER: break;
	}
	return user_name(a, im->module, map);
}

/* One number of a map's definition. */
struct map_number {
	const char *name;
	uint32_t value;
	int type;
};

/* libbpf writes a number as the type of a pointer to an array of that size. */
static int number_type(struct maker *m, uint32_t value)
{
	return btf__add_ptr(m->btf, btf__add_array(m->btf, m->int_id, m->int_id, value));
}

/* The structure that spells a map; its size is added to *ret_size. */
static int map_type(struct maker *m, const struct ir_map *map, uint32_t *ret_size)
{
	struct map_number all[] = {
		{ "type", map->type },
		{ "key_size", map->key_size },
		{ "value_size", map->role == IM_PCPU ? (m->im->module->pcpu_size + 7) & ~7u : map->value_size },
		{ "max_entries", map->role == IM_RING ? RING_SIZE : map->role == IM_BULK ? CPUS : map->max_entries },
		{ "map_flags", map->flags },
	};
	int id;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		all[i].type = all[i].value ? number_type(m, all[i].value) : 0;
	id = btf__add_struct(m->btf, NULL, 0);
	*ret_size = 0;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (!all[i].value)
			continue;
		btf__add_field(m->btf, all[i].name, all[i].type, *ret_size * 8, 0);
		*ret_size += 8;
	}
	((struct btf_type *)btf__type_by_id(m->btf, (uint32_t)id))->size = *ret_size;
	return id;
}

struct variable {
	int id;
	uint32_t off, size;
};

static void add_datasec(struct maker *m, const char *name, const struct variable *v, size_t n)
{
	uint32_t size = n ? v[n - 1].off + v[n - 1].size : 0;

	btf__add_datasec(m->btf, name, size);
	for (size_t i = 0; i < n; i++)
		btf__add_datasec_var_info(m->btf, v[i].id, v[i].off, v[i].size);
}

static void add_definitions(struct maker *m)
{
	const struct ir_module *mod = m->im->module;
	VEC(struct variable) vars = { 0 };
	uint32_t sec = 0, off = 0;

	vec_each(mod->maps, i) {
		const struct ir_map *map = mod->maps.v[i];
		const char *name = image_map_name(m->im, map);
		struct variable v = { .off = off };

		if (name[0] == '.')
			continue;
		if (!sec)
			sec = elf_add(&m->elf, ".maps", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 8);
		v.id = map_type(m, map, &v.size);
		v.id = btf__add_var(m->btf, name, BTF_VAR_GLOBAL_ALLOCATED, v.id);
		m->map_symbols[map->index] = elf_symbol(&m->elf, name, OBJECT, sec, off, v.size);
		sb_fill(&m->elf.sections.v[sec]->data, 0, v.size);
		off += v.size;
		vec_push(&vars, v);
	}
	if (vars.n)
		add_datasec(m, ".maps", vars.v, vars.n);
	vec_done(&vars);
}

/* A section that is one variable of bytes. */
static void add_variable(struct maker *m, const struct ir_map *map, const char *name, uint32_t sec, uint32_t size)
{
	int bytes = btf__add_array(m->btf, m->int_id, m->char_id, size);
	struct variable v = { btf__add_var(m->btf, name, BTF_VAR_GLOBAL_ALLOCATED, bytes), 0, size };

	m->map_symbols[map->index] = elf_symbol(&m->elf, name, OBJECT, sec, 0, size);
	add_datasec(m, m->elf.sections.v[sec]->name, &v, 1);
}

static void add_defaults(struct maker *m, struct strbuf *data, uint32_t size)
{
	sb_fill(data, 0, size);
	vec_each(m->im->tables->late, i) {
		const struct late *l = m->im->tables->late.v[i];

		if (type_is_scalar(l->type))
			memcpy(data->p + l->off, &l->value, sizeof(l->value));
		else if (l->text)
			memcpy(data->p + l->off, l->text, strlen(l->text));
	}
}

static void add_globals(struct maker *m)
{
	const struct ir_module *mod = m->im->module;
	uint32_t size = (mod->globals_size + 7) & ~7u, sec;
	bool zero = !m->im->tables->late.n;

	if (!mod->globals)
		return;
	sec = elf_add(&m->elf, image_map_name(m->im, mod->globals), zero ? SHT_NOBITS : SHT_PROGBITS,
		      SHF_ALLOC | SHF_WRITE, 8);
	if (zero)
		m->elf.sections.v[sec]->nobits = size;
	else
		add_defaults(m, &m->elf.sections.v[sec]->data, size);
	add_variable(m, mod->globals, "globals", sec, size);
}

static void add_constants(struct maker *m)
{
	const struct ir_module *mod = m->im->module;
	uint32_t n = (uint32_t)mod->rodata.n, size = n ? (n + 7) & ~7u : 8, sec;

	if (!mod->rodata_map)
		return;
	sec = elf_add(&m->elf, ".rodata", SHT_PROGBITS, SHF_ALLOC, 8);
	sb_add(&m->elf.sections.v[sec]->data, sb_str(&mod->rodata), n);
	sb_fill(&m->elf.sections.v[sec]->data, 0, size - n);
	add_variable(m, mod->rodata_map, "constants", sec, size);
}

/* What is linked has one license: that of imported objects, unless the script says another. */
static const char *license_of(const struct image *im)
{
	const char *own = im->tables->config.license;

	for (size_t i = 0; i < im->script->objects.n && !strcmp(own, "GPL"); i++)
		if (im->script->objects.v[i].license)
			return im->script->objects.v[i].license;
	return own;
}

void make_maps(struct maker *m)
{
	const char *license = license_of(m->im);
	uint32_t sec = elf_add(&m->elf, "license", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 1);

	sb_add(&m->elf.sections.v[sec]->data, license, strlen(license) + 1);
	m->map_symbols = arena_array(m->im->arena, uint32_t, m->im->module->maps.n + 1);
	add_definitions(m);
	add_globals(m);
	add_constants(m);
}
