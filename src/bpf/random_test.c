/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random programs three ways: evaluated as IR here, run by the interpreter, and, with the rights for it,
 * checked and run by the kernel. All must agree. A failure names its seed.
 */
#include "bpf/kit_test.h"

#define CTX_SIZE 96
#define AREA 64 /* bytes of the slot and of the global */
#define FRAME 512
#define ARRAY_ENTRIES 4

struct gen {
	struct kit *k;
	struct ir_builder b;
	uint64_t seed;
	VEC(struct ir_val *) pool;
	struct ir_val *slot, *global;
	struct ir_map *array;
	unsigned budget, loops;
	bool placed; /* the slot has its place in the frame already */
};

static uint32_t rnd(struct gen *g, uint32_t n)
{
	g->seed = g->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((g->seed >> 33) % n);
}

static struct ir_val *any(struct gen *g)
{
	return g->pool.v[rnd(g, (uint32_t)g->pool.n)];
}

static void keep(struct gen *g, struct ir_val *v)
{
	avec_push(&g->k->arena, &g->pool, v);
}

static int64_t any_const(struct gen *g)
{
	static const int64_t nice[] = { 0, 1, -1, 2, 7, 8, 255, 256, 65535, INT32_MAX, INT32_MIN, 0x80000000ll,
					0xffffffffll, 0x100000000ll, INT64_MAX, INT64_MIN, 0x123456789abcdefll };

	if (rnd(g, 3))
		return nice[rnd(g, ARRAY_SIZE(nice))];
	return (int64_t)((uint64_t)rnd(g, UINT32_MAX) << rnd(g, 33));
}

static struct ir_val *operand(struct gen *g)
{
	return rnd(g, 4) ? any(g) : ir_iconst(&g->b, any_const(g));
}

static unsigned any_width(struct gen *g)
{
	return 1u << rnd(g, 4);
}

static int64_t any_place(struct gen *g, unsigned width, unsigned size)
{
	return rnd(g, size / width) * width;
}

static void gen_arith(struct gen *g)
{
	static const enum ir_op ops[] = { IR_add, IR_sub, IR_mul, IR_udiv, IR_umod, IR_and, IR_or, IR_xor, IR_shl,
					  IR_shr, IR_sar, IR_eq, IR_ne, IR_ult, IR_ule, IR_slt, IR_sle };
	enum ir_op op = ops[rnd(g, ARRAY_SIZE(ops))];
	struct ir_val *x = operand(g), *y = operand(g);

	if (op == IR_shl || op == IR_shr || op == IR_sar)
		y = rnd(g, 2) ? ir_iconst(&g->b, rnd(g, 64)) :
				ir_bin(&g->b, IR_and, y, ir_iconst(&g->b, 63));
	keep(g, ir_bin(&g->b, op, x, y));
}

static void gen_unary(struct gen *g)
{
	struct ir_val *v;

	switch (rnd(g, 4)) {
	case 0:
		v = ir_op(&g->b, IR_neg, 1, any(g));
		break;
	case 1:
		v = ir_op(&g->b, IR_bswap, 1, any(g));
		v->width = (uint8_t)(2u << rnd(g, 3));
		break;
	case 2:
		v = ir_umin(&g->b, any(g), rnd(g, 1000));
		break;
	default:
		v = ir_ext(&g->b, any(g), 1u << rnd(g, 3), rnd(g, 2));
	}
	keep(g, v);
}

static struct ir_val *area(struct gen *g)
{
	return rnd(g, 2) ? g->slot : g->global;
}

static void gen_memory(struct gen *g)
{
	unsigned w = any_width(g);
	struct ir_val *p = area(g);
	int64_t off = any_place(g, w, AREA);

	switch (rnd(g, 6)) {
	case 0:
		ir_store(&g->b, p, off, operand(g), w);
		break;
	case 1:
		ir_store(&g->b, ir_addi(&g->b, p, off), 0, operand(g), w);
		break;
	case 2:
		w = 4u << rnd(g, 2);
		ir_atomadd(&g->b, g->global, any_place(g, w, AREA), any(g), w);
		break;
	case 3:
		/* The bound that was taken is what indexes. */
		p = ir_bin(&g->b, IR_add, g->global, ir_umin(&g->b, any(g), AREA - 1));
		keep(g, ir_load(&g->b, p, 0, 1, rnd(g, 2)));
		break;
	default:
		keep(g, ir_load(&g->b, p, off, w, rnd(g, 2)));
	}
}

