/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source lines: of addresses, with what was inlined there, and the addresses of a line. */
#include <stdlib.h>
#include <string.h>

#include <dwarf.h>

#include "sym/dwarf_int.h"

/* Rows of one line that are looked at: a macro may have thousands. */
#define ROWS_MAX 4096
#define FRAMES_MAX 64 /* functions inlined in one another */

static int number_of(Dwarf_Die *die, unsigned attr_name)
{
	Dwarf_Attribute attr;
	Dwarf_Word v = 0;

	if (!dwarf_attr(die, attr_name, &attr) || dwarf_formudata(&attr, &v) || v > INT32_MAX)
		return 0;
	return (int)v;
}

/* Takes "x/.." out of a path; links are not followed. */
static void tidy_path(char *path)
{
	for (char *p; (p = strstr(path, "/../")) && p > path;) {
		char *before = memrchr(path, '/', (size_t)(p - path));

		if (!before)
			return;
		memmove(before, p + 3, strlen(p + 3) + 1);
	}
}

/* A name as the line table has it, under the folder that the unit was compiled in. */
static const char *whole_path(struct dwarf_file *d, struct dwarf_unit *u, const char *file)
{
	Dwarf_Attribute attr;
	const char *dir = NULL;
	char *path;

	if (!file || *file == '/')
		return file;
	if (dwarf_attr(dwarf_unit_inner(d, u), DW_AT_comp_dir, &attr) || dwarf_attr(&u->die, DW_AT_comp_dir, &attr))
		dir = dwarf_formstring(&attr);
	if (!dir)
		return file;
	path = arena_printf(&d->arena, "%s/%s", dir, file);
	tidy_path(path);
	return path;
}

static const char *call_file(Dwarf_Die *unit, Dwarf_Die *die)
{
	int n = number_of(die, DW_AT_call_file);
	Dwarf_Files *files;
	size_t count;

	if (dwarf_getsrcfiles(unit, &files, &count) || (size_t)n >= count)
		return NULL;
	return dwarf_filesrc(files, (size_t)n, NULL, NULL);
}

static void line_at(struct dwarf_file *d, struct dwarf_unit *u, uint64_t addr, struct src_frame *f)
{
	Dwarf_Line *line = dwarf_getsrc_die(&u->die, addr);

	if (!line)
		return;
	f->file = whole_path(d, u, dwarf_linesrc(line, NULL, NULL));
	if (dwarf_lineno(line, &f->line))
		f->line = 0;
}

/* What surrounds an address, innermost first; malloced. */
static int scopes_at(Dwarf_Die *unit, uint64_t addr, Dwarf_Die **ret)
{
	Dwarf_Die *scopes = NULL, innermost;
	int n = dwarf_getscopes(unit, addr, &scopes);

	if (n > 0) {
		innermost = scopes[0];
		free(scopes);
		scopes = NULL;
		n = dwarf_getscopes_die(&innermost, &scopes);
	}
	*ret = scopes;
	return n;
}

/* dwarf_frames() without its memory. */
static size_t find_frames(struct dwarf_file *d, uint64_t addr, struct src_frame *ret, size_t max)
{
	struct dwarf_unit *u = dwarf_unit_at(d, addr);
	struct src_frame f = { 0 };
	Dwarf_Die *scopes, *unit;
	size_t count = 0;
	int n;

	if (!u || !max)
		return 0;
	unit = dwarf_unit_inner(d, u);
	line_at(d, u, addr, &f);
	n = scopes_at(unit, addr, &scopes);
	for (int i = 0; i < n && count + 1 < max; i++) {
		if (dwarf_tag(&scopes[i]) != DW_TAG_inlined_subroutine)
			continue;
		f.func = dwarf_func_name(&scopes[i]);
		f.inlined = true;
		ret[count++] = f;
		f = (struct src_frame){ .file = whole_path(d, u, call_file(unit, &scopes[i])),
					.line = number_of(&scopes[i], DW_AT_call_line) };
	}
	f.func = NULL;
	f.inlined = false;
	for (int i = 0; i < n && !f.func; i++)
		if (dwarf_tag(&scopes[i]) == DW_TAG_subprogram)
			f.func = dwarf_func_name(&scopes[i]);
	ret[count++] = f;
	free(scopes);
	return count;
}

struct frame_list {
	size_t n;
	struct src_frame v[];
};

size_t dwarf_frames(struct dwarf_file *d, uint64_t addr, struct src_frame *ret, size_t max)
{
	struct frame_list *l = strmap_getn(&d->frames, (const char *)&addr, sizeof(addr));
	struct src_frame found[FRAMES_MAX];
	size_t n;

	if (!l) {
		n = find_frames(d, addr, found, FRAMES_MAX);
		l = arena_alloc(&d->arena, sizeof(*l) + n * sizeof(*found));
		l->n = n;
		memcpy(l->v, found, n * sizeof(*found));
		strmap_putn(&d->frames, (const char *)&addr, sizeof(addr), l);
	}
	n = l->n < max ? l->n : max;
	memcpy(ret, l->v + (l->n - n), n * sizeof(*ret));
	return n;
}

