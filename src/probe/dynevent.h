/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel and user probes through perf: by the PMU "kprobe" or "uprobe" (4.17), below that by an event defined in
 * tracefs (kprobe_events, uprobe_events), which is deleted again when the links are closed.
 */
#ifndef PROBE_DYNEVENT_H
#define PROBE_DYNEVENT_H

#include <sys/types.h>

#include "probe/common.h"

struct dyn_probe {
	bool ret;
	const char *where;   /* kprobe: "[MODULE:]FUNCTION", NULL: offset is the address; uprobe: path */
	uint64_t offset;     /* kprobe: in the function; uprobe: in the file */
	uint64_t ref_ctr;    /* uprobe: file offset of the semaphore, 0: none */
	uint64_t cookie;     /* of struct probe_target */
};

struct dyn_pmu {
	const char *name;    /* "kprobe", "uprobe" */
	bool found;          /* by PMU; else by tracefs */
	uint32_t type;
	uint64_t ret_flag;   /* in attr.config */
	unsigned ref_shift;
};

/* Asks sysfs; name is kept. */
void dyn_pmu_init(struct dyn_pmu *pmu, const char *name);
/*
 * Attaches one probe; counts nothing. 0 or -errno: -EOPNOTSUPP if the kernel has no such probes at all. pid: as for
 * perf_event_open().
 */
int dyn_attach(const struct dyn_pmu *pmu, const struct attach_env *env, const struct dyn_probe *d, pid_t pid,
	       int prog_fd, struct links *links);

#endif
