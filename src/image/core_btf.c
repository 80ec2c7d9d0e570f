/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libbpf has to know of this kernel's structures to relocate a file: those alone, instead of all of the kernel's type
 * information and that of every module, which takes it 13 ms and much more where there are many modules. Made for files
 * as this room writes them, whose relocations name one member of one structure each.
 */
#include <bpf/btf.h>
#include <gelf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

#include "base/elfsec.h"
#include "image/write.h"

/* .BTF.ext (libbpf's btf_ext_header): what begins it, and what follows the header at cores.off. */
struct ext_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t size;
	struct { uint32_t off, len; } funcs, lines, cores;
};
struct ext_section {
	uint32_t name, n;
};

struct wants {
	struct cores *cores;
	struct types *types;
	const struct btf *btf; /* the file's */
};

/* A kind of type of which no more is compared than that it is of this kind. */
static bool is_plain(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (int depth = 0; t && depth < 32; depth++) {
		if (btf_is_mod(t) || btf_is_typedef(t))
			t = btf__type_by_id(btf, t->type);
		else if (btf_is_array(t))
			t = btf__type_by_id(btf, btf_array(t)->type);
		else
			return btf_is_int(t) || btf_is_ptr(t) || btf_is_any_enum(t) || (btf_is_composite(t) && !btf_vlen(t));
	}
	return false;
}

/* The structure of a relocation, as this kernel has it; NULL: it is none, or not to be found by its name alone. */
static const struct type *structure_of(const struct wants *w, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(w->btf, t->name_off);
	const struct type *found;

	if (!btf_is_composite(t) || !*name || strstr(name, "___"))
		return NULL;
	found = types_lookup(w->types, arena_printf(w->cores->m->im->arena, "%s %s", btf_is_union(t) ? "union" : "struct", name));
	return found && type_kernel_id(w->types, found) ? found : NULL;
}

/* One relocation; a member that this kernel lacks is left out: libbpf says so. */
static bool add_relocation(struct wants *w, const struct bpf_core_relo *r)
{
	const struct btf_type *t = btf__type_by_id(w->btf, r->type_id);
	const char *path = btf__name_by_offset(w->btf, r->access_str_off);
	const struct type *kernel = t ? structure_of(w, t) : NULL;
	const struct btf_member *member;
	unsigned first, index;
	struct field f;
	int end = 0;

	if (!kernel || !path || r->kind > BPF_CORE_FIELD_RSHIFT_U64)
		return false;
	if (sscanf(path, "%u:%u%n", &first, &index, &end) != 2 || path[end] || first || index >= btf_vlen(t))
		return false;
	member = &btf_members(t)[index];
	if (!is_plain(w->btf, member->type))
		return false;
	if (type_field(w->types, kernel, btf__name_by_offset(w->btf, member->name_off), &f))
		make_core_member(w->cores, kernel, arena_dup(w->cores->m->im->arena, &f, sizeof(f)));
	return true;
}

/* All relocations; false: there are none, or some that need more than this. */
static bool add_all(struct wants *w, const Elf_Data *ext)
{
	const struct ext_header *h = ext->d_buf;
	const uint8_t *at, *end;
	uint32_t size;

	if (ext->d_size < sizeof(*h) || h->size < sizeof(*h) || h->cores.len <= sizeof(size) ||
	    (uint64_t)h->size + h->cores.off + h->cores.len > ext->d_size)
		return false;
	at = (const uint8_t *)h + h->size + h->cores.off;
	end = at + h->cores.len;
	memcpy(&size, at, sizeof(size));
	for (at += sizeof(size); end - at >= (ptrdiff_t)sizeof(struct ext_section);) {
		struct ext_section s;

		memcpy(&s, at, sizeof(s));
		at += sizeof(s);
		if (size < sizeof(struct bpf_core_relo) || (uint64_t)s.n * size > (uint64_t)(end - at))
			return false;
		for (uint32_t i = 0; i < s.n; i++, at += size) {
			struct bpf_core_relo r;

			memcpy(&r, at, sizeof(r));
			if (!add_relocation(w, &r))
				return false;
		}
	}
	return at == end;
}

static bool make(const struct image *im, const Elf_Data *types, const Elf_Data *ext, struct strbuf *out)
{
	struct btf *local = btf__new(types->d_buf, (uint32_t)types->d_size), *btf = btf__new_empty();
	struct maker m = { .im = im, .btf = btf };
	struct cores c = { .m = &m };
	struct wants w = { &c, im->types, local };
	const void *bytes;
	uint32_t n = 0;
	bool ok = false;

	if (local && btf) {
		make_basic_types(&m);
		ok = add_all(&w, ext);
		make_core_structures(&c);
		bytes = ok ? btf__raw_data(btf, &n) : NULL;
		ok = bytes != NULL;
		if (ok)
			sb_add(out, bytes, n);
	}
	cores_done(&c);
	btf__free(local);
	btf__free(btf);
	return ok;
}

bool image_core_btf(const struct image *im, const void *bytes, size_t n, struct strbuf *out)
{
	Elf_Data *types, *ext;
	bool ok = false;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_memory(arena_dup(im->arena, bytes, n), n);
	types = elf ? elfsec_data(elf, ".BTF") : NULL;
	ext = elf ? elfsec_data(elf, ".BTF.ext") : NULL;
	if (types && ext && types->d_buf && ext->d_buf)
		ok = make(im, types, ext, out);
	elf_end(elf);
	return ok;
}
