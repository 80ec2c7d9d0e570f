/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTF as C text, with the typedefs and qualifiers that the type model drops. */
#include "type/btf_int.h"

#include <inttypes.h>
#include <string.h>

/* A definition longer than this is cut: only a hostile image has one. */
#define PRINT_MAX (512u << 10)

static void print_decl(struct btf_file *b, uint32_t id, const char *name, struct strbuf *out,
		       int depth);

static const char *struct_word(const uint32_t *rec)
{
	switch (rec_kind(rec)) {
	case BK_UNION:
		return "union";
	case BK_ENUM:
	case BK_ENUM64:
		return "enum";
	case BK_FWD:
		return rec_flag(rec) ? "union" : "struct";
	default:
		return "struct";
	}
}

static void print_enumerators(struct btf_file *b, const uint32_t *rec, struct strbuf *out,
			      int depth)
{
	for (uint32_t i = 0; i < rec_vlen(rec) && out->n < PRINT_MAX; i++) {
		struct btf_enumerator e = btf_rec_enumerator(rec, i);

		sb_fill(out, '\t', depth + 1);
		if (rec_flag(rec) || e.value >= 0)
			sb_addf(out, "%s = %" PRId64 ",\n", btf_string(b, e.name_off), e.value);
		else
			sb_addf(out, "%s = %" PRIu64 ",\n", btf_string(b, e.name_off),
				(uint64_t)e.value);
	}
}

static void print_members(struct btf_file *b, const uint32_t *rec, struct strbuf *out, int depth)
{
	for (uint32_t i = 0; i < rec_vlen(rec) && out->n < PRINT_MAX; i++) {
		struct btf_member m = btf_rec_member(b, rec, i);

		sb_fill(out, '\t', depth + 1);
		print_decl(b, m.type, btf_string(b, m.name_off), out, depth + 1);
		if (m.bit_size)
			sb_addf(out, ": %u", m.bit_size);
		sb_adds(out, ";\n");
	}
}

static void print_body(struct btf_file *b, const uint32_t *rec, struct strbuf *out, int depth)
{
	const char *name = btf_string(b, rec[REC_NAME]);

	sb_addf(out, "%s %s%s{\n", struct_word(rec), name, *name ? " " : "");
	if (rec_kind(rec) == BK_ENUM || rec_kind(rec) == BK_ENUM64)
		print_enumerators(b, rec, out, depth);
	else if (depth < BTF_MAX_DEPTH)
		print_members(b, rec, out, depth);
	sb_fill(out, '\t', depth);
	sb_addc(out, '}');
}

/* What a declaration starts with: a named type, or the body of a nameless one. */
static void print_base(struct btf_file *b, const uint32_t *rec, struct strbuf *out, int depth)
{
	const char *name = rec ? btf_string(b, rec[REC_NAME]) : "void";
	enum btf_kind_nr kind = rec ? rec_kind(rec) : BK_VOID;
	bool tagged = kind == BK_STRUCT || kind == BK_UNION || kind == BK_ENUM ||
		      kind == BK_ENUM64 || kind == BK_FWD;

	if (tagged && !*name && kind != BK_FWD)
		print_body(b, rec, out, depth);
	else
		sb_addf(out, "%s%s%s", tagged ? struct_word(rec) : "", tagged ? " " : "", name);
}

/* The record a pointer leads to, past qualifiers but not typedefs. */
static const uint32_t *pointee(struct btf_file *b, uint32_t id)
{
	const uint32_t *rec = btf_record(b, id);

	for (int i = 0; rec && i < BTF_MAX_DEPTH; i++) {
		if (!kind_is_modifier(rec_kind(rec)) || rec_kind(rec) == BK_TYPEDEF)
			return rec;
		rec = btf_record(b, rec[REC_TYPE]);
	}
	return NULL;
}

static void wrap(struct strbuf *d, const char *before, const char *after)
{
	struct strbuf whole = {};

	sb_addf(&whole, "%s%s%s", before, sb_str(d), after);
	sb_done(d);
	*d = whole;
}

