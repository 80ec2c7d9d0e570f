/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attaching to places in binaries: uprobe.multi (6.6) takes all places of a file in one link and is detached six times
 * faster than a perf uprobe; below it the perf PMU or tracefs, one event a place.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "ir/target.h"
#include "probe/binary.h"
#include "probe/dynevent.h"
#include "probe/entry.h"
#include "probe/providers.h"
#include "run/sys.h"
#include "sym/elfsym.h"

static bool is_ret(const struct probe *p)
{
	return p->provider == &provider_uretprobe;
}

void binary_kind(struct target *t, const struct probe *p, struct prog_kind *ret)
{
	ret->type = BPF_PROG_TYPE_KPROBE;
	if (target_has(t, TF_UPROBE_MULTI))
		ret->attach_type = SYS_BPF_TRACE_UPROBE_MULTI;
}

static int binary_error(struct err *e, int r, const struct probe *p, const struct probe_target *t)
{
	attach_error(e, r, p, t);
	if (r == -EOPNOTSUPP)
		err_hint(e, "this kernel has no uprobes (CONFIG_UPROBES)");
	else if (r == -ESRCH)
		err_hint(e, "the process is gone");
	else if (r == -KERNEL_ENOTSUPP)
		err_hint(e, "the kernel refuses the instruction at this place, or would run it wrong under a probe (VEX: vpor, vpcmpeqb ...)");
	else if (r == -EINVAL || r == -EIO)
		err_hint(e, "there may be no instruction at this place, or one that cannot be probed");
	return r;
}

/* What the kernel can open of a target's path, which may go on with a member of an archive. */
static const char *kernel_path(const char *path, char buf[PATH_MAX])
{
	size_t n = elf_path_len(path);

	if (!path[n] || n >= PATH_MAX)
		return path;
	memcpy(buf, path, n);
	buf[n] = 0;
	return buf;
}

/* Targets from `from` on with the same path, n of them, into one link. */
static int attach_group(const struct attach_env *env, const struct probe *p, size_t from, size_t n, int prog_fd)
{
	uint64_t *places = xcalloc(3 * n, sizeof(*places)), *counters = places + n, *cookies = counters + n;
	char path[PATH_MAX];
	_cleanup_fd_ int file = open(kernel_path(p->targets.v[from]->path, path), O_RDONLY | O_CLOEXEC);
	bool counted = false, harmful = false;
	int fd = -KERNEL_ENOTSUPP;

	for (size_t i = 0; i < n; i++) {
		places[i] = entry_place(p, p->targets.v[from + i], file, is_ret(p));
		counters[i] = p->targets.v[from + i]->ref_ctr;
		counted |= counters[i] != 0;
		cookies[i] = p->targets.v[from + i]->cookie;
		harmful |= entry_is_harmful(file, places[i]);
	}
	if (!harmful)
		fd = sys_link_create_uprobe_multi(prog_fd, kernel_path(p->targets.v[from]->path, path), places, counted ? counters : NULL,
						  (uint32_t)n, is_ret(p) ? SYS_UPROBES_RETURN : SYS_UPROBES_ENTRY, env->pid, cookies);
	free(places);
	return fd;
}

/* The kernel refuses a whole link for one place that cannot be probed: halves find it. Failures are those of single places. */
static int attach_halves(const struct attach_env *env, const struct probe *p, size_t from, size_t n, int prog_fd,
			 struct links *links)
{
	int fd = attach_group(env, p, from, n, prog_fd), r;

	if (fd >= 0) {
		vec_push(&links->fds, fd);
		links->nprobes += (unsigned)n;
		return 0;
	}
	if (!links_may_skip(p, fd))
		return fd;
	if (n == 1) {
		links->nskipped++;
		return 0;
	}
	r = attach_halves(env, p, from, n / 2, prog_fd, links);
	return r ? r : attach_halves(env, p, from + n / 2, n - n / 2, prog_fd, links);
}

/* Moves those of n targets to the front whose instructions the kernel may refuse; returns how many, code has their bytes. */
static size_t suspects_first(const struct probe *p, size_t from, size_t n, uint8_t (*code)[ENTRY_SUSPECT])
{
	struct probe_target **v = p->targets.v + from;
	char path[PATH_MAX];
	_cleanup_fd_ int file = open(kernel_path(v[0]->path, path), O_RDONLY | O_CLOEXEC);
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		struct probe_target *t = v[i];

		if (pread(file, code[found], ENTRY_SUSPECT, (off_t)t->offset) != ENTRY_SUSPECT || !entry_suspect(code[found]))
			continue;
		v[i] = v[found];
		v[found++] = t;
	}
	return found;
}

