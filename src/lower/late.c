/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that are known only where a portable script is run: in its globals, set before the programs are loaded. */
#include <string.h>

#include "lower/internal.h"

static const struct late *find(const struct tables *t, enum late_kind kind, const char *name)
{
	vec_each(t->late, i)
		if (t->late.v[i]->kind == kind && !strcmp(t->late.v[i]->name, name))
			return t->late.v[i];
	return NULL;
}

struct ir_val *lower_late_value(struct lower *lw, const struct late *l)
{
	struct ir_val *at = ir_global_ptr(&lw->b, l->off), *copy;

	if (type_is_scalar(l->type))
		return ir_load(&lw->b, at, 0, 8, true);
	copy = ir_slot(&lw->b, l->type->size, 8);
	ir_copy(&lw->b, copy, 0, at, l->type->size);
	return copy;
}

struct ir_val *lower_late(struct lower *lw, enum late_kind kind, const char *name, int64_t now)
{
	const struct late *l;
	struct late *made;

	if (!lower_target(lw)->is_portable)
		return ir_iconst(&lw->b, now);
	l = find(lw->tables, kind, name);
	if (l)
		return lower_late_value(lw, l);
	made = arena_new(lw->arena, struct late);
	*made = (struct late){ .kind = kind, .name = name, .type = type_i64(), .doc = "",
			       .off = ir_global_alloc(lw->b.module, 8, 8) };
	avec_push(lw->arena, &lw->tables->late, made);
	return lower_late_value(lw, made);
}
