/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF files through libelf, which reads with pread(2): a file that is cut while it is read gives
 * errors, where a mapping would give SIGBUS.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "sym/dwarf_int.h"
#include "sym/elf_int.h"
#include "sym/zip.h"

static void load_segments(struct elf_file *f)
{
	size_t n;

	if (elf_getphdrnum(f->elf, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(f->elf, (int)i, &ph))
			return;
		if (ph.p_type != PT_LOAD || ph.p_vaddr + ph.p_filesz < ph.p_vaddr ||
		    ph.p_offset + ph.p_filesz < ph.p_offset)
			continue;
		avec_push(&f->arena, &f->segments,
			  ((struct elf_segment){ ph.p_vaddr, ph.p_offset, ph.p_filesz,
						 (ph.p_flags & PF_X) != 0 }));
	}
}

Elf_Data *elf_section(struct elf_file *f, const char *name, GElf_Shdr *ret_shdr)
{
	Elf_Scn *scn = NULL;
	size_t names;

	if (!f->elf || elf_getshdrstrndx(f->elf, &names))
		return NULL;
	while ((scn = elf_nextscn(f->elf, scn))) {
		const char *have;

		if (!gelf_getshdr(scn, ret_shdr))
			return NULL;
		have = elf_strptr(f->elf, names, ret_shdr->sh_name);
		if (have && !strcmp(have, name) && ret_shdr->sh_type != SHT_NOBITS &&
		    ret_shdr->sh_size <= ELF_PART_MAX)
			return elf_getdata(scn, NULL);
	}
	return NULL;
}

/* False: told to stop. */
static bool each_note_of(struct elf_file *f, Elf_Data *data, elf_note_fn *fn, void *arg)
{
	size_t at = 0, name, desc;
	GElf_Nhdr n;

	if (!data || !data->d_buf)
		return true;
	while (at < data->d_size && (at = gelf_getnote(data, at, &n, &name, &desc)) > 0) {
		const char *text = (const char *)data->d_buf + name;

		if (n.n_namesz && text[n.n_namesz - 1])
			continue;
		if (fn(f, &n, n.n_namesz ? text : "", (const uint8_t *)data->d_buf + desc, arg))
			return false;
	}
	return true;
}

static void each_note_of_segments(struct elf_file *f, elf_note_fn *fn, void *arg)
{
	size_t n;

	if (elf_getphdrnum(f->elf, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(f->elf, (int)i, &ph))
			return;
		if (ph.p_type != PT_NOTE || ph.p_filesz > ELF_PART_MAX)
			continue;
		if (!each_note_of(f,
				  elf_getdata_rawchunk(f->elf, (int64_t)ph.p_offset, ph.p_filesz,
						       ph.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR),
				  fn, arg))
			return;
	}
}

void elf_each_note(struct elf_file *f, elf_note_fn *fn, void *arg)
{
	Elf_Scn *scn = NULL;
	bool sections = false;

	if (!f->elf)
		return;
	while ((scn = elf_nextscn(f->elf, scn))) {
		GElf_Shdr sh;

		if (!gelf_getshdr(scn, &sh))
			break;
		if (sh.sh_type != SHT_NOTE || sh.sh_size > ELF_PART_MAX)
			continue;
		sections = true;
		if (!each_note_of(f, elf_getdata(scn, NULL), fn, arg))
			return;
	}
	if (!sections)
		each_note_of_segments(f, fn, arg);
}

static bool take_build_id(struct elf_file *f, const GElf_Nhdr *n, const char *name,
			  const uint8_t *desc, void *arg)
{
	if (n->n_type != NT_GNU_BUILD_ID || strcmp(name, "GNU") || !n->n_descsz)
		return false;
	f->build_id_len = n->n_descsz < sizeof(f->build_id) ? n->n_descsz : sizeof(f->build_id);
	memcpy(f->build_id, desc, f->build_id_len);
	return true;
}

static int check_file(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st))
		return err_set(e, -errno, "cannot read %s: %s", path, errname(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, -ENOEXEC, "%s is not a regular file", path);
	if (st.st_size < EI_NIDENT)
		return err_set(e, -ENOEXEC, "%s is not an ELF file: too short", path);
	return 0;
}

int elf_file_open_fd(int fd, const char *path, struct elf_file **ret, struct err *e)
{
	struct elf_file *f;
	int rc = check_file(fd, path, e);

	if (rc) {
		close(fd);
		return rc;
	}
	elf_version(EV_CURRENT);
	f = xcalloc(1, sizeof(*f));
	f->fd = fd;
	f->path = arena_strdup(&f->arena, path);
	f->elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!f->elf || elf_kind(f->elf) != ELF_K_ELF || !gelf_getehdr(f->elf, &f->ehdr)) {
		elf_file_free(f);
		return err_set(e, -ENOEXEC, "%s is not an ELF file, or a damaged one", path);
	}
	load_segments(f);
	elf_each_note(f, take_build_id, NULL);
	*ret = f;
	return 0;
}

size_t elf_path_len(const char *path)
{
	const char *sign = strstr(path, "!/");

	return sign && access(path, F_OK) ? (size_t)(sign - path) : strlen(path);
}

/* A copy of size bytes at offset; -1 if that fails. */
static int copy_part(int fd, uint64_t offset, uint64_t size)
{
	int copy = size <= ELF_PART_MAX ? memfd_create("member", MFD_CLOEXEC) : -1;
	off_t at = (off_t)offset;

	while (copy >= 0 && size) {
		ssize_t n = sendfile(copy, fd, &at, size);

		if (n <= 0)
			fd_close(&copy);
		else
			size -= (uint64_t)n;
	}
	return copy;
}

