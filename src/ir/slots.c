/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stack slots: which are alive together, where each lies, what moves to per-CPU scratch.
 *
 * A slot is alive where some access to it (through any pointer made from it) came before on some
 * path and another comes after. Slots that are never alive together share bytes.
 */
#include "ir/pass.h"
#include "ir/slots.h"

/* Part of a block, in instructions counted over the whole function. */
struct interval {
	uint32_t start, end;
};

struct slot {
	struct ir_val *v;
	uint32_t size, align;
	bool pinned;  /* the kernel wants it on the stack */
	bool scratch; /* per-CPU memory instead */
	uint32_t at;  /* offset in its region */
	VEC(struct interval) live; /* in order */
};

struct slots {
	struct ir_fn *fn;
	struct arena arena;
	VEC(struct slot *) list;
	uint32_t *first, *last; /* by rpo: accesses of the slot in hand; first > last: none */
	bool *from, *to;        /* by rpo: an access can have come before / can come after */
	uint32_t *begin;        /* by rpo: number of the block's first instruction */
	VEC(struct ir_val *) work;
};

static uint32_t round_up(uint32_t n, uint32_t align)
{
	return (n + align - 1) / align * align;
}

/* Helpers and kernel functions that only take stack memory. */
static bool wants_stack(const struct ir_val *user)
{
	return user->op == IR_kcall ||
	       (user->op == IR_call &&
		(user->imm == IRH_loop || user->imm == IRH_for_each_map_elem));
}

static void access(struct slots *s, const struct ir_val *user)
{
	uint32_t rpo = user->block->rpo;

	if (user->mark < s->first[rpo])
		s->first[rpo] = user->mark;
	if (user->mark > s->last[rpo])
		s->last[rpo] = user->mark;
}

/* Address stored: from then on anything may use it. */
static void access_everywhere(struct slots *s)
{
	each_block(s->fn, b) {
		s->first[b->rpo] = s->begin[b->rpo];
		s->last[b->rpo] = b->last->mark;
	}
}

/* data: last slot for which the value was seen as a pointer into it. */
static void derived(struct slots *s, struct ir_val *v, const struct slot *of)
{
	if (v->data == of)
		return;
	v->data = (void *)of;
	avec_push(&s->arena, &s->work, v);
}

static void note_use(struct slots *s, struct slot *o, struct ir_val *user, uint32_t i)
{
	bool makes_pointer = user->op == IR_add || user->op == IR_sub || user->op == IR_phi ||
			     user->op == IR_nonnull;

	if (makes_pointer) {
		derived(s, user, o);
		return;
	}
	access(s, user);
	if (user->op == IR_store && i == 1) {
		o->pinned = true;
		access_everywhere(s);
	}
	o->pinned |= wants_stack(user);
}

static void find_accesses(struct slots *s, struct slot *o)
{
	size_t n = s->fn->blocks.n;
	bool more = true;

	memset(s->first, 0xff, n * sizeof(*s->first));
	memset(s->last, 0, n * sizeof(*s->last));
	o->v->data = o;
	while (more) {
		more = false;
		s->work.n = 0;
		each_block(s->fn, b)
			each_val(b, v)
				for (uint32_t i = 0; i < v->nargs; i++)
					if (v->arg[i]->data == o)
						note_use(s, o, v, i);
		more = s->work.n != 0;
	}
}

static bool touched(const struct slots *s, const struct ir_block *b)
{
	return s->first[b->rpo] <= s->last[b->rpo] && s->first[b->rpo] != UINT32_MAX;
}

/* Blocks whose start is after, or whose end is before, an access. */
static void spread(struct slots *s)
{
	bool changed = true;

	memset(s->from, 0, s->fn->blocks.n);
	memset(s->to, 0, s->fn->blocks.n);
	while (changed) {
		changed = false;
		each_block(s->fn, b)
			vec_each(b->preds, i) {
				struct ir_block *p = b->preds.v[i];

				if (!s->from[b->rpo] && (s->from[p->rpo] || touched(s, p)))
					changed = s->from[b->rpo] = true;
				if (!s->to[p->rpo] && (s->to[b->rpo] || touched(s, b)))
					changed = s->to[p->rpo] = true;
			}
	}
}

