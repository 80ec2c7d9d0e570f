/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The maps of a script, its global data and its record buffer. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "run/internal.h"

#define RING_DEFAULT (4u << 20)
#define PACKETS_SIZE (512 * 1024) /* of each CPU, unless it is set */
#define RING_LEAST (64u << 10)

bool run_raise_memlock(void)
{
	static bool raised;
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	if (raised)
		return false;
	raised = true;
	return !setrlimit(RLIMIT_MEMLOCK, &all);
}

void run_rights_hint(struct err *e, int code)
{
	if (code != -EPERM && code != -EACCES)
		return;
	if (geteuid())
		err_hint(e, "Run it as root, or give it CAP_BPF and CAP_PERFMON (CAP_SYS_ADMIN "
			    "below Linux 5.8).");
	else
		err_hint(e, "This root lacks CAP_BPF and CAP_PERFMON (CAP_SYS_ADMIN below Linux "
			    "5.8), or the kernel is locked down: see "
			    "/sys/kernel/security/lockdown.");
}

static uint32_t round_up_pow2(uint64_t n)
{
	uint32_t p = 4096;

	while (p < n && p < 1u << 30)
		p *= 2;
	return p;
}

/* Bytes for the record buffer: as configured, else 4 MiB, but no more than 1/256 of the memory. */
uint32_t run_ring_size(const struct runtime *rt)
{
	uint64_t pages = rt->tables->config.ring_pages, page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t bound = run_bound_of_records(rt);
	uint32_t size = RING_DEFAULT;
	struct sysinfo info;

	if (pages)
		return round_up_pow2(pages * page);
	/* A ring for a few records takes a tenth of the time to make. */
	if (bound && bound < size)
		return round_up_pow2(bound + RING_LEAST);
	if (!sysinfo(&info))
		while (size > RING_LEAST && (uint64_t)info.totalram * info.mem_unit / 256 < size)
			size /= 2;
	return size;
}

static uint32_t value_size(const struct ir_module *mod, const struct ir_map *m)
{
	switch (m->role) {
	case IM_GLOBALS: return (mod->globals_size + 7) & ~7u;
	case IM_PCPU: return mod->pcpu_size ? (mod->pcpu_size + 7) & ~7u : 8;
	case IM_RODATA: return mod->rodata.n ? (uint32_t)(mod->rodata.n + 7) & ~7u : 8;
	default: return m->value_size;
	}
}

static int explain_map(const struct ir_map *m, uint32_t value, int code, struct err *e)
{
	const char *at = m->role == IM_USER ? "@" : "";

	if (code == -EPERM) {
		err_set(e, code, "no permission to use BPF (creating map %s%s: %s)", at, m->name,
			errname(code));
		run_rights_hint(e, code);
		return code;
	}
	err_set(e, code, "cannot create map %s%s (keys of %u bytes, values of %u, %u entries): %s",
		at, m->name, m->key_size, value, m->max_entries, errname(code));
	if (code == -E2BIG || code == -ENOMEM)
		err_hint(e, m->role == IM_PCPU ?
			 "Values for each CPU can have 32 KiB in all: use fewer or smaller ones." :
			 "Try fewer max_map_keys, or smaller keys and values (max_strlen).");
	return code;
}

static int create_ring(struct runtime *rt, const struct ir_map *m, struct err *e)
{
	uint32_t size = run_ring_size(rt);
	int fd;

	do
		fd = sys_map_create(m->type, m->name, 0, 0, size, m->flags);
	while ((fd == -ENOMEM && size > RING_LEAST && (size /= 2)) ||
	       (fd == -EPERM && run_raise_memlock()));
	if (fd < 0)
		return explain_map(m, 0, fd, e);
	rt->map_fds[m->index] = fd;
	fd = ring_open(&rt->ring, fd, size, run_longest_record(rt));
	if (fd)
		return err_set(e, fd, "cannot map the ring buffer: %s", errname(fd));
	rt->has_ring = true;
	return 0;
}

