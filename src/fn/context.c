/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the probe runs: usermode, probetype, jiffies, cpid, has_cpid. */
#include <stddef.h>
#include <asm/ptrace.h>

#include "fn/internal.h"

/*
 * The mode of the registers that were interrupted: the low bits of cs (arch/x86/include/asm/ptrace.h,
 * user_mode()), those of pstate (arch/arm64/include/asm/ptrace.h). pt_regs starts the context.
 */
static struct ir_val *mode_of_regs(struct lower *lw)
{
	struct ir_builder *b = lower_b(lw);
#ifdef __aarch64__
	struct ir_val *mode = ir_load(b, lower_ctx(lw), offsetof(struct user_pt_regs, pstate), 8, false);

	return ir_bin(b, IR_eq, ir_bin(b, IR_and, mode, ir_iconst(b, 0xf)), ir_iconst(b, 0));
#else
	struct ir_val *mode = ir_load(b, lower_ctx(lw), 17 * 8, 8, false);

	return ir_bin(b, IR_ne, ir_bin(b, IR_and, mode, ir_iconst(b, 3)), ir_iconst(b, 0));
#endif
}

static struct ir_val *lower_usermode(struct lower *lw, struct node *n)
{
	unsigned flags = lower_probe(lw)->provider->flags;

	if (flags & (PF_USER | PF_SPECIAL))
		return ir_iconst(lower_b(lw), 1);
	if (flags & PF_REGS)
		return mode_of_regs(lw);
	return ir_iconst(lower_b(lw), 0);
}

static const struct type *usermode_type(struct check *ck)
{
	return type_int(1, false);
}

const struct fn_ops fn_usermode = {
	.name = "usermode", .proto = "usermode: uint8", .doc = "1 if the probe interrupted user mode", .flags = FN_VAR | FN_CALL,
	.type_of = usermode_type, .lower = lower_usermode,
};

static const char *type_name(const struct probe *p)
{
	return p->provider->flags & PF_SPECIAL ? "special" : p->provider->name;
}

static bool check_probetype(struct check *ck, struct node *n)
{
	const char *name = type_name(check_probe(ck));

	n->kind = E_STR;
	n->str = name;
	n->len = strlen(name);
	n->is_const = true;
	n->type = type_string(check_types(ck), n->len + 1);
	return true;
}

static struct ir_val *lower_probetype(struct lower *lw, struct node *n)
{
	const char *name = type_name(lower_probe(lw));

	return lower_literal(lw, name, strlen(name) + 1);
}

const struct fn_ops fn_probetype = {
	.name = "probetype", .proto = "probetype: string", .doc = "the kind of probe", .flags = FN_VAR | FN_CALL,
	.check = check_probetype, .lower = lower_probetype,
};

static struct ir_val *lower_jiffies(struct lower *lw, struct node *n)
{
	return ir_call(lower_b(lw), IRH_jiffies64, 0);
}

const struct fn_ops fn_jiffies = {
	.name = "jiffies", .proto = "jiffies: uint64", .doc = "ticks of the kernel's clock", .flags = FN_VAR | FN_CALL,
	.type_of = fn_u64, .lower = lower_jiffies,
};

static struct ir_val *lower_cpid(struct lower *lw, struct node *n)
{
	const struct config *c = lower_config(lw);

	return lower_late(lw, LATE_CHILD, "", c->has_child ? c->target_pid : 0);
}

const struct fn_ops fn_cpid = {
	.name = "cpid", .proto = "cpid: uint64", .doc = "process id of the command that -c started, 0 if there is none",
	.flags = FN_VAR | FN_CALL, .type_of = fn_u64, .lower = lower_cpid,
};

static const struct type *has_cpid_type(struct check *ck)
{
	return type_bool();
}

static struct ir_val *lower_has_cpid(struct lower *lw, struct node *n)
{
	if (!lower_target(lw)->is_portable)
		return ir_iconst(lower_b(lw), lower_config(lw)->has_child);
	return ir_bin(lower_b(lw), IR_ne, lower_late(lw, LATE_CHILD, "", 0), ir_iconst(lower_b(lw), 0));
}

const struct fn_ops fn_has_cpid = {
	.name = "has_cpid", .proto = "has_cpid: bool", .doc = "whether -c started a command", .flags = FN_VAR | FN_CALL,
	.type_of = has_cpid_type, .lower = lower_has_cpid,
};
