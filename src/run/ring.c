/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * How much room is given back at once: each store of the position costs the writers a cache miss.
 */
#define PUBLISH 65536

/* What is mapped counts as this program's memory: no more of the second copy than a record needs. */
static size_t mapped_size(size_t size, size_t longest, size_t page)
{
	size_t tail = (longest + BPF_RINGBUF_HDR_SZ + page - 1) & ~(page - 1);

	return size + (tail < size ? tail : size);
}

int ring_open(struct ring *r, int fd, size_t size, size_t longest)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), mapped = mapped_size(size, longest, page);
	size_t sizes[2] = { page, page + mapped };

	for (int i = 0; i < 2; i++) {
		void *p = mmap(NULL, sizes[i], i ? PROT_READ : PROT_READ | PROT_WRITE, MAP_SHARED,
			       fd, i ? (off_t)page : 0);

		if (p == MAP_FAILED) {
			int rc = -errno;

			ring_close(r);
			return rc;
		}
		r->maps[i] = p;
		r->map_sizes[i] = sizes[i];
	}
	r->consumer = r->maps[0];
	r->producer = r->maps[1];
	r->data = (const uint8_t *)r->maps[1] + page;
	r->mapped = mapped;
	r->size = size;
	return 0;
}

void ring_close(struct ring *r)
{
	for (int i = 0; i < 2; i++)
		if (r->maps[i])
			munmap(r->maps[i], r->map_sizes[i]);
	memset(r, 0, sizeof(*r));
}

/* Length word of the record at pos; acquire: the bytes are there if it is not busy. */
static uint32_t record_header(const struct ring *r, unsigned long pos)
{
	return __atomic_load_n((const uint32_t *)(r->data + (pos & (r->size - 1))),
			       __ATOMIC_ACQUIRE);
}

/*
 * Bytes that the record at pos takes with its header, at most those up to end; 0: still being
 * written; -1: not a record, what follows is lost.
 */
static long record_room(const struct ring *r, uint32_t header, unsigned long pos, unsigned long end)
{
	unsigned long len = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
	unsigned long room = (len + BPF_RINGBUF_HDR_SZ + 7) & ~7ul;

	if (header & BPF_RINGBUF_BUSY_BIT)
		return 0;
	return room <= end - pos && (pos & (r->size - 1)) + room <= r->mapped ? (long)room : -1;
}

static size_t walk(const struct ring *r, unsigned long *pos, unsigned long *taken,
		   uint64_t *corrupt, record_fn *fn, void *arg)
{
	unsigned long end = __atomic_load_n(r->producer, __ATOMIC_ACQUIRE), published = *pos;
	size_t n = 0;
	bool more = true;

	while (more && *pos != end) {
		uint32_t header = record_header(r, *pos);
		long room = record_room(r, header, *pos, end);

		if (!room)
			break;
		if (room < 0) {
			*pos = end;
			++*corrupt;
			break;
		}
		if (!(header & BPF_RINGBUF_DISCARD_BIT)) {
			more = fn(arg, r->data + (*pos & (r->size - 1)) + BPF_RINGBUF_HDR_SZ,
				  header);
			n++;
		}
		*pos += (unsigned long)room;
		if (taken && *pos - published >= PUBLISH) {
			published = *pos;
			__atomic_store_n(taken, published, __ATOMIC_RELEASE);
		}
	}
	if (taken && *pos != published)
		__atomic_store_n(taken, *pos, __ATOMIC_RELEASE);
	return n;
}

size_t ring_consume(struct ring *r, record_fn *fn, void *arg)
{
	unsigned long pos = *r->consumer;

	return walk(r, &pos, r->consumer, &r->corrupt, fn, arg);
}

size_t ring_peek(const struct ring *r, record_fn *fn, void *arg)
{
	unsigned long pos = *r->consumer;
	uint64_t corrupt = 0;

	return walk(r, &pos, NULL, &corrupt, fn, arg);
}

bool ring_pending(const struct ring *r)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(r->producer, __ATOMIC_ACQUIRE) != *r->consumer;
}
