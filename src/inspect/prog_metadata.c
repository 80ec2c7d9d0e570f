/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metadata that a program carries: variables called bpf_metadata_NAME in a map of read-only data,
 * which is an array of one value that BTF describes as a section.
 */
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/map.h"
#include "inspect/prog.h"
#include "run/sys.h"

static const char prefix[] = "bpf_metadata_";

static const char *variable_name(const struct map_view *m, const struct btf_var_secinfo *s)
{
	const struct btf_type *var = btf__type_by_id(m->btf, s->type);
	const char *name = var && btf_is_var(var) ? btf__name_by_offset(m->btf, var->name_off) : NULL;

	return name && !strncmp(name, prefix, strlen(prefix)) ? name + strlen(prefix) : NULL;
}

/* The section of a map with data; NULL: it is no such map. */
static const struct btf_type *section_of(const struct map_view *m)
{
	const struct btf_type *t = m->btf ? btf__type_by_id(m->btf, m->value_type) : NULL;

	if (m->info.type != BPF_MAP_TYPE_ARRAY || m->info.max_entries != 1 || !t || !btf_is_datasec(t))
		return NULL;
	return t;
}

static void show_variable(struct inspect *in, const struct map_view *m, const struct btf_var_secinfo *s,
			  const uint8_t *data, bool first)
{
	struct jsonw text = { .out = &in->out };
	struct btf_value v = { .btf = m->btf, .w = in->json ? &in->w : &text, .plain = !in->json };
	const struct btf_type *var = btf__type_by_id(m->btf, s->type);

	if (first && in->json)
		jsonw_object_at(&in->w, "metadata");
	else if (first)
		sb_adds(&in->out, "\tmetadata:");
	if (in->json)
		jsonw_name(&in->w, variable_name(m, s));
	else
		sb_addf(&in->out, "\n\t\t%s = ", variable_name(m, s));
	btf_value_write(&v, var->type, data + s->offset, m->info.value_size - s->offset);
}

/* Those of one map; false: it has none. */
static bool show_map(struct inspect *in, const struct map_view *m)
{
	const struct btf_type *section = section_of(m);
	const struct btf_var_secinfo *s = section ? btf_var_secinfos(section) : NULL;
	uint8_t *data = arena_alloc(&in->arena, m->value_bytes + 8);
	uint32_t key = 0;
	bool any = false;

	if (!section || sys_map_lookup(m->fd, &key, data))
		return false;
	for (unsigned i = 0; i < btf_vlen(section); i++) {
		if (!variable_name(m, &s[i]) || s[i].offset >= m->info.value_size)
			continue;
		show_variable(in, m, &s[i], data, !any);
		any = true;
	}
	if (any && in->json)
		jsonw_end_object(&in->w);
	else if (any)
		sb_addc(&in->out, '\n');
	return any;
}

void prog_metadata(struct inspect *in, const uint32_t *maps, uint32_t n)
{
	bool done = false;

	for (uint32_t i = 0; i < n && !done; i++) {
		_cleanup_map_ struct map_view m = { .fd = -1 };
		struct bpf_map_info info = { 0 };
		_cleanup_fd_ int fd = object_open(OBJECT_MAP, maps[i]);

		/* Asked for only where it can be: reading BTF takes time. */
		if (fd < 0 || object_info(fd, &info, sizeof(info)) || !info.btf_value_type_id ||
		    !strstr(info.name, ".rodata"))
			continue;
		if (!map_view_open(in, dup(fd), &m))
			done = show_map(in, &m);
	}
}
