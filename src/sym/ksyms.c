/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sym/ksyms.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fdutil.h"
#include "base/strbuf.h"
#include "base/vec.h"

#define CHUNK (64 << 10)
#define TEXT_MAX (64u << 20) /* the file */
/* No function is longer: what lies further behind a symbol is a hole, not part of it. */
#define SYMBOL_LONGEST (1 << 20)

struct ksyms {
	const char *path;
	bool loaded, hidden;
	struct strbuf names;
	VEC(struct ksym) syms;
	struct strbuf text; /* the file, once names were asked for; until it is loaded */
};

struct ksyms *ksyms_new_from(const char *path)
{
	struct ksyms *k = xcalloc(1, sizeof(*k));

	k->path = xstrdup(path);
	return k;
}

struct ksyms *ksyms_new(void)
{
	return ksyms_new_from("/proc/kallsyms");
}

void ksyms_free(struct ksyms *k)
{
	if (!k)
		return;
	sb_done(&k->names);
	sb_done(&k->text);
	vec_done(&k->syms);
	free((char *)k->path);
	free(k);
}

/* One line: "ffffffff81000000 T name" and "\t[module]" for those of modules. */
struct line {
	uint64_t addr;
	char type;
	const char *name, *module; /* not ended by NULs */
	size_t name_len, module_len;
};

static unsigned hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a' + 10);
	return 16;
}

static bool parse_line(const char *p, const char *end, struct line *ret)
{
	const char *tab;

	*ret = (struct line){ 0 };
	for (; p < end && hex_digit(*p) < 16; p++)
		ret->addr = ret->addr << 4 | hex_digit(*p);
	if (end - p < 4 || p[0] != ' ' || p[2] != ' ')
		return false;
	ret->type = p[1];
	ret->name = p + 3;
	tab = memchr(ret->name, '\t', (size_t)(end - ret->name));
	ret->name_len = (size_t)((tab ? tab : end) - ret->name);
	if (tab && end - tab > 3 && tab[1] == '[' && end[-1] == ']') {
		ret->module = tab + 2;
		ret->module_len = (size_t)(end - tab) - 3;
	}
	return ret->name_len > 0;
}

static bool is_text(char type)
{
	return type == 't' || type == 'T' || type == 'w' || type == 'W';
}

/* Parses whole lines of a buffer; returns the bytes used. f ends it by returning non-zero. */
static size_t scan_lines(const char *p, size_t n, int (*f)(void *arg, const struct line *l),
			 void *arg, int *ret)
{
	size_t at = 0;

	while (!*ret) {
		const char *end = memchr(p + at, '\n', n - at);
		struct line l;

		if (!end)
			break;
		if (parse_line(p + at, end, &l))
			*ret = f(arg, &l);
		at = (size_t)(end - p) + 1;
	}
	return at;
}

/* Reads the file in pieces; what f returned, 0 at the end, -errno. A line over CHUNK ends it. */
static int scan_file(const char *path, int (*f)(void *arg, const struct line *l), void *arg)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *buf = xmalloc(CHUNK);
	size_t have = 0;
	int rc = 0;

	if (fd < 0)
		return -errno;
	while (!rc && have < CHUNK) {
		ssize_t n = read(fd, buf + have, CHUNK - have);
		size_t used;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : 0;
		have += (size_t)n;
		used = scan_lines(buf, have, f, arg, &rc);
		have -= used;
		memmove(buf, buf + used, have);
	}
	return rc;
}

/* Names are offsets until all are there, since the buffer moves while it grows. */
static const char *add_name(struct ksyms *k, const char *p, size_t n)
{
	size_t at = k->names.n;

	sb_add(&k->names, p, n);
	sb_addc(&k->names, '\0');
	return (const char *)(uintptr_t)(at + 1);
}

/* Symbols of a module follow each other: its name is stored once. */
static const char *add_module(struct ksyms *k, const struct line *l)
{
	const struct ksym *last = k->syms.n ? &k->syms.v[k->syms.n - 1] : NULL;

	if (!l->module)
		return NULL;
	if (last && last->module) {
		const char *name = k->names.p + (uintptr_t)last->module - 1;

		if (strlen(name) == l->module_len && !memcmp(name, l->module, l->module_len))
			return last->module;
	}
	return add_name(k, l->module, l->module_len);
}

static int load_line(void *arg, const struct line *l)
{
	struct ksyms *k = arg;
	struct ksym s = { .addr = l->addr };

	if (!is_text(l->type))
		return 0;
	s.module = add_module(k, l);
	s.name = add_name(k, l->name, l->name_len);
	vec_push(&k->syms, s);
	return 0;
}

