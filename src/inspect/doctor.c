/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor: what this kernel and this user can and cannot do, why, and what would help. */
#include <string.h>

#include "inspect/doctor.h"
#include "inspect/nouns.h"
#include "inspect/scan.h"
#include "run/run.h"
#include "type/btf.h"

/* Options that findings refer to. */
static const struct kconfig_option options[] = {
	{ "CONFIG_BPF_SYSCALL" },
	{ "CONFIG_BPF_JIT" },
	{ "CONFIG_BPF_EVENTS" },
	{ "CONFIG_BPF_LSM" },
	{ "CONFIG_DEBUG_INFO_BTF" },
	{ "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS" },
	{ "CONFIG_FPROBE" },
	{ "CONFIG_FTRACE_SYSCALLS" },
	{ "CONFIG_HAVE_HW_BREAKPOINT" },
	{ "CONFIG_KPROBE_EVENTS" },
	{ "CONFIG_PERF_EVENTS" },
	{ "CONFIG_TRACING" },
	{ "CONFIG_UPROBE_EVENTS" },
	{ 0 },
};

void doctor_area(struct doctor *d, const char *area)
{
	if (d->in->json) {
		jsonw_end_array(&d->in->w);
		jsonw_array_at(&d->in->w, area);
	} else {
		sb_addf(&d->in->out, "\n%s\n", area);
	}
}

void doctor_finding(struct doctor *d, const char *name, enum state state, const char *what, const char *fix)
{
	static const char *const states[] = { "ok", "limited", "missing" };
	static const char *const marks[] = { "ok", "LIMITED", "NO" };
	struct jsonw *w = &d->in->w;

	d->counts[state]++;
	if (!d->in->json) {
		if (*what)
			sb_addf(&d->in->out, "  %-8s %-24s %s\n", marks[state], name, what);
		else
			sb_addf(&d->in->out, "  %-8s %s\n", marks[state], name);
		if (state != FINE && fix)
			sb_addf(&d->in->out, "  %-8s %-24s -> %s\n", "", "", fix);
		return;
	}
	jsonw_object(w);
	jsonw_string_at(w, "name", name);
	jsonw_string_at(w, "state", states[state]);
	jsonw_string_at(w, "what", what);
	if (state != FINE && fix)
		jsonw_string_at(w, "fix", fix);
	jsonw_end_object(w);
}

/* Has the kernel this option? */
enum answer { UNKNOWN, YES, NO };

static enum answer has_option(const struct doctor *d, const char *option)
{
	for (const struct kconfig_option *o = d->options; d->options_known && o->name; o++)
		if (!strcmp(o->name, option))
			return o->value ? YES : NO;
	return UNKNOWN;
}

void doctor_option(struct doctor *d, const char *name, bool there, const char *option, const char *otherwise)
{
	struct arena *a = &d->in->arena;

	if (there) {
		doctor_finding(d, name, FINE, "", NULL);
		return;
	}
	switch (has_option(d, option)) {
	case NO:
		doctor_finding(d, name, MISSING, arena_printf(a, "the kernel is built without %s", option),
			       arena_printf(a, "a kernel with %s=y%s%s", option, otherwise ? "; until then: " : "",
					    otherwise ? otherwise : ""));
		break;
	case YES:
		doctor_finding(d, name, MISSING,
			       arena_printf(a, "the kernel is built with %s, but refuses it, or is too old", option),
			       otherwise);
		break;
	case UNKNOWN:
		doctor_finding(d, name, MISSING,
			       arena_printf(a, "the kernel refuses it: too old, or without %s?", option), otherwise);
		break;
	}
}

static void summary(struct doctor *d)
{
	const unsigned *n = d->counts;

	if (d->in->json) {
		jsonw_end_array(&d->in->w);
		jsonw_u64_at(&d->in->w, "ok", n[FINE]);
		jsonw_u64_at(&d->in->w, "limited", n[LIMITED]);
		jsonw_u64_at(&d->in->w, "missing", n[MISSING]);
		jsonw_end_object(&d->in->w);
	} else {
		sb_addf(&d->in->out, "\n%u fine, %u limited, %u missing\n", n[FINE], n[LIMITED], n[MISSING]);
	}
}

static int doctor_run(struct inspect *in, struct words *w)
{
	struct kconfig_option values[sizeof(options) / sizeof(*options)];
	struct doctor d = { .in = in, .options = values };
	struct err e = { 0 };

	if (word_is(w, "help")) {
		inspect_usage(in);
		return 0;
	}
	if (words_end(in, w))
		return in->err.code;
	memcpy(values, options, sizeof(values));
	d.options_known = !kconfig_read(&in->arena, values, &e);
	if (btf_file_open("/sys/kernel/btf/vmlinux", NULL, &d.btf, &e))
		d.btf = NULL;
	d.target = feature_target(d.btf);
	if (in->json) {
		jsonw_object(&in->w);
		jsonw_array_at(&in->w, "system");
	} else {
		sb_adds(&in->out, "system\n");
	}
	scan_start();
	doctor_system(&d);
	doctor_probes(&d);
	summary(&d);
	btf_file_free(d.btf);
	return 0;
}

const struct noun noun_doctor = {
	.name = "doctor",
	.run = doctor_run,
	.synopsis = "\nhelp\n",
	.terms = "What this kernel and this user can and cannot do, why, and what would help.\n",
};
