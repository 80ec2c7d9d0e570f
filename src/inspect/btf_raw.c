/* SPDX-License-Identifier: GPL-2.0-or-later */
/* btf dump format raw: types as they are stored, in text and JSON. */
#include "inspect/both.h"
#include "inspect/btf_dump.h"

struct raw {
	struct inspect *in;
	const struct btf *btf;
};

static const char *kind_name(unsigned kind)
{
	static const char *const names[] = {
		[BTF_KIND_UNKN] = "UNKNOWN",   [BTF_KIND_INT] = "INT",           [BTF_KIND_PTR] = "PTR",
		[BTF_KIND_ARRAY] = "ARRAY",    [BTF_KIND_STRUCT] = "STRUCT",     [BTF_KIND_UNION] = "UNION",
		[BTF_KIND_ENUM] = "ENUM",      [BTF_KIND_FWD] = "FWD",           [BTF_KIND_TYPEDEF] = "TYPEDEF",
		[BTF_KIND_VOLATILE] = "VOLATILE", [BTF_KIND_CONST] = "CONST",    [BTF_KIND_RESTRICT] = "RESTRICT",
		[BTF_KIND_FUNC] = "FUNC",      [BTF_KIND_FUNC_PROTO] = "FUNC_PROTO", [BTF_KIND_VAR] = "VAR",
		[BTF_KIND_DATASEC] = "DATASEC", [BTF_KIND_FLOAT] = "FLOAT",      [BTF_KIND_DECL_TAG] = "DECL_TAG",
		[BTF_KIND_TYPE_TAG] = "TYPE_TAG", [BTF_KIND_ENUM64] = "ENUM64",
	};

	return kind < ARRAY_SIZE(names) ? names[kind] : names[BTF_KIND_UNKN];
}

static const char *name_at(const struct raw *r, uint32_t offset)
{
	const char *name = offset ? btf__str_by_offset(r->btf, offset) : "(anon)";

	return name ? name : "(invalid)";
}

static const char *encoding_name(unsigned encoding)
{
	switch (encoding) {
	case 0: return "(none)";
	case BTF_INT_SIGNED: return "SIGNED";
	case BTF_INT_CHAR: return "CHAR";
	case BTF_INT_BOOL: return "BOOL";
	default: return "UNKN";
	}
}

static const char *linkage_name(unsigned linkage)
{
	static const char *const names[] = { "static", "global", "extern" };

	return linkage < ARRAY_SIZE(names) ? names[linkage] : "(unknown)";
}

static void show_int(const struct raw *r, const struct btf_type *t)
{
	both_u64(r->in, "size", " size=", t->size, "");
	both_u64(r->in, "bits_offset", " bits_offset=", btf_int_offset(t), "");
	both_u64(r->in, "nr_bits", " nr_bits=", btf_int_bits(t), "");
	both_string(r->in, "encoding", " encoding=", encoding_name(btf_int_encoding(t)), "");
}

static void show_array(const struct raw *r, const struct btf_type *t)
{
	const struct btf_array *a = btf_array(t);

	both_u64(r->in, "type_id", " type_id=", a->type, "");
	both_u64(r->in, "index_type_id", " index_type_id=", a->index_type, "");
	both_u64(r->in, "nr_elems", " nr_elems=", a->nelems, "");
}

/* "size=N vlen=N" and the list of what is in it. */
static void start_list(const struct raw *r, const struct btf_type *t, const char *list)
{
	both_u64(r->in, "size", " size=", t->size, "");
	both_u64(r->in, "vlen", " vlen=", btf_vlen(t), "");
	both_array(r->in, list, "");
}

static void show_members(const struct raw *r, const struct btf_type *t)
{
	const struct btf_member *m = btf_members(t);

	start_list(r, t, "members");
	for (unsigned i = 0; i < btf_vlen(t); i++) {
		uint32_t bits = btf_member_bitfield_size(t, i);

		both_object(r->in);
		both_string(r->in, "name", "\n\t'", name_at(r, m[i].name_off), "'");
		both_u64(r->in, "type_id", " type_id=", m[i].type, "");
		both_u64(r->in, "bits_offset", " bits_offset=", btf_member_bit_offset(t, i), "");
		if (bits)
			both_u64(r->in, "bitfield_size", " bitfield_size=", bits, "");
		both_end_object(r->in, "");
	}
	both_end_array(r->in, "");
}

static void show_value(const struct raw *r, const struct btf_type *t, unsigned i)
{
	struct inspect *in = r->in;
	bool is_signed = btf_kflag(t), wide = btf_is_enum64(t);
	int64_t v = wide ? (int64_t)btf_enum64_value(&btf_enum64(t)[i]) : btf_enum(t)[i].val;

	if (!is_signed && !wide)
		v = (uint32_t)v;
	both_object(in);
	both_string(in, "name", "\n\t'", name_at(r, wide ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off), "' val=");
	if (in->json && is_signed)
		jsonw_i64_at(&in->w, "val", v);
	else if (in->json)
		jsonw_u64_at(&in->w, "val", (uint64_t)v);
	else if (is_signed)
		sb_addi(&in->out, v);
	else
		sb_addu(&in->out, (uint64_t)v);
	if (wide)
		both_text(in, is_signed ? "LL" : "ULL");
	both_end_object(in, "");
}

