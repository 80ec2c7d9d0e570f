/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps, programs and global variables of an object as parts of generated structures. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/vec.h"
#include "inspect/gen.h"

#define ARENA_TYPE 33

/* Sections of variables; names may go on behind these (".rodata.str1.1"). */
static const char *const sections[] = { ".data", ".rodata", ".bss", ".kconfig" };

static void make_ident(char ident[GEN_IDENT], const char *text)
{
	snprintf(ident, GEN_IDENT, "%s", text);
	for (; *ident; ident++)
		if (!isalnum((unsigned char)*ident))
			*ident = '_';
}

bool gen_map_ident(const struct bpf_map *map, char ident[GEN_IDENT])
{
	const char *name = bpf_map__name(map), *at;

	if (!bpf_map__is_internal(map)) {
		make_ident(ident, name);
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		at = strstr(name, sections[i]); /* behind the object's name */
		if (at) {
			make_ident(ident, at + 1);
			return true;
		}
	}
	return false;
}

bool gen_map_mapped(const struct bpf_map *map, char ident[GEN_IDENT])
{
	size_t n;

	if ((int)bpf_map__type(map) == ARENA_TYPE && bpf_map__initial_value((struct bpf_map *)map, &n)) {
		make_ident(ident, "arena");
		return true;
	}
	return bpf_map__is_internal(map) && (bpf_map__map_flags(map) & BPF_F_MMAPABLE) &&
	       gen_map_ident(map, ident);
}

bool gen_map_is_ops(const struct bpf_map *map)
{
	return bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS;
}

size_t gen_map_bytes(const struct bpf_map *map)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t n = ((size_t)bpf_map__value_size(map) + 7) / 8 * 8 * bpf_map__max_entries(map);

	return (n + page - 1) / page * page;
}

