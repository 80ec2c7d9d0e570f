/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fdutil.h"
#include "out/out.h"

/* Two aggregations of the test's own: a sum, and a histogram of two buckets. */
static uint32_t sum_size(const struct type *t)
{
	return 8;
}

static int64_t sum_number(const struct type *t, const void *acc)
{
	int64_t v;

	memcpy(&v, acc, 8);
	return v;
}

static void sum_text(struct render *r, struct strbuf *out, const struct type *t, const void *acc,
		     int64_t div)
{
	sb_addi(out, sum_number(t, acc) / div);
}

static const struct agg_ops sum_ops = {
	.name = "sum_t", .size = sum_size, .order = sum_number, .text = sum_text, .json = sum_text,
	.json_type = "map", .number = sum_number,
};

static uint32_t two_size(const struct type *t)
{
	return 16;
}

static int64_t two_order(const struct type *t, const void *acc)
{
	uint64_t n[2];

	memcpy(n, acc, 16);
	return (int64_t)(n[0] + n[1]);
}

static void two_text(struct render *r, struct strbuf *out, const struct type *t, const void *acc,
		     int64_t div)
{
	struct hist_row rows[] = { { "[0]", 0 }, { "[1, ...)", 0 } };

	memcpy(&rows[0].count, acc, 8);
	memcpy(&rows[1].count, (const char *)acc + 8, 8);
	render_hist_rows(out, rows, 2);
}

static void two_json(struct render *r, struct strbuf *out, const struct type *t, const void *acc,
		     int64_t div)
{
	sb_addf(out, "[{\"min\": 0, \"max\": 0, \"count\": %d}]", (int)*(const char *)acc);
}

static const struct agg_ops two_ops = {
	.name = "two_t", .size = two_size, .order = two_order, .text = two_text, .json = two_json,
	.multiline = true, .json_type = "hist",
};

struct printed {
	struct arena arena;
	struct types types;
	struct render r;
	struct out out;
	struct strbuf text;
	int fd;
};

static void printed_done(struct printed *p)
{
	out_close(&p->out);
	sb_done(&p->text);
	fd_close(&p->fd);
	arena_done(&p->arena);
}

static void printed_open(struct printed *p, const char *format)
{
	types_init(&p->types, &p->arena, NULL);
	p->r.types = &p->types;
	p->fd = memfd_create("out", MFD_CLOEXEC);
	CHECK_EQ(out_open(&p->out, format, NULL, OB_FULL, &p->r, NULL), 0);
	p->out.fd = p->fd;
}

#define PRINTED(p, format)                                                                         \
	__attribute__((cleanup(printed_done))) struct printed p = { 0 };                           \
	printed_open(&p, format)

static const char *text_of(struct printed *p)
{
	out_flush(&p->out);
	lseek(p->fd, 0, SEEK_SET);
	CHECK_EQ(fd_read_all(p->fd, 1 << 28, &p->text), 0);
	CHECK_EQ(ftruncate(p->fd, 0), 0);
	lseek(p->fd, 0, SEEK_SET);
	return sb_str(&p->text);
}

static const char *show(struct printed *p, const struct map_dump *m)
{
	p->out.ops->map(&p->out, m);
	return text_of(p);
}

static int64_t numbers[] = { -5, 0, 1, 2, 3, 30, 300 };
static struct map_entry ints[3];

/* @x[1] = 30, @x[3] = -5, @x[2] = 3 */
static struct map_dump int_map(void)
{
	ints[0] = (struct map_entry){ &numbers[2], &numbers[5] };
	ints[1] = (struct map_entry){ &numbers[4], &numbers[0] };
	ints[2] = (struct map_entry){ &numbers[3], &numbers[4] };
	return (struct map_dump){ "x", type_i64(), type_i64(), ints, 3, 0, 0 };
}

TEST(integers_by_value)
{
	PRINTED(p, "text");
	struct map_dump m = int_map();

	CHECK_STR(show(&p, &m), "@x[3]: -5\n@x[2]: 3\n@x[1]: 30\n");
	m.value = type_u64();
	CHECK_STR(show(&p, &m), "@x[2]: 3\n@x[1]: 30\n@x[3]: 18446744073709551611\n");
}

