/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See walk.h. */
#include "fn/walk.h"

bool walk_check(struct check *ck, const struct node *n, const struct walk_step *steps, size_t count)
{
	struct types *ts = check_types(ck);
	struct field f;

	for (size_t i = 0; i < count; i++) {
		const struct type *t = types_lookup(ts, steps[i].st);

		if (!t || t->kind != TY_STRUCT || !type_field(ts, t, steps[i].member, &f))
			return check_error(ck, n->span, DT_kernel_lacks, "%s() needs the member %s of %s, of which this kernel tells nothing",
					   n->name, steps[i].member, steps[i].st);
	}
	return true;
}

struct ir_val *walk_one(struct lower *lw, struct ir_val *base, const char *st, const char *member)
{
	return lower_member(lw, base, types_lookup(lower_types(lw), st), member);
}

struct walk_maybe walk_begin(struct lower *lw)
{
	struct walk_maybe m = { .done = ir_block_new(lower_b(lw)) };

	m.result = ir_phi(lower_b(lw), m.done);
	return m;
}

void walk_need(struct lower *lw, struct walk_maybe *m, struct ir_val *cond)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_block *on = ir_block_new(b);

	ir_phi_add(b, m->result, ir_iconst(b, 0));
	ir_br(b, cond, on, m->done);
	lower_seal(lw, on);
}

struct ir_val *walk_end(struct lower *lw, struct walk_maybe *m, struct ir_val *value)
{
	ir_phi_add(lower_b(lw), m->result, value);
	ir_jmp(lower_b(lw), m->done);
	lower_seal(lw, m->done);
	return m->result;
}

/* Memory behind a pointer that the verifier knows reads as 0 if it is not there: no test is needed. */
struct ir_val *walk(struct lower *lw, struct ir_val *base, const struct walk_step *steps, size_t count)
{
	struct walk_maybe m = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (base->ptr != PK_BTF) {
			m = m.done ? m : walk_begin(lw);
			walk_need(lw, &m, base);
		}
		base = walk_one(lw, base, steps[i].st, steps[i].member);
	}
	return m.done ? walk_end(lw, &m, lower_untyped(lw, base)) : base;
}

const struct type *walk_pointer(struct check *ck, const char *st)
{
	const struct type *t = types_lookup(check_types(ck), st);

	return type_ptr(check_types(ck), t ? t : type_none(), AS_KERNEL);
}

bool walk_is(const struct node *n, const char *st)
{
	const struct type *t = n->type;

	return t && t->kind == TY_PTR && t->to->kind == TY_STRUCT && !strcmp(t->to->st->name, st + strlen("struct "));
}
