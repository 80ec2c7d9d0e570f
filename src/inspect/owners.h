/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processes hold a program, map, link or BTF: read from /proc/PID/fd, once for each kind. */
#ifndef INSPECT_OWNERS_H
#define INSPECT_OWNERS_H

#include "inspect/objects.h"

struct owner {
	int pid;
	const char *comm; /* as the process set it: not to be trusted */
};

/*
 * Processes with an fd of the object, by rising pid, without this one; 0 or more into ret, borrowed
 * from the session. Processes that this user may not look into are not among them.
 */
size_t owners_of(struct inspect *in, enum object_kind kind, uint32_t id, const struct owner **ret);
/* Adds "PREFIXcomm(pid), comm(pid)", or the member "pids", if there are any. */
void owners_text(struct inspect *in, enum object_kind kind, uint32_t id, const char *prefix);
void owners_json(struct inspect *in, enum object_kind kind, uint32_t id);
void owners_free(struct owners *o);

#endif