TEST(integers_in_json)
{
	PRINTED(p, "json");
	struct map_dump m = int_map();

	CHECK_STR(show(&p, &m),
		  "{\"type\": \"map\", \"data\": {\"@x\": {\"3\": -5, \"2\": 3, \"1\": 30}}}\n");
	m.n = 0;
	CHECK_STR(show(&p, &m), "");
}

TEST(top_and_div)
{
	PRINTED(p, "text");
	struct map_dump m = int_map();

	m.top = 2;
	m.div = 2;
	CHECK_STR(show(&p, &m), "@x[2]: 1\n@x[1]: 15\n");
	m.top = 10;
	m.div = 10;
	CHECK_STR(show(&p, &m), "@x[3]: 0\n@x[2]: 0\n@x[1]: 3\n");
	m.value = type_agg(&p.types, &sum_ops, 0, 0, 0);
	CHECK_STR(show(&p, &m), "@x[3]: 0\n@x[2]: 0\n@x[1]: 3\n");
}

TEST(equal_values_by_key)
{
	PRINTED(p, "text");
	struct map_dump m = int_map();

	for (int i = 0; i < 3; i++)
		ints[i].value = &numbers[1];
	CHECK_STR(show(&p, &m), "@x[1]: 0\n@x[2]: 0\n@x[3]: 0\n");
}

TEST(scalars)
{
	PRINTED(p, "text");
	struct map_entry e = { NULL, &numbers[5] };
	struct map_dump m = { "", NULL, type_i64(), &e, 1, 0, 0 };

	CHECK_STR(show(&p, &m), "@: 30\n");
	m.div = 7;
	CHECK_STR(show(&p, &m), "@: 4\n");
}

TEST(scalars_in_json)
{
	PRINTED(p, "json");
	struct map_entry e = { NULL, "a b \n d e" };
	struct map_dump m = { "scalar_str", NULL, type_string(&p.types, 16), &e, 1, 0, 0 };

	CHECK_STR(show(&p, &m),
		  "{\"type\": \"map\", \"data\": {\"@scalar_str\": \"a b \\n d e\"}}\n");
}

TEST(histograms)
{
	PRINTED(p, "text");
	uint64_t a[2] = { 3, 1 }, b[2] = { 1, 1 };
	struct map_entry e[] = { { &numbers[2], a }, { &numbers[3], b } };
	struct map_dump m = { "h", type_i64(), type_agg(&p.types, &two_ops, 0, 0, 0), e, 2, 0, 0 };

	CHECK_STR(
		show(&p, &m),
		"@h[2]:\n"
		"[0]                    1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
		"[1, ...)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
		"\n"
		"@h[1]:\n"
		"[0]                    3 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
		"[1, ...)               1 |@@@@@@@@@@@@@@@@@                                   |\n"
		"\n");
	m.key = NULL;
	m.n = 1;
	m.top = 1;
	CHECK(!strncmp(show(&p, &m), "@h:\n[0]  ", 9));
}

TEST(histograms_in_json)
{
	PRINTED(p, "json");
	uint64_t a[2] = { 3, 1 };
	struct map_entry e = { &numbers[2], a };
	struct map_dump m = { "h", type_i64(), type_agg(&p.types, &two_ops, 0, 0, 0), &e, 1, 0, 0 };

	CHECK_STR(show(&p, &m), "{\"type\": \"hist\", \"data\": {\"@h\": {\"1\": "
				"[{\"min\": 0, \"max\": 0, \"count\": 3}]}}}\n");
}

TEST(strings_by_key)
{
	PRINTED(p, "text");
	static const char keys[][16] = {
		"bb", "abcdefgh", "", "abcdefghi", "\xff", "abcdefgh0", "B"
	};
	struct map_entry e[7];
	struct map_dump m = {
		"s", type_string(&p.types, 16), type_string(&p.types, 4), e, 7, 0, 0
	};

	for (int i = 0; i < 7; i++)
		e[i] = (struct map_entry){ keys[i], "v" };
	CHECK_STR(show(&p, &m), "@s[]: v\n@s[B]: v\n@s[abcdefgh]: v\n@s[abcdefgh0]: v\n"
				"@s[abcdefghi]: v\n@s[bb]: v\n@s[\\xff]: v\n");
}

