/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path(p): the name of a file from the root of the running process, as prepend_path() of fs/d_path.c makes it: from the last
 * part up to the root, over mounts. It is written from the end of a buffer towards its beginning. Names are
 * read without the kernel's locks: a file that is being renamed meanwhile may show a mixture.
 */
#include <linux/magic.h>

#include "fn/internal.h"
#include "fn/scan.h"
#include "fn/walk.h"

#define ROUNDS 128        /* parts and mounts of a path */
#define ROUNDS_WALKED 24  /* where the verifier has to follow each */
#define LONGEST_NAME 255  /* NAME_MAX */
#define LEAST_SIZE 32
#define NUMBER_DIGITS 10 /* of inode numbers that the kernel deals out itself: 32 bits */
#define DELETED " (deleted)"
#define MISSING "..." /* for the first parts, if there is no room for all */

/* The buffer: where the text begins by now, then the text. Behind it is room for what the verifier believes. */
#define AT 0
#define TEXT 8

static const struct walk_step members[] = {
	{ "struct file", "f_path" }, { "struct path", "dentry" }, { "struct path", "mnt" },
	{ "struct dentry", "d_parent" }, { "struct dentry", "d_name" }, { "struct dentry", "d_hash" },
	{ "struct hlist_bl_node", "pprev" }, { "struct qstr", "len" }, { "struct qstr", "name" },
	{ "struct mount", "mnt_parent" }, { "struct mount", "mnt_mountpoint" }, { "struct mount", "mnt" },
	{ "struct vfsmount", "mnt_root" }, { "struct task_struct", "fs" }, { "struct dentry", "d_inode" },
	{ "struct inode", "i_ino" }, { "struct inode", "i_sb" }, { "struct super_block", "s_magic" },
};
static const struct walk_step to_root[] = { { "struct fs_struct", "root" }, { "struct path", "dentry" } };
static const struct walk_step to_root_mount[] = { { "struct fs_struct", "root" }, { "struct path", "mnt" } };

static bool check_path(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[0];
	int64_t size = config_str_size(check_config(ck));
	bool whole = n->type->kind == TY_STRUCT && !strcmp(n->type->st->name, "path");

	if (!whole && !walk_is(n, "struct path") && !walk_is(n, "struct file") && !walk_is(n, "struct dentry"))
		return check_error(ck, n->span, DT_bad_argument, "%s() expects a struct path, or a pointer to a struct path, file or dentry, found '%s'",
				   call->name, type_text(check_arena(ck), n->type));
	if (call->list.n > 1 && (!check_const_int(ck, call->list.v[1], &size) || size < LEAST_SIZE ||
				 size > (int64_t)check_config(ck)->max_strlen))
		return check_error(ck, call->list.v[1]->span, DT_bad_argument, "%s() expects a size from %d to %llu (max_strlen) as its second argument",
				   call->name, LEAST_SIZE, (unsigned long long)check_config(ck)->max_strlen);
	call->type = type_string(check_types(ck), size < LEAST_SIZE ? LEAST_SIZE : size);
	return walk_check(ck, call, members, ARRAY_SIZE(members)) && walk_check(ck, call, to_root, ARRAY_SIZE(to_root));
}

/* What the walk up needs to know. A mount of 0: the path ends at the root of its file system. */
struct climb {
	struct scan s;
	struct ir_val *buf;
	int64_t end;                       /* where the text ends */
	int64_t mask;                      /* 2^n - 1, not below end: bounds a place in the text without a branch for the verifier */
	struct ir_val *dentry, *mount;     /* where it is */
	struct ir_val *top;                /* the dentry that this mount begins with */
	struct ir_val *root, *root_mount;  /* of the process */
};

static struct ir_val *same(struct lower *lw, struct ir_val *a, struct ir_val *b)
{
	return ir_bin(lower_b(lw), IR_eq, a, b);
}

/* 1 or 0, without a branch that the verifier would follow both ways of. */
static struct ir_val *is_zero(struct lower *lw, struct ir_val *v)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *sign = ir_bin(b, IR_or, v, ir_op(b, IR_neg, 1, v));

	return ir_bin(b, IR_xor, ir_bin(b, IR_shr, sign, ir_iconst(b, 63)), ir_iconst(b, 1));
}

