/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the text form that print.c writes. Lines starting with ';' are comments. */
#include <ctype.h>
#include <stdio.h>

#include "ir/pass.h"
#include "ir/text.h"

struct use {
	struct ir_val *user;
	uint32_t arg, id;
};

struct parse {
	struct ir_module *m;
	struct ir_fn *fn;
	struct ir_block *block;
	const char *p; /* in the line */
	unsigned line;
	struct strbuf *err;
	bool failed;
	VEC(struct ir_val *) vals;       /* by id */
	VEC(struct ir_block *) blocks;   /* by id */
	VEC(struct use) uses;            /* arguments, resolved at the end of the function */
	VEC(struct ir_block *) listed;   /* blocks whose preds the text gave */
};

#define MAX_ID 1000000u

static bool fail(struct parse *p, const char *what)
{
	if (!p->failed)
		sb_addf(p->err, "line %u: %s", p->line, what);
	p->failed = true;
	return false;
}

static void skip_blanks(struct parse *p)
{
	while (*p->p == ' ' || *p->p == '\t')
		p->p++;
}

static bool accept(struct parse *p, const char *word)
{
	size_t n = strlen(word);

	skip_blanks(p);
	if (strncmp(p->p, word, n))
		return false;
	p->p += n;
	return true;
}

static bool at_end(struct parse *p)
{
	skip_blanks(p);
	return *p->p == '\n' || !*p->p;
}

static bool parse_int(struct parse *p, int64_t *ret)
{
	char *end;

	*ret = strtoll(p->p, &end, 10);
	if (end == p->p)
		return fail(p, "a number is missing");
	p->p = end;
	return true;
}

static bool parse_u32(struct parse *p, uint32_t *ret)
{
	int64_t v;

	if (!parse_int(p, &v))
		return false;
	if (v < 0 || v > UINT32_MAX)
		return fail(p, "a number is out of range");
	*ret = (uint32_t)v;
	return true;
}

/* Up to a blank, the line's end or one of the stop characters. */
static char *parse_word(struct parse *p, const char *stop)
{
	const char *start;

	skip_blanks(p);
	start = p->p;
	while (*p->p && !isspace((unsigned char)*p->p) && !strchr(stop, *p->p))
		p->p++;
	return arena_strndup(p->m->arena, start, (size_t)(p->p - start));
}

static bool parse_name(struct parse *p, const char *const *names, unsigned *ret)
{
	char *w = parse_word(p, ":=");

	for (unsigned i = 0; names[i]; i++)
		if (!strcmp(names[i], w)) {
			*ret = i;
			return true;
		}
	return fail(p, "unknown word");
}

static bool parse_id(struct parse *p, uint32_t *ret)
{
	return parse_u32(p, ret) && (*ret < MAX_ID || fail(p, "a number is out of range"));
}

static struct ir_block *get_block(struct parse *p, uint32_t id)
{
	while (p->blocks.n <= id)
		avec_push(p->m->arena, &p->blocks, NULL);
	if (!p->blocks.v[id]) {
		p->blocks.v[id] = arena_new(p->m->arena, struct ir_block);
		p->blocks.v[id]->id = id;
	}
	if (p->fn->next_block <= id)
		p->fn->next_block = id + 1;
	return p->blocks.v[id];
}

static bool parse_block_ref(struct parse *p, struct ir_block **ret)
{
	uint32_t id;

	if (!accept(p, "b"))
		return fail(p, "a block is missing");
	if (!parse_id(p, &id))
		return false;
	*ret = get_block(p, id);
	return true;
}

static bool parse_block(struct parse *p)
{
	struct ir_block *pred;

	if (!parse_block_ref(p, &p->block))
		return false;
	vec_each(p->fn->blocks, i)
		if (p->fn->blocks.v[i] == p->block)
			return fail(p, "block given twice");
	avec_push(p->m->arena, &p->fn->blocks, p->block);
	if (!accept(p, ":"))
		return fail(p, "':' is missing");
	if (accept(p, "from")) {
		avec_push(p->m->arena, &p->listed, p->block);
		while (skip_blanks(p), *p->p == 'b') {
			if (!parse_block_ref(p, &pred))
				return false;
			ir_add_pred(p->fn, p->block, pred);
		}
	}
	p->block->cold = accept(p, "cold");
	return at_end(p) || fail(p, "text after the block");
}

