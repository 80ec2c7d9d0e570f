/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replacing values: noted first, applied in one sweep. */
#include "ir/pass.h"

void ir_subst_start(struct ir_fn *fn)
{
	each_block(fn, b)
		each_val(b, v)
			v->data = NULL;
}

struct ir_val *ir_subst_of(struct ir_val *v)
{
	while (v->data)
		v = v->data;
	return v;
}

void ir_subst(struct ir_val *old, struct ir_val *by)
{
	by = ir_subst_of(by);
	if (by != old)
		old->data = by;
}

void ir_subst_apply(struct ir_fn *fn)
{
	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++)
				v->arg[i] = ir_subst_of(v->arg[i]);
	each_block(fn, b)
		each_val_safe(b, v, next)
			if (v->data)
				ir_remove(v);
}

void ir_count_uses(struct ir_fn *fn)
{
	each_block(fn, b)
		each_val(b, v)
			v->mark = 0;
	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++)
				v->arg[i]->mark++;
}
