/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the interpreter only. */
#ifndef BPF_INTERP_INT_H
#define BPF_INTERP_INT_H

#include "bpf/insn.h"
#include "bpf/interp.h"

#define INTERP_FRAMES 8
#define INTERP_MAP_ADDR 0x7000000000000000ull /* + index: a map itself */
#define INTERP_FN_ADDR 0x7100000000000000ull  /* + instruction: a callback */

/* An object in the program's address space. Bytes past its end belong to nobody. */
struct region {
	uint64_t addr;
	size_t size;
	uint8_t *mem;
	uint8_t *written; /* stack: which bytes were; NULL: all */
	bool readonly, dead;
	bool indirect;    /* for helpers only */
};

struct imap_entry {
	uint8_t *key;
	uint64_t addr; /* of the value */
	uint8_t *value;
};

struct imap {
	const struct ir_map *map;
	uint32_t value_size;
	VEC(struct imap_entry) entries;
};

struct irecord {
	uint8_t *data;
	size_t size;
	uint64_t addr; /* while reserved */
};

struct interp {
	const struct bpf_object *obj;
	struct interp_env env;
	VEC(struct region *) regions; /* by address */
	uint64_t next_addr;
	struct imap *maps;
	size_t nmaps;
	VEC(struct irecord) records, reserved;
	struct region *stack[INTERP_FRAMES], *ctx;
	const struct bpf_prog *prog;
	unsigned depth;
	uint64_t steps, calls;
	struct strbuf error;
	bool failed;
};

/* interp.c */
/* First message wins; returns 0 for the convenience of callers. */
uint64_t interp_fail(struct interp *in, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A new object of size zero bytes; owned by the interpreter. */
struct region *interp_region(struct interp *in, size_t size);
/* Host memory of n bytes at addr, or NULL and an error. */
void *interp_access(struct interp *in, uint64_t addr, uint64_t n, bool write);
/* The same without an error, and of memory that only helpers may read. */
void *interp_peek(struct interp *in, uint64_t addr, uint64_t n);
uint64_t interp_callback(struct interp *in, uint64_t fn, const uint64_t *args, unsigned n);

/* interp_help.c */
uint64_t interp_helper(struct interp *in, int32_t id, uint64_t *r);
uint64_t interp_kfunc(struct interp *in, const char *name, uint64_t *r);

/* interp_map.c */
void interp_maps_init(struct interp *in);
void interp_maps_done(struct interp *in);
struct imap *interp_map(struct interp *in, uint64_t handle);
uint64_t interp_lookup(struct interp *in, struct imap *m, const void *key);
int64_t interp_update(struct interp *in, struct imap *m, const void *key, const void *value, uint64_t flags);
int64_t interp_delete(struct interp *in, struct imap *m, const void *key);

#endif
