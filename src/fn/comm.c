/* SPDX-License-Identifier: GPL-2.0-or-later */
/* comm: the name of the running thread, or of the task with a number. */
#include "fn/internal.h"
#include "type/btf.h"

#define TASK_COMM_LEN 16 /* include/linux/sched.h */

static bool comm_field(struct types *ts, struct field *f)
{
	const struct type *t = types_lookup(ts, "struct task_struct");

	return t && t->kind == TY_STRUCT && type_field(ts, t, "comm", f);
}

static bool check_comm(struct check *ck, struct node *n)
{
	struct btf_file *btf = check_env(ck)->btf;
	struct field f;

	n->type = type_string(check_types(ck), TASK_COMM_LEN);
	if (!n->list.n || (btf && btf_file_find(btf, BK_FUNC, "bpf_task_from_pid") && comm_field(check_types(ck), &f)))
		return true;
	return check_error(ck, n->span, DT_kernel_lacks,
			   "comm(pid) needs the function bpf_task_from_pid, which this kernel lacks (6.2 has it)");
}

/* Empty if there is no such task. */
static struct ir_val *comm_of(struct lower *lw, struct ir_val *pid)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *text = ir_slot(b, TASK_COMM_LEN, 8), *task = ir_kcall(b, "bpf_task_from_pid", 1, pid);
	struct lower_if found;
	struct field f;

	comm_field(lower_types(lw), &f);
	task->ptr = PK_BTF;
	ir_zero(b, text, 0, TASK_COMM_LEN);
	found = lower_if_begin(lw, ir_bin(b, IR_ne, task, ir_iconst(b, 0)));
	task = ir_nonnull(b, task);
	ir_call(b, IRH_probe_read_kernel_str, 3, text, ir_iconst(b, TASK_COMM_LEN), ir_addi(b, task, f.offset));
	ir_kcall(b, "bpf_task_release", 1, task);
	lower_if_end(lw, &found);
	return text;
}

static struct ir_val *lower_comm(struct lower *lw, struct node *n)
{
	if (n->list.n)
		return comm_of(lw, lower_expr(lw, n->list.v[0]));
	return ir_fill(lower_b(lw), IRH_get_current_comm, TASK_COMM_LEN, 0);
}

const struct fn_ops fn_comm = {
	.name = "comm", .proto = "comm[(int pid)]: string[16]",
	.doc = "name of the running thread, or of the one with this number in the initial pid namespace",
	.flags = FN_VAR | FN_CALL, .max_args = 1, .arg = { FA_INT }, .check = check_comm, .lower = lower_comm,
};
