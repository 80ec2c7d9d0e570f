/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tseries(): the latest intervals of a number over time. A value is a ring of buckets, one for each interval;
 * the number of an interval is its clock's time divided by its length. The clock is atomic time, so intervals start
 * at whole seconds, and neither leap seconds nor a suspended machine bend them.
 *
 * In a hash the value is shared by the CPUs: sums are atomic, but of CPUs that begin an interval in the same
 * moment one may lose its first number.
 */
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include "fn/internal.h"

#define MOST_INTERVALS 1300 /* values of per-CPU maps have up to 32 KiB */
#define GRAPH 53            /* columns with both edges */
#define SECOND 1000000000ull

enum series_kind { SERIES_LAST, SERIES_AVG, SERIES_MAX, SERIES_MIN, SERIES_SUM };

struct bucket {
	uint64_t value;
	uint64_t meta;  /* 0: nothing was added. AVG: how many; LAST: when, plus one; else 1 */
	uint64_t epoch; /* number of its interval */
};

static uint32_t intervals(const struct type *t)
{
	return (uint32_t)t->param[2];
}

static enum series_kind kind_of(const struct type *t)
{
	return t->param[2] >> 32;
}

static uint32_t series_size(const struct type *t)
{
	return intervals(t) * sizeof(struct bucket);
}

static struct bucket get_bucket(const void *acc, uint32_t i)
{
	struct bucket b;

	memcpy(&b, (const struct bucket *)acc + i, sizeof(b));
	return b;
}

static void set_bucket(void *acc, uint32_t i, const struct bucket *b)
{
	memcpy((struct bucket *)acc + i, b, sizeof(*b));
}

static bool less(const struct type *t, uint64_t a, uint64_t b)
{
	return t->param[0] ? (int64_t)a < (int64_t)b : a < b;
}

/* Takes y, of the same interval, into x. */
static void combine(const struct type *t, struct bucket *x, const struct bucket *y)
{
	switch (kind_of(t)) {
	case SERIES_LAST:
		*x = y->meta > x->meta ? *y : *x;
		break;
	case SERIES_AVG:
		x->meta += y->meta;
		x->value += y->value;
		break;
	case SERIES_SUM:
		x->value += y->value;
		break;
	case SERIES_MAX:
		x->value = less(t, x->value, y->value) ? y->value : x->value;
		break;
	case SERIES_MIN:
		x->value = less(t, y->value, x->value) ? y->value : x->value;
		break;
	}
}

static void series_reduce(const struct type *t, void *acc, const void *one)
{
	for (uint32_t i = 0; i < intervals(t); i++) {
		struct bucket x = get_bucket(acc, i), y = get_bucket(one, i);

		if (!y.meta)
			continue;
		if (!y.epoch)
			y.value = 0; /* only a clock of one's own is ever there: bpftrace keeps nothing of it */
		if (!x.meta || y.epoch > x.epoch)
			x = y;
		else if (y.epoch == x.epoch)
			combine(t, &x, &y);
		set_bucket(acc, i, &x);
	}
}

static int64_t series_order(const struct type *t, const void *acc)
{
	uint64_t latest = 0;

	for (uint32_t i = 0; i < intervals(t); i++) {
		struct bucket b = get_bucket(acc, i);

		latest = b.epoch > latest ? b.epoch : latest;
	}
	return (int64_t)latest;
}

/* Graphs of one map end at the same interval: an empty bucket of the latest one. */
static void series_align(const struct type *t, void *acc, int64_t latest)
{
	uint32_t i = (uint64_t)latest % intervals(t);
	struct bucket b = get_bucket(acc, i), none = { .epoch = latest };

	if (b.epoch != (uint64_t)latest)
		set_bucket(acc, i, &none);
}

struct row {
	bool known;
	uint64_t value;
	uint64_t ns; /* start of the interval, wall clock */
};

static struct row row_of(const struct type *t, const void *acc, uint64_t epoch)
{
	struct bucket b = get_bucket(acc, epoch % intervals(t));
	struct row r = { .known = b.meta && b.epoch == epoch, .value = b.value };
	struct timespec tai, real;

	clock_gettime(CLOCK_TAI, &tai);
	clock_gettime(CLOCK_REALTIME, &real);
	r.ns = epoch * (uint64_t)t->param[1];
	if (r.ns / SECOND > (uint64_t)(tai.tv_sec - real.tv_sec))
		r.ns -= (tai.tv_sec - real.tv_sec) * SECOND;
	if (r.known && kind_of(t) == SERIES_AVG)
		r.value = t->param[0] ? (uint64_t)((int64_t)b.value / (int64_t)b.meta) : b.value / b.meta;
	return r;
}

