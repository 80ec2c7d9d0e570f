/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Perf event buffers: what kernels below 5.8 have for records (perf_event_open(2), "MMAP layout").
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "run/ring.h"
#include "run/sys.h"

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* map_fd -1: none. */
static int open_cpu(struct perfbuf *b, struct perf_cpu *c, struct perf_event_attr *attr, int map_fd, int cpu)
{
	uint32_t key = (uint32_t)cpu;
	int r = 0;

	c->fd = sys_perf_event_open(attr, -1, cpu, -1, 0);
	if (c->fd < 0)
		return c->fd;
	c->page = mmap(NULL, page_size() + b->size, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0);
	if (c->page == MAP_FAILED) {
		c->page = NULL;
		return -errno;
	}
	if (map_fd >= 0)
		r = sys_map_update(map_fd, &key, &c->fd, 0);
	if (!r && ioctl(c->fd, PERF_EVENT_IOC_ENABLE, 0) < 0)
		r = -errno;
	return r;
}

static int open_all(struct perfbuf *b, struct perf_event_attr *attr, int map_fd, size_t size)
{
	unsigned max = sys_possible_cpus();
	int *ids = xcalloc(max, sizeof(*ids)), rc = 0;
	unsigned n = sys_online_cpus(ids, max);

	b->size = size;
	/* A wake-up for each record costs more than the record: the loop looks by the clock too. */
	attr->watermark = 1;
	if (!attr->wakeup_watermark)
		attr->wakeup_watermark = (uint32_t)size / 4;
	b->cpus = xcalloc(n, sizeof(*b->cpus));
	for (unsigned i = 0; i < n && !rc; i++) {
		b->cpus[i].fd = -1;
		b->ncpus++;
		rc = open_cpu(b, &b->cpus[i], attr, map_fd, ids[i]);
	}
	free(ids);
	if (rc)
		perfbuf_close(b);
	return rc;
}

int perfbuf_open(struct perfbuf *b, int map_fd, size_t size)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
	};

	return open_all(b, &attr, map_fd, size);
}

int perfbuf_open_events(struct perfbuf *b, const struct perf_event_attr *attr, size_t size)
{
	struct perf_event_attr copy = *attr;

	b->whole = true;
	return open_all(b, &copy, -1, size);
}

void perfbuf_close(struct perfbuf *b)
{
	for (unsigned i = 0; i < b->ncpus; i++) {
		if (b->cpus[i].page)
			munmap(b->cpus[i].page, page_size() + b->size);
		if (b->cpus[i].fd >= 0)
			close(b->cpus[i].fd);
	}
	free(b->cpus);
	sb_done(&b->joined);
	memset(b, 0, sizeof(*b));
}

/* n bytes from pos on, in one piece. */
static const uint8_t *in_one_piece(struct perfbuf *b, const uint8_t *data, uint64_t pos, size_t n)
{
	size_t at = pos & (b->size - 1), first = b->size - at;

	if (n <= first)
		return data + at;
	sb_reset(&b->joined);
	sb_add(&b->joined, data + at, first);
	sb_add(&b->joined, data, n - first);
	return (const uint8_t *)b->joined.p;
}

/* PERF_RECORD_SAMPLE of PERF_SAMPLE_RAW: u32 size, bytes. PERF_RECORD_LOST: u64 id, u64 lost. */
static bool one_record(struct perfbuf *b, const uint8_t *rec, uint32_t type, size_t len,
		       record_fn *fn, void *arg, size_t *count)
{
	const uint8_t *body = rec + sizeof(struct perf_event_header);
	size_t room = len - sizeof(struct perf_event_header);
	uint32_t size;
	uint64_t lost;

	if (type == PERF_RECORD_LOST && room >= 16) {
		memcpy(&lost, body + 8, sizeof(lost));
		b->lost += lost;
	}
	if (b->whole) {
		++*count;
		return fn(arg, rec, (uint32_t)len);
	}
	if (type != PERF_RECORD_SAMPLE)
		return true;
	if (room < sizeof(size)) {
		b->corrupt++;
		return true;
	}
	memcpy(&size, body, sizeof(size));
	if (size > room - sizeof(size)) {
		b->corrupt++;
		return true;
	}
	++*count;
	return fn(arg, body + sizeof(size), size);
}

bool perfbuf_parse(struct perfbuf *b, const uint8_t *data, uint64_t *pos, uint64_t head,
		   record_fn *fn, void *arg, size_t *count)
{
	struct perf_event_header h;

	while (*pos < head) {
		if (head - *pos >= sizeof(h))
			memcpy(&h, in_one_piece(b, data, *pos, sizeof(h)), sizeof(h));
		if (head - *pos < sizeof(h) || h.size < sizeof(h) || h.size > head - *pos ||
		    h.size > b->size) {
			b->corrupt++;
			*pos = head;
			return true;
		}
		*pos += h.size;
		if (!one_record(b, in_one_piece(b, data, *pos - h.size, h.size), h.type, h.size, fn,
				arg, count))
			return false;
	}
	return true;
}

size_t perfbuf_consume(struct perfbuf *b, record_fn *fn, void *arg)
{
	size_t count = 0;
	bool more = true;

	for (unsigned i = 0; i < b->ncpus && more; i++) {
		struct perf_event_mmap_page *page = b->cpus[i].page;
		uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
		uint64_t tail = page->data_tail;

		more = perfbuf_parse(b, (const uint8_t *)page + page_size(), &tail, head, fn, arg,
				     &count);
		__atomic_store_n(&page->data_tail, tail, __ATOMIC_RELEASE);
	}
	return count;
}

bool perfbuf_pending(const struct perfbuf *b)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (unsigned i = 0; i < b->ncpus; i++) {
		const struct perf_event_mmap_page *page = b->cpus[i].page;

		if (__atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE) != page->data_tail)
			return true;
	}
	return false;
}
