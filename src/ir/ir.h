/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SSA intermediate representation: modules, functions, blocks, values.
 *
 * A module is everything one script compiles to: programs (struct ir_fn), maps, global data. Values
 * are 64-bit scalars, pointers with a kind, or aggregates: pointers to bytes that nobody changes
 * after they were made (keys, strings, comm). The rule of the house for the verifier's sake: the
 * value that was checked is the value that is used; a null check yields a `nonnull`, a bound yields
 * a `umin`, and no pass replaces these by what they were made from.
 *
 * Level H operations say what is meant (mapadd, key, emit) so that value numbering merges them;
 * ir/expand*.c turns them into level L operations, which the back end selects. Facts about
 * operations are columns of ops.def and helpers.def.
 */
#ifndef IR_IR_H
#define IR_IR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "ir/target.h"

enum ir_op {
#define OP(name, level, nargs, result, effect, flags) IR_##name,
#include "ir/ops.def"
#undef OP
	IR_OP_COUNT
};

enum ir_helper {
#define HELPER(name, number, result, effect, kernel) IRH_##name = number,
#include "ir/helpers.def"
#undef HELPER
};

enum ir_effect {
	IRE_PURE,   /* depends on arguments alone */
	IRE_CONST,  /* same for a whole run of the program, given the arguments: may be merged */
	IRE_FRESH,  /* differs each time; may be removed, not merged */
	IRE_RMEM,   /* reads memory of the program: between writes to memory the same */
	IRE_RMAP,   /* reads a map: between writes to the same map the same */
	IRE_WMEM,   /* writes memory of the program */
	IRE_WMAP,   /* writes a map */
	IRE_EMIT,   /* seen from outside, keeps its place */
	IRE_CTL,    /* ends a block */
	IRE_HELPER, /* as helpers.def says for imm (call) or helper (fill) */
};

/* What a pointer points to; decides whether loads are direct and what the verifier wants. */
enum ir_ptr {
	PK_NONE, /* a scalar (also: a kernel or user address held as a number) */
	PK_CTX,
	PK_STACK,    /* slot */
	PK_MAPVAL,   /* non-null map value */
	PK_MAPVAL0,  /* map value or null: needs a br and nonnull */
	PK_BTF,      /* trusted or walked BTF pointer: direct loads allowed */
	PK_RING0,    /* ring record or null */
	PK_RING,
	PK_MAP,      /* map itself */
	PK_FN,       /* callback */
};

/* Part of a key or a record. */
enum ir_part_kind {
	IP_SCALAR, /* low size bytes of the argument */
	IP_AGG,    /* size bytes of an aggregate argument */
	IP_STR,    /* a string: in a key zero padded to size; in a record as IP_AGG up to its NUL */
	IP_VSTR,   /* records only: u32 length with NUL at off; bytes behind the fixed part */
};
struct ir_part {
	enum ir_part_kind kind;
	uint32_t off, size;
};
struct ir_layout {
	uint32_t size; /* of the fixed part; record: includes the 4-byte action id at 0 */
	uint32_t nparts;
	struct ir_part part[];
};

enum ir_map_role {
	IM_USER,    /* @name of the script */
	IM_GLOBALS, /* one-element array, mmapable if the kernel can: scalars, losses, flags */
	IM_RODATA,  /* one-element frozen array */
	IM_PCPU,    /* one-element per-CPU array: scalar aggregations and scratch */
	IM_BULK,    /* array of an element for each CPU, for scratch beyond the 32 KiB that a per-CPU value can have */
	IM_RING,    /* ring buffer or perf event array */
	IM_STACKS,  /* stack traces */
	IM_MORE_STACKS, /* those that found their place in IM_STACKS taken */
	IM_PACKETS, /* perf event array for records with a packet's bytes */
	IM_PINNED,  /* of others: what is pinned at its path */
	IM_FRAMES,  /* user stacks that a program walked itself: frames under their hash */
	IM_UNWIND_PIDS, IM_UNWIND_PROCS, IM_UNWIND_ROWS, /* what it walks by: unwind/tables.h makes them */
};

