/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Patterns of attach points, and the numbers and durations in them. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "probe/common.h"

bool probe_has_wildcard(const char *pattern)
{
	return strpbrk(pattern, "*?[") != NULL;
}

/* The ']' of a set that starts behind '[' at p; NULL: it is none, the '[' stands for itself. */
static const char *set_end(const char *p)
{
	if (*p == '!' || *p == '^')
		p++;
	return *p ? strchr(p + 1, ']') : NULL; /* a ']' in first place is a member */
}

static bool set_has(const char *p, const char *end, char c)
{
	bool negated = *p == '!' || *p == '^', found = false;

	for (p += negated; p < end; p++) {
		if (p + 2 < end && p[1] == '-') {
			found |= (unsigned char)c >= (unsigned char)p[0] &&
				 (unsigned char)c <= (unsigned char)p[2];
			p += 2;
		} else {
			found |= *p == c;
		}
	}
	return found != negated;
}

/* Matches one character; false, or the rest of the pattern. */
static bool match_one(const char **pattern, char c)
{
	const char *p = *pattern, *end;

	if (*p == '[' && (end = set_end(p + 1))) {
		*pattern = end + 1;
		return set_has(p + 1, end, c);
	}
	*pattern = p + 1;
	return *p == '?' || *p == c;
}

/* Only the last star is ever retried: what an earlier one took can be taken by it as well. */
bool probe_match(const char *pattern, const char *name)
{
	const char *star = NULL, *star_name = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = ++pattern;
			star_name = name;
			continue;
		}
		if (*pattern && match_one(&pattern, *name)) {
			name++;
			continue;
		}
		if (!star)
			return false;
		pattern = star;
		name = ++star_name;
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

struct part part_get(const struct attach_point *ap, size_t i)
{
	struct part p = { 0 };

	if (!ap || i >= ap->parts.n)
		return p;
	p.text = ap->parts.v[i];
	p.literal = i < ap->quoted.n ? ap->quoted.v[i] : 0;
	p.span = i < ap->part_spans.n ? ap->part_spans.v[i] : ap->span;
	return p;
}

size_t part_count(const struct attach_point *ap)
{
	return ap && ap->parts.n ? ap->parts.n - 1 : 0;
}

bool part_is_wild(const struct part *p)
{
	return p->text && probe_has_wildcard(p->text + p->literal);
}

bool part_match(const struct part *p, const char *name)
{
	if (!p->text)
		return true;
	if (strncmp(p->text, name, p->literal))
		return false;
	return probe_match(p->text + p->literal, name + p->literal);
}

/* The rest of a number: nothing, or e6 for as many zeros. */
static bool add_exponent(uint64_t *v, const char *rest)
{
	unsigned zeros;
	char *end;

	if (!*rest)
		return true;
	if (*rest != 'e' || !isdigit((unsigned char)rest[1]))
		return false;
	zeros = strtoul(rest + 1, &end, 10);
	if (*end || zeros > 19)
		return false;
	while (zeros--)
		if (__builtin_mul_overflow(*v, 10, v))
			return false;
	return true;
}

/* Without the underscores between digits, as numbers in scripts have them; false: it is no number that fits. */
static bool plain_number(const char *text, char *ret, size_t size)
{
	size_t n = 0;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; *text; text++) {
		if (*text == '_' && isxdigit((unsigned char)text[-1]) && isxdigit((unsigned char)text[1]))
			continue;
		if (n + 1 == size)
			return false;
		ret[n++] = *text;
	}
	ret[n] = '\0';
	return true;
}

bool text_number(const char *text, uint64_t *ret)
{
	char plain[64], *end;
	uint64_t v;

	if (!plain_number(text, plain, sizeof(plain)))
		return false;
	errno = 0;
	v = strtoull(plain, &end, 0);
	if (errno || !add_exponent(&v, end))
		return false;
	*ret = v;
	return true;
}

bool part_offset(const struct part *p, size_t *ret_len, uint64_t *ret_off, bool *ret_has)
{
	const char *sign = strrchr(p->text + p->literal, '+');
	uint64_t off = 0;

	if (sign && !text_number(sign + 1, &off))
		return false;
	*ret_len = sign ? (size_t)(sign - p->text) : strlen(p->text);
	*ret_off = off;
	*ret_has = sign != NULL;
	return true;
}

static bool scale(uint64_t n, uint64_t by, uint64_t *ret_ns)
{
	uint64_t ns;

	if (__builtin_mul_overflow(n, by, &ns) || !ns || ns > INT64_MAX)
		return false;
	*ret_ns = ns;
	return true;
}

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60000000000 },
	{ "h", 3600000000000 },
	{ "d", 86400000000000 },
};

bool unit_period(const char *unit, uint64_t n, uint64_t *ret_ns)
{
	if (!strcmp(unit, "hz")) {
		if (!n || n > 1000000000)
			return false;
		*ret_ns = 1000000000 / n;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(unit, units[i].name))
			return scale(n, units[i].ns, ret_ns);
	return false;
}

bool text_period(const char *text, uint64_t *ret_ns)
{
	char plain[64], *end;
	uint64_t n;

	if (!plain_number(text, plain, sizeof(plain)))
		return false;
	errno = 0;
	n = strtoull(plain, &end, 10);
	if (errno)
		return false;
	return unit_period(*end ? end : "ns", n, ret_ns);
}
