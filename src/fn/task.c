/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is running: uid, gid, cpu, curtask, cgroup, ppid, numaid, ncpus, rand, username. */
#include <stdio.h>

#include "base/fdutil.h"
#include "fn/internal.h"

static struct ir_val *high_half(struct lower *lw, struct ir_val *v)
{
	return ir_bin(lower_b(lw), IR_shr, v, ir_iconst(lower_b(lw), 32));
}

static struct ir_val *lower_uid(struct lower *lw, struct node *n)
{
	return ir_ext(lower_b(lw), ir_call(lower_b(lw), IRH_get_current_uid_gid, 0), 4, false);
}

const struct fn_ops fn_uid = {
	.name = "uid", .proto = "uid: uint64", .doc = "user id", .flags = FN_VAR,
	.type_of = fn_u64, .lower = lower_uid,
};

static struct ir_val *lower_gid(struct lower *lw, struct node *n)
{
	return high_half(lw, ir_call(lower_b(lw), IRH_get_current_uid_gid, 0));
}

const struct fn_ops fn_gid = {
	.name = "gid", .proto = "gid: uint64", .doc = "group id", .flags = FN_VAR,
	.type_of = fn_u64, .lower = lower_gid,
};

static struct ir_val *lower_cpu(struct lower *lw, struct node *n)
{
	return ir_call(lower_b(lw), IRH_get_smp_processor_id, 0);
}

const struct fn_ops fn_cpu = {
	.name = "cpu", .proto = "cpu: uint32", .doc = "processor the probe runs on", .flags = FN_VAR,
	.type_of = fn_u32, .lower = lower_cpu,
};

static struct ir_val *lower_numaid(struct lower *lw, struct node *n)
{
	return ir_call(lower_b(lw), IRH_get_numa_node_id, 0);
}

const struct fn_ops fn_numaid = {
	.name = "numaid", .proto = "numaid: uint32", .doc = "NUMA node the probe runs on", .flags = FN_VAR,
	.type_of = fn_u32, .lower = lower_numaid,
};

static struct ir_val *lower_ncpus(struct lower *lw, struct node *n)
{
	return lower_late(lw, LATE_CPUS, "", lower_target(lw)->ncpus);
}

const struct fn_ops fn_ncpus = {
	.name = "ncpus", .proto = "ncpus: uint64", .doc = "number of possible processors", .flags = FN_VAR,
	.type_of = fn_u64, .lower = lower_ncpus,
};

static struct ir_val *lower_rand(struct lower *lw, struct node *n)
{
	return ir_call(lower_b(lw), IRH_get_prandom_u32, 0);
}

const struct fn_ops fn_rand = {
	.name = "rand", .proto = "rand: uint32", .doc = "a random number", .flags = FN_VAR,
	.type_of = fn_u32, .lower = lower_rand,
};

static struct ir_val *lower_cgroup(struct lower *lw, struct node *n)
{
	return ir_call(lower_b(lw), IRH_get_current_cgroup_id, 0);
}

const struct fn_ops fn_cgroup = {
	.name = "cgroup", .proto = "cgroup: uint64", .doc = "id of the thread's cgroup (version 2)", .flags = FN_VAR,
	.type_of = fn_u64, .lower = lower_cgroup,
};

static const struct type *task_type(struct check *ck)
{
	const struct type *t = types_lookup(check_types(ck), "struct task_struct");

	return type_ptr(check_types(ck), t ? t : type_none(), AS_KERNEL);
}

struct ir_val *fn_current_task(struct lower *lw)
{
	struct ir_val *v;

	if (!target_has(lower_target(lw), TF_TASK_BTF))
		return ir_call(lower_b(lw), IRH_get_current_task, 0);
	v = ir_call(lower_b(lw), IRH_get_current_task_btf, 0);
	v->ptr = PK_BTF;
	v->struct_id = type_kernel_id(lower_types(lw), types_lookup(lower_types(lw), "struct task_struct"));
	return v;
}

