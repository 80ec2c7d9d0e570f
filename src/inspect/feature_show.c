/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feature probe: its sections, each as text, C macros or JSON. */
#include <ctype.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/feature.h"
#include "inspect/kconfig.h"
#include "inspect/names.h"

static void start_section(struct feature_probe *p, const char *json, const char *text, const char *macros)
{
	if (p->in->json)
		jsonw_object_at(&p->in->w, json);
	else
		sb_addf(&p->in->out, "%s\n", p->macros ? macros : text);
}

static void end_section(struct feature_probe *p)
{
	if (p->in->json)
		jsonw_end_object(&p->in->w);
	else
		sb_addc(&p->in->out, '\n');
}

/* name: in lower case, "hash_map_type"; text: "eBPF map_type hash". */
static void show_bool(struct feature_probe *p, const char *name, const char *text, bool has)
{
	struct inspect *in = p->in;

	if (in->json) {
		jsonw_name(&in->w, arena_printf(&in->arena, "have_%s", name));
		jsonw_bool(&in->w, has);
	} else if (p->macros) {
		sb_addf(&in->out, "#define %s%sHAVE_", p->macros, has ? "" : "NO_");
		for (; *name; name++)
			sb_addc(&in->out, (char)toupper(*name));
		sb_addc(&in->out, '\n');
	} else {
		sb_addf(&in->out, "%s is %savailable\n", text, has ? "" : "NOT ");
	}
}

static bool has_procfs(void)
{
	struct statfs s;

	return !statfs("/proc", &s) && s.f_type == PROC_SUPER_MAGIC;
}

/* A number in /proc/sys; -1 if it cannot be read. */
static long read_setting(const char *path)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	char *end;
	long v;

	if (file_read(path, 64, &text) || !text.n)
		return -1;
	errno = 0;
	v = strtol(text.p, &end, 10);
	return errno || *end != '\n' ? -1 : v;
}

/* A setting and what its values mean; the text for -1, for others, and for 0, 1, ... */
static const struct setting {
	const char *path, *name, *missing, *other;
	const char *values[3];
} settings[] = {
	{ "/proc/sys/kernel/unprivileged_bpf_disabled", "unprivileged_bpf_disabled",
	  "Unable to retrieve required privileges for bpf() syscall",
	  "bpf() syscall restriction has unknown value %ld",
	  { "bpf() syscall for unprivileged users is enabled",
	    "bpf() syscall restricted to privileged users (without recovery)",
	    "bpf() syscall restricted to privileged users (admin can change)" } },
	{ "/proc/sys/net/core/bpf_jit_enable", "bpf_jit_enable",
	  "Unable to retrieve JIT-compiler status", "JIT-compiler status has unknown value %ld",
	  { "JIT compiler is disabled", "JIT compiler is enabled",
	    "JIT compiler is enabled with debugging traces in kernel logs" } },
	{ "/proc/sys/net/core/bpf_jit_harden", "bpf_jit_harden",
	  "Unable to retrieve JIT hardening status", "JIT hardening status has unknown value %ld",
	  { "JIT compiler hardening is disabled", "JIT compiler hardening is enabled for unprivileged users",
	    "JIT compiler hardening is enabled for all users" } },
	{ "/proc/sys/net/core/bpf_jit_kallsyms", "bpf_jit_kallsyms",
	  "Unable to retrieve JIT kallsyms export status",
	  "JIT kallsyms exports status has unknown value %ld",
	  { "JIT compiler kallsyms exports are disabled",
	    "JIT compiler kallsyms exports are enabled for root" } },
	{ "/proc/sys/net/core/bpf_jit_limit", "bpf_jit_limit",
	  "Unable to retrieve global memory limit for JIT compiler for unprivileged users",
	  "Global memory limit for JIT compiler for unprivileged users is %ld bytes" },
};

static void show_setting(struct inspect *in, const struct setting *s)
{
	long v = read_setting(s->path);

	if (in->json)
		jsonw_i64_at(&in->w, s->name, v);
	else if (v == -1)
		sb_addf(&in->out, "%s\n", s->missing);
	else if (v >= 0 && v < (long)ARRAY_SIZE(s->values) && s->values[v])
		sb_addf(&in->out, "%s\n", s->values[v]);
	else {
		sb_addf(&in->out, s->other, v);
		sb_addc(&in->out, '\n');
	}
}

static void show_option(struct feature_probe *p, const struct kconfig_option *o)
{
	struct inspect *in = p->in;

	if (in->json && o->value)
		jsonw_string_at(&in->w, o->name, o->value);
	else if (in->json) {
		jsonw_name(&in->w, o->name);
		jsonw_null(&in->w);
	} else if (p->macros && o->value)
		sb_addf(&in->out, "#define %s%s %s\n", p->macros, o->name, o->value);
	else if (p->macros)
		sb_addf(&in->out, "/* %s%s is not set */\n", p->macros, o->name);
	else if (o->value)
		sb_addf(&in->out, "%s is set to %s\n", o->name, o->value);
	else
		sb_addf(&in->out, "%s is not set\n", o->name);
}

