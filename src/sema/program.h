/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sema makes of scratch variables; maps, actions and probes are in fn/tables.h. */
#ifndef SEMA_PROGRAM_H
#define SEMA_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "type/type.h"

struct node;

enum var_kind {
	VK_SCRATCH, /* $x assigned by statements */
	VK_INDEX,   /* $i of a range loop */
	VK_PAIR,    /* $kv of a loop over a map: tuple (key, value) */
};

/* A scratch variable of one probe. */
struct var {
	enum var_kind kind;
	const char *name;        /* without the dollar */
	uint32_t mark;           /* of which expansion of a macro */
	struct span span;        /* where it came to be */
	struct span type_span;   /* the assignment that fixed its type */
	const struct type *type; /* NULL until inferred */
	bool declared_type;      /* let $x : T */
	bool failed;             /* what is assigned to it was reported */
	uint32_t loop;           /* loop nesting where it was declared */
	bool loop_carried;       /* assigned in a loop that it outlives */
	bool addressed;          /* & is used on it: lives in memory */
	/* lower's own */
	bool planned;                /* function is known */
	const struct node *function; /* the loop whose body is a function that it is of, NULL: the probe */
	bool captured;               /* shared by several functions: lives in memory */
	uint32_t id;             /* number in the probe */
	void *lower;
};

/* The smallest type that holds both, NULL if there is none. */
const struct type *type_join(struct types *ts, const struct type *a, const struct type *b);

/*
 * How the operands of a comparison are taken: addresses without sign; a constant that is not negative has
 * the sign of the other side; else signed if one of them is.
 */
bool sema_compare_signed(const struct node *n);

#endif
