/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processes hold a program, map, link or BTF. */
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
/* What fdinfo has as "memlock" of a program, from where its holders were found; false: not known. */
bool owners_memlock(struct inspect *in, uint32_t prog_id, uint64_t *ret);
void owners_free(struct owners *o);

/* One process holding one object. */
struct hold {
	enum object_kind kind;
	uint32_t id;
	struct owner by;
	uint64_t memlock; /* bytes that a program is accounted for; 0: not known */
};
typedef VEC(struct hold) hold_list;

/*
 * owners_iter.c: all holds by a BPF iterator over open files, which takes a fraction of the time that
 * reading /proc takes; without BTF objects, comm NULL. -errno: the kernel does not let us.
 */
int owners_iterate(struct inspect *in, hold_list *ret);

#endif
