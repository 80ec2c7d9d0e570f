/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/pack.h"

#include <string.h>

#define NO_BYTES UINT32_MAX /* the length of NULL */

void pack_u32(struct strbuf *out, uint32_t v)
{
	sb_add(out, &v, sizeof(v));
}

void pack_u64(struct strbuf *out, uint64_t v)
{
	sb_add(out, &v, sizeof(v));
}

void pack_bytes(struct strbuf *out, const void *p, uint32_t n)
{
	pack_u32(out, p ? n : NO_BYTES);
	if (p)
		sb_add(out, p, n);
}

void pack_text(struct strbuf *out, const char *s)
{
	pack_bytes(out, s, s ? (uint32_t)strlen(s) : 0);
}

static bool take(struct unpack *u, void *ret, size_t n)
{
	if (u->bad || (size_t)(u->end - u->at) < n) {
		u->bad = true;
		memset(ret, 0, n);
		return false;
	}
	memcpy(ret, u->at, n);
	u->at += n;
	return true;
}

uint32_t unpack_u32(struct unpack *u)
{
	uint32_t v;

	take(u, &v, sizeof(v));
	return v;
}

uint64_t unpack_u64(struct unpack *u)
{
	uint64_t v;

	take(u, &v, sizeof(v));
	return v;
}

const char *unpack_bytes(struct unpack *u, uint32_t *ret_n)
{
	uint32_t n = unpack_u32(u);
	char *p;

	if (ret_n)
		*ret_n = 0;
	if (n == NO_BYTES)
		return NULL;
	if (u->bad || (size_t)(u->end - u->at) < n) {
		u->bad = true;
		return "";
	}
	p = arena_alloc(u->arena, (size_t)n + 1);
	take(u, p, n);
	if (ret_n)
		*ret_n = n;
	return p;
}

const char *unpack_text(struct unpack *u)
{
	const char *s = unpack_bytes(u, NULL);

	return s ? s : "";
}

uint32_t unpack_count(struct unpack *u, uint32_t min)
{
	uint32_t n = unpack_u32(u);

	if (n > (size_t)(u->end - u->at) / min) {
		u->bad = true;
		return 0;
	}
	return n;
}

uint32_t unpack_below(struct unpack *u, uint32_t limit)
{
	uint32_t v = unpack_u32(u);

	if (v >= limit) {
		u->bad = true;
		return 0;
	}
	return v;
}
