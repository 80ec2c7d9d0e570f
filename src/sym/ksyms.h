/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel symbols from /proc/kallsyms (reading costs about 50 ms: done at the first question only).
 */
#ifndef SYM_KSYMS_H
#define SYM_KSYMS_H

#include <stddef.h>
#include <stdint.h>

struct ksyms;
struct ksym {
	uint64_t addr;
	const char *name;
	const char *module; /* NULL: the kernel itself */
};

struct ksyms *ksyms_new(void); /* costs nothing */
struct ksyms *ksyms_new_from(const char *path); /* another file of that format */
void ksyms_free(struct ksyms *k);
/* Text symbol that covers addr; NULL if unknown. Borrowed, as its names are. */
const struct ksym *ksyms_find(struct ksyms *k, uint64_t addr);
/*
 * Address of a symbol (also of data), 0 if unknown or if addresses are hidden from us. Reads no
 * further than the hit.
 */
uint64_t ksyms_addr(struct ksyms *k, const char *name);
/*
 * Calls f for each text symbol by rising address until it returns non-zero, which is returned.
 * Where addresses are hidden (kernel.kptr_restrict) they are 0 and the order is the file's: names
 * are still right.
 */
int ksyms_each(struct ksyms *k, int (*f)(void *arg, const struct ksym *s), void *arg);
/*
 * The same for those whose names begin with a prefix, in the file's order, without making a table of all. The symbol and its
 * names are gone when f returns.
 */
int ksyms_each_prefix(struct ksyms *k, const char *prefix, int (*f)(void *arg, const struct ksym *s), void *arg);

#endif
