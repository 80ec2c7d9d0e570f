/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Histograms: hist() with buckets that grow by powers of two, each split into 2^bits; lhist() with equal
 * ones. A value is an array of 64-bit counters.
 *
 * hist buckets: 0 counts negative values, 1 counts 0 (bits 0: then 2 counts 1, 3 counts 2 to 3, ...). With bits = k
 * the values below 2^k have a bucket each; above, the k bits after the leading one choose the part.
 */
#include "fn/internal.h"

#define HIST_MAX_BITS 5
#define LHIST_MAX 1000 /* buckets */

static uint32_t hist_buckets(int64_t bits)
{
	return ((64 - bits + 1) << bits) + 2;
}

static uint32_t hist_size(const struct type *t)
{
	return hist_buckets(t->param[0]) * sizeof(uint64_t);
}

/* Below min, whole steps up to max, and the rest: that starts below max where the last step is not whole. */
static uint32_t lhist_buckets(const struct type *t)
{
	return ((uint64_t)t->param[1] - (uint64_t)t->param[0]) / (uint64_t)t->param[2] + 2;
}

static uint32_t lhist_size(const struct type *t)
{
	return lhist_buckets(t) * sizeof(uint64_t);
}

static uint64_t bucket(const void *acc, uint32_t i)
{
	uint64_t v;

	memcpy(&v, (const char *)acc + i * sizeof(v), sizeof(v));
	return v;
}

static void reduce_counts(void *acc, const void *one, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint64_t v = bucket(acc, i) + bucket(one, i);

		memcpy((char *)acc + i * sizeof(v), &v, sizeof(v));
	}
}

static void hist_reduce(const struct type *t, void *acc, const void *one)
{
	reduce_counts(acc, one, hist_buckets(t->param[0]));
}

static void lhist_reduce(const struct type *t, void *acc, const void *one)
{
	reduce_counts(acc, one, lhist_buckets(t));
}

static int64_t total(const void *acc, uint32_t n)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += bucket(acc, i);
	return sum;
}

static int64_t hist_order(const struct type *t, const void *acc)
{
	return total(acc, hist_buckets(t->param[0]));
}

static int64_t lhist_order(const struct type *t, const void *acc)
{
	return total(acc, lhist_buckets(t));
}

/* Lowest value of hist bucket i >= 1; the bucket ends below that of i + 1. Past the last one: 0, for 2^64. */
static uint64_t hist_low(uint32_t i, int64_t bits)
{
	uint64_t n = i - 1;
	unsigned power;

	if (n < (1ULL << bits))
		return n;
	n -= 1ULL << bits;
	power = n >> bits;
	if (power + bits >= 64)
		return 0;
	return ((1ULL << bits) + (n & ((1ULL << bits) - 1))) << power;
}

/* First and last bucket in use; false if none. */
static bool used(const void *acc, uint32_t n, uint32_t *first, uint32_t *last)
{
	bool any = false;

	for (uint32_t i = 0; i < n; i++) {
		if (!bucket(acc, i))
			continue;
		if (!any)
			*first = i;
		*last = i;
		any = true;
	}
	return any;
}

static void add_short(struct strbuf *out, uint64_t v)
{
	static const char units[] = " KMGTPE";
	unsigned u = 0;

	while (v && !(v & 1023) && u < 6) {
		v >>= 10;
		u++;
	}
	sb_addu(out, v);
	if (u)
		sb_addc(out, units[u]);
}

