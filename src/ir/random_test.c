/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random functions, evaluated as they are made and again after each pass of the list: results,
 * maps, records and memory are the same. A failure names its seed; RANDOM_SEED and RANDOM_COUNT in
 * the environment choose others.
 */
#include "ir/eval_test.h"
#include "ir/ir_test.h"
#include "ir/pass.h"

#define VARS 4
#define POOL 400

struct gen {
	struct arena arena;
	struct target target;
	struct ir_module m;
	struct ir_builder b;
	uint64_t seed;
	unsigned budget, depth, actions;
	struct ir_val *pool[POOL]; /* numbers that may be used here */
	unsigned n;
	struct ir_val *var[VARS]; /* slots */
	struct ir_val *buf;       /* a slot of 32 bytes whose address is used */
	struct ir_map *map[3];
	const struct ir_layout *layout[EVAL_LAYOUTS];
};

static uint32_t rnd(struct gen *g, uint32_t n)
{
	g->seed = g->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(g->seed >> 33) % n;
}

static void keep(struct gen *g, struct ir_val *v)
{
	if (g->n < POOL)
		g->pool[g->n++] = v;
}

static int64_t any_const(struct gen *g)
{
	static const int64_t nice[] = {
		0,	  0,	 1,	    1,	       -1,	     2,
		3,	  5,	 8,	    63,	       64,	     255,
		256,	  65535, INT32_MAX, INT32_MIN, 0xffffffffll, INT64_MAX,
		INT64_MIN
	};

	return nice[rnd(g, ARRAY_SIZE(nice))];
}

static struct ir_val *any(struct gen *g)
{
	return g->n && rnd(g, 4) ? g->pool[rnd(g, g->n)] : ir_iconst(&g->b, any_const(g));
}

static struct ir_val *small(struct gen *g)
{
	return ir_bin(&g->b, IR_and, any(g), ir_iconst(&g->b, 3));
}

static unsigned any_width(struct gen *g)
{
	return 1u << rnd(g, 4);
}

static void gen_arith(struct gen *g)
{
	static const enum ir_op ops[] = { IR_add,  IR_sub, IR_mul, IR_udiv, IR_umod, IR_sdiv,
					  IR_smod, IR_and, IR_or,  IR_xor,  IR_shl,  IR_shr,
					  IR_sar,  IR_eq,  IR_ne,  IR_ult,  IR_ule,  IR_slt,
					  IR_sle,  IR_eq,  IR_ne,  IR_add,  IR_sub,  IR_and };
	struct ir_val *x = any(g), *y = any(g);

	keep(g, ir_bin(&g->b, ops[rnd(g, ARRAY_SIZE(ops))], x, y));
}

static void gen_unary(struct gen *g)
{
	struct ir_val *x = any(g), *y, *v;

	switch (rnd(g, 6)) {
	case 0:
		keep(g, ir_op(&g->b, IR_neg, 1, x));
		break;
	case 1:
		keep(g, ir_umin(&g->b, x, 1 + rnd(g, 100)));
		break;
	case 2:
		keep(g, ir_op(&g->b, IR_log2, 1, x));
		break;
	case 3:
		y = any(g);
		keep(g, ir_op(&g->b, IR_select, 3, x, y, any(g)));
		break;
	case 4:
		v = ir_op(&g->b, IR_bswap, 1, x);
		v->width = (uint8_t)(2u << rnd(g, 3));
		keep(g, v);
		break;
	default:
		keep(g, ir_ext(&g->b, x, any_width(g), rnd(g, 2)));
		break;
	}
}

static void gen_memory(struct gen *g)
{
	unsigned w = any_width(g), off = rnd(g, 24) / w * w;
	struct ir_val *p = rnd(g, 2) ? g->buf : ir_global_ptr(&g->b, IR_GLOBAL_FIRST);

	if (rnd(g, 3) == 0)
		p = ir_pcpu_ptr(&g->b, 0);
	if (rnd(g, 4) == 0) {
		p = ir_addi(&g->b, p, off & 8);
		off &= 7 & ~(w - 1);
	}
	if (rnd(g, 2))
		keep(g, ir_load(&g->b, p, off, w, rnd(g, 2)));
	else
		ir_store(&g->b, p, off, any(g), w);
}