/* Equal, without a branch. */
static struct ir_val *match(struct lower *lw, struct ir_val *a, struct ir_val *b)
{
	return is_zero(lw, ir_bin(lower_b(lw), IR_xor, a, b));
}

/* The struct mount around a vfsmount; 0 for 0. */
static struct ir_val *mount_of(struct lower *lw, struct ir_val *vfsmount)
{
	struct ir_builder *b = lower_b(lw);
	const struct type *st = types_lookup(lower_types(lw), "struct mount");
	struct ir_val *off, *some = ir_bin(b, IR_xor, is_zero(lw, vfsmount), ir_iconst(b, 1));
	struct field f;

	type_field(lower_types(lw), st, "mnt", &f);
	off = lower_member_at(lw, ir_iconst(b, 0), st, &f);
	return ir_bin(b, IR_sub, vfsmount, ir_bin(b, IR_mul, off, some));
}

static struct ir_val *top_of(struct lower *lw, struct ir_val *mount)
{
	return walk_one(lw, walk_one(lw, mount, "struct mount", "mnt"), "struct vfsmount", "mnt_root");
}

static struct ir_val *bounded(struct lower *lw, struct climb *c, struct ir_val *at)
{
	return ir_bin(lower_b(lw), IR_and, at, ir_iconst(lower_b(lw), c->mask));
}

/* Where the text begins, within the buffer. */
static struct ir_val *text_at(struct lower *lw, struct climb *c)
{
	return bounded(lw, c, ir_load(lower_b(lw), c->buf, AT, 8, false));
}

static void put_char(struct lower *lw, struct climb *c, struct ir_val *at, int64_t off, char ch)
{
	struct ir_builder *b = lower_b(lw);

	ir_store(b, ir_bin(b, IR_add, c->buf, at), TEXT + off, ir_iconst(b, ch), 1);
}

/* A text in front of what is there; at: where that begins. Gives where it begins then. */
static struct ir_val *put_text(struct lower *lw, struct climb *c, struct ir_val *at, const char *text)
{
	int64_t n = strlen(text);

	at = bounded(lw, c, ir_addi(lower_b(lw), at, -n));
	for (int64_t i = 0; i < n; i++)
		put_char(lw, c, at, i, text[i]);
	ir_store(lower_b(lw), c->buf, AT, at, 8);
	return at;
}

/* The name of the dentry: its struct qstr. */
static struct ir_val *name_of(struct lower *lw, struct climb *c)
{
	const struct type *qstr = types_lookup(lower_types(lw), "struct qstr");

	return lower_read_agg(lw, walk_one(lw, c->dentry, "struct dentry", "d_name"), qstr->size, AS_KERNEL);
}

static struct ir_val *name_member(struct lower *lw, struct ir_val *name, const char *member, unsigned width)
{
	struct field f;

	type_field(lower_types(lw), types_lookup(lower_types(lw), "struct qstr"), member, &f);
	return ir_load(lower_b(lw), name, f.offset, width, false);
}

static struct ir_val *name_length(struct lower *lw, struct ir_val *name)
{
	return ir_bin(lower_b(lw), IR_and, name_member(lw, name, "len", 4), ir_iconst(lower_b(lw), LONGEST_NAME));
}

/* The name in front of what is there; there is room for it and a byte more. */
static void put_raw_name(struct lower *lw, struct climb *c, struct ir_val *at, struct ir_val *name)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *len = name_length(lw, name);

	at = bounded(lw, c, ir_bin(b, IR_sub, at, len));
	ir_store(b, c->buf, AT, at, 8);
	ir_call(b, target_has(lower_target(lw), TF_PROBE_READ_KERNEL) ? IRH_probe_read_kernel : IRH_probe_read, 3,
		ir_addi(b, ir_bin(b, IR_add, c->buf, at), TEXT), len, name_member(lw, name, "name", 8));
}

