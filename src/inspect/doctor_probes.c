/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor: probes, programs, maps and features of the kernel. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/doctor.h"
#include "inspect/names.h"
#include "inspect/scan.h"
#include "run/run.h"
#include "run/sys.h"
#include "type/btf.h"

static bool has_pmu(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", name);
	return !access(path, F_OK);
}

static bool counts_cycles(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_HARDWARE, .size = sizeof(attr) };
	_cleanup_fd_ int fd = sys_perf_event_open(&attr, 0, -1, -1, 0);

	return fd >= 0;
}

static void kernel_probes(struct doctor *d)
{
	bool tracefs = sys_tracefs() != NULL;

	doctor_option(d, "tracepoint", tracefs, "CONFIG_TRACING", "mount tracefs (see above)");
	doctor_option(d, "syscalls", tracefs && !access(arena_printf(&d->in->arena, "%s/events/syscalls",
								    sys_tracefs()), F_OK),
		      "CONFIG_FTRACE_SYSCALLS", "use rawtracepoint:sys_enter");
	doctor_option(d, "rawtracepoint", scan_prog_type(BPF_PROG_TYPE_RAW_TRACEPOINT, 0), "CONFIG_BPF_EVENTS", NULL);
	doctor_option(d, "kprobe", target_has(d->target, TF_KPROBE), "CONFIG_KPROBE_EVENTS",
		      "use tracepoints, or fentry where that is there");
	doctor_option(d, "kprobe (many)", target_has(d->target, TF_KPROBE_MULTI), "CONFIG_FPROBE",
		      "many functions take longer to attach to");
	doctor_option(d, "fentry", target_has(d->target, TF_FENTRY), "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
		      "use kprobe, or tracepoints");
	doctor_option(d, "lsm", scan_prog_type(BPF_PROG_TYPE_LSM, 0), "CONFIG_BPF_LSM",
		      "boot with bpf among the names of lsm=, where the function tracer is open");
	doctor_option(d, "iter", d->btf && btf_file_find(d->btf, BK_STRUCT, "bpf_iter__task"), "CONFIG_DEBUG_INFO_BTF",
		      NULL);
}

static void user_probes(struct doctor *d)
{
	doctor_option(d, "uprobe, usdt", has_pmu("uprobe"), "CONFIG_UPROBE_EVENTS", NULL);
	doctor_option(d, "uprobe (many)", target_has(d->target, TF_UPROBE_MULTI), "CONFIG_UPROBE_EVENTS",
		      "Linux 6.6; many functions take longer to attach to and to leave");
	doctor_option(d, "profile, interval", has_pmu("software"), "CONFIG_PERF_EVENTS", NULL);
	doctor_option(d, "watchpoint", has_pmu("breakpoint"), "CONFIG_HAVE_HW_BREAKPOINT", NULL);
	if (counts_cycles())
		doctor_finding(d, "hardware", FINE, "", NULL);
	else
		doctor_finding(d, "hardware", MISSING, "the processor's counters are not to be had",
			       "in a virtual machine, let the host pass its PMU on; until then use software:cpu-clock");
}

/* Names of a kind that the kernel takes, in one line, and of those that it does not. */
static void kinds(struct doctor *d, const char *what, const char *(*name)(uint32_t),
		  bool (*has)(uint32_t type, uint32_t ifindex), uint32_t end)
{
	_cleanup_sb_ struct strbuf yes = { 0 }, no = { 0 };
	const char *text;

	for (uint32_t i = 1; i < end && (text = name(i)); i++)
		sb_addf(has(i, 0) ? &yes : &no, "%s ", text);
	if (yes.n)
		doctor_finding(d, what, FINE, arena_strndup(&d->in->arena, yes.p, yes.n - 1), NULL);
	if (no.n)
		doctor_finding(d, what, LIMITED, arena_printf(&d->in->arena, "not: %.*s", (int)no.n - 1, no.p),
			       "a newer kernel, or one built with the parts that they belong to");
}

/* Features by the release that brought them. */
static const struct {
	enum target_feature feature;
	const char *release;
} features[] = {
	{ TF_RINGBUF, "5.8" },	 { TF_PROBE_READ_KERNEL, "5.5" }, { TF_BOOT_NS, "5.8" },
	{ TF_TASK_BTF, "5.11" },  { TF_FOR_EACH_MAP, "5.13" },	  { TF_ATTACH_COOKIE, "5.15" },
	{ TF_FUNC_IP, "5.15" },	 { TF_LOOP, "5.17" },		  { TF_ITER_NUM, "6.4" },
	{ TF_SDIV, "6.6" },	 { TF_BATCH, "5.6" },		  { TF_PERCPU_ELEM, "5.19" },
	{ TF_MMAP_ARRAY, "5.5" }, { TF_PERF_LINK, "5.15" },	  { TF_NS_PID, "5.7" },
	{ TF_LONG_KEYS, "5.18" },
};

static void kernel_features(struct doctor *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		const char *name = feature_name(features[i].feature);

		if (target_has(d->target, features[i].feature))
			doctor_finding(d, name, FINE, "", NULL);
		else
			doctor_finding(d, name, LIMITED, "done by other means, or not at all",
				       arena_printf(&d->in->arena, "Linux %s or newer", features[i].release));
	}
}

void doctor_probes(struct doctor *d)
{
	doctor_area(d, "probes");
	kernel_probes(d);
	user_probes(d);
	doctor_area(d, "types");
	kinds(d, "programs", name_prog_type, scan_prog_type, SCAN_PROG_TYPES);
	kinds(d, "maps", name_map_type, scan_map_type, UINT32_MAX);
	doctor_area(d, "features");
	kernel_features(d);
}
