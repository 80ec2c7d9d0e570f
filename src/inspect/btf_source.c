/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where "btf dump" takes its types from. */
#include <errno.h>
#include <fcntl.h>
#include <bpf/libbpf.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/btf_dump.h"
#include "inspect/objects.h"
#include "inspect/quiet.h"

#define FILE_MAX (512u << 20) /* of types */
#define SYSFS "/sys/kernel/btf/"
#define VMLINUX SYSFS "vmlinux"

void btf_source_done(struct btf_source *s)
{
	btf__free(s->btf);
	btf__free(s->base);
}

/* Takes over btf. */
static struct btf *checked(struct inspect *in, struct btf *btf, const char *what)
{
	/* What the kernel made or checked needs no second look. */
	if (btf && strncmp(what, SYSFS, strlen(SYSFS)) && btf_verify(btf, what, &in->err)) {
		btf__free(btf);
		return NULL;
	}
	return btf;
}

/* The section of types of an ELF file of any machine into text. 0 or -errno; -ENODATA: none lies inside of it. */
static int read_section(int fd, Elf *elf, struct strbuf *text)
{
	size_t names;
	Elf_Scn *scn = NULL;
	struct stat st;
	GElf_Shdr s;

	if (!elf || elf_getshdrstrndx(elf, &names) || !elf_rawdata(elf_getscn(elf, names), NULL) || fstat(fd, &st))
		return -LIBBPF_ERRNO__FORMAT;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *name = gelf_getshdr(scn, &s) ? elf_strptr(elf, names, s.sh_name) : NULL;

		if (!name || strcmp(name, BTF_ELF_SEC) || s.sh_type == SHT_NOBITS || s.sh_flags & SHF_COMPRESSED ||
		    s.sh_size > FILE_MAX || s.sh_offset > (uint64_t)st.st_size || s.sh_size > (uint64_t)st.st_size - s.sh_offset)
			continue;
		sb_grow(text, s.sh_size);
		if (pread(fd, text->p, s.sh_size, (off_t)s.sh_offset) != (ssize_t)s.sh_size)
			return -EIO;
		text->n = s.sh_size;
		return 0;
	}
	return -ENODATA;
}

/*
 * Types of a file into text. *ret_class: of its ELF header, ELFCLASSNONE for types that lie there as
 * they are. 0, -errno, or libbpf's number for what is neither.
 */
static int read_types(const char *path, struct strbuf *text, int *ret_class)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char magic[SELFMAG] = "";
	uint16_t raw;
	Elf *elf;
	int r;

	*ret_class = ELFCLASSNONE;
	if (fd < 0 || (r = (int)pread(fd, magic, sizeof(magic), 0)) < 0)
		return -errno;
	memcpy(&raw, magic, sizeof(raw));
	if (raw == BTF_MAGIC || raw == __builtin_bswap16(BTF_MAGIC))
		return file_read(path, FILE_MAX, text);
	if (memcmp(magic, ELFMAG, SELFMAG))
		return r ? -LIBBPF_ERRNO__FORMAT : -EIO;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	r = read_section(fd, elf, text);
	*ret_class = elf ? gelf_getclass(elf) : ELFCLASSNONE;
	elf_end(elf);
	return r;
}

/* btf__new_split(), which the packaged libbpf declares but does not have. */
static struct btf *btf_of_bytes(const struct strbuf *text, struct btf *base)
{
	_cleanup_fd_ int fd = base ? memfd_create("types", MFD_CLOEXEC) : -1;
	char path[64];

	if (!base)
		return btf__new(sb_str(text), (uint32_t)text->n);
	if (fd < 0 || write(fd, text->p, text->n) != (ssize_t)text->n)
		return NULL;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return btf__parse_raw_split(path, base);
}

/* The exit status has the numbers that libbpf has for a folder and for a file without types. */
static int as_libbpf_says(int r)
{
	return r == -ENODATA ? -ENOENT : r == -EISDIR ? -EIO : r;
}

static const char *why_not(int r)
{
	if (r == -EINVAL)
		return "it is broken, or builds on another one (-B)";
	return r == -ENOENT || r == -EACCES || r == -EISDIR ? errname(r) : "it holds none";
}

/* libbpf's own reader of files takes their headers on trust. */
struct btf *btf_of_file(struct inspect *in, const char *path, struct btf *base)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	struct btf *btf = NULL;
	int class, r = read_types(path, &text, &class);

	quiet_libbpf(in);
	if (!r) {
		btf = btf_of_bytes(&text, base);
		r = btf ? 0 : -errno;
	}
	if (r)
		inspect_fail(in, as_libbpf_says(r), "failed to load BTF from %s: %s", path, why_not(r));
	if (btf && class == ELFCLASS32)
		btf__set_pointer_size(btf, 4);
	return checked(in, btf, path);
}

/* -B FILE; *ret NULL if there is none. */
static int base_asked_for(struct inspect *in, struct btf **ret)
{
	*ret = in->base_btf ? btf_of_file(in, in->base_btf, NULL) : NULL;
	return in->base_btf && !*ret ? in->err.code : 0;
}

/* Does the kernel's BTF of this id build on vmlinux? */
static bool is_module(uint32_t id)
{
	char name[64] = "";
	struct bpf_btf_info info = { .name = (uintptr_t)name, .name_len = sizeof(name) };
	_cleanup_fd_ int fd = object_open(OBJECT_BTF, id);

	return fd >= 0 && !object_info(fd, &info, sizeof(info)) && info.kernel_btf &&
	       strcmp(name, "vmlinux");
}