static int open_perf(struct runtime *rt, const struct ir_map *m, struct perfbuf *b, uint32_t size, struct err *e)
{
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
	int rc = perfbuf_open(b, rt->map_fds[m->index], size < page ? page : size);

	if (rc) {
		err_set(e, rc, "cannot open the record buffers: %s", errname(rc));
		run_rights_hint(e, rc);
	}
	return rc;
}

static int create_perf(struct runtime *rt, const struct ir_map *m, struct perfbuf *b, uint32_t size, struct err *e)
{
	int fd = sys_map_create(m->type, m->name, 4, 4, rt->target->ncpus, m->flags);

	if (fd == -EPERM && run_raise_memlock())
		fd = sys_map_create(m->type, m->name, 4, 4, rt->target->ncpus, m->flags);
	if (fd < 0)
		return explain_map(m, 4, fd, e);
	rt->map_fds[m->index] = fd;
	return open_perf(rt, m, b, size, e);
}

static int create_records(struct runtime *rt, const struct ir_map *m, struct err *e)
{
	int rc;

	if (m->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		return create_ring(rt, m, e);
	rc = create_perf(rt, m, &rt->perf, round_up_pow2(run_ring_size(rt) / rt->target->ncpus), e);
	rt->has_ring = rt->ring_is_perf = !rc;
	return rc;
}

/* The pages that are asked for are each CPU's, as in bpftrace, and a packet may have 64 KiB. */
static uint32_t packets_size(const struct runtime *rt)
{
	uint64_t pages = rt->tables->config.ring_pages, most = 1 << 14;
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);

	return pages ? round_up_pow2((uint32_t)(pages < most ? pages : most)) * page : PACKETS_SIZE;
}

