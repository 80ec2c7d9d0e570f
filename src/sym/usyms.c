/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes and the files they have mapped. A file is known by what fstat(2) says of it, so that
 * one library is read once however many processes map it and under whatever path; it is opened
 * through the process (map_files, root), which works in containers and for deleted files. What is
 * known of a process stays after its end.
 */
#include "sym/usyms.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "sym/demangle.h"
#include "sym/elfsym.h"
#include "sym/maps.h"
#include "sym/perfmap.h"
#include "sym/seen.h"

#define PROCS_MAX 4096
#define PROC_SLOTS 1024
#define FILES_MAX 1024
/* Files that are open because a process may end before its symbols are asked for. */
#define OPEN_MAX 256
#define READ_AGAIN 1000000000ll /* ns: maps are read again if they are older than this */
#define READ_AFTER_MISS 100000000ll /* ns: or than this, if an address is not in them */

struct ufile {
	dev_t dev;
	ino_t ino;
	int64_t mtime, size;
	struct elf_file *elf; /* NULL: not an ELF file */
	bool settled;
	unsigned refs; /* ranges of processes */
};

struct proc {
	struct proc *next;
	pid_t pid;
	uid_t uid;
	struct maps maps;
	struct ufile **files; /* one for each range, NULL: none or not tried */
	bool *tried;
	struct perf_map perf;
	int64_t read_at, perf_at;
	uint64_t used;
};

struct usyms {
	struct proc *procs[PROC_SLOTS];
	size_t nprocs;
	VEC(struct ufile *) files;
	size_t nopen;
	uint64_t clock; /* counts questions, for the age of processes */
	struct elf_file *vdso;
	uint64_t vdso_size;
	bool vdso_tried;
	bool lines, demangle;
	struct demangler *demangler;
	struct seen *seen;
	void (*catch_up)(void *arg);
	void *catch_up_arg;
};

struct usyms *usyms_new(void)
{
	return xcalloc(1, sizeof(struct usyms));
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void file_free(struct ufile *f)
{
	elf_file_free(f->elf);
	free(f);
}

static void drop_files(struct proc *p)
{
	for (size_t i = 0; i < p->maps.list.n; i++) {
		if (p->files[i])
			p->files[i]->refs--;
	}
	free(p->files);
	free(p->tried);
	p->files = NULL;
	p->tried = NULL;
}

static void proc_free(struct proc *p)
{
	drop_files(p);
	maps_done(&p->maps);
	perf_map_done(&p->perf);
	free(p);
}

void usyms_free(struct usyms *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < PROC_SLOTS; i++) {
		for (struct proc *p = u->procs[i], *next; p; p = next) {
			next = p->next;
			proc_free(p);
		}
	}
	vec_each(u->files, i)
		file_free(u->files.v[i]);
	vec_done(&u->files);
	elf_file_free(u->vdso);
	demangler_free(u->demangler);
	free(u);
}

/* Those that no process maps any more go when the cache is full. */
static void trim_files(struct usyms *u)
{
	size_t kept = 0;

	vec_each(u->files, i) {
		struct ufile *f = u->files.v[i];

		if (f->refs) {
			u->files.v[kept++] = f;
			continue;
		}
		u->nopen -= f->elf && !f->settled;
		file_free(f);
	}
	u->files.n = kept;
}

static struct ufile *file_get(struct usyms *u, int fd, const char *path)
{
	struct ufile *f;
	struct stat st;
	int64_t mtime;

	if (fstat(fd, &st)) {
		close(fd);
		return NULL;
	}
	mtime = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	vec_each(u->files, i) {
		f = u->files.v[i];
		if (f->ino == st.st_ino && f->dev == st.st_dev && f->mtime == mtime &&
		    f->size == st.st_size) {
			close(fd);
			return f;
		}
	}
	if (u->files.n >= FILES_MAX)
		trim_files(u);
	f = xcalloc(1, sizeof(*f));
	*f = (struct ufile){
		.dev = st.st_dev, .ino = st.st_ino, .mtime = mtime, .size = st.st_size
	};
	elf_file_open_fd(fd, path, &f->elf, NULL);
	u->nopen += f->elf != NULL;
	vec_push(&u->files, f);
	return f;
}

static struct ufile *range_file(struct usyms *u, struct proc *p, size_t i)
{
	const struct map_range *r = &p->maps.list.v[i];
	int fd;

	if (p->tried[i])
		return p->files[i];
	p->tried[i] = true;
	if (!r->inode || *maps_path(&p->maps, r) != '/')
		return NULL;
	fd = maps_open(p->pid, &p->maps, r);
	if (fd < 0)
		return NULL;
	p->files[i] = file_get(u, fd, maps_path(&p->maps, r));
	if (p->files[i])
		p->files[i]->refs++;
	return p->files[i];
}

