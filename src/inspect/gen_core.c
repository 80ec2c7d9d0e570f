/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen min_core_btf: of a kernel's BTF only what the CO-RE relocations of some objects ask for, for
 * kernels that bring none. Every candidate of a relocation is kept, with the members on its path;
 * a structure keeps its size, a pointer need not say what it leads to.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "base/fdutil.h"
#include "base/strmap.h"
#include "base/vec.h"
#include "inspect/btf_dump.h"
#include "inspect/gen.h"
#include "inspect/quiet.h"

enum { PATH_MAX_LEN = 64, DEPTH_MAX = 32 };

struct keep {
	struct inspect *in;
	struct btf *kernel;
	const struct btf *object;
	unsigned char *types;   /* of each type: kept? */
	unsigned char **members; /* of each record: of each member, kept? NULL: none */
	struct strmap candidates; /* essential name -> struct ids * */
};

struct ids {
	VEC(uint32_t) list; /* arena */
};

/* Length of a name without its flavour: "task_struct___old" is another view of task_struct. */
static size_t essential(const char *name)
{
	const char *flavour = strstr(name + (*name == '_'), "___");

	return flavour ? (size_t)(flavour - name) : strlen(name);
}

static const struct btf_type *strip(const struct btf *btf, uint32_t *id)
{
	const struct btf_type *t = btf__type_by_id(btf, *id);

	for (; btf_is_mod(t) || btf_is_typedef(t); t = btf__type_by_id(btf, *id))
		*id = t->type;
	return t;
}

static bool same_kind(const struct btf_type *a, const struct btf_type *b)
{
	return btf_kind(a) == btf_kind(b) || (btf_is_any_enum(a) && btf_is_any_enum(b));
}

/* The kernel's types of a name. */
static struct ids *candidates(struct keep *k, const char *name)
{
	size_t n = essential(name);
	struct ids *found = strmap_getn(&k->candidates, name, n);

	if (found)
		return found;
	found = arena_new(&k->in->arena, struct ids);
	for (uint32_t id = 1; id < btf__type_cnt(k->kernel); id++) {
		const char *other = btf__name_by_offset(k->kernel, btf__type_by_id(k->kernel, id)->name_off);

		if (!strncmp(other, name, n) && essential(other) == n)
			avec_push(&k->in->arena, &found->list, id);
	}
	strmap_putn(&k->candidates, name, n, found);
	return found;
}

static void keep_type(struct keep *k, uint32_t id, bool pointers);

static void keep_params(struct keep *k, const struct btf_type *proto)
{
	for (unsigned i = 0; i < btf_vlen(proto); i++)
		keep_type(k, btf_params(proto)[i].type, false);
}

/* A type with what it is made of; members of records only as they are asked for. */
static void keep_type(struct keep *k, uint32_t id, bool pointers)
{
	const struct btf_type *t = btf__type_by_id(k->kernel, id);

	if (!id || (k->types[id] && !pointers))
		return;
	k->types[id] = 1;
	if (btf_is_array(t)) {
		keep_type(k, btf_array(t)->type, pointers);
		keep_type(k, btf_array(t)->index_type, false);
	} else if (btf_is_ptr(t) ? pointers : btf_is_mod(t) || btf_is_typedef(t)) {
		keep_type(k, t->type, false);
	} else if (btf_is_func_proto(t)) {
		keep_type(k, t->type, false);
		keep_params(k, t);
	}
}

static void keep_member(struct keep *k, uint32_t record, unsigned i)
{
	const struct btf_type *t = btf__type_by_id(k->kernel, record);

	keep_type(k, record, false);
	if (!k->members[record])
		k->members[record] = arena_alloc(&k->in->arena, btf_vlen(t));
	k->members[record][i] = 1;
	keep_type(k, btf_members(t)[i].type, false);
}

/*
 * Keeps the member of a name, also where it is in an unnamed record; *ret_type: its type. False: there
 * is none.
 */
static bool keep_named(struct keep *k, uint32_t record, const char *name, unsigned depth, uint32_t *ret_type)
{
	const struct btf_type *t = btf__type_by_id(k->kernel, record);

	for (unsigned i = 0; depth < DEPTH_MAX && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *own = btf__name_by_offset(k->kernel, m->name_off);
		uint32_t inner = m->type;

		if (*own ? strcmp(own, name) != 0
			 : !btf_is_composite(strip(k->kernel, &inner)) ||
				   !keep_named(k, inner, name, depth + 1, ret_type))
			continue;
		keep_member(k, record, i);
		if (*own)
			*ret_type = m->type;
		return true;
	}
	return false;
}