static struct ir_val *lower_curtask(struct lower *lw, struct node *n)
{
	return fn_current_task(lw);
}

const struct fn_ops fn_curtask = {
	.name = "curtask", .proto = "curtask: struct task_struct *", .doc = "the running thread's task_struct",
	.flags = FN_VAR, .type_of = task_type, .lower = lower_curtask,
};

/* Offsets of task_struct's members are the kernel's own. */
static bool task_field(struct types *ts, const char *name, struct field *f)
{
	const struct type *t = types_lookup(ts, "struct task_struct");

	return t && t->kind == TY_STRUCT && type_field(ts, t, name, f);
}

static bool check_ppid(struct check *ck, struct node *n)
{
	struct field f;

	n->type = type_u32();
	if (task_field(check_types(ck), "real_parent", &f) && task_field(check_types(ck), "tgid", &f))
		return true;
	return check_error(ck, n->span, DT_kernel_lacks, "ppid needs the layout of struct task_struct: this kernel has no BTF");
}

static struct ir_val *lower_ppid(struct lower *lw, struct node *n)
{
	struct ir_builder *b = lower_b(lw);
	const struct type *st = types_lookup(lower_types(lw), "struct task_struct");
	struct field parent, tgid;
	struct ir_val *p;

	task_field(lower_types(lw), "real_parent", &parent);
	task_field(lower_types(lw), "tgid", &tgid);
	if (n->list.n) {
		p = lower_read(lw, lower_expr(lw, n->list.v[0]), parent.offset, 8, false, AS_KERNEL);
		return lower_read(lw, p, tgid.offset, 4, false, AS_KERNEL);
	}
	p = fn_current_task(lw);
	p = ir_kread(b, lower_member_at(lw, p, st, &parent), 0, 8, false);
	if (target_has(lower_target(lw), TF_TASK_BTF))
		p->ptr = PK_BTF;
	return ir_kread(b, lower_member_at(lw, p, st, &tgid), 0, 4, false);
}

const struct fn_ops fn_ppid = {
	.name = "ppid", .proto = "ppid[(struct task_struct *task)]: uint32", .doc = "process id of the parent",
	.flags = FN_VAR | FN_CALL, .max_args = 1, .arg = { FA_PTR }, .check = check_ppid, .lower = lower_ppid,
};

/*
 * The name of a user id from /etc/passwd: a static program cannot load the system's name service
 * modules, and must not wait for a network in the middle of its output.
 */
static bool find_user(uint32_t uid, struct strbuf *out)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	char *line, *save = NULL;

	if (file_read("/etc/passwd", 1 << 20, &text) < 0 || !text.n)
		return false;
	for (line = strtok_r(text.p, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(line, ':'), *id = colon ? strchr(colon + 1, ':') : NULL;

		if (id && strtoul(id + 1, NULL, 10) == uid) {
			sb_add(out, line, colon - line);
			return true;
		}
	}
	return false;
}

static void username_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	uint32_t uid;

	memcpy(&uid, bytes, sizeof(uid));
	if (!find_user(uid, out))
		sb_addu(out, uid);
}

static const struct value_ops username_value = { .name = "username_t", .text = username_text };

static const struct type *username_type(struct check *ck)
{
	return type_opaque(check_types(ck), &username_value, 4, 4);
}

static struct ir_val *lower_username(struct lower *lw, struct node *n)
{
	struct ir_val *uid = n->list.n ? lower_expr(lw, n->list.v[0]) : ir_call(lower_b(lw), IRH_get_current_uid_gid, 0);

	return lower_pack(lw, 4, 1, (uint32_t[]){ 0 }, (uint32_t[]){ 4 }, &uid);
}

const struct fn_ops fn_username = {
	.name = "username", .proto = "username[(int uid)]: username_t", .doc = "name of the user, or of that one", .flags = FN_VAR | FN_CALL,
	.max_args = 1, .arg = { FA_INT },
	.type_of = username_type, .lower = lower_username,
	.value = &username_value,
};
