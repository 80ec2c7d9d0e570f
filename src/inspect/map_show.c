/* SPDX-License-Identifier: GPL-2.0-or-later */
/* map show */
#include "inspect/both.h"
#include "inspect/device.h"
#include "inspect/map.h"
#include "inspect/names.h"
#include "inspect/owners.h"
#include "inspect/pins.h"

void map_header_text(struct inspect *in, const struct bpf_map_info *info)
{
	object_header_text(in, info->id, name_map_type(info->type), info->type);
	if (*info->name)
		sb_addf(&in->out, "name %s  ", info->name);
	sb_addf(&in->out, "flags 0x%x", info->map_flags);
	device_text(in, info->ifindex, info->netns_dev, info->netns_ino);
	sb_addc(&in->out, '\n');
}

void map_header_json(struct jsonw *w, const struct bpf_map_info *info)
{
	const char *type = name_map_type(info->type);

	jsonw_u64_at(w, "id", info->id);
	if (type)
		jsonw_string_at(w, "type", type);
	else
		jsonw_u64_at(w, "type", info->type);
	if (*info->name)
		jsonw_string_at(w, "name", info->name);
	jsonw_u64_at(w, "flags", info->map_flags);
}

/* Of a program array: the type of the programs that it may hold, once there was one. */
struct array_owner {
	bool has_type, has_jited;
	uint64_t type, jited;
};

static struct array_owner array_owner_of(int fd, const struct bpf_map_info *info)
{
	struct array_owner o = { 0 };

	if (info->type != BPF_MAP_TYPE_PROG_ARRAY)
		return o;
	o.has_type = object_fdinfo(fd, "owner_prog_type", &o.type);
	o.has_jited = object_fdinfo(fd, "owner_jited", &o.jited);
	return o;
}

static void array_owner_text(struct inspect *in, const struct array_owner *o)
{
	const char *type = name_prog_type((uint32_t)o->type);

	if (o->has_type || o->has_jited)
		sb_adds(&in->out, "\n\t");
	if (o->has_type && type)
		sb_addf(&in->out, "owner_prog_type %s  ", type);
	else if (o->has_type)
		sb_addf(&in->out, "owner_prog_type %u  ", (unsigned)o->type);
	if (o->has_jited)
		sb_addf(&in->out, "owner%s jited", o->jited ? "" : " not");
}

static void show_text(struct inspect *in, int fd, const struct bpf_map_info *info)
{
	struct array_owner owner = array_owner_of(fd, info);
	uint64_t memlock, frozen = 0;

	map_header_text(in, info);
	sb_addf(&in->out, "\tkey %uB  value %uB  max_entries %u", info->key_size, info->value_size,
		info->max_entries);
	if (object_fdinfo(fd, "memlock", &memlock))
		sb_addf(&in->out, "  memlock %lluB", (unsigned long long)memlock);
	array_owner_text(in, &owner);
	pins_text(in, OBJECT_MAP, info->id, "\n\tpinned ");
	object_fdinfo(fd, "frozen", &frozen);
	if (info->btf_id || frozen)
		sb_adds(&in->out, "\n\t");
	if (info->btf_id)
		sb_addf(&in->out, "btf_id %u", info->btf_id);
	if (frozen)
		sb_addf(&in->out, "%sfrozen", info->btf_id ? "  " : "");
	owners_text(in, OBJECT_MAP, info->id, "\n\tpids ");
	sb_addc(&in->out, '\n');
}

static void array_owner_json(struct jsonw *w, const struct array_owner *o)
{
	const char *type = name_prog_type((uint32_t)o->type);

	if (o->has_type && type)
		jsonw_string_at(w, "owner_prog_type", type);
	else if (o->has_type)
		jsonw_u64_at(w, "owner_prog_type", o->type);
	if (o->has_jited)
		jsonw_bool_at(w, "owner_jited", o->jited != 0);
}

static void show_json(struct inspect *in, int fd, const struct bpf_map_info *info)
{
	struct array_owner owner = array_owner_of(fd, info);
	struct jsonw *w = &in->w;
	uint64_t memlock, frozen = 0;

	jsonw_object(w);
	map_header_json(w, info);
	device_json(in, info->ifindex, info->netns_dev, info->netns_ino);
	jsonw_u64_at(w, "bytes_key", info->key_size);
	jsonw_u64_at(w, "bytes_value", info->value_size);
	jsonw_u64_at(w, "max_entries", info->max_entries);
	if (object_fdinfo(fd, "memlock", &memlock))
		jsonw_u64_at(w, "bytes_memlock", memlock);
	array_owner_json(w, &owner);
	object_fdinfo(fd, "frozen", &frozen);
	jsonw_u64_at(w, "frozen", frozen);
	if (info->btf_id)
		jsonw_u64_at(w, "btf_id", info->btf_id);
	pins_json(in, OBJECT_MAP, info->id);
	owners_json(in, OBJECT_MAP, info->id);
	jsonw_end_object(w);
}

static int show_fd(struct inspect *in, int fd)
{
	struct bpf_map_info info = { 0 };
	int r = object_info(fd, &info, sizeof(info));

	if (r)
		return inspect_fail(in, r, "can't get map info: %s", errname(r));
	if (in->json)
		show_json(in, fd, &info);
	else
		show_text(in, fd, &info);
	return 0;
}

int map_show(struct inspect *in, struct words *w)
{
	static const struct object_show_ops ops = { .kind = OBJECT_MAP, .show = show_fd };

	return object_show(in, &ops, w);
}