/* "0:1:4" as numbers; their count, or 0 for what is no path. */
static unsigned parse_path(const char *text, unsigned path[PATH_MAX_LEN])
{
	unsigned n = 0;

	for (char *end; n < PATH_MAX_LEN; text = end + 1) {
		path[n++] = (unsigned)strtoul(text, &end, 10);
		if (end == text)
			return 0;
		if (*end != ':')
			return *end ? 0 : n;
	}
	return 0;
}

/* Walks the object's type along the path and the kernel's beside it, as far as they agree. */
static void keep_path(struct keep *k, uint32_t local, uint32_t target, const unsigned *path, unsigned n)
{
	keep_type(k, target, false);
	for (unsigned i = 1; i < n; i++) {
		const struct btf_type *l = strip(k->object, &local), *t = strip(k->kernel, &target);
		const char *name;

		if (btf_is_array(l) && btf_is_array(t)) {
			local = btf_array(l)->type;
			target = btf_array(t)->type;
			continue;
		}
		if (!btf_is_composite(l) || path[i] >= btf_vlen(l) || !btf_is_composite(t))
			return;
		name = btf__name_by_offset(k->object, btf_members(l)[path[i]].name_off);
		local = btf_members(l)[path[i]].type;
		/* An unnamed record: its members are looked for from where we are. */
		if (*name && !keep_named(k, target, name, 0, &target))
			return;
	}
}

static void keep_all_members(struct keep *k, uint32_t id)
{
	const struct btf_type *t = strip(k->kernel, &id);

	for (unsigned i = 0; btf_is_composite(t) && i < btf_vlen(t); i++)
		keep_member(k, id, i);
}

static void keep_for(struct keep *k, const struct bpf_core_relo *r, uint32_t id)
{
	unsigned path[PATH_MAX_LEN];
	const char *text = btf__str_by_offset(k->object, r->access_str_off);

	if (r->kind <= BPF_CORE_FIELD_RSHIFT_U64)
		keep_path(k, r->type_id, id, path, text ? parse_path(text, path) : 0);
	else
		keep_type(k, id, r->kind <= BPF_CORE_TYPE_SIZE);
	if (r->kind == BPF_CORE_TYPE_MATCHES)
		keep_all_members(k, id);
}

static int keep_relocation(struct keep *k, const struct bpf_core_relo *r, const char *path)
{
	const struct btf_type *t = btf__type_by_id(k->object, r->type_id);
	const char *name = t ? btf__name_by_offset(k->object, t->name_off) : NULL;
	struct ids *all;

	if (!name || r->kind > BPF_CORE_TYPE_MATCHES)
		return inspect_fail(k->in, -EINVAL, "a CO-RE relocation of %s is broken", path);
	/* An unnamed type is the object's own. */
	if (r->kind == BPF_CORE_TYPE_ID_LOCAL || !*name)
		return 0;
	all = candidates(k, name);
	vec_each(all->list, i)
		if (same_kind(t, btf__type_by_id(k->kernel, all->list.v[i])))
			keep_for(k, r, all->list.v[i]);
	return 0;
}

/* The records of .BTF.ext's part: for each section of code a head and relocations. */
static int keep_section(struct keep *k, const char *p, uint32_t left, const char *path)
{
	struct bpf_core_relo relo;
	uint32_t size, head[2];

	if (left < sizeof(size))
		return 0;
	memcpy(&size, p, sizeof(size));
	p += sizeof(size);
	left -= sizeof(size);
	while (left >= sizeof(head)) {
		memcpy(head, p, sizeof(head)); /* name, number */
		p += sizeof(head);
		left -= sizeof(head);
		if (size < sizeof(relo) || head[1] > left / size)
			return inspect_fail(k->in, -EINVAL, "the CO-RE relocations of %s are broken", path);
		for (uint32_t i = 0; i < head[1]; i++, p += size, left -= size) {
			memcpy(&relo, p, sizeof(relo));
			if (keep_relocation(k, &relo, path))
				return k->in->err.code;
		}
	}
	return 0;
}

/* The header of .BTF.ext, as far as it goes. */
struct ext_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t hdr_len, func_off, func_len, line_off, line_len, core_off, core_len;
};

static int keep_relocations(struct keep *k, const struct btf_ext *ext, const char *path)
{
	uint32_t size = 0;
	const char *raw = btf_ext__get_raw_data(ext, &size);
	struct ext_header h;

	if (!raw || size < sizeof(h))
		return 0;
	memcpy(&h, raw, sizeof(h));
	if (h.hdr_len < sizeof(h))
		return 0; /* older than CO-RE */
	if (h.hdr_len > size || h.core_off > size - h.hdr_len || h.core_len > size - h.hdr_len - h.core_off)
		return inspect_fail(k->in, -EINVAL, "the CO-RE relocations of %s are broken", path);
	return keep_section(k, raw + h.hdr_len + h.core_off, h.core_len, path);
}

