/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What prog profile counts with. */
#ifndef INSPECT_PROFILE_H
#define INSPECT_PROFILE_H

#include "inspect/prog_code.h"

#define PROFILE_METRICS 4 /* at a time: counters are few */

/* One counter as the kernel hands it out (struct bpf_perf_event_value). */
struct profile_value {
	uint64_t counter, enabled, running;
};

/* Sums of all runs of one CPU. */
struct profile_sums {
	uint64_t runs;
	struct profile_value values[PROFILE_METRICS];
};

struct profile_maps {
	int events; /* perf event array: metric * CPUs + CPU */
	int starts; /* per CPU, one entry of PROFILE_METRICS values */
	int sums;   /* per CPU, one struct profile_sums */
};

/*
 * Loads a program for the start (exit false) or the end of a run of the target, whose function has
 * type func in its BTF. fd or -errno; log: room for the verifier's.
 */
int profile_load(int target, uint32_t func, bool exit, const struct profile_maps *maps, unsigned metrics,
		 uint32_t ncpus, char *log, uint32_t log_size);

#endif