/* Limits of lhist may be negative. */
static void add_limit(struct strbuf *out, int64_t v)
{
	if (v < 0)
		sb_addc(out, '-');
	add_short(out, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

static void hist_label(struct strbuf *out, uint32_t i, int64_t bits)
{
	uint64_t low, high;

	if (!i) {
		sb_adds(out, "(..., 0)");
		return;
	}
	low = hist_low(i, bits);
	high = hist_low(i + 1, bits);
	sb_addc(out, '[');
	add_short(out, low);
	if (high - low != 1) {
		sb_adds(out, ", ");
		if (high)
			add_short(out, high);
		else
			sb_adds(out, "16E"); /* 2^64 */
		sb_addc(out, ')');
	} else {
		sb_addc(out, ']');
	}
}

static void lhist_label(struct strbuf *out, uint32_t i, const struct type *t)
{
	int64_t min = t->param[0], step = t->param[2], low = (uint64_t)min + (uint64_t)(i - 1) * step;

	if (!i) {
		sb_adds(out, "(..., ");
		add_limit(out, min);
		sb_addc(out, ')');
		return;
	}
	sb_addc(out, '[');
	add_limit(out, low);
	sb_adds(out, ", ");
	if (i == lhist_buckets(t) - 1)
		sb_adds(out, "...");
	else
		add_limit(out, low + step);
	sb_addc(out, ')');
}

/* Rows from the first to the last used bucket. */
static void rows_text(struct strbuf *out, const struct type *t, const void *acc, uint32_t n, int64_t div, bool log)
{
	struct hist_row rows[1 + LHIST_MAX + hist_buckets(HIST_MAX_BITS)];
	struct strbuf label = { 0 };
	uint32_t first = 0, last = 0;
	size_t at[ARRAY_SIZE(rows)];

	if (!used(acc, n, &first, &last))
		return;
	for (uint32_t i = first; i <= last; i++) {
		at[i - first] = label.n;
		if (log)
			hist_label(&label, i, t->param[0]);
		else
			lhist_label(&label, i, t);
		sb_addc(&label, 0);
		rows[i - first].count = bucket(acc, i) / div;
	}
	for (uint32_t i = first; i <= last; i++)
		rows[i - first].label = label.p + at[i - first];
	render_hist_rows(out, rows, last - first + 1);
	sb_done(&label);
}

static void hist_text(struct render *r, struct strbuf *out, const struct type *t, const void *acc, int64_t div)
{
	rows_text(out, t, acc, hist_buckets(t->param[0]), div, true);
}

static void lhist_text(struct render *r, struct strbuf *out, const struct type *t, const void *acc, int64_t div)
{
	rows_text(out, t, acc, lhist_buckets(t), div, false);
}

/* {"min": low, "max": high, "count": n}; an open end has no low or high. */
struct json_row {
	bool has_low, has_high, is_signed;
	uint64_t low, high, count;
};

static void json_number(struct strbuf *out, const char *name, uint64_t v, bool is_signed)
{
	sb_addf(out, "\"%s\": ", name);
	if (is_signed)
		sb_addi(out, (int64_t)v);
	else
		sb_addu(out, v);
	sb_adds(out, ", ");
}

static void add_json_row(struct strbuf *out, bool first, const struct json_row *r)
{
	sb_adds(out, first ? "{" : ", {");
	if (r->has_low)
		json_number(out, "min", r->low, r->is_signed);
	if (r->has_high)
		json_number(out, "max", r->high, r->is_signed);
	sb_adds(out, "\"count\": ");
	sb_addu(out, r->count);
	sb_addc(out, '}');
}

static struct json_row hist_row(const struct type *t, uint32_t i)
{
	if (!i)
		return (struct json_row){ .has_high = true, .is_signed = true, .high = -1 };
	return (struct json_row){ .has_low = true, .has_high = true, .low = hist_low(i, t->param[0]),
				  .high = hist_low(i + 1, t->param[0]) - 1 };
}

static struct json_row lhist_row(const struct type *t, uint32_t i)
{
	int64_t low = (uint64_t)t->param[0] + (uint64_t)(i - 1) * t->param[2];
	bool last = i == lhist_buckets(t) - 1;

	return (struct json_row){ .has_low = i, .has_high = !last, .is_signed = true,
				  .low = low,
				  .high = i ? low + t->param[2] - 1 : t->param[0] - 1 };
}

static void rows_json(struct strbuf *out, const struct type *t, const void *acc, uint32_t n, int64_t div,
		      struct json_row (*row_of)(const struct type *t, uint32_t i))
{
	uint32_t first = 0, last = 0;

	sb_addc(out, '[');
	if (used(acc, n, &first, &last)) {
		for (uint32_t i = first; i <= last; i++) {
			struct json_row r = row_of(t, i);

			r.count = bucket(acc, i) / div;
			add_json_row(out, i == first, &r);
		}
	}
	sb_addc(out, ']');
}

static void hist_json(struct render *r, struct strbuf *out, const struct type *t, const void *acc, int64_t div)
{
	rows_json(out, t, acc, hist_buckets(t->param[0]), div, hist_row);
}

static void lhist_json(struct render *r, struct strbuf *out, const struct type *t, const void *acc, int64_t div)
{
	rows_json(out, t, acc, lhist_buckets(t), div, lhist_row);
}

/* Parts of a power of two are added up; negative values are in none. */
static size_t hist_log2(const struct type *t, const void *acc, uint64_t *ret, size_t n)
{
	size_t most = 0;

	memset(ret, 0, n * sizeof(*ret));
	for (uint32_t i = 1; i < hist_buckets(t->param[0]); i++) {
		uint64_t low = hist_low(i, t->param[0]);
		size_t power = low > 1 ? 63 - (size_t)__builtin_clzll(low) : 0;

		if (power < n) {
			ret[power] += bucket(acc, i);
			most = power + 1 > most ? power + 1 : most;
		}
	}
	return most;
}

static bool lhist_step(const struct type *t, const void *acc, size_t i, int64_t *ret_low, uint64_t *ret_count)
{
	if (i + 1 >= lhist_buckets(t))
		return false;
	*ret_low = (int64_t)((uint64_t)t->param[0] + (uint64_t)i * (uint64_t)t->param[2]);
	*ret_count = bucket(acc, (uint32_t)i + 1);
	return true;
}

/* What a bucket's values are at least, and the lowest that is too large for it. */
struct limits {
	double low, high;
};

static struct limits hist_limits(const struct type *t, uint32_t i)
{
	uint64_t high = hist_low(i + 1, t->param[0]);

	if (!i)
		return (struct limits){ 0 };
	return (struct limits){ (double)hist_low(i, t->param[0]), high ? (double)high : 0x1p64 };
}

static struct limits lhist_limits(const struct type *t, uint32_t i)
{
	double low = (double)t->param[0] + ((double)i - 1) * (double)t->param[2];

	/* Of what is outside only the nearest value is known. */
	if (!i)
		return (struct limits){ (double)t->param[0], (double)t->param[0] };
	return (struct limits){ low, i == lhist_buckets(t) - 1 ? low : low + (double)t->param[2] };
}

/* The value below which so many of a hundred are, as if those of a bucket were spread evenly in it. */
static double percentile(const struct type *t, const void *acc, uint32_t n, double percent,
			 struct limits (*limits)(const struct type *t, uint32_t i))
{
	double left = (double)total(acc, n) * percent / 100;

	for (uint32_t i = 0; i < n; i++) {
		double count = (double)bucket(acc, i);
		struct limits l = limits(t, i);

		if (count && left <= count)
			return l.low + (l.high - l.low) * left / count;
		left -= count;
	}
	return 0;
}

static bool counts_part(const struct type *t, const void *acc, uint32_t n, const char *name, double *ret,
			struct limits (*limits)(const struct type *t, uint32_t i))
{
	char *end;

	if (!strcmp(name, "count")) {
		*ret = (double)total(acc, n);
		return true;
	}
	if (*name != 'p')
		return false;
	*ret = percentile(t, acc, n, strtod(name + 1, &end), limits);
	return end > name + 1 && !*end;
}

static bool hist_part(const struct type *t, const void *acc, const char *name, double *ret)
{
	return counts_part(t, acc, hist_buckets(t->param[0]), name, ret, hist_limits);
}

static bool lhist_part(const struct type *t, const void *acc, const char *name, double *ret)
{
	return counts_part(t, acc, lhist_buckets(t), name, ret, lhist_limits);
}

static const struct agg_ops hist_agg = {
	.name = "hist_t", .size = hist_size, .reduce = hist_reduce, .order = hist_order, .text = hist_text,
	.json = hist_json, .multiline = true, .json_type = "hist", .log2 = hist_log2,
	.part = hist_part,
};
static const struct agg_ops lhist_agg = {
	.name = "lhist_t", .size = lhist_size, .reduce = lhist_reduce, .order = lhist_order, .text = lhist_text,
	.json = lhist_json, .multiline = true, .json_type = "hist", .step = lhist_step, .part = lhist_part,
};

static const struct type *hist_type(struct check *ck, struct node *call)
{
	int64_t bits = 0;

	if (call->list.n > 1 && (!check_const_int(ck, call->list.v[1], &bits) || bits < 0 || bits > HIST_MAX_BITS)) {
		check_error(ck, call->list.v[1]->span, DT_bad_argument, "hist: bits must be a literal from 0 to %d",
			    HIST_MAX_BITS);
		return NULL;
	}
	return type_agg(check_types(ck), &hist_agg, bits, 0, 0);
}

static const struct type *lhist_type(struct check *ck, struct node *call)
{
	int64_t min, max, step;
	uint64_t n;

	if (!check_const_int(ck, call->list.v[1], &min) || !check_const_int(ck, call->list.v[2], &max) ||
	    !check_const_int(ck, call->list.v[3], &step))
		check_error(ck, call->span, DT_bad_argument, "lhist: min, max and step must be literals");
	else if (step <= 0)
		check_error(ck, call->list.v[3]->span, DT_bad_argument, "lhist() step must be >= 1 (%lld provided)",
			    (long long)step);
	else if (min >= max)
		check_error(ck, call->list.v[2]->span, DT_bad_argument, "lhist() min must be less than max (provided min %lld and max %lld)",
			    (long long)min, (long long)max);
	else if ((n = ((uint64_t)max - (uint64_t)min) / (uint64_t)step) > LHIST_MAX)
		check_error(ck, call->span, DT_bad_argument, "lhist() too many buckets, must be <= %d (would need %llu)",
			    LHIST_MAX, (unsigned long long)n);
	else
		return type_agg(check_types(ck), &lhist_agg, min, max, step);
	return NULL;
}

static void count_bucket(struct lower *lw, struct ir_val *ptr, struct ir_val *index, uint32_t n, bool atomic)
{
	struct ir_builder *b = lower_b(lw);

	index = ir_bin(b, IR_shl, ir_umin(b, index, n - 1), ir_iconst(b, 3));
	ptr = ir_bin(b, IR_add, ptr, index);
	if (atomic)
		ir_atomadd(b, ptr, 0, ir_iconst(b, 1), 8);
	else
		ir_store(b, ptr, 0, ir_bin(b, IR_add, ir_load(b, ptr, 0, 8, false), ir_iconst(b, 1)), 8);
}

/* Bucket of a value >= 2^bits: power and the bits after the leading one. */
static struct ir_val *log_index(struct lower *lw, struct ir_val *v, int64_t bits)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *log = ir_op(b, IR_log2, 1, v), *power, *part;

	if (!bits)
		return ir_addi(b, log, 2);
	power = ir_addi(b, log, -bits);
	part = ir_bin(b, IR_and, ir_bin(b, IR_shr, v, power), ir_iconst(b, (1LL << bits) - 1));
	power = ir_bin(b, IR_shl, ir_addi(b, power, 1), ir_iconst(b, bits));
	return ir_addi(b, ir_bin(b, IR_add, power, part), 1);
}

/* Bucket of a value that is not negative. */
static struct ir_val *hist_index(struct lower *lw, struct ir_val *v, int64_t bits)
{
	struct ir_builder *b = lower_b(lw);
	struct lower_if small = lower_if_begin(lw, ir_bin(b, IR_ult, v, ir_iconst(b, 1LL << bits)));
	struct ir_val *direct = ir_addi(b, v, 1), *logarithm;

	lower_if_else(lw, &small);
	logarithm = log_index(lw, v, bits);
	lower_if_end(lw, &small);
	return lower_if_value(lw, &small, direct, logarithm);
}

/* 0 if v is below the limit, else what index gives. */
static struct ir_val *index_above(struct lower *lw, struct ir_val *v, int64_t limit, const struct type *t,
				  struct ir_val *(*index)(struct lower *lw, struct ir_val *v, const struct type *t))
{
	struct ir_builder *b = lower_b(lw);
	struct lower_if low = lower_if_begin(lw, ir_bin(b, IR_slt, v, ir_iconst(b, limit)));
	struct ir_val *zero = ir_iconst(b, 0), *i;

	lower_if_else(lw, &low);
	i = index(lw, v, t);
	lower_if_end(lw, &low);
	return lower_if_value(lw, &low, zero, i);
}

static struct ir_val *hist_index_of(struct lower *lw, struct ir_val *v, const struct type *t)
{
	return hist_index(lw, v, t->param[0]);
}

static void update_hist(struct lower *lw, struct node *call, struct ir_val *ptr, bool atomic)
{
	const struct type *t = call->type;
	struct ir_val *v = lower_agg_arg(lw, 0);

	if (call->list.v[0]->type->is_signed)
		v = index_above(lw, v, 0, t, hist_index_of);
	else
		v = hist_index_of(lw, v, t);
	count_bucket(lw, ptr, v, hist_buckets(t->param[0]), atomic);
}

static struct ir_val *lhist_index_of(struct lower *lw, struct ir_val *v, const struct type *t)
{
	struct ir_builder *b = lower_b(lw);

	v = ir_bin(b, IR_udiv, ir_addi(b, v, -t->param[0]), ir_iconst(b, t->param[2]));
	return ir_addi(b, v, 1);
}

static void update_lhist(struct lower *lw, struct node *call, struct ir_val *ptr, bool atomic)
{
	const struct type *t = call->type, *from = call->list.v[0]->type;
	struct ir_val *v = lower_agg_arg(lw, 0), *i;

	if (!from->is_signed && from->size == 8)
		v = ir_umin(lower_b(lw), v, INT64_MAX); /* the limits are signed */
	i = index_above(lw, v, t->param[0], t, lhist_index_of);
	count_bucket(lw, ptr, i, lhist_buckets(t), atomic);
}

const struct fn_ops fn_hist = {
	.name = "hist", .proto = "@m = hist(int n[, int bits])", .doc = "histogram by powers of two",
	.flags = FN_CALL | FN_AGG, .min_args = 1, .max_args = 2, .arg = { FA_INT, FA_CONST_INT },
	.agg_type = hist_type, .agg_update = update_hist,
	.agg = &hist_agg,
};
const struct fn_ops fn_lhist = {
	.name = "lhist", .proto = "@m = lhist(int n, int min, int max, int step)", .doc = "histogram of equal steps",
	.flags = FN_CALL | FN_AGG, .min_args = 4, .max_args = 4,
	.arg = { FA_INT, FA_CONST_INT, FA_CONST_INT, FA_CONST_INT }, .agg_type = lhist_type,
	.agg_update = update_lhist,
	.agg = &lhist_agg,
};