static void gen_ctx(struct gen *g)
{
	unsigned w = any_width(g);

	keep(g, ir_load(&g->b, ir_ctx(&g->b), any_place(g, w, CTX_SIZE), w, rnd(g, 2)));
}

/* Clobbers r0..r5; the result is made the same everywhere. */
static void gen_call(struct gen *g)
{
	struct ir_val *r = ir_call(&g->b, IRH_get_smp_processor_id, 0);

	if (rnd(g, 2))
		keep(g, ir_bin(&g->b, IR_and, r, ir_iconst(&g->b, 0)));
}

static void gen_body(struct gen *g, unsigned depth);

/* Phis in to, whose predecessors bring x and y. */
static void join(struct gen *g, struct ir_block *to, struct ir_val *const *x, struct ir_val *const *y, unsigned n)
{
	ir_at(&g->b, to);
	for (unsigned i = 0; i < n; i++) {
		struct ir_val *phi = ir_phi(&g->b, to);

		ir_phi_add(&g->b, phi, x[i]);
		ir_phi_add(&g->b, phi, y[i]);
		keep(g, phi);
	}
}

static void any_three(struct gen *g, struct ir_val **ret)
{
	for (unsigned i = 0; i < 3; i++)
		ret[i] = any(g);
}

/* A way through block; leaves three values and what it jumps to open. */
static void gen_way(struct gen *g, struct ir_block *block, unsigned depth, struct ir_block *to, struct ir_val **ret)
{
	size_t n = g->pool.n;

	ir_at(&g->b, block);
	gen_body(g, depth + 1);
	any_three(g, ret);
	ir_jmp(&g->b, to);
	g->pool.n = n;
}

static void gen_if(struct gen *g, unsigned depth)
{
	struct ir_block *yes = ir_block_new(&g->b), *no = rnd(g, 3) ? ir_block_new(&g->b) : NULL;
	struct ir_block *to = ir_block_new(&g->b);
	struct ir_val *x[3], *y[3];

	any_three(g, x);
	ir_br(&g->b, any(g), yes, no ? no : to);
	yes->cold = !rnd(g, 4);
	if (no)
		gen_way(g, no, depth, to, x);
	gen_way(g, yes, depth, to, y);
	join(g, to, x, y, 3);
}

/* A counted loop whose values change places each time round. */
static void gen_loop(struct gen *g, unsigned depth)
{
	struct ir_block *head = ir_block_new(&g->b), *body = ir_block_new(&g->b), *end = ir_block_new(&g->b);
	struct ir_val *first[4], *phi[4], *zero = ir_iconst(&g->b, 0);
	size_t n;

	any_three(g, first);
	first[3] = zero;
	ir_jmp(&g->b, head);
	ir_at(&g->b, head);
	for (unsigned i = 0; i < 4; i++) {
		phi[i] = ir_phi(&g->b, head);
		ir_phi_add(&g->b, phi[i], first[i]);
		keep(g, phi[i]);
	}
	ir_br(&g->b, ir_bin(&g->b, IR_ult, phi[3], ir_iconst(&g->b, 1 + rnd(g, 3))), body, end);
	n = g->pool.n;
	ir_at(&g->b, body);
	gen_body(g, depth + 1);
	ir_phi_add(&g->b, phi[0], phi[1]);
	ir_phi_add(&g->b, phi[1], phi[0]);
	ir_phi_add(&g->b, phi[2], any(g));
	ir_phi_add(&g->b, phi[3], ir_addi(&g->b, phi[3], 1));
	ir_jmp(&g->b, head);
	g->pool.n = n;
	ir_at(&g->b, end);
}

