/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf events on processors: profile, interval, software, hardware. */
#ifndef PROBE_PERFCPU_H
#define PROBE_PERFCPU_H

#include "probe/common.h"

/* ops.kind of all of these. */
void perf_kind(struct target *t, const struct probe *p, struct prog_kind *ret);
/*
 * Opens an event (perf's type and number, sampled each `period` of it) for all processes on every processor that is on
 * line, or on the first alone, and attaches the program. 0 or -errno.
 */
int perf_attach_cpus(const struct attach_env *env, uint32_t type, uint32_t config, uint64_t period,
		     bool first_only, int prog_fd, struct links *links);

#endif