static bool same_verdict(const uint8_t *a, const uint8_t *b)
{
	return !memcmp(a, b, entry_suspect(a));
}

/* Each of n suspects by itself, but those that start as one that was refused: the kernel would say the same again. */
static int attach_suspects(const struct attach_env *env, const struct probe *p, size_t from, size_t n,
			   uint8_t (*code)[ENTRY_SUSPECT], int prog_fd, struct links *links)
{
	size_t refused = 0; /* code[0] to code[refused - 1] are those of refused ones */

	for (size_t i = 0, k; i < n; i++) {
		unsigned before = links->nskipped;

		for (k = 0; k < refused && !same_verdict(code[k], code[i]);)
			k++;
		if (k < refused) {
			links->nskipped++;
			continue;
		}
		int r = attach_halves(env, p, from + i, 1, prog_fd, links);

		if (r)
			return r;
		if (links->nskipped > before)
			memmove(code[refused++], code[i], ENTRY_SUSPECT);
	}
	return 0;
}

/*
 * Targets of one file: in one link if the kernel takes all. Each attempt that fails waits for all of RCU, 20 to 140 ms,
 * however few places it has: so what may be refused goes first, by itself, and the rest is likely to need one attempt.
 */
static int attach_file(const struct attach_env *env, const struct probe *p, size_t from, size_t n, int prog_fd,
		       struct links *links)
{
	int fd = attach_group(env, p, from, n, prog_fd), r;
	uint8_t (*code)[ENTRY_SUSPECT];
	size_t suspects;

	if (fd >= 0) {
		vec_push(&links->fds, fd);
		links->nprobes += (unsigned)n;
		return 0;
	}
	if (!links_may_skip(p, fd))
		return fd;
	code = xcalloc(n + 1, sizeof(*code));
	suspects = suspects_first(p, from, n, code);
	r = attach_suspects(env, p, from, suspects, code, prog_fd, links);
	free(code);
	if (r || suspects == n)
		return r;
	return attach_halves(env, p, from + suspects, n - suspects, prog_fd, links);
}

static int attach_multi(const struct attach_env *env, const struct probe *p, int prog_fd,
			struct links *links, struct err *e)
{
	unsigned before = links->nprobes;

	for (size_t i = 0, n; i < p->targets.n; i += n) {
		const char *path = p->targets.v[i]->path;
		int r;

		for (n = 1; i + n < p->targets.n && !strcmp(p->targets.v[i + n]->path, path);)
			n++;
		r = attach_file(env, p, i, n, prog_fd, links);
		if (r)
			return binary_error(e, r, p, n == 1 ? p->targets.v[i] : NULL);
	}
	return links->nprobes > before ? 0 : binary_error(e, -KERNEL_ENOTSUPP, p, NULL);
}

static int attach_each(const struct attach_env *env, const struct probe *p, int prog_fd, struct links *links,
		       struct err *e)
{
	unsigned before = links->nprobes;
	struct dyn_pmu pmu;
	char path[PATH_MAX];

	dyn_pmu_init(&pmu, "uprobe");
	vec_each(p->targets, i) {
		const struct probe_target *t = p->targets.v[i];
		_cleanup_fd_ int file = open(kernel_path(t->path, path), O_RDONLY | O_CLOEXEC);
		struct dyn_probe d = {
			.ret = is_ret(p), .where = kernel_path(t->path, path), .offset = entry_place(p, t, file, is_ret(p)),
			.ref_ctr = t->ref_ctr, .cookie = t->cookie,
		};
		int r = entry_is_harmful(file, d.offset) ? -KERNEL_ENOTSUPP
							 : dyn_attach(&pmu, env, &d, perf_pid(env), prog_fd, links);

		if (r && (!links_may_skip(p, r) || (i + 1 == p->targets.n && links->nprobes == before)))
			return binary_error(e, r, p, t);
		links->nprobes += !r;
		links->nskipped += r != 0;
	}
	return 0;
}

int binary_attach(const struct attach_env *env, const struct probe *p, int prog_fd, struct links *links,
		  struct err *e)
{
	struct links_mark mark = links_mark(links);
	int r = target_has(env->target, TF_UPROBE_MULTI) ? attach_multi(env, p, prog_fd, links, e)
							 : attach_each(env, p, prog_fd, links, e);

	if (r)
		links_rollback(links, mark);
	return r;
}
