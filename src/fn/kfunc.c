/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kfunc_exist(name): does this kernel have a function? kfunc_allowed(name): may programs of this probe call it? */
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "fn/internal.h"
#include "run/sys.h"
#include "type/btf.h"

/* The answer is a constant. */
static bool name_of(struct check *ck, struct node *call, const char **ret)
{
	uint32_t len;

	if (!check_const_str(ck, call->list.v[0], ret, &len))
		return check_error(ck, call->list.v[0]->span, DT_bad_argument, "%s() expects a string literal", call->name);
	call->type = type_bool();
	call->is_const = true;
	return true;
}

static bool check_exist(struct check *ck, struct node *call)
{
	struct btf_file *btf = check_env(ck)->btf;
	const char *name;

	if (!name_of(ck, call, &name))
		return false;
	call->ival = btf && btf_file_find(btf, BK_FUNC, name);
	return true;
}

static struct ir_val *lower_exist(struct lower *lw, struct node *call)
{
	return ir_iconst(lower_b(lw), call->ival);
}

const struct fn_ops fn_kfunc_exist = {
	.name = "kfunc_exist", .proto = "kfunc_exist(string name): bool", .doc = "whether the kernel's BTF has a function",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_CONST_STR }, .check = check_exist,
	.lower = lower_exist,
};

/*
 * A program that calls it without arguments is refused, but for another reason if such programs may call it at all:
 * "calling kernel function %s is not allowed" (kernel/bpf/verifier.c: check_kfunc_call()). Before 5.13 there are none.
 */
static bool is_allowed(const struct prog_kind *kind, uint32_t btf_id)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .imm = (int32_t)btf_id },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	char log[4096] = "";
	union bpf_attr attr = {
		.prog_type = kind->type,
		.expected_attach_type = kind->attach_type,
		.attach_btf_id = kind->attach_btf_id,
		.attach_btf_obj_fd = (uint32_t)kind->attach_btf_obj_fd,
		.prog_flags = kind->sleepable ? BPF_F_SLEEPABLE : 0,
		.insns = (uintptr_t)insns,
		.insn_cnt = ARRAY_SIZE(insns),
		.license = (uintptr_t)"GPL",
		.log_buf = (uintptr_t)log,
		.log_size = sizeof(log),
		.log_level = 1,
	};
	_cleanup_fd_ int fd = sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));

	if (kind->attach_btf_obj_fd)
		close(kind->attach_btf_obj_fd);
	return fd >= 0 || (*log && !strstr(log, "is not allowed") && !strstr(log, "unknown opcode") &&
			   !strstr(log, "reserved fields") && !strstr(log, "not supported"));
}

static bool check_allowed(struct check *ck, struct node *call)
{
	const struct probe *p = check_probe(ck);
	struct btf_file *btf = check_env(ck)->btf;
	struct prog_kind kind = { 0 };
	const char *name;
	uint32_t id;

	if (call->fn_data)
		return true; /* asked in an earlier round */
	if (!name_of(ck, call, &name))
		return false;
	call->fn_data = call;
	id = btf ? btf_file_find(btf, BK_FUNC, name) : 0;
	if (!id)
		return true;
	p->provider->kind(check_target(ck), p, &kind);
	call->ival = is_allowed(&kind, id);
	return true;
}

const struct fn_ops fn_kfunc_allowed = {
	.name = "kfunc_allowed", .proto = "kfunc_allowed(string name): bool",
	.doc = "whether programs of this probe may call a function of the kernel", .flags = FN_CALL, .min_args = 1,
	.max_args = 1, .arg = { FA_CONST_STR }, .check = check_allowed, .lower = lower_exist,
};
