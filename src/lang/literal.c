/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/literal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lang/ast.h"

struct number {
	const char *p, *end;
	uint64_t value;
	bool overflow;
	const char *why; /* not NULL: it is no number */
};

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

static void number_scale(struct number *n, uint64_t factor)
{
	n->overflow |= __builtin_mul_overflow(n->value, factor, &n->value);
}

/* Digits of one base with _ between them. */
static void number_digits(struct number *n, int base)
{
	const char *start = n->p;

	for (; n->p < n->end; n->p++) {
		int v = digit_value(*n->p);

		if (*n->p == '_' && n->p > start)
			continue;
		if (v >= base)
			break;
		number_scale(n, (uint64_t)base);
		n->overflow |= __builtin_add_overflow(n->value, (uint64_t)v, &n->value);
	}
	if (n->p == start)
		n->why = "a digit is missing in this number";
	else if (n->p[-1] == '_')
		n->why = "a number cannot end with '_'";
}

static void number_exponent(struct number *n)
{
	struct number e = { .p = n->p + 1, .end = n->end };

	number_digits(&e, 10);
	n->p = e.p;
	n->why = e.why;
	if (e.overflow || (e.value > 19 && n->value)) {
		n->overflow = true;
		return;
	}
	for (uint64_t i = 0; i < e.value && n->value; i++)
		number_scale(n, 10);
}

static void number_suffix(struct number *n)
{
	static const struct {
		const char *text;
		uint64_t factor;
	} suffixes[] = {
		{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
		{ "m", 60000000000 }, { "h", 3600000000000 }, { "d", 86400000000000 },
		{ "u", 1 }, { "l", 1 }, { "ul", 1 }, { "ll", 1 }, { "ull", 1 },
		{ "U", 1 }, { "L", 1 }, { "UL", 1 }, { "LL", 1 }, { "ULL", 1 },
	};
	size_t len = (size_t)(n->end - n->p);

	if (!len)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (strlen(suffixes[i].text) != len || memcmp(suffixes[i].text, n->p, len))
			continue;
		number_scale(n, suffixes[i].factor);
		return;
	}
	if (digit_value(*n->p) <= 9)
		n->why = "8 and 9 are no octal digits (a leading 0 makes a number octal)";
	else
		n->why = "unknown suffix of a number (u, l, ul, ll, ull, ns, us, ms, s, m, h, d)";
}

/* 'c' and '\n' */
static bool number_char(const char *text, uint32_t len, uint64_t *ret)
{
	static const char letters[] = "abfnrtv0", values[] = "\a\b\f\n\r\t\v";
	const char *known = len == 4 ? strchr(letters, text[2]) : NULL;
	char *end;

	if (len == 3)
		*ret = (uint64_t)(int64_t)text[1];
	else if (text[2] == 'x')
		*ret = (uint64_t)(int64_t)(char)strtoul(text + 3, &end, 16);
	else if (text[2] >= '0' && text[2] <= '7')
		*ret = (uint64_t)(int64_t)(char)strtoul(text + 2, &end, 8);
	else if (len == 4)
		*ret = (uint64_t)(known && *known ? values[known - letters] : text[2]);
	else
		return false;
	return len == 3 || len == 4 || *end == '\'';
}

bool literal_number(const char *text, uint32_t len, uint64_t *ret, enum diag_tag *ret_tag,
		    const char **ret_why)
{
	struct number n = { .p = text, .end = text + len };

	if (*text == '\'') {
		*ret_tag = DT_bad_literal;
		*ret_why = "this is no character";
		return number_char(text, len, ret);
	}
	if (len > 1 && text[0] == '0' && (text[1] | 0x20) == 'x') {
		n.p += 2;
		number_digits(&n, 16);
	} else if (len > 1 && text[0] == '0' && digit_value(text[1]) <= 9) {
		number_digits(&n, 8);
	} else {
		number_digits(&n, 10);
		if (!n.why && n.p < n.end && (*n.p | 0x20) == 'e')
			number_exponent(&n);
	}
	if (!n.why)
		number_suffix(&n);
	*ret = n.value;
	*ret_tag = n.why ? DT_bad_literal : DT_int_overflow;
	*ret_why = n.why ? n.why : "this number does not fit in 64 bits";
	return !n.why && !n.overflow;
}

struct unescape {
	struct arena *arena;
	struct diags *d;
	const char *text;
	uint32_t i, len, at;
	char *out;
	uint32_t n;
};

static void escape_error(struct unescape *u, uint32_t from, uint32_t to, const char *why)
{
	diag_error(u->d, (struct span){ u->at + from, u->at + to }, DT_bad_literal, "%s", why);
}

/* At most max digits; returns how many were there. */
static unsigned escape_number(struct unescape *u, int base, unsigned max, unsigned *ret)
{
	unsigned n = 0;

	for (*ret = 0; n < max && u->i < u->len && digit_value(u->text[u->i]) < base; n++)
		*ret = *ret * (unsigned)base + (unsigned)digit_value(u->text[u->i++]);
	return n;
}

/* u->i is behind the backslash. */
static void escape_one(struct unescape *u)
{
	static const char from[] = "ntr\"\\", to[] = "\n\t\r\"\\";
	uint32_t start = u->i - 1;
	char c = u->i < u->len ? u->text[u->i] : '\0';
	const char *simple = c ? strchr(from, c) : NULL;
	unsigned v;

	if (simple) {
		u->out[u->n++] = to[simple - from];
		u->i++;
	} else if (digit_value(c) < 8) {
		escape_number(u, 8, 3, &v);
		u->out[u->n++] = (char)v;
		if (v > 255)
			escape_error(u, start, u->i, "this octal escape is above 255");
	} else if ((c | 0x20) == 'x') {
		u->i++;
		if (!escape_number(u, 16, 2, &v))
			escape_error(u, start, u->i, "expected a hexadecimal digit after \\x");
		u->out[u->n++] = (char)v;
	} else {
		u->i += u->i < u->len;
		escape_error(u, start, u->i,
			     "unknown escape (known: \\n \\t \\r \\\" \\\\ \\0nn \\xnn)");
	}
}

char *literal_string(struct arena *a, struct diags *d, const char *text, uint32_t len, uint32_t at,
		     uint32_t *ret_len)
{
	struct unescape u = { a, d, text, 0, len, at, arena_alloc(a, (size_t)len + 1), 0 };

	while (u.i < len) {
		if (text[u.i] != '\\') {
			u.out[u.n++] = text[u.i++];
			continue;
		}
		u.i++;
		escape_one(&u);
	}
	*ret_len = u.n;
	return u.out;
}

bool param_number(const char *text, int64_t *ret)
{
	bool negative = text[0] == '-';
	const char *digits = text + negative;
	char *end;
	uint64_t v;

	if (*digits < '0' || *digits > '9')
		return false;
	errno = 0;
	v = strtoull(digits, &end, 0);
	if (*end || errno || (negative && v > (uint64_t)INT64_MAX + 1))
		return false;
	*ret = (int64_t)(negative ? -v : v);
	return true;
}
