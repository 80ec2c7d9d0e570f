/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel that is not at hand: what every kernel from one release on offers. Releases are those that helpers and map
 * types appeared in (include/uapi/linux/bpf.h); what also depends on how a kernel was configured is not counted on.
 */
#include <errno.h>
#include <stdio.h>

#include "run/run.h"

#define RELEASE(major, minor) ((unsigned)(major) << 16 | (minor))
#define OLDEST RELEASE(5, 10)

static const unsigned since[TF_COUNT] = {
	[TF_RINGBUF] = RELEASE(5, 8),
	[TF_PROBE_READ_KERNEL] = RELEASE(5, 5),
	[TF_BOOT_NS] = RELEASE(5, 8),
	[TF_TASK_BTF] = RELEASE(5, 11),
	[TF_FOR_EACH_MAP] = RELEASE(5, 13),
	[TF_ATTACH_COOKIE] = RELEASE(5, 15),
	[TF_FUNC_IP] = RELEASE(5, 15),
	[TF_LOOP] = RELEASE(5, 17),
	[TF_ITER_NUM] = RELEASE(6, 4),
	[TF_COMM_PADDED] = RELEASE(6, 4),
	[TF_SDIV] = RELEASE(6, 6),
	[TF_BATCH] = RELEASE(5, 6),
	[TF_PERCPU_ELEM] = RELEASE(5, 19),
	[TF_MMAP_ARRAY] = RELEASE(5, 5),
	[TF_NS_PID] = RELEASE(5, 7),
	[TF_LONG_KEYS] = RELEASE(5, 18),
	[TF_XCHG] = RELEASE(5, 19),
	[TF_TASK_PT_REGS] = RELEASE(5, 15),
};

struct release {
	struct target target;
	unsigned release;
};

static struct release chosen;

static bool release_has(struct target *t, enum target_feature f)
{
	const struct release *r = (const struct release *)t;

	return f >= 0 && f < TF_COUNT && since[f] && since[f] <= r->release;
}

struct target *feature_release(const char *text, struct err *e)
{
	unsigned major = 5, minor = 10;
	int end = 0;

	if (text && (sscanf(text, "%u.%u%n", &major, &minor, &end) != 2 || text[end] || major > 255 || minor > 65535)) {
		err_set(e, -EINVAL, "'%s' is no release of Linux", text);
		err_hint(e, "It is given as 5.10 or 6.1: the oldest that the compiled script is to run on.");
		return NULL;
	}
	chosen.release = RELEASE(major, minor);
	if (chosen.release < OLDEST) {
		err_set(e, -EINVAL, "compiled scripts run on Linux 5.10 and later");
		return NULL;
	}
	chosen.target.has = release_has;
	chosen.target.ncpus = 0; /* asked for where it runs */
	chosen.target.is_portable = true;
	return &chosen.target;
}
