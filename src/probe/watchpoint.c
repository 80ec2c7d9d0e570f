/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watchpoint: reads, writes or execution of an address, by the processor's debug registers (perf's breakpoints). */
#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/hw_breakpoint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/common.h"
#include "probe/perfcpu.h"
#include "probe/providers.h"
#include "probe/regs.h"
#include "run/sys.h"

#define MAX_CPUS 8192
#define KERNEL_HALF (1ull << 63) /* x86-64 and arm64: addresses of the kernel have the highest bit */

/* What arch_build_bp_info() of the kernel takes: x86 has no breakpoint for reads alone. */
#ifdef __x86_64__
#define MODES "w, rw and x"
#define HAS_READ 0
#define EXEC_LEN sizeof(long)
#else
#define MODES "r, w, rw and x"
#define HAS_READ 1
#define EXEC_LEN 4
#endif

/* HW_BREAKPOINT_*, 0: no mode of this processor. */
static uint32_t read_mode(const char *text)
{
	uint32_t mode = 0;

	for (; *text; text++) {
		uint32_t bit = *text == 'r' ? HW_BREAKPOINT_R : *text == 'w' ? HW_BREAKPOINT_W :
			       *text == 'x' ? HW_BREAKPOINT_X : 0;

		if (!bit || mode & bit)
			return 0;
		mode |= bit;
	}
	if ((mode & HW_BREAKPOINT_X && mode != HW_BREAKPOINT_X) || (mode == HW_BREAKPOINT_R && !HAS_READ))
		return 0;
	return mode;
}

static bool check_place(struct probe_env *env, const struct attach_point *ap, struct probe *out, uint64_t addr,
			uint64_t len)
{
	struct part p = part_get(ap, 2);
	struct diag *d;

	if (len != 1 && len != 2 && len != 4 && len != 8)
		return bad_form(env, out->provider, p.span, "the length is 1, 2, 4 or 8");
	if (addr % len)
		return bad_form(env, out->provider, part_get(ap, 1).span, "0x%llx is no multiple of the length %llu",
				(unsigned long long)addr, (unsigned long long)len);
	if (addr >= KERNEL_HALF || env->pid > 0)
		return true;
	d = diag_error(env->diags, ap->span, DT_bad_probe, "watchpoint: an address of which process?");
	diag_hint(env->diags, d, "give the process with -p PID or -c COMMAND");
	return false;
}

static bool watchpoint_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct part parts[] = { part_get(ap, 1), part_get(ap, 2), part_get(ap, 3) };
	struct probe_target *t;
	uint64_t addr, len;
	uint32_t mode;

	if (part_count(ap) != 3)
		return bad_form(env, out->provider, ap->span, "needs an address, a length and a mode");
	if (!text_number(parts[0].text, &addr) || !addr)
		return bad_form(env, out->provider, parts[0].span, "'%s' is no address", parts[0].text);
	if (!text_number(parts[1].text, &len))
		return bad_form(env, out->provider, parts[1].span, "'%s' is no length", parts[1].text);
	mode = read_mode(parts[2].text);
	if (!mode)
		return bad_form(env, out->provider, parts[2].span, "this processor has the modes " MODES ", not '%s'",
				parts[2].text);
	if (!check_place(env, ap, out, addr, len))
		return false;
	t = target_add(env, out, "watchpoint:%s:%s:%s", parts[0].text, parts[1].text, parts[2].text);
	t->offset = addr;
	t->period = mode == HW_BREAKPOINT_X ? EXEC_LEN : len;
	t->config = mode;
	return true;
}

static int add_event(const struct attach_env *env, const struct probe_target *t, pid_t pid, int cpu, int prog_fd,
		     struct links *links)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.bp_type = t->config,
		.bp_addr = t->offset,
		.bp_len = t->period,
		.sample_period = 1,
		.inherit = pid > 0,
	};

	return links_add_perf(links, &attr, pid, cpu, prog_fd, 0);
}

/* Threads that are there already; those they start later inherit the event. */
static int attach_threads(const struct attach_env *env, const struct probe_target *t, int prog_fd,
			  struct links *links)
{
	char path[64];
	struct dirent *ent;
	int r = -ESRCH, done = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)env->pid);
	d = opendir(path);
	while (d && (ent = readdir(d))) {
		pid_t tid = atoi(ent->d_name);

		if (tid <= 0)
			continue;
		r = add_event(env, t, tid, -1, prog_fd, links);
		if (r && r != -ESRCH) /* that thread ended meanwhile */
			break;
		done += !r;
	}
	if (d)
		closedir(d);
	return done && r == -ESRCH ? 0 : r;
}

static int attach_cpus(const struct attach_env *env, const struct probe_target *t, int prog_fd, struct links *links)
{
	int *cpus = xmalloc(MAX_CPUS * sizeof(*cpus));
	unsigned n = sys_online_cpus(cpus, MAX_CPUS);
	int r = n ? 0 : -ENODEV;

	for (unsigned i = 0; i < n && !r; i++)
		r = add_event(env, t, -1, cpus[i], prog_fd, links);
	free(cpus);
	return r;
}

static const char *reason(int code)
{
	switch (code) {
	case -ENOSPC:
		return "all of the processor's debug registers are in use (there are four at most)";
	case -EINVAL:
	case -EOPNOTSUPP:
	case -ENOENT:
		return "this processor cannot watch such a place";
	default:
		return NULL;
	}
}

static int watchpoint_attach(const struct attach_env *env, const struct probe *p, int prog_fd, struct links *links,
			     struct err *e)
{
	struct links_mark mark = links_mark(links);
	const struct probe_target *t = p->targets.v[0];
	int r = env->pid > 0 ? attach_threads(env, t, prog_fd, links) : attach_cpus(env, t, prog_fd, links);

	if (r) {
		links_rollback(links, mark);
		attach_error(e, r, p, t);
		if (reason(r))
			err_hint(e, "%s", reason(r));
		return r;
	}
	links->nprobes++;
	return 0;
}

const struct provider provider_watchpoint = {
	.name = "watchpoint",
	.alias = { "w" },
	.doc = "reads, writes or execution of an address in memory",
	.forms = "watchpoint:ADDRESS:LENGTH:MODE",
	.flags = PF_REGS | PF_TASK | PF_PID | PF_KSTACK | PF_WATCH,
	.expand = watchpoint_expand,
	.lower_ip = lower_reg_ip,
	.reg_offset = native_reg_offset,
	.kind = perf_kind,
	.attach = watchpoint_attach,
};