static void gen_var(struct gen *g)
{
	struct ir_val *s = g->var[rnd(g, VARS)];

	if (rnd(g, 2))
		keep(g, ir_load(&g->b, s, 0, s->size, rnd(g, 2)));
	else
		ir_store(&g->b, s, 0, any(g), s->size);
}

static void gen_ctx(struct gen *g)
{
	unsigned w = any_width(g), off = rnd(g, EVAL_AREA / 8) * 8;
	struct ir_val *c = ir_ctx(&g->b);

	if (rnd(g, 3))
		keep(g, ir_load(&g->b, c, off, w, rnd(g, 2)));
	else
		keep(g, ir_kread(&g->b, rnd(g, 8) ? c : ir_iconst(&g->b, 1), off, w, rnd(g, 2)));
}

static struct ir_val *any_string(struct gen *g, uint32_t size)
{
	struct ir_val *p = ir_ctx(&g->b);

	switch (rnd(g, 4)) {
	case 0:
		return ir_fill(&g->b, IRH_get_current_comm, size, 0);
	case 1:
		return ir_rodata_ptr(
			&g->b, "eval\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", size);
	default:
		p = ir_addi(&g->b, p, rnd(g, 6) * 16);
		return ir_fill(&g->b, IRH_probe_read_kernel_str, size, 1, p);
	}
}

/* A key of 24 bytes: a number, a gap, a string. Few different ones, so that they meet. */
static struct ir_val *gen_key(struct gen *g, struct ir_map *m)
{
	struct ir_layout *l;
	struct ir_val *parts[2] = { small(g), NULL };

	if (m->key_size == 8) {
		l = ir_layout_new(&g->arena, 1);
		l->part[0] = (struct ir_part){ IP_SCALAR, 0, 8 };
	} else if (m->key_size == 16) {
		l = ir_layout_new(&g->arena, 1);
		l->part[0] = (struct ir_part){ IP_STR, 0, 16 };
		parts[0] = any_string(g, 16);
	} else {
		l = ir_layout_new(&g->arena, 2);
		l->part[0] = (struct ir_part){ IP_SCALAR, 0, 4 };
		l->part[1] = (struct ir_part){ IP_STR, 8, 16 };
		parts[1] = any_string(g, 16);
	}
	l->size = m->key_size;
	return ir_key(&g->b, l, parts);
}

static void gen_mapptr(struct gen *g, struct ir_map *m, struct ir_val *key)
{
	struct ir_block *hit = ir_block_new(&g->b), *on = ir_block_new(&g->b);
	struct ir_val *p = ir_mapptr(&g->b, m, key), *old;

	ir_br(&g->b, rnd(g, 2) ? p : ir_bin(&g->b, IR_ne, p, ir_iconst(&g->b, 0)), hit, on);
	ir_at(&g->b, hit);
	p = ir_nonnull(&g->b, p);
	old = ir_load(&g->b, p, 0, 8, false);
	ir_store(&g->b, p, 0, ir_bin(&g->b, IR_add, old, any(g)), 8);
	ir_jmp(&g->b, on);
	ir_at(&g->b, on);
}

static void gen_map(struct gen *g)
{
	struct ir_map *m = g->map[rnd(g, 3)];
	struct ir_val *key = gen_key(g, m);

	switch (rnd(g, 8)) {
	case 0:
	case 1:
	case 2:
		keep(g, ir_mapget(&g->b, m, key, any_width(g), rnd(g, 2)));
		break;
	case 3:
		ir_mapset(&g->b, m, key, any(g), 8);
		break;
	case 4:
		keep(g, ir_mapadd(&g->b, m, key, any(g)));
		break;
	case 5:
		keep(g, ir_mapdel(&g->b, m, key));
		break;
	case 6:
		keep(g, ir_mapins(&g->b, m, key, g->buf));
		break;
	default:
		gen_mapptr(g, m, key);
		break;
	}
}