/* A slash and the name of the dentry, in front of what is there. The loop ends if there is no room. */
static void put_name(struct lower *lw, struct climb *c)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *at = text_at(lw, c), *name = name_of(lw, c), *fits;
	struct ir_block *on = ir_block_new(b), *full = ir_block_new(b);

	/* Not the length and something: 6.12 forgets the bound of what a compared sum was made from. */
	fits = ir_bin(b, IR_ult, name_length(lw, name), ir_addi(b, at, -(int64_t)strlen(MISSING)));
	ir_br(b, fits, on, full);
	lower_seal(lw, full);
	full->cold = true;
	put_text(lw, c, at, MISSING);
	scan_leave(lw, &c->s, ir_iconst(b, 0));
	lower_seal(lw, on);
	put_raw_name(lw, c, at, name);
	put_text(lw, c, text_at(lw, c), "/");
}

/* One part up, or from a mount to the place where it is mounted. Gives the next values of dentry, mount and top. */
static void climb_round(struct lower *lw, struct climb *c, struct ir_val *next[3])
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *parent, *up, *at_top, *on[3];
	struct lower_if top;

	scan_leave_if(lw, &c->s, ir_bin(b, IR_and, match(lw, c->dentry, c->root), match(lw, c->mount, c->root_mount)), ir_iconst(b, 0));
	parent = walk_one(lw, c->dentry, "struct dentry", "d_parent");
	at_top = ir_bin(b, IR_or, match(lw, c->dentry, parent), match(lw, c->dentry, c->top));
	top = lower_if_begin(lw, at_top);
	scan_leave_if(lw, &c->s, same(lw, c->mount, ir_iconst(b, 0)), ir_iconst(b, 0));
	up = walk_one(lw, c->mount, "struct mount", "mnt_parent");
	scan_leave_if(lw, &c->s, same(lw, c->mount, up), ir_iconst(b, 0));
	on[0] = walk_one(lw, c->mount, "struct mount", "mnt_mountpoint");
	on[1] = up;
	on[2] = top_of(lw, up);
	lower_if_else(lw, &top);
	put_name(lw, c);
	lower_if_end(lw, &top);
	next[0] = lower_if_value(lw, &top, on[0], parent);
	next[1] = lower_if_value(lw, &top, on[1], c->mount);
	next[2] = lower_if_value(lw, &top, on[2], c->top);
}

static struct ir_val *carry(struct lower *lw, struct climb *c, struct ir_val *first)
{
	struct ir_val *phi = ir_phi(lower_b(lw), c->s.head);

	ir_phi_add(lower_b(lw), phi, first);
	return phi;
}

static void climb_all(struct lower *lw, struct climb *c)
{
	bool walked = !target_has(lower_target(lw), TF_ITER_NUM);
	uint32_t rounds = walked ? ROUNDS_WALKED : ROUNDS;
	struct ir_val *first[] = { c->dentry, c->mount, c->top }, *next[3];
	struct lower_if cut;

	c->s = (struct scan){ .may_run_out = true, .none = 1 };
	scan_begin(lw, &c->s, rounds, walked);
	c->dentry = carry(lw, c, first[0]);
	c->mount = carry(lw, c, first[1]);
	c->top = carry(lw, c, first[2]);
	scan_step(lw, &c->s, rounds);
	climb_round(lw, c, next);
	ir_phi_add(lower_b(lw), c->dentry, next[0]);
	ir_phi_add(lower_b(lw), c->mount, next[1]);
	ir_phi_add(lower_b(lw), c->top, next[2]);
	cut = lower_if_begin(lw, scan_end(lw, &c->s));
	cut.yes->cold = true;
	put_text(lw, c, text_at(lw, c), MISSING);
	lower_if_end(lw, &cut);
}

