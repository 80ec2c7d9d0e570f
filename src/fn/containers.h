/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Containers, as control groups and the files of their runtimes tell of them: docker, containerd, podman, CRI-O, LXC,
 * systemd-nspawn. SONDE_CONTAINER_ROOT stands before the files' paths (for tests, and for a host's files seen from a container).
 */
#ifndef FN_CONTAINERS_H
#define FN_CONTAINERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/* The id in a group's path, the deepest one if there are several: 64 hexadecimal digits, or a name of LXC or systemd. */
bool container_id_of(const char *cgroup_path, struct strbuf *ret_id);
/* The id of its pod: what stands behind "pod" in the path. False: it is in none. */
bool container_pod_of(const char *cgroup_path, struct strbuf *ret_id);
/* The name that the runtime knows the container by. False: its files do not tell. */
bool container_name(const char *id, struct strbuf *out);
/* "namespace/name" of the pod that the container is in. False: its files do not tell. */
bool container_pod_name(const char *id, struct strbuf *out);
/* The folder below a hierarchy's mount point of the container with this name, or an id that begins so. */
bool container_find(const char *mount, const char *name, struct strbuf *ret_folder);

#endif
