/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/perfcpu.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>

#include "run/sys.h"

#define MAX_CPUS 8192 /* CONFIG_NR_CPUS goes no further */

void perf_kind(struct target *t, const struct probe *p, struct prog_kind *ret)
{
	ret->type = BPF_PROG_TYPE_PERF_EVENT;
}

int perf_attach_cpus(const struct attach_env *env, uint32_t type, uint32_t config, uint64_t period,
		     bool first_only, int prog_fd, struct links *links)
{
	int *cpus = xmalloc(MAX_CPUS * sizeof(*cpus));
	unsigned n = sys_online_cpus(cpus, MAX_CPUS), done = 0;
	int r = -ENODEV;

	if (first_only && n)
		n = 1;
	for (unsigned i = 0; i < n; i++) {
		struct perf_event_attr attr = {
			.type = type,
			.config = config,
			.sample_period = period,
		};

		r = links_add_perf(links, &attr, -1, cpus[i], prog_fd, 0);
		if (r == -ENODEV || r == -ENXIO) /* went off line meanwhile */
			continue;
		if (r)
			break;
		done++;
	}
	free(cpus);
	return done && (!r || r == -ENODEV || r == -ENXIO) ? 0 : r;
}
