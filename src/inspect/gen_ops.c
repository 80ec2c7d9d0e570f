/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structures of operations (struct_ops maps) in a skeleton: a user may set their numbers and swap
 * their programs between opening and loading. All else is bytes that keep the layout.
 */
#include <errno.h>
#include <string.h>

#include "inspect/gen.h"

static void add_text(void *arg, const char *fmt, va_list ap)
{
	sb_addv(((struct gen *)arg)->out, fmt, ap);
}

static const struct btf_type *resolve(const struct btf *btf, uint32_t id, uint32_t *ret_id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (; btf_is_mod(t) || btf_is_typedef(t); t = btf__type_by_id(btf, id))
		id = t->type;
	*ret_id = id;
	return t;
}

static bool is_function_pointer(const struct btf *btf, const struct btf_type *t)
{
	uint32_t id;

	return btf_is_ptr(t) && btf_is_func_proto(resolve(btf, t->type, &id));
}

static int emit_number(struct gen *g, struct btf_dump *d, uint32_t type, const char *name)
{
	LIBBPF_OPTS(btf_dump_emit_type_decl_opts, opts, .field_name = name, .indent_level = 3);
	int r;

	sb_adds(g->out, "\t\t\t");
	r = btf_dump__emit_type_decl(d, type, &opts);
	sb_adds(g->out, ";\n");
	return r;
}

/* One member; *end: where it ends. */
static int emit_member(struct gen *g, struct btf_dump *d, const struct btf_member *m, unsigned i, uint32_t *end)
{
	const char *name = btf__name_by_offset(g->btf, m->name_off);
	uint32_t id, offset = m->offset / 8;
	const struct btf_type *t = resolve(g->btf, m->type, &id);
	long long size = btf__resolve_size(g->btf, id);

	if (size < 0)
		return (int)size;
	if (*end < offset)
		sb_addf(g->out, "\t\t\tchar __padding_%u[%u];\n", i, offset - *end);
	*end = offset + (uint32_t)size;
	if (btf_is_int(t) || btf_is_float(t) || btf_is_any_enum(t))
		return emit_number(g, d, id, name);
	if (is_function_pointer(g->btf, t))
		sb_addf(g->out, "\t\t\tstruct bpf_program *%s;\n", name);
	else
		sb_addf(g->out, "\t\t\tchar __unsupported_%u[%lld];\n", i, size);
	return 0;
}

/* The variable of this name in the section; 0: it has none. Its type. */
static uint32_t variable_type(const struct btf *btf, const struct btf_type *section, const char *name)
{
	for (unsigned i = 0; i < btf_vlen(section); i++) {
		const struct btf_type *var = btf__type_by_id(btf, btf_var_secinfos(section)[i].type);

		if (btf_is_var(var) && !strcmp(btf__name_by_offset(btf, var->name_off), name))
			return var->type;
	}
	return 0;
}

/* Type of the structure that a map is made from, which libbpf 1.1 does not say; 0: not known. */
static uint32_t ops_type(const struct btf *btf, const char *name)
{
	uint32_t type = 0;

	for (uint32_t id = 1; !type && id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_datasec(t) && !strncmp(btf__name_by_offset(btf, t->name_off), ".struct_ops", 11))
			type = variable_type(btf, t, name);
	}
	if (type)
		resolve(btf, type, &type);
	return type;
}

static int emit_ops(struct gen *g, struct btf_dump *d, const struct bpf_map *map, const char *ident)
{
	uint32_t id = ops_type(g->btf, bpf_map__name(map)), end = 0;
	const struct btf_type *t = btf__type_by_id(g->btf, id);
	int r = 0;

	if (!id || !t || !btf_is_struct(t))
		return -EINVAL;
	sb_addf(g->out, "\t\tstruct %s__%s__%s {\n", g->name, ident, btf__name_by_offset(g->btf, t->name_off));
	for (unsigned i = 0; !r && i < btf_vlen(t); i++)
		r = emit_member(g, d, &btf_members(t)[i], i, &end);
	if (end < t->size)
		sb_addf(g->out, "\t\t\tchar __padding_end[%u];\n", t->size - end);
	sb_addf(g->out, "\t\t} *%s;\n", ident);
	return r;
}

int gen_ops(struct gen *g)
{
	char ident[GEN_IDENT];
	struct bpf_map *map;
	struct btf_dump *d;
	int r = 0;

	if (!g->nops || !g->btf)
		return 0;
	d = btf_dump__new(g->btf, add_text, g, NULL);
	if (!d)
		return inspect_fail(g->in, -errno, "cannot print types: %s", errname(errno));
	sb_adds(g->out, "\tstruct {\n");
	bpf_object__for_each_map(map, g->obj)
		if (!r && gen_map_is_ops(map) && gen_map_ident(map, ident))
			r = emit_ops(g, d, map, ident);
	sb_adds(g->out, "\t} struct_ops;\n");
	btf_dump__free(d);
	return r ? inspect_fail(g->in, r, "cannot print the type of '%s': %s", ident, errname(r)) : 0;
}

void gen_ops_init(struct gen *g)
{
	char ident[GEN_IDENT];
	struct bpf_map *map;

	bpf_object__for_each_map(map, g->obj)
		if (g->btf && gen_map_is_ops(map) && gen_map_ident(map, ident))
			gen_put(g, "\tobj->struct_ops.@ = (__typeof__(obj->struct_ops.@))\n"
				   "\t\tbpf_map__initial_value(obj->maps.@, NULL);\n", ident, "");
}
