/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records to the handlers of the actions that sent them. Nothing here allocates once it runs. */
#include <string.h>
#include <time.h>

#include "run/internal.h"

static const struct action *record_action(const struct runtime *rt, const void *rec, uint32_t len)
{
	uint32_t id;

	if (len < sizeof(id))
		return NULL;
	memcpy(&id, rec, sizeof(id));
	return id < rt->tables->actions.n ? rt->tables->actions.v[id] : NULL;
}

/*
 * Who stops a run waits for what was recorded before, but not for long: programs that system() runs may take
 * minutes for what is in the buffer.
 */
#define STOP_WAIT (1500 * 1000000LL)

static bool is_late(struct runtime *rt)
{
	if (!run_stop_signal || rt->ending)
		return false;
	if (!rt->stop_by)
		rt->stop_by = run_now() + STOP_WAIT;
	return rt->late || run_now() > rt->stop_by;
}

static bool exits_now(const struct runtime *rt)
{
	return rt->exiting && !rt->iterating;
}

static void take(struct runtime *rt, const struct action *a, const void *rec, uint32_t len)
{
	uint64_t cut = run_cut(rt);

	if (!a || !record_decode(a, rec, len, rt->args)) {
		rt->corrupt++;
		return;
	}
	a->fn->handle(rt, a, rt->args);
	run_note_cut(rt, cut, a->span);
}

static bool handle(void *arg, const void *rec, uint32_t len)
{
	struct runtime *rt = arg;
	const struct action *a = record_action(rt, rec, len);

	if (rt->ending && a && !rt->at_end[a->id])
		return true;
	if (is_late(rt)) {
		rt->late++;
		return true;
	}
	take(rt, a, rec, len);
	return !exits_now(rt) && !rt->out->broken;
}

/* What was recorded before exit() is kept, and its record came by another way. */
static bool handle_packet(void *arg, const void *rec, uint32_t len)
{
	struct runtime *rt = arg;

	take(rt, record_action(rt, rec, len), rec, len);
	return true;
}

size_t run_consume(struct runtime *rt)
{
	size_t n = 0;

	if (rt->has_ring)
		n = rt->ring_is_perf ? perfbuf_consume(&rt->perf, handle, rt) :
				       ring_consume(&rt->ring, handle, rt);
	if (rt->packets.ncpus)
		n += perfbuf_consume(&rt->packets, handle_packet, rt);
	return n;
}

bool run_pending(const struct runtime *rt)
{
	if (rt->packets.ncpus && perfbuf_pending(&rt->packets))
		return true;
	if (!rt->has_ring)
		return false;
	return rt->ring_is_perf ? perfbuf_pending(&rt->perf) : ring_pending(&rt->ring);
}

/*
 * New records may come as fast as they are read, so the end is where the buffer ended at the start:
 * each round takes at most what was there when it began, and one that was cut short by an
 * unfinished record is repeated.
 */
void run_drain(struct runtime *rt)
{
	const struct timespec pause = { 0, 50000 };
	unsigned long end = rt->has_ring && !rt->ring_is_perf ? *rt->ring.producer : 0;

	for (int tries = 0; tries < 2000; tries++) {
		run_consume(rt);
		if (!rt->has_ring || rt->ring_is_perf || exits_now(rt) || rt->out->broken ||
		    (long)(end - *rt->ring.consumer) <= 0)
			return;
		nanosleep(&pause, NULL);
	}
}

static bool is_exit(void *arg, const void *rec, uint32_t len)
{
	struct runtime *rt = arg;
	const struct action *a = record_action(rt, rec, len);

	if (a && !strcmp(a->fn->name, "exit"))
		rt->done = true;
	return !rt->done;
}

bool run_exit_waits(struct runtime *rt)
{
	bool waits;

	if (!rt->has_ring || rt->ring_is_perf)
		return false;
	ring_peek(&rt->ring, is_exit, rt);
	waits = rt->done;
	rt->done = false;
	return waits;
}
