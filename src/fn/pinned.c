/* SPDX-License-Identifier: GPL-2.0-or-later */
/* in_pinned(path, key): is this key in a map that somebody else has pinned? It is asked each time, so the set may change. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "fn/internal.h"
#include "run/sys.h"

struct pinned {
	const char *path;
	struct bpf_map_info info;
};

/* Maps from which an absent key gives none; of arrays all keys are there. */
static bool is_set(uint32_t type)
{
	return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool ask_kernel(struct check *ck, struct node *at, struct pinned *p)
{
	_cleanup_fd_ int fd = sys_map_open_pinned(p->path);
	int rc = fd < 0 ? fd : sys_map_info(fd, &p->info);

	if (rc)
		return check_error(ck, at->span, DT_bad_argument, "cannot open the map pinned at %s: %s", p->path, strerror(-rc));
	if (is_set(p->info.type) && (p->info.key_size == 4 || p->info.key_size == 8))
		return true;
	return check_error(ck, at->span, DT_bad_argument, "the map pinned at %s is no hash with a number of 4 or 8 bytes as its key", p->path);
}

static bool check_in_pinned(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[0];
	struct pinned *p = call->fn_data ? call->fn_data : arena_new(check_arena(ck), struct pinned);
	uint32_t len;

	call->type = type_bool();
	if (call->fn_data)
		return true;
	if (check_target(ck)->is_portable)
		return check_error(ck, call->span, DT_not_supported, "in_pinned() cannot be kept in a compiled script");
	if (!check_const_str(ck, n, &p->path, &len))
		return check_error(ck, n->span, DT_bad_argument, "in_pinned() expects the path of a pinned map as a string literal");
	if (!ask_kernel(ck, n, p))
		return false;
	call->fn_data = p;
	return true;
}

static struct ir_map *map_of(struct ir_module *m, const struct pinned *p)
{
	struct ir_map *map;

	vec_each(m->maps, i)
		if (m->maps.v[i]->role == IM_PINNED && !strcmp(m->maps.v[i]->path, p->path))
			return m->maps.v[i];
	map = ir_map_new(m, ".pinned", IM_PINNED, p->info.type, p->info.key_size, p->info.value_size, p->info.max_entries, 0);
	map->path = p->path;
	return map;
}

static struct ir_val *lower_in_pinned(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_map *m = map_of(b->module, call->fn_data);
	struct ir_layout *l = ir_layout_new(b->module->arena, 1);
	struct ir_val *key = lower_expr(lw, call->list.v[1]), *found;

	l->size = m->key_size;
	l->part[0] = (struct ir_part){ IP_SCALAR, 0, m->key_size };
	found = ir_call(b, IRH_map_lookup_elem, 2, ir_mapaddr(b, m), ir_key(b, l, &key));
	return ir_bin(b, IR_ne, found, ir_iconst(b, 0));
}

const struct fn_ops fn_in_pinned = {
	.name = "in_pinned", .proto = "in_pinned(string path, int key): bool",
	.doc = "whether a hash map that is pinned in a bpffs has this key now", .flags = FN_CALL, .min_args = 2, .max_args = 2,
	.arg = { FA_CONST_STR, FA_INT }, .check = check_in_pinned, .lower = lower_in_pinned,
};
