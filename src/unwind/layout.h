/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unwinding by tables: what user space writes for the programs, which look up their process, its mapping of the
 * program counter, and the row of that object's table (docs/unwinding.md). x86-64.
 */
#ifndef UNWIND_LAYOUT_H
#define UNWIND_LAYOUT_H

#include <stdint.h>

/* How the caller's frame is found from a row on. The lowest bit: from the frame pointer instead of the stack pointer. */
enum unwind_kind {
	UW_SP,       /* CFA = sp + cfa */
	UW_BP,       /* CFA = bp + cfa */
	UW_SP_DEREF, /* CFA is at sp + cfa */
	UW_BP_DEREF, /* CFA is at bp + cfa */
	UW_PLT,      /* CFA = sp + 8, 8 more from byte cfa of 16 on: entries of procedure linkage tables */
	UW_SIGNAL,   /* the kernel's frame of a signal is at sp */
	UW_STOP,     /* the outermost function */
	UW_END,      /* code without a table begins: by frame pointers, if there is one */
	UW_BAD,      /* a rule that cannot be written so */
};

/* Where the caller's bp is: at CFA + 8 * bp if that is negative, else: */
#define UW_BP_SAME 0
#define UW_BP_AT_BP 126 /* where bp points */
#define UW_BP_UNDEFINED 127

/* From pc (an address in the file) up to the next row's. */
struct unwind_row {
	uint32_t pc;
	uint8_t kind;
	int8_t bp;
	int16_t cfa;
};

/* An element of the table of rows: several objects share one, large ones are in several. */
#define UNWIND_SHARD_BITS 16
#define UNWIND_SHARD (1u << UNWIND_SHARD_BITS)
#define UNWIND_SHARDS 1024 /* at most: 512 MiB */

/* A process: its executable mappings by address; what is not used starts at UNWIND_NOWHERE. */
#define UNWIND_RANGE_BITS 7
#define UNWIND_RANGES (1u << UNWIND_RANGE_BITS)
#define UNWIND_NOWHERE (1ull << 62)
struct unwind_proc {
	uint64_t start[UNWIND_RANGES], end[UNWIND_RANGES];
	uint64_t bias[UNWIND_RANGES];  /* address in memory - address in the file */
	uint32_t shard[UNWIND_RANGES], first[UNWIND_RANGES];
	uint32_t nrows[UNWIND_RANGES]; /* 0: frame pointers */
};

#define UNWIND_PROCS 1024   /* with tables at one time */
#define UNWIND_STACKS 16384 /* different ones */
#define UNWIND_DEPTH 127

#endif