/* Ranges that are still there keep their files. */
static void carry_files(struct proc *p, struct proc *old)
{
	vec_each(p->maps.list, i) {
		const struct map_range *r = &p->maps.list.v[i];
		const struct map_range *o = maps_find(&old->maps, r->start);
		size_t at;

		if (!o || o->start != r->start || o->offset != r->offset || o->inode != r->inode)
			continue;
		at = (size_t)(o - old->maps.list.v);
		p->tried[i] = old->tried[at];
		p->files[i] = old->files[at];
		if (p->files[i])
			p->files[i]->refs++;
	}
}

void usyms_watch(struct usyms *u, struct seen *seen, void (*catch_up)(void *arg), void *arg)
{
	u->seen = seen;
	u->catch_up = catch_up;
	u->catch_up_arg = arg;
}

/* Mappings of a process, or what was seen of one that is gone (a zombie has none). */
static bool read_maps(struct usyms *u, pid_t pid, struct maps *ret)
{
	pid_t parent;

	if (!maps_read(pid, ret) && ret->list.n)
		return true;
	if (!u->seen)
		return false;
	u->catch_up(u->catch_up_arg);
	if (seen_maps(u->seen, pid, ret, &parent))
		return true;
	return parent && !maps_read(parent, ret) && ret->list.n;
}

