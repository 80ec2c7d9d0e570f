/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of operations and helpers, and what they say of one value. */
#include "ir/pass.h"

#define C true
const struct ir_op_info ir_ops[IR_OP_COUNT] = {
#define OP(name, level, nargs, result, effect, flags)                                              \
	[IR_##name] = { #name, #level[0], nargs, #result[0], IRE_##effect, flags },
#include "ir/ops.def"
#undef OP
};
#undef C

static const struct ir_helper_info helpers[] = {
#define HELPER(name, number, result, effect, kernel)                                               \
	{ #name, number, #result[0], IRE_##effect, kernel },
#include "ir/helpers.def"
#undef HELPER
};

const struct ir_helper_info *ir_helper_info(unsigned number)
{
	static const struct ir_helper_info unknown = { NULL, 0, 'S', IRE_EMIT, NULL };

	for (size_t i = 0; i < ARRAY_SIZE(helpers); i++)
		if (helpers[i].number == number)
			return &helpers[i];
	return &unknown;
}

const struct ir_helper_info *ir_helper_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(helpers); i++)
		if (!strcmp(helpers[i].name, name))
			return &helpers[i];
	return NULL;
}

/* A helper that is given memory of the program may write it: its call has to stay in its place. */
static enum ir_effect call_effect(const struct ir_val *v)
{
	enum ir_effect e = ir_helper_info((unsigned)v->imm)->effect;

	if (e != IRE_CONST && e != IRE_FRESH)
		return e;
	for (uint32_t i = 0; i < v->nargs; i++) {
		enum ir_ptr k = v->arg[i]->ptr;

		if (k == PK_STACK || k == PK_MAPVAL || k == PK_RING)
			return IRE_WMEM;
	}
	return e;
}

static enum ir_effect key_effect(const struct ir_val *v)
{
	for (uint32_t i = 0; i < v->nargs; i++)
		if (v->layout->part[i].kind != IP_SCALAR && !ir_is_immutable(v->arg[i]))
			return IRE_RMEM;
	return IRE_PURE;
}

/* Context, read-only data and kernel objects are defined to be the same for a whole run. */
static bool reads_constant(const struct ir_val *ptr)
{
	return ptr->ptr == PK_CTX || ptr->ptr == PK_BTF || ir_is_immutable(ptr);
}

/* The program's own memory, which it may change: what helpers read there is not the same all the time. */
static bool reads_own(const struct ir_val *v)
{
	for (uint32_t i = 0; i < v->nargs; i++)
		if (v->arg[i]->ptr == PK_STACK || v->arg[i]->ptr == PK_MAPVAL)
			return true;
	return false;
}

static enum ir_effect fill_effect(const struct ir_val *v)
{
	enum ir_effect e = ir_helper_info(v->helper)->effect;

	return e == IRE_CONST && reads_own(v) ? IRE_RMEM : e;
}

enum ir_effect ir_effect(const struct ir_val *v)
{
	switch (v->op) {
	case IR_kread:
		return reads_own(v) ? IRE_RMEM : IRE_CONST;
	case IR_call:
		return call_effect(v);
	case IR_fill:
		return fill_effect(v);
	case IR_key:
		return key_effect(v);
	case IR_digest:
		return ir_is_immutable(v->arg[0]) ? IRE_PURE : IRE_RMEM;
	case IR_load:
		return reads_constant(v->arg[0]) ? IRE_CONST : IRE_RMEM;
	case IR_streq:
	case IR_memeq:
		if (!ir_is_immutable(v->arg[0]) || !ir_is_immutable(v->arg[1]))
			return IRE_RMEM;
		return IRE_PURE;
	default:
		return ir_ops[v->op].effect;
	}
}

bool ir_removable(const struct ir_val *v)
{
	enum ir_effect e = ir_effect(v);

	return e == IRE_PURE || e == IRE_CONST || e == IRE_FRESH || e == IRE_RMEM || e == IRE_RMAP;
}