static void gen_strings(struct gen *g)
{
	struct ir_val *x = any_string(g, 16), *y = any_string(g, 16), *v;

	if (rnd(g, 4) == 0) {
		v = ir_fill(&g->b, IRH_probe_read_kernel_str, 16, 1, ir_ctx(&g->b));
		keep(g, ir_filllen(&g->b, v));
		return;
	}
	v = ir_op(&g->b, IR_streq, 2, x, y);
	v->imm = 1 + rnd(g, 20);
	keep(g, v);
}

static void gen_emit(struct gen *g)
{
	struct ir_layout *l = ir_layout_new(&g->arena, 3);
	bool vstr = rnd(g, 2);
	struct ir_val *parts[3] = { any(g), NULL, NULL };

	if (g->actions == EVAL_LAYOUTS)
		return;
	parts[1] = any_string(g, 16);
	parts[2] = any_string(g, 16);
	l->part[0] = (struct ir_part){ IP_SCALAR, 4, 4 };
	l->part[1] = (struct ir_part){ vstr ? IP_VSTR : IP_STR, 8, 16 };
	l->part[2] = (struct ir_part){ vstr ? IP_VSTR : IP_STR, vstr ? 12 : 24, 16 };
	l->size = vstr ? 16 : 40;
	g->layout[g->actions] = l;
	ir_emit(&g->b, g->actions++, l, parts);
}

static void gen_block(struct gen *g, unsigned n);

static void gen_if(struct gen *g)
{
	struct ir_block *yes = ir_block_new(&g->b), *no = ir_block_new(&g->b),
			*on = ir_block_new(&g->b);
	struct ir_val *a, *c, *phi;
	unsigned n = g->n;

	ir_br(&g->b, any(g), yes, no);
	ir_at(&g->b, yes);
	gen_block(g, 4);
	a = any(g);
	ir_jmp(&g->b, on);
	g->n = n;
	ir_at(&g->b, no);
	if (rnd(g, 2))
		gen_block(g, 4);
	c = any(g);
	ir_jmp(&g->b, on);
	g->n = n;
	ir_at(&g->b, on);
	phi = ir_phi(&g->b, on);
	ir_phi_add(&g->b, phi, a);
	ir_phi_add(&g->b, phi, c);
	keep(g, phi);
}

static void gen_loop(struct gen *g)
{
	struct ir_block *head = ir_block_new(&g->b), *body = ir_block_new(&g->b),
			*on = ir_block_new(&g->b);
	struct ir_val *zero = ir_iconst(&g->b, 0), *acc = any(g), *i, *a;
	unsigned n;

	ir_jmp(&g->b, head);
	ir_at(&g->b, head);
	i = ir_phi(&g->b, head);
	a = ir_phi(&g->b, head);
	ir_phi_add(&g->b, i, zero);
	ir_phi_add(&g->b, a, acc);
	keep(g, i);
	keep(g, a);
	n = g->n;
	ir_br(&g->b, ir_bin(&g->b, IR_ult, i, ir_iconst(&g->b, 1 + rnd(g, 3))), body, on);
	ir_at(&g->b, body);
	gen_block(g, 4);
	acc = any(g);
	ir_phi_add(&g->b, i, ir_addi(&g->b, i, 1));
	ir_phi_add(&g->b, a, acc);
	ir_jmp(&g->b, head);
	g->n = n;
	ir_at(&g->b, on);
}

static void gen_statement(struct gen *g)
{
	unsigned k = rnd(g, 30);

	if (k < 8)
		gen_arith(g);
	else if (k < 11)
		gen_unary(g);
	else if (k < 14)
		gen_memory(g);
	else if (k < 17)
		gen_var(g);
	else if (k < 19)
		gen_ctx(g);
	else if (k < 23)
		gen_map(g);
	else if (k < 24)
		gen_strings(g);
	else if (k < 25)
		gen_emit(g);
	else if (k < 26)
		ir_call(&g->b, IRH_send_signal, 1, any(g));
	else if (k < 29 && g->depth < 4)
		gen_if(g);
	else if (g->depth < 3)
		gen_loop(g);
}

