/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel symbols from /proc/kallsyms (reading costs about 50 ms: done at the first question only). */
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
void ksyms_free(struct ksyms *k);
/* Symbol that covers addr; NULL if unknown. */
const struct ksym *ksyms_find(struct ksyms *k, uint64_t addr);
/* Address of a symbol, 0 if unknown (or addresses are hidden from us). Name only: stops at the hit. */
uint64_t ksyms_addr(struct ksyms *k, const char *name);
/* Calls f for each text symbol until it returns non-zero. */
int ksyms_each(struct ksyms *k, int (*f)(void *arg, const struct ksym *s), void *arg);

#endif
