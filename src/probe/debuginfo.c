/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/debuginfo.h"

#include <string.h>

#include <dwarf.h>

#include "fn/lower.h"
#include "probe/abi.h"
#include "probe/regs.h"

#define PARAMS_MAX 64

struct program *program_get(struct probe_env *env, const char *path)
{
	struct program *p = env->programs;

	while (p && strcmp(p->path, path))
		p = p->next;
	if (!p) {
		p = arena_new(env->arena, struct program);
		p->path = arena_strdup(env->arena, path);
		p->next = env->programs;
		env->programs = p;
		if (!elf_file_open(path, &p->elf, NULL))
			p->dw = elf_file_dwarf(p->elf);
		if (p->dw)
			dwarf_types_init(&p->types, env->types, p->dw);
	}
	return p->dw ? p : NULL;
}

void programs_free(struct probe_env *env)
{
	for (struct program *p = env->programs; p; p = p->next)
		elf_file_free(p->elf);
	env->programs = NULL;
}

static void add_param(struct program *p, struct struct_def *def, struct abi *abi, Dwarf_Die *die)
{
	struct arena *a = p->types.ts->arena;
	const char *name = dwarf_diename(die);
	struct strbuf decl = { 0 };
	struct field f = { 0 };
	Dwarf_Die type, bare;
	bool typed = dwarf_type_of(die, false, &type), known = dwarf_type_of(die, true, &bare);

	f.name = name ? name : arena_printf(a, "arg%zu", def->fields.n);
	f.type = typed ? dwarf_type(&p->types, &type) : type_none();
	f.offset = place_pack(abi_next(abi, known ? &bare : NULL));
	dwarf_type_print(&decl, typed ? &type : NULL);
	sb_addf(&decl, " %s", f.name);
	f.decl = arena_strdup(a, sb_str(&decl));
	sb_done(&decl);
	avec_push(a, &def->fields, f);
}

static bool has_params(Dwarf_Die *func)
{
	Dwarf_Die child;

	if (dwarf_child(func, &child))
		return false;
	do {
		if (dwarf_tag(&child) == DW_TAG_formal_parameter)
			return true;
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

/* A copy of a function that lists no parameters has those of what it was made from. */
static void origin_of(Dwarf_Die *func)
{
	Dwarf_Attribute attr;
	Dwarf_Die origin;

	if (!has_params(func) && dwarf_attr(func, DW_AT_abstract_origin, &attr) && dwarf_formref_die(&attr, &origin))
		*func = origin;
}

static const struct type *function_type(struct program *p, Dwarf_Die func)
{
	struct arena *a = p->types.ts->arena;
	struct struct_def *def = arena_new(a, struct struct_def);
	struct type *t = arena_new(a, struct type);
	const char *name = dwarf_diename(&func);
	struct abi abi;
	Dwarf_Die child;

	abi_start(&abi, &func);
	def->name = name ? name : "";
	*t = (struct type){ .kind = TY_FUNC, .align = 1, .st = def, .to = type_none() };
	origin_of(&func);
	if (dwarf_child(&func, &child))
		return t;
	do {
		if (dwarf_tag(&child) == DW_TAG_formal_parameter && def->fields.n < PARAMS_MAX)
			add_param(p, def, &abi, &child);
	} while (!dwarf_siblingof(&child, &child));
	return t;
}

bool debuginfo_describe(struct probe_env *env, const struct attach_point *ap, struct probe_target *t)
{
	struct program *p = program_get(env, t->path);
	uint64_t addr;
	Dwarf_Addr low;
	Dwarf_Die func;

	if (p && elf_file_offset_to_addr(p->elf, t->offset, &addr) && dwarf_func_at(p->dw, addr, &func) &&
	    !dwarf_entrypc(&func, &low) && low == addr)
		t->args = function_type(p, func);
	return true;
}

bool debuginfo_space(const struct field *f, enum addr_space *ret)
{
	enum place_kind kind = place_unpack(f->offset).kind;

	*ret = kind == PLACE_STACK || kind == PLACE_REF ? AS_USER : AS_NONE;
	return kind != PLACE_NONE && f->type->kind != TY_NONE;
}

/* A structure or array in registers, as bytes. */
static struct ir_val *pack_registers(struct lower *lw, const struct place *at, uint32_t size)
{
	struct ir_val *parts[2] = { lower_reg(lw, at->reg[0]) };
	unsigned n = at->kind == PLACE_PAIR ? 2 : 1;

	if (n == 2)
		parts[1] = lower_reg(lw, at->reg[1]);
	return lower_pack(lw, 8 * n, n, (uint32_t[]){ 0, 8 }, (uint32_t[]){ 8, 8 }, parts);
}

static struct ir_val *memory_field(struct lower *lw, const struct place *at, const struct type *t)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *base = lower_reg(lw, at->kind == PLACE_REF ? at->reg[0] : regs_native->sp);
	int64_t off = at->kind == PLACE_REF ? 0 : at->offset;

	if (type_is_scalar(t))
		return ir_uread(b, base, off, t->size, type_is_int(t) && t->is_signed);
	return ir_addi(b, base, off);
}

struct ir_val *debuginfo_field(struct lower *lw, const struct field *f, enum addr_space *ret_space)
{
	struct place at = place_unpack(f->offset);
	const struct type *t = f->type;
	struct ir_val *v;

	debuginfo_space(f, ret_space);
	if (at.kind == PLACE_STACK || at.kind == PLACE_REF) {
		if (type_is_scalar(t))
			*ret_space = AS_NONE;
		return memory_field(lw, &at, t);
	}
	if (!type_is_scalar(t))
		return pack_registers(lw, &at, t->size);
	v = lower_reg(lw, at.reg[0]);
	return t->size < 8 ? ir_ext(lower_b(lw), v, t->size, type_is_int(t) && t->is_signed) : v;
}

const struct type *debuginfo_type(struct probe_env *env, const struct probe *p, const char *name)
{
	const struct probe_target *t = p->targets.v[0];
	struct program *prog = t->path ? program_get(env, t->path) : NULL;
	uint64_t addr = 0;

	if (!prog)
		return NULL;
	elf_file_offset_to_addr(prog->elf, t->offset, &addr);
	return dwarf_named_type(&prog->types, addr, name);
}
