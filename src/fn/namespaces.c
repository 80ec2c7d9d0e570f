/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Namespaces of the running task, or of another (pidns), as the inode numbers of their files in /proc/PID/ns: mntns, pidns. */
#include "fn/internal.h"
#include "fn/walk.h"

static const struct walk_step to_mount[] = {
	{ "struct task_struct", "nsproxy" }, { "struct nsproxy", "mnt_ns" }, { "struct mnt_namespace", "ns" }, { "struct ns_common", "inum" },
};
/* Its own namespace is that of the last of its numbers (task_active_pid_ns(), kernel/pid.c). */
static const struct walk_step to_pid[] = {
	{ "struct task_struct", "thread_pid" }, { "struct pid", "level" }, { "struct pid", "numbers" }, { "struct upid", "ns" },
	{ "struct pid_namespace", "ns" }, { "struct ns_common", "inum" },
};

static bool check_mntns(struct check *ck, struct node *n)
{
	n->type = type_u32();
	return walk_check(ck, n, to_mount, ARRAY_SIZE(to_mount));
}

/* A task that ends has no namespaces any more: 0. */
static struct ir_val *lower_mntns(struct lower *lw, struct node *n)
{
	struct ir_val *space = walk(lw, fn_current_task(lw), to_mount, 2);
	struct walk_maybe m = walk_begin(lw);

	space = lower_untyped(lw, space);
	walk_need(lw, &m, space);
	space = walk_one(lw, space, to_mount[2].st, to_mount[2].member);
	return walk_end(lw, &m, walk_one(lw, space, to_mount[3].st, to_mount[3].member));
}

const struct fn_ops fn_mntns = {
	.name = "mntns", .proto = "mntns: uint32", .doc = "number of the task's mount namespace", .flags = FN_VAR,
	.check = check_mntns, .lower = lower_mntns,
};

static bool check_pidns(struct check *ck, struct node *n)
{
	n->type = type_u32();
	if (n->list.n && !walk_is(n->list.v[0], "struct task_struct"))
		return check_error(ck, n->list.v[0]->span, DT_bad_argument, "pidns() expects a struct task_struct * as its argument");
	return walk_check(ck, n, to_pid, ARRAY_SIZE(to_pid));
}

static struct ir_val *lower_pidns(struct lower *lw, struct node *n)
{
	struct ir_builder *b = lower_b(lw);
	const struct type *upid = types_lookup(lower_types(lw), "struct upid");
	struct ir_val *task = n->list.n ? lower_expr(lw, n->list.v[0]) : fn_current_task(lw);
	struct ir_val *pid = lower_untyped(lw, walk_one(lw, task, to_pid[0].st, to_pid[0].member)), *level, *last;
	struct walk_maybe m = walk_begin(lw);

	walk_need(lw, &m, pid);
	level = walk_one(lw, pid, to_pid[1].st, to_pid[1].member);
	last = walk_one(lw, pid, to_pid[2].st, to_pid[2].member);
	last = ir_bin(b, IR_add, last, ir_bin(b, IR_mul, level, ir_iconst(b, upid->size)));
	last = walk_one(lw, walk_one(lw, last, to_pid[3].st, to_pid[3].member), to_pid[4].st, to_pid[4].member);
	return walk_end(lw, &m, walk_one(lw, last, to_pid[5].st, to_pid[5].member));
}

const struct fn_ops fn_pidns = {
	.name = "pidns", .proto = "pidns[(struct task_struct *task)]: uint32", .doc = "number of the pid namespace of the running task, or of that one",
	.flags = FN_VAR | FN_CALL, .max_args = 1, .arg = { FA_PTR },
	.check = check_pidns, .lower = lower_pidns,
};