/* Rows from the first interval with a value to the latest one; rows has room for all. */
static uint32_t get_rows(const struct type *t, const void *acc, struct row *rows)
{
	uint64_t latest = series_order(t, acc), n = intervals(t);
	uint32_t count = 0;

	for (uint64_t e = latest + 1 > n ? latest + 1 - n : 0; e <= latest; e++) {
		struct row r = row_of(t, acc, e);

		if (count || r.known)
			rows[count++] = r;
	}
	return count;
}

static void add_number(struct strbuf *out, const struct type *t, uint64_t v)
{
	if (t->param[0])
		sb_addi(out, (int64_t)v);
	else
		sb_addu(out, v);
}

struct scale {
	uint64_t min, max;
	unsigned digits; /* of a second */
	const char *unit;
	int zero;        /* column of 0, if it is within */
};

/* Equal limits are moved apart if their type allows it. */
static void find_limits(const struct type *t, const struct row *rows, uint32_t n, struct scale *s)
{
	uint64_t lowest = t->param[0] ? 1ull << 63 : 0, highest = lowest - 1;

	s->min = s->max = rows[0].value;
	for (uint32_t i = 0; i < n; i++) {
		if (rows[i].known && less(t, rows[i].value, s->min))
			s->min = rows[i].value;
		if (rows[i].known && less(t, s->max, rows[i].value))
			s->max = rows[i].value;
	}
	if (s->min != s->max)
		return;
	s->min -= s->min != lowest;
	s->max += s->max != highest;
}

static struct scale find_scale(const struct type *t, const struct row *rows, uint32_t n)
{
	static const struct { uint64_t ns; unsigned digits; const char *unit; } units[] = {
		{ SECOND, 0, "" }, { 1000000, 3, ".ms" }, { 1000, 6, ".us" }, { 0, 9, ".ns" },
	};
	struct scale s = { 0 };
	int u = 0;

	while ((uint64_t)t->param[1] < units[u].ns)
		u++;
	s.digits = units[u].digits;
	s.unit = units[u].unit;
	find_limits(t, rows, n, &s);
	if (t->param[0] && (int64_t)s.min < 0 && (int64_t)s.max > 0)
		s.zero = (float)GRAPH * (float)-s.min / (float)(s.max - s.min);
	return s;
}

static unsigned time_width(const struct scale *s)
{
	return 8 + (s->digits ? 1 + s->digits : 0);
}

/* The limits above and below the graph. */
static void limits_text(struct strbuf *out, const struct type *t, const struct scale *s)
{
	char low[24], high[24];

	snprintf(low, sizeof(low), t->param[0] ? "%lld" : "%llu", (long long)s->min);
	snprintf(high, sizeof(high), t->param[0] ? "%lld" : "%llu", (long long)s->max);
	sb_fill(out, ' ', time_width(s) + 1);
	sb_addf(out, "%-21s%*s\n", low, GRAPH - 21, high);
}

static void edge_text(struct strbuf *out, char edge)
{
	sb_addc(out, edge);
	sb_fill(out, '_', GRAPH - 2);
	sb_addc(out, edge);
	sb_addc(out, '\n');
}

