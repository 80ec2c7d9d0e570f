/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bpftool's words for types of programs, maps and links and for attachments, also for those that
 * are younger than the packaged libbpf (include/uapi/linux/bpf.h).
 */
#ifndef INSPECT_NAMES_H
#define INSPECT_NAMES_H

#include <stdint.h>

/* NULL if the number has no name. */
const char *name_prog_type(uint32_t type);
const char *name_map_type(uint32_t type);
const char *name_link_type(uint32_t type);
const char *name_attach_type(uint32_t type);
/* The number of a whole name; -1 if it is none. */
int number_map_type(const char *name);
int number_attach_type(const char *name);

#endif
