/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Consumers of the kernel's two kinds of record buffers: one BPF ring buffer
 * (Documentation/bpf/ringbuf.rst), or, below 5.8, one perf event buffer for each CPU. Records are
 * handed out where they lie; sizes are checked here, so a broken buffer is counted and skipped.
 */
#ifndef RUN_RING_H
#define RUN_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/* One record: false stops after it. The bytes are gone when this returns. */
typedef bool record_fn(void *arg, const void *rec, uint32_t len);

struct ring {
	unsigned long *consumer;
	const unsigned long *producer;
	const uint8_t *data; /* mapped once and its start again behind it, so that no record wraps */
	unsigned long size;  /* of data, a power of two */
	unsigned long mapped; /* bytes at data */
	uint64_t corrupt;
	void *maps[2];
	size_t map_sizes[2];
};

/* Maps the ring buffer fd of size bytes, whose records take at most longest bytes. 0 or -errno. */
int ring_open(struct ring *r, int fd, size_t size, size_t longest);
void ring_close(struct ring *r);
/*
 * Hands out the records that are there when it is called, up to one that is still being written,
 * and frees their room as it goes. Returns how many there were (discarded ones not counted).
 */
size_t ring_consume(struct ring *r, record_fn *fn, void *arg);
/* The same without taking them. */
size_t ring_peek(const struct ring *r, record_fn *fn, void *arg);
/* Is there any record, finished or not? Ordered after all stores before it. */
bool ring_pending(const struct ring *r);

struct perf_cpu {
	int fd;
	void *page; /* struct perf_event_mmap_page, then the data */
};

struct perfbuf {
	struct perf_cpu *cpus;
	unsigned ncpus;
	size_t size; /* of one CPU's data, a power of two */
	uint64_t corrupt, lost;
	bool whole; /* records of all types are handed out, with their headers; else what samples carry */
	struct strbuf joined; /* a record that wraps, put together */
};

/*
 * Opens a buffer of size bytes (a power of two of pages) on each CPU that is on line and puts it
 * into the map.
 */
int perfbuf_open(struct perfbuf *b, int map_fd, size_t size);
/* The same for an event of all processes and its own records, handed out whole. */
struct perf_event_attr;
int perfbuf_open_events(struct perfbuf *b, const struct perf_event_attr *attr, size_t size);
void perfbuf_close(struct perfbuf *b);
size_t perfbuf_consume(struct perfbuf *b, record_fn *fn, void *arg);
bool perfbuf_pending(const struct perfbuf *b);
/*
 * One CPU's records between two positions of a data area; for perfbuf_consume() and tests. False:
 * stopped.
 */
bool perfbuf_parse(struct perfbuf *b, const uint8_t *data, uint64_t *pos, uint64_t head,
		   record_fn *fn, void *arg, size_t *count);

#endif