/* A map to be created; type is BPF_MAP_TYPE_*. */
struct ir_map {
	uint32_t index; /* in module->maps */
	const char *name;
	enum ir_map_role role;
	uint32_t type, key_size, value_size, max_entries, flags;
	uint32_t loss;  /* loss counter for failed updates (full), LOSS_NONE if none */
	/*
	 * Not NULL: this map's keys are digests of longer ones, which are this other map's values.
	 * The operations on it take a digest as key.
	 */
	struct ir_map *keys;
	const char *path; /* IM_PINNED */
	bool interrupts; /* its values are read by programs that may run in the middle of others */
};

/*
 * What stands for a key that is longer than the kernel takes, computed from its n bytes and the two words
 * that every run chooses anew (module->seed_off). Programs compute the same by the operation digest.
 */
#define IR_DIGEST_SIZE 16
void ir_digest_of(const void *key, uint32_t n, const uint64_t seed[2], uint64_t ret[2]);

/*
 * Loss counters: u64 each at the start of the globals, indexed by these, then one a map and one for each place of the
 * script where something may be lost. These count what has no place, or came when there was no room for more.
 */
enum ir_loss {
	LOSS_RING,       /* record dropped: buffer full */
	LOSS_READ,       /* kernel or user memory could not be read */
	LOSS_STACK,      /* stack trace not stored (hash collision or full) */
	LOSS_UNWIND,     /* no tables to walk a process' stack by */
	LOSS_LOOP,       /* a loop hit its limit */
	LOSS_DIV,        /* divided by zero */
	LOSS_INDEX,      /* index outside of an array */
	LOSS_BUSY,       /* a run that found all copies of its scratch held by preempted ones */
	LOSS_FIRST_MAP,  /* + map's own number */
	LOSS_NONE = 0xffffffff,
};
/*
 * What can go wrong at one place of the script, with two counters: how often, and the last result of the helper. Losses
 * have the first only.
 */
enum ir_fault { IF_DIV, IF_INDEX, IF_HELPER, IF_LOSS };
struct ir_site {
	enum ir_fault kind;
	uint32_t what;   /* IF_HELPER: its number; IF_LOSS: enum ir_loss */
	uint32_t counter;
	struct span span;
};
/*
 * After the losses: a u32 at IR_GLOBAL_WAKE, the flags for ring buffer submits: 0 (wake the
 * consumer) or BPF_RB_NO_WAKEUP, set by user space while it polls anyway.
 */
#define IR_MAX_LOSS 1024
#define IR_GLOBAL_WAKE (IR_MAX_LOSS * 8)
/*
 * Then a u32: IR_ENDED and the status once exit() ran. Timers stop then, for they would go on until its record is
 * handled; and user space learns of an exit whose record was lost.
 */
#define IR_GLOBAL_ENDED (IR_GLOBAL_WAKE + 4)
#define IR_ENDED 0x80000000u
#define IR_GLOBAL_FIRST (IR_GLOBAL_WAKE + 8)

struct ir_val;
struct ir_block;
struct ir_fn;

/*
 * A number that depends on the layout of a kernel structure (include/uapi/linux/bpf.h: enum bpf_core_relo_kind). One
 * object for each, so pointers can be compared.
 */
enum ir_core_kind { IR_CORE_OFFSET = 0, IR_CORE_SHL = 4, IR_CORE_SHR = 5 };
struct ir_core {
	enum ir_core_kind kind;
	const void *type;  /* the structure: the compiler's own, not looked at here */
	const void *field; /* its member, likewise */
	const char *name;  /* of the member */
};

/* What a kcall calls. */
enum ir_callee {
	IR_OF_KERNEL, /* a kernel function that programs may call */
	IR_OF_OBJECT, /* a function of an imported object: its arguments may be memory of any kind */
};