/* What the section of variables is called in code; false for other sections. */
static bool section_ident(const char *name, char ident[GEN_IDENT])
{
	if (!strcmp(name, ".addr_space.1")) { /* as compilers name an arena's variables */
		make_ident(ident, "arena");
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		if (!strncmp(name, sections[i], strlen(sections[i]))) {
			make_ident(ident, name + 1);
			return true;
		}
	return false;
}

const struct btf_type *gen_map_section(const struct gen *g, const char *ident)
{
	char own[GEN_IDENT];

	for (uint32_t id = 1; g->btf && id < btf__type_cnt(g->btf); id++) {
		const struct btf_type *t = btf__type_by_id(g->btf, id);

		if (btf_is_datasec(t) && section_ident(btf__name_by_offset(g->btf, t->name_off), own) &&
		    !strcmp(own, ident))
			return t;
	}
	return NULL;
}

void gen_maps(struct gen *g, const char *type)
{
	char ident[GEN_IDENT];
	struct bpf_map *map;

	if (!g->nmaps)
		return;
	sb_adds(g->out, "\tstruct {\n");
	bpf_object__for_each_map(map, g->obj)
		if (gen_map_ident(map, ident))
			sb_addf(g->out, "\t\t%s%s;\n", type, ident);
	sb_adds(g->out, "\t} maps;\n");
}

void gen_progs(struct gen *g, const char *type)
{
	struct bpf_program *prog;

	if (!g->nprogs)
		return;
	sb_adds(g->out, "\tstruct {\n");
	bpf_object__for_each_program(prog, g->obj)
		sb_addf(g->out, "\t\t%s%s;\n", type, bpf_program__name(prog));
	sb_adds(g->out, "\t} progs;\n");
}

void gen_links(struct gen *g, const char *type, const char *suffix)
{
	char ident[GEN_IDENT];
	struct bpf_program *prog;
	struct bpf_map *map;

	if (!g->nprogs && !g->nops)
		return;
	sb_adds(g->out, "\tstruct {\n");
	bpf_object__for_each_program(prog, g->obj)
		sb_addf(g->out, "\t\t%s%s%s;\n", type, bpf_program__name(prog), suffix);
	bpf_object__for_each_map(map, g->obj)
		if (gen_map_is_ops(map) && gen_map_ident(map, ident))
			sb_addf(g->out, "\t\t%s%s%s;\n", type, ident, suffix);
	sb_adds(g->out, "\t} links;\n");
}

static void add_text(void *arg, const char *fmt, va_list ap)
{
	sb_addv(((struct gen *)arg)->out, fmt, ap);
}

/* A variable of a section: its type, its name in code; false for a static one, which is not shown. */
struct variable {
	uint32_t type;
	const char *name;
	char ident[GEN_IDENT];
};

static bool variable_of(const struct gen *g, const struct btf_var_secinfo *s, struct variable *ret)
{
	const struct btf_type *t = btf__type_by_id(g->btf, s->type);

	if (!btf_is_var(t) || btf_var(t)->linkage == BTF_VAR_STATIC)
		return false;
	ret->type = t->type;
	ret->name = btf__name_by_offset(g->btf, t->name_off);
	make_ident(ret->ident, ret->name);
	return true;
}

/* Where a variable would come to stand without padding, for whichever machine: as if 32 bits were its widest. */
static int natural_offset(int offset, int align)
{
	if (align > 4)
		align = 4;
	return (offset + align - 1) / align * align;
}

/* The structure of a section so far. */
struct layout {
	int offset;
	unsigned pads;
	bool strip; /* const and volatile, which bind the program, not its user */
};

static int emit_variable(struct gen *g, struct btf_dump *d, const struct btf_var_secinfo *s,
			 struct layout *l)
{
	struct variable v;
	int align, r;

	if (!variable_of(g, s, &v))
		return 0;
	LIBBPF_OPTS(btf_dump_emit_type_decl_opts, opts, .field_name = v.ident, .indent_level = 2,
		    .strip_mods = l->strip);
	align = btf__align_of(g->btf, v.type);
	if (align <= 0 || l->offset > (int)s->offset)
		return inspect_fail(g->in, -EINVAL, "variable '%s' cannot be where the object says that it is", v.name);
	if (natural_offset(l->offset, align) != (int)s->offset)
		sb_addf(g->out, "\t\tchar __pad%u[%d];\n", l->pads++, (int)s->offset - l->offset);
	sb_adds(g->out, "\t\t");
	r = btf_dump__emit_type_decl(d, v.type, &opts);
	sb_adds(g->out, ";\n");
	l->offset = (int)(s->offset + s->size);
	return r ? inspect_fail(g->in, r, "cannot print the type of '%s': %s", v.name, errname(r)) : 0;
}

static int emit_section(struct gen *g, struct btf_dump *d, const char *ident)
{
	const struct btf_type *section = gen_map_section(g, ident);
	struct layout l = { .strip = strcmp(ident, "kconfig") != 0 };
	int r = 0;

	gen_put(g, "\tstruct @__$ {\n", g->name, ident);
	/* A section of strings that the compiler made has no variables. */
	for (unsigned i = 0; section && !r && i < btf_vlen(section); i++)
		r = emit_variable(g, d, &btf_var_secinfos(section)[i], &l);
	gen_put(g, "\t} *$;\n", g->name, ident);
	return r;
}

static bool is_function_pointer(const struct btf *btf, const struct btf_type *t)
{
	return btf_is_ptr(t) && btf_is_func_proto(btf__type_by_id(btf, t->type));
}

/* "TYPE *name;"; what a * cannot stand behind is wrapped in __typeof__(). */
static int emit_pointer(struct gen *g, struct btf_dump *d, const struct btf_var_secinfo *s)
{
	struct variable v;
	const struct btf_type *t;
	bool wrap;
	int r;

	if (!variable_of(g, s, &v))
		return 0;
	g->nvars++;
	t = btf__type_by_id(g->btf, (uint32_t)v.type);
	while (btf_is_mod(t) || btf_is_typedef(t))
		t = btf__type_by_id(g->btf, t->type);
	wrap = btf_is_array(t) || is_function_pointer(g->btf, t);
	LIBBPF_OPTS(btf_dump_emit_type_decl_opts, opts, .field_name = "", .indent_level = 2,
		    .strip_mods = true);
	sb_addf(g->out, "\t\t%s", wrap ? "__typeof__(" : "");
	r = btf_dump__emit_type_decl(d, v.type, &opts);
	sb_addf(g->out, "%s *%s;\n", wrap ? ")" : "", v.ident);
	return r ? inspect_fail(g->in, r, "cannot print the type of '%s': %s", v.name, errname(r)) : 0;
}

static int emit_section_pointers(struct gen *g, struct btf_dump *d, const char *ident)
{
	const struct btf_type *section = gen_map_section(g, ident);
	int r = 0;

	if (!section)
		return 0;
	gen_put(g, "\tstruct @__$ {\n", g->name, ident);
	for (unsigned i = 0; !r && i < btf_vlen(section); i++)
		r = emit_pointer(g, d, &btf_var_secinfos(section)[i]);
	gen_put(g, "\t} $;\n", g->name, ident);
	return r;
}

static int each_section(struct gen *g, int (*f)(struct gen *g, struct btf_dump *d, const char *ident))
{
	char ident[GEN_IDENT];
	struct bpf_map *map;
	struct btf_dump *d;
	int r = 0;

	if (!g->btf)
		return 0;
	d = btf_dump__new(g->btf, add_text, g, NULL);
	if (!d)
		return inspect_fail(g->in, -errno, "cannot print types: %s", errname(errno));
	bpf_object__for_each_map(map, g->obj)
		if (!r && gen_map_mapped(map, ident))
			r = f(g, d, ident);
	btf_dump__free(d);
	return r;
}

int gen_sections(struct gen *g)
{
	return each_section(g, emit_section);
}

int gen_section_pointers(struct gen *g)
{
	return each_section(g, emit_section_pointers);
}

static void add_var(struct gen *g, const char *section, const struct variable *v, size_t i)
{
	sb_addf(g->out, "\n\ts->vars[%zu].name = \"%s\";\n\ts->vars[%zu].map = &obj->maps.%s;\n", i, v->name,
		i, section);
	sb_addf(g->out, "\ts->vars[%zu].addr = (void **)&obj->%s.%s;\n", i, section, v->ident);
}

void gen_table_vars(struct gen *g)
{
	char ident[GEN_IDENT];
	struct variable v;
	struct bpf_map *map;
	size_t n = 0;

	if (!g->nvars)
		return;
	sb_addf(g->out, "\n\ts->var_cnt = %zu;\n", g->nvars);
	sb_adds(g->out, "\ts->vars = (struct bpf_var_skeleton *)calloc(s->var_cnt, sizeof(*s->vars));\n"
			"\tif (!s->vars)\n\t\tgoto err;\n");
	bpf_object__for_each_map(map, g->obj) {
		const struct btf_type *section = gen_map_mapped(map, ident) ? gen_map_section(g, ident) : NULL;

		for (unsigned i = 0; section && i < btf_vlen(section); i++)
			if (variable_of(g, &btf_var_secinfos(section)[i], &v))
				add_var(g, ident, &v, n++);
	}
}

static void assert_section(struct gen *g, const char *ident)
{
	const struct btf_type *section = gen_map_section(g, ident);
	struct variable v;

	for (unsigned i = 0; section && i < btf_vlen(section); i++) {
		long long size;

		if (!variable_of(g, &btf_var_secinfos(section)[i], &v))
			continue;
		size = btf__resolve_size(g->btf, v.type);
		if (size >= 0)
			sb_addf(g->out, "\t_Static_assert(sizeof(s->%s->%s) == %lld, \"unexpected size of '%s'\");\n",
				ident, v.ident, size, v.ident);
	}
}

void gen_asserts(struct gen *g)
{
	char ident[GEN_IDENT];
	struct bpf_map *map;

	if (!g->btf)
		return;
	gen_put(g, "\n__attribute__((unused)) static void\n"
		   "@__assert(struct @ *s __attribute__((unused)))\n"
		   "{\n"
		   "#ifdef __cplusplus\n"
		   "#define _Static_assert static_assert\n"
		   "#endif\n", g->name, "");
	bpf_object__for_each_map(map, g->obj)
		if (gen_map_mapped(map, ident))
			assert_section(g, ident);
	gen_put(g, "#ifdef __cplusplus\n"
		   "#undef _Static_assert\n"
		   "#endif\n"
		   "}\n", g->name, "");
}
