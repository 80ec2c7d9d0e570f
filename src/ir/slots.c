/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where each slot lies, and what moves to per-CPU scratch. Slots that are never alive together
 * share bytes.
 */
#include "ir/pass.h"
#include "ir/slots.h"

#define SCRATCH_PLENTY (256 * 1024)

static uint32_t round_up(uint32_t n, uint32_t align)
{
	return (n + align - 1) / align * align;
}

static bool alive_together(const struct ir_slot *a, const struct ir_slot *b)
{
	size_t i = 0, k = 0;

	while (i < a->live.n && k < b->live.n) {
		if (a->live.v[i].end < b->live.v[k].start)
			i++;
		else if (b->live.v[k].end < a->live.v[i].start)
			k++;
		else
			return true;
	}
	return false;
}

static int lower_first(const void *a, const void *b)
{
	const struct ir_slot *x = *(struct ir_slot *const *)a, *y = *(struct ir_slot *const *)b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Lowest place that no slot alive at the same time has; the first n of the list have theirs. */
static uint32_t find_place(struct ir_slots *s, size_t n)
{
	const struct ir_slot *o = s->list.v[n];
	uint32_t at = 0;

	s->rivals.n = 0;
	for (size_t i = 0; i < n; i++) {
		struct ir_slot *p = s->list.v[i];

		if (p->scratch == o->scratch && p->first <= o->last && o->first <= p->last && alive_together(p, o))
			avec_push(&s->arena, &s->rivals, p);
	}
	if (s->rivals.n)
		qsort(s->rivals.v, s->rivals.n, sizeof(*s->rivals.v), lower_first);
	vec_each(s->rivals, i) {
		const struct ir_slot *p = s->rivals.v[i];

		if (at < p->at + p->size && p->at < at + o->size)
			at = round_up(p->at + p->size, o->align);
	}
	return at;
}

static uint32_t colour(struct ir_slots *s, bool scratch)
{
	uint32_t end = 0;

	vec_each(s->list, i) {
		struct ir_slot *o = s->list.v[i];

		if (o->scratch != scratch)
			continue;
		o->at = find_place(s, i);
		if (o->at + o->size > end)
			end = o->at + o->size;
	}
	return round_up(end, 8);
}

static int larger_first(const void *a, const void *b)
{
	const struct ir_slot *x = *(struct ir_slot *const *)a, *y = *(struct ir_slot *const *)b;

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return x->v->mark < y->v->mark ? -1 : 1;
}

static uint32_t slot_align(const struct ir_val *v)
{
	return v->op == IR_slot && v->imm > 0 && v->imm < 8 ? (uint32_t)v->imm : 8;
}

static void collect(struct ir_slots *s)
{
	each_block(s->fn, b)
		each_val(b, v) {
			struct ir_slot *o;

			if (v->op != IR_slot && v->op != IR_scratch)
				continue;
			o = arena_new(&s->arena, struct ir_slot);
			o->v = v;
			o->align = slot_align(v);
			o->size = round_up(v->size, o->align);
			o->scratch = v->op == IR_scratch;
			avec_push(&s->arena, &s->list, o);
		}
	ir_slots_live(s);
	if (s->list.n)
		qsort(s->list.v, s->list.n, sizeof(*s->list.v), larger_first);
}

/*
 * The verifier is done with a loop over an iterator once the state at its head repeats, and what lies on
 * the stack is part of that, used or not (stacksafe()): each key that some rounds write and others do
 * not doubles the states. It keeps no account of map values.
 */
static void spare_stack(struct ir_slots *s)
{
	bool iterates = false;

	each_block(s->fn, b)
		each_val(b, v)
			iterates |= v->op == IR_kcall && !strcmp(v->kfunc, "bpf_iter_num_next");
	vec_each(s->list, i)
		s->list.v[i]->scratch |= iterates && !s->list.v[i]->pinned;
}

static struct ir_slot *largest_movable(struct ir_slots *s)
{
	vec_each(s->list, i)
		if (!s->list.v[i]->scratch && !s->list.v[i]->pinned)
			return s->list.v[i];
	return NULL;
}

static bool names_callback(const struct ir_fn *fn)
{
	each_block(fn, b)
		each_val(b, v)
			if (v->op == IR_fnaddr)
				return true;
	return false;
}

/*
 * The kernel adds up the frames of a program and of the callbacks it runs
 * (check_max_stack_depth()).
 */
uint32_t ir_frame_limit(const struct ir_fn *fn)
{
	if (fn->is_callback)
		return 64;
	if (names_callback(fn))
		return 192;
	return 512 - IR_SPILL_RESERVE - (fn->is_large ? IR_SPILL_MORE : 0);
}

/* Pointers made from what became a map value are such pointers too. */
static void spread_kinds(struct ir_fn *fn)
{
	bool changed = true;

	while (changed) {
		changed = false;
		each_block(fn, b)
			each_val(b, v) {
				if (v->ptr != PK_STACK ||
				    (v->op != IR_add && v->op != IR_sub && v->op != IR_phi))
					continue;
				for (uint32_t i = 0; i < v->nargs; i++)
					if (v->arg[i]->ptr == PK_MAPVAL) {
						v->ptr = PK_MAPVAL;
						changed = true;
					}
			}
	}
}

/* Those of callbacks are held by the programs that call them, if need be. */
static bool wants_claim(const struct ir_fn *fn, bool scarce)
{
	if (fn->is_callback || !target_has(fn->module->target, TF_XCHG))
		return false;
	return fn->preemptible || scarce;
}

/* A region is only shared by functions that claim it, where they can. */
static bool may_share(const struct ir_fn *fn, const struct ir_scratch *r, uint32_t size, bool claims)
{
	return r->size >= size && !r->is_callback && !fn->is_callback && claims == (r->claim.copies > 1);
}

static struct ir_claim claim_new(struct ir_module *m, uint32_t copies, uint32_t size)
{
	struct ir_claim c = { .size = round_up(size, 8), .copies = copies };

	c.off = ir_scratch_alloc(m, copies * (8 + c.size), &c.map);
	c.first = c.off + copies * 8;
	return c;
}

static struct ir_scratch region_new(const struct ir_fn *fn, uint32_t size, bool claims)
{
	struct ir_scratch r = { .size = size, .is_callback = fn->is_callback };

	if (claims) {
		r.claim = claim_new(fn->module, IR_COPIES, size);
		r.map = r.claim.map;
		r.off = r.claim.first;
	} else {
		r.off = ir_scratch_alloc(fn->module, size, &r.map);
	}
	return r;
}

/*
 * This function's scratch. A script of hundreds of probes has them share when it gets near a limit: half-way there
 * they begin to make regions that can be.
 */
static struct ir_scratch scratch_region(struct ir_fn *fn, uint32_t size)
{
	struct ir_module *m = fn->module;
	uint32_t all = m->bulk_size + size;
	bool claims = !fn->claim.copies && wants_claim(fn, all > SCRATCH_PLENTY / 2);
	struct ir_scratch r;

	vec_each(m->scratch, i)
		if (all > SCRATCH_PLENTY && may_share(fn, &m->scratch.v[i], size, claims))
			return m->scratch.v[i];
	r = region_new(fn, size, claims);
	avec_push(m->arena, &m->scratch, r);
	return r;
}

/* What it shares with the callbacks it names it holds from its beginning to its end; there is no second copy of that. */
static void claim_all(struct ir_fn *fn)
{
	if (!fn->preemptible || !wants_claim(fn, false) || !names_callback(fn))
		return;
	fn->claim = claim_new(fn->module, 1, 0);
	fn->claim.whole = true;
}

static void assign(struct ir_slots *s, struct ir_scratch region)
{
	vec_each(s->list, i) {
		struct ir_slot *o = s->list.v[i];

		if (!o->scratch) {
			o->v->imm = -(int64_t)(o->at + o->size);
			continue;
		}
		o->v->op = IR_pcpu;
		o->v->imm = region.off + o->at;
		o->v->map = region.map;
		o->v->size = 0;
		ir_set_kind(o->v);
	}
	spread_kinds(s->fn);
}

static void place_scratch(struct ir_slots *s, uint32_t size)
{
	struct ir_scratch r = { NULL };

	if (size)
		r = scratch_region(s->fn, size);
	if (r.claim.copies)
		s->fn->claim = r.claim;
	assign(s, r);
}

/*
 * requires: level L
 * keeps:    everything but slots
 * breaks:   no pass may add accesses to slots after this; slots have imm = offset from the frame
 * pointer, scratch ops and slots that do not fit are pcpu
 */
void ir_pass_slots(struct ir_fn *fn)
{
	struct ir_slots s = { .fn = fn };
	uint32_t size, limit;
	struct ir_slot *big;

	ir_dominators(fn);
	collect(&s);
	spare_stack(&s);
	fn->is_large = fn->next_val > IR_SPILL_LARGE;
	limit = ir_frame_limit(fn);
	fn->frame = colour(&s, false);
	while (fn->frame > limit && (big = largest_movable(&s))) {
		/* One at a time where there are few of them. */
		for (size_t n = s.list.n / 32; big && n; n--) {
			big->scratch = true;
			big = largest_movable(&s);
		}
		if (big)
			big->scratch = true;
		fn->frame = colour(&s, false);
	}
	size = colour(&s, true);
	claim_all(fn);
	place_scratch(&s, size);
	arena_done(&s.arena);
}
