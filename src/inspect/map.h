/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A map in hand, and the verbs of the noun map by file. */
#ifndef INSPECT_MAP_H
#define INSPECT_MAP_H

#include "inspect/btf_value.h"
#include "inspect/objects.h"

struct map_view {
	int fd;
	struct bpf_map_info info;
	bool percpu;
	uint32_t ncpus;      /* values of an entry: 1, or the possible CPUs */
	uint32_t stride;     /* bytes from one CPU's value to the next */
	size_t value_bytes;  /* of an entry */
	struct btf *btf;     /* of its values; NULL: unknown. Borrowed from the session */
	uint32_t value_type;
};

/* Takes fd over also if it fails: 0, or -errno and the error set. */
int map_view_open(struct inspect *in, int fd, struct map_view *ret);
/* The one map that the next words name. */
int map_view_named(struct inspect *in, struct words *w, struct map_view *ret);
void map_view_done(struct map_view *m);
#define _cleanup_map_ __attribute__((cleanup(map_view_done)))

bool map_is_of_maps(uint32_t type);

/* map_entry.c: entries as they are shown */
void bytes_text(struct inspect *in, const void *bytes, size_t n); /* "01 ff", 16 a line */
/* An entry as hexadecimal text. */
void map_entry_text(struct inspect *in, const struct map_view *m, const void *key, const void *value);
/* As JSON: bytes, and "formatted" if there is BTF. */
int map_entry_json(struct inspect *in, const struct map_view *m, const void *key, const void *value);
/* As BTF has it: {"key": K,"value": V}. plain: for text. */
int map_entry_typed(const struct map_view *m, struct jsonw *w, bool plain, const void *key,
		    const void *value);
/* One entry on its own, in the mode of the session. */
int map_entry_show(struct inspect *in, const struct map_view *m, const void *key, const void *value);
/* An entry whose value cannot be read. */
void map_entry_error(struct inspect *in, const struct map_view *m, const void *key, int code);

/* map_show.c */
int map_show(struct inspect *in, struct words *w);
void map_header_json(struct jsonw *w, const struct bpf_map_info *info);
void map_header_text(struct inspect *in, const struct bpf_map_info *info);
/* map_dump.c */
int map_dump(struct inspect *in, struct words *w);
/* map_edit.c */
int map_lookup(struct inspect *in, struct words *w);
int map_update(struct inspect *in, struct words *w);
int map_getnext(struct inspect *in, struct words *w);
int map_delete(struct inspect *in, struct words *w);
int map_pop(struct inspect *in, struct words *w);
/* map_create.c */
int map_create(struct inspect *in, struct words *w);
int map_pin(struct inspect *in, struct words *w);
int map_freeze(struct inspect *in, struct words *w);
/* map_events.c */
int map_event_pipe(struct inspect *in, struct words *w);

#endif
