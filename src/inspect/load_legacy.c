/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects from before BTF: maps are structures in a section "maps", which libbpf takes no more since
 * its release 1.0. Each function in a section of code is a program.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bpf/insn.h"
#include "inspect/load.h"
#include "run/sys.h"

#define PTR(p) ((uint64_t)(uintptr_t)(p))
#define LOG_SIZE (4u << 20)

/* The fields that all users of such sections agree on. */
struct map_def {
	uint32_t type, key_size, value_size, max_entries, flags;
};

/* The file being loaded. */
struct legacy {
	struct inspect *in;
	const struct objfile *f;
	struct load_options *o;
	struct loaded *out;
	const Elf64_Sym *symbols;
	uint32_t nsymbols, strings;
	uint32_t maps;          /* section */
	VEC(uint64_t) offsets;  /* of the maps of out in it */
	const char *license;
	uint32_t version;
};

bool load_is_legacy(const struct objfile *f)
{
	uint32_t maps = objfile_find(f, "maps");

	return maps && objfile_section(f, maps)->sh_type == SHT_PROGBITS && !objfile_find(f, ".maps");
}

static const char *symbol_name(const struct legacy *l, const Elf64_Sym *s)
{
	return objfile_string(l->f, l->strings, s->st_name);
}

static int make_map(struct legacy *l, const Elf64_Sym *s)
{
	const Elf64_Shdr *sec = objfile_section(l->f, l->maps);
	struct loaded_map map = { .name = symbol_name(l, s) };
	struct load_replace *with = load_replacement(l->o, l->out->maps.n, map.name);
	struct map_def def;

	if (s->st_value > sec->sh_size || sec->sh_size - s->st_value < sizeof(def))
		return inspect_fail(l->in, -EINVAL, "the definition of map %s lies outside of its section",
				    map.name);
	memcpy(&def, (const char *)objfile_data(l->f, l->maps) + s->st_value, sizeof(def));
	map.fd = with ? dup(with->fd)
		      : sys_map_create(def.type, map.name, def.key_size, def.value_size, def.max_entries,
				       def.flags);
	if (map.fd < 0)
		return inspect_fail(l->in, map.fd, "failed to create map %s: %s", map.name, errname(map.fd));
	vec_push(&l->out->maps, map);
	vec_push(&l->offsets, s->st_value);
	return 0;
}

/* In the order of their definitions, which their indices go by. */
static int make_maps(struct legacy *l)
{
	for (uint64_t from = 0;;) {
		const Elf64_Sym *next = NULL;
		int r;

		for (uint32_t i = 0; i < l->nsymbols; i++) {
			const Elf64_Sym *s = &l->symbols[i];

			if (s->st_shndx == l->maps && ELF64_ST_TYPE(s->st_info) != STT_SECTION &&
			    s->st_value >= from && (!next || s->st_value < next->st_value))
				next = s;
		}
		if (!next)
			return 0;
		r = make_map(l, next);
		if (r)
			return r;
		from = next->st_value + 1;
	}
}

static int map_at(const struct legacy *l, uint64_t offset)
{
	vec_each(l->offsets, i)
		if (l->offsets.v[i] == offset)
			return l->out->maps.v[i].fd;
	return -1;
}

/* One relocation of the code that starts at from: loads of maps get their fds. */
static int relocate(struct legacy *l, const Elf64_Rel *rel, struct bpf_insn *insns, uint64_t from,
		    uint32_t n)
{
	const Elf64_Sym *s = &l->symbols[ELF64_R_SYM(rel->r_info)];
	uint64_t at = (rel->r_offset - from) / sizeof(*insns);
	int fd;

	if (rel->r_offset < from || at >= n)
		return 0; /* of another function */
	fd = s->st_shndx == l->maps ? map_at(l, s->st_value + (uint32_t)insns[at].imm) : -1;
	if (insns[at].code != BPF_LD_IMM64 || at + 1 >= n || fd < 0)
		return inspect_fail(l->in, -ENOTSUP,
				    "instruction %u refers to '%s', which is no map: an object with a section "
				    "'maps' can have nothing else (rebuild it with maps in '.maps')",
				    (unsigned)at, symbol_name(l, s));
	insns[at].src_reg = BPF_PSEUDO_MAP_FD;
	insns[at].imm = fd;
	return 0;
}

static int relocate_all(struct legacy *l, uint32_t section, struct bpf_insn *insns, uint64_t from, uint32_t n)
{
	for (uint32_t i = 1; i < objfile_header(l->f)->e_shnum; i++) {
		const Elf64_Shdr *s = objfile_section(l->f, i);
		const Elf64_Rel *rel = objfile_data(l->f, i);

		if (s->sh_type != SHT_REL || s->sh_info != section)
			continue;
		for (uint64_t j = 0; j < s->sh_size / sizeof(*rel); j++) {
			int r = relocate(l, &rel[j], insns, from, n);

			if (r)
				return r;
		}
	}
	return 0;
}

