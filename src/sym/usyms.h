/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols of user addresses: process maps, ELF symbols, perf maps; caches files and processes. */
#ifndef SYM_USYMS_H
#define SYM_USYMS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct usyms;
struct usym {
	const char *name;   /* NULL: unknown */
	const char *module; /* path of the file, NULL: unknown */
	uint64_t offset;    /* from the symbol's start, or in the file if there is no name */
};
struct usyms *usyms_new(void); /* costs nothing */
void usyms_free(struct usyms *u);
/* Remembers a process' maps now (it may be gone when its addresses are asked). */
void usyms_note(struct usyms *u, pid_t pid);
/*
 * False: nothing is known of the address. What it gives is borrowed until the next call; names come
 * from files of others and are not escaped.
 */
bool usyms_find(struct usyms *u, pid_t pid, uint64_t addr, struct usym *ret);

#endif
