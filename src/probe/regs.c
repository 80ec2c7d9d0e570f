/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers and arguments of a context as IR. */
#include "probe/regs.h"

#include <string.h>

#include "fn/lower.h"

int regs_offset(const struct regs *r, const char *name)
{
	for (const struct reg_name *n = r->names; n->name; n++)
		if (!strcmp(n->name, name))
			return n->offset;
	return -1;
}

int native_reg_offset(const char *name)
{
	return regs_offset(regs_native, name);
}

struct ir_val *lower_reg(struct lower *lw, int offset)
{
	struct ir_builder *b = lower_b(lw);

	return ir_load(b, lower_ctx(lw), offset, 8, false);
}

struct ir_val *lower_reg_arg(struct lower *lw, unsigned n)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *sp;
	int64_t off;

	if (n < regs_native->nargs)
		return lower_reg(lw, regs_native->arg[n]);
	sp = lower_reg(lw, regs_native->sp);
	off = regs_native->stack_arg + 8 * (int64_t)(n - regs_native->nargs);
	return lower_probe(lw)->provider->flags & PF_USER ? ir_uread(b, sp, off, 8, false)
							  : ir_kread(b, sp, off, 8, false);
}

struct ir_val *lower_reg_retval(struct lower *lw)
{
	return lower_reg(lw, regs_native->ret);
}

struct ir_val *lower_reg_ip(struct lower *lw)
{
	return lower_reg(lw, regs_native->ip);
}

struct ir_val *lower_func_ip(struct lower *lw)
{
	struct ir_builder *b = lower_b(lw);

	return ir_call(b, IRH_get_func_ip, 1, lower_ctx(lw));
}

static bool is_kernel_struct_ptr(const struct type *t)
{
	return t->kind == TY_PTR && t->space != AS_USER && t->to->kind == TY_STRUCT;
}

struct ir_val *lower_u64_arg(struct lower *lw, const struct type *t, uint32_t offset, bool direct)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *v;

	if (!type_is_scalar(t)) {
		v = ir_bin(b, IR_add, lower_ctx(lw), ir_iconst(b, offset));
		v->ptr = PK_NONE; /* read by the helpers, at any offset */
		return v;
	}
	v = ir_load(b, lower_ctx(lw), offset, 8, false);
	if (direct && is_kernel_struct_ptr(t)) {
		v->ptr = PK_BTF;
		v->struct_id = type_kernel_id(lower_types(lw), t->to);
	}
	return t->size < 8 ? ir_ext(b, v, t->size, t->is_signed) : v;
}

unsigned probe_call_pushes(void)
{
	return (unsigned)regs_native->stack_arg;
}
