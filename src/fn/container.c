/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * container, pod, in_container: by the control group of the running task. Its id is recorded; what it is the container's is
 * looked up when it is printed, and kept, for a container may be gone by the next time.
 */
#include <errno.h>
#include <string.h>

#include "base/fdutil.h"
#include "fn/containers.h"
#include "fn/in_cgroup.h"
#include "fn/internal.h"

/* What is known of one group. */
struct known {
	uint64_t id;
	char *container, *pod;
};

static struct {
	VEC(struct known) list;
} cache;

static char *text_of(struct strbuf *s)
{
	return s->n ? xstrdup(sb_str(s)) : xstrdup("");
}

/* A name, else the first digits of the id, as runtimes show them. */
static char *container_text(const char *id)
{
	_cleanup_sb_ struct strbuf text = { 0 };

	if (*id && !container_name(id, &text))
		sb_add(&text, id, strnlen(id, strlen(id) == 64 ? 12 : 64));
	return text_of(&text);
}

static char *pod_text(const char *id, const char *path)
{
	_cleanup_sb_ struct strbuf text = { 0 };

	if (*id && !container_pod_name(id, &text))
		container_pod_of(path, &text);
	return text_of(&text);
}

static const struct known *look_up(const char *mount, uint64_t group)
{
	_cleanup_sb_ struct strbuf path = { 0 }, id = { 0 };
	struct known k = { .id = group };

	vec_each(cache.list, i)
		if (cache.list.v[i].id == group)
			return &cache.list.v[i];
	if (cgroup_path_below(mount, group, &path))
		container_id_of(sb_str(&path), &id);
	k.container = container_text(sb_str(&id));
	k.pod = pod_text(sb_str(&id), sb_str(&path));
	vec_push(&cache.list, k);
	return &cache.list.v[cache.list.n - 1];
}

static const struct known *known_of(struct render *r, const struct type *t, const void *bytes)
{
	uint64_t group;

	memcpy(&group, bytes, sizeof(group));
	return look_up(r->strings[t->param[0]], group);
}

static void container_value_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	const char *text = known_of(r, t, bytes)->container;

	render_escape(r, out, text, strlen(text));
}

static void pod_value_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	const char *text = known_of(r, t, bytes)->pod;

	render_escape(r, out, text, strlen(text));
}

static const struct value_ops container_value = { .name = "container_t", .text = container_value_text };
static const struct value_ops pod_value = { .name = "pod_t", .text = pod_value_text };

/* The hierarchy that tells containers apart. */
static struct cgroup_place *hierarchy(struct check *ck, struct node *n, struct strbuf *mount)
{
	struct cgroup_place *place = arena_new(check_arena(ck), struct cgroup_place);

	if (!cgroup_of_containers(place, mount))
		return place;
	check_error(ck, n->span, DT_kernel_lacks, "%s needs control groups, and none are mounted", n->name);
	return NULL;
}

static bool check_container(struct check *ck, struct node *n)
{
	_cleanup_sb_ struct strbuf mount = { 0 };
	struct cgroup_place *place = hierarchy(ck, n, &mount);

	if (!place)
		return false;
	n->type = type_opaque_p(check_types(ck), n->fn->value, 8, 8, check_string(ck, arena_strdup(check_arena(ck), sb_str(&mount))), 0);
	return cgroup_check_place(ck, n, place);
}

static struct ir_val *lower_container(struct lower *lw, struct node *n)
{
	struct ir_val *id = cgroup_lower_id(lw, n);

	return lower_pack(lw, 8, 1, (uint32_t[]){ 0 }, (uint32_t[]){ 8 }, &id);
}

const struct fn_ops fn_container = {
	.name = "container", .proto = "container: container_t", .doc = "name of the container that the task is in, else its id; empty outside of containers",
	.flags = FN_VAR, .check = check_container, .lower = lower_container, .value = &container_value,
};

const struct fn_ops fn_pod = {
	.name = "pod", .proto = "pod: pod_t", .doc = "namespace and name of the Kubernetes pod that the task is in, else the pod's id; empty if it is in none",
	.flags = FN_VAR, .check = check_container, .lower = lower_container, .value = &pod_value,
};

static bool check_in_container(struct check *ck, struct node *call)
{
	_cleanup_sb_ struct strbuf mount = { 0 }, folder = { 0 };
	struct node *n = call->list.v[0];
	struct cgroup_place *place = hierarchy(ck, call, &mount);
	const char *name;
	uint32_t len;

	call->type = type_bool();
	if (!place)
		return false;
	if (!check_const_str(ck, n, &name, &len))
		return check_error(ck, n->span, DT_bad_argument, "in_container() expects a name or an id that is known beforehand");
	if (!container_find(sb_str(&mount), name, &folder) || cgroup_of_folder(sb_str(&folder), place))
		return check_error(ck, n->span, DT_bad_argument, "there is no running container '%s': neither an id that begins so, nor a name that a runtime's files have",
				   name);
	return cgroup_check_place(ck, call, place);
}

const struct fn_ops fn_in_container = {
	.name = "in_container", .proto = "in_container(string name): bool", .doc = "whether the task is in the container of this name or id",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_CONST_STR }, .check = check_in_container,
	.lower = cgroup_lower_in,
};
