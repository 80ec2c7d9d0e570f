/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dynamic linker's cache of libraries, and the names libraries go by. */
#ifndef SYM_LDCACHE_H
#define SYM_LDCACHE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Calls f with file name and path of each library in a cache file (usually /etc/ld.so.cache). A
 * file that is missing or broken gives none, or those before the damage.
 */
void ldcache_each(const char *path, void (*f)(void *arg, const char *file, const char *path),
		  void *arg);
/* The same for the cache's bytes. */
void ldcache_each_of(const char *data, size_t n,
		     void (*f)(void *arg, const char *file, const char *path), void *arg);
/*
 * Does a library's file go by this name: "libc.so.6" by "libc.so.6", "libc.so", "libc", "c".
 * elfpath.c
 */
bool elf_lib_matches(const char *file, const char *name);

#endif
