/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/quiet.h"

#include <bpf/libbpf.h>
#include <stdio.h>

/* libbpf's printing function has no argument of its own, so what it says is kept here. */
static struct {
	struct strbuf text;
	bool debug;
} said;

static int keep(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (said.debug)
		return vfprintf(stderr, fmt, ap);
	if (level == LIBBPF_WARN)
		sb_addv(&said.text, fmt, ap);
	return 0;
}

void quiet_libbpf(struct inspect *in)
{
	said.debug = in->debug;
	libbpf_set_print(keep);
}

const char *libbpf_said(void)
{
	return sb_str(&said.text);
}

void libbpf_forget(void)
{
	sb_reset(&said.text);
}