/* len: of the archive's path. */
static int open_member(const char *path, size_t len, struct elf_file **ret, struct err *e)
{
	_cleanup_free_ char *archive = strndup(path, len);
	_cleanup_fd_ int fd = open(archive, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint64_t offset, size;
	int copy, rc;

	if (fd < 0)
		return err_set(e, -errno, "cannot open %s: %s", archive, errname(errno));
	rc = zip_find(fd, path + len + 2, &offset, &size);
	if (rc == -ENOTSUP)
		return err_set(e, -ENOEXEC, "%s is compressed in its archive, so it is never run from there", path);
	if (rc)
		return err_set(e, rc, "%s: %s", path, rc == -ENOENT ? "no such member" : "no ZIP archive");
	copy = copy_part(fd, offset, size);
	if (copy < 0)
		return err_set(e, -EIO, "cannot read %s", path);
	rc = elf_file_open_fd(copy, path, ret, e);
	if (!rc)
		(*ret)->base = offset;
	return rc;
}

int elf_file_open(const char *path, struct elf_file **ret, struct err *e)
{
	size_t len = elf_path_len(path);
	/* O_NONBLOCK: a FIFO must not stop us before it is refused. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && path[len])
		return open_member(path, len, ret, e);
	if (fd < 0)
		return err_set(e, -errno, "cannot open %s: %s", path, errname(errno));
	return elf_file_open_fd(fd, path, ret, e);
}

static void close_elf(struct elf_file *f)
{
	elf_end(f->elf);
	f->elf = NULL;
	fd_close(&f->fd);
}

void elf_file_free(struct elf_file *f)
{
	if (!f)
		return;
	dwarf_file_free(f->dwarf);
	close_elf(f);
	arena_done(&f->arena);
	free(f);
}

void elf_file_settle(struct elf_file *f)
{
	elf_file_syms(f, NULL);
	close_elf(f);
}

size_t elf_file_syms(struct elf_file *f, const struct elf_sym **ret)
{
	if (!f->have_syms) {
		f->have_syms = true;
		elf_load_syms(f);
	}
	if (ret)
		*ret = f->syms;
	return f->nsyms;
}

const struct elf_sym *elf_file_find(struct elf_file *f, const char *name)
{
	const struct elf_sym *s, *other = NULL;
	size_t n = elf_file_syms(f, &s);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(s[i].name, name))
			continue;
		if (s[i].is_func)
			return &s[i];
		if (!other)
			other = &s[i];
	}
	return other;
}

/*
 * Symbols overlap at times (a function with a second entry): so many before the nearest are looked
 * at.
 */
#define OVERLAP_MAX 16

static bool covers(const struct elf_sym *s, size_t n, size_t i, uint64_t addr)
{
	size_t next = i + 1;

	if (!s[i].is_func)
		return false;
	if (s[i].size)
		return addr - s[i].addr < s[i].size;
	while (next < n && s[next].addr == s[i].addr)
		next++;
	return next == n ? addr == s[i].addr : addr < s[next].addr;
}

const struct elf_sym *elf_file_at(struct elf_file *f, uint64_t addr)
{
	const struct elf_sym *s, *best = NULL;
	size_t n = elf_file_syms(f, &s), low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	for (size_t i = low, tries = 0; i-- && tries < OVERLAP_MAX; tries++) {
		if (best && s[i].addr != best->addr)
			break;
		if (covers(s, n, i, addr))
			best = &s[i]; /* the first of those at one address has the best name */
	}
	return best;
}

bool elf_file_addr_to_offset(struct elf_file *f, uint64_t addr, uint64_t *ret_offset)
{
	vec_each(f->segments, i) {
		const struct elf_segment *s = &f->segments.v[i];

		if (addr >= s->vaddr && addr - s->vaddr < s->filesz) {
			*ret_offset = addr - s->vaddr + s->offset + f->base;
			return true;
		}
	}
	return false;
}

bool elf_file_offset_to_addr(struct elf_file *f, uint64_t offset, uint64_t *ret_addr)
{
	bool found = false;

	if (offset < f->base)
		return false;
	offset -= f->base;
	vec_each(f->segments, i) {
		const struct elf_segment *s = &f->segments.v[i];

		if (offset < s->offset || offset - s->offset >= s->filesz || (found && !s->exec))
			continue;
		*ret_addr = offset - s->offset + s->vaddr;
		found = true;
		if (s->exec)
			break;
	}
	return found;
}

bool elf_file_is_pie(struct elf_file *f)
{
	return f->ehdr.e_type == ET_DYN;
}

bool elf_file_is_go(struct elf_file *f)
{
	GElf_Shdr sh;

	return elf_section(f, ".go.buildinfo", &sh) || elf_section(f, ".gopclntab", &sh);
}

int elf_file_build_id(struct elf_file *f, uint8_t ret_id[20])
{
	if (!f->build_id_len)
		return -ENOENT;
	memcpy(ret_id, f->build_id, f->build_id_len);
	return (int)f->build_id_len;
}

const char *elf_file_needed(struct elf_file *f, size_t i)
{
	GElf_Shdr sh;
	Elf_Data *data = f->elf ? elf_section(f, ".dynamic", &sh) : NULL;
	GElf_Dyn dyn;

	for (int k = 0; data && gelf_getdyn(data, k, &dyn) && dyn.d_tag != DT_NULL; k++)
		if (dyn.d_tag == DT_NEEDED && !i--)
			return elf_strptr(f->elf, sh.sh_link, dyn.d_un.d_val);
	return NULL;
}
