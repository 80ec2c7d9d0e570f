/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A map in hand and its entries as they are shown. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/btf.h"
#include "inspect/map.h"
#include "run/sys.h"

static bool is_percpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

bool map_is_of_maps(uint32_t type)
{
	return type == BPF_MAP_TYPE_ARRAY_OF_MAPS || type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

int map_view_open(struct inspect *in, int fd, struct map_view *ret)
{
	struct map_view m = { .fd = fd };
	int r = object_info(fd, &m.info, sizeof(m.info));

	if (r) {
		close(fd);
		return inspect_fail(in, r, "can't get map info: %s", errname(r));
	}
	m.percpu = is_percpu(m.info.type);
	m.ncpus = m.percpu ? sys_possible_cpus() : 1;
	m.stride = m.percpu ? (m.info.value_size + 7) / 8 * 8 : m.info.value_size;
	m.value_bytes = (size_t)m.stride * m.ncpus;
	/* Of a struct_ops map: the kernel's own type. */
	m.value_type = m.info.btf_vmlinux_value_type_id ? m.info.btf_vmlinux_value_type_id
							: m.info.btf_value_type_id;
	if (m.value_type)
		m.btf = inspect_btf(in, m.info.btf_vmlinux_value_type_id ? BTF_OF_KERNEL : m.info.btf_id);
	*ret = m;
	return 0;
}

int map_view_named(struct inspect *in, struct words *w, struct map_view *ret)
{
	int fd = map_named(in, w);

	*ret = (struct map_view){ .fd = -1 };
	return fd < 0 ? fd : map_view_open(in, fd, ret);
}

void map_view_done(struct map_view *m)
{
	fd_close(&m->fd);
}

void bytes_text(struct inspect *in, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = bytes;

	for (size_t i = 0; i < n; i++) {
		char text[] = { ' ', ' ', digits[b[i] >> 4], digits[b[i] & 15] };
		size_t gap = !i ? 0 : i % 8 || !(i % 16) ? 1 : 2;

		if (i && !(i % 16))
			text[1] = '\n';
		sb_add(&in->out, text + 2 - gap, 2 + gap);
	}
}

static void percpu_text(struct inspect *in, const struct map_view *m, const void *key,
			const uint8_t *value)
{
	if (m->info.key_size) {
		sb_adds(&in->out, "key:\n");
		bytes_text(in, key, m->info.key_size);
		sb_addc(&in->out, '\n');
	}
	for (uint32_t i = 0; i < m->ncpus && m->info.value_size; i++) {
		sb_addf(&in->out, "value (CPU %02u):%c", i, m->info.value_size > 16 ? '\n' : ' ');
		bytes_text(in, value + (size_t)i * m->stride, m->info.value_size);
		sb_addc(&in->out, '\n');
	}
}

/* What stands between a name and its bytes, and between key and value, by the room they take. */
struct spacing {
	char name;
	const char *pair;
};

static struct spacing spacing_of(size_t key, size_t value)
{
	bool apart = key > 16 || value > 16;

	return (struct spacing){ apart ? '\n' : ' ', !apart && key + value <= 24 ? "  " : "\n" };
}

static void key_text(struct inspect *in, const struct map_view *m, const struct spacing *s,
		     const void *key)
{
	if (!m->info.key_size)
		return;
	sb_addf(&in->out, "key:%c", s->name);
	bytes_text(in, key, m->info.key_size);
	sb_adds(&in->out, s->pair);
}

void map_entry_text(struct inspect *in, const struct map_view *m, const void *key, const void *value)
{
	struct spacing s = spacing_of(m->info.key_size, m->info.value_size);
	uint32_t id;

	if (m->percpu) {
		percpu_text(in, m, key, value);
		return;
	}
	key_text(in, m, &s, key);
	if (m->info.value_size && map_is_of_maps(m->info.type)) {
		memcpy(&id, value, sizeof(id));
		sb_addf(&in->out, "inner_map_id:%c%u ", s.name, id);
	} else if (m->info.value_size) {
		sb_addf(&in->out, "value:%c", s.name);
		bytes_text(in, value, m->info.value_size);
	}
	sb_addc(&in->out, '\n');
}

/* Members "values": [{"cpu": N,"value": ..}], each value written by write. */
static int percpu_json(const struct map_view *m, struct jsonw *w, const uint8_t *value,
		       const struct btf_value *typed)
{
	int r = 0;

	jsonw_array_at(w, "values");
	for (uint32_t i = 0; i < m->ncpus && !r; i++, value += m->stride) {
		jsonw_object(w);
		jsonw_u64_at(w, "cpu", i);
		jsonw_name(w, "value");
		if (typed)
			r = btf_value_write(typed, m->value_type, value, m->info.value_size);
		else
			jsonw_hex(w, value, m->info.value_size);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	return r;
}

int map_entry_typed(const struct map_view *m, struct jsonw *w, bool plain, const void *key,
		    const void *value)
{
	struct btf_value v = { .btf = m->btf, .w = w, .plain = plain };
	int r = 0;

	jsonw_object(w);
	if (m->info.btf_key_type_id) {
		jsonw_name(w, "key");
		r = btf_value_write(&v, m->info.btf_key_type_id, key, m->info.key_size);
	}
	if (!r && m->percpu) {
		r = percpu_json(m, w, value, &v);
	} else if (!r) {
		jsonw_name(w, "value");
		r = btf_value_write(&v, m->value_type, value, m->info.value_size);
	}
	jsonw_end_object(w);
	return r;
}

int map_entry_json(struct inspect *in, const struct map_view *m, const void *key, const void *value)
{
	struct jsonw *w = &in->w;
	uint32_t id;
	int r = 0;

	jsonw_object(w);
	jsonw_name(w, "key");
	jsonw_hex(w, key, m->info.key_size);
	if (m->percpu) {
		percpu_json(m, w, value, NULL);
	} else {
		jsonw_name(w, "value");
		jsonw_hex(w, value, m->info.value_size);
	}
	if (map_is_of_maps(m->info.type)) {
		memcpy(&id, value, sizeof(id));
		jsonw_u64_at(w, "inner_map_id", id);
	}
	if (m->btf) {
		jsonw_name(w, "formatted");
		r = map_entry_typed(m, w, false, key, value);
	}
	jsonw_end_object(w);
	return r;
}

int map_entry_show(struct inspect *in, const struct map_view *m, const void *key, const void *value)
{
	struct jsonw w = { .out = &in->out, .pretty = true };
	int r = 0;

	if (in->json) {
		r = map_entry_json(in, m, key, value);
	} else if (m->btf) {
		r = map_entry_typed(m, &w, true, key, value);
		sb_addc(&in->out, '\n');
	} else {
		map_entry_text(in, m, key, value);
	}
	return r ? inspect_fail(in, r, "the map's BTF does not describe its entries") : 0;
}

void map_entry_error(struct inspect *in, const struct map_view *m, const void *key, int code)
{
	const char *text = code == -ENOENT ? "<no entry>" : errname(code);
	struct spacing s;

	/* Slots of these are empty: that is no failure. */
	if (code == -ENOENT && (map_is_of_maps(m->info.type) || m->info.type == BPF_MAP_TYPE_PROG_ARRAY))
		return;
	if (in->json) {
		jsonw_object(&in->w);
		jsonw_name(&in->w, "key");
		jsonw_hex(&in->w, key, m->info.key_size);
		jsonw_object_at(&in->w, "value");
		jsonw_string_at(&in->w, "error", errname(code));
		jsonw_end_object(&in->w);
		jsonw_end_object(&in->w);
		return;
	}
	if (code == -ENOSPC && m->info.type == BPF_MAP_TYPE_REUSEPORT_SOCKARRAY)
		text = "<cannot read>";
	s = spacing_of(m->info.key_size, strlen(text));
	key_text(in, m, &s, key);
	sb_addf(&in->out, "value:%c%s\n", s.name, text);
}