static struct ir_map *find_map(struct parse *p, const char *name)
{
	vec_each(p->m->maps, i)
		if (!strcmp(p->m->maps.v[i]->name, name))
			return p->m->maps.v[i];
	fail(p, "unknown map");
	return NULL;
}

static struct ir_fn *find_fn(struct parse *p, const char *name)
{
	vec_each(p->m->fns, i)
		if (!strcmp(p->m->fns.v[i]->name, name))
			return p->m->fns.v[i];
	fail(p, "unknown function");
	return NULL;
}

static bool parse_layout(struct parse *p, struct ir_val *v)
{
	struct ir_layout *l = ir_layout_new(p->m->arena, v->nargs);
	unsigned kind;

	if (!parse_u32(p, &l->size))
		return false;
	for (uint32_t i = 0; i < l->nparts; i++) {
		if (!parse_name(p, ir_part_names, &kind))
			return false;
		l->part[i].kind = kind;
		if (!accept(p, ":") || !parse_u32(p, &l->part[i].off) || !accept(p, ":") ||
		    !parse_u32(p, &l->part[i].size))
			return fail(p, "bad part of a layout");
	}
	v->layout = l;
	if (v->op == IR_key)
		v->size = l->size;
	return accept(p, "}") || fail(p, "'}' is missing");
}

static bool parse_helper(struct parse *p, struct ir_val *v)
{
	char *w = parse_word(p, "");
	const struct ir_helper_info *h = ir_helper_find(w);
	unsigned number = h ? h->number : (unsigned)strtoul(w, NULL, 10);

	if (!number)
		return fail(p, "unknown helper");
	if (v->op == IR_call)
		v->imm = number;
	else
		v->helper = (uint16_t)number;
	return true;
}

static bool parse_ref(struct parse *p, struct ir_val *v)
{
	char *w = parse_word(p, "");

	if (v->op == IR_kcall)
		v->kfunc = w;
	else
		v->fn = find_fn(p, w);
	return !p->failed;
}

static bool parse_arg(struct parse *p, struct ir_val *v)
{
	struct use u = { v, v->nargs, 0 };
	struct ir_val **args = arena_array(p->m->arena, struct ir_val *, v->nargs + 1);

	if (!parse_id(p, &u.id))
		return false;
	v->arg = args;
	v->nargs++;
	avec_push(p->m->arena, &p->uses, u);
	return true;
}

static bool parse_attribute(struct parse *p, struct ir_val *v)
{
	struct ir_block *succ;

	if (accept(p, "%"))
		return parse_arg(p, v);
	if (accept(p, "#"))
		return parse_int(p, &v->imm);
	if (accept(p, "["))
		return parse_u32(p, &v->size) && (accept(p, "]") || fail(p, "']' is missing"));
	if (accept(p, "@")) {
		v->map = find_map(p, parse_word(p, ""));
		return v->map;
	}
	if (accept(p, "!"))
		return parse_helper(p, v);
	if (accept(p, "&"))
		return parse_ref(p, v);
	if (accept(p, "{"))
		return parse_layout(p, v);
	if (accept(p, "^"))
		return parse_u32(p, &v->struct_id);
	if (ir_ops[v->op].effect == IRE_CTL && *p->p == 'b') {
		if (!parse_block_ref(p, &succ))
			return false;
		p->block->succ[p->block->succ[0] ? 1 : 0] = succ;
		return true;
	}
	return fail(p, "cannot read this");
}

static bool parse_op(struct parse *p, enum ir_op *ret)
{
	char *w = parse_word(p, ".");

	for (unsigned i = 0; i < IR_OP_COUNT; i++)
		if (!strcmp(ir_ops[i].name, w)) {
			*ret = i;
			return true;
		}
	return fail(p, "unknown operation");
}