static int load_id(struct inspect *in, uint32_t id, struct btf_source *ret)
{
	int r = base_asked_for(in, &ret->base);

	if (r)
		return r;
	if (!ret->base && is_module(id)) {
		ret->base = btf_of_file(in, VMLINUX, NULL);
		if (!ret->base)
			return in->err.code;
	}
	quiet_libbpf(in);
	ret->btf = btf__load_from_kernel_by_id_split(id, ret->base);
	r = -errno;
	return ret->btf ? 0 : inspect_pass(in, inspect_fail(in, r, "get btf by id (%u): %s", id, errname(r)));
}

static void add_root(struct btf_source *s, uint32_t id)
{
	s->roots[s->nroots++] = id;
}

static int take_map(struct inspect *in, struct words *w, struct btf_source *ret)
{
	struct bpf_map_info info = { 0 };
	_cleanup_fd_ int fd = map_named(in, w);
	bool key = true, value = true;
	int r;

	if (fd < 0)
		return fd;
	r = object_info(fd, &info, sizeof(info));
	if (r)
		return inspect_fail(in, r, "can't get map info: %s", errname(r));
	if (word_take(w, "key"))
		value = false;
	else if (word_take(w, "value"))
		key = false;
	else if (word_take(w, "all"))
		key = value = false;
	else
		word_take(w, "kv");
	if (!info.btf_id)
		return inspect_pass(in, inspect_fail(in, -ENOENT, "map %u has no BTF", info.id));
	if (key)
		add_root(ret, info.btf_key_type_id);
	if (value)
		add_root(ret, info.btf_value_type_id);
	ret->filtered = key || value;
	return load_id(in, info.btf_id, ret);
}

static int take_prog(struct inspect *in, struct words *w, struct btf_source *ret)
{
	struct bpf_prog_info info = { 0 };
	_cleanup_fd_ int fd = prog_named(in, w);
	int r;

	if (fd < 0)
		return fd;
	r = object_info(fd, &info, sizeof(info));
	if (r)
		return inspect_fail(in, r, "can't get prog info: %s", errname(r));
	if (!info.btf_id)
		return inspect_pass(in, inspect_fail(in, -ENOENT, "program %u has no BTF", info.id));
	return load_id(in, info.btf_id, ret);
}

static int take_id(struct inspect *in, struct words *w, struct btf_source *ret)
{
	uint64_t id;
	int r = word_number(in, w, "ID", UINT32_MAX, &id);

	return r ? r : load_id(in, (uint32_t)id, ret);
}

/* Types of several files, those that are the same taken for one. */
static int merge(struct inspect *in, const char *const *paths, size_t n, struct btf_source *ret)
{
	int r = 0;

	if (!ret->base)
		return inspect_fail(in, -EINVAL, "base BTF is required when merging multiple BTF files; use -B/--base-btf or use sysfs paths");
	ret->btf = btf__new_empty_split(ret->base);
	for (size_t i = 0; !r && i < n; i++) {
		struct btf *one = btf_of_file(in, paths[i], ret->base);

		if (!one)
			return in->err.code;
		r = btf__add_btf(ret->btf, one);
		btf__free(one);
		if (r < 0)
			return inspect_fail(in, r, "failed to merge BTF from %s: %s", paths[i], errname(r));
		r = 0;
	}
	r = btf__dedup(ret->btf, NULL);
	return r ? inspect_fail(in, r, "failed to dedup combined BTF: %s", errname(r)) : 0;
}

typedef VEC(const char *) paths; /* arena */

/* Paths of "PATH [file PATH]..."; *ret_sysfs: one is of a module. vmlinux is the base of others. */
static int take_paths(struct inspect *in, struct words *w, paths *ret, bool *ret_sysfs)
{
	*ret_sysfs = false;
	do {
		const char *path;

		if (words_need(in, w, "'file'", 1))
			return inspect_pass(in, in->err.code);
		path = word_next(w);
		if (!strcmp(path, VMLINUX))
			continue;
		*ret_sysfs |= !strncmp(path, SYSFS, strlen(SYSFS));
		avec_push(&in->arena, ret, path);
	} while (word_take(w, "file"));
	return 0;
}

static int take_files(struct inspect *in, struct words *w, struct btf_source *ret)
{
	paths list = { 0 };
	bool sysfs;
	int r = take_paths(in, w, &list, &sysfs);

	if (!r)
		r = base_asked_for(in, &ret->base);
	if (!r && !ret->base && sysfs && !(ret->base = btf_of_file(in, VMLINUX, NULL)))
		r = in->err.code;
	if (r)
		return r;
	if (list.n > 1)
		return inspect_pass(in, merge(in, list.v, list.n, ret));
	ret->btf = btf_of_file(in, list.n ? list.v[0] : VMLINUX, ret->base);
	return ret->btf ? 0 : inspect_pass(in, in->err.code);
}

int btf_source_take(struct inspect *in, struct words *w, struct btf_source *ret)
{
	if (w->n < 2)
		return INSPECT_USAGE;
	if (word_take(w, "map"))
		return take_map(in, w, ret);
	if (word_take(w, "prog"))
		return take_prog(in, w, ret);
	if (word_take(w, "id"))
		return take_id(in, w, ret);
	if (word_take(w, "file"))
		return take_files(in, w, ret);
	return inspect_fail(in, -EINVAL, "unrecognized BTF source specifier: '%s'", w->v[0]);
}
