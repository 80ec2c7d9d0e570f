/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths in the BPF file systems that objects are pinned at. */
#ifndef INSPECT_PINS_H
#define INSPECT_PINS_H

#include "inspect/objects.h"

/*
 * -f: adds PREFIXpath for each, or the member "pinned": an array, which is
 * left out if nothing at all is pinned. All mounts of the type are walked, once for a command; an
 * object may be seen through several.
 */
void pins_text(struct inspect *in, enum object_kind kind, uint32_t id, const char *prefix);
void pins_json(struct inspect *in, enum object_kind kind, uint32_t id);
void pins_done(struct inspect *in);

/* Is path on a BPF file system? */
bool pins_is_bpffs(const char *path);
/*
 * Makes the folder a file is to be pinned in usable: it must be there, and on a BPF file system,
 * which is mounted on it otherwise (not with -n). 0, or -errno and the error set.
 */
int pins_prepare_dir(struct inspect *in, const char *dir, bool create);

#endif