static bool parse_width(struct parse *p, struct ir_val *v)
{
	uint32_t w;

	if (*p->p != '.')
		return true;
	p->p++;
	v->is_signed = *p->p == 's';
	if (*p->p != 's' && *p->p != 'u')
		return fail(p, "bad width");
	p->p++;
	if (!parse_u32(p, &w))
		return false;
	v->width = (uint8_t)w;
	return true;
}

static bool define(struct parse *p, struct ir_val *v, uint32_t id)
{
	while (p->vals.n <= id)
		avec_push(p->m->arena, &p->vals, NULL);
	if (p->vals.v[id])
		return fail(p, "value defined twice");
	p->vals.v[id] = v;
	v->id = id;
	return true;
}

/* Kinds are set when all arguments are known; -1 in data says that the text gave none. */
static bool parse_val(struct parse *p)
{
	uint32_t id = 0;
	unsigned kind = 0;
	bool has_kind = false;
	struct ir_val *v;
	enum ir_op op;

	if (accept(p, "%")) {
		if (!parse_id(p, &id))
			return false;
		has_kind = accept(p, ":");
		if (has_kind && !parse_name(p, ir_ptr_names, &kind))
			return false;
		if (!accept(p, "="))
			return fail(p, "'=' is missing");
	}
	if (!parse_op(p, &op))
		return false;
	v = ir_val_new(p->fn, op, 0);
	v->id = 0;
	v->ptr = kind;
	v->data = has_kind ? v : NULL;
	ir_append(p->block, v);
	if ((id && !define(p, v, id)) || !parse_width(p, v))
		return false;
	while (!at_end(p))
		if (!parse_attribute(p, v))
			return false;
	return true;
}

/* Arguments come before other attributes: layouts need their number. */
static bool resolve_args(struct parse *p)
{
	vec_each(p->uses, i) {
		struct use *u = &p->uses.v[i];

		if (u->id >= p->vals.n || !p->vals.v[u->id])
			return fail(p, "value used but not defined");
		u->user->arg[u->arg] = p->vals.v[u->id];
	}
	return true;
}

static void resolve_kinds(struct parse *p)
{
	each_block(p->fn, b)
		each_val(b, v) {
			if (!v->data)
				ir_set_kind(v);
			v->data = NULL;
		}
}

static void number_rest(struct parse *p)
{
	p->fn->next_val = (uint32_t)(p->vals.n ? p->vals.n : 1);
	each_block(p->fn, b)
		each_val(b, v)
			if (!v->id)
				v->id = p->fn->next_val++;
}

static bool is_listed(struct parse *p, struct ir_block *b)
{
	vec_each(p->listed, i)
		if (p->listed.v[i] == b)
			return true;
	return false;
}

/* Predecessors in the order of the text's jumps, where no list was given. */
static void resolve_preds(struct parse *p)
{
	each_block(p->fn, b)
		for (int i = 0; i < 2; i++)
			if (b->succ[i] && !is_listed(p, b->succ[i]))
				ir_add_pred(p->fn, b->succ[i], b);
}

static bool all_blocks_given(struct parse *p)
{
	size_t n = 0;

	vec_each(p->blocks, i)
		n += p->blocks.v[i] != NULL;
	return n == p->fn->blocks.n || fail(p, "jump to a block that is not there");
}

static bool parse_fn_end(struct parse *p)
{
	if (!all_blocks_given(p) || !resolve_args(p))
		return false;
	resolve_kinds(p);
	number_rest(p);
	resolve_preds(p);
	p->fn = NULL;
	p->block = NULL;
	p->vals.n = p->blocks.n = p->uses.n = p->listed.n = 0;
	return true;
}