/* In the order of their output. */
static const struct kconfig_option options[] = {
	{ "CONFIG_BPF" },
	{ "CONFIG_BPF_SYSCALL" },
	{ "CONFIG_HAVE_EBPF_JIT" },
	{ "CONFIG_BPF_JIT" },
	{ "CONFIG_BPF_JIT_ALWAYS_ON" },
	{ "CONFIG_DEBUG_INFO_BTF" },
	{ "CONFIG_DEBUG_INFO_BTF_MODULES" },
	{ "CONFIG_CGROUPS" },
	{ "CONFIG_CGROUP_BPF" },
	{ "CONFIG_CGROUP_NET_CLASSID" },
	{ "CONFIG_SOCK_CGROUP_DATA" },
	{ "CONFIG_BPF_EVENTS" },
	{ "CONFIG_KPROBE_EVENTS" },
	{ "CONFIG_UPROBE_EVENTS" },
	{ "CONFIG_TRACING" },
	{ "CONFIG_FTRACE_SYSCALLS" },
	{ "CONFIG_FUNCTION_ERROR_INJECTION" },
	{ "CONFIG_BPF_KPROBE_OVERRIDE" },
	{ "CONFIG_NET" },
	{ "CONFIG_XDP_SOCKETS" },
	{ "CONFIG_LWTUNNEL_BPF" },
	{ "CONFIG_NET_ACT_BPF" },
	{ "CONFIG_NET_CLS_BPF" },
	{ "CONFIG_NET_CLS_ACT" },
	{ "CONFIG_NET_SCH_INGRESS" },
	{ "CONFIG_XFRM" },
	{ "CONFIG_IP_ROUTE_CLASSID" },
	{ "CONFIG_IPV6_SEG6_BPF" },
	{ "CONFIG_BPF_LIRC_MODE2" },
	{ "CONFIG_BPF_STREAM_PARSER" },
	{ "CONFIG_NETFILTER_XT_MATCH_BPF" },
	{ "CONFIG_BPFILTER" },
	{ "CONFIG_BPFILTER_UMH" },
	{ "CONFIG_TEST_BPF" },
	{ "CONFIG_HZ", .macro = true },
	{ 0 },
};

static void show_kconfig(struct feature_probe *p)
{
	struct kconfig_option all[ARRAY_SIZE(options)];
	struct err e = { 0 };

	memcpy(all, options, sizeof(all));
	if (kconfig_read(&p->in->arena, all, &e)) {
		inspect_note(p->in, "skipping kernel config, %s", e.what);
		return;
	}
	for (const struct kconfig_option *o = all; o->name; o++)
		if (!p->macros || o->macro)
			show_option(p, o);
}

static void show_system(struct feature_probe *p)
{
	start_section(p, "system_config", "Scanning system configuration...",
		      "/*** Misc kernel config items ***/");
	if (!p->macros && has_procfs())
		for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
			show_setting(p->in, &settings[i]);
	else if (!p->macros)
		inspect_note(p->in, "/* procfs not mounted, skipping related probes */");
	show_kconfig(p);
	end_section(p);
}

static bool show_syscall(struct feature_probe *p)
{
	bool has = scan_syscall();

	start_section(p, "syscall_config", "Scanning system call availability...",
		      "/*** System call availability ***/");
	show_bool(p, "bpf_syscall", "bpf() syscall", has);
	end_section(p);
	return has;
}

/* Devices take programs and maps of some types only; others are not asked for. */
static bool prog_type_wanted(const struct feature_probe *p, uint32_t type)
{
	return !p->ifindex || type == BPF_PROG_TYPE_SCHED_CLS || type == BPF_PROG_TYPE_XDP;
}

static void show_prog_types(struct feature_probe *p)
{
	const char *name;

	start_section(p, "program_types", "Scanning eBPF program types...",
		      "/*** eBPF program types ***/");
	for (uint32_t i = 1; i < SCAN_PROG_TYPES && (name = name_prog_type(i)); i++) {
		if (!prog_type_wanted(p, i))
			continue;
		p->has_prog[i] = scan_prog_type(i, p->ifindex);
		show_bool(p, arena_printf(&p->in->arena, "%s_prog_type", name),
			  arena_printf(&p->in->arena, "eBPF program_type %s", name), p->has_prog[i]);
	}
	end_section(p);
}

static void show_map_types(struct feature_probe *p)
{
	const char *name;

	start_section(p, "map_types", "Scanning eBPF map types...", "/*** eBPF map types ***/");
	for (uint32_t i = 1; (name = name_map_type(i)); i++)
		if (!p->ifindex || i == BPF_MAP_TYPE_HASH || i == BPF_MAP_TYPE_ARRAY)
			show_bool(p, arena_printf(&p->in->arena, "%s_map_type", name),
				  arena_printf(&p->in->arena, "eBPF map_type %s", name),
				  scan_map_type(i, p->ifindex));
	end_section(p);
}

