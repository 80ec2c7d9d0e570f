/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control groups: cgroupid, cgroup_path. The id of a group is the inode number of its folder
 * (kernfs_id(), include/linux/kernfs.h), on 64-bit kernels since 5.5.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fdutil.h"
#include "fn/cgroupfs.h"
#include "fn/internal.h"

static bool check_cgroupid(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[0];
	const char *path;
	uint32_t len;
	struct stat st;

	if (call->is_const)
		return true;
	if (!check_const_str(ck, n, &path, &len))
		return check_error(ck, n->span, DT_bad_argument, "cgroupid() expects a string literal");
	if (stat(path, &st))
		return check_error(ck, n->span, DT_bad_argument, "Failed to find cgroup %s: %s", path, strerror(errno));
	call->ival = st.st_ino;
	call->is_const = true;
	call->type = type_u64();
	return true;
}

static struct ir_val *lower_cgroupid(struct lower *lw, struct node *call)
{
	return ir_iconst(lower_b(lw), call->ival);
}

const struct fn_ops fn_cgroupid = {
	.name = "cgroupid", .proto = "cgroupid(string path): uint64", .doc = "id of the cgroup of a folder",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_CONST_STR }, .check = check_cgroupid,
	.lower = lower_cgroupid,
};

struct paths {
	uint64_t id;
	const char *filter;
	struct strbuf *out;
};

static bool add_path(void *arg, const char *name, const char *mount, bool v2)
{
	const struct paths *p = arg;
	_cleanup_sb_ struct strbuf path = { 0 };

	if ((*p->filter && !probe_match(p->filter, name)) || !cgroup_path_below(mount, p->id, &path))
		return false;
	sb_addf(p->out, "%s%s:%s", p->out->n ? ";" : "", name, sb_str(&path));
	return false;
}

/* "unified:/a/b;cpu:/a": every hierarchy that has a group of this id. */
static void path_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	_cleanup_sb_ struct strbuf paths = { 0 };
	uint64_t id;

	memcpy(&id, bytes, sizeof(id));
	cgroup_each_mount(add_path, &(struct paths){ id, r->strings[t->param[0]], &paths });
	render_escape(r, out, sb_str(&paths), paths.n);
}

static const struct value_ops path_value = { .name = "cgroup_path_t", .text = path_text };

static bool check_cgroup_path(struct check *ck, struct node *call)
{
	const char *filter = "";
	uint32_t len;

	if (call->list.n > 1 && !check_const_str(ck, call->list.v[1], &filter, &len))
		return check_error(ck, call->list.v[1]->span, DT_bad_argument, "cgroup_path() expects a string literal as its filter");
	call->type = type_opaque_p(check_types(ck), &path_value, 8, 8, check_string(ck, filter), 0);
	return true;
}

static struct ir_val *lower_cgroup_path(struct lower *lw, struct node *call)
{
	struct ir_val *id = lower_expr(lw, call->list.v[0]);

	return lower_pack(lw, 8, 1, (uint32_t[]){ 0 }, (uint32_t[]){ 8 }, &id);
}

const struct fn_ops fn_cgroup_path = {
	.name = "cgroup_path", .proto = "cgroup_path(int id[, string filter]): cgroup_path_t",
	.doc = "path of a cgroup, looked up when it is printed", .flags = FN_CALL, .min_args = 1, .max_args = 2,
	.arg = { FA_INT, FA_CONST_STR }, .check = check_cgroup_path, .lower = lower_cgroup_path,
	.value = &path_value,
};