struct ir_val {
	enum ir_op op;
	uint32_t id;          /* unique in the function, for printing */
	uint8_t width;        /* bytes: load, store, ext, kread, mapget, ... */
	bool is_signed;
	enum ir_ptr ptr;      /* of the result */
	uint32_t size;        /* slot, fill, key, copy, zero, rodata: bytes */
	uint16_t helper;      /* fill: enum ir_helper */
	int64_t imm;
	struct ir_map *map;
	struct ir_fn *fn;               /* fnaddr */
	const struct ir_layout *layout; /* key, emit */
	const char *kfunc;              /* kcall */
	uint32_t struct_id;             /* PK_BTF pointer that the verifier trusts: its structure in the kernel's BTF; 0: not known */
	const struct ir_core *core;     /* core: what imm is; load, kread of a BTF or context pointer: imm is it, too */
	uint32_t nargs;
	struct ir_val **arg;
	struct ir_block *block;
	struct ir_val *prev, *next; /* in the block; phis first, control last */
	struct span span;           /* of the script, for line info and verifier messages */
	int64_t lo, hi;             /* range pass: signed bounds; INT64_MIN, INT64_MAX: unknown */
	uint32_t mark;              /* for the running pass */
	void *data;                 /* for the running pass */
};

struct ir_block {
	uint32_t id;
	struct ir_val *first, *last;
	VEC(struct ir_block *) preds;
	struct ir_block *succ[2];
	bool cold; /* error paths: laid out at the end */
	/* analyses, valid after ir_dominators() */
	struct ir_block *idom;
	uint32_t rpo, depth, loop; /* loop: nesting depth */
	uint32_t dom_in, dom_out;  /* what it dominates has dom_in in [dom_in, dom_out) */
	void *data;
};

struct ir_module;

/*
 * Scratch that runs on one CPU must not share: copies of it lie behind one another, in front of them a word each that
 * is not 0 while a run holds that copy (ir/claim.c). copies 0: nothing is claimed.
 */
#define IR_COPIES 4
struct ir_claim {
	struct ir_map *map; /* as in the operation pcpu */
	uint32_t off;       /* of the words */
	uint32_t first;     /* of the first copy */
	uint32_t size;      /* of each copy */
	uint32_t copies;
	bool whole;         /* held from the beginning to the end, callbacks and their scratch included */
};

struct ir_fn {
	struct ir_module *module;
	const char *name;
	bool lowered;          /* level-H operations are gone */
	bool is_callback;      /* called by a helper: (map, key, value, ctx) or (index, ctx) */
	uint32_t nparams;      /* of a callback */
	VEC(struct ir_block *) blocks; /* [0] is the entry */
	uint32_t next_val, next_block;
	uint32_t frame;        /* bytes of stack given to slots by the slots pass */
	bool is_large;         /* the slots pass left more of the stack to the register allocator */
	/*
	 * Another run of it may come in between on the same CPU: another task's, while this one is preempted. Most
	 * programs are kept from that by bpf_prog_active (trace_call_bpf() in kernel/trace/bpf_trace.c) or their own
	 * `active`; those of user functions and iterators run with migration disabled and nothing more (6.0).
	 */
	bool preemptible;
	struct ir_claim claim; /* of per-CPU scratch, made by the slots pass */
	struct span span;
	void *user;            /* the compiler's probe; not touched by passes */
};

/* Per-CPU scratch of a function, or of several. */
struct ir_scratch {
	struct ir_map *map; /* as in the operation pcpu */
	uint32_t off, size; /* of one copy: what of->claim says how to get, if there is one */
	bool is_callback;
	struct ir_claim claim;
};

struct ir_module {
	struct arena *arena;
	struct target *target;
	VEC(struct ir_fn *) fns;
	VEC(struct ir_map *) maps;
	struct strbuf rodata;  /* heap; freed by ir_module_done */
	uint32_t globals_size; /* starts at IR_GLOBAL_FIRST */
	uint32_t seed_off;     /* of the two words that digests start from, 0: no digests */
	uint32_t zero_off;     /* of a word in the globals that is never written, 0: none */
	uint32_t pcpu_size, bulk_size;
	VEC(struct ir_scratch) scratch;
	uint32_t nloss;        /* loss counters in use */
	VEC(struct ir_site) sites;
	bool watch;            /* every helper that fails is told with its place, also look-ups that find nothing */
	VEC(struct ir_core *) cores;
	struct ir_map *globals, *rodata_map, *pcpu, *bulk, *ring; /* made on first need by ir_module_* */
};

struct ir_op_info {
	const char *name;
	char level;  /* 'H', 'L', 'A' */
	int nargs;
	char result; /* 'N', 'S', 'P', 'G' */
	enum ir_effect effect;
	bool commutes;
};
extern const struct ir_op_info ir_ops[IR_OP_COUNT];

