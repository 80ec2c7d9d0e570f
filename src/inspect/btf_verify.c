/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "base/fdutil.h"
#include "inspect/btf_dump.h"

enum { DEPTH_MAX = 256 }; /* of types within types; the kernel's verifier takes 32 */

struct verify {
	const struct btf *btf;
	uint32_t count;
	unsigned char *seen; /* of each type: 0 no, 1 being walked, 2 done */
	unsigned depth;
};

static bool has_name(const struct verify *v, uint32_t offset)
{
	return btf__str_by_offset(v->btf, offset) != NULL;
}

static bool has_type(const struct verify *v, uint32_t id)
{
	return id < v->count;
}

/* Is it a type of values, which have a size? */
static bool is_sized(const struct verify *v, uint32_t id)
{
	const struct btf_type *t;

	for (unsigned depth = 0; has_type(v, id) && depth < DEPTH_MAX; depth++) {
		t = btf__type_by_id(v->btf, id);
		if (!btf_is_mod(t) && !btf_is_typedef(t))
			return btf_is_int(t) || btf_is_float(t) || btf_is_any_enum(t) || btf_is_ptr(t) ||
			       btf_is_array(t) || btf_is_composite(t);
		id = t->type;
	}
	return false;
}

static bool members_right(const struct verify *v, const struct btf_type *t)
{
	const struct btf_member *m = btf_members(t);

	for (unsigned i = 0; i < btf_vlen(t); i++)
		if (!has_name(v, m[i].name_off) || !is_sized(v, m[i].type))
			return false;
	return true;
}

static bool values_right(const struct verify *v, const struct btf_type *t)
{
	for (unsigned i = 0; i < btf_vlen(t); i++)
		if (!has_name(v, btf_is_enum(t) ? btf_enum(t)[i].name_off : btf_enum64(t)[i].name_off))
			return false;
	return true;
}

static bool params_right(const struct verify *v, const struct btf_type *t)
{
	const struct btf_param *p = btf_params(t);

	for (unsigned i = 0; i < btf_vlen(t); i++)
		if (!has_name(v, p[i].name_off) || !has_type(v, p[i].type))
			return false;
	return has_type(v, t->type);
}

static bool vars_right(const struct verify *v, const struct btf_type *t)
{
	const struct btf_var_secinfo *s = btf_var_secinfos(t);

	for (unsigned i = 0; i < btf_vlen(t); i++)
		if (!s[i].type || !has_type(v, s[i].type) ||
		    (!btf_is_var(btf__type_by_id(v->btf, s[i].type)) &&
		     !btf_is_func(btf__type_by_id(v->btf, s[i].type))))
			return false;
	return true;
}

static bool func_right(const struct verify *v, const struct btf_type *t)
{
	return has_type(v, t->type) && btf_is_func_proto(btf__type_by_id(v->btf, t->type));
}

/* Sizes as the kernel takes them: layouts are computed by dividing by them. */
static bool size_right(const struct btf_type *t)
{
	bool power = t->size && !(t->size & (t->size - 1));

	if (btf_is_float(t))
		return (power && t->size >= 2 && t->size <= 16) || t->size == 12;
	if (btf_is_int(t))
		return power && t->size <= 16 && btf_int_bits(t) && btf_int_bits(t) <= t->size * 8 &&
		       btf_int_offset(t) + btf_int_bits(t) <= t->size * 8;
	return !btf_is_any_enum(t) || (power && t->size <= 8);
}

static bool type_right(const struct verify *v, const struct btf_type *t)
{
	if (!has_name(v, t->name_off) || !size_right(t))
		return false;
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return members_right(v, t);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: return values_right(v, t);
	case BTF_KIND_FUNC_PROTO: return params_right(v, t);
	case BTF_KIND_DATASEC: return vars_right(v, t);
	case BTF_KIND_FUNC: return func_right(v, t);
	case BTF_KIND_VAR: return is_sized(v, t->type);
	case BTF_KIND_ARRAY: return is_sized(v, btf_array(t)->type) && has_type(v, btf_array(t)->index_type);
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_DECL_TAG:
	case BTF_KIND_TYPE_TAG: return has_type(v, t->type);
	default: return true;
	}
}

static bool is_finite(struct verify *v, uint32_t id);

static bool parts_finite(struct verify *v, const struct btf_type *t)
{
	if (btf_is_composite(t)) {
		for (unsigned i = 0; i < btf_vlen(t); i++)
			if (!is_finite(v, btf_members(t)[i].type))
				return false;
		return true;
	}
	if (btf_is_array(t))
		return is_finite(v, btf_array(t)->type);
	if (btf_is_mod(t) || btf_is_typedef(t) || btf_is_var(t))
		return is_finite(v, t->type);
	return true; /* a pointer may lead to what it is in */
}

static bool is_finite(struct verify *v, uint32_t id)
{
	bool yes;

	if (!id || v->seen[id] == 2)
		return true;
	if (v->seen[id] == 1 || v->depth == DEPTH_MAX)
		return false;
	v->seen[id] = 1;
	v->depth++;
	yes = parts_finite(v, btf__type_by_id(v->btf, id));
	v->depth--;
	v->seen[id] = 2;
	return yes;
}

int btf_verify(const struct btf *btf, const char *what, struct err *e)
{
	struct verify v = { .btf = btf, .count = btf__type_cnt(btf) };
	const struct btf *base = btf__base_btf(btf);
	uint32_t first = base ? btf__type_cnt(base) : 1;
	_cleanup_free_ unsigned char *seen = xcalloc(v.count, 1);

	v.seen = seen;
	for (uint32_t id = first; id < v.count; id++)
		if (!type_right(&v, btf__type_by_id(btf, id)))
			return err_set(e, -EINVAL, "BTF of %s is broken: type %u is not well formed", what, id);
	for (uint32_t id = first; id < v.count; id++)
		if (!is_finite(&v, id))
			return err_set(e, -EINVAL, "BTF of %s is broken: type %u contains itself", what, id);
	return 0;
}
