/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/btf_value.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/objects.h"

#define DEPTH_MAX 64

/* One step down into a value: what is left of its bytes. */
struct part {
	const struct btf_value *v;
	const uint8_t *at, *end;
	unsigned depth;
};

static int write_type(const struct part *p, uint32_t id);

static bool has(const struct part *p, size_t n)
{
	return p->at <= p->end && n <= (size_t)(p->end - p->at);
}

/* A part of a part, off bytes on. */
static struct part inside(const struct part *p, size_t off)
{
	struct part q = *p;

	q.at = off <= (size_t)(p->end - p->at) ? p->at + off : p->end;
	q.depth++;
	return q;
}

/* size bytes, 1 to 8, as a number. */
static uint64_t load(const uint8_t *at, unsigned size, bool is_signed)
{
	uint64_t n = 0;
	unsigned shift = 64 - 8 * size;

	memcpy(&n, at, size);
	return is_signed ? (uint64_t)((int64_t)(n << shift) >> shift) : n;
}

/* A number in hexadecimal; quoted, since JSON has no such. */
static int write_hex(const struct part *p, uint64_t high, uint64_t low)
{
	const char *quote = p->v->plain ? "" : "\"";

	if (high)
		jsonw_raw(p->v->w, "%s0x%llx%016llx%s", quote, (unsigned long long)high,
			  (unsigned long long)low, quote);
	else
		jsonw_raw(p->v->w, "%s0x%llx%s", quote, (unsigned long long)low, quote);
	return 0;
}

/* nbits, at most 128, from bit on (0 to 7). */
static int write_bits(const struct part *p, unsigned bit, unsigned nbits)
{
	unsigned __int128 n = 0;
	size_t bytes = (bit + nbits + 7) / 8;

	if (nbits > 128 || bytes > sizeof(n) || !has(p, bytes))
		return -EINVAL;
	memcpy(&n, p->at, bytes);
	n >>= bit;
	if (nbits < 128)
		n &= ((unsigned __int128)1 << nbits) - 1;
	return write_hex(p, (uint64_t)(n >> 64), (uint64_t)n);
}

static int write_char(const struct part *p)
{
	char c = (char)*p->at;

	if (isprint((unsigned char)c))
		jsonw_stringn(p->v->w, &c, 1);
	else if (p->v->plain)
		jsonw_raw(p->v->w, "0x%x", (unsigned char)c);
	else
		jsonw_raw(p->v->w, "\"\\u00%02x\"", (unsigned char)c);
	return 0;
}

static int write_int(const struct part *p, const struct btf_type *t)
{
	unsigned bits = btf_int_bits(t), encoding = btf_int_encoding(t);

	if (btf_int_offset(t) || (bits != 8 && bits != 16 && bits != 32 && bits != 64)) {
		struct part q = inside(p, btf_int_offset(t) / 8);

		return write_bits(&q, btf_int_offset(t) % 8, bits);
	}
	if (!has(p, bits / 8))
		return -EINVAL;
	if (encoding == BTF_INT_CHAR)
		return write_char(p);
	if (encoding == BTF_INT_BOOL)
		jsonw_bool(p->v->w, *p->at);
	else if (encoding == BTF_INT_SIGNED)
		jsonw_i64(p->v->w, (int64_t)load(p->at, bits / 8, true));
	else
		jsonw_u64(p->v->w, load(p->at, bits / 8, false));
	return 0;
}

static int write_float(const struct part *p, const struct btf_type *t)
{
	double d = 0;
	float f;

	if (!has(p, t->size) || (t->size != 4 && t->size != 8))
		return -EINVAL;
	if (t->size == 4) {
		memcpy(&f, p->at, 4);
		d = f;
	} else {
		memcpy(&d, p->at, 8);
	}
	if (isfinite(d))
		jsonw_raw(p->v->w, "%.17g", d);
	else
		jsonw_null(p->v->w);
	return 0;
}

static const char *text(const struct btf *btf, uint32_t off)
{
	const char *s = btf__name_by_offset(btf, off);

	return s ? s : "";
}

static int write_enum(const struct part *p, const struct btf_type *t)
{
	bool wide = btf_is_enum64(t);
	int64_t value;

	if (!has(p, t->size) || (t->size != 1 && t->size != 2 && t->size != 4 && t->size != 8))
		return -EINVAL;
	value = (int64_t)load(p->at, t->size, true);
	for (unsigned i = 0; i < btf_vlen(t); i++) {
		int64_t is = wide ? (int64_t)btf_enum64_value(btf_enum64(t) + i) : btf_enum(t)[i].val;
		uint32_t name = wide ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;

		if (is != value)
			continue;
		jsonw_string(p->v->w, text(p->v->btf, name));
		return 0;
	}
	jsonw_i64(p->v->w, value);
	return 0;
}

/* Is it an array of char that holds printable text up to a NUL? */
static bool is_text(const struct part *p, const struct btf_array *a)
{
	const struct btf_type *t = btf__type_by_id(p->v->btf, a->type);

	while (t && btf_is_mod(t))
		t = btf__type_by_id(p->v->btf, t->type);
	if (!t || !btf_is_int(t) || t->size != 1 ||
	    (btf_int_encoding(t) != BTF_INT_CHAR && strcmp(text(p->v->btf, t->name_off), "char")))
		return false;
	for (uint32_t i = 0; i < a->nelems; i++) {
		if (!p->at[i])
			return true;
		if (p->at[i] <= 0x1f || p->at[i] >= 0x7f)
			return false;
	}
	return false;
}

