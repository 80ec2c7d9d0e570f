/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Format files of tracepoints (Documentation/trace/events.rst, "Event formats"):
 *
 *	field:TYPE NAME[N];	offset:O;	size:S;	signed:B;
 *
 * Offsets and sizes are the kernel's word; the C text before them only refines what a
 * field of that size is.
 */
#include "type/tpformat.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/fdutil.h"

#define MAX_RECORD 65536 /* a record is no longer than a ring buffer page, 64 KiB at most */
#define MAX_FORMAT (1u << 20)
#define MAX_BASE 128
#define MAX_STARS 8

/* One field line, taken apart. */
struct line {
	const char *decl;
	size_t decl_len;
	uint32_t offset, size;
	bool is_signed;
	/* of the declaration: */
	char base[MAX_BASE]; /* "unsigned long", "struct file", ... without qualifiers */
	const char *name;
	size_t name_len;
	unsigned stars;
	bool is_array, data_loc, rel_loc;
};

struct context {
	struct types *ts;
	bool user_pointers; /* sys_enter_*: arguments are the caller's */
};

static bool is_word(const char *p, size_t n, const char *word)
{
	return strlen(word) == n && !memcmp(p, word, n);
}

/* Words of a declaration that change nothing: qualifiers and sparse's or gcc's address spaces. */
static bool is_noise(const char *p, size_t n)
{
	static const char *const noise[] = { "const", "volatile", "restrict", "__user", "__rcu",
					     "__percpu", "__iomem", "__seg_gs", "__seg_fs" };

	for (size_t i = 0; i < ARRAY_SIZE(noise); i++) {
		if (is_word(p, n, noise[i]))
			return true;
	}
	return false;
}

static bool add_word(struct line *l, const char *p, size_t n)
{
	size_t used = strlen(l->base);

	if (used + n + 2 > sizeof(l->base))
		return false;
	if (used)
		l->base[used++] = ' ';
	memcpy(l->base + used, p, n);
	l->base[used + n] = '\0';
	return true;
}

static bool take_word(struct line *l, const char *p, size_t n)
{
	if (is_word(p, n, "__data_loc"))
		l->data_loc = true;
	else if (is_word(p, n, "__rel_loc"))
		l->rel_loc = true;
	else if (!is_noise(p, n))
		return add_word(l, p, n);
	return true;
}

static size_t word_len(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && (isalnum((unsigned char)p[n]) || p[n] == '_'))
		n++;
	return n;
}

/* The last word is the name, "[...]" may stand before it (__data_loc) or behind it. */
static bool find_name(struct line *l, const char *p, const char *end)
{
	const char *q = end;

	while (q > p && (q[-1] == ']' || isspace((unsigned char)q[-1]))) {
		if (q[-1] == ']') {
			while (q > p && q[-1] != '[')
				q--;
			l->is_array = true;
		}
		if (q > p)
			q--;
	}
	l->name = q;
	while (l->name > p && (isalnum((unsigned char)l->name[-1]) || l->name[-1] == '_'))
		l->name--;
	l->name_len = q - l->name;
	return l->name_len > 0;
}

/* Function pointers ("void (*f)(int)") count as pointers to void. */
static bool parse_decl(struct line *l)
{
	const char *p = l->decl, *end = p + l->decl_len;

	if (!find_name(l, p, end)) {
		l->name = memmem(p, l->decl_len, "(*", 2);
		if (!l->name)
			return false;
		l->name += 2;
		l->name_len = word_len(l->name, end);
		l->stars = 1;
		strcpy(l->base, "void");
		return l->name_len > 0;
	}
	while (p < l->name) {
		size_t n = word_len(p, l->name);

		if (n && !take_word(l, p, n))
			return false;
		if (!n && *p == '*')
			l->stars++;
		else if (!n && *p == '[')
			l->is_array = true;
		p += n ? n : 1;
	}
	return l->base[0] && l->stars <= MAX_STARS;
}

/* "\tKEY:NUMBER;" at *p, within the line. */
static bool parse_number(const char **p, const char *end, const char *key, uint32_t *ret)
{
	uint64_t v = 0;
	const char *q = memmem(*p, end - *p, key, strlen(key));

	if (!q)
		return false;
	q += strlen(key);
	if (q >= end || !isdigit((unsigned char)*q))
		return false;
	for (; q < end && isdigit((unsigned char)*q); q++) {
		v = v * 10 + (*q - '0');
		if (v > UINT32_MAX)
			return false;
	}
	*ret = v;
	*p = q;
	return q < end && *q == ';';
}

static bool parse_line(const char *p, const char *end, struct line *l)
{
	const char *semi = memchr(p, ';', end - p);
	uint32_t sign = 0;

	*l = (struct line){ .decl = p, .decl_len = semi ? semi - p : 0 };
	if (!semi || memchr(p, '\0', end - p) || !parse_decl(l))
		return false;
	p = semi + 1;
	if (!parse_number(&p, end, "offset:", &l->offset) ||
	    !parse_number(&p, end, "size:", &l->size) || l->offset > MAX_RECORD ||
	    l->size > MAX_RECORD)
		return false;
	/* Kernels before 2.6.34 have no sign; it is refined by the type's name anyhow. */
	l->is_signed = parse_number(&p, end, "signed:", &sign) && sign;
	return true;
}

static const struct type *sized_int(const struct line *l, const struct type *named)
{
	bool is_signed = named && type_is_int(named) ? named->is_signed : l->is_signed;

	if (l->size == 1 || l->size == 2 || l->size == 4 || l->size == 8)
		return type_int(l->size, is_signed);
	return NULL;
}