/* Looks an array element up, checks it, reads or adds to it. */
static void gen_map(struct gen *g)
{
	struct ir_block *found = ir_block_new(&g->b), *to = ir_block_new(&g->b);
	struct ir_val *x[1] = { any(g) }, *y[1], *p, *v;

	ir_store(&g->b, g->slot, 0, rnd(g, 2) ? any(g) : ir_iconst(&g->b, rnd(g, ARRAY_ENTRIES)), 4);
	p = ir_call(&g->b, IRH_map_lookup_elem, 2, ir_mapaddr(&g->b, g->array), g->slot);
	if (rnd(g, 2))
		gen_call(g);
	ir_br(&g->b, rnd(g, 2) ? p : ir_bin(&g->b, IR_ne, p, ir_iconst(&g->b, 0)), found, to);
	ir_at(&g->b, found);
	p = ir_nonnull(&g->b, p);
	v = ir_load(&g->b, p, 0, 8, false);
	if (rnd(g, 2))
		ir_store(&g->b, p, 0, ir_bin(&g->b, IR_add, v, any(g)), 8);
	else
		ir_atomadd(&g->b, p, 0, any(g), 8);
	y[0] = v;
	ir_jmp(&g->b, to);
	join(g, to, x, y, 1);
}

static void gen_one(struct gen *g, unsigned depth)
{
	switch (rnd(g, 16)) {
	case 0:
		if (depth < 3)
			gen_if(g, depth);
		break;
	case 1:
		if (depth < 2 && g->loops) {
			g->loops--;
			gen_loop(g, depth);
		}
		break;
	case 2: case 3:
		gen_call(g);
		break;
	case 4:
		gen_map(g);
		break;
	case 5: case 6: case 7:
		gen_memory(g);
		break;
	case 8:
		gen_ctx(g);
		break;
	case 9: case 10:
		gen_unary(g);
		break;
	default:
		gen_arith(g);
	}
}

static void gen_body(struct gen *g, unsigned depth)
{
	for (unsigned n = 2 + rnd(g, 10); n && g->budget; n--) {
		g->budget--;
		gen_one(g, depth);
	}
}

static void gen_start(struct gen *g)
{
	struct ir_val *zero = ir_iconst(&g->b, 0);

	g->global = ir_global_ptr(&g->b, ir_global_alloc(&g->k->module, AREA, 8));
	g->slot = ir_slot(&g->b, AREA, 8);
	if (g->placed) {
		g->slot->imm = -AREA;
		g->b.fn->frame = AREA;
	}
	for (unsigned off = 0; off < AREA; off += 8)
		ir_store(&g->b, g->slot, off, zero, 8);
	for (unsigned i = 0; i < 3; i++)
		gen_ctx(g);
}

/* Many values in scope are part of the result, so they live to the end; more would not fit the stack. */
static void gen_end(struct gen *g)
{
	struct ir_val *sum = ir_iconst(&g->b, 0);

	gen_call(g);
	for (size_t i = 0; i < g->pool.n && i < 36; i++) {
		sum = ir_bin(&g->b, IR_mul, sum, ir_iconst(&g->b, 31));
		sum = ir_bin(&g->b, IR_xor, sum, g->pool.v[i]);
	}
	for (unsigned off = 0; off < AREA; off += 8)
		sum = ir_bin(&g->b, IR_add, sum, ir_load(&g->b, area(g), off, 8, false));
	ir_ret(&g->b, sum);
}

static struct ir_fn *generate(struct kit *k, uint64_t seed, unsigned budget, bool placed)
{
	struct gen g = { .k = k, .seed = seed, .budget = budget, .loops = 2, .placed = placed };

	g.b.module = &k->module;
	g.b.fn = ir_fn_new(&k->module, "random");
	g.array = ir_map_new(&k->module, "array", IM_USER, BPF_MAP_TYPE_ARRAY, 4, 8, ARRAY_ENTRIES, 0);
	ir_at(&g.b, ir_block_new(&g.b));
	gen_start(&g);
	while (g.budget)
		gen_body(&g, 0);
	gen_end(&g);
	return g.b.fn;
}

/* evaluation of the IR itself; pointers are those of this process */

struct eval {
	const uint8_t *ctx;
	uint8_t frame[FRAME], *globals;
	uint64_t array[ARRAY_ENTRIES];
	uint64_t *val;
	uint64_t ret;
};

static uint64_t extend(uint64_t v, unsigned width, bool is_signed)
{
	unsigned shift = 64 - 8 * width;

	if (width >= 8)
		return v;
	return is_signed ? (uint64_t)((int64_t)(v << shift) >> shift) : v << shift >> shift;
}

