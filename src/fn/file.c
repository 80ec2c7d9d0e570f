/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open files: fd_file, fd_sock, fs_name. They follow the kernel's tables themselves, so any probe may use them. */
#include <linux/stat.h>

#include "fn/internal.h"
#include "fn/walk.h"

/* include/linux/fdtable.h, include/linux/sched.h */
static const struct walk_step table[] = { { "struct task_struct", "files" }, { "struct files_struct", "fdt" } };
static const struct walk_step slots[] = { { "struct fdtable", "max_fds" }, { "struct fdtable", "fd" } };
static const struct walk_step mode[] = { { "struct file", "f_inode" }, { "struct inode", "i_mode" } };
static const struct walk_step sock[] = { { "struct file", "private_data" }, { "struct socket", "sk" } };

static bool check_fd(struct check *ck, struct node *call, const char *result)
{
	call->type = walk_pointer(ck, result);
	if (call->list.n > 1 && !walk_is(call->list.v[1], "struct task_struct"))
		return check_error(ck, call->list.v[1]->span, DT_bad_argument, "%s() expects a struct task_struct * as its second argument",
				   call->name);
	return walk_check(ck, call, table, ARRAY_SIZE(table)) && walk_check(ck, call, slots, ARRAY_SIZE(slots));
}

/* The file behind a descriptor of a task, 0 if there is none. */
static struct ir_val *file_of(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *fd = ir_ext(b, lower_expr(lw, call->list.v[0]), 4, false);
	struct ir_val *task = call->list.n > 1 ? lower_expr(lw, call->list.v[1]) : fn_current_task(lw);
	struct ir_val *fdt = walk(lw, task, table, ARRAY_SIZE(table)), *files;
	struct walk_maybe m = walk_begin(lw);

	if (fdt->ptr != PK_BTF)
		walk_need(lw, &m, fdt);
	walk_need(lw, &m, ir_bin(b, IR_ult, fd, walk_one(lw, fdt, slots[0].st, slots[0].member)));
	files = lower_untyped(lw, walk_one(lw, fdt, slots[1].st, slots[1].member));
	files = ir_bin(b, IR_add, files, ir_bin(b, IR_shl, fd, ir_iconst(b, 3)));
	return walk_end(lw, &m, ir_kread(b, files, 0, 8, false));
}

static bool check_fd_file(struct check *ck, struct node *call)
{
	return check_fd(ck, call, "struct file");
}

const struct fn_ops fn_fd_file = {
	.name = "fd_file", .proto = "fd_file(int fd[, struct task_struct *task]): struct file *",
	.doc = "the open file behind a descriptor, 0 if there is none", .flags = FN_CALL, .min_args = 1, .max_args = 2,
	.arg = { FA_INT, FA_PTR }, .check = check_fd_file, .lower = file_of,
};

static bool check_fd_sock(struct check *ck, struct node *call)
{
	return check_fd(ck, call, "struct sock") && walk_check(ck, call, mode, ARRAY_SIZE(mode)) &&
	       walk_check(ck, call, sock, ARRAY_SIZE(sock));
}

/* A socket's file says so in its inode; its private data is the socket (sock_alloc_file(), net/socket.c). */
static struct ir_val *lower_fd_sock(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *file = file_of(lw, call), *kind;
	struct walk_maybe m = walk_begin(lw);

	kind = ir_bin(b, IR_and, walk(lw, file, mode, ARRAY_SIZE(mode)), ir_iconst(b, S_IFMT));
	walk_need(lw, &m, ir_bin(b, IR_eq, kind, ir_iconst(b, S_IFSOCK)));
	return walk_end(lw, &m, walk(lw, file, sock, ARRAY_SIZE(sock)));
}

const struct fn_ops fn_fd_sock = {
	.name = "fd_sock", .proto = "fd_sock(int fd[, struct task_struct *task]): struct sock *",
	.doc = "the socket behind a descriptor, 0 if it is none", .flags = FN_CALL, .min_args = 1, .max_args = 2,
	.arg = { FA_INT, FA_PTR }, .check = check_fd_sock, .lower = lower_fd_sock,
};

#define FS_NAME 32 /* bytes; the longest in the kernel's own tree is half of it */

/* From a file, a directory entry, an inode or a mounted file system to the name: the later ones begin further on. */
static const struct walk_step to_name[] = {
	{ "struct file", "f_inode" }, { "struct inode", "i_sb" }, { "struct super_block", "s_type" },
	{ "struct file_system_type", "name" },
};
static const struct walk_step of_dentry = { "struct dentry", "d_sb" };

/* The step that begins at what n points to; ARRAY_SIZE: none does. */
static size_t first_step(const struct node *n)
{
	size_t i = 0;

	if (walk_is(n, of_dentry.st))
		return 2;
	while (i < ARRAY_SIZE(to_name) && !walk_is(n, to_name[i].st))
		i++;
	return i;
}

static bool check_fs_name(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[0];

	call->type = type_string(check_types(ck), FS_NAME);
	if (first_step(n) == ARRAY_SIZE(to_name))
		return check_error(ck, n->span, DT_bad_argument, "fs_name() expects a pointer to a struct file, inode, dentry or super_block, found '%s'",
				   type_text(check_arena(ck), n->type));
	return walk_check(ck, call, to_name, ARRAY_SIZE(to_name)) && walk_check(ck, call, &of_dentry, 1);
}

static struct ir_val *lower_fs_name(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct node *n = call->list.v[0];
	size_t first = first_step(n);
	struct ir_val *p = lower_expr(lw, n), *text = ir_slot(b, FS_NAME, 8);
	struct lower_if known;

	if (walk_is(n, of_dentry.st))
		p = walk(lw, p, &of_dentry, 1);
	p = walk(lw, p, to_name + first, ARRAY_SIZE(to_name) - first);
	ir_zero(b, text, 0, FS_NAME);
	known = lower_if_begin(lw, p);
	ir_call(b, target_has(lower_target(lw), TF_PROBE_READ_KERNEL) ? IRH_probe_read_kernel_str : IRH_probe_read_str, 3,
		text, ir_iconst(b, FS_NAME), p);
	lower_if_end(lw, &known);
	return text;
}

const struct fn_ops fn_fs_name = {
	.name = "fs_name", .proto = "fs_name(struct file *file): string[32]; also of an inode, a dentry, a super_block",
	.doc = "the type of file system that a file is on: ext4, tmpfs, pipefs", .flags = FN_CALL, .min_args = 1, .max_args = 1,
	.arg = { FA_PTR }, .check = check_fs_name, .lower = lower_fs_name,
};
