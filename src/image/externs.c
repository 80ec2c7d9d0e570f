/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions that the code calls and the object does not have: those of imported objects, which link.c brings, and the kernel's,
 * which libbpf finds. Each is a symbol without a place and a prototype: linker and loader compare it with the function that
 * they find, by kinds and sizes, and structures behind pointers by their names (libbpf's linker.c: glob_sym_btf_matches()).
 */
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#include "image/write.h"
#include "type/btf.h"

#define DEPTH_MAX 16

static int type_id(struct maker *m, const struct type *t, unsigned depth);

static int prototype(struct maker *m, const struct type *func, unsigned depth)
{
	const struct struct_def *params = type_fields(m->im->types, func);
	int *ids = arena_array(m->im->arena, int, params->fields.n + 1), result = type_id(m, func->to, depth), id;

	vec_each(params->fields, i)
		ids[i] = type_id(m, params->fields.v[i].type, depth);
	id = btf__add_func_proto(m->btf, result);
	vec_each(params->fields, i)
		btf__add_func_param(m->btf, params->fields.v[i].name, ids[i]);
	return id;
}

static const char *name_or_null(const char *name)
{
	return name && *name ? name : NULL;
}

/* Only the outside of structures: without members. */
static int type_id(struct maker *m, const struct type *t, unsigned depth)
{
	if (depth > DEPTH_MAX)
		return 0;
	switch (t->kind) {
	case TY_BOOL:
		return btf__add_int(m->btf, "bool", t->size, BTF_INT_BOOL);
	case TY_INT:
		return btf__add_int(m->btf, "number", t->size, t->is_signed ? BTF_INT_SIGNED : 0);
	case TY_ENUM:
		return btf__add_enum(m->btf, name_or_null(t->en->name), t->size);
	case TY_PTR:
		return btf__add_ptr(m->btf, type_id(m, t->to, depth + 1));
	case TY_ARRAY:
		return btf__add_array(m->btf, m->int_id, type_id(m, t->to, depth + 1), t->count);
	case TY_STRUCT:
		return t->st->is_union ? btf__add_union(m->btf, name_or_null(t->st->name), 0)
				       : btf__add_struct(m->btf, name_or_null(t->st->name), 0);
	case TY_FUNC:
		return prototype(m, t, depth + 1);
	default:
		return 0;
	}
}

static const struct type *linked_type(const struct image *im, const char *name)
{
	vec_each(im->tables->linked, i)
		if (!strcmp(im->tables->linked.v[i]->name, name))
			return im->tables->linked.v[i]->type;
	return NULL;
}

static uint32_t add(struct maker *m, const char *name, bool kernel, const struct type *func)
{
	struct extern_fn x = { .name = name, .kernel = kernel };
	int proto = prototype(m, func, 0);

	x.id = btf__add_func(m->btf, name, BTF_FUNC_EXTERN, proto);
	x.symbol = elf_symbol(&m->elf, name, ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), SHN_UNDEF, 0, 0);
	if (!kernel) /* so the verifier sees it as a part of the program, not as a function that anything may call */
		m->elf.symbols.v[x.symbol].st_other = STV_HIDDEN;
	vec_push(&m->externs, x);
	return x.symbol;
}

int make_extern(struct maker *m, const char *name, bool kernel, uint32_t *ret_symbol, struct err *e)
{
	struct types *ts = m->im->types;
	const struct type *func;

	vec_each(m->externs, i)
		if (!strcmp(m->externs.v[i].name, name) && m->externs.v[i].kernel == kernel) {
			*ret_symbol = m->externs.v[i].symbol;
			return 0;
		}
	func = kernel ? ts->btf ? btf_func_type(ts, ts->btf, name) : NULL : linked_type(m->im, name);
	if (!func) {
		err_set(e, -ENOENT, "the type information at hand does not have the kernel's function %s()", name);
		err_hint(e, "Build it on a kernel that has it, or for an older one (--kernel).");
		return -ENOENT;
	}
	*ret_symbol = add(m, name, kernel, func);
	return 0;
}

void make_extern_section(struct maker *m)
{
	bool any = false;

	vec_each(m->externs, i)
		any |= m->externs.v[i].kernel;
	if (!any)
		return;
	btf__add_datasec(m->btf, ".ksyms", 0);
	vec_each(m->externs, i)
		if (m->externs.v[i].kernel)
			btf__add_datasec_var_info(m->btf, m->externs.v[i].id, 0, 0);
}
