/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols of user addresses: process maps, ELF symbols, perf maps; caches files and processes. */
#ifndef SYM_USYMS_H
#define SYM_USYMS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sym/dwarf.h"

struct usyms;
struct usym {
	const char *name;   /* NULL: unknown */
	const char *module; /* path of the file, NULL: unknown */
	uint64_t offset;    /* from the symbol's start, or in the file if there is no name */
};
struct usyms *usyms_new(void); /* costs nothing */
void usyms_free(struct usyms *u);
/*
 * lines: debug information is read for usyms_frames(); demangle: names of C++ and Rust as their sources have them. Both
 * are off at first.
 */
void usyms_configure(struct usyms *u, bool lines, bool demangle);
/*
 * Where to ask for processes that are gone: catch_up(arg) adds what happened since to seen. Both borrowed, NULL: no
 * longer.
 */
struct seen;
void usyms_watch(struct usyms *u, struct seen *seen, void (*catch_up)(void *arg), void *arg);
/* Remembers a process' maps now (it may be gone when its addresses are asked). */
void usyms_note(struct usyms *u, pid_t pid);
/*
 * False: nothing is known of the address. What it gives is borrowed until the next call; names come
 * from files of others and are not escaped.
 */
bool usyms_find(struct usyms *u, pid_t pid, uint64_t addr, struct usym *ret);
/*
 * The functions that an address belongs to by debug information, as of dwarf_frames(). is_return: it is where a call
 * returns to, so the line is that of the call before it. Borrowed until the next call.
 */
size_t usyms_frames(struct usyms *u, pid_t pid, uint64_t addr, bool is_return, struct src_frame *ret, size_t max);
/* Build ID (its bytes or -ENOENT) of the file that is mapped at an address, and the offset there. */
int usyms_build_id(struct usyms *u, pid_t pid, uint64_t addr, uint8_t ret_id[20], uint64_t *ret_offset);

#endif
