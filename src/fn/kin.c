/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose child or thread is running: pcomm, leader_comm, leader_tid. */
#include "fn/internal.h"

#define TASK_COMM_LEN 16 /* include/linux/sched.h */

static bool task_field(struct types *ts, const char *name, struct field *f)
{
	const struct type *t = types_lookup(ts, "struct task_struct");

	return t && t->kind == TY_STRUCT && type_field(ts, t, name, f);
}

static bool has_fields(struct check *ck, struct node *n, const char *of, const char *what)
{
	struct field f;

	if (task_field(check_types(ck), of, &f) && task_field(check_types(ck), what, &f))
		return true;
	return check_error(ck, n->span, DT_kernel_lacks, "%s needs the layout of struct task_struct: this kernel has no BTF",
			   n->name);
}

/* Address of a member of another task that the running one (or the argument) points to. */
static struct ir_val *of_task(struct lower *lw, struct node *n, const char *of, const char *what)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *task;
	const struct type *st = types_lookup(lower_types(lw), "struct task_struct");
	struct field to, member;

	task_field(lower_types(lw), of, &to);
	task_field(lower_types(lw), what, &member);
	task = n->list.n ? lower_expr(lw, n->list.v[0]) : ir_call(b, IRH_get_current_task, 0);
	task = lower_read(lw, lower_member_at(lw, task, st, &to), 0, 8, false, AS_KERNEL);
	return lower_member_at(lw, task, st, &member);
}

static bool check_pcomm(struct check *ck, struct node *n)
{
	n->type = type_string(check_types(ck), TASK_COMM_LEN);
	return has_fields(ck, n, "real_parent", "comm");
}

static struct ir_val *lower_pcomm(struct lower *lw, struct node *n)
{
	return lower_read_str(lw, of_task(lw, n, "real_parent", "comm"), TASK_COMM_LEN, AS_KERNEL);
}

const struct fn_ops fn_pcomm = {
	.name = "pcomm", .proto = "pcomm[(struct task_struct *task)]: string[16]", .doc = "name of the parent process",
	.flags = FN_VAR | FN_CALL, .max_args = 1, .arg = { FA_PTR }, .check = check_pcomm, .lower = lower_pcomm,
};

static bool check_leader_comm(struct check *ck, struct node *n)
{
	n->type = type_string(check_types(ck), TASK_COMM_LEN);
	return has_fields(ck, n, "group_leader", "comm");
}

static struct ir_val *lower_leader_comm(struct lower *lw, struct node *n)
{
	return lower_read_str(lw, of_task(lw, n, "group_leader", "comm"), TASK_COMM_LEN, AS_KERNEL);
}

const struct fn_ops fn_leader_comm = {
	.name = "leader_comm", .proto = "leader_comm[(struct task_struct *task)]: string[16]",
	.doc = "name of the process's first thread", .flags = FN_VAR | FN_CALL, .max_args = 1, .arg = { FA_PTR },
	.check = check_leader_comm, .lower = lower_leader_comm,
};

static bool check_leader_tid(struct check *ck, struct node *n)
{
	n->type = type_int(4, true);
	return has_fields(ck, n, "group_leader", "pid");
}

static struct ir_val *lower_leader_tid(struct lower *lw, struct node *n)
{
	return lower_read(lw, of_task(lw, n, "group_leader", "pid"), 0, 4, true, AS_KERNEL);
}

const struct fn_ops fn_leader_tid = {
	.name = "leader_tid", .proto = "leader_tid[(struct task_struct *task)]: int32",
	.doc = "thread id of the process's first thread", .flags = FN_VAR | FN_CALL, .max_args = 1, .arg = { FA_PTR },
	.check = check_leader_tid, .lower = lower_leader_tid,
};
