/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of imported objects: found by name, with the types that the object's own type information gives them. */
#include <string.h>

#include "sema/internal.h"
#include "type/btf.h"

#define FUNC_GLOBAL 1 /* BTF_FUNC_GLOBAL, include/uapi/linux/btf.h */
#define MAX_MODIFIERS 32

static const struct linked_fn *known(struct check *ck, const char *name)
{
	vec_each(ck->tables->linked, i)
		if (!strcmp(ck->tables->linked.v[i]->name, name))
			return ck->tables->linked.v[i];
	return NULL;
}

/* Does a pointer lead to what is not const? */
static bool may_write(struct btf_file *btf, uint32_t id)
{
	struct btf_info t;
	bool behind = false;

	for (int i = 0; i < MAX_MODIFIERS && btf_file_info(btf, id, &t); i++) {
		if (behind && t.kind == BK_CONST)
			return false;
		if (t.kind != BK_PTR && t.kind != BK_CONST && t.kind != BK_VOLATILE && t.kind != BK_RESTRICT &&
		    t.kind != BK_TYPEDEF && t.kind != BK_TYPE_TAG)
			break;
		if (behind && t.kind == BK_PTR)
			break;
		behind |= t.kind == BK_PTR;
		id = t.type;
	}
	return behind;
}

static const struct linked_fn *make(struct check *ck, struct btf_file *btf, const char *name)
{
	struct linked_fn *f = arena_new(ck->arena, struct linked_fn);
	const struct struct_def *params;

	f->name = name;
	f->type = btf_func_type(ck->types, btf, name);
	if (!f->type)
		return NULL;
	params = type_fields(ck->types, f->type);
	for (size_t i = 0; i < params->fields.n && i < 32; i++)
		f->writes |= (uint32_t)may_write(btf, params->fields.v[i].btf_id) << i;
	avec_push(ck->arena, &ck->tables->linked, f);
	return f;
}

bool find_linked(struct check *ck, struct node *n)
{
	const struct script *s = ck->in->script;
	const struct linked_fn *f = known(ck, n->name);
	struct btf_info info;

	for (size_t i = 0; i < s->objects.n && !f; i++) {
		struct btf_file *btf = s->objects.v[i].btf;

		if (btf_file_info(btf, btf_file_find(btf, BK_FUNC, n->name), &info) && info.vlen == FUNC_GLOBAL)
			f = make(ck, btf, n->name);
	}
	n->fn_data = f ? (void *)f : n->fn_data;
	return f;
}
