/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Consumers on buffers in plain memory. */
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdlib.h>

#include "run/ring.h"
#include "tests/unit.h"

UNIT_MAIN

#define SIZE 4096

/* A ring whose data is mirrored by hand, as the kernel's double mapping does. */
struct fake {
	unsigned long consumer, producer;
	uint8_t data[2 * SIZE];
	struct ring ring;
	char seen[256];
	unsigned stop_after;
};

static void fake_init(struct fake *f, unsigned long at)
{
	memset(f, 0, sizeof(*f));
	f->consumer = f->producer = at;
	f->ring = (struct ring){
		.consumer = &f->consumer, .producer = &f->producer, .data = f->data, .size = SIZE,
		.mapped = sizeof(f->data),
	};
	f->stop_after = ~0u;
}

static void mirror(struct fake *f, unsigned long pos, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = (pos + i) % SIZE;

		f->data[at] = f->data[at + SIZE] = ((const uint8_t *)bytes)[i];
	}
}

static void produce(struct fake *f, const char *text, uint32_t flags)
{
	uint32_t header[2] = { (uint32_t)strlen(text) | flags, 0 };

	mirror(f, f->producer, header, sizeof(header));
	mirror(f, f->producer + 8, text, strlen(text));
	f->producer += (8 + strlen(text) + 7) / 8 * 8;
}

static bool note(void *arg, const void *rec, uint32_t len)
{
	struct fake *f = arg;

	strncat(f->seen, rec, len);
	strcat(f->seen, "|");
	return --f->stop_after;
}

TEST(ring_records_in_order)
{
	struct fake f;

	fake_init(&f, 0);
	produce(&f, "one", 0);
	produce(&f, "dropped", BPF_RINGBUF_DISCARD_BIT);
	produce(&f, "three", 0);
	CHECK(ring_pending(&f.ring));
	CHECK_EQ(ring_peek(&f.ring, note, &f), 2);
	CHECK_EQ(f.consumer, 0);
	CHECK_EQ(ring_consume(&f.ring, note, &f), 2);
	CHECK_STR(f.seen, "one|three|one|three|");
	CHECK_EQ(f.consumer, f.producer);
	CHECK(!ring_pending(&f.ring));
	CHECK_EQ(ring_consume(&f.ring, note, &f), 0);
}

TEST(ring_wraps)
{
	struct fake f;

	fake_init(&f, 10 * SIZE - 16);
	produce(&f, "a record over the end", 0);
	produce(&f, "next", 0);
	CHECK_EQ(ring_consume(&f.ring, note, &f), 2);
	CHECK_STR(f.seen, "a record over the end|next|");
	/* Positions are machine words and may wrap themselves. */
	fake_init(&f, 0ul - 16);
	produce(&f, "a record over the end", 0);
	CHECK_EQ(ring_consume(&f.ring, note, &f), 1);
	CHECK_EQ(f.consumer, f.producer);
}

TEST(ring_waits_for_busy)
{
	struct fake f;

	fake_init(&f, 0);
	produce(&f, "one", 0);
	produce(&f, "two", BPF_RINGBUF_BUSY_BIT);
	produce(&f, "three", 0);
	CHECK_EQ(ring_consume(&f.ring, note, &f), 1);
	CHECK(ring_pending(&f.ring));
	CHECK_STR(f.seen, "one|");
	mirror(&f, 16, (uint32_t[]){ 3 }, 4);
	CHECK_EQ(ring_consume(&f.ring, note, &f), 2);
	CHECK_STR(f.seen, "one|two|three|");
}

TEST(ring_stops_when_told)
{
	struct fake f;

	fake_init(&f, 0);
	f.stop_after = 1;
	produce(&f, "one", 0);
	produce(&f, "two", 0);
	CHECK_EQ(ring_consume(&f.ring, note, &f), 1);
	CHECK_EQ(f.consumer, 16);
}

TEST(ring_skips_what_cannot_be)
{
	struct fake f;

	fake_init(&f, 0);
	produce(&f, "one", 0);
	mirror(&f, f.producer, (uint32_t[]){ 0x3fffffff, 0 }, 8);
	f.producer += 64;
	CHECK_EQ(ring_consume(&f.ring, note, &f), 1);
	CHECK_EQ(f.ring.corrupt, 1);
	CHECK_EQ(f.consumer, f.producer);
}

struct perf_fake {
	struct perfbuf b;
	uint8_t data[SIZE];
	uint64_t head, tail;
	struct fake seen;
};

static void perf_put(struct perf_fake *f, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		f->data[f->head++ % SIZE] = ((const uint8_t *)bytes)[i];
}

static void perf_sample(struct perf_fake *f, const char *text, uint32_t claimed)
{
	uint32_t size = (uint32_t)(strlen(text) + 4 + 7) / 8 * 8 - 4;
	struct perf_event_header h = { .type = PERF_RECORD_SAMPLE,
				       .size = (uint16_t)(8 + 4 + size) };
	char padded[128] = "";

	strcpy(padded, text);
	perf_put(f, &h, sizeof(h));
	perf_put(f, claimed ? &claimed : &size, 4);
	perf_put(f, padded, size);
}

static size_t perf_take(struct perf_fake *f)
{
	size_t n = 0;

	f->b.size = SIZE;
	perfbuf_parse(&f->b, f->data, &f->tail, f->head, note, &f->seen, &n);
	CHECK_EQ(f->tail, f->head);
	return n;
}

TEST(perf_records)
{
	static struct perf_fake f;
	uint64_t lost[2] = { 1, 7 };
	struct perf_event_header h = { .type = PERF_RECORD_LOST, .size = sizeof(h) + sizeof(lost) };

	fake_init(&f.seen, 0);
	f.head = f.tail = 3 * SIZE - 24;
	perf_sample(&f, "over the end of the data", 0);
	perf_put(&f, &h, sizeof(h));
	perf_put(&f, lost, sizeof(lost));
	perf_sample(&f, "x", 0);
	CHECK_EQ(perf_take(&f), 2);
	CHECK_EQ(f.b.lost, 7);
	CHECK_STR(f.seen.seen, "over the end of the data|x|");
	sb_done(&f.b.joined);
}

TEST(perf_broken)
{
	static struct perf_fake f;
	struct perf_event_header none = { .type = PERF_RECORD_SAMPLE, .size = 0 };
	struct perf_event_header tiny = { .type = PERF_RECORD_SAMPLE, .size = sizeof(tiny) };
	struct perf_event_header huge = { .type = PERF_RECORD_SAMPLE, .size = 60000 };

	fake_init(&f.seen, 0);
	perf_sample(&f, "a longer text than said", 1000);
	CHECK_EQ(perf_take(&f), 0);
	CHECK_EQ(f.b.corrupt, 1);
	perf_put(&f, &tiny, sizeof(tiny));
	perf_put(&f, &none, sizeof(none));
	CHECK_EQ(perf_take(&f), 0);
	CHECK_EQ(f.b.corrupt, 3);
	perf_put(&f, &huge, sizeof(huge));
	CHECK_EQ(perf_take(&f), 0);
	perf_put(&f, &huge, 4);
	CHECK_EQ(perf_take(&f), 0);
	CHECK_EQ(f.b.corrupt, 5);
	sb_done(&f.b.joined);
}
