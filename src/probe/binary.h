/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that the path part of uprobe and usdt attach points means, and attaching to places in them. */
#ifndef PROBE_BINARY_H
#define PROBE_BINARY_H

#include "probe/common.h"

struct elf_file;

struct binary {
	const char *name; /* as messages and the `probe` built-in show it: as written if that is a path */
	const char *path; /* what can be opened */
};

/*
 * Calls f for each file: one without wildcards; with them all that match: paths, or names in $PATH and the
 * library folders; "*" alone with a process: all that it has mapped. Stops when f returns false, which is returned.
 * -ENOENT in ret_code if there was none. Strings are of env's arena.
 */
bool binaries_each(struct probe_env *env, const struct part *path,
		   bool (*f)(void *arg, const struct binary *b, struct elf_file *elf), void *arg, int *ret_code);
/* The file is not there, or cannot be read as ELF: a diagnostic by ret_code of binaries_each(). */
bool binary_missing(struct probe_env *env, const struct provider *p, const struct part *path, int code);

/* Does the attach point name a line of a source file ("PATH@FILE:LINE[:COLUMN]"), and its expansion. srcline.c */
bool srcline_is(const struct attach_point *ap);
bool srcline_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out);

/* "PATH:cpp:NAME": functions by the names that their C++ source has. cppname.c */
bool cppname_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out);
/*
 * Warns of a uretprobe in a Go program: the kernel changes return addresses on stacks that Go moves and checks. binary.c
 */
void warn_go(struct probe_env *env, const struct probe *out, const struct binary *b, struct elf_file *elf, struct span at);

/* ops.kind and ops.attach of uprobe, uretprobe and usdt. */
void binary_kind(struct target *t, const struct probe *p, struct prog_kind *ret);
int binary_attach(const struct attach_env *env, const struct probe *p, int prog_fd, struct links *links,
		  struct err *e);

#endif