static int keep_object(struct keep *k, const char *path)
{
	_cleanup_sb_ struct strbuf bytes = { 0 };
	struct btf_ext *ext = NULL;
	struct btf *btf;
	int r = gen_read(k->in, path, &bytes);

	if (r)
		return inspect_pass(k->in, r);
	btf = btf__parse_elf(path, &ext);
	if (!btf)
		r = inspect_pass(k->in, inspect_fail(k->in, -ENOENT, "failed to parse BPF object '%s': it has no BTF", path));
	k->object = btf;
	if (!r && ext)
		r = keep_relocations(k, ext, path);
	btf_ext__free(ext);
	btf__free(btf);
	return r;
}

static int add_record(struct keep *k, struct btf *out, uint32_t id, const uint32_t *map)
{
	const struct btf_type *t = btf__type_by_id(k->kernel, id);
	const char *name = btf__name_by_offset(k->kernel, t->name_off);
	int r = btf_is_struct(t) ? btf__add_struct(out, name, t->size) : btf__add_union(out, name, t->size);

	for (unsigned i = 0; r > 0 && k->members[id] && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		int e = 0;

		if (k->members[id][i])
			e = btf__add_field(out, btf__name_by_offset(k->kernel, m->name_off), (int)map[m->type],
					   btf_member_bit_offset(t, i), btf_member_bitfield_size(t, i));
		r = e ? e : r;
	}
	return r;
}

/* The copy's references are to ids of the copy. */
static void renumber(struct btf_type *t, const uint32_t *map)
{
	if (btf_is_array(t)) {
		btf_array(t)->type = map[btf_array(t)->type];
		btf_array(t)->index_type = map[btf_array(t)->index_type];
	} else if (btf_is_ptr(t) || btf_is_mod(t) || btf_is_typedef(t) || btf_is_func_proto(t)) {
		t->type = map[t->type];
	}
	for (unsigned i = 0; btf_is_func_proto(t) && i < btf_vlen(t); i++)
		btf_params(t)[i].type = map[btf_params(t)[i].type];
}

static int add_type(struct keep *k, struct btf *out, uint32_t id, const uint32_t *map)
{
	const struct btf_type *t = btf__type_by_id(k->kernel, id);
	int r;

	if (btf_is_composite(t))
		return add_record(k, out, id, map);
	r = btf__add_type(out, k->kernel, t);
	if (r > 0)
		renumber((struct btf_type *)btf__type_by_id(out, (uint32_t)r), map);
	return r;
}

static int build(struct keep *k, struct btf *out)
{
	uint32_t n = btf__type_cnt(k->kernel), next = 1;
	uint32_t *map = arena_array(&k->in->arena, uint32_t, n);
	int r = 1;

	for (uint32_t id = 1; id < n; id++)
		map[id] = k->types[id] ? next++ : 0;
	for (uint32_t id = 1; r > 0 && id < n; id++)
		if (k->types[id])
			r = add_type(k, out, id, map);
	return r < 0 ? inspect_fail(k->in, r, "cannot build the BTF: %s", errname(r)) : 0;
}

static int save(struct keep *k, const char *path)
{
	struct btf *out = btf__new_empty();
	const void *bytes;
	uint32_t n = 0;
	int r = out ? build(k, out) : inspect_fail(k->in, -errno, "cannot build the BTF: %s", errname(errno));

	bytes = r ? NULL : btf__raw_data(out, &n);
	if (!r && !bytes)
		r = inspect_fail(k->in, -ENOMEM, "out of memory");
	else if (!r && (r = file_write(path, bytes, n, 0666)))
		inspect_fail(k->in, inspect_pass(k->in, r), "error saving btf file %s: %s", path, errname(r));
	btf__free(out);
	return r;
}

int gen_min_core_btf(struct inspect *in, struct words *w)
{
	struct keep k = { .in = in };
	const char *input, *output;
	int r = 0;

	if (w->n < 3)
		return INSPECT_USAGE;
	input = word_next(w);
	output = word_next(w);
	quiet_libbpf(in);
	k.kernel = btf_of_file(in, input, NULL);
	if (!k.kernel)
		return inspect_pass(in, in->err.code);
	strmap_init(&k.candidates, &in->arena);
	k.types = arena_alloc(&in->arena, btf__type_cnt(k.kernel));
	k.members = arena_array(&in->arena, unsigned char *, btf__type_cnt(k.kernel));
	while (!r && w->n)
		r = keep_object(&k, word_next(w));
	if (!r)
		r = save(&k, output);
	btf__free(k.kernel);
	return r;
}
