/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pid and tid, as the pid namespace of this process numbers them: what `ps` beside it shows. Tasks that this
 * namespace cannot see have the number 0.
 */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "fn/internal.h"

#define INIT_NAMESPACE 0xeffffffc /* PROC_PID_INIT_INO, include/linux/proc_ns.h */

/* struct bpf_pidns_info of include/uapi/linux/bpf.h */
enum { NS_TID = 0, NS_PID = 4, NS_SIZE = 8 };

/* False in the namespace that the kernel's own numbers are of, or where it cannot tell others, or is not known yet. */
static bool other_namespace(struct lower *lw, struct stat *st)
{
	return !lower_target(lw)->is_portable && target_has(lower_target(lw), TF_NS_PID) && !stat("/proc/self/ns/pid", st) && st->st_ino != INIT_NAMESPACE;
}

/* The kernel's dev_t has 20 bits for the minor number (include/linux/kdev_t.h). */
static struct ir_val *namespace_id(struct lower *lw, const struct stat *st, unsigned off)
{
	struct ir_builder *b = lower_b(lw);
	int64_t dev = (int64_t)major(st->st_dev) << 20 | minor(st->st_dev);
	struct ir_val *ids = ir_fill(b, IRH_get_ns_current_pid_tgid, NS_SIZE, 2, ir_iconst(b, dev), ir_iconst(b, st->st_ino));

	return ir_load(b, ids, off, 4, false);
}

static struct ir_val *init_pid(struct lower *lw)
{
	struct ir_builder *b = lower_b(lw);

	return ir_bin(b, IR_shr, ir_call(b, IRH_get_current_pid_tgid, 0), ir_iconst(b, 32));
}

static struct ir_val *init_tid(struct lower *lw)
{
	return ir_ext(lower_b(lw), ir_call(lower_b(lw), IRH_get_current_pid_tgid, 0), 4, false);
}

struct ir_val *fn_lower_pid(struct lower *lw)
{
	struct stat st;

	return other_namespace(lw, &st) ? namespace_id(lw, &st, NS_PID) : init_pid(lw);
}

static bool wants_init(const struct node *n)
{
	return n->list.n && !strcmp(n->list.v[0]->name, "init");
}

static bool check_id(struct check *ck, struct node *n)
{
	const char *mode = n->list.n ? n->list.v[0]->name : "curr_ns";

	n->type = type_u32();
	if (!strcmp(mode, "curr_ns") || !strcmp(mode, "init"))
		return true;
	return check_error(ck, n->list.v[0]->span, DT_bad_argument, "Invalid PID namespace mode: %s (expects: curr_ns or init)",
			   mode);
}

static struct ir_val *lower_pid(struct lower *lw, struct node *n)
{
	return wants_init(n) ? init_pid(lw) : fn_lower_pid(lw);
}

const struct fn_ops fn_pid = {
	.name = "pid", .proto = "pid[(curr_ns|init)]: uint32",
	.doc = "process id (thread group id), in sonde's pid namespace or the initial one", .flags = FN_VAR | FN_CALL,
	.max_args = 1, .arg = { FA_IDENT }, .check = check_id, .lower = lower_pid,
};

static struct ir_val *lower_tid(struct lower *lw, struct node *n)
{
	struct stat st;

	return !wants_init(n) && other_namespace(lw, &st) ? namespace_id(lw, &st, NS_TID) : init_tid(lw);
}

const struct fn_ops fn_tid = {
	.name = "tid", .proto = "tid[(curr_ns|init)]: uint32", .doc = "thread id, in sonde's pid namespace or the initial one",
	.flags = FN_VAR | FN_CALL, .max_args = 1, .arg = { FA_IDENT }, .check = check_id, .lower = lower_tid,
};
