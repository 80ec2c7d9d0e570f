/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations of types and functions. */
#include "inspect/btf_value.h"

#define DEPTH_MAX 32

static void declare(const struct btf *btf, uint32_t id, struct strbuf *out, unsigned depth);

static const char *name_of(const struct btf *btf, const struct btf_type *t)
{
	const char *s = btf__name_by_offset(btf, t->name_off);

	return s ? s : "";
}

static void add_params(const struct btf *btf, const struct btf_type *proto, struct strbuf *out,
		       unsigned depth)
{
	const struct btf_param *p = btf_params(proto);

	sb_addc(out, '(');
	for (unsigned i = 0; i < btf_vlen(proto); i++) {
		if (i)
			sb_adds(out, ", ");
		if (!p[i].type) {
			sb_adds(out, "...");
			continue;
		}
		declare(btf, p[i].type, out, depth);
		if (p[i].name_off)
			sb_adds(out, btf__name_by_offset(btf, p[i].name_off));
		else if (out->n && out->p[out->n - 1] == ' ')
			out->p[--out->n] = '\0';
	}
	sb_addc(out, ')');
}

/* func: the function that has this prototype; NULL: a pointer's. */
static void add_proto(const struct btf *btf, const struct btf_type *proto,
		      const struct btf_type *func, struct strbuf *out, unsigned depth)
{
	if (!proto || !btf_is_func_proto(proto))
		return;
	declare(btf, proto->type, out, depth);
	if (func)
		sb_adds(out, name_of(btf, func));
	add_params(btf, proto, out, depth);
}

/* A word in front of the type that t refers to. */
static void add_qualified(const struct btf *btf, const char *word, const struct btf_type *t,
			  struct strbuf *out, unsigned depth)
{
	sb_adds(out, word);
	declare(btf, t->type, out, depth);
}

static void declare(const struct btf *btf, uint32_t id, struct strbuf *out, unsigned depth)
{
	const struct btf_type *t = id ? btf__type_by_id(btf, id) : NULL;

	if (!id)
		sb_adds(out, "void ");
	if (!t || depth++ > DEPTH_MAX)
		return;
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT: sb_addf(out, "struct %s ", name_of(btf, t)); break;
	case BTF_KIND_UNION: sb_addf(out, "union %s ", name_of(btf, t)); break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: sb_addf(out, "enum %s ", name_of(btf, t)); break;
	case BTF_KIND_FWD:
		sb_addf(out, "%s %s ", btf_kflag(t) ? "union" : "struct", name_of(btf, t));
		break;
	case BTF_KIND_ARRAY:
		declare(btf, btf_array(t)->type, out, depth);
		sb_addf(out, "[%u]", btf_array(t)->nelems);
		break;
	case BTF_KIND_PTR:
		declare(btf, t->type, out, depth);
		sb_adds(out, "* ");
		break;
	case BTF_KIND_VOLATILE: add_qualified(btf, "volatile ", t, out, depth); break;
	case BTF_KIND_CONST: add_qualified(btf, "const ", t, out, depth); break;
	case BTF_KIND_RESTRICT: add_qualified(btf, "restrict ", t, out, depth); break;
	case BTF_KIND_TYPE_TAG: add_qualified(btf, "", t, out, depth); break;
	case BTF_KIND_FUNC_PROTO: add_proto(btf, t, NULL, out, depth); break;
	case BTF_KIND_FUNC: add_proto(btf, btf__type_by_id(btf, t->type), t, out, depth); break;
	case BTF_KIND_VAR:
		add_qualified(btf, btf_var(t)->linkage == BTF_VAR_STATIC ? "static " : "", t, out, depth);
		sb_addf(out, " %s", name_of(btf, t));
		break;
	case BTF_KIND_DATASEC: sb_addf(out, "section (\"%s\") ", name_of(btf, t)); break;
	default: sb_addf(out, "%s ", name_of(btf, t)); break;
	}
}

void btf_declaration(const struct btf *btf, uint32_t type_id, struct strbuf *out)
{
	declare(btf, type_id, out, 0);
}
