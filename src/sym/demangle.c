/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sym/demangle.h"

#include <stdlib.h>
#include <string.h>

#include <libiberty/demangle.h>

#include "base/strmap.h"

/* Longer ones are left as they are: nobody would read them, and damage may make any. */
#define NAME_MAX_LEN 4096

struct demangler {
	struct arena arena;
	struct strmap names;
};

struct demangler *demangler_new(void)
{
	struct demangler *d = xcalloc(1, sizeof(*d));

	strmap_init(&d->names, &d->arena);
	return d;
}

void demangler_free(struct demangler *d)
{
	if (!d)
		return;
	arena_done(&d->arena);
	free(d);
}

bool is_mangled(const char *name)
{
	return name[0] == '_' && (name[1] == 'Z' || name[1] == 'R' || !strncmp(name + 1, "_Z", 2));
}

/* Rust's older names look like C++'s, so they are tried first. */
static char *work(const char *name)
{
	char *text = rust_demangle(name, DMGL_PARAMS | DMGL_ANSI);

	return text ? text : cplus_demangle_v3(name, DMGL_PARAMS | DMGL_ANSI);
}

const char *demangled(struct demangler *d, const char *name)
{
	const char *have;
	char *text;

	if (!is_mangled(name) || strlen(name) > NAME_MAX_LEN)
		return name;
	have = strmap_get(&d->names, name);
	if (have)
		return have;
	text = work(name);
	have = arena_strdup(&d->arena, text ? text : name);
	free(text);
	strmap_put(&d->names, name, (void *)have);
	return have;
}

int demangled_name_len(const char *text)
{
	const char *p = text;
	int angles = 0;

	/* "operator()" and "(anonymous namespace)" have parentheses of their own. */
	for (; *p; p++) {
		if (!strncmp(p, "(anonymous namespace)", 21))
			p += 20;
		else if (!strncmp(p, "operator()", 10))
			p += 9;
		else if (!strncmp(p, "operator<", 9) || !strncmp(p, "operator>", 9))
			p += strspn(p + 8, "<>=") + 7;
		else if (*p == '<')
			angles++;
		else if (*p == '>' && angles)
			angles--;
		else if (*p == '(' && !angles)
			break;
	}
	return (int)(p - text);
}
