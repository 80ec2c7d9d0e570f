/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF of a file, before libbpf follows it: release 1.1 trusts the ids and names that types refer to.
 */
#include <bpf/btf.h>

#include "inspect/objfile.h"

#define CHAIN_MAX 64 /* modifiers and typedefs in a row */

static bool is_type(const struct btf *btf, uint32_t id)
{
	return id < btf__type_cnt(btf);
}

static bool is_name(const struct btf *btf, uint32_t off)
{
	return btf__name_by_offset(btf, off) != NULL;
}

static bool check_members(const struct btf *btf, const struct btf_type *t)
{
	for (uint32_t i = 0; i < btf_vlen(t); i++)
		if (!is_name(btf, btf_members(t)[i].name_off) || !is_type(btf, btf_members(t)[i].type))
			return false;
	return true;
}

static bool check_params(const struct btf *btf, const struct btf_type *t)
{
	for (uint32_t i = 0; i < btf_vlen(t); i++)
		if (!is_name(btf, btf_params(t)[i].name_off) || !is_type(btf, btf_params(t)[i].type))
			return false;
	return is_type(btf, t->type);
}

static bool check_variables(const struct btf *btf, const struct btf_type *t)
{
	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		const struct btf_type *var = btf__type_by_id(btf, btf_var_secinfos(t)[i].type);

		/* Functions stand in such sections, too. */
		if (!var || (!btf_is_var(var) && !btf_is_func(var)))
			return false;
	}
	return true;
}

static bool check_names(const struct btf *btf, const struct btf_type *t)
{
	for (uint32_t i = 0; i < btf_vlen(t); i++)
		if (!is_name(btf, btf_is_enum64(t) ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off))
			return false;
	return true;
}

static bool check_func(const struct btf *btf, const struct btf_type *t)
{
	const struct btf_type *proto = btf__type_by_id(btf, t->type);

	return proto && btf_is_func_proto(proto);
}

/* Modifiers and typedefs must come to an end. */
static bool check_chain(const struct btf *btf, const struct btf_type *t)
{
	for (unsigned i = 0; i < CHAIN_MAX; i++) {
		if (!btf_is_mod(t) && !btf_is_typedef(t))
			return true;
		if (!t->type)
			return true;
		t = btf__type_by_id(btf, t->type);
		if (!t)
			return false;
	}
	return false;
}

static bool check_type(const struct btf *btf, const struct btf_type *t)
{
	if (!is_name(btf, t->name_off))
		return false;
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return check_members(btf, t);
	case BTF_KIND_FUNC_PROTO: return check_params(btf, t);
	case BTF_KIND_DATASEC: return check_variables(btf, t);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: return check_names(btf, t);
	case BTF_KIND_FUNC: return check_func(btf, t);
	case BTF_KIND_ARRAY: return is_type(btf, btf_array(t)->type) && is_type(btf, btf_array(t)->index_type);
	case BTF_KIND_PTR:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG: return is_type(btf, t->type);
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG: return is_type(btf, t->type) && check_chain(btf, t);
	default: return true;
	}
}

bool btf_check(const void *data, uint32_t n)
{
	struct btf *btf = btf__new(data, n);
	bool good = btf != NULL;

	for (uint32_t i = 1; good && i < btf__type_cnt(btf); i++)
		good = check_type(btf, btf__type_by_id(btf, i));
	btf__free(btf);
	return good;
}
