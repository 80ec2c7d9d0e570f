/* SPDX-License-Identifier: GPL-2.0-or-later */
/* percpu_kaddr(name[, cpu]): where a variable of the kernel that every processor has for itself is. */
#include "fn/internal.h"
#include "sym/ksyms.h"
#include "type/btf.h"

/* Adding the element of a processor to such a variable's address gives that processor's (mm/percpu.c). */
#define OFFSETS "__per_cpu_offset"

/* A pointer to what the variable is by BTF, to a number if that does not have it. */
static const struct type *variable_type(struct check *ck, const char *name)
{
	struct btf_file *btf = check_env(ck)->btf;
	const struct type *t = NULL;
	struct btf_info var;

	if (btf && btf_file_info(btf, btf_file_find(btf, BK_VAR, name), &var))
		t = btf_type(check_types(ck), btf, var.type);
	return type_ptr(check_types(ck), t && t->kind != TY_NONE ? t : type_u64(), AS_KERNEL);
}

static bool check_percpu(struct check *ck, struct node *call)
{
	struct ksyms *k = check_env(ck)->ksyms;
	const char *name;
	uint32_t len;

	if (call->type)
		return true;
	if (!check_const_str(ck, call->list.v[0], &name, &len))
		return check_error(ck, call->list.v[0]->span, DT_bad_argument, "percpu_kaddr() expects a string literal");
	call->ival = (int64_t)ksyms_addr(k, name);
	if (!call->ival)
		return check_error(ck, call->span, DT_unknown_symbol, "Failed to resolve kernel symbol: %s", name);
	if (!ksyms_addr(k, OFFSETS))
		return check_error(ck, call->span, DT_kernel_lacks, "percpu_kaddr() needs the kernel symbol " OFFSETS);
	call->fn_data = k;
	call->type = variable_type(ck, name);
	return true;
}

static struct ir_val *symbol(struct lower *lw, const char *name, uint64_t addr)
{
	return lower_late(lw, LATE_SYMBOL, name, (int64_t)addr);
}

static struct ir_val *address_on(struct lower *lw, struct node *call, struct ir_val *cpu)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *at = symbol(lw, OFFSETS, ksyms_addr(call->fn_data, OFFSETS));

	at = ir_bin(b, IR_add, at, ir_bin(b, IR_shl, cpu, ir_iconst(b, 3)));
	return ir_bin(b, IR_add, symbol(lw, call->list.v[0]->str, (uint64_t)call->ival),
		      lower_read(lw, at, 0, 8, false, AS_KERNEL));
}

/* 0 for a processor that cannot be. */
static struct ir_val *lower_percpu(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *cpu, *yes, *none = ir_iconst(b, 0);
	struct lower_if s;

	if (call->list.n < 2)
		return address_on(lw, call, ir_call(b, IRH_get_smp_processor_id, 0));
	cpu = lower_expr(lw, call->list.v[1]);
	s = lower_if_begin(lw, ir_bin(b, IR_ult, cpu, lower_late(lw, LATE_CPUS, "", lower_target(lw)->ncpus)));
	yes = address_on(lw, call, cpu);
	lower_if_else(lw, &s);
	lower_if_end(lw, &s);
	return lower_if_value(lw, &s, yes, none);
}

const struct fn_ops fn_percpu_kaddr = {
	.name = "percpu_kaddr", .proto = "percpu_kaddr(string variable[, int cpu]): pointer",
	.doc = "address of a processor's own copy of a kernel variable; 0: no such processor", .flags = FN_CALL,
	.min_args = 1, .max_args = 2, .arg = { FA_CONST_STR, FA_INT }, .check = check_percpu, .lower = lower_percpu,
};