/* The old maps stay if nothing is known. */
static void proc_read(struct usyms *u, struct proc *p, int64_t now)
{
	struct proc old = *p;
	struct maps maps = { 0 };
	struct stat st;
	char path[32];

	p->read_at = now;
	if (!read_maps(u, p->pid, &maps)) {
		maps_done(&maps);
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d", (int)p->pid);
	if (!stat(path, &st))
		p->uid = st.st_uid;
	p->maps = maps;
	p->files = xcalloc(maps.list.n, sizeof(*p->files));
	p->tried = xcalloc(maps.list.n, sizeof(*p->tried));
	carry_files(p, &old);
	drop_files(&old);
	maps_done(&old.maps);
}

static void forget_oldest(struct usyms *u)
{
	struct proc **oldest = NULL;

	for (size_t i = 0; i < PROC_SLOTS; i++) {
		for (struct proc **p = &u->procs[i]; *p; p = &(*p)->next) {
			if (!oldest || (*p)->used < (*oldest)->used)
				oldest = p;
		}
	}
	if (oldest) {
		struct proc *p = *oldest;

		*oldest = p->next;
		proc_free(p);
		u->nprocs--;
	}
}

static struct proc *proc_get(struct usyms *u, pid_t pid, int64_t now)
{
	struct proc **slot = &u->procs[(unsigned)pid % PROC_SLOTS], *p;

	for (p = *slot; p && p->pid != pid; p = p->next)
		;
	if (!p) {
		if (u->nprocs >= PROCS_MAX)
			forget_oldest(u);
		p = xcalloc(1, sizeof(*p));
		p->pid = pid;
		p->uid = (uid_t)-1;
		proc_read(u, p, now);
		p->next = *slot;
		*slot = p;
		u->nprocs++;
	}
	p->used = ++u->clock;
	return p;
}

void usyms_note(struct usyms *u, pid_t pid)
{
	int64_t now = now_ns();
	struct proc *p = proc_get(u, pid, now);

	if (now - p->read_at > READ_AFTER_MISS)
		proc_read(u, p, now);
	for (size_t i = 0; i < p->maps.list.n && u->nopen < OPEN_MAX; i++)
		range_file(u, p, i);
}

void usyms_configure(struct usyms *u, bool lines, bool demangle)
{
	u->lines = lines;
	u->demangle = demangle;
	if (demangle && !u->demangler)
		u->demangler = demangler_new();
}

/* Debug information is opened now or never. */
static void settle(struct usyms *u, struct ufile *f)
{
	if (f->settled)
		return;
	f->settled = true;
	if (u->lines)
		elf_file_dwarf(f->elf);
	elf_file_settle(f->elf);
	u->nopen--;
}

static bool find_in_file(struct usyms *u, struct ufile *f, uint64_t offset, struct usym *ret)
{
	const struct elf_sym *s;
	uint64_t addr;

	if (!f->elf)
		return false;
	settle(u, f);
	if (!elf_file_offset_to_addr(f->elf, offset, &addr))
		return false;
	s = elf_file_at(f->elf, addr);
	if (!s)
		return false;
	ret->name = s->name;
	ret->offset = addr - s->addr;
	return true;
}

/* The kernel maps the same vdso into all processes of a kind: ours has the symbols. */
static void load_vdso(struct usyms *u)
{
	unsigned long start = getauxval(AT_SYSINFO_EHDR);
	struct maps maps = { 0 };
	const struct map_range *r;
	int fd;

	u->vdso_tried = true;
	if (!start || maps_read(getpid(), &maps))
		return;
	r = maps_find(&maps, start);
	fd = r ? memfd_create("vdso", MFD_CLOEXEC) : -1;
	if (fd >= 0 &&
	    write(fd, (const void *)start, r->end - r->start) == (ssize_t)(r->end - r->start)) {
		u->vdso_size = r->end - r->start;
		elf_file_open_fd(fd, "[vdso]", &u->vdso, NULL);
	} else if (fd >= 0) {
		close(fd);
	}
	maps_done(&maps);
	if (u->vdso)
		elf_file_settle(u->vdso);
}

static void find_in_vdso(struct usyms *u, const struct map_range *r, uint64_t addr,
			 struct usym *ret)
{
	const struct elf_sym *s;
	uint64_t vaddr;

	if (!u->vdso_tried)
		load_vdso(u);
	if (!u->vdso || r->end - r->start != u->vdso_size ||
	    !elf_file_offset_to_addr(u->vdso, addr - r->start, &vaddr))
		return;
	s = elf_file_at(u->vdso, vaddr);
	if (s) {
		ret->name = s->name;
		ret->offset = vaddr - s->addr;
	}
}

/* Code made at run time: memory without a file, or one that is no ELF file. */
static bool find_in_perf_map(struct proc *p, uint64_t addr, int64_t now, struct usym *ret)
{
	const struct perf_entry *e = perf_map_find(&p->perf, addr);

	if (!e && (!p->perf_at || now - p->perf_at > READ_AGAIN)) {
		p->perf_at = now;
		if (perf_map_read(&p->perf, p->pid, p->uid))
			e = perf_map_find(&p->perf, addr);
	}
	if (!e)
		return false;
	ret->name = p->perf.text.p + e->name;
	ret->offset = addr - e->start;
	return true;
}

/* Where an address is in a process. */
struct located {
	struct proc *proc;
	const struct map_range *range; /* NULL: nowhere */
	struct ufile *file;            /* NULL: no file */
	uint64_t offset;               /* in the file */
};

static struct located locate(struct usyms *u, pid_t pid, uint64_t addr, int64_t now)
{
	struct located at = { .proc = proc_get(u, pid, now) };
	struct proc *p = at.proc;

	at.range = maps_find(&p->maps, addr);
	if (now - p->read_at > (at.range ? READ_AGAIN : READ_AFTER_MISS)) {
		proc_read(u, p, now);
		at.range = maps_find(&p->maps, addr);
	}
	if (!at.range)
		return at;
	at.offset = addr - at.range->start + at.range->offset;
	at.file = range_file(u, p, (size_t)(at.range - p->maps.list.v));
	return at;
}

bool usyms_find(struct usyms *u, pid_t pid, uint64_t addr, struct usym *ret)
{
	int64_t now = now_ns();
	struct located at = locate(u, pid, addr, now);
	const char *path;

	*ret = (struct usym){ 0 };
	if (!at.range)
		return false;
	path = maps_path(&at.proc->maps, at.range);
	ret->module = *path ? path : NULL;
	ret->offset = at.offset;
	if (!strcmp(path, "[vdso]"))
		find_in_vdso(u, at.range, addr, ret);
	else if (!at.file || !find_in_file(u, at.file, at.offset, ret))
		find_in_perf_map(at.proc, addr, now, ret);
	if (ret->name && u->demangle)
		ret->name = demangled(u->demangler, ret->name);
	return ret->name || ret->module;
}

size_t usyms_frames(struct usyms *u, pid_t pid, uint64_t addr, bool is_return, struct src_frame *ret, size_t max)
{
	struct located at;
	struct dwarf_file *d;
	uint64_t vaddr;
	size_t n;

	if (!u->lines)
		return 0;
	at = locate(u, pid, addr, now_ns());
	if (!at.file || !at.file->elf)
		return 0;
	settle(u, at.file);
	d = elf_file_dwarf(at.file->elf);
	if (!d || !elf_file_offset_to_addr(at.file->elf, at.offset, &vaddr))
		return 0;
	n = dwarf_frames(d, vaddr - is_return, ret, max);
	for (size_t i = 0; i < n && u->demangle; i++)
		if (ret[i].func)
			ret[i].func = demangled(u->demangler, ret[i].func);
	return n;
}

int usyms_build_id(struct usyms *u, pid_t pid, uint64_t addr, uint8_t ret_id[20], uint64_t *ret_offset)
{
	struct located at = locate(u, pid, addr, now_ns());

	*ret_offset = at.offset;
	return at.file && at.file->elf ? elf_file_build_id(at.file->elf, ret_id) : -ENOENT;
}