/* Names that can be nothing but integers need no search in BTF: the format tells size and sign. */
static bool needs_lookup(const struct line *l, const struct context *c)
{
	bool plain = l->size == 1 || l->size == 2 || l->size == 4 || l->size == 8;

	return l->stars || l->is_array || l->data_loc || l->rel_loc || c->user_pointers ||
	       strchr(l->base, ' ') || !plain;
}

static const struct type *base_type(const struct context *c, const struct line *l)
{
	/* A look past the built-in names costs a walk over BTF. */
	struct types plain = { .arena = c->ts->arena, .names = c->ts->names };

	return types_lookup(needs_lookup(l, c) ? c->ts : &plain, l->base);
}

/*
 * System call arguments take 8 bytes each whatever their type; the kernel looks only at the bytes
 * of that type, so only they count: an int -100 may come with its upper half clear.
 */
static const struct type *scalar_type(const struct context *c, const struct line *l)
{
	const struct type *t = base_type(c, l);

	if (t && t->size && t->size == l->size)
		return t;
	if (c->user_pointers && t && type_is_int(t) && t->size < l->size)
		return t;
	return sized_int(l, t);
}

static const struct type *pointers(const struct context *c, const struct type *t, unsigned stars)
{
	enum addr_space space = c->user_pointers ? AS_USER : AS_KERNEL;

	for (unsigned i = 0; i < stars; i++)
		t = type_ptr(c->ts, t, space);
	return t;
}

static const struct type *array_type(const struct context *c, const struct line *l)
{
	const struct type *elem = base_type(c, l);

	elem = pointers(c, elem ? elem : type_none(), l->stars);
	if (elem->kind == TY_NONE || !elem->size || l->size % elem->size)
		elem = type_int(1, false);
	return type_array(c->ts, elem, l->size / elem->size);
}

/* What __data_loc and __rel_loc point at lies in the record itself: kernel memory. */
static const struct type *loc_type(const struct context *c, const struct line *l)
{
	const struct type *elem = base_type(c, l);

	elem = pointers(c, elem ? elem : type_none(), l->stars);
	return type_ptr(c->ts, elem, AS_KERNEL);
}

static const struct type *field_type(const struct context *c, const struct line *l)
{
	const struct type *t;

	if (l->data_loc || l->rel_loc)
		return loc_type(c, l);
	if (l->is_array)
		return array_type(c, l);
	if (l->stars && l->size == 8) {
		t = base_type(c, l);
		return pointers(c, t ? t : type_none(), l->stars);
	}
	t = l->stars ? sized_int(l, NULL) : scalar_type(c, l);
	return t ? t : type_array(c->ts, type_int(1, false), l->size);
}

static void add_field(const struct context *c, const struct line *l, struct type *t)
{
	struct arena *a = c->ts->arena;
	struct field f = {
		.name = arena_strndup(a, l->name, l->name_len),
		.decl = arena_strndup(a, l->decl, l->decl_len),
		.type = field_type(c, l),
		.offset = l->offset,
		.data_loc = l->data_loc,
		.rel_loc = l->rel_loc,
	};

	avec_push(a, &t->st->fields, f);
	if (l->offset + l->size > t->size)
		t->size = l->offset + l->size;
}

static struct type *new_record(struct types *ts, const char *category, const char *event)
{
	struct type *t = arena_new(ts->arena, struct type);

	*t = (struct type){ .kind = TY_STRUCT, .align = 8 };
	t->st = arena_new(ts->arena, struct struct_def);
	t->st->name = arena_printf(ts->arena, "_tracepoint_%s_%s", category, event);
	return t;
}

static int bad_line(const char *category, const char *event, const char *p, const char *eol,
		    struct err *e)
{
	return err_set(e, -EINVAL, "cannot read the format of %s:%s: \"%.*s\"", category, event,
		       eol - p < 80 ? (int)(eol - p) : 80, p);
}

int tpformat_parse(struct types *ts, const char *category, const char *event, const char *text,
		   size_t n, const struct type **ret, struct err *e)
{
	bool enter = !strcmp(category, "syscalls") && !strncmp(event, "sys_enter_", 10);
	struct context c = { ts, enter };
	struct type *t = new_record(ts, category, event);
	const char *end = text + n, *p = text;
	bool any = false;
	struct line l;

	while (p < end) {
		const char *eol = memchr(p, '\n', end - p);

		eol = eol ? eol : end;
		while (p < eol && isspace((unsigned char)*p))
			p++;
		if (eol - p > 6 && !memcmp(p, "field:", 6)) {
			if (!parse_line(p + 6, eol, &l))
				return bad_line(category, event, p, eol, e);
			any = true;
			if (l.name_len < 7 || memcmp(l.name, "common_", 7))
				add_field(&c, &l, t);
		}
		p = eol + 1;
	}
	if (!any)
		return err_set(e, -EINVAL, "the format of %s:%s has no fields", category, event);
	*ret = t;
	return 0;
}

static bool is_file_name(const char *s)
{
	return *s && !strchr(s, '/') && strcmp(s, ".") && strcmp(s, "..");
}

int tpformat_load(struct types *ts, const char *tracefs, const char *category, const char *event,
		  const struct type **ret, struct err *e)
{
	_cleanup_sb_ struct strbuf text = {}, path = {};
	int r = -ENOENT;

	if (is_file_name(category) && is_file_name(event)) {
		sb_addf(&path, "%s/events/%s/%s/format", tracefs, category, event);
		r = file_read(sb_str(&path), MAX_FORMAT, &text);
	}
	if (r == -ENOENT)
		return err_set(e, r, "there is no tracepoint %s:%s", category, event);
	if (r)
		return err_set(e, r, "cannot read %s: %s", sb_str(&path), errname(r));
	return tpformat_parse(ts, category, event, sb_str(&text), text.n, ret, e);
}