static void add_pointer(struct btf_file *b, const uint32_t *rec, struct strbuf *d,
			struct strbuf *quals)
{
	const uint32_t *to = pointee(b, rec[REC_TYPE]);
	bool paren = to && (rec_kind(to) == BK_ARRAY || rec_kind(to) == BK_FUNC_PROTO);

	wrap(quals, paren ? "(*" : "*", "");
	wrap(d, sb_str(quals), paren ? ")" : "");
	sb_reset(quals);
}

static void add_params(struct btf_file *b, const uint32_t *rec, struct strbuf *d, int depth)
{
	sb_addc(d, '(');
	for (uint32_t i = 0; i < rec_vlen(rec) && d->n < PRINT_MAX; i++) {
		const uint32_t *param = rec + REC_EXTRA + 2 * i;

		if (i)
			sb_adds(d, ", ");
		if (!param[1])
			sb_adds(d, "...");
		else
			print_decl(b, param[1], btf_string(b, param[0]), d, depth + 1);
	}
	sb_adds(d, rec_vlen(rec) ? ")" : "void)");
}

static const char *qualifier(enum btf_kind_nr kind)
{
	return kind == BK_CONST ? "const " : kind == BK_VOLATILE ? "volatile " :
	       kind == BK_RESTRICT ? "restrict " : "";
}

/*
 * A declarator is read from the name outwards, so its text grows around the name while the
 * types are followed; qualifiers wait for the pointer or base they belong to.
 */
static uint32_t build_declarator(struct btf_file *b, uint32_t id, struct strbuf *d,
				 struct strbuf *quals, int depth)
{
	for (int i = 0; i < BTF_MAX_DEPTH; i++) {
		const uint32_t *rec = btf_record(b, id);
		enum btf_kind_nr kind = rec ? rec_kind(rec) : BK_VOID;

		if (kind == BK_PTR) {
			add_pointer(b, rec, d, quals);
			id = rec[REC_TYPE];
		} else if (kind == BK_ARRAY) {
			sb_addf(d, "[%u]", rec[REC_EXTRA + 2]);
			id = rec[REC_EXTRA];
		} else if (kind == BK_FUNC_PROTO) {
			add_params(b, rec, d, depth);
			id = rec[REC_TYPE];
		} else if (kind_is_modifier(kind) && kind != BK_TYPEDEF) {
			sb_adds(quals, qualifier(kind));
			id = rec[REC_TYPE];
		} else {
			break;
		}
	}
	return id;
}

static void print_decl(struct btf_file *b, uint32_t id, const char *name, struct strbuf *out,
		       int depth)
{
	struct strbuf d = {}, quals = {};

	sb_adds(&d, name);
	if (depth < BTF_MAX_DEPTH)
		id = build_declarator(b, id, &d, &quals, depth);
	sb_adds(out, sb_str(&quals));
	print_base(b, btf_record(b, id), out, depth);
	while (d.n && d.p[d.n - 1] == ' ') /* of "*const " without a name */
		d.p[--d.n] = '\0';
	if (d.n)
		sb_addf(out, " %s", sb_str(&d));
	sb_done(&d);
	sb_done(&quals);
}

void btf_print_decl(struct btf_file *b, uint32_t id, const char *name, struct strbuf *out)
{
	struct strbuf text = {};

	print_decl(b, id, name, &text, 0);
	sb_adds(out, sb_str(&text));
	sb_done(&text);
}

void btf_print_def(struct btf_file *b, uint32_t id, struct strbuf *out)
{
	const uint32_t *rec = btf_record(b, id);
	struct strbuf text = {}; /* of its own, for PRINT_MAX counts from the definition's start */

	if (!rec)
		return;
	if (rec_kind(rec) == BK_FWD)
		sb_addf(&text, "%s %s", struct_word(rec), btf_string(b, rec[REC_NAME]));
	else
		print_body(b, rec, &text, 0);
	sb_addf(out, "%s;\n", sb_str(&text));
	sb_done(&text);
}