static void show_enum(const struct raw *r, const struct btf_type *t)
{
	both_string(r->in, "encoding", " encoding=", btf_kflag(t) ? "SIGNED" : "UNSIGNED", "");
	start_list(r, t, "values");
	for (unsigned i = 0; i < btf_vlen(t); i++)
		show_value(r, t, i);
	both_end_array(r->in, "");
}

static void show_proto(const struct raw *r, const struct btf_type *t)
{
	const struct btf_param *p = btf_params(t);

	both_u64(r->in, "ret_type_id", " ret_type_id=", t->type, "");
	both_u64(r->in, "vlen", " vlen=", btf_vlen(t), "");
	both_array(r->in, "params", "");
	for (unsigned i = 0; i < btf_vlen(t); i++) {
		both_object(r->in);
		both_string(r->in, "name", "\n\t'", name_at(r, p[i].name_off), "'");
		both_u64(r->in, "type_id", " type_id=", p[i].type, "");
		both_end_object(r->in, "");
	}
	both_end_array(r->in, "");
}

static void show_section(const struct raw *r, const struct btf_type *t)
{
	const struct btf_var_secinfo *v = btf_var_secinfos(t);

	start_list(r, t, "vars");
	for (unsigned i = 0; i < btf_vlen(t); i++) {
		const struct btf_type *var = btf__type_by_id(r->btf, v[i].type);

		both_object(r->in);
		both_u64(r->in, "type_id", "\n\ttype_id=", v[i].type, "");
		both_u64(r->in, "offset", " offset=", v[i].offset, "");
		both_u64(r->in, "size", " size=", v[i].size, "");
		if (var && !r->in->json) {
			sb_addf(&r->in->out, " (%s '", kind_name(btf_kind(var)));
			inspect_text(r->in, name_at(r, var->name_off));
			sb_adds(&r->in->out, "')");
		}
		both_end_object(r->in, "");
	}
	both_end_array(r->in, "");
}

static void show_tag(const struct raw *r, const struct btf_type *t)
{
	int index = btf_decl_tag(t)->component_idx;

	both_u64(r->in, "type_id", " type_id=", t->type, "");
	if (r->in->json)
		jsonw_i64_at(&r->in->w, "component_idx", index);
	else
		sb_addf(&r->in->out, " component_idx=%d", index);
}

static void show_rest(const struct raw *r, const struct btf_type *t)
{
	struct inspect *in = r->in;

	switch (btf_kind(t)) {
	case BTF_KIND_INT: show_int(r, t); break;
	case BTF_KIND_ARRAY: show_array(r, t); break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: show_members(r, t); break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: show_enum(r, t); break;
	case BTF_KIND_FUNC_PROTO: show_proto(r, t); break;
	case BTF_KIND_DATASEC: show_section(r, t); break;
	case BTF_KIND_DECL_TAG: show_tag(r, t); break;
	case BTF_KIND_FLOAT: both_u64(in, "size", " size=", t->size, ""); break;
	case BTF_KIND_FWD:
		both_string(in, "fwd_kind", " fwd_kind=", btf_kflag(t) ? "union" : "struct", "");
		break;
	case BTF_KIND_FUNC:
		both_u64(in, "type_id", " type_id=", t->type, "");
		both_string(in, "linkage", " linkage=", linkage_name(btf_vlen(t)), "");
		break;
	case BTF_KIND_VAR:
		both_u64(in, "type_id", " type_id=", t->type, ",");
		both_string(in, "linkage", " linkage=", linkage_name(btf_var(t)->linkage), "");
		break;
	case BTF_KIND_UNKN: break; /* void: what the sections of variables have as the type of their key */
	default: both_u64(in, "type_id", " type_id=", t->type, ""); break;
	}
}

static void show_type(const struct raw *r, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(r->btf, id);

	both_object(r->in);
	both_u64(r->in, "id", "[", id, "] ");
	both_string(r->in, "kind", "", kind_name(btf_kind(t)), "");
	both_string(r->in, "name", " '", name_at(r, t->name_off), "'");
	show_rest(r, t);
	both_end_object(r->in, "\n");
}

void btf_dump_raw(struct inspect *in, const struct btf_source *s)
{
	struct raw r = { in, s->btf };
	const struct btf *base = btf__base_btf(s->btf);
	uint32_t first = base ? btf__type_cnt(base) : 1;

	both_object(in);
	both_array(in, "types", "");
	for (unsigned i = 0; i < s->nroots; i++)
		show_type(&r, s->roots[i]);
	for (uint32_t id = first; !s->nroots && id < btf__type_cnt(s->btf) && inspect_more(in); id++)
		show_type(&r, id);
	both_end_array(in, "");
	both_end_object(in, "");
}
