/* SPDX-License-Identifier: GPL-2.0-or-later */
/* basename(path): what is behind the last slash. A walk over the bytes that remembers where a part begins. */
#include "fn/internal.h"
#include "fn/scan.h"

#define MOST_WALKED 1024 /* bytes that the verifier of kernels without iterators follows */

static bool check_basename(struct check *ck, struct node *call)
{
	uint32_t size = call->list.v[0]->type->size;

	call->type = type_string(check_types(ck), size);
	if (size <= MOST_WALKED || target_has(check_target(ck), TF_ITER_NUM))
		return true;
	return check_error(ck, call->list.v[0]->span, DT_kernel_lacks,
			   "basename() of a string of more than %d bytes needs open-coded iterators, which this kernel lacks (6.4 has them)",
			   MOST_WALKED);
}

/* The text where its place may be computed, with a NUL behind it. */
static struct ir_val *copy_of(struct lower *lw, struct ir_val *text, uint32_t size)
{
	struct ir_val *copy = ir_slot(lower_b(lw), 2 * size + 8, 8);

	copy->op = IR_scratch;
	ir_copy(lower_b(lw), copy, 8, text, size);
	ir_store(lower_b(lw), copy, 8 + size, ir_iconst(lower_b(lw), 0), 1);
	return copy;
}

/* Without branches but the one that ends it: 1 is added if the byte is a slash and another one follows. */
static struct ir_val *lower_basename(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	uint32_t size = call->type->size;
	struct ir_val *text = copy_of(lw, lower_expr(lw, call->list.v[0]), size), *c, *next, *is, *start;
	struct scan s = { 0 };

	ir_store(b, text, 0, ir_iconst(b, 0), 8);
	scan_begin(lw, &s, size, !target_has(lower_target(lw), TF_ITER_NUM));
	scan_step(lw, &s, size);
	c = ir_load(b, ir_bin(b, IR_add, text, s.i), 8, 1, false);
	next = ir_load(b, ir_bin(b, IR_add, text, s.i), 9, 1, false);
	scan_leave_if(lw, &s, ir_bin(b, IR_eq, c, ir_iconst(b, 0)), ir_iconst(b, 0));
	is = ir_bin(b, IR_mul, ir_bin(b, IR_eq, c, ir_iconst(b, '/')),
		    ir_bin(b, IR_and, ir_bin(b, IR_ne, next, ir_iconst(b, '/')), ir_bin(b, IR_ne, next, ir_iconst(b, 0))));
	start = ir_load(b, text, 0, 8, false);
	start = ir_bin(b, IR_add, start, ir_bin(b, IR_mul, is, ir_bin(b, IR_sub, ir_addi(b, s.i, 1), start)));
	ir_store(b, text, 0, start, 8);
	scan_end(lw, &s);
	start = ir_umin(b, ir_load(b, text, 0, 8, false), size - 1);
	return lower_read_str(lw, ir_addi(b, ir_bin(b, IR_add, text, start), 8), size, AS_KERNEL);
}

const struct fn_ops fn_basename = {
	.name = "basename", .proto = "basename(string path): string", .doc = "the last part of a path", .flags = FN_CALL,
	.min_args = 1, .max_args = 1, .arg = { FA_STRING }, .check = check_basename, .lower = lower_basename,
};