/* What marks a file that was removed: it is out of its folder's table, and no root (d_unlinked()). */
static void mark_deleted(struct lower *lw, struct climb *c)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *hash = walk_one(lw, walk_one(lw, c->dentry, "struct dentry", "d_hash"), "struct hlist_bl_node", "pprev");
	struct ir_val *parent = walk_one(lw, c->dentry, "struct dentry", "d_parent");
	struct lower_if gone;

	gone = lower_if_begin(lw, is_zero(lw, ir_bin(b, IR_or, hash, match(lw, parent, c->dentry))));
	gone.yes->cold = true;
	put_text(lw, c, ir_iconst(b, c->end), DELETED);
	lower_if_end(lw, &gone);
}

/* An inode's number in brackets. Digits that are too many are written where the text does not begin yet. */
static struct ir_val *put_number(struct lower *lw, struct climb *c, struct ir_val *v)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *at = put_text(lw, c, ir_iconst(b, c->end), "]"), *next, *some = ir_iconst(b, 1);

	for (int i = 0; i < NUMBER_DIGITS; i++) {
		next = bounded(lw, c, ir_addi(b, at, -1));
		ir_store(b, ir_bin(b, IR_add, c->buf, next), TEXT, ir_addi(b, ir_bin(b, IR_umod, v, ir_iconst(b, 10)), '0'), 1);
		at = ir_bin(b, IR_sub, at, some);
		v = ir_bin(b, IR_udiv, v, ir_iconst(b, 10));
		some = ir_bin(b, IR_xor, is_zero(lw, v), ir_iconst(b, 1));
	}
	return put_text(lw, c, at, "[");
}

/* text, if the kind is this one. */
static void put_if(struct lower *lw, struct climb *c, struct ir_val *at, struct ir_val *kind, int64_t wanted, const char *text)
{
	struct lower_if is = lower_if_begin(lw, same(lw, kind, ir_iconst(lower_b(lw), wanted)));

	put_text(lw, c, at, text);
	lower_if_end(lw, &is);
}

/*
 * A file without a place in any folder, as /proc/PID/fd shows it: "pipe:[1234]", "socket:[1234]". Others have a
 * name: "anon_inode:[eventfd]", "/memfd:NAME". Magic numbers: include/uapi/linux/magic.h.
 */
static void put_placeless(struct lower *lw, struct climb *c)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *inode = walk_one(lw, c->dentry, "struct dentry", "d_inode"), *name = name_of(lw, c), *magic, *at;
	struct ir_val *is_sock;
	struct lower_if named, is;

	magic = walk_one(lw, walk_one(lw, inode, "struct inode", "i_sb"), "struct super_block", "s_magic");
	is_sock = match(lw, magic, ir_iconst(b, SOCKFS_MAGIC)); /* its dentry has the protocol's name */
	named = lower_if_begin(lw, ir_bin(b, IR_mul, ir_bin(b, IR_xor, is_sock, ir_iconst(b, 1)), name_length(lw, name)));
	put_raw_name(lw, c, ir_iconst(b, c->end), name);
	at = text_at(lw, c);
	is = lower_if_begin(lw, same(lw, magic, ir_iconst(b, ANON_INODE_FS_MAGIC)));
	put_text(lw, c, at, "anon_inode:");
	lower_if_else(lw, &is);
	put_text(lw, c, at, "/");
	lower_if_end(lw, &is);
	lower_if_else(lw, &named);
	at = put_number(lw, c, walk_one(lw, inode, "struct inode", "i_ino"));
	put_if(lw, c, at, magic, PIPEFS_MAGIC, "pipe:");
	put_if(lw, c, at, magic, SOCKFS_MAGIC, "socket:");
	lower_if_end(lw, &named);
}

/* Nothing was written: the root itself, which has no name, or a file that is in no folder: its dentry is a root, but not the mount's. */
static void end_text(struct lower *lw, struct climb *c)
{
	struct ir_builder *b = lower_b(lw);
	struct lower_if none = lower_if_begin(lw, same(lw, text_at(lw, c), ir_iconst(b, c->end))), root;
	struct ir_val *at_root = ir_bin(b, IR_or, same(lw, c->dentry, c->top), same(lw, c->mount, ir_iconst(b, 0)));

	root = lower_if_begin(lw, at_root);
	put_text(lw, c, ir_iconst(b, c->end), "/");
	lower_if_else(lw, &root);
	put_placeless(lw, c);
	lower_if_end(lw, &root);
	lower_if_end(lw, &none);
}