static void gen_block(struct gen *g, unsigned n)
{
	g->depth++;
	for (unsigned i = 0; i < n && g->budget; i++) {
		g->budget--;
		gen_statement(g);
	}
	g->depth--;
}

static bool has(struct target *t, enum target_feature f)
{
	return t->ncpus & 1;
}

static void gen_fn(struct gen *g, uint64_t seed)
{
	memset(g, 0, sizeof(*g));
	g->seed = seed * 7919 + 1;
	g->target = (struct target){ has, rnd(g, 2) };
	ir_module_init(&g->m, &g->arena, &g->target);
	g->m.pcpu_size = 64;
	ir_pcpu_map(&g->m);
	for (unsigned i = 0; i < 3; i++)
		g->map[i] = ir_map_new(&g->m,
				       i == 0	? "a"
				       : i == 1 ? "b"
						: "c",
				       IM_USER, 1, 8 + 8 * i, 8, 64, 0);
	g->b = (struct ir_builder){ &g->m, ir_fn_new(&g->m, "f"), NULL, { 0, 0 } };
	ir_at(&g->b, ir_block_new(&g->b));
	for (unsigned i = 0; i < VARS; i++) {
		g->var[i] = ir_slot(&g->b, 1u << i, 1u << i);
		ir_zero(&g->b, g->var[i], 0, 1u << i);
	}
	g->buf = ir_slot(&g->b, 32, 8);
	ir_zero(&g->b, g->buf, 0, 32);
	g->budget = 10 + rnd(g, 80);
	gen_block(g, 100);
	ir_ret(&g->b, any(g));
}

static void evaluate(struct gen *g, struct strbuf *ret)
{
	struct eval *e = xcalloc(1, sizeof(*e));

	eval_start(e, g->b.fn, g->seed);
	memcpy(e->layout, g->layout, sizeof(e->layout));
	eval_run(e);
	if (e->error)
		sb_addf(&e->log, "error %s\n", e->error);
	eval_finish(e);
	sb_reset(ret);
	sb_adds(ret, sb_str(&e->log));
	eval_done(e);
	free(e);
}

struct watch {
	struct gen *g;
	struct strbuf want, got;
	const char *bad;
};

/* Evaluating uses value->data, which no pass keeps from one to the next. */
static void after_pass(void *arg, const char *pass, const struct ir_fn *fn)
{
	struct watch *w = arg;

	if (w->bad)
		return;
	evaluate(w->g, &w->got);
	if (strcmp(sb_str(&w->want), sb_str(&w->got)))
		w->bad = pass;
}

static bool try_seed(uint64_t seed)
{
	struct gen *g = xcalloc(1, sizeof(*g));
	struct watch w = { .g = g };
	const char *error = NULL;
	bool ok;

	gen_fn(g, seed);
	evaluate(g, &w.want);
	ir_run_passes(g->b.fn, true, after_pass, &w, &error);
	ok = !w.bad && !error;
	if (!ok)
		UNIT_FAIL("seed %llu: %s: %s", (unsigned long long)seed, w.bad ? w.bad : "passes",
			  error ? error : "another result");
	sb_done(&w.want);
	sb_done(&w.got);
	ir_module_done(&g->m);
	arena_done(&g->arena);
	free(g);
	return ok;
}

TEST(random_functions)
{
	const char *seed = getenv("RANDOM_SEED"), *count = getenv("RANDOM_COUNT");
	uint64_t s = seed ? strtoull(seed, NULL, 10) : 1,
		 n = count ? strtoull(count, NULL, 10) : 100;
	unsigned failed = 0;

	for (uint64_t i = 0; i < n && failed < 10; i++)
		failed += !try_seed(s + i);
}
