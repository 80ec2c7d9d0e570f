/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aggregations kept as one or two 64-bit words: count, sum, min, max, avg, stats. A value of zero
 * bytes means nothing was added yet; min and max carry a flag beside the value for that.
 */
#include <limits.h>

#include "fn/internal.h"

struct pair {
	uint64_t a, b; /* min, max: value, set; avg, stats: count, total */
};

static uint32_t size_word(const struct type *t)
{
	return sizeof(uint64_t);
}

static uint32_t size_pair(const struct type *t)
{
	return sizeof(struct pair);
}

static int64_t word(const void *p)
{
	int64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static struct pair get_pair(const void *p)
{
	struct pair v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void reduce_sum(const struct type *t, void *acc, const void *one)
{
	int64_t v = (uint64_t)word(acc) + (uint64_t)word(one);

	memcpy(acc, &v, sizeof(v));
}

static void reduce_pair(const struct type *t, void *acc, const void *one)
{
	struct pair x = get_pair(acc), y = get_pair(one);

	x.a += y.a;
	x.b += y.b;
	memcpy(acc, &x, sizeof(x));
}

static bool less(const struct type *t, uint64_t a, uint64_t b)
{
	return t->param[0] ? (int64_t)a < (int64_t)b : a < b;
}

static void reduce_min(const struct type *t, void *acc, const void *one)
{
	struct pair x = get_pair(acc), y = get_pair(one);

	if (y.b && (!x.b || less(t, y.a, x.a)))
		memcpy(acc, &y, sizeof(y));
}

static void reduce_max(const struct type *t, void *acc, const void *one)
{
	struct pair x = get_pair(acc), y = get_pair(one);

	if (y.b && (!x.b || less(t, x.a, y.a)))
		memcpy(acc, &y, sizeof(y));
}

static int64_t order_word(const struct type *t, const void *acc)
{
	return word(acc);
}

static int64_t average(const struct type *t, const void *acc)
{
	struct pair v = get_pair(acc);

	if (!v.a)
		return 0;
	return t->param[0] ? (int64_t)v.b / (int64_t)v.a : (int64_t)(v.b / v.a);
}

/* Value of a sum, min, max or average in the sign of what was added. */
static void add_number(struct strbuf *out, const struct type *t, int64_t v, int64_t div)
{
	if (t->param[0])
		sb_addi(out, v / div);
	else
		sb_addu(out, (uint64_t)v / (uint64_t)div);
}

static void word_text(struct render *r, struct strbuf *out, const struct type *t, const void *acc, int64_t div)
{
	add_number(out, t, word(acc), div);
}

static void average_text(struct render *r, struct strbuf *out, const struct type *t, const void *acc, int64_t div)
{
	add_number(out, t, average(t, acc), div);
}

static int64_t number_word(const struct type *t, const void *acc)
{
	return word(acc);
}

static int64_t order_stats(const struct type *t, const void *acc)
{
	return get_pair(acc).b;
}

static void stats_text(struct render *r, struct strbuf *out, const struct type *t, const void *acc, int64_t div)
{
	struct pair v = get_pair(acc);

	sb_adds(out, "{ .count = ");
	sb_addu(out, v.a);
	sb_adds(out, ", .average = ");
	add_number(out, t, average(t, acc), div);
	sb_adds(out, ", .total = ");
	add_number(out, t, v.b, div);
	sb_adds(out, " }");
}

static void stats_json(struct render *r, struct strbuf *out, const struct type *t, const void *acc, int64_t div)
{
	struct pair v = get_pair(acc);

	sb_adds(out, "{\"count\": ");
	sb_addu(out, v.a);
	sb_adds(out, ", \"average\": ");
	add_number(out, t, average(t, acc), div);
	sb_adds(out, ", \"total\": ");
	add_number(out, t, v.b, div);
	sb_addc(out, '}');
}

static double pair_total(const struct type *t, struct pair v)
{
	return t->param[0] ? (double)(int64_t)v.b : (double)v.b;
}

/* Of a count and a total. */
static bool pair_part(const struct type *t, const void *acc, const char *name, double *ret)
{
	struct pair v = get_pair(acc);

	if (!strcmp(name, "count"))
		*ret = (double)v.a;
	else if (!strcmp(name, "total"))
		*ret = pair_total(t, v);
	else if (!strcmp(name, "avg"))
		*ret = v.a ? pair_total(t, v) / (double)v.a : 0;
	else
		return false;
	return true;
}

static const struct agg_ops count_agg = {
	.name = "count_t", .size = size_word, .reduce = reduce_sum, .order = order_word, .text = word_text,
	.json = word_text, .json_type = "map", .number = number_word,
};
static const struct agg_ops sum_agg = {
	.name = "sum_t", .by_sign = true, .size = size_word, .reduce = reduce_sum, .order = order_word,
	.text = word_text, .json = word_text, .json_type = "map", .number = number_word,
};
static const struct agg_ops min_agg = {
	.name = "min_t", .by_sign = true, .size = size_pair, .reduce = reduce_min, .order = order_word,
	.text = word_text, .json = word_text, .json_type = "map", .number = number_word,
};
static const struct agg_ops max_agg = {
	.name = "max_t", .by_sign = true, .size = size_pair, .reduce = reduce_max, .order = order_word,
	.text = word_text, .json = word_text, .json_type = "map", .number = number_word,
};
static const struct agg_ops avg_agg = {
	.name = "avg_t", .by_sign = true, .size = size_pair, .reduce = reduce_pair, .order = average,
	.text = average_text, .json = average_text, .json_type = "stats", .number = average,
	.part = pair_part,
};
static const struct agg_ops stats_agg = {
	.name = "stats_t", .by_sign = true, .size = size_pair, .reduce = reduce_pair, .order = order_stats,
	.text = stats_text, .json = stats_json, .json_type = "stats", .number = average,
	.part = pair_part,
};

static const struct type *count_type(struct check *ck, struct node *call)
{
	return type_agg(check_types(ck), &count_agg, 0, 0, 0);
}

/* The sign of what is added is part of the type; constants that are not negative say nothing of it. */
static const struct type *signed_type(struct check *ck, struct node *call, const struct agg_ops *agg)
{
	const struct node *n = call->list.v[0];

	return type_agg(check_types(ck), agg, n->type->is_signed && !(n->is_const && n->ival >= 0), 0, 0);
}

#define AGG_TYPE(name)                                                                             \
	static const struct type *name##_type(struct check *ck, struct node *call)                 \
	{                                                                                          \
		return signed_type(ck, call, &name##_agg);                                         \
	}
AGG_TYPE(sum)
AGG_TYPE(min)
AGG_TYPE(max)
AGG_TYPE(avg)
AGG_TYPE(stats)

static void add_at(struct lower *lw, struct ir_val *ptr, int64_t off, struct ir_val *v, bool atomic)
{
	struct ir_builder *b = lower_b(lw);

	if (atomic)
		ir_atomadd(b, ptr, off, v, 8);
	else
		ir_store(b, ptr, off, ir_bin(b, IR_add, ir_load(b, ptr, off, 8, false), v), 8);
}

static void update_count(struct lower *lw, struct node *call, struct ir_val *ptr, bool atomic)
{
	add_at(lw, ptr, 0, ir_iconst(lower_b(lw), 1), atomic);
}

static void update_sum(struct lower *lw, struct node *call, struct ir_val *ptr, bool atomic)
{
	add_at(lw, ptr, 0, lower_agg_arg(lw, 0), atomic);
}

static void update_avg(struct lower *lw, struct node *call, struct ir_val *ptr, bool atomic)
{
	add_at(lw, ptr, 0, ir_iconst(lower_b(lw), 1), atomic);
	add_at(lw, ptr, 8, lower_agg_arg(lw, 0), atomic);
}

/* Keeps the new value where nothing was set or it is beyond the old one. */
static void update_extreme(struct lower *lw, struct node *call, struct ir_val *ptr, bool is_min)
{
	struct ir_builder *b = lower_b(lw);
	bool s = call->type->param[0];
	struct ir_val *v = lower_agg_arg(lw, 0), *old, *beyond;
	struct lower_if set, better;

	set = lower_if_begin(lw, ir_load(b, ptr, 8, 8, false));
	old = ir_load(b, ptr, 0, 8, false);
	beyond = ir_bin(b, s ? IR_slt : IR_ult, is_min ? v : old, is_min ? old : v);
	better = lower_if_begin(lw, beyond);
	ir_store(b, ptr, 0, v, 8);
	lower_if_end(lw, &better);
	lower_if_else(lw, &set);
	ir_store(b, ptr, 0, v, 8);
	ir_store(b, ptr, 8, ir_iconst(b, 1), 8);
	lower_if_end(lw, &set);
}

static void update_min(struct lower *lw, struct node *call, struct ir_val *ptr, bool atomic)
{
	update_extreme(lw, call, ptr, true);
}

static void update_max(struct lower *lw, struct node *call, struct ir_val *ptr, bool atomic)
{
	update_extreme(lw, call, ptr, false);
}

/* Reading as a number: the words of all CPUs put together, as reduce_sum() and its like do it for user space. */
static void merge_sum(struct lower *lw, const struct type *t, struct ir_val **acc, struct ir_val *ptr)
{
	struct ir_builder *b = lower_b(lw);

	acc[0] = ir_bin(b, IR_add, acc[0], ir_load(b, ptr, 0, 8, false));
}

static void merge_avg(struct lower *lw, const struct type *t, struct ir_val **acc, struct ir_val *ptr)
{
	struct ir_builder *b = lower_b(lw);

	merge_sum(lw, t, acc, ptr);
	acc[1] = ir_bin(b, IR_add, acc[1], ir_load(b, ptr, 8, 8, false));
}

static void merge_extreme(struct lower *lw, const struct type *t, struct ir_val **acc, struct ir_val *ptr, bool is_min)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *v = ir_load(b, ptr, 0, 8, false), *set = ir_load(b, ptr, 8, 8, false), *better;

	better = ir_bin(b, t->param[0] ? IR_slt : IR_ult, is_min ? v : acc[0], is_min ? acc[0] : v);
	better = ir_bin(b, IR_or, better, ir_bin(b, IR_eq, acc[1], ir_iconst(b, 0)));
	better = ir_bin(b, IR_and, better, ir_bin(b, IR_ne, set, ir_iconst(b, 0)));
	acc[0] = ir_op(b, IR_select, 3, better, v, acc[0]);
	acc[1] = ir_bin(b, IR_or, acc[1], set);
}

static void merge_min(struct lower *lw, const struct type *t, struct ir_val **acc, struct ir_val *ptr)
{
	merge_extreme(lw, t, acc, ptr, true);
}

static void merge_max(struct lower *lw, const struct type *t, struct ir_val **acc, struct ir_val *ptr)
{
	merge_extreme(lw, t, acc, ptr, false);
}

static struct ir_val *number_first(struct lower *lw, const struct type *t, struct ir_val *const *acc)
{
	return acc[0];
}

/* Of nothing: 0, which BPF gives for a division by zero. */
static struct ir_val *number_avg(struct lower *lw, const struct type *t, struct ir_val *const *acc)
{
	return ir_bin(lower_b(lw), t->param[0] ? IR_sdiv : IR_udiv, acc[1], acc[0]);
}

const struct fn_ops fn_count = {
	.name = "count", .proto = "@m = count()", .doc = "counts how often this is reached",
	.flags = FN_CALL | FN_AGG, .agg_type = count_type, .agg_update = update_count,
	.agg_merge = merge_sum, .agg_number = number_first,
	.agg = &count_agg,
};
const struct fn_ops fn_sum = {
	.name = "sum", .proto = "@m = sum(int n)", .doc = "adds up", .flags = FN_CALL | FN_AGG, .min_args = 1,
	.max_args = 1, .arg = { FA_INT }, .agg_type = sum_type, .agg_update = update_sum,
	.agg_merge = merge_sum, .agg_number = number_first,
	.agg = &sum_agg,
};
const struct fn_ops fn_min = {
	.name = "min", .proto = "@m = min(int n)", .doc = "keeps the least", .flags = FN_CALL | FN_AGG,
	.min_args = 1, .max_args = 1, .arg = { FA_INT }, .agg_type = min_type, .agg_update = update_min,
	.agg_merge = merge_min, .agg_number = number_first,
	.agg = &min_agg,
};
const struct fn_ops fn_max = {
	.name = "max", .proto = "@m = max(int n)", .doc = "keeps the greatest", .flags = FN_CALL | FN_AGG,
	.min_args = 1, .max_args = 1, .arg = { FA_INT }, .agg_type = max_type, .agg_update = update_max,
	.agg_merge = merge_max, .agg_number = number_first,
	.agg = &max_agg,
};
const struct fn_ops fn_avg = {
	.name = "avg", .proto = "@m = avg(int n)", .doc = "average", .flags = FN_CALL | FN_AGG, .min_args = 1,
	.max_args = 1, .arg = { FA_INT }, .agg_type = avg_type, .agg_update = update_avg,
	.agg_merge = merge_avg, .agg_number = number_avg,
	.agg = &avg_agg,
};
const struct fn_ops fn_stats = {
	.name = "stats", .proto = "@m = stats(int n)", .doc = "count, average and total",
	.flags = FN_CALL | FN_AGG, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .agg_type = stats_type,
	.agg_update = update_avg,
	.agg = &stats_agg,
};