static uint64_t eval_binary(enum ir_op op, uint64_t a, uint64_t b)
{
	switch (op) {
	case IR_add: return a + b;
	case IR_sub: return a - b;
	case IR_mul: return a * b;
	case IR_udiv: return b ? a / b : 0;
	case IR_umod: return b ? a % b : a;
	case IR_and: return a & b;
	case IR_or: return a | b;
	case IR_xor: return a ^ b;
	case IR_shl: return a << (b & 63);
	case IR_shr: return a >> (b & 63);
	case IR_sar: return (uint64_t)((int64_t)a >> (b & 63));
	case IR_eq: return a == b;
	case IR_ne: return a != b;
	case IR_ult: return a < b;
	case IR_ule: return a <= b;
	case IR_slt: return (int64_t)a < (int64_t)b;
	default: return (int64_t)a <= (int64_t)b;
	}
}

static uint64_t eval_unary(const struct ir_val *v, uint64_t a)
{
	switch (v->op) {
	case IR_neg:
		return -a;
	case IR_bswap:
		return v->width == 2 ? __builtin_bswap16((uint16_t)a) :
		       v->width == 4 ? __builtin_bswap32((uint32_t)a) : __builtin_bswap64(a);
	case IR_umin:
		return a < (uint64_t)v->imm ? a : (uint64_t)v->imm;
	case IR_ext:
		return extend(a, v->width, v->is_signed);
	default:
		return a; /* nonnull */
	}
}

static void *pointer(uint64_t a, int64_t off)
{
	return (void *)(uintptr_t)(a + (uint64_t)off);
}

static uint64_t eval_memory(const struct ir_val *v, uint64_t a, uint64_t b)
{
	uint64_t old = 0;

	memcpy(&old, pointer(a, v->imm), v->width);
	if (v->op == IR_load)
		return extend(old, v->width, v->is_signed);
	if (v->op == IR_atomadd)
		b += old;
	memcpy(pointer(a, v->imm), &b, v->width);
	return 0;
}

static uint64_t eval_call(struct eval *e, const struct ir_val *v)
{
	uint32_t key;

	if (v->imm != IRH_map_lookup_elem)
		return 0;
	memcpy(&key, pointer(e->val[v->arg[1]->id], 0), 4);
	return key < ARRAY_ENTRIES ? (uintptr_t)&e->array[key] : 0;
}

static uint64_t eval_val(struct eval *e, const struct ir_val *v)
{
	uint64_t a = v->nargs > 0 ? e->val[v->arg[0]->id] : 0, b = v->nargs > 1 ? e->val[v->arg[1]->id] : 0;

	switch (v->op) {
	case IR_iconst: return (uint64_t)v->imm;
	case IR_ctx: return (uintptr_t)e->ctx;
	case IR_slot: return (uintptr_t)e->frame + FRAME + (uint64_t)v->imm;
	case IR_global: return (uintptr_t)e->globals + (uint64_t)v->imm;
	case IR_load: case IR_store: case IR_atomadd: return eval_memory(v, a, b);
	case IR_call: return eval_call(e, v);
	case IR_mapaddr: return 0;
	default: return v->nargs == 1 ? eval_unary(v, a) : eval_binary(v->op, a, b);
	}
}

static void eval_phis(struct eval *e, const struct ir_block *b, const struct ir_block *from)
{
	uint64_t in[16];
	uint32_t edge = 0, n = 0;

	while (edge < b->preds.n && b->preds.v[edge] != from)
		edge++;
	for (const struct ir_val *v = b->first; v->op == IR_phi && n < ARRAY_SIZE(in); v = v->next)
		in[n++] = e->val[v->arg[edge]->id];
	n = 0;
	for (const struct ir_val *v = b->first; v->op == IR_phi && n < ARRAY_SIZE(in); v = v->next)
		e->val[v->id] = in[n++];
}

/* One block; the next one, or NULL at the end. */
static const struct ir_block *eval_block(struct eval *e, const struct ir_block *b)
{
	for (const struct ir_val *v = b->first; v != b->last; v = v->next)
		if (v->op != IR_phi)
			e->val[v->id] = eval_val(e, v);
	if (b->last->op == IR_ret) {
		e->ret = e->val[b->last->arg[0]->id];
		return NULL;
	}
	if (b->last->op == IR_jmp)
		return b->succ[0];
	return b->succ[!e->val[b->last->arg[0]->id]];
}