static int by_addr(const void *a, const void *b)
{
	const struct ksym *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name; /* the file's order */
}

static void load(struct ksyms *k)
{
	bool sorted = true;
	int rc = 0;

	if (k->loaded)
		return;
	k->loaded = true;
	if (k->text.n)
		scan_lines(k->text.p, k->text.n, load_line, k, &rc);
	else
		scan_file(k->path, load_line, k);
	sb_done(&k->text);
	k->hidden = true;
	vec_each(k->syms, i) {
		struct ksym *s = &k->syms.v[i];

		s->name = k->names.p + (uintptr_t)s->name - 1;
		if (s->module)
			s->module = k->names.p + (uintptr_t)s->module - 1;
		if (s->addr)
			k->hidden = false;
		if (i && s->addr < s[-1].addr)
			sorted = false;
	}
	if (!sorted)
		qsort(k->syms.v, k->syms.n, sizeof(*k->syms.v), by_addr);
}

const struct ksym *ksyms_find(struct ksyms *k, uint64_t addr)
{
	size_t low = 0, high;

	load(k);
	high = k->syms.n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (k->syms.v[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || k->hidden || addr - k->syms.v[low - 1].addr >= SYMBOL_LONGEST)
		return NULL;
	/* Of several names the first in the file. */
	for (low--; low && k->syms.v[low - 1].addr == k->syms.v[low].addr; low--)
		;
	return k->syms.v[low].addr ? &k->syms.v[low] : NULL;
}

struct wanted {
	const char *name;
	size_t len;
	uint64_t addr;
};

static int match_line(void *arg, const struct line *l)
{
	struct wanted *w = arg;

	if (l->name_len != w->len || memcmp(l->name, w->name, w->len))
		return 0;
	w->addr = l->addr;
	return 1;
}

uint64_t ksyms_addr(struct ksyms *k, const char *name)
{
	struct wanted w = { name, strlen(name), 0 };

	vec_each(k->syms, i) {
		if (!strcmp(k->syms.v[i].name, name))
			return k->syms.v[i].addr;
	}
	scan_file(k->path, match_line, &w);
	return w.addr;
}

int ksyms_each(struct ksyms *k, int (*f)(void *arg, const struct ksym *s), void *arg)
{
	int rc = 0;

	load(k);
	for (size_t i = 0; i < k->syms.n && !rc; i++)
		rc = f(arg, &k->syms.v[i]);
	return rc;
}

/* The symbol of the line around a place where its name begins; false if it is no text, or begins elsewhere. */
static bool symbol_at(const struct strbuf *text, const char *name, struct line *ret)
{
	const char *start = memrchr(text->p, '\n', (size_t)(name - text->p));
	const char *end = memchr(name, '\n', (size_t)(text->p + text->n - name));

	start = start ? start + 1 : text->p;
	return end && parse_line(start, end, ret) && ret->name == name && is_text(ret->type);
}

static int call_with(const struct line *l, int (*f)(void *arg, const struct ksym *s), void *arg)
{
	_cleanup_sb_ struct strbuf name = { 0 }, module = { 0 };

	sb_add(&name, l->name, l->name_len);
	if (l->module)
		sb_add(&module, l->module, l->module_len);
	return f(arg, &(struct ksym){ l->addr, name.p, module.p });
}

static int search_text(const struct strbuf *text, const char *prefix, int (*f)(void *arg, const struct ksym *s), void *arg)
{
	_cleanup_sb_ struct strbuf wanted = { 0 };
	const char *at = text->p, *end = text->p + text->n;
	struct line l;
	int rc = 0;

	sb_addf(&wanted, " %s", prefix);
	while (!rc && at && (at = memmem(at, (size_t)(end - at), wanted.p, wanted.n))) {
		at++;
		if (symbol_at(text, at, &l))
			rc = call_with(&l, f, arg);
	}
	return rc;
}

int ksyms_each_prefix(struct ksyms *k, const char *prefix, int (*f)(void *arg, const struct ksym *s), void *arg)
{
	size_t len = strlen(prefix);
	int rc = 0;

	if (!k->loaded && !k->text.n)
		file_read(k->path, TEXT_MAX, &k->text);
	if (!k->loaded)
		return k->text.n ? search_text(&k->text, prefix, f, arg) : 0;
	for (size_t i = 0; i < k->syms.n && !rc; i++)
		if (!strncmp(k->syms.v[i].name, prefix, len))
			rc = f(arg, &k->syms.v[i]);
	return rc;
}