static void row_time(struct strbuf *out, const struct row *r, const struct scale *s)
{
	static const unsigned scale[] = { [3] = 1000000, [6] = 1000, [9] = 1 };
	time_t sec = r->ns / SECOND;
	char text[16];
	struct tm tm;

	localtime_r(&sec, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	sb_adds(out, text);
	if (s->digits)
		sb_addf(out, ".%0*llu", s->digits, (unsigned long long)(r->ns % SECOND / scale[s->digits]));
}

static void row_text(struct strbuf *out, const struct type *t, const struct row *r, const struct scale *s)
{
	char line[GRAPH + 1];
	int at = GRAPH / 2;

	memset(line, ' ', GRAPH);
	line[GRAPH] = 0;
	line[0] = line[GRAPH - 1] = '|';
	if (s->zero)
		line[s->zero] = '.';
	if (s->min != s->max)
		at = (float)(GRAPH - 1) * (float)(r->value - s->min) / (float)(s->max - s->min);
	if (r->known)
		line[at < GRAPH ? at : GRAPH - 1] = '*';
	row_time(out, r, s);
	sb_addf(out, " %s ", line);
	if (r->known)
		add_number(out, t, r->value);
	else
		sb_addc(out, '-');
	sb_addc(out, '\n');
}

static void series_text(struct render *r, struct strbuf *out, const struct type *t, const void *acc, int64_t div)
{
	struct row rows[MOST_INTERVALS];
	uint32_t n = get_rows(t, acc, rows);
	char head[16];
	struct scale s;

	if (!n) {
		sb_adds(out, "<no data>\n");
		return;
	}
	s = find_scale(t, rows, n);
	limits_text(out, t, &s);
	snprintf(head, sizeof(head), "hh:mm:ss%s", s.unit);
	sb_addf(out, "%-*s", (int)time_width(&s) + 1, head);
	edge_text(out, '|');
	for (uint32_t i = 0; i < n; i++)
		row_text(out, t, &rows[i], &s);
	sb_fill(out, ' ', time_width(&s) + 1);
	edge_text(out, 'v');
	limits_text(out, t, &s);
}

static void series_json(struct render *r, struct strbuf *out, const struct type *t, const void *acc, int64_t div)
{
	struct row rows[MOST_INTERVALS];
	uint32_t n = get_rows(t, acc, rows);
	bool any = false;

	sb_addc(out, '[');
	for (uint32_t i = 0; i < n; i++) {
		time_t sec = rows[i].ns / SECOND;
		char text[32];
		struct tm tm;

		if (!rows[i].known)
			continue;
		strftime(text, sizeof(text), "%F %T", gmtime_r(&sec, &tm));
		sb_addf(out, "%s{\"interval_start\":\"%s.%09llu\",\"value\":", any ? "," : "", text,
			(unsigned long long)(rows[i].ns % SECOND));
		add_number(out, t, rows[i].value);
		sb_addc(out, '}');
		any = true;
	}
	sb_addc(out, ']');
}

static const struct agg_ops series_agg = {
	.name = "tseries_t", .by_sign = true, .size = series_size, .reduce = series_reduce, .order = series_order,
	.align = series_align, .text = series_text, .json = series_json, .multiline = true, .json_type = "tseries",
};

static bool count_arg(struct check *ck, const struct node *n, const char *what, int64_t most, int64_t *ret)
{
	if (!check_const_int(ck, n, ret) || *ret < 0)
		return check_error(ck, n->span, DT_bad_argument, "tseries: invalid %s value (must be non-negative literal)", what);
	if (!*ret)
		return check_error(ck, n->span, DT_bad_argument, "tseries() %s must be >= 1 (0 provided)", what);
	if (*ret > most)
		return check_error(ck, n->span, DT_bad_argument, "tseries() %s must be <= %lld (%lld provided)", what,
				   (long long)most, (long long)*ret);
	return true;
}

static bool kind_arg(struct check *ck, struct node *call, int64_t *ret)
{
	static const char *const names[] = { [SERIES_AVG] = "avg", "max", "min", "sum" };
	const char *text;
	uint32_t len;

	*ret = SERIES_LAST;
	if (call->list.n < 4)
		return true;
	if (!check_const_str(ck, call->list.v[3], &text, &len))
		text = "";
	for (*ret = SERIES_AVG; *ret <= SERIES_SUM; ++*ret)
		if (!strcmp(names[*ret], text))
			return true;
	return check_error(ck, call->list.v[3]->span, DT_bad_argument,
			   "tseries() expects one of the following aggregation functions: avg, max, min, sum (\"%s\" provided)",
			   text);
}

/* The scalar map that is the clock (setting dummy_ts_map), NULL if there is none. */
static const struct map *clock_map(const struct tables *t)
{
	const char *name = t->config.dummy_ts_map;

	vec_each(t->maps, i)
		if (name && !strcmp(t->maps.v[i]->name, name + (*name == '@')))
			return t->maps.v[i];
	return NULL;
}

static const struct type *series_type(struct check *ck, struct node *call)
{
	const struct map *clock = clock_map(check_tables(ck));
	int64_t interval, n, kind;

	if (!check_unstable(ck, call->span, "tseries()", check_config(ck)->unstable_tseries, "unstable_tseries"))
		return NULL;
	if (!count_arg(ck, call->list.v[1], "interval_ns", INT64_MAX, &interval) ||
	    !count_arg(ck, call->list.v[2], "num_intervals", MOST_INTERVALS, &n) || !kind_arg(ck, call, &kind))
		return NULL;
	if (clock && (clock->keyed || (clock->value && !type_is_int(clock->value)))) {
		check_error(ck, call->span, DT_bad_argument, "The clock @%s must be a number without keys", clock->name);
		return NULL;
	}
	return type_agg(check_types(ck), &series_agg, call->list.v[0]->type->is_signed, interval, n | kind << 32);
}

static struct ir_val *series_now(struct lower *lw)
{
	const struct map *clock = clock_map(lower_tables(lw));
	struct ir_builder *b = lower_b(lw);

	if (clock && clock->storage == MS_GLOBAL)
		return ir_load(b, ir_global_ptr(b, clock->offset), 0, 8, false);
	return fn_lower_tai(lw);
}

static void add_to(struct lower *lw, struct ir_val *p, int64_t off, struct ir_val *v, bool atomic)
{
	struct ir_builder *b = lower_b(lw);

	if (atomic)
		ir_atomadd(b, p, off, v, 8);
	else
		ir_store(b, p, off, ir_bin(b, IR_add, ir_load(b, p, off, 8, false), v), 8);
}

/* The bucket's first number of an interval. */
static void start_bucket(struct lower *lw, struct ir_val *p, struct ir_val *epoch, struct ir_val *v, struct ir_val *meta)
{
	struct ir_builder *b = lower_b(lw);

	ir_store(b, p, offsetof(struct bucket, value), v, 8);
	ir_store(b, p, offsetof(struct bucket, meta), meta, 8);
	ir_store(b, p, offsetof(struct bucket, epoch), epoch, 8);
}

static void add_to_bucket(struct lower *lw, const struct type *t, struct ir_val *p, struct ir_val *v, bool atomic)
{
	enum series_kind kind = kind_of(t);
	struct ir_builder *b = lower_b(lw);
	struct ir_val *old;
	struct lower_if better;

	if (kind == SERIES_SUM || kind == SERIES_AVG) {
		add_to(lw, p, offsetof(struct bucket, value), v, atomic);
		if (kind == SERIES_AVG)
			add_to(lw, p, offsetof(struct bucket, meta), ir_iconst(b, 1), atomic);
		return;
	}
	old = ir_load(b, p, offsetof(struct bucket, value), 8, false);
	better = lower_if_begin(lw, ir_bin(b, t->param[0] ? IR_slt : IR_ult, kind == SERIES_MIN ? v : old,
					   kind == SERIES_MIN ? old : v));
	ir_store(b, p, offsetof(struct bucket, value), v, 8);
	lower_if_end(lw, &better);
}

static void update_series(struct lower *lw, struct node *call, struct ir_val *ptr, bool atomic)
{
	const struct type *t = call->type;
	struct ir_builder *b = lower_b(lw);
	struct ir_val *v = lower_agg_arg(lw, 0), *now = series_now(lw), *epoch, *i, *p, *fresh;
	struct lower_if first;

	epoch = ir_bin(b, IR_udiv, now, ir_iconst(b, t->param[1]));
	i = ir_umin(b, ir_bin(b, IR_umod, epoch, ir_iconst(b, intervals(t))), intervals(t) - 1);
	p = ir_bin(b, IR_add, ptr, ir_bin(b, IR_mul, i, ir_iconst(b, sizeof(struct bucket))));
	if (kind_of(t) == SERIES_LAST) {
		start_bucket(lw, p, epoch, v, ir_addi(b, now, 1));
		return;
	}
	fresh = ir_bin(b, IR_ne, ir_load(b, p, offsetof(struct bucket, epoch), 8, false), epoch);
	fresh = ir_bin(b, IR_or, fresh, ir_bin(b, IR_eq, ir_load(b, p, offsetof(struct bucket, meta), 8, false), ir_iconst(b, 0)));
	first = lower_if_begin(lw, fresh);
	start_bucket(lw, p, epoch, v, ir_iconst(b, 1));
	lower_if_else(lw, &first);
	add_to_bucket(lw, t, p, v, atomic);
	lower_if_end(lw, &first);
}

const struct fn_ops fn_tseries = {
	.name = "tseries", .proto = "@m = tseries(int n, int interval_ns, int intervals[, string how])",
	.doc = "the last intervals of a number over time (how: avg, max, min, sum; else the last one)",
	.flags = FN_CALL | FN_AGG, .min_args = 3, .max_args = 4,
	.arg = { FA_INT, FA_CONST_INT, FA_CONST_INT, FA_CONST_STR }, .agg_type = series_type, .agg_update = update_series,
	.agg = &series_agg,
};