static void evaluate(struct kit *k, const struct ir_fn *fn, const uint8_t *ctx, struct eval *e)
{
	const struct ir_block *b = fn->blocks.v[0], *next;

	memset(e, 0, sizeof(*e));
	e->ctx = ctx;
	e->val = arena_array(&k->arena, uint64_t, fn->next_val);
	e->globals = arena_alloc(&k->arena, k->module.globals_size);
	for (; b; b = next) {
		next = eval_block(e, b);
		if (next)
			eval_phis(e, next, b);
	}
}

/* the comparison */

static void fill_ctx(uint8_t *ctx, uint64_t seed)
{
	struct gen g = { .seed = seed ^ 0x5555 };

	for (unsigned i = 0; i < CTX_SIZE; i++)
		ctx[i] = (uint8_t)(rnd(&g, 4) ? rnd(&g, 256) : 0);
}

static bool same_memory(struct kit *k, struct interp *in, const struct eval *e)
{
	struct ir_map *array = k->module.maps.v[k->module.maps.v[0]->role == IM_USER ? 0 : 1];
	uint32_t zero = 0;
	bool same = !memcmp(interp_map_get(in, k->module.globals, &zero), e->globals, k->module.globals_size);

	for (uint32_t i = 0; i < ARRAY_ENTRIES; i++)
		same &= !memcmp(interp_map_get(in, array, &i), &e->array[i], 8);
	return same;
}

static bool compare(struct kit *k, const struct bpf_prog *p, const struct eval *e, uint64_t seed)
{
	struct interp *in = interp_new(&k->obj);
	uint64_t ret = 0;
	bool ok = !interp_run(in, p, e->ctx, CTX_SIZE, &ret);

	if (!ok)
		UNIT_FAIL("seed %llu: %s", (unsigned long long)seed, interp_error(in));
	else if (ret != e->ret || !same_memory(k, in, e))
		UNIT_FAIL("seed %llu: result 0x%llx, not 0x%llx, or memory differs", (unsigned long long)seed,
			  (unsigned long long)ret, (unsigned long long)e->ret);
	ok = ok && ret == e->ret;
	interp_free(in);
	return ok;
}

enum how {
	BACK_END,   /* as generated */
	ALL_PASSES, /* after the passes of the IR */
};

/* Compiles the same program again, in a module of its own, and compares it with its evaluation e. */
static bool compile_and_compare(uint64_t seed, unsigned budget, enum how how, bool kernel, const struct eval *e)
{
	const char *error = NULL;
	struct bpf_prog *p = NULL;
	struct kit k;
	uint32_t ret = 0;
	bool ok = false;
	struct ir_fn *fn;

	kit_init(&k);
	fn = generate(&k, seed, budget, how == BACK_END);
	if (how == ALL_PASSES && ir_run_passes(fn, true, NULL, NULL, &error))
		UNIT_FAIL("seed %llu: %s", (unsigned long long)seed, error);
	else
		p = kit_compile(&k, 0);
	if (p)
		ok = compare(&k, p, e, seed);
	if (ok && kernel && kit_kernel_run(&k, p, e->ctx, CTX_SIZE, &ret) == KIT_OK)
		CHECK_EQ(ret, (uint32_t)e->ret);
	kit_done(&k);
	return ok;
}

static void run_seeds(uint64_t first, uint64_t last, enum how how, bool kernel)
{
	bool ok = true;

	for (uint64_t seed = first; seed < last && ok; seed++) {
		unsigned budget = 15 + (unsigned)(seed % 60);
		uint8_t ctx[CTX_SIZE];
		struct eval e;
		struct kit k;

		kit_init(&k);
		fill_ctx(ctx, seed);
		evaluate(&k, generate(&k, seed, budget, true), ctx, &e);
		ok = compile_and_compare(seed, budget, how, kernel, &e);
		kit_done(&k);
	}
}

TEST(random_programs_agree)
{
	run_seeds(1, 200, BACK_END, false);
}

TEST(random_programs_agree_after_the_passes)
{
	run_seeds(300, 500, ALL_PASSES, false);
}

TEST(random_programs_pass_the_kernel)
{
	run_seeds(1000, 1020, BACK_END, true);
	run_seeds(1100, 1120, ALL_PASSES, true);
}