/* fd or -errno; on refusal once more with the verifier's log. */
static int load_prog(struct legacy *l, const struct loaded_prog *p, enum bpf_attach_type attach,
		     const struct bpf_insn *insns, uint32_t n)
{
	union bpf_attr attr = {
		.prog_type = p->type,
		.expected_attach_type = attach,
		.insns = PTR(insns),
		.insn_cnt = n,
		.license = PTR(l->license),
		.kern_version = l->version,
		.prog_ifindex = l->o->offload,
	};
	char *log;
	int fd;

	sys_object_name(attr.prog_name, p->name);
	fd = l->in->debug ? -EINVAL : sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd >= 0)
		return fd;
	log = arena_alloc(&l->in->arena, LOG_SIZE);
	attr.log_buf = PTR(log);
	attr.log_size = LOG_SIZE;
	attr.log_level = l->in->debug ? 1 + 2 + 4 : 1;
	fd = sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	if (l->in->debug)
		inspect_note(l->in, "%s", log);
	return fd >= 0 ? fd : load_refused(l->in, fd, p->name, log);
}

static int make_prog(struct legacy *l, uint32_t section, const Elf64_Sym *s)
{
	const Elf64_Shdr *sec = objfile_section(l->f, section);
	struct loaded_prog p = { .section = objfile_section_name(l->f, section),
				 .name = symbol_name(l, s), .type = l->o->type };
	enum bpf_attach_type attach = l->o->attach_type;
	uint64_t size = s->st_size ? s->st_size : sec->sh_size - s->st_value;
	uint32_t n = (uint32_t)(size / sizeof(struct bpf_insn));
	struct bpf_insn *insns;
	int r;

	if (s->st_value % sizeof(*insns) || s->st_value > sec->sh_size || size > sec->sh_size - s->st_value || !n)
		return inspect_fail(l->in, -EINVAL, "function %s lies outside of its section", p.name);
	r = l->o->has_type ? 0 : load_type_of(l->in, p.section, &p.type, &attach);
	if (r)
		return r;
	insns = arena_dup(&l->in->arena, (const char *)objfile_data(l->f, section) + s->st_value, size);
	r = relocate_all(l, section, insns, s->st_value, n);
	if (r)
		return r;
	p.fd = load_prog(l, &p, attach, insns, n);
	if (p.fd < 0)
		return p.fd;
	vec_push(&l->out->progs, p);
	return 0;
}

static int make_progs(struct legacy *l)
{
	for (uint32_t i = 1; i < objfile_header(l->f)->e_shnum; i++) {
		const Elf64_Shdr *sec = objfile_section(l->f, i);

		if (sec->sh_type != SHT_PROGBITS || !(sec->sh_flags & SHF_EXECINSTR) || !sec->sh_size)
			continue;
		for (uint32_t j = 0; j < l->nsymbols; j++) {
			const Elf64_Sym *s = &l->symbols[j];
			int r = 0;

			if (s->st_shndx == i && ELF64_ST_TYPE(s->st_info) == STT_FUNC)
				r = make_prog(l, i, s);
			if (r)
				return r;
		}
	}
	return 0;
}

/* The text of a section of it; "" if there is none or it does not end. */
static const char *text_of(const struct legacy *l, const char *section)
{
	uint32_t i = objfile_find(l->f, section);
	const Elf64_Shdr *s = i ? objfile_section(l->f, i) : NULL;

	if (!s || s->sh_type != SHT_PROGBITS || !memchr(objfile_data(l->f, i), 0, s->sh_size))
		return "";
	return objfile_data(l->f, i);
}

int load_legacy(struct inspect *in, const struct objfile *f, struct load_options *o, struct loaded *ret)
{
	struct legacy l = { .in = in, .f = f, .o = o, .out = ret, .maps = objfile_find(f, "maps") };
	uint32_t version = objfile_find(f, "version");
	int r;

	l.symbols = objfile_symbols(f, &l.nsymbols, &l.strings);
	if (!l.symbols)
		return inspect_fail(in, -EINVAL, "failed to open object file %s: it has no symbols", f->path);
	l.license = text_of(&l, "license");
	if (version && objfile_section(f, version)->sh_type == SHT_PROGBITS &&
	    objfile_section(f, version)->sh_size >= sizeof(l.version))
		memcpy(&l.version, objfile_data(f, version), sizeof(l.version));
	r = make_maps(&l);
	if (!r)
		r = make_progs(&l);
	vec_done(&l.offsets);
	return r;
}
