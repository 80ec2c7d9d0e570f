/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/rights.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than some packaged headers: include/uapi/linux/capability.h */
#define RIGHTS_PERFMON 38
#define RIGHTS_BPF 39

static uint64_t effective(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &head, data))
		return ~0ull; /* the kernel will tell */
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

static bool has(uint64_t caps, unsigned cap)
{
	return caps >> cap & 1;
}

int rights_check(struct err *e)
{
	uint64_t caps = effective();
	bool bpf = has(caps, RIGHTS_BPF), perfmon = has(caps, RIGHTS_PERFMON);

	if (has(caps, CAP_SYS_ADMIN) || (bpf && perfmon))
		return 0;
	err_set(e, -EPERM, "tracing needs %s%s%s", bpf ? "" : "CAP_BPF",
		bpf || perfmon ? "" : " and ", perfmon ? "" : "CAP_PERFMON");
	err_hint(e, "Run it as root (sudo), or give it the capabilities; below Linux 5.8 it takes "
		    "CAP_SYS_ADMIN. "
		    "--dry-run compiles without any.");
	return -EPERM;
}
