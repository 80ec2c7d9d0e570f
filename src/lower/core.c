/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of kernel structures in portable scripts: their offsets are numbers that the loader replaces by those of the
 * kernel at hand. Structures that the script defines, and those without a name, are the same everywhere.
 */
#include <string.h>

#include "lower/internal.h"

static bool is_kernels(const struct lower *lw, const struct type *st)
{
	return st && st->kind == TY_STRUCT && st->st->name[0] && st->st->load_from &&
	       lw->b.module->target->is_portable;
}

static const struct ir_core *core_of(struct lower *lw, enum ir_core_kind kind, const struct type *st,
				     const struct field *f)
{
	struct ir_module *m = lw->b.module;
	struct ir_core *c;

	vec_each(m->cores, i) {
		c = m->cores.v[i];
		if (c->kind == kind && !strcmp(((const struct type *)c->type)->st->name, st->st->name) &&
		    !strcmp(c->name, f->name))
			return c;
	}
	c = arena_new(lw->arena, struct ir_core);
	*c = (struct ir_core){ kind, st, arena_dup(lw->arena, f, sizeof(*f)), f->name };
	avec_push(lw->arena, &m->cores, c);
	return c;
}

const struct ir_core *lower_core(struct lower *lw, const struct type *st, const struct field *f)
{
	return is_kernels(lw, st) && *f->name ? core_of(lw, IR_CORE_OFFSET, st, f) : NULL;
}

struct ir_val *lower_member_at(struct lower *lw, struct ir_val *base, const struct type *st, const struct field *f)
{
	const struct ir_core *c = lower_core(lw, st, f);

	if (!c)
		return ir_addi(&lw->b, base, f->offset);
	return ir_bin(&lw->b, IR_add, base, ir_core(&lw->b, c, f->offset));
}

/* As libbpf sees a bit field: in the aligned word of its type that it begins in. */
struct ir_val *lower_core_bits(struct lower *lw, struct ir_val *base, const struct type *st, const struct field *f,
			       enum addr_space space)
{
	struct ir_builder *b = &lw->b;
	uint32_t size = f->type->size, bit = f->offset * 8 + f->bit_offset, off = bit / 8 / size * size;
	unsigned up = 64 - (bit + f->bit_size - off * 8);
	bool is_signed = type_is_int(f->type) && f->type->is_signed;
	struct ir_val *v;

	v = ir_bin(b, IR_add, base, ir_core(b, core_of(lw, IR_CORE_OFFSET, st, f), off));
	v = lower_read(lw, v, 0, size, false, space);
	v = ir_bin(b, IR_shl, v, ir_core(b, core_of(lw, IR_CORE_SHL, st, f), up));
	return ir_bin(b, is_signed ? IR_sar : IR_shr, v, ir_core(b, core_of(lw, IR_CORE_SHR, st, f), 64 - f->bit_size));
}