static void macro_helpers(struct feature_probe *p, const char *type, const struct scan_helpers *s)
{
	for (uint32_t h = 1; h < SCAN_HELPERS; h++)
		if (scan_helper_asked(h, p->full))
			sb_addf(&p->in->out, "#define %sBPF__PROG_TYPE_%s__HELPER_%s %d\n", p->macros, type,
				scan_helper_name(h), s->has[h]);
}

static void text_helpers(struct feature_probe *p, const char *type, const struct scan_helpers *s)
{
	struct strbuf *out = &p->in->out;
	bool any = false;

	sb_addf(out, "eBPF helpers supported for program type %s:", type);
	for (uint32_t h = 1; h < SCAN_HELPERS; h++) {
		if (s->has[h])
			sb_addf(out, "\n\t- %s", scan_helper_name(h));
		any |= s->has[h];
	}
	sb_addc(out, '\n');
	if (!any && !p->has_prog[s->prog_type])
		sb_adds(out, "\tProgram type not supported\n");
	else if (!any)
		sb_adds(out, "\tCould not determine which helpers are available\n");
}

static void json_helpers(struct feature_probe *p, const char *type, const struct scan_helpers *s)
{
	struct jsonw *w = &p->in->w;

	jsonw_array_at(w, arena_printf(&p->in->arena, "%s_available_helpers", type));
	for (uint32_t h = 1; h < SCAN_HELPERS; h++)
		if (s->has[h])
			jsonw_string(w, scan_helper_name(h));
	jsonw_end_array(w);
}

static const char macro_comment[] =
	"/*\n"
	" * Use %1$sHAVE_PROG_TYPE_HELPER(prog_type_name, helper_name)\n"
	" * to determine if <helper_name> is available for <prog_type_name>,\n"
	" * e.g.\n"
	" *	#if %1$sHAVE_PROG_TYPE_HELPER(xdp, bpf_redirect)\n"
	" *		// do stuff with this helper\n"
	" *	#elif\n"
	" *		// use a workaround\n"
	" *	#endif\n"
	" */\n"
	"#define %1$sHAVE_PROG_TYPE_HELPER(prog_type, helper)	\\\n"
	"	%1$sBPF__PROG_TYPE_ ## prog_type ## __HELPER_ ## helper\n";

static void show_helpers(struct feature_probe *p)
{
	struct scan_helpers *all = arena_array(&p->in->arena, struct scan_helpers, SCAN_PROG_TYPES);

	for (uint32_t i = 1; i < SCAN_PROG_TYPES; i++) {
		all[i].prog_type = i;
		all[i].wanted = p->has_prog[i] && scan_helpers_possible(i);
	}
	scan_helpers(all, SCAN_PROG_TYPES, p->ifindex, p->full);
	start_section(p, "helpers", "Scanning eBPF helper functions...", "/*** eBPF helper functions ***/");
	if (p->macros)
		sb_addf(&p->in->out, macro_comment, p->macros);
	for (uint32_t i = 1; i < SCAN_PROG_TYPES; i++) {
		if (!prog_type_wanted(p, i))
			continue;
		if (p->in->json)
			json_helpers(p, name_prog_type(i), &all[i]);
		else if (p->macros)
			macro_helpers(p, name_prog_type(i), &all[i]);
		else
			text_helpers(p, name_prog_type(i), &all[i]);
	}
	end_section(p);
}

static void show_misc(struct feature_probe *p)
{
	static const char *const names[SM_COUNT][2] = {
		[SM_LARGE] = { "large_insn_limit", "Large program size limit" },
		[SM_LOOPS] = { "bounded_loops", "Bounded loop support" },
		[SM_V2] = { "v2_isa_extension", "ISA extension v2" },
		[SM_V3] = { "v3_isa_extension", "ISA extension v3" },
		[SM_V4] = { "v4_isa_extension", "ISA extension v4" },
	};

	start_section(p, "misc", "Scanning miscellaneous eBPF features...", "/*** eBPF misc features ***/");
	for (int i = 0; i < SM_COUNT; i++)
		show_bool(p, names[i][0], names[i][1], scan_misc((enum scan_misc)i, p->ifindex));
	end_section(p);
}

void feature_probe_show(struct feature_probe *p)
{
	if (p->in->json)
		jsonw_object(&p->in->w);
	if (!p->ifindex)
		show_system(p);
	if (show_syscall(p)) {
		show_prog_types(p);
		show_map_types(p);
		show_helpers(p);
		show_misc(p);
	}
	if (p->in->json)
		jsonw_end_object(&p->in->w);
}