static void make_intervals(struct slots *s, struct slot *o)
{
	each_block(s->fn, b) {
		bool from = s->from[b->rpo], to = s->to[b->rpo];
		struct interval in = { s->begin[b->rpo], b->last->mark };

		if (!touched(s, b) && !(from && to))
			continue;
		if (touched(s, b) && !from)
			in.start = s->first[b->rpo];
		if (touched(s, b) && !to)
			in.end = s->last[b->rpo];
		avec_push(&s->arena, &o->live, in);
	}
}

static bool alive_together(const struct slot *a, const struct slot *b)
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

/* Lowest place that no slot alive at the same time has; the first n of the list have theirs. */
static uint32_t find_place(const struct slots *s, size_t n)
{
	const struct slot *o = s->list.v[n];
	uint32_t at = 0;
	bool moved = true;

	while (moved) {
		moved = false;
		for (size_t i = 0; i < n; i++) {
			const struct slot *p = s->list.v[i];

			if (p->scratch != o->scratch || at >= p->at + p->size ||
			    p->at >= at + o->size || !alive_together(p, o))
				continue;
			at = round_up(p->at + p->size, o->align);
			moved = true;
		}
	}
	return at;
}

static uint32_t colour(struct slots *s, bool scratch)
{
	uint32_t end = 0;

	vec_each(s->list, i) {
		struct slot *o = s->list.v[i];

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
	const struct slot *x = *(struct slot *const *)a, *y = *(struct slot *const *)b;

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return x->v->mark < y->v->mark ? -1 : 1;
}

static void collect(struct slots *s)
{
	uint32_t n = 0;

	each_block(s->fn, b) {
		s->begin[b->rpo] = n;
		each_val(b, v) {
			v->mark = n++;
			v->data = NULL;
			if (v->op != IR_slot && v->op != IR_scratch)
				continue;
			struct slot *o = arena_new(&s->arena, struct slot);

			o->v = v;
			o->align =
				v->op == IR_slot && v->imm > 0 && v->imm < 8 ? (uint32_t)v->imm : 8;
			o->size = round_up(v->size, o->align);
			o->scratch = v->op == IR_scratch;
			avec_push(&s->arena, &s->list, o);
		}
	}
	vec_each(s->list, i) {
		find_accesses(s, s->list.v[i]);
		spread(s);
		make_intervals(s, s->list.v[i]);
	}
	if (s->list.n)
		qsort(s->list.v, s->list.n, sizeof(*s->list.v), larger_first);
}

static struct slot *largest_movable(struct slots *s)
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
	return names_callback(fn) ? 192 : 512 - IR_SPILL_RESERVE;
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

static void assign(struct slots *s, uint32_t region)
{
	vec_each(s->list, i) {
		struct slot *o = s->list.v[i];

		if (!o->scratch) {
			o->v->imm = -(int64_t)(o->at + o->size);
			continue;
		}
		o->v->op = IR_pcpu;
		o->v->imm = region + o->at;
		o->v->size = 0;
		ir_set_kind(o->v);
	}
	spread_kinds(s->fn);
}

static void init(struct slots *s)
{
	size_t n = s->fn->blocks.n;

	s->first = arena_array(&s->arena, uint32_t, n);
	s->last = arena_array(&s->arena, uint32_t, n);
	s->begin = arena_array(&s->arena, uint32_t, n);
	s->from = arena_array(&s->arena, bool, n);
	s->to = arena_array(&s->arena, bool, n);
}

/*
 * requires: level L
 * keeps:    everything but slots
 * breaks:   no pass may add accesses to slots after this; slots have imm = offset from the frame
 * pointer, scratch ops and slots that do not fit are pcpu
 */
void ir_pass_slots(struct ir_fn *fn)
{
	struct slots s = { .fn = fn };
	uint32_t size, limit = ir_frame_limit(fn);
	struct slot *big;

	ir_dominators(fn);
	init(&s);
	collect(&s);
	fn->frame = colour(&s, false);
	while (fn->frame > limit && (big = largest_movable(&s))) {
		big->scratch = true;
		fn->frame = colour(&s, false);
	}
	size = colour(&s, true);
	assign(&s, size ? ir_pcpu_alloc(fn->module, size, 8) : 0);
	arena_done(&s.arena);
}
