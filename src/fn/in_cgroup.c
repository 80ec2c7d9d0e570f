/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * in_cgroup(path[, task]): is the running task, or that one, in this control group, or in one below it? A task knows its group of
 * version 2 and that of each controller of version 1; a group knows those above it. (The helper for version 2 is
 * not offered to tracing programs of 5.10.)
 */
#include <errno.h>
#include <string.h>

#include "fn/cgroupfs.h"
#include "fn/in_cgroup.h"
#include "fn/internal.h"
#include "fn/walk.h"

static const struct walk_step to_sets[] = { { "struct task_struct", "cgroups" }, { "struct css_set", "subsys" } };
static const struct walk_step to_unified[] = { { "struct task_struct", "cgroups" }, { "struct css_set", "dfl_cgrp" } };
static const struct walk_step to_group[] = {
	{ "struct cgroup_subsys_state", "cgroup" }, { "struct cgroup", "level" }, { "struct cgroup", "kn" }, { "struct kernfs_node", "id" },
};

/* The member of `struct cgroup` that has its ancestors: ids before 6.1, then pointers. */
static const char *ancestors_member(struct types *ts)
{
	const struct type *t = types_lookup(ts, "struct cgroup");
	struct field f;

	return t && type_field(ts, t, "ancestors", &f) ? "ancestors" : "ancestor_ids";
}

/* The kernel's number of the first controller of a hierarchy that it knows, -1: none. */
static int64_t controller_number(struct check *ck, const char *controllers)
{
	char *list = arena_strdup(check_arena(ck), controllers), *save = NULL;
	struct enum_const c;

	for (char *word = strtok_r(list, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		const char *name = !strcmp(word, "blkio") ? "io" : word; /* its older name */

		if (types_enumerator(check_types(ck), arena_printf(check_arena(ck), "%s_cgrp_id", name), &c))
			return c.value;
	}
	return -1;
}

bool cgroup_check_place(struct check *ck, struct node *call, const struct cgroup_place *place)
{
	struct walk_step ancestors = { "struct cgroup", ancestors_member(check_types(ck)) };

	call->fn_data = (void *)place;
	call->ival = place->v2 ? 0 : controller_number(ck, place->controllers);
	if (call->ival < 0)
		return check_error(ck, call->span, DT_bad_argument, "this cgroup is in a hierarchy without a controller (%s): programs cannot ask for it",
				   place->controllers);
	return walk_check(ck, call, to_sets, ARRAY_SIZE(to_sets)) && walk_check(ck, call, to_unified, ARRAY_SIZE(to_unified)) &&
	       walk_check(ck, call, to_group, ARRAY_SIZE(to_group)) &&
	       walk_check(ck, call, &ancestors, 1);
}

static bool check_in_cgroup(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[0];
	struct cgroup_place *place = arena_new(check_arena(ck), struct cgroup_place);
	const char *path = "";
	uint32_t len;
	int64_t id;
	int rc;

	call->type = type_bool();
	if (call->list.n > 1 && !walk_is(call->list.v[1], "struct task_struct"))
		return check_error(ck, call->list.v[1]->span, DT_bad_argument, "in_cgroup() expects a struct task_struct * as its second argument");
	rc = check_const_str(ck, n, &path, &len) ? cgroup_of_folder(path, place)
	     : check_const_int(ck, n, &id)       ? cgroup_of_id((uint64_t)id, place)
						 : -EINVAL;
	if (rc == -EINVAL)
		return check_error(ck, n->span, DT_bad_argument, "in_cgroup() expects a folder or an id that is known beforehand");
	if (rc == -EXDEV)
		return check_error(ck, n->span, DT_bad_argument, "%s is no folder of a cgroup", path);
	if (rc)
		return check_error(ck, n->span, DT_bad_argument, "Failed to find cgroup %s: %s", *path ? path : "of this id", strerror(-rc));
	return cgroup_check_place(ck, call, place);
}

static struct ir_val *is(struct lower *lw, struct ir_val *v, uint64_t id)
{
	return ir_bin(lower_b(lw), IR_eq, v, ir_iconst(lower_b(lw), (int64_t)id));
}

/* The id of the group's ancestor at a level that it has. */
static struct ir_val *ancestor_id(struct lower *lw, struct ir_val *group, unsigned level)
{
	const char *member = ancestors_member(lower_types(lw));
	struct ir_val *list = lower_untyped(lw, walk_one(lw, group, "struct cgroup", member));
	struct ir_val *entry = ir_kread(lower_b(lw), list, 8 * (int64_t)level, 8, false);

	if (!strcmp(member, "ancestor_ids"))
		return entry;
	return walk_one(lw, walk_one(lw, entry, "struct cgroup", "kn"), "struct kernfs_node", "id");
}

/* The task's group in the hierarchy of the place that was kept with the call. */
static struct ir_val *group_of(struct lower *lw, const struct node *call)
{
	const struct cgroup_place *place = call->fn_data;
	struct ir_val *task = call->list.n > 1 ? lower_expr(lw, call->list.v[1]) : fn_current_task(lw), *sets;

	if (place->v2)
		return walk(lw, task, to_unified, ARRAY_SIZE(to_unified));
	sets = lower_untyped(lw, walk(lw, task, to_sets, ARRAY_SIZE(to_sets)));
	return walk_one(lw, ir_kread(lower_b(lw), sets, 8 * call->ival, 8, false), "struct cgroup_subsys_state", "cgroup");
}

struct ir_val *cgroup_lower_id(struct lower *lw, const struct node *call)
{
	return walk_one(lw, walk_one(lw, group_of(lw, call), "struct cgroup", "kn"), "struct kernfs_node", "id");
}

struct ir_val *cgroup_lower_in(struct lower *lw, struct node *call)
{
	const struct cgroup_place *place = call->fn_data;
	struct ir_builder *b = lower_b(lw);
	struct ir_val *group = group_of(lw, call), *level;
	struct walk_maybe m = walk_begin(lw);

	level = walk_one(lw, group, "struct cgroup", "level");
	walk_need(lw, &m, ir_bin(b, IR_ule, ir_iconst(b, place->level), level));
	return walk_end(lw, &m, is(lw, ancestor_id(lw, group, place->level), place->id));
}

const struct fn_ops fn_in_cgroup = {
	.name = "in_cgroup", .proto = "in_cgroup(string path[, struct task_struct *task]): bool; also of a number, the cgroup's id",
	.doc = "whether the task is in a cgroup of version 1 or 2, or below it", .flags = FN_CALL, .min_args = 1, .max_args = 2,
	.arg = { FA_CONST_STR | FA_CONST_INT, FA_PTR }, .check = check_in_cgroup, .lower = cgroup_lower_in,
};
