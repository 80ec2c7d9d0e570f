/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --info: what the running kernel offers, a line "  NAME: yes" or "  NAME: no" for each thing. */
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "cli/list.h"
#include "cli/report.h"
#include "cli/session.h"
#include "run/sys.h"
#include "type/btf.h"

static void add_answer(struct strbuf *out, const char *name, bool yes)
{
	sb_addf(out, "  %s: %s\n", name, yes ? "yes" : "no");
}

static bool has_pmu(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", name);
	return !access(path, F_OK);
}

static bool counts_cycles(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_HARDWARE, .size = sizeof(attr) };
	int fd = sys_perf_event_open(&attr, 0, -1, -1, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Can probes of this kind be attached to on this kernel? */
static bool provider_works(struct session *s, const char *name)
{
	if (!strcmp(name, "tracepoint"))
		return s->env.tracefs != NULL;
	if (!strcmp(name, "kprobe") || !strcmp(name, "kretprobe"))
		return target_has(s->target, TF_KPROBE);
	if (!strcmp(name, "fentry") || !strcmp(name, "fexit"))
		return target_has(s->target, TF_FENTRY);
	if (!strcmp(name, "uprobe") || !strcmp(name, "uretprobe") || !strcmp(name, "usdt"))
		return has_pmu("uprobe");
	if (!strcmp(name, "profile") || !strcmp(name, "interval") || !strcmp(name, "software"))
		return has_pmu("software");
	if (!strcmp(name, "watchpoint"))
		return has_pmu("breakpoint");
	if (!strcmp(name, "hardware"))
		return counts_cycles();
	if (!strcmp(name, "iter"))
		return s->btf && btf_file_find(s->btf, BK_STRUCT, "bpf_iter__task");
	return true;
}

int list_info(const struct cli_options *opt)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	struct utsname u;
	struct session s;
	size_t n;
	const struct provider *const *all = provider_all(&n);

	session_open(&s, opt);
	uname(&u);
	sb_addf(&out, "System\n  OS: %s %s %s\n  Arch: %s\n", u.sysname, u.release, u.version,
		u.machine);
	sb_addf(&out, "  CPUs: %u\n\nBuild\n  version: %s\n\nKernel\n", s.target->ncpus,
		SONDE_VERSION);
	add_answer(&out, "btf", s.btf != NULL);
	add_answer(&out, "tracefs", s.env.tracefs != NULL);
	for (int f = 0; f < TF_COUNT; f++)
		add_answer(&out, feature_name((enum target_feature)f),
			   target_has(s.target, (enum target_feature)f));
	sb_adds(&out, "\nProbes\n");
	for (size_t i = 0; i < n; i++)
		add_answer(&out, all[i]->name, provider_works(&s, all[i]->name));
	session_close(&s);
	return report_text(&out);
}
