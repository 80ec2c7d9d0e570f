/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Liveness one variable at a time, from each use backwards to the definitions, and removal of dead code. This costs as
 * much as there is alive; bit sets would cost blocks times variables, which is what made long scripts slow.
 */
#include "bpf/mir.h"

/* A block that reads or writes a variable; the next one of the same variable follows in the chain. */
struct place {
	struct mblock *block;
	uint32_t next; /* index + 1, 0: none */
};

struct places {
	VEC(struct place) all;
	uint32_t *first;  /* by variable: index + 1, 0: none */
	uint32_t *latest; /* by variable: id + 1 of the block that was noted last */
};

struct liveness {
	struct places reads;  /* before any write of the same block */
	struct places writes;
	uint32_t *written;    /* by block: the variable + 1 that is being followed, if the block writes it */
	VEC(struct mblock *) todo;
};

static void note(struct places *p, uint32_t variable, struct mblock *b)
{
	if (p->latest[variable] == b->id + 1)
		return;
	p->latest[variable] = b->id + 1;
	vec_push(&p->all, ((struct place){ b, p->first[variable] }));
	p->first[variable] = (uint32_t)p->all.n;
}

static void note_block(struct liveness *l, struct mblock *b, live_fn *operands)
{
	struct mi_operands o;

	b->live.n = 0;
	for (const struct mi *i = b->first; i; i = i->next) {
		operands(i, &o);
		for (uint32_t k = 0; k < o.nuse; k++)
			if (l->writes.latest[o.use[k]] != b->id + 1)
				note(&l->reads, o.use[k], b);
		if (o.def != MR_NONE)
			note(&l->writes, o.def, b);
	}
}

/* The variable is alive where b begins, so it is at the end of all that lead here. */
static void spread_to_preds(struct liveness *l, struct arena *a, const struct mblock *b, uint32_t variable)
{
	for (size_t i = 0; i < b->preds.n; i++) {
		struct mblock *p = b->preds.v[i];

		if (p->live.n && p->live.v[p->live.n - 1] == variable)
			continue;
		avec_push(a, &p->live, variable);
		if (l->written[p->id] != variable + 1)
			vec_push(&l->todo, p);
	}
}

static void spread(struct liveness *l, struct arena *a, uint32_t variable)
{
	for (uint32_t k = l->writes.first[variable]; k; k = l->writes.all.v[k - 1].next)
		l->written[l->writes.all.v[k - 1].block->id] = variable + 1;
	for (uint32_t k = l->reads.first[variable]; k; k = l->reads.all.v[k - 1].next)
		vec_push(&l->todo, l->reads.all.v[k - 1].block);
	while (l->todo.n)
		spread_to_preds(l, a, l->todo.v[--l->todo.n], variable);
}

static void places_init(struct places *p, uint32_t n)
{
	p->first = xcalloc(n + 1, sizeof(*p->first));
	p->latest = xcalloc(n + 1, sizeof(*p->latest));
}

static void places_done(struct places *p)
{
	vec_done(&p->all);
	free(p->first);
	free(p->latest);
}

void live_compute(struct mfn *mf, uint32_t n, live_fn *operands)
{
	struct liveness l = { 0 };

	places_init(&l.reads, n);
	places_init(&l.writes, n);
	l.written = xcalloc(mf->blocks.n, sizeof(*l.written));
	for (size_t i = 0; i < mf->blocks.n; i++)
		note_block(&l, mf->blocks.v[i], operands);
	for (uint32_t v = 0; v < n; v++)
		spread(&l, mf->arena, v);
	places_done(&l.reads);
	places_done(&l.writes);
	free(l.written);
	vec_done(&l.todo);
}

void live_init(struct live_set *s, struct arena *a, uint32_t n)
{
	s->v = arena_array(a, uint32_t, n);
	s->n = 0;
}

void live_at_end(struct live_set *s, const struct mblock *b)
{
	s->n = (uint32_t)b->live.n;
	if (s->n)
		memcpy(s->v, b->live.v, s->n * sizeof(*s->v));
}

/* Where the variable is, or would be. */
static uint32_t live_index(const struct live_set *s, uint32_t variable)
{
	uint32_t lo = 0, hi = s->n;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s->v[mid] < variable)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool live_has(const struct live_set *s, uint32_t variable)
{
	uint32_t i = live_index(s, variable);

	return i < s->n && s->v[i] == variable;
}

void live_add(struct live_set *s, uint32_t variable)
{
	uint32_t i = live_index(s, variable);

	if (i < s->n && s->v[i] == variable)
		return;
	memmove(s->v + i + 1, s->v + i, (s->n - i) * sizeof(*s->v));
	s->v[i] = variable;
	s->n++;
}

void live_drop(struct live_set *s, uint32_t variable)
{
	uint32_t i = live_index(s, variable);

	if (i == s->n || s->v[i] != variable)
		return;
	s->n--;
	memmove(s->v + i, s->v + i + 1, (s->n - i) * sizeof(*s->v));
}

static bool dce_block(struct mblock *b, struct live_set *live)
{
	struct mi_operands o;
	bool removed = false;

	live_at_end(live, b);
	for (struct mi *i = b->last, *prev; i; i = prev) {
		prev = i->prev;
		mi_operands(i, &o);
		if (o.def != MR_NONE && !live_has(live, o.def) && !mi_has_effect(i)) {
			mi_remove(b, i);
			removed = true;
			continue;
		}
		if (o.def != MR_NONE)
			live_drop(live, o.def);
		for (uint32_t k = 0; k < o.nuse; k++)
			live_add(live, o.use[k]);
	}
	return removed;
}

void dce(struct mfn *mf)
{
	struct live_set live;
	bool removed = true;

	live_init(&live, mf->arena, (uint32_t)mf->regs.n);
	while (removed) {
		removed = false;
		live_compute(mf, (uint32_t)mf->regs.n, mi_operands);
		for (size_t i = 0; i < mf->blocks.n; i++)
			removed |= dce_block(mf->blocks.v[i], &live);
	}
}
