/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the probe's context offers: arg0 .. arg11, args, retval, func, probe, reg(), ctx. */
#include "fn/internal.h"

static bool check_flag(struct check *ck, struct node *n, unsigned flag)
{
	const struct provider *p = check_probe(ck)->provider;

	if (p->flags & flag)
		return true;
	return check_error(ck, n->span, DT_no_args, "The %s builtin can not be used with '%s' probes", n->name, p->name);
}

static bool check_arg(struct check *ck, struct node *n)
{
	n->type = type_i64();
	return check_flag(ck, n, PF_ARGN);
}

static struct ir_val *lower_arg(struct lower *lw, struct node *n)
{
	const struct provider *p = lower_probe(lw)->provider;
	struct ir_val *v = p->lower_arg(lw, atoi(n->name + 3));

	return v ? v : ir_iconst(lower_b(lw), 0);
}

#define ARG(n)                                                                                     \
	const struct fn_ops fn_arg##n = {                                                          \
		.name = "arg" #n, .proto = "arg" #n ": int64", .doc = "argument " #n " of the probe",  \
		.flags = FN_VAR, .check = check_arg, .lower = lower_arg,                           \
	}
ARG(0);
ARG(1);
ARG(2);
ARG(3);
ARG(4);
ARG(5);
ARG(6);
ARG(7);
ARG(8);
ARG(9);
ARG(10);
ARG(11);

/* args.FIELD is sema's and lower's own; the entry makes the name known. */
const struct fn_ops fn_args = {
	.name = "args", .proto = "args.FIELD", .doc = "named arguments of the probe", .flags = 0,
};

static bool check_retval(struct check *ck, struct node *n)
{
	const struct type *t = check_probe(ck)->targets.v[0]->retval;

	n->type = t && t->kind != TY_NONE ? t : type_i64();
	return check_flag(ck, n, PF_RETVAL);
}

static struct ir_val *lower_retval(struct lower *lw, struct node *n)
{
	struct ir_val *v = lower_probe(lw)->provider->lower_retval(lw);

	if (type_is_int(n->type) && n->type->size < 8)
		v = ir_ext(lower_b(lw), v, n->type->size, n->type->is_signed);
	return v;
}

const struct fn_ops fn_retval = {
	.name = "retval", .proto = "retval: int64", .doc = "what the probed function returned", .flags = FN_VAR,
	.check = check_retval, .lower = lower_retval,
};

static bool check_func(struct check *ck, struct node *n)
{
	bool user = check_probe(ck)->provider->flags & PF_USER;

	n->type = user ? fn_usym_type(ck) : fn_ksym_type(ck);
	return check_flag(ck, n, PF_FUNC);
}

static struct ir_val *lower_func(struct lower *lw, struct node *n)
{
	const struct provider *p = lower_probe(lw)->provider;
	struct ir_val *ip = p->lower_ip(lw);

	return p->flags & PF_USER ? fn_pack_usym(lw, ip) : fn_pack_ksym(lw, ip);
}

const struct fn_ops fn_func = {
	.name = "func", .proto = "func: ksym_t or usym_t", .doc = "the probed function", .flags = FN_VAR,
	.check = check_func, .lower = lower_func,
};

static const char *probe_name(const struct probe *p)
{
	return p->targets.n == 1 ? p->targets.v[0]->name : p->name;
}

static bool check_probe_name(struct check *ck, struct node *n)
{
	n->type = type_string(check_types(ck), strlen(probe_name(check_probe(ck))) + 1);
	return true;
}

static struct ir_val *lower_probe_name(struct lower *lw, struct node *n)
{
	const char *name = probe_name(lower_probe(lw));

	return lower_literal(lw, name, strlen(name) + 1);
}

const struct fn_ops fn_probe = {
	.name = "probe", .proto = "probe: string", .doc = "full name of the probe", .flags = FN_VAR,
	.check = check_probe_name, .lower = lower_probe_name,
};

static bool check_reg(struct check *ck, struct node *n)
{
	const struct provider *p = check_probe(ck)->provider;
	const char *name;
	uint32_t len;

	n->type = type_u64();
	if (!check_flag(ck, n, PF_REGS))
		return false;
	if (!check_const_str(ck, n->list.v[0], &name, &len))
		return check_error(ck, n->list.v[0]->span, DT_bad_argument, "reg() expects a string literal");
	if (p->reg_offset(name) < 0)
		return check_error(ck, n->list.v[0]->span, DT_bad_argument,
				   "'%s' is not a valid register on this architecture", name);
	n->fn_data = (void *)name;
	return true;
}

static struct ir_val *lower_reg(struct lower *lw, struct node *n)
{
	const struct provider *p = lower_probe(lw)->provider;

	return ir_load(lower_b(lw), lower_ctx(lw), p->reg_offset(n->fn_data), 8, false);
}

const struct fn_ops fn_reg = {
	.name = "reg", .proto = "reg(string name): uint64", .doc = "a register at the probe", .flags = FN_CALL,
	.min_args = 1, .max_args = 1, .arg = { FA_CONST_STR }, .check = check_reg, .lower = lower_reg,
};

static bool check_ctx(struct check *ck, struct node *n)
{
	const struct probe *p = check_probe(ck);
	const struct type *t = p->targets.v[0]->args;

	n->type = type_ptr(check_types(ck), p->provider->flags & PF_ITER && t ? t : type_none(), AS_KERNEL);
	return true;
}

/*
 * The members are read by the helpers, which give plain numbers: a load would give pointers that may be NULL to the
 * verifier, each time anew.
 */
static struct ir_val *lower_context(struct lower *lw, struct node *n)
{
	return lower_ctx(lw);
}

const struct fn_ops fn_ctx = {
	.name = "ctx", .proto = "ctx: void *", .doc = "the program's context; what an iterator is at", .flags = FN_VAR,
	.check = check_ctx, .lower = lower_context,
};
