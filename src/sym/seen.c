/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sym/seen.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS 4096
#define PROCS_MAX 8192 /* remembered; the oldest are forgotten first */
#define RANGES_MAX 4096 /* of one process */

struct seen_proc {
	struct seen_proc *next;          /* of the slot */
	struct seen_proc *older, *newer; /* all, by age */
	pid_t pid, parent;               /* parent: of a fork whose parent is not known; 0: none */
	struct maps maps;
};

struct seen {
	struct seen_proc *slots[SLOTS];
	struct seen_proc *oldest, *newest;
	size_t n;
};

struct seen *seen_new(void)
{
	return xcalloc(1, sizeof(struct seen));
}

static struct seen_proc **find(struct seen *s, pid_t pid)
{
	struct seen_proc **p = &s->slots[(unsigned)pid % SLOTS];

	while (*p && (*p)->pid != pid)
		p = &(*p)->next;
	return p;
}

static void drop(struct seen *s, struct seen_proc *p)
{
	struct seen_proc **at = find(s, p->pid);

	*at = p->next;
	*(p->older ? &p->older->newer : &s->oldest) = p->newer;
	*(p->newer ? &p->newer->older : &s->newest) = p->older;
	maps_done(&p->maps);
	free(p);
	s->n--;
}

void seen_free(struct seen *s)
{
	if (!s)
		return;
	while (s->oldest)
		drop(s, s->oldest);
	free(s);
}

static struct seen_proc *get(struct seen *s, pid_t pid)
{
	struct seen_proc **at = find(s, pid), *p = *at;

	if (p)
		return p;
	if (s->n >= PROCS_MAX) {
		drop(s, s->oldest);
		at = find(s, pid);
	}
	p = xcalloc(1, sizeof(*p));
	p->pid = pid;
	p->next = *at;
	*at = p;
	p->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = p;
	s->newest = p;
	s->n++;
	return p;
}

/* A name that is there already is not kept twice: a library is mapped in several pieces. */
static uint32_t add_name(struct maps *m, const char *path)
{
	uint32_t at = (uint32_t)m->names.n;

	if (m->list.n && !strcmp(maps_path(m, &m->list.v[m->list.n - 1]), path))
		return m->list.v[m->list.n - 1].path;
	sb_adds(&m->names, path);
	sb_addc(&m->names, '\0');
	return at;
}

void seen_map(struct seen *s, pid_t pid, uint64_t start, uint64_t n, uint64_t offset, uint64_t inode, const char *path)
{
	struct maps *m = &get(s, pid)->maps;
	struct map_range r = { .start = start, .end = start + n, .offset = offset, .inode = inode };
	size_t kept = 0, at = 0;

	if (!n || start + n < start)
		return;
	r.path = add_name(m, path);
	/* What lay there is gone; the rest of a range that was cut is no longer known, which is rare. */
	vec_each(m->list, i)
		if (m->list.v[i].end <= r.start || m->list.v[i].start >= r.end)
			m->list.v[kept++] = m->list.v[i];
	m->list.n = kept;
	if (kept >= RANGES_MAX)
		return;
	while (at < kept && m->list.v[at].start < r.start)
		at++;
	vec_push(&m->list, r);
	memmove(m->list.v + at + 1, m->list.v + at, (kept - at) * sizeof(r));
	m->list.v[at] = r;
}

static void copy_maps(struct maps *to, const struct maps *from)
{
	vec_each(from->list, i)
		vec_push(&to->list, from->list.v[i]);
	sb_add(&to->names, from->names.p, from->names.n);
}

void seen_exec(struct seen *s, pid_t pid)
{
	struct seen_proc *p = *find(s, pid);

	if (p)
		drop(s, p);
	get(s, pid);
}

void seen_fork(struct seen *s, pid_t pid, pid_t parent)
{
	struct seen_proc *from = *find(s, parent), *p;

	if (pid == parent)
		return;
	seen_exec(s, pid);
	p = *find(s, pid);
	from = *find(s, parent);
	if (from) {
		copy_maps(&p->maps, &from->maps);
		p->parent = from->parent;
	} else {
		p->parent = parent;
	}
}

void seen_read(struct seen *s, pid_t pid)
{
	struct maps maps = { 0 };

	if (*find(s, pid) || maps_read(pid, &maps) || !maps.list.n)
		maps_done(&maps);
	else
		get(s, pid)->maps = maps;
}

bool seen_maps(struct seen *s, pid_t pid, struct maps *ret, pid_t *ret_parent)
{
	const struct seen_proc *p = *find(s, pid);

	*ret_parent = p ? p->parent : 0;
	if (!p || !p->maps.list.n)
		return false;
	copy_maps(ret, &p->maps);
	return true;
}
