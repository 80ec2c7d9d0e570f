/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --cgroup PATH: tasks of that group and of those below it, in the unified hierarchy and in those of version 1. A task
 * knows its group of each hierarchy (struct css_set), a group those that it is below of (struct cgroup).
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fdutil.h"
#include "tool/internal.h"

/* Controllers of version 1 as mounts name them, and as enum cgroup_subsys_id does. */
static const struct {
	const char *option, *subsystem;
} controllers[] = {
	{ "memory", "memory" }, { "cpu", "cpu" }, { "cpuacct", "cpuacct" }, { "cpuset", "cpuset" }, { "blkio", "io" },
	{ "devices", "devices" }, { "freezer", "freezer" }, { "net_cls", "net_cls" }, { "perf_event", "perf_event" },
	{ "net_prio", "net_prio" }, { "hugetlb", "hugetlb" }, { "pids", "pids" }, { "rdma", "rdma" }, { "misc", "misc" },
};

struct place {
	size_t mounted;        /* length of the mount point in the path */
	unsigned root_level;   /* of what is mounted there */
	const char *subsystem; /* NULL: the unified hierarchy */
};

static unsigned count_parts(const char *path)
{
	unsigned n = 0;

	for (const char *p = path; *p; p++)
		n += *p == '/' && p[1] && p[1] != '/';
	return n;
}

/* A controller among "rw,cpu,cpuacct"; NULL: there is none that is known. */
static const char *find_subsystem(const char *options)
{
	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++) {
		size_t n = strlen(controllers[i].option);

		for (const char *p = options; (p = strstr(p, controllers[i].option)); p += n)
			if ((p == options || p[-1] == ',') && (!p[n] || p[n] == ',' || p[n] == '\n'))
				return controllers[i].subsystem;
	}
	return NULL;
}

/* One line of mountinfo; true if it mounts control groups above the path. */
static bool take_mount(char *line, const char *path, struct place *ret)
{
	char root[PATH_MAX], point[PATH_MAX], type[32], options[512];
	const char *dash = strstr(line, " - ");
	size_t n;

	if (!dash || sscanf(line, "%*s %*s %*s %4095s %4095s", root, point) != 2 ||
	    sscanf(dash + 3, "%31s %*s %511s", type, options) != 2 || strncmp(type, "cgroup", 6))
		return false;
	n = strlen(point);
	if (strncmp(path, point, n) || (path[n] && path[n] != '/'))
		return false;
	*ret = (struct place){ n, count_parts(root), !strcmp(type, "cgroup2") ? NULL : find_subsystem(options) };
	return !strcmp(type, "cgroup2") || ret->subsystem;
}

static bool find_place(const char *path, struct place *ret)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	bool found = false;
	size_t cap = 0;
	struct place p;

	while (f && getline(&line, &cap, f) > 0)
		if (take_mount(line, path, &p) && (!found || p.mounted >= ret->mounted)) {
			*ret = p;
			found = true;
		}
	if (f)
		fclose(f);
	return found;
}

int tool_check_cgroup(const char *text, uint64_t *ret_id, struct err *e)
{
	_cleanup_free_ char *path = realpath(text, NULL);
	struct place place;
	struct stat st;

	if (!path || stat(path, &st) || !S_ISDIR(st.st_mode))
		return err_set(e, -EINVAL, "there is no cgroup '%s'", text);
	if (!find_place(path, &place))
		return err_set(e, -EINVAL, "'%s' is no cgroup: no hierarchy with a controller is mounted there", text);
	*ret_id = st.st_ino;
	return 0;
}

/* The task's group of the hierarchy, as the script's text has it. */
static void add_group(struct strbuf *out, const struct place *place)
{
	if (place->subsystem)
		sb_addf(out, "curtask.cgroups.subsys[%s_cgrp_id].cgroup", place->subsystem);
	else
		sb_adds(out, "curtask.cgroups.dfl_cgrp");
}

void tool_add_cgroup(struct tool *t, const struct tool_option *o, struct strbuf *out)
{
	_cleanup_free_ char *path = realpath(tool_text(o), NULL);
	const struct tool_host *h = t->host;
	struct place place;
	unsigned level;

	if (isdigit((unsigned char)*tool_text(o)) || !path || !find_place(path, &place)) {
		sb_addf(out, "(cgroup == %llu)", (unsigned long long)tool_number(o));
		return;
	}
	level = place.root_level + count_parts(path + place.mounted);
	sb_addc(out, '(');
	add_group(out, &place);
	sb_addf(out, ".level >= %u && ", level);
	add_group(out, &place);
	/* 5.10 has the ids of groups above, later kernels the groups. */
	sb_addf(out, !h || h->has_field(h->arg, "cgroup", "ancestors") ? ".ancestors[%u].kn.id" : ".ancestor_ids[%u]", level);
	sb_addf(out, " == %llu)", (unsigned long long)tool_number(o));
}