/* The folder that the file is in; of the file that a mount begins with, itself. */
static struct ir_val *parent_of(struct lower *lw, struct climb *c)
{
	struct ir_val *is_top = same(lw, c->dentry, c->top), *parent;
	struct lower_if top = lower_if_begin(lw, is_top);

	lower_if_else(lw, &top);
	parent = walk_one(lw, c->dentry, "struct dentry", "d_parent");
	lower_if_end(lw, &top);
	return lower_if_value(lw, &top, c->dentry, parent);
}

/* Where the argument is: a dentry, and a mount unless it is a dentry alone. */
static void climb_begin(struct lower *lw, struct climb *c, const struct node *n, struct ir_val *p, bool folder)
{
	struct ir_val *root;

	c->dentry = p;
	c->mount = c->top = c->root = c->root_mount = ir_iconst(lower_b(lw), 0);
	if (walk_is(n, "struct dentry") && folder)
		c->dentry = walk_one(lw, p, "struct dentry", "d_parent");
	if (walk_is(n, "struct dentry"))
		return;
	if (walk_is(n, "struct file"))
		p = walk_one(lw, p, "struct file", "f_path");
	c->dentry = walk_one(lw, p, "struct path", "dentry");
	c->mount = mount_of(lw, walk_one(lw, p, "struct path", "mnt"));
	c->top = top_of(lw, c->mount);
	/* As numbers: bits of pointers that the verifier knows cannot be compared. */
	root = lower_untyped(lw, walk_one(lw, fn_current_task(lw), "struct task_struct", "fs"));
	if (folder)
		c->dentry = parent_of(lw, c);
	c->root = walk(lw, root, to_root, ARRAY_SIZE(to_root));
	c->root_mount = mount_of(lw, walk(lw, root, to_root_mount, ARRAY_SIZE(to_root_mount)));
}

/* The least power of two that is not below n. */
static uint32_t power_above(uint32_t n)
{
	uint32_t power = LEAST_SIZE;

	while (power < n)
		power *= 2;
	return power;
}

static struct ir_val *lower_path(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct node *n = call->list.v[0];
	uint32_t size = call->type->size;
	struct climb c = { .end = size - 1, .mask = power_above(size) - 1 };
	struct ir_val *p = lower_untyped(lw, lower_expr(lw, n));
	struct lower_if there;

	c.buf = ir_slot(b, TEXT + (uint32_t)c.mask + LONGEST_NAME + 2, 8);
	c.buf->op = IR_scratch; /* written at places that are not known beforehand */
	ir_store(b, c.buf, AT, ir_iconst(b, c.end), 8);
	ir_store(b, c.buf, TEXT + c.end, ir_iconst(b, 0), 1);
	there = lower_if_begin(lw, p);
	climb_begin(lw, &c, n, p, call->fn == &fn_folder);
	mark_deleted(lw, &c);
	climb_all(lw, &c);
	end_text(lw, &c);
	lower_if_end(lw, &there);
	return lower_read_str(lw, ir_addi(b, ir_bin(b, IR_add, c.buf, text_at(lw, &c)), TEXT), size, AS_KERNEL);
}

const struct fn_ops fn_path = {
	.name = "path", .proto = "path(struct path *p[, int size]): string; also of a struct file *, a struct dentry *",
	.doc = "a file's name from the root of the process; of a dentry, from the root of its file system", .flags = FN_CALL,
	.min_args = 1, .max_args = 2, .arg = { FA_ANY, FA_CONST_INT }, .check = check_path, .lower = lower_path,
};

const struct fn_ops fn_folder = {
	.name = "folder", .proto = "folder(struct path *p[, int size]): string; also of a struct file *, a struct dentry *",
	.doc = "the folder that a file is in, as path() names it", .flags = FN_CALL, .min_args = 1, .max_args = 2,
	.arg = { FA_ANY, FA_CONST_INT }, .check = check_path, .lower = lower_path,
};
