/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/dynevent.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"

#define PMU_DIR "/sys/bus/event_source/devices"

/* First bit of a field of attr.config, "config:0" or "config:32-63". */
static bool config_bit(const char *pmu, const char *field, unsigned *ret)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	char path[256];
	unsigned bit;

	snprintf(path, sizeof(path), PMU_DIR "/%s/format/%s", pmu, field);
	if (file_read(path, 4096, &text) || sscanf(sb_str(&text), "config:%u", &bit) != 1 || bit > 63)
		return false;
	*ret = bit;
	return true;
}

void dyn_pmu_init(struct dyn_pmu *pmu, const char *name)
{
	char path[256];
	uint64_t type;
	unsigned bit;

	*pmu = (struct dyn_pmu){ .name = name };
	snprintf(path, sizeof(path), PMU_DIR "/%s/type", name);
	if (read_number(path, &type))
		return;
	pmu->type = (uint32_t)type;
	if (config_bit(name, "retprobe", &bit))
		pmu->ret_flag = 1ull << bit;
	if (config_bit(name, "ref_ctr_offset", &bit))
		pmu->ref_shift = bit;
	pmu->found = true;
}

static int attach_by_pmu(const struct dyn_pmu *pmu, const struct attach_env *env, const struct dyn_probe *d,
			 pid_t pid, int prog_fd, struct links *links)
{
	struct perf_event_attr attr = { .type = pmu->type, .sample_period = 1, .wakeup_events = 1 };

	if (d->ret)
		attr.config |= pmu->ret_flag;
	if (d->ref_ctr) {
		if (!pmu->ref_shift || d->ref_ctr >> (64 - pmu->ref_shift))
			return -EOPNOTSUPP;
		attr.config |= d->ref_ctr << pmu->ref_shift;
	}
	attr.config1 = (uint64_t)(uintptr_t)d->where; /* kprobe_func, uprobe_path */
	attr.config2 = d->offset;
	return links_add_perf(links, &attr, pid, pid > 0 ? -1 : 0, prog_fd, d->cookie);
}

static void definition(const struct dyn_probe *d, bool user, const char *name, struct strbuf *out)
{
	sb_addf(out, "%c:%s ", d->ret ? 'r' : 'p', name);
	if (user)
		sb_addf(out, "%s:0x%llx", d->where, (unsigned long long)d->offset);
	else if (!d->where)
		sb_addf(out, "0x%llx", (unsigned long long)d->offset);
	else if (d->offset)
		sb_addf(out, "%s+%llu", d->where, (unsigned long long)d->offset);
	else
		sb_adds(out, d->where);
	if (d->ref_ctr)
		sb_addf(out, "(0x%llx)", (unsigned long long)d->ref_ctr);
	sb_addc(out, '\n');
}

static int define_event(const char *list, const struct strbuf *text)
{
	_cleanup_fd_ int fd = open(list, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -EOPNOTSUPP : -errno;
	return write(fd, text->p, text->n) < 0 ? -errno : 0;
}

static int attach_by_tracefs(const struct dyn_pmu *pmu, const struct attach_env *env, const struct dyn_probe *d,
			     pid_t pid, int prog_fd, struct links *links)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .sample_period = 1, .wakeup_events = 1 };
	_cleanup_sb_ struct strbuf text = { 0 };
	struct link_event ev;
	char path[PATH_MAX];
	uint64_t id;
	int r;

	if (!env->tracefs)
		return -EOPNOTSUPP;
	if (snprintf(ev.list, sizeof(ev.list), "%s/%s_events", env->tracefs, pmu->name) >= (int)sizeof(ev.list))
		return -ENAMETOOLONG;
	snprintf(ev.name, sizeof(ev.name), "sonde_%d/%c%zu", (int)getpid(), *pmu->name, links->events.n);
	definition(d, *pmu->name == 'u', ev.name, &text);
	r = define_event(ev.list, &text);
	if (r)
		return r;
	vec_push(&links->events, ev);
	snprintf(path, sizeof(path), "%s/events/%s/id", env->tracefs, ev.name);
	r = read_number(path, &id);
	if (r)
		return r;
	attr.config = id;
	return links_add_perf(links, &attr, pid, pid > 0 ? -1 : 0, prog_fd, d->cookie);
}

int dyn_attach(const struct dyn_pmu *pmu, const struct attach_env *env, const struct dyn_probe *d, pid_t pid,
	       int prog_fd, struct links *links)
{
	if (pmu->found)
		return attach_by_pmu(pmu, env, d, pid, prog_fd, links);
	return attach_by_tracefs(pmu, env, d, pid, prog_fd, links);
}
