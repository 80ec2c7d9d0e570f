/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stacks that values of kstack and ustack stand for, for those who lay them out themselves. */
#ifndef FN_STACK_H
#define FN_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "out/render.h"
#include "type/type.h"

#define STACK_DEPTH 127 /* PERF_MAX_STACK_DEPTH, include/uapi/linux/perf_event.h */

struct stack {
	uint64_t frames[STACK_DEPTH]; /* the innermost first */
	int n;       /* of frames; negative: it was lost */
	uint32_t pid;
	bool user;
};

/* A frame's function, borrowed until the next is asked for; names are not escaped. */
struct stack_name {
	const char *name;   /* NULL: unknown */
	const char *module; /* path, or a module of the kernel; NULL: none, or unknown */
	uint64_t offset;    /* of the frame's address from the function's start */
};

/* False: values of the type are no stacks. Frames of the tracing itself are left out of kernel stacks. */
bool stack_read(struct render *r, const struct type *t, const void *bytes, struct stack *ret);
struct stack_name stack_name(struct render *r, const struct stack *s, int i);

#endif