static bool parse_fn_start(struct parse *p, bool is_callback)
{
	p->fn = find_fn(p, parse_word(p, "{"));
	if (!p->fn)
		return false;
	if (p->fn->blocks.n)
		return fail(p, "function given twice");
	p->fn->is_callback = is_callback;
	skip_blanks(p);
	if (is_callback && !parse_u32(p, &p->fn->nparams))
		return false;
	p->fn->preemptible = accept(p, "preemptible");
	p->fn->lowered = accept(p, "lowered");
	return accept(p, "{") || fail(p, "'{' is missing");
}

static bool parse_map(struct parse *p)
{
	static const char *const fields[] = {
		"type", "key", "value", "max", "flags", "loss", "keys", NULL
	};
	uint32_t f[7] = { [5] = LOSS_NONE, [6] = UINT32_MAX };
	unsigned role = IM_USER, which;
	struct ir_map *map;
	char *name;

	if (!accept(p, "@"))
		return fail(p, "'@' is missing");
	name = parse_word(p, "");
	while (!at_end(p)) {
		if (accept(p, "role=")) {
			if (!parse_name(p, ir_role_names, &role))
				return false;
		} else if (!parse_name(p, fields, &which) || !accept(p, "=") ||
			   !parse_u32(p, &f[which])) {
			return fail(p, "bad map");
		}
	}
	map = ir_map_new(p->m, name, role, f[0], f[1], f[2], f[3], f[4]);
	map->loss = f[5];
	map->keys = f[6] < map->index ? p->m->maps.v[f[6]] : NULL;
	if (role == IM_GLOBALS)
		p->m->globals = map;
	else if (role == IM_RODATA)
		p->m->rodata_map = map;
	else if (role == IM_PCPU)
		p->m->pcpu = map;
	else if (role == IM_BULK)
		p->m->bulk = map;
	else if (role == IM_RING)
		p->m->ring = map;
	return true;
}

static bool parse_rodata(struct parse *p)
{
	unsigned byte;

	skip_blanks(p);
	while (sscanf(p->p, "%2x", &byte) == 1 && isxdigit((unsigned char)*p->p)) {
		sb_addc(&p->m->rodata, (char)byte);
		p->p += 2;
	}
	return at_end(p) || fail(p, "bad hexadecimal digits");
}

static bool parse_top(struct parse *p)
{
	if (accept(p, "map "))
		return parse_map(p);
	if (accept(p, "globals "))
		return parse_u32(p, &p->m->globals_size);
	if (accept(p, "pcpu "))
		return parse_u32(p, &p->m->pcpu_size);
	if (accept(p, "seed "))
		return parse_u32(p, &p->m->seed_off);
	if (accept(p, "losses "))
		return parse_u32(p, &p->m->nloss);
	if (accept(p, "rodata "))
		return parse_rodata(p);
	if (accept(p, "fn "))
		return parse_fn_start(p, false);
	if (accept(p, "callback "))
		return parse_fn_start(p, true);
	return fail(p, "unknown line");
}

static bool parse_line(struct parse *p)
{
	if (at_end(p) || *p->p == ';')
		return true;
	if (!p->fn)
		return parse_top(p);
	if (*p->p == '}')
		return parse_fn_end(p);
	if (*p->p == 'b' && isdigit((unsigned char)p->p[1]))
		return parse_block(p);
	if (!p->block)
		return fail(p, "a value outside of a block");
	return parse_val(p);
}

/* Functions exist before any is read: a program may name a callback that follows. */
static void declare_fn(struct parse *p)
{
	if (accept(p, "fn ") || accept(p, "callback "))
		ir_fn_new(p->m, parse_word(p, "{"));
}

bool ir_parse(struct ir_module *m, const char *text, struct strbuf *ret_error)
{
	struct parse p = { .m = m, .p = text, .line = 1, .err = ret_error };

	for (const char *l = text; l; l = strchr(l, '\n'), l = l ? l + 1 : NULL) {
		p.p = l;
		declare_fn(&p);
	}
	for (; *text; p.line++) {
		const char *end = strchr(text, '\n');

		p.p = text;
		if (!parse_line(&p))
			return false;
		if (!end)
			break;
		text = end + 1;
	}
	return !p.fn || fail(&p, "the function has no end");
}
