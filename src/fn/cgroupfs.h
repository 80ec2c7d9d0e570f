/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hierarchies of control groups that are mounted here, of version 1 and 2. */
#ifndef FN_CGROUPFS_H
#define FN_CGROUPFS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

/* A group: where it is in the kernel's own terms. */
struct cgroup_place {
	bool v2;
	unsigned level;       /* groups above it; the root has 0 */
	uint64_t id;          /* inode number of its folder (kernfs_id(), include/linux/kernfs.h), since 5.5 */
	char controllers[128]; /* version 1: "cpu,cpuacct"; or "name=systemd" */
};

/* The group of a folder. 0; -errno; -EXDEV: the folder is of no cgroup file system. */
int cgroup_of_folder(const char *path, struct cgroup_place *ret);
/* The group with this id in a hierarchy of version 2, else in one of version 1. 0 or -ENOENT. */
int cgroup_of_id(uint64_t id, struct cgroup_place *ret);
/*
 * The root of the hierarchy that containers are told apart by: one of version 1 with a controller that runtimes use, if there is
 * any, else that of version 2; and where it is mounted. 0 or -ENOENT.
 */
int cgroup_of_containers(struct cgroup_place *ret, struct strbuf *ret_mount);
/* Calls back for each mounted hierarchy: "unified" or its folder's name, and its mount point. Stops on true, and gives that. */
bool cgroup_each_mount(bool (*fn)(void *arg, const char *name, const char *mount, bool v2), void *arg);
/* The path of the group with this id below the mount point, "/" for the root. False: there is none. */
bool cgroup_path_below(const char *mount, uint64_t id, struct strbuf *out);

#endif
