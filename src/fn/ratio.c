/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ratio(a, b): a divided by b, kept as both numbers, for BPF has no floating point. It is divided where it is printed:
 * with two decimal places, or as many as printf's %.Nf says.
 */
#include <string.h>

#include "fn/internal.h"

#define RATIO_SIZE 16

struct ratio {
	int64_t a, b;
};

static double quotient(const void *bytes)
{
	struct ratio r;

	memcpy(&r, bytes, sizeof(r));
	return (double)r.a / (double)r.b;
}

static bool is_defined(const void *bytes)
{
	struct ratio r;

	memcpy(&r, bytes, sizeof(r));
	return r.b != 0;
}

/* By zero there is no quotient: "-". */
static void ratio_decimal(struct strbuf *out, const struct type *t, const void *bytes, int places)
{
	if (is_defined(bytes))
		sb_addf(out, "%.*f", places, quotient(bytes));
	else
		sb_addc(out, '-');
}

static void ratio_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	ratio_decimal(out, t, bytes, 2);
}

static void ratio_json(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	if (is_defined(bytes))
		sb_addf(out, "%.6g", quotient(bytes));
	else
		sb_adds(out, "null");
}

/* What has no quotient comes first. */
static int ratio_compare(const struct type *t, const void *a, const void *b)
{
	double qa, qb;

	if (!is_defined(a) || !is_defined(b))
		return is_defined(a) - is_defined(b);
	qa = quotient(a);
	qb = quotient(b);
	return qa < qb ? -1 : qa > qb;
}

static const struct value_ops ratio_value = {
	.name = "ratio_t", .text = ratio_text, .json = ratio_json, .compare = ratio_compare, .decimal = ratio_decimal,
};

static const struct type *ratio_type(struct check *ck)
{
	return type_opaque(check_types(ck), &ratio_value, RATIO_SIZE, 8);
}

static struct ir_val *lower_ratio(struct lower *lw, struct node *call)
{
	struct ir_val *parts[2] = { lower_expr(lw, call->list.v[0]), lower_expr(lw, call->list.v[1]) };

	return lower_pack(lw, RATIO_SIZE, 2, (uint32_t[]){ 0, 8 }, (uint32_t[]){ 8, 8 }, parts);
}

const struct fn_ops fn_ratio = {
	.name = "ratio", .proto = "ratio(int a, int b): ratio_t", .doc = "a divided by b with decimal places: %.2f",
	.flags = FN_CALL, .min_args = 2, .max_args = 2, .arg = { FA_INT, FA_INT }, .type_of = ratio_type,
	.lower = lower_ratio,
	.value = &ratio_value,
};