static int write_array(const struct part *p, const struct btf_type *t)
{
	const struct btf_array *a = btf_array(t);
	int64_t size = btf__resolve_size(p->v->btf, a->type);
	int r = 0;

	if (size < 0 || !has(p, (size_t)size * a->nelems))
		return -EINVAL;
	if (is_text(p, a)) {
		jsonw_string(p->v->w, (const char *)p->at);
		return 0;
	}
	jsonw_array(p->v->w);
	for (uint32_t i = 0; i < a->nelems && !r; i++) {
		struct part q = inside(p, (size_t)size * i);

		r = write_type(&q, a->type);
	}
	jsonw_end_array(p->v->w);
	return r;
}

static int write_member(const struct part *p, const struct btf_type *t, unsigned i)
{
	uint32_t bit = btf_member_bit_offset(t, i), bits = btf_member_bitfield_size(t, i);
	struct part q = inside(p, bit / 8);
	const struct btf_type *of = btf__type_by_id(p->v->btf, btf_members(t)[i].type);

	jsonw_name(p->v->w, text(p->v->btf, btf_members(t)[i].name_off));
	/* Older BTF has the width of a bit field in its integer type. */
	if (!bits && bit % 8 && of && btf_is_int(of))
		bits = btf_int_bits(of);
	if (bits)
		return write_bits(&q, bit % 8, bits);
	return write_type(&q, btf_members(t)[i].type);
}

static int write_struct(const struct part *p, const struct btf_type *t)
{
	int r = 0;

	jsonw_object(p->v->w);
	for (unsigned i = 0; i < btf_vlen(t) && !r; i++)
		r = write_member(p, t, i);
	jsonw_end_object(p->v->w);
	return r;
}

static int write_datasec(const struct part *p, const struct btf_type *t)
{
	const struct btf_var_secinfo *s = btf_var_secinfos(t);
	int r = 0;

	jsonw_object(p->v->w);
	jsonw_array_at(p->v->w, text(p->v->btf, t->name_off));
	for (unsigned i = 0; i < btf_vlen(t) && !r; i++) {
		struct part q = inside(p, s[i].offset);

		r = write_type(&q, s[i].type);
	}
	jsonw_end_array(p->v->w);
	jsonw_end_object(p->v->w);
	return r;
}

static int write_var(const struct part *p, const struct btf_type *t)
{
	int r;

	jsonw_object(p->v->w);
	jsonw_name(p->v->w, text(p->v->btf, t->name_off));
	r = write_type(p, t->type);
	jsonw_end_object(p->v->w);
	return r;
}

/* The function of struct_ops that a program is; its id stands where the pointer was. */
static void write_prog(const struct part *p, uint32_t proto, uint32_t id)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	struct bpf_prog_info info = { 0 };
	_cleanup_fd_ int fd = id ? object_open(OBJECT_PROG, id) : -1;
	const char *name = "<unknown_prog_name>";

	if (fd >= 0 && !object_info(fd, &info, sizeof(info)))
		name = prog_full_name(p->v->prog_ids, fd, &info);
	btf_declaration(p->v->btf, proto, &out);
	if (id)
		sb_addf(&out, " %s/prog_id:%u", name, id);
	else
		sb_adds(&out, " 0");
	jsonw_string(p->v->w, sb_str(&out));
}

static int write_pointer(const struct part *p, const struct btf_type *t)
{
	uint64_t value;
	int to;
	const struct btf_type *target;

	if (!has(p, sizeof(value)))
		return -EINVAL;
	value = load(p->at, 8, false);
	to = p->v->prog_ids && value <= UINT32_MAX ? btf__resolve_type(p->v->btf, t->type) : -1;
	target = to > 0 ? btf__type_by_id(p->v->btf, (uint32_t)to) : NULL;
	if (target && btf_is_func_proto(target))
		write_prog(p, (uint32_t)to, (uint32_t)value);
	else if (!p->v->plain)
		jsonw_u64(p->v->w, value);
	else if (value)
		jsonw_raw(p->v->w, "\"0x%llx\"", (unsigned long long)value);
	else
		jsonw_string(p->v->w, "(nil)");
	return 0;
}

static int write_type(const struct part *p, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(p->v->btf, id);

	if (!t || p->depth > DEPTH_MAX)
		return -EINVAL;
	switch (btf_kind(t)) {
	case BTF_KIND_INT: return write_int(p, t);
	case BTF_KIND_FLOAT: return write_float(p, t);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return write_struct(p, t);
	case BTF_KIND_ARRAY: return write_array(p, t);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: return write_enum(p, t);
	case BTF_KIND_PTR: return write_pointer(p, t);
	case BTF_KIND_VAR: return write_var(p, t);
	case BTF_KIND_DATASEC: return write_datasec(p, t);
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG: {
		struct part q = inside(p, 0);

		return write_type(&q, t->type);
	}
	default: return -EINVAL;
	}
}

int btf_value_write(const struct btf_value *v, uint32_t type_id, const void *data, size_t n)
{
	struct part p = { v, data, (const uint8_t *)data + n, 0 };

	return write_type(&p, type_id);
}