TEST(tuples_field_by_field)
{
	PRINTED(p, "text");
	const struct type *parts[] = { type_int(1, true), type_string(&p.types, 8) };
	const struct type *t = type_tuple(&p.types, parts, 2);
	static const struct { int n; const char *s; } rows[] = {
		{ 2, "a" }, { -1, "z" }, { 2, "A" }, { 1, "m" },
	};
	char keys[4][16] = { 0 };
	struct map_entry e[4];
	struct map_dump m = { "t", t, type_string(&p.types, 4), e, 4, 0, 0 };

	for (int i = 0; i < 4; i++) {
		keys[i][t->st->fields.v[0].offset] = (char)rows[i].n;
		strcpy(keys[i] + t->st->fields.v[1].offset, rows[i].s);
		e[i] = (struct map_entry){ keys[i], "v" };
	}
	CHECK_STR(show(&p, &m), "@t[-1, z]: v\n@t[1, m]: v\n@t[2, A]: v\n@t[2, a]: v\n");
}

/* Enough entries for the radix sort, checked against the order of the C library. */
static int by_value(const void *a, const void *b)
{
	const int64_t *va = ((const struct map_entry *)a)->value,
		      *vb = ((const struct map_entry *)b)->value;
	const int64_t *ka = ((const struct map_entry *)a)->key,
		      *kb = ((const struct map_entry *)b)->key;

	if (*va != *vb)
		return *va < *vb ? -1 : 1;
	return *ka < *kb ? -1 : *ka > *kb;
}

TEST(many_entries)
{
	enum { N = 3000 };
	static int64_t keys[N], values[N];
	static struct map_entry e[N], want[N];
	struct map_dump m = { "m", type_i64(), type_i64(), e, N, 0, 0 };
	uint64_t x = 1;

	for (int i = 0; i < N; i++) {
		x = x * 6364136223846793005ull + 1442695040888963407ull;
		keys[i] = (int64_t)(x >> 7) * (i & 1 ? 1 : -1);
		values[i] = (int64_t)(x >> 40) % (i % 3 ? 50 : 1 << 20) * (i & 2 ? 1 : -1);
		e[i] = want[i] = (struct map_entry){ &keys[i], &values[i] };
	}
	map_dump_sort(&m);
	qsort(want, N, sizeof(*want), by_value);
	CHECK(!memcmp(e, want, sizeof(e)));
}

static int secret_compare(const struct type *t, const void *a, const void *b)
{
	return *(const char *)b - *(const char *)a;
}

TEST(opaque_keys_by_their_own_order)
{
	static const struct value_ops ops = { .name = "s", .compare = secret_compare };
	PRINTED(p, "text");
	static const char letters[] = "mfzaqc";
	struct map_entry e[6];
	struct map_dump m = {
		"o", type_opaque(&p.types, &ops, 1, 1), type_string(&p.types, 2), e, 6, 0, 0
	};

	for (int i = 0; i < 6; i++)
		e[i] = (struct map_entry){ &letters[i], "v" };
	map_dump_sort(&m);
	for (int i = 0; i < 6; i++)
		CHECK_EQ(*(const char *)e[i].key, "zqmfca"[i]);
}

/* SONDE_BENCH=1: a million keys in random order, sorted and printed. */
TEST(bench_million_entries)
{
	size_t n = getenv("SONDE_BENCH") ? 1000000 : 1000;
	PRINTED(p, "text");
	uint64_t *keys = malloc(n * 8), *values = malloc(n * 8), x = 1;
	struct map_entry *e = malloc(n * sizeof(*e));
	struct map_dump m = { "m", type_u64(), type_u64(), e, n, 0, 0 };
	struct timespec a, b;

	for (size_t i = 0; i < n; i++) {
		x = x * 6364136223846793005ull + 1442695040888963407ull;
		keys[i] = x >> 20;
		values[i] = getenv("SONDE_BENCH_EQUAL") ? 1 : x >> 44;
		e[i] = (struct map_entry){ &keys[i], &values[i] };
	}
	clock_gettime(CLOCK_MONOTONIC, &a);
	p.out.ops->map(&p.out, &m);
	out_flush(&p.out);
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (n > 1000)
		printf("%zu entries: %.3f s\n", n,
		       (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9);
	for (size_t i = 1; i < n; i++) {
		if (*(const uint64_t *)e[i - 1].value > *(const uint64_t *)e[i].value) {
			CHECK(!"sorted");
			break;
		}
	}
	free(keys);
	free(values);
	free(e);
}
