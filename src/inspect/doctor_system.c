/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor: rights, file systems, settings of the system. */
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "cli/rights.h"
#include "inspect/doctor.h"
#include "inspect/scan.h"
#include "run/sys.h"

/* The first line of a small file; "" if it cannot be read. Arena. */
static const char *line_of(struct doctor *d, const char *path)
{
	_cleanup_sb_ struct strbuf text = { 0 };

	if (file_read(path, 4096, &text) || !text.n)
		return "";
	return arena_strndup(&d->in->arena, text.p, strcspn(text.p, "\n"));
}

static bool is_type(const char *dir, long magic)
{
	struct statfs s;

	return !statfs(dir, &s) && (long)s.f_type == magic;
}

static void kernel(struct doctor *d)
{
	struct utsname u;

	uname(&u);
	doctor_finding(d, "kernel", FINE, arena_printf(&d->in->arena, "%s %s", u.release, u.machine), NULL);
	doctor_option(d, "bpf(2)", scan_syscall(), "CONFIG_BPF_SYSCALL", NULL);
}

static void rights(struct doctor *d)
{
	struct err e = { 0 };

	if (!rights_check(&e))
		doctor_finding(d, "rights", FINE, geteuid() ? "by capabilities" : "root", NULL);
	else
		doctor_finding(d, "rights", MISSING, arena_strdup(&d->in->arena, e.what),
			       "run it as root (sudo), or: setcap cap_bpf,cap_perfmon=ep on the program");
}

/* Where it is not "none", root is kept from the kernel's memory as well. */
static void lockdown(struct doctor *d)
{
	const char *text = line_of(d, "/sys/kernel/security/lockdown");
	bool integrity = strstr(text, "[integrity]"), all = strstr(text, "[confidentiality]");

	if (all)
		doctor_finding(d, "lockdown", MISSING, "the kernel is locked down: programs may not read its memory",
			       "boot without lockdown=confidentiality");
	else
		doctor_finding(d, "lockdown", FINE, integrity ? "integrity only" : "none", NULL);
}

static void file_systems(struct doctor *d)
{
	bool btf = !access("/sys/kernel/btf/vmlinux", R_OK);
	const char *tracefs = sys_tracefs();

	doctor_option(d, "btf", btf && d->btf, "CONFIG_DEBUG_INFO_BTF", "name types of the kernel in the script");
	if (tracefs)
		doctor_finding(d, "tracefs", FINE, tracefs, NULL);
	else
		doctor_finding(d, "tracefs", MISSING, "not mounted: no tracepoints, no lists of functions",
			       "mount -t tracefs tracefs /sys/kernel/tracing");
	if (is_type("/sys/fs/bpf", BPF_FS_MAGIC))
		doctor_finding(d, "bpffs", FINE, "/sys/fs/bpf", NULL);
	else
		doctor_finding(d, "bpffs", LIMITED, "not mounted: nothing can be pinned", "mount -t bpf bpf /sys/fs/bpf");
}

/* A number in /proc/sys that should be another one. */
static void setting(struct doctor *d, const char *name, const char *path, int worst, const char *why, const char *fix)
{
	const char *text = line_of(d, path);

	if (!*text)
		doctor_finding(d, name, LIMITED, arena_printf(&d->in->arena, "%s cannot be read", path), NULL);
	else if (atoi(text) >= worst)
		doctor_finding(d, name, LIMITED, why, fix);
	else
		doctor_finding(d, name, FINE, arena_printf(&d->in->arena, "%s", text), NULL);
}

static void settings(struct doctor *d)
{
	const char *jit = line_of(d, "/proc/sys/net/core/bpf_jit_enable");

	if (*jit == '0')
		doctor_finding(d, "jit", LIMITED, "programs are interpreted, which is slow",
			       "sysctl -w net.core.bpf_jit_enable=1");
	else
		doctor_finding(d, "jit", FINE, *jit ? "on" : "not told in this network namespace", NULL);
	setting(d, "kptr_restrict", "/proc/sys/kernel/kptr_restrict", 2,
		"addresses of the kernel are hidden from root as well", "sysctl -w kernel.kptr_restrict=1");
	if (geteuid())
		setting(d, "perf_paranoid", "/proc/sys/kernel/perf_event_paranoid", 2,
			"perf events of the whole system are for root", "sysctl -w kernel.perf_event_paranoid=-1");
}

void doctor_system(struct doctor *d)
{
	kernel(d);
	rights(d);
	lockdown(d);
	file_systems(d);
	settings(d);
}