static int map_globals(struct runtime *rt, const struct ir_map *m, int fd, struct err *e)
{
	void *p;

	rt->globals_size = value_size(rt->module, m);
	rt->globals_mapped = m->flags & BPF_F_MMAPABLE;
	if (!rt->globals_mapped) {
		rt->globals = xcalloc(1, rt->globals_size);
		return 0;
	}
	p = mmap(NULL, rt->globals_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return err_set(e, -errno, "cannot map the global variables: %s", errname(errno));
	rt->globals = p;
	return 0;
}

static int fill_rodata(const struct ir_module *mod, const struct ir_map *m, int fd, struct err *e)
{
	uint32_t key = 0, size = value_size(mod, m);
	char *bytes = xcalloc(1, size);
	int rc;

	memcpy(bytes, sb_str(&mod->rodata), mod->rodata.n);
	rc = sys_map_update(fd, &key, bytes, 0);
	free(bytes);
	if (!rc)
		rc = sys_map_freeze(fd);
	return rc ? err_set(e, rc, "cannot fill the read-only data: %s", errname(rc)) : 0;
}

/* A map of src/unwind, which keeps its own descriptor. */
static int create_unwind(struct runtime *rt, const struct ir_map *m, struct err *e)
{
	int rc = rt->unwind ? 0 : unwind_new(&rt->unwind, e), fd;

	if (rc)
		return rc;
	fd = m->role == IM_UNWIND_PIDS ? unwind_pids_fd(rt->unwind) : m->role == IM_UNWIND_PROCS ? unwind_procs_fd(rt->unwind) :
	     unwind_rows_fd(rt->unwind);
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	rt->map_fds[m->index] = fd;
	return fd < 0 ? err_set(e, -errno, "cannot open the tables for unwinding: %s", errname(-errno)) : 0;
}

/* Opened again for the run: it must still be the map that the script was compiled for. */
static int open_pinned(struct runtime *rt, const struct ir_map *m, struct err *e)
{
	int fd = rt->map_fds[m->index] = sys_map_open_pinned(m->path);
	struct bpf_map_info info;
	int rc = fd < 0 ? fd : sys_map_info(fd, &info);

	if (!rc && (info.type != m->type || info.key_size != m->key_size))
		rc = -ESTALE;
	return rc ? err_set(e, rc, "cannot open the map pinned at %s: %s", m->path, errname(rc)) : 0;
}

static int create_map(struct runtime *rt, const struct ir_map *m, struct err *e)
{
	uint32_t value = value_size(rt->module, m);
	int fd;

	if (m->role == IM_RING)
		return create_records(rt, m, e);
	if (m->role == IM_PACKETS)
		return create_perf(rt, m, &rt->packets, packets_size(rt), e);
	if (m->role == IM_PINNED)
		return open_pinned(rt, m, e);
	if (m->role >= IM_UNWIND_PIDS)
		return create_unwind(rt, m, e);
	do
		fd = sys_map_create(m->type, m->name, m->key_size, value, m->max_entries, m->flags);
	while (fd == -EPERM && run_raise_memlock());
	if (fd < 0)
		return explain_map(m, value, fd, e);
	rt->map_fds[m->index] = fd;
	if (m->role == IM_GLOBALS)
		return map_globals(rt, m, fd, e);
	return m->role == IM_RODATA ? fill_rodata(rt->module, m, fd, e) : 0;
}

int run_seed_digests(struct runtime *rt, struct err *e)
{
	uint32_t key = 0, off = rt->module->seed_off;
	int rc = 0;

	if (!off)
		return 0;
	if (getrandom(rt->globals + off, 2 * sizeof(uint64_t), 0) < 0)
		rc = -errno;
	else if (!rt->globals_mapped)
		rc = sys_map_update(run_map_fd(rt, rt->module->globals), &key, rt->globals, 0);
	return rc ? err_set(e, rc, "cannot seed the digests of keys: %s", errname(rc)) : 0;
}

int run_adopt_map(struct runtime *rt, const struct ir_map *m, int fd, struct err *e)
{
	int rc;

	rt->map_fds[m->index] = fd;
	if (m->role == IM_GLOBALS)
		return map_globals(rt, m, fd, e);
	if (m->role == IM_PACKETS)
		return open_perf(rt, m, &rt->packets, packets_size(rt), e);
	if (m->role != IM_RING)
		return 0;
	rc = ring_open(&rt->ring, fd, run_ring_size(rt), run_longest_record(rt));
	if (rc)
		return err_set(e, rc, "cannot map the ring buffer: %s", errname(rc));
	rt->has_ring = true;
	return 0;
}

int run_create_maps(struct runtime *rt, struct err *e)
{
	int rc = 0;

	rt->nmaps = rt->module->maps.n;
	rt->map_fds = xcalloc(rt->nmaps + 1, sizeof(*rt->map_fds));
	for (size_t i = 0; i < rt->nmaps; i++)
		rt->map_fds[i] = -1;
	for (size_t i = 0; i < rt->nmaps && !rc; i++)
		rc = create_map(rt, rt->module->maps.v[i], e);
	return rc ? rc : run_seed_digests(rt, e);
}

int run_map_fd(const struct runtime *rt, const struct ir_map *m)
{
	return m && m->index < rt->nmaps ? rt->map_fds[m->index] : -1;
}

void run_globals_sync(struct runtime *rt)
{
	uint32_t key = 0;

	if (rt->globals && !rt->globals_mapped)
		sys_map_lookup(run_map_fd(rt, rt->module->globals), &key, rt->globals);
}

/*
 * Without a mapping the whole value has to be written: what programs store at that moment is lost.
 */
void run_globals_clear(struct runtime *rt, uint32_t off, uint32_t size)
{
	uint32_t key = 0;

	if (off > rt->globals_size || size > rt->globals_size - off)
		return;
	run_globals_sync(rt);
	memset(rt->globals + off, 0, size);
	if (!rt->globals_mapped)
		sys_map_update(run_map_fd(rt, rt->module->globals), &key, rt->globals, 0);
}