/* "b/c.c" is the end of "/a/b/c.c", not of "/a/bb/c.c". */
static bool path_ends_with(const char *path, const char *end)
{
	size_t n = strlen(path), k;

	while (!strncmp(end, "./", 2))
		end += 2;
	k = strlen(end);
	return k && n >= k && !strcmp(path + n - k, end) && (n == k || *end == '/' || path[n - k - 1] == '/');
}

/* A line's code while it is looked for. */
struct line_search {
	struct dwarf_file *d;
	const char *file;
	int line, col;
	VEC(uint64_t) addrs;
	int near;
	bool known; /* the file is one of a unit's */
};

static void take_row(struct line_search *s, Dwarf_Line *row)
{
	int line, col = 0;
	Dwarf_Addr addr;
	bool begins;

	if (dwarf_lineno(row, &line) || dwarf_linebeginstatement(row, &begins) || !begins || dwarf_lineaddr(row, &addr) ||
	    !addr || line < s->line)
		return;
	if (s->col && (dwarf_linecol(row, &col) || (line == s->line && col != s->col)))
		return;
	if (line == s->line && s->addrs.n < ROWS_MAX)
		vec_push(&s->addrs, addr);
	else if (line > s->line && (!s->near || line < s->near))
		s->near = line;
}

static void search_unit(struct line_search *s, struct dwarf_unit *u)
{
	const char *last = NULL;
	bool matches = false, end;
	Dwarf_Lines *lines;
	size_t n;

	if (dwarf_getsrclines(&u->die, &lines, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		Dwarf_Line *row = dwarf_onesrcline(lines, i);
		const char *src = row ? dwarf_linesrc(row, NULL, NULL) : NULL;

		if (!src || dwarf_lineendsequence(row, &end) || end)
			continue;
		if (src != last)
			matches = path_ends_with(src, s->file);
		last = src;
		s->known |= matches;
		if (matches)
			take_row(s, row);
	}
}

/* Units that are named like the file; if there are none all of them: it may be a header. */
static void search_units(struct line_search *s)
{
	vec_each(s->d->units, i) {
		const char *name = dwarf_diename(&s->d->units.v[i].die);

		/* A skeleton has no name of its own. */
		if (!name)
			name = dwarf_diename(dwarf_unit_inner(s->d, &s->d->units.v[i]));
		if (name && path_ends_with(name, s->file))
			search_unit(s, &s->d->units.v[i]);
	}
	if (s->known)
		return;
	vec_each(s->d->units, i)
		search_unit(s, &s->d->units.v[i]);
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The function or inlined copy that an address is in; its offset tells it from others, 0: none. */
static uint64_t instance_at(struct dwarf_file *d, uint64_t addr, const char **ret_func)
{
	struct dwarf_unit *u = dwarf_unit_at(d, addr);
	Dwarf_Die *scopes = NULL;
	uint64_t id = 0;
	int n = u ? scopes_at(dwarf_unit_inner(d, u), addr, &scopes) : 0;

	*ret_func = NULL;
	for (int i = 0; i < n; i++) {
		int tag = dwarf_tag(&scopes[i]);

		if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine)
			continue;
		if (!id)
			id = (uint64_t)(uintptr_t)scopes[i].addr;
		if (tag == DW_TAG_subprogram) {
			*ret_func = dwarf_func_name(&scopes[i]);
			break;
		}
	}
	free(scopes);
	return id;
}

bool dwarf_line_places(struct dwarf_file *d, const char *file, int line, int col, struct arena *a, src_places *ret,
		       int *ret_near)
{
	struct line_search s = { .d = d, .file = file, .line = line, .col = col };
	VEC(uint64_t) seen = { 0 };

	search_units(&s);
	if (s.addrs.n)
		qsort(s.addrs.v, s.addrs.n, sizeof(*s.addrs.v), by_value);
	vec_each(s.addrs, i) {
		struct src_place p = { .addr = s.addrs.v[i] };
		uint64_t id = instance_at(d, p.addr, &p.func);
		size_t k = 0;

		while (k < seen.n && (!id || seen.v[k] != id))
			k++;
		if (k < seen.n || (i && s.addrs.v[i - 1] == p.addr))
			continue;
		vec_push(&seen, id);
		avec_push(a, ret, p);
	}
	vec_done(&seen);
	vec_done(&s.addrs);
	*ret_near = s.near;
	return s.known;
}