struct ir_helper_info {
	const char *name; /* NULL: unknown */
	uint16_t number;
	char result;
	enum ir_effect effect;
	const char *kernel;
};
const struct ir_helper_info *ir_helper_info(unsigned number);
const struct ir_helper_info *ir_helper_find(const char *name);
/* Effect of one value, helpers' and context loads' looked through. */
enum ir_effect ir_effect(const struct ir_val *v);

/* Modules. Maps of a role other than IM_USER exist once; these make or return them. */
void ir_module_init(struct ir_module *m, struct arena *a, struct target *t);
/* The counter of a fault at this place (the result's is the next one); LOSS_NONE if there are no more. */
uint32_t ir_site_counter(struct ir_module *m, enum ir_fault kind, uint32_t what, struct span at);
/* The counter of losses of a kind at this place; the kind's own if the place is not known, or there are no more. */
uint32_t ir_loss_counter(struct ir_module *m, enum ir_loss kind, struct span at);
void ir_module_done(struct ir_module *m);
struct ir_map *ir_map_new(struct ir_module *m, const char *name, enum ir_map_role role,
			  uint32_t type, uint32_t key_size, uint32_t value_size,
			  uint32_t max_entries, uint32_t flags);
struct ir_map *ir_globals(struct ir_module *m);
struct ir_map *ir_rodata_map(struct ir_module *m);
struct ir_map *ir_pcpu_map(struct ir_module *m);
/* Ring buffer or perf event array, as the target has. */
struct ir_map *ir_ring_map(struct ir_module *m);
/* What skb_output() writes to. */
struct ir_map *ir_packets_map(struct ir_module *m);
uint32_t ir_global_alloc(struct ir_module *m, uint32_t size, uint32_t align);
uint32_t ir_pcpu_alloc(struct ir_module *m, uint32_t size, uint32_t align);
/* Memory of a CPU for programs alone, 8-aligned, of any size: offset, and the map as in the operation pcpu. */
uint32_t ir_scratch_alloc(struct ir_module *m, uint32_t size, struct ir_map **ret_map);
/* What is to be map->keys of the map of this name: whole keys, key_size bytes each, under their digests. */
struct ir_map *ir_map_of_keys(struct ir_module *m, const char *name, uint32_t key_size, uint32_t max_entries);
/* Offset of these bytes in the read-only data; equal data is shared; 8-aligned. */
uint32_t ir_rodata_add(struct ir_module *m, const void *p, uint32_t n);
/* Offset of n zero bytes (shared, grows to the largest asked for). */
uint32_t ir_rodata_zeros(struct ir_module *m, uint32_t n);

/* A function without blocks: the first ir_block_new() is the entry. */
struct ir_fn *ir_fn_new(struct ir_module *m, const char *name);

/* Text form: printed and parsed back (tests, -d). Parse: NULL and a message in err on bad text. */
void ir_print(const struct ir_module *m, struct strbuf *out);
void ir_print_fn(const struct ir_fn *fn, struct strbuf *out);
bool ir_parse(struct ir_module *m, const char *text, struct strbuf *ret_error);

/* Checks every rule of the IR: NULL if all hold, else a message (arena of the module). */
const char *ir_check(const struct ir_fn *fn);

/* Analyses: reverse postorder, idom, loop depth; unreachable blocks are removed. */
void ir_dominators(struct ir_fn *fn);
bool ir_dominates(const struct ir_block *a, const struct ir_block *b);

/*
 * Runs all passes on one function: ir/passes.c is THE list. dump (may be NULL) is called before the
 * first and after each pass. check: run ir_check between passes and stop at a broken rule. 0,
 * -EINVAL with a message (a bug of ours), or -E2BIG (a frame that cannot fit).
 */
typedef void ir_dump_fn(void *arg, const char *pass, const struct ir_fn *fn);
int ir_run_passes(struct ir_fn *fn, bool check, ir_dump_fn *dump, void *arg,
		  const char **ret_error);
/* One pass by name, for tests; false if there is none. */
bool ir_run_pass(struct ir_fn *fn, const char *name);

#endif
