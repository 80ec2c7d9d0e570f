/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/help.h"

#include "base/fdutil.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/report.h"
#include "tool/sources.h"

static const struct {
	const char *command, *what;
} examples[] = {
	{ "-e 'tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }'",
	  "system calls by process name" },
	{ "-e 'tracepoint:syscalls:sys_enter_openat { printf(\"%s\\n\", str(args.filename)); }'",
	  "files being opened" },
	{ "-e 'profile:hz:99 { @[kstack] = count(); }'", "kernel stacks, 99 times a second" },
	{ "-e 'tracepoint:block:block_rq_issue { @ = hist(args.bytes); }'", "sizes of block I/O" },
	{ "-p 1337 -e 'uprobe:libc:malloc { @[ustack] = count(); }'",
	  "who calls malloc() in a process" },
	{ "-c 'ls /' -e 'uprobe:libc:malloc { @ = count(); }'", "calls of malloc() by a command" },
	{ "-l '*sleep*'", "probes with \"sleep\" in their name" },
	{ "-lv 'tracepoint:syscalls:sys_enter_open*'", "probes and their arguments" },
};

static void add_commands(struct strbuf *out, const char *self)
{
	sb_adds(out, "\nCOMMANDS:\n");
	for (const struct command *c = commands; c->name; c++)
		if (c->help)
			sb_addf(out, "  %-12s%s\n", c->name, c->help);
	sb_addf(out, "  top         BPF programs by what they cost\n"
		     "  doctor      what this kernel can and cannot do, and what would help\n"
		     "  prog map link btf gen net perf cgroup feature struct_ops iter token batch\n"
		     "              bpftool's (%s bpftool help)\n", self);
}

int help_print(const char *self, bool as_bpftrace)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	sb_addf(&out, "USAGE:\n  %s [OPTIONS] FILE [PARAMETER...]\n", self);
	sb_addf(&out, "  %s [OPTIONS] -e PROGRAM [PARAMETER...]\n", self);
	if (!as_bpftrace)
		sb_addf(&out, "  %s TOOL [OPTIONS]\n  %s COMMAND ...\n", self, self);
	sb_adds(&out, "\nTraces Linux with scripts in bpftrace's language. FILE may be '-': "
		      "standard input.\n");
	sb_adds(&out, "\nOPTIONS:\n");
	options_help(&out);
	if (!as_bpftrace) {
		sb_adds(&out, "\nTOOLS:\n ");
		for (size_t i = 0; i < tool_sources_n; i++)
			sb_addf(&out, " %s", tool_sources[i].name);
		sb_addf(&out, "\n  (%s TOOL --help)\n", self);
	}
	if (!as_bpftrace)
		add_commands(&out, self);
	sb_adds(&out, "\nEXAMPLES:\n");
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++)
		sb_addf(&out, "  %s %s\n      %s\n", self, examples[i].command, examples[i].what);
	return report_text(&out);
}

int help_version(bool as_bpftrace)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	if (as_bpftrace)
		sb_addf(&out, "bpftrace v%s (sonde %s)\n", BPFTRACE_LEVEL, SONDE_VERSION);
	else
		sb_addf(&out, "sonde %s\n", SONDE_VERSION);
	return report_text(&out);
}
