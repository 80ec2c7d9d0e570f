/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel functions that are system calls: their tracepoints are on every kernel, and know the arguments by name. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fdutil.h"
#include "front/front.h"

static const char *syscall_name(const char *function)
{
	static const char *const prefixes[] = { "sys_", "SyS_", "__x64_sys_", "__arm64_sys_", "__se_sys_", "__do_sys_" };

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(function, prefixes[i], strlen(prefixes[i])))
			return function + strlen(prefixes[i]);
	return NULL;
}

/* "\tfield:const char * filename;\toffset:24;..." of the event's format, behind the number of the call. */
static void take_fields(struct front *f, struct front_probe *p, char *text)
{
	char *line, *save = NULL;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *field = strstr(line, "field:"), *end = field ? strchr(field, ';') : NULL, *name;

		if (!end)
			continue;
		*end = '\0';
		name = strrchr(field, ' ');
		if (name && strncmp(name + 1, "common_", 7) && strcmp(name + 1, "__syscall_nr"))
			avec_push(f->arena, &p->fields, arena_strdup(f->arena, name + 1));
	}
}

void front_find_syscall(struct front *f, struct front_probe *p)
{
	const char *name = p->kind == FK_ENTRY || p->kind == FK_RETURN ? syscall_name(p->name) : NULL;
	_cleanup_sb_ struct strbuf text = { 0 };
	char path[PATH_MAX];

	if (!name || !*name || strchr(name, '+') || strchr(name, '/') || !f->tracefs)
		return;
	if (strpbrk(name, "*?[")) {
		p->syscall = name;
		return;
	}
	snprintf(path, sizeof(path), "%s/events/syscalls/sys_enter_%s/format", f->tracefs, name);
	if (file_read(path, 1 << 16, &text) || !text.p)
		return;
	p->syscall = name;
	take_fields(f, p, text.p);
}
