/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places in the code that depend on the layout of kernel structures. Each structure is described with the members that
 * are used, as a program in C would define it for itself; libbpf finds them by their names in the kernel's own.
 */
#include <bpf/btf.h>
#include <string.h>

#include "image/write.h"

void make_core_info(struct maker *m, const struct code_place *at, uint32_t insn, const struct ir_core *core)
{
	struct core_place c = { at->section, (uint32_t)(at->at + (uint64_t)(insn - at->insn) * 8), core };

	vec_push(&m->cores, c);
}

static struct used *used_of(struct cores *c, const struct type *t)
{
	vec_each(c->all, i)
		if (!strcmp(c->all.v[i].type->st->name, t->st->name))
			return &c->all.v[i];
	vec_push(&c->all, ((struct used){ .type = t }));
	return &c->all.v[c->all.n - 1];
}

static uint32_t member_of(struct used *u, const struct field *f)
{
	vec_each(u->members, i)
		if (!strcmp(u->members.v[i]->name, f->name))
			return (uint32_t)i;
	vec_push(&u->members, f);
	return (uint32_t)u->members.n - 1;
}

static int enum_type(struct maker *m, const struct type *t)
{
	int id = btf__add_enum(m->btf, t->en->name, t->size);

	btf__add_enum_value(m->btf, "SONDE_NONE", 0);
	return id;
}

/* A type of the same kind: libbpf compares no more (bpf_core_fields_are_compat()). */
static int member_type(struct maker *m, const struct type *t)
{
	switch (t->kind) {
	case TY_PTR:
		return m->pointer_id;
	case TY_ENUM:
		return enum_type(m, t);
	case TY_ARRAY:
		return btf__add_array(m->btf, m->int_id, member_type(m, t->to), t->count);
	case TY_STRING:
		return btf__add_array(m->btf, m->int_id, m->char_id, t->size);
	case TY_STRUCT:
		return t->st->is_union ? btf__add_union(m->btf, NULL, t->size) : btf__add_struct(m->btf, NULL, t->size);
	default:
		return btf__add_int(m->btf, "number", t->size, t->is_signed ? BTF_INT_SIGNED : 0);
	}
}

static int by_offset(const void *a, const void *b)
{
	const struct field *x = *(const struct field *const *)a, *y = *(const struct field *const *)b;
	uint32_t i = x->offset * 8 + x->bit_offset, k = y->offset * 8 + y->bit_offset;

	return i < k ? -1 : i > k;
}

/* The kernel wants members in the order of their places. */
static void make_type(struct maker *m, struct used *u)
{
	int *types = arena_array(m->im->arena, int, u->members.n);

	qsort(u->members.v, u->members.n, sizeof(*u->members.v), by_offset);
	vec_each(u->members, i)
		types[i] = member_type(m, u->members.v[i]->type);
	u->id = u->type->st->is_union ? btf__add_union(m->btf, u->type->st->name, u->type->size)
				      : btf__add_struct(m->btf, u->type->st->name, u->type->size);
	vec_each(u->members, i) {
		const struct field *f = u->members.v[i];

		btf__add_field(m->btf, f->name, types[i], f->offset * 8 + f->bit_offset, f->bit_size);
	}
}

static void put_record(struct cores *c, const struct core_place *p)
{
	struct used *u = used_of(c, p->core->type);
	const char *path = arena_printf(c->m->im->arena, "0:%u", member_of(u, p->core->field));
	uint32_t record[] = { p->at, (uint32_t)u->id, (uint32_t)btf__add_str(c->m->btf, path), p->core->kind };

	sb_add(&make_code_info(c->m, p->section)->cores, record, sizeof(record));
}

void make_core_member(struct cores *c, const struct type *t, const struct field *f)
{
	member_of(used_of(c, t), f);
}

void make_core_structures(struct cores *c)
{
	vec_each(c->all, i)
		make_type(c->m, &c->all.v[i]);
}

void cores_done(struct cores *c)
{
	vec_each(c->all, i)
		vec_done(&c->all.v[i].members);
	vec_done(&c->all);
}

void make_core_types(struct maker *m)
{
	struct cores c = { .m = m };

	vec_each(m->cores, i)
		make_core_member(&c, m->cores.v[i].core->type, m->cores.v[i].core->field);
	make_core_structures(&c);
	vec_each(m->cores, i)
		put_record(&c, &m->cores.v[i]);
	cores_done(&c);
}
